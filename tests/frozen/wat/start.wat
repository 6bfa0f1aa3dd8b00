;; SPDX-License-Identifier: MIT
(module $start
  (import "env" "tick" (func $tick (param i32)))
  (global $n (export "n") (mut i32) (i32.const 0))
  (func $start (local $i i32)
    loop $again
      local.get $i i32.const 1 i32.add local.tee $i i32.const 500 i32.lt_u br_if $again
    end
    local.get $i global.set $n
    local.get $i call $tick)
  (start $start))
