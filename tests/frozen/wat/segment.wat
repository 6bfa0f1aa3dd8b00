;; SPDX-License-Identifier: MIT
;; Its second data segment lies outside.
(module $segment
  (memory 1)
  (data (i32.const 0) "fits")
  (data (i32.const 65535) "does not"))
