;; Translating without memory for the table of locals: nothing may use that table afterwards.
(module
  (func (export "a") (param i32) (result i32) (local i32 i64)
    (local.set 1 (local.get 0)) (local.set 2 (i64.const 1)) (local.get 1))
  (func (export "b") (param i64) (result i64) (local f64) (local.tee 0 (local.get 0)))
  (func (export "c") (result i32) (i32.const 1)))
