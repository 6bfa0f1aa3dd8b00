;; Floats of 32 bits at their edges: zeros, subnormals, infinities, NaNs with payloads and signalling ones, limits of
;; integers. Whichever instructions or functions compute them, results are the same to the bit, and so are traps.
(module
  (memory 1 1)
  (data (i32.const 0)
    "\00\00\00\00\00\00\00\80\00\00\80\3f\00\00\c0\bf\01\00\00\00\00\00\80\7f\00\00\80\ff\00\00\c0\7f"
    "\01\00\a0\7f\00\00\e0\ff\ff\ff\7f\7f\00\00\80\00\01\00\00\80\ff\ff\7f\00\ff\ff\ff\3e\00\00\00\3f"
    "\ff\ff\7f\3f\ff\ff\7f\bf\00\00\80\bf\ff\ff\ff\4e\00\00\00\4f\01\00\00\4f\ff\ff\7f\4f\00\00\80\4f"
    "\00\00\00\cf\01\00\00\cf\ff\ff\7f\ff\01\00\80\ff\ff\ff\ff\7f\01\00\00\4b\00\00\80\5a\00\00\80\b3")
  (global $hash (mut i32) (i32.const 0))
  (func $take (param $bits i32)
    (global.set $hash (i32.add (i32.mul (global.get $hash) (i32.const 31)) (local.get $bits))))
  (func $one (param $i i32) (param $end i32) (local $a f32)
    (loop $next
      (local.set $a (f32.load (local.get $i)))
      (call $take (i32.reinterpret_f32 (f32.abs (local.get $a))))
      (call $take (i32.reinterpret_f32 (f32.neg (local.get $a))))
      (call $take (i32.reinterpret_f32 (f32.ceil (local.get $a))))
      (call $take (i32.reinterpret_f32 (f32.floor (local.get $a))))
      (call $take (i32.reinterpret_f32 (f32.trunc (local.get $a))))
      (call $take (i32.reinterpret_f32 (f32.nearest (local.get $a))))
      (call $take (i32.reinterpret_f32 (f32.sqrt (local.get $a))))
      (call $take (i32.trunc_sat_f32_s (local.get $a)))
      (call $take (i32.reinterpret_f32 (f32.convert_i32_s (i32.load (local.get $i)))))
      (call $take (i32.trunc_sat_f32_u (local.get $a)))
      (call $take (i32.reinterpret_f32 (f32.convert_i32_u (i32.load (local.get $i)))))
      (call $take (i32.reinterpret_f32 (f32.demote_f64 (f64.promote_f32 (local.get $a)))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (local.get $end)))))
  (func (export "one0") (result i32)
    (call $one (i32.const 0) (i32.const 64))
    (global.get $hash))
  (func (export "one1") (result i32)
    (call $one (i32.const 64) (i32.const 128))
    (global.get $hash))
  (func $two (param $i i32) (param $end i32) (local $j i32) (local $a f32) (local $b f32) (local $c f32)
    (loop $outer
      (local.set $j (i32.const 0))
      (loop $inner
        (local.set $a (f32.load (local.get $i)))
        (local.set $b (f32.load (local.get $j)))
        (call $take (i32.reinterpret_f32 (f32.add (local.get $a) (local.get $b))))
        (call $take (i32.reinterpret_f32 (f32.sub (local.get $a) (local.get $b))))
        (call $take (i32.reinterpret_f32 (f32.mul (local.get $a) (local.get $b))))
        (call $take (i32.reinterpret_f32 (f32.div (local.get $a) (local.get $b))))
        (call $take (i32.reinterpret_f32 (f32.min (local.get $a) (local.get $b))))
        (call $take (i32.reinterpret_f32 (f32.max (local.get $a) (local.get $b))))
        (call $take (i32.reinterpret_f32 (f32.copysign (local.get $a) (local.get $b))))
        (local.set $c (f32.mul (local.get $a) (local.get $a)))
        (call $take (i32.reinterpret_f32
          (f32.sub
            (f32.add (local.get $c) (f32.mul (local.get $a) (local.get $b)))
            (f32.div (f32.const 1) (f32.add (local.get $b) (f32.const 0.5))))))
        (br_if $inner (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 4))) (i32.const 48))))
      (br_if $outer (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (local.get $end)))))
  (func (export "two0") (result i32)
    (call $two (i32.const 0) (i32.const 12))
    (global.get $hash))
  (func (export "two1") (result i32)
    (call $two (i32.const 12) (i32.const 24))
    (global.get $hash))
  (func (export "two2") (result i32)
    (call $two (i32.const 24) (i32.const 36))
    (global.get $hash))
  (func (export "two3") (result i32)
    (call $two (i32.const 36) (i32.const 48))
    (global.get $hash))
  (func (export "eq") (result i32) (local $i i32) (local $j i32) (local $a f32) (local $b f32) (local $sum i32)
    (loop $outer
      (local.set $a (f32.load (local.get $i)))
      (local.set $j (i32.const 0))
      (local.set $sum (i32.rotl
        (i32.add (local.get $sum) (f32.eq (local.get $a) (f32.const -0)))
        (f32.eq (f32.const 0) (local.get $a))))
      (loop $inner
        (local.set $b (f32.load (local.get $j)))
        (local.set $sum (i32.add
          (i32.mul (local.get $sum) (i32.const 31))
          (select (i32.const 5) (i32.const 7) (f32.eq (local.get $a) (local.get $b)))))
        (if (f32.eq (local.get $a) (local.get $b)) (then (local.set $sum (i32.xor (local.get $sum) (i32.const 64)))))
        (block $same
          (br_if $same (i32.eqz (f32.eq (local.get $a) (local.get $b))))
          (local.set $sum (i32.add (local.get $sum) (f32.eq (local.get $a) (local.get $b)))))
        (br_if $inner (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 4))) (i32.const 40))))
      (br_if $outer (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 40))))
    (local.get $sum))
  (func (export "ne") (result i32) (local $i i32) (local $j i32) (local $a f32) (local $b f32) (local $sum i32)
    (loop $outer
      (local.set $a (f32.load (local.get $i)))
      (local.set $j (i32.const 0))
      (local.set $sum (i32.rotl
        (i32.add (local.get $sum) (f32.ne (local.get $a) (f32.const -0)))
        (f32.ne (f32.const 0) (local.get $a))))
      (loop $inner
        (local.set $b (f32.load (local.get $j)))
        (local.set $sum (i32.add
          (i32.mul (local.get $sum) (i32.const 31))
          (select (i32.const 5) (i32.const 7) (f32.ne (local.get $a) (local.get $b)))))
        (if (f32.ne (local.get $a) (local.get $b)) (then (local.set $sum (i32.xor (local.get $sum) (i32.const 64)))))
        (block $same
          (br_if $same (i32.eqz (f32.ne (local.get $a) (local.get $b))))
          (local.set $sum (i32.add (local.get $sum) (f32.ne (local.get $a) (local.get $b)))))
        (br_if $inner (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 4))) (i32.const 40))))
      (br_if $outer (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 40))))
    (local.get $sum))
  (func (export "lt") (result i32) (local $i i32) (local $j i32) (local $a f32) (local $b f32) (local $sum i32)
    (loop $outer
      (local.set $a (f32.load (local.get $i)))
      (local.set $j (i32.const 0))
      (local.set $sum (i32.rotl
        (i32.add (local.get $sum) (f32.lt (local.get $a) (f32.const -0)))
        (f32.lt (f32.const 0) (local.get $a))))
      (loop $inner
        (local.set $b (f32.load (local.get $j)))
        (local.set $sum (i32.add
          (i32.mul (local.get $sum) (i32.const 31))
          (select (i32.const 5) (i32.const 7) (f32.lt (local.get $a) (local.get $b)))))
        (if (f32.lt (local.get $a) (local.get $b)) (then (local.set $sum (i32.xor (local.get $sum) (i32.const 64)))))
        (block $same
          (br_if $same (i32.eqz (f32.lt (local.get $a) (local.get $b))))
          (local.set $sum (i32.add (local.get $sum) (f32.lt (local.get $a) (local.get $b)))))
        (br_if $inner (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 4))) (i32.const 40))))
      (br_if $outer (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 40))))
    (local.get $sum))
  (func (export "gt") (result i32) (local $i i32) (local $j i32) (local $a f32) (local $b f32) (local $sum i32)
    (loop $outer
      (local.set $a (f32.load (local.get $i)))
      (local.set $j (i32.const 0))
      (local.set $sum (i32.rotl
        (i32.add (local.get $sum) (f32.gt (local.get $a) (f32.const -0)))
        (f32.gt (f32.const 0) (local.get $a))))
      (loop $inner
        (local.set $b (f32.load (local.get $j)))
        (local.set $sum (i32.add
          (i32.mul (local.get $sum) (i32.const 31))
          (select (i32.const 5) (i32.const 7) (f32.gt (local.get $a) (local.get $b)))))
        (if (f32.gt (local.get $a) (local.get $b)) (then (local.set $sum (i32.xor (local.get $sum) (i32.const 64)))))
        (block $same
          (br_if $same (i32.eqz (f32.gt (local.get $a) (local.get $b))))
          (local.set $sum (i32.add (local.get $sum) (f32.gt (local.get $a) (local.get $b)))))
        (br_if $inner (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 4))) (i32.const 40))))
      (br_if $outer (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 40))))
    (local.get $sum))
  (func (export "le") (result i32) (local $i i32) (local $j i32) (local $a f32) (local $b f32) (local $sum i32)
    (loop $outer
      (local.set $a (f32.load (local.get $i)))
      (local.set $j (i32.const 0))
      (local.set $sum (i32.rotl
        (i32.add (local.get $sum) (f32.le (local.get $a) (f32.const -0)))
        (f32.le (f32.const 0) (local.get $a))))
      (loop $inner
        (local.set $b (f32.load (local.get $j)))
        (local.set $sum (i32.add
          (i32.mul (local.get $sum) (i32.const 31))
          (select (i32.const 5) (i32.const 7) (f32.le (local.get $a) (local.get $b)))))
        (if (f32.le (local.get $a) (local.get $b)) (then (local.set $sum (i32.xor (local.get $sum) (i32.const 64)))))
        (block $same
          (br_if $same (i32.eqz (f32.le (local.get $a) (local.get $b))))
          (local.set $sum (i32.add (local.get $sum) (f32.le (local.get $a) (local.get $b)))))
        (br_if $inner (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 4))) (i32.const 40))))
      (br_if $outer (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 40))))
    (local.get $sum))
  (func (export "ge") (result i32) (local $i i32) (local $j i32) (local $a f32) (local $b f32) (local $sum i32)
    (loop $outer
      (local.set $a (f32.load (local.get $i)))
      (local.set $j (i32.const 0))
      (local.set $sum (i32.rotl
        (i32.add (local.get $sum) (f32.ge (local.get $a) (f32.const -0)))
        (f32.ge (f32.const 0) (local.get $a))))
      (loop $inner
        (local.set $b (f32.load (local.get $j)))
        (local.set $sum (i32.add
          (i32.mul (local.get $sum) (i32.const 31))
          (select (i32.const 5) (i32.const 7) (f32.ge (local.get $a) (local.get $b)))))
        (if (f32.ge (local.get $a) (local.get $b)) (then (local.set $sum (i32.xor (local.get $sum) (i32.const 64)))))
        (block $same
          (br_if $same (i32.eqz (f32.ge (local.get $a) (local.get $b))))
          (local.set $sum (i32.add (local.get $sum) (f32.ge (local.get $a) (local.get $b)))))
        (br_if $inner (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 4))) (i32.const 40))))
      (br_if $outer (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 40))))
    (local.get $sum))
  (func (export "in_range") (result i32)
    (call $take (i32.trunc_f32_s (f32.const 2147483520)))
    (call $take (i32.trunc_f32_s (f32.const -2147483648)))
    (call $take (i32.trunc_f32_s (f32.const -0.75)))
    (call $take (i32.trunc_f32_s (f32.const 0x1p-149)))
    (call $take (i32.trunc_f32_u (f32.const 4294967040)))
    (call $take (i32.trunc_f32_u (f32.const 2147483648)))
    (call $take (i32.trunc_f32_u (f32.const -0)))
    (call $take (i32.trunc_f32_u (f32.const -0x1.fffffep-1)))
    (global.get $hash))
  (func (export "s0") (result i32) (i32.trunc_f32_s (f32.const 2147483648)))
  (func (export "s1") (result i32) (i32.trunc_f32_s (f32.const -2147483904)))
  (func (export "s2") (result i32) (i32.trunc_f32_s (f32.const -inf)))
  (func (export "s3") (result i32) (i32.trunc_f32_s (f32.const nan:0x1)))
  (func (export "u0") (result i32) (i32.trunc_f32_u (f32.const 4294967296)))
  (func (export "u1") (result i32) (i32.trunc_f32_u (f32.const -1)))
  (func (export "u2") (result i32) (i32.trunc_f32_u (f32.const inf)))
  (func (export "u3") (result i32) (i32.trunc_f32_u (f32.const -nan))))
