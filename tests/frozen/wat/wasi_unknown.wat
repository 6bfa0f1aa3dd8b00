;; SPDX-License-Identifier: MIT
;; A program that imports what WASI does not have.
(module
  (import "wasi_snapshot_preview1" "teleport" (func (result i32)))
  (func (export "_start")))
