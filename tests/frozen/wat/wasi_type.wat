;; SPDX-License-Identifier: MIT
;; A program that imports a function of WASI with another type.
(module
  (import "wasi_snapshot_preview1" "fd_close" (func (param i64) (result i32)))
  (func (export "_start")))
