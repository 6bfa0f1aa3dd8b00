;; Fuel, the guest stack and tail calls: what never ends by itself is stopped.
(module
  (func (export "for ever") (loop (br 0)))
  (func $down (export "recursion without end") (call $down))
  (func (export "tail calls without end") (return_call 2))
  (func (export "unreachable") unreachable))
