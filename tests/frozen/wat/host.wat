;; SPDX-License-Identifier: MIT
;; Calls the host back in every shape.
(module $host
  (import "env" "double" (func $double (param i32) (result i32)))
  (import "env" "pair" (func $pair (param f64 i64) (result i64 f64)))
  (import "env" "note" (func $note (param externref)))
  (memory (export "memory") 1)
  (func $twice (export "twice") (param i32) (result i32)
    local.get 0 call $double call $double)
  (func (export "pair") (param f64 i64) (result i64 f64)
    local.get 0 local.get 1 call $pair)
  (func (export "note") (param externref) local.get 0 call $note)
  (func (export "plain") (param i32) (result i32) local.get 0 i32.const 1 i32.add)
  (func (export "calls") (param $n i32) (result i32) (local $sum i32)
    loop $again
      local.get $sum local.get $n call $double i32.add local.set $sum
      local.get $n i32.const 1 i32.sub local.tee $n br_if $again
    end
    local.get $sum)
  (export "direct" (func $double)))
