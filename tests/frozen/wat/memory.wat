;; SPDX-License-Identifier: MIT
(module $memory
  (memory (export "memory") 1 3)
  (data (i32.const 8) "hello")
  (func (export "load") (param i32) (result i32) local.get 0 i32.load8_u)
  (func (export "store") (param i32 i32) local.get 0 local.get 1 i32.store8)
  (func (export "grow") (param i32) (result i32) local.get 0 memory.grow)
  (func (export "size") (result i32) memory.size))
