;; Every kind of import, replaced by dummies; a start function; a host function behind a table.
(module
  (import "env" "f" (func (param i64 f64) (result f64 i64)))
  (import "env" "t" (table 2 funcref))
  (import "env" "m" (memory 1))
  (import "env" "g" (global (mut i64)))
  (export "f" (func 0)) (export "t" (table 0)) (export "m" (memory 0)) (export "g" (global 0))
  (elem (i32.const 1) 0)
  (start 2)
  (func (export "through the table") (param i32) (result i64)
    (drop (call_indirect (param i64 f64) (result f64 i64) (i64.const 1) (f64.const 2) (i32.add (local.get 0) (i32.const 1))))
    drop i64.const 4)
  (func (global.set 0 (i64.const 7)) (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536))))
