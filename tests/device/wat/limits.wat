;; SPDX-License-Identifier: MIT
;;
;; What must not bring down a board.
(module
  (import "env" "tick" (func $tick))
  (memory (export "memory") 1)
  (func $down (export "down") (param $n i32) (result i32)
    (if (result i32) (local.get $n)
      (then (i32.add (call $down (i32.sub (local.get $n) (i32.const 1))) (i32.const 1)))
      (else (i32.const 0))))
  (func (export "forever") (call $tick) (loop $again (br $again)))
  (func (export "outside") (call $tick))
  (func (export "grow") (param $pages i32) (result i32) (memory.grow (local.get $pages)))
  (func (export "touch") (param $address i32) (result i32) (i32.load (local.get $address))))
