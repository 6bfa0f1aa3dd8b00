;; A tail call that finds no stack for its callee: the caller's frame must still lead back.
(module
  (func $wide (param i32 f64 f64)
    (local f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64)
    (call $narrow))
  (func $narrow (export "f")
    (return_call $wide (i32.const 0x7fff7fff) (f64.const 1.1) (f64.const 2.2))))
