;; SPDX-License-Identifier: MIT
;; Calls an empty function n times; nocalls.wat is the same without the call.
(module
  (memory (export "memory") 1 1)
  (func $empty)
  (func (export "run") (param $n i32) (result i32)
    (loop $again
      (call $empty)
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $n)))
