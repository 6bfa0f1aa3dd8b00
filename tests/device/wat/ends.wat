;; Waits, and ends itself.
(module
  (import "wasmlet:time" "sleep_ms" (func $sleep (param i32) (result i32)))
  (import "wasmlet:sys" "exit" (func $exit (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run")
    (drop (call $sleep (i32.const 30)))
    (drop (call $exit (i32.const 7)))
    (unreachable)
  )
)
