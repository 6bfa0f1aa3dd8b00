;; SPDX-License-Identifier: MIT
;; Imports all four kinds.
(module $user
  (type $unary (func (param i32) (result i32)))
  (import "lib" "memory" (memory 1))
  (import "lib" "funcs" (table 2 funcref))
  (import "lib" "count" (global $count (mut i32)))
  (import "lib" "base" (global $base i64))
  (import "lib" "inc" (func $inc (param i32) (result i32)))
  (func (export "peek") (param i32) (result i32) local.get 0 i32.load8_u)
  (func (export "poke") (param i32 i32) local.get 0 local.get 1 i32.store8)
  (func (export "count") (result i32) global.get $count)
  (func (export "base") (result i64) global.get $base)
  (func (export "inc2") (param i32) (result i32) local.get 0 call $inc call $inc)
  (func (export "call") (param $i i32) (param $v i32) (result i32)
    local.get $v local.get $i call_indirect (type $unary)))
