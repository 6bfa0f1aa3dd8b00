;; SPDX-License-Identifier: MIT
;;
;; Blinks the LED of a Raspberry Pi Pico, and counts the last digit, in WebAssembly's own text format.
(module
  (import "wiring" "print" (func $print (param $address i32) (param $size i32)))
  (import "wiring" "delay" (func $delay (param $ms i32)))
  (import "wiring" "pinMode" (func $pin_mode (param $pin i32) (param $mode i32)))
  (import "wiring" "digitalWrite" (func $write (param $pin i32) (param $level i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "WAT blinks: 0")
  (global $led i32 (i32.const 25))
  (global $half_ms i32 (i32.const 20))
  (global $count (mut i32) (i32.const 0))
  (func (export "setup")
    (call $pin_mode (global.get $led) (i32.const 1)))
  (func (export "loop")
    (call $write (global.get $led) (i32.const 1))
    (call $delay (global.get $half_ms))
    (call $write (global.get $led) (i32.const 0))
    (call $delay (global.get $half_ms))
    (global.set $count (i32.rem_u (i32.add (global.get $count) (i32.const 1)) (i32.const 10)))
    (i32.store8 (i32.const 12) (i32.add (global.get $count) (i32.const 48)))
    (call $print (i32.const 0) (i32.const 13))))
