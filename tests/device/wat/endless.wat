;; SPDX-License-Identifier: MIT
;;
;; An app that says that it has begun, and never ends.
(module
  (import "wasmlet:log" "write" (func $write (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "begun")
  (func (export "run")
    (drop (call $write (i32.const 3) (i32.const 0) (i32.const 5)))
    (loop $again
      (br $again))))
