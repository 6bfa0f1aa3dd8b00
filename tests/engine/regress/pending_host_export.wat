;; A host function that is exported again and called from outside: it may be pending, and be
;; answered, as if a Wasm function had called it.
(module
  (import "host" "x" (func (param i32) (result i64 i32)))
  (export "f" (func 0)))
