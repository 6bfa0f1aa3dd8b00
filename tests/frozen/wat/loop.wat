;; SPDX-License-Identifier: MIT
(module $loop
  (func (export "forever") loop $l br $l end)
  (func $count (export "count") (param $n i32) (result i64) (local $sum i64)
    loop $again
      local.get $sum local.get $n i64.extend_i32_u i64.add local.set $sum
      local.get $n i32.const 1 i32.sub local.tee $n br_if $again
    end
    local.get $sum)
  (func $fib (export "fib") (param i32) (result i32)
    local.get 0 i32.const 2 i32.lt_u
    if (result i32) local.get 0
    else
      local.get 0 i32.const 1 i32.sub call $fib
      local.get 0 i32.const 2 i32.sub call $fib
      i32.add
    end)
  (func (export "two") (result i32 i64) i32.const 300 call $count i64.eqz i32.const 300 call $count))
