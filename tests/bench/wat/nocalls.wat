;; SPDX-License-Identifier: MIT
;; The loop of calls.wat without the call.
(module
  (memory (export "memory") 1 1)
  (func (export "run") (param $n i32) (result i32)
    (loop $again
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $n)))
