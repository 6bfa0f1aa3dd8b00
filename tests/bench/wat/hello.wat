;; SPDX-License-Identifier: MIT
;; What a smallest app is: one import, one data segment, one page of memory.
(module
  (import "wasmlet:log" "write" (func $write (param i32 i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 1024) "Hello from WebAssembly!")
  (func (export "run")
    (call $write (i32.const 1024) (i32.const 23))))
