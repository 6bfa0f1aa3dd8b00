;; SPDX-License-Identifier: MIT
;;
;; An app that does what the variable MODE of its manifest says by its first letter; none: it ends.
(module
  (import "wasmlet:sys" "env" (func $env (param i32 i32 i32 i32) (result i32)))
  (import "wasmlet:sys" "poll" (func $poll (param i32 i32 i32) (result i32)))
  (import "wasmlet:sys" "exit" (func $exit (param i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "MODE")

  ;; Count at address 0.
  (func $work (param $times i32)
    (loop $again
      (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
      (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1))))))

  (func (export "run") (result i32) (local $mode i32)
    (drop (call $env (i32.const 16) (i32.const 4) (i32.const 32) (i32.const 1)))
    (local.set $mode (i32.load8_u (i32.const 32)))
    (if (i32.eq (local.get $mode) (i32.const 0x74)) (then (unreachable)))  ;; t: trap
    (if (i32.eq (local.get $mode) (i32.const 0x78)) (then (drop (call $exit (i32.const 3)))))  ;; x
    (if (i32.eq (local.get $mode) (i32.const 0x73)) (then (call $work (i32.const 0))))  ;; s: spin
    (if (i32.eq (local.get $mode) (i32.const 0x66))  ;; f: fill memory, again and again
      (then (loop $again
        (call $work (i32.const 1))
        (memory.fill (i32.const 4096) (i32.const 0) (i32.const 48000))
        (br $again))))
    (if (i32.eq (local.get $mode) (i32.const 0x77))  ;; w: work and wait in turn
      (then (loop $again
        (call $work (i32.const 100))
        (drop (call $poll (i32.const 64) (i32.const 16) (i32.const 5)))
        (br $again))))
    (i32.const 7))

  (func $down (export "down") (param $n i32) (result i32)
    (if (result i32) (local.get $n)
      (then (i32.add (call $down (i32.sub (local.get $n) (i32.const 1))) (i32.const 1)))
      (else (i32.const 0))))
  (func (export "grow") (param $pages i32) (result i32) (memory.grow (local.get $pages)))
  (func (export "touch") (param $address i32) (result i32) (i32.load (local.get $address))))
