;; An access that is not aligned says nothing about the alignment of the next one through the same local. Machine code
;; of processors that cannot do such accesses took it for aligned.
(module
  (memory 1 1)
  (data (i32.const 16) "\01\02\03\04\05\06\07\08\09\0a\0b\0c\0d\0e\0f\10")
  (func (export "words") (param $p i32) (result i32)
    (i32.xor
      (i32.load offset=4 (local.get $p))
      (i32.rotl (i32.load offset=8 (local.get $p)) (i32.const 3))))
  (func (export "masked") (param $p i32) (result i64)
    (i32.store (local.get $p) (i32.const 0x01020304))
    (i64.load offset=4 (i32.and (local.get $p) (i32.const 0xfff))))
  (func (export "loop") (param $p i32) (result i32)
    (local $n i32) (local $sum i32)
    (local.set $sum (i32.load (local.get $p)))
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (i32.load offset=4 (local.get $p))))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $n) (i32.const 3))))
    (local.get $sum))
  (func (export "test") (result i32)
    (i32.add
      (i32.add (call 0 (i32.const 17)) (call 0 (i32.const 16)))
      (i32.add
        (i32.wrap_i64 (i64.add (call 1 (i32.const 19)) (call 1 (i32.const 20))))
        (i32.add (call 2 (i32.const 18)) (call 2 (i32.const 16)))))))
