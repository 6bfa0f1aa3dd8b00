;; SPDX-License-Identifier: MIT
;;
;; Something of everything that a tier does by itself: loops, calls, calls through a table, memory, a host call, traps.
(module
  (import "env" "note" (func $note (param i32) (result i32)))
  (memory (export "memory") 1)
  (table funcref (elem $double $square))
  (type $unary (func (param i32) (result i32)))
  (func $double (param i32) (result i32) (i32.shl (local.get 0) (i32.const 1)))
  (func $square (param i32) (result i32) (i32.mul (local.get 0) (local.get 0)))
  (func $fib (param $n i32) (result i32)
    (if (result i32) (i32.lt_s (local.get $n) (i32.const 2))
      (then (local.get $n))
      (else (i32.add (call $fib (i32.sub (local.get $n) (i32.const 1))) (call $fib (i32.sub (local.get $n) (i32.const 2)))))))
  (func (export "run") (param $n i32) (result i32)
    (local $i i32) (local $sum i32)
    (loop $next
      (i32.store (i32.shl (local.get $i) (i32.const 2)) (local.get $i))
      (local.set $sum (i32.add (local.get $sum)
        (call_indirect (type $unary) (i32.load (i32.shl (local.get $i) (i32.const 2)))
                       (i32.and (local.get $i) (i32.const 1)))))
      (local.set $sum (i32.add (local.get $sum) (call $note (local.get $i))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (i32.add (local.get $sum) (call $fib (i32.const 12))))
  (func (export "outside") (param i32) (result i32) (i32.load offset=4 (local.get 0)))
  (func (export "forever") (loop $again (br $again))))
