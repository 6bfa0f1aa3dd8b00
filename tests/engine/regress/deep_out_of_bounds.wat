;; SPDX-License-Identifier: MIT
;;
;; A trap below many frames, none of which had been seen from outside: finding out about it must leave them alone.
(module
  (memory 1)
  (func $down (export "down") (param $n i32) (param $address i32) (result i32)
    (if (result i32) (i32.eqz (i32.and (local.get $n) (i32.const 31)))
      (then (i32.load offset=8 (i32.or (local.get $address) (i32.const 0x70000000))))
      (else (i32.add (call $down (i32.sub (local.get $n) (i32.const 1)) (local.get $address)) (i32.const 1))))))
