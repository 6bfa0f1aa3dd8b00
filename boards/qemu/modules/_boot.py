# SPDX-License-Identifier: MIT
"""Mount the file system, as boards with flash do; make one where there is none."""

import _sim
import vfs

disk = _sim.Disk()
try:
    vfs.mount(disk, "/")
except OSError:
    vfs.VfsLfs2.mkfs(disk)
    vfs.mount(disk, "/")
