;; SPDX-License-Identifier: MIT
(module $log
  (import "wasmlet:log" "write" (func $write (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "hello")
  (data (i32.const 32) "caf\c3\a9 \ff\fe z\1b[31m")
  (func (export "write") (param i32 i32 i32) (result i32)
    local.get 0 local.get 1 local.get 2 call $write)
  (func (export "run") (result i32)
    i32.const 3 i32.const 16 i32.const 5 call $write
    i32.const 1 i32.const 16 i32.const 5 call $write
    i32.add))
