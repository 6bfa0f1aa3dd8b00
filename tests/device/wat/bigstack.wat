;; SPDX-License-Identifier: MIT
;;
;; What a linker makes unless it is told better: a shadow stack of 1 MiB, and data above it.
(module
  (memory (export "memory") 17)
  (global $stack (mut i32) (i32.const 1048576))
  (data (i32.const 1048576) "data")
  (func (export "run"))
  (func (export "setup"))
  (func (export "loop")))
