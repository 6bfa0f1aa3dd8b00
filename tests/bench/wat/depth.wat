;; SPDX-License-Identifier: MIT
;; A function without parameters or locals that calls itself until there is no stack, and how often
;; it got there.
(module
  (global $depth (mut i32) (i32.const 0))
  (func $down (export "down")
    (global.set $depth (i32.add (global.get $depth) (i32.const 1)))
    (call $down)
    (global.set $depth (i32.sub (global.get $depth) (i32.const 1))))
  (func (export "depth") (result i32)
    (global.get $depth)))
