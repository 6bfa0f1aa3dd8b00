/* SPDX-License-Identifier: MIT
 *
 * A file as constant data, from wasm_NAME to wasm_NAME_end. The build defines NAME and FILE.
 */
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define BEGIN JOIN(wasm_, NAME)
#define END JOIN(BEGIN, _end)

    .section .rodata
    .global BEGIN
    .global END
    .balign 4
BEGIN:
    .incbin FILE
END:
#ifdef __linux__
    .section .note.GNU-stack, "", %progbits
#endif
