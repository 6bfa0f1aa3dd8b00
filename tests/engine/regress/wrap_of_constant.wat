;; i32.wrap_i64 of a constant: the operand stack is one slot lower behind it.
(module
  (func (export "f") (param f64 i32 i32) (result i64 i32)
    (local.set 2 (i32.wrap_i64 (i64.const 0)))
    (i64.const 0)
    (local.get 1)))
