;; Greater than the largest number is never true: the bound must not become the smallest.
(module
  (global $g (mut i32) (i32.const 200))
  (func (export "lt_s") (result i32) (i32.lt_s (i32.const 2147483647) (global.get $g)))
  (func (export "gt_s") (param i32) (result i32) (i32.gt_s (local.get 0) (i32.const 2147483647)))
  (func (export "gt_u") (param i32) (result i32) (i32.gt_u (local.get 0) (i32.const -1)))
  (func (export "le_s") (param i32) (result i32) (i32.le_s (local.get 0) (i32.const 2147483647)))
  (func (export "le_u") (param i32) (result i32) (i32.le_u (local.get 0) (i32.const -1)))
  (func (export "ge_s") (param i32) (result i32) (i32.ge_s (i32.const 2147483647) (local.get 0)))
  (func (export "branch") (param i32) (result i32)
    (if (result i32) (i32.gt_s (local.get 0) (i32.const 2147483647)) (then (i32.const 1)) (else (i32.const 2)))))
