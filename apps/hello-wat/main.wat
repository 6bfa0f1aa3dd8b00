;; SPDX-License-Identifier: MIT
;;
;; The smallest app, in WebAssembly's own text format: one line to the log.
(module
  (import "wasmlet:log" "write"
    (func $write (param $level i32) (param $address i32) (param $size i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "Hello from WAT!")
  (func (export "run")
    (drop (call $write (i32.const 3) (i32.const 0) (i32.const 15)))))
