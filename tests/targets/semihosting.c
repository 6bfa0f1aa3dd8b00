/* SPDX-License-Identifier: MIT
 *
 * Output and exit through the emulator (ARM's semihosting calls, which RISC-V shares).
 */
#include "bare.h"

#include <string.h>

enum { SYS_OPEN = 0x01,
       SYS_WRITE = 0x05,
       SYS_READ = 0x06,
       SYS_EXIT_EXTENDED = 0x20 };
enum { MODE_READ_BINARY = 1,
       MODE_WRITE = 4,
       APPLICATION_EXIT = 0x20026,
       FAULT = 99 };

static intptr_t call(uintptr_t operation, const void *block) {
#if defined(__thumb__)
    register uintptr_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = block;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return (intptr_t)r0;
#else
    register uintptr_t a0 __asm__("a0") = operation;
    register const void *a1 __asm__("a1") = block;
    /* The mark around ebreak must not be compressed, and must not cross a page. */
    __asm__ volatile(".balign 16\n"
                     ".option push\n"
                     ".option norvc\n"
                     "slli zero, zero, 0x1f\n"
                     "ebreak\n"
                     "srai zero, zero, 7\n"
                     ".option pop\n"
                     : "+r"(a0)
                     : "r"(a1)
                     : "memory");
    return (intptr_t)a0;
#endif
}

/* The file that stands for the emulator's standard output, opened once. */
static intptr_t output(void) {
    static intptr_t handle = -1;
    if (handle < 0) {
        static const char name[] = ":tt";
        const uintptr_t block[] = {(uintptr_t)name, MODE_WRITE, sizeof(name) - 1};
        handle = call(SYS_OPEN, block);
    }
    return handle;
}

int bare_open(const char *name) {
    const uintptr_t block[] = {(uintptr_t)name, MODE_READ_BINARY, strlen(name)};
    return (int)call(SYS_OPEN, block);
}

size_t bare_read(int file, void *to, size_t size) {
    const uintptr_t block[] = {(uintptr_t)file, (uintptr_t)to, size};
    return size - (size_t)call(SYS_READ, block); /* it answers what is missing */
}

void target_write(const char *text, size_t size) {
    const uintptr_t block[] = {(uintptr_t)output(), (uintptr_t)text, size};
    call(SYS_WRITE, block);
}

_Noreturn void target_exit(int status) {
    const uintptr_t block[] = {APPLICATION_EXIT, (uintptr_t)status};
    for (;;) {
        call(SYS_EXIT_EXTENDED, block);
    }
}

_Noreturn void bare_fault(uintptr_t pc) {
    char text[] = "fault at 0x00000000\n";
    for (size_t i = sizeof(text) - 3; pc != 0; i--, pc >>= 4) {
        text[i] = "0123456789abcdef"[pc & 15];
    }
    target_write(text, sizeof(text) - 1);
    target_exit(FAULT);
}
