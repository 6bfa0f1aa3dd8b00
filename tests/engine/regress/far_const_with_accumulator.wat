;; A constant and a value in the accumulator as operands, in a frame that one byte does not reach:
;; moving the constant to its far slot must not lose the accumulator.
(module
  (memory 1 1)
  (func (export "f") (result i32)
    (local f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64)
    (local f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64)
    (f32.gt (f32.const 39.75) (f32.load offset=58 (i32.const 0)))))
