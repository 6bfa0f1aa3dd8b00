;; SPDX-License-Identifier: MIT
(module $main
  (func (export "run") (result i32) i32.const 1)
  (func (export "main") (param i32 i32) (result i32)
    local.get 0 local.get 1 i32.add i32.const 100 i32.add))
