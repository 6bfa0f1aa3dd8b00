;; SPDX-License-Identifier: MIT
;; The smallest things to call, there and back.
(module $calls
  (import "env" "add" (func $host (param i32 i32) (result i32)))
  (func (export "none"))
  (func (export "one") (param i32) (result i32) local.get 0 i32.const 1 i32.add)
  (func (export "two") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)
  (func (export "host_calls") (param $n i32) (result i32) (local $sum i32)
    loop $again
      local.get $sum local.get $n call $host local.set $sum
      local.get $n i32.const 1 i32.sub local.tee $n br_if $again
    end
    local.get $sum)
  (func (export "no_calls") (param $n i32) (result i32) (local $sum i32)
    loop $again
      local.get $sum local.get $n i32.add local.set $sum
      local.get $n i32.const 1 i32.sub local.tee $n br_if $again
    end
    local.get $sum))
