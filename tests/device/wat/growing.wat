;; SPDX-License-Identifier: MIT
;;
;; A memory that begins without a page.
(module
  (memory (export "memory") 0)
  (func (export "grow") (param $pages i32) (result i32) (memory.grow (local.get $pages)))
  (func (export "put") (param $at i32) (param $value i32) (i32.store (local.get $at) (local.get $value)))
  (func (export "get") (param $at i32) (result i32) (i32.load (local.get $at))))
