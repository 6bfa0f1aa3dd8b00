;; SPDX-License-Identifier: MIT
;; A way to each function of `wiring`.
(module
  (import "wiring" "print" (func $print (param i32 i32)))
  (import "wiring" "millis" (func $millis (result i32)))
  (import "wiring" "delay" (func $delay (param i32)))
  (import "wiring" "pinMode" (func $pinMode (param i32 i32)))
  (import "wiring" "digitalWrite" (func $digitalWrite (param i32 i32)))
  (import "arduino" "digitalRead" (func $digitalRead (param i32) (result i32)))
  (func (export "print") (param i32 i32) (call $print (local.get 0) (local.get 1)))
  (func (export "millis") (result i32) (call $millis))
  (func (export "delay") (param i32) (call $delay (local.get 0)))
  (func (export "pinMode") (param i32 i32) (call $pinMode (local.get 0) (local.get 1)))
  (func (export "digitalWrite") (param i32 i32) (call $digitalWrite (local.get 0) (local.get 1)))
  (func (export "digitalRead") (param i32) (result i32) (call $digitalRead (local.get 0)))
  (memory (export "memory") 1)
  (func (export "run")))
