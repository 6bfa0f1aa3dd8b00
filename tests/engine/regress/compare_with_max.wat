;; x > i became x >= i + 1 although i + 1 had wrapped: the result must be 1.
(module
  (func (export "f") (param i32) (result i32)
    (i32.gt_s (i32.const 0x7fffffff) (local.get 0))))
