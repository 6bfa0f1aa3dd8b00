/* SPDX-License-Identifier: MIT
 *
 * Configuration of MicroPython for the emulated boards: what upstream's port has, and what a real
 * board has besides. Named by MP_CONFIGFILE.
 */
#include "ports/qemu/mpconfigport.h"

#undef MICROPY_HW_BOARD_NAME
#define MICROPY_HW_BOARD_NAME BOARD_NAME

#undef MICROPY_PY_TIME
#define MICROPY_PY_TIME (1)
#define MICROPY_PY_TIME_TIME_TIME_NS (1)
#define MICROPY_PY_TIME_INCLUDEFILE "boards/qemu/modtime.c"

#undef MICROPY_PY_SELECT
#define MICROPY_PY_SELECT (1)
#undef MICROPY_PY_ASYNCIO
#define MICROPY_PY_ASYNCIO (1)

#undef MICROPY_PY_SYS_STDIO_BUFFER
#define MICROPY_PY_SYS_STDIO_BUFFER (1) /* what `mpremote mount` talks through */

#undef MICROPY_PY_MACHINE_INCLUDEFILE
#define MICROPY_PY_MACHINE_INCLUDEFILE "boards/qemu/modmachine.c"

#undef MICROPY_VFS_ROM_IOCTL
#define MICROPY_VFS_ROM_IOCTL (1)

/* Set aside for guests, as on real boards. */
#ifndef WASM_ARENA_BYTES
#define WASM_ARENA_BYTES (2 * 1024 * 1024)
#endif

/* At boot and after each soft reset: the hardware, then the file system. */
void board_boot(void);
#define MICROPY_PORT_INIT_FUNC board_boot()
