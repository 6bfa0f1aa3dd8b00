;; A shift's constant that takes more than 16 bits came from the accumulator through a slot that
;; was never written.
(module
  (func (export "shifts") (param i32 i32) (result i32 i32 i32)
    local.get 0
    local.get 1
    i32.add
    local.set 0
    local.get 1
    i32.const -2147483647
    i32.shr_u
    local.get 0
    i32.const 65537
    i32.shl
    local.get 1
    local.get 0
    local.get 1
    i32.mul
    i32.shr_s))
