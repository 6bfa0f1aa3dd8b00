/* SPDX-License-Identifier: MIT
 *
 * C stack use, by painting a stack of its own and looking for the deepest stroke that is gone.
 */
#include "target.h"

enum { PAINT = 0xb5 };

/* stack_switch(fn, argument, top) */
void stack_switch(void (*fn)(void *), void *argument, void *top);

#if defined(__x86_64__)
__asm__(".text\n"
        ".globl stack_switch\n"
        "stack_switch:\n"
        "    push %rbp\n"
        "    mov %rsp, %rbp\n"
        "    mov %rdx, %rsp\n"
        "    mov %rdi, %rax\n"
        "    mov %rsi, %rdi\n"
        "    call *%rax\n"
        "    mov %rbp, %rsp\n"
        "    pop %rbp\n"
        "    ret\n");
#elif defined(__thumb__)
__asm__(".text\n"
        ".syntax unified\n"
        ".thumb_func\n"
        ".globl stack_switch\n"
        "stack_switch:\n"
        "    push {r4, lr}\n"
        "    mov r4, sp\n"
        "    mov sp, r2\n"
        "    mov r3, r0\n"
        "    mov r0, r1\n"
        "    blx r3\n"
        "    mov sp, r4\n"
        "    pop {r4, pc}\n");
#elif defined(__riscv)
__asm__(".text\n"
        ".globl stack_switch\n"
        "stack_switch:\n"
        "    addi sp, sp, -16\n"
        "    sw ra, 12(sp)\n"
        "    sw s0, 8(sp)\n"
        "    mv s0, sp\n"
        "    mv sp, a2\n"
        "    mv t0, a0\n"
        "    mv a0, a1\n"
        "    jalr t0\n"
        "    mv sp, s0\n"
        "    lw s0, 8(sp)\n"
        "    lw ra, 12(sp)\n"
        "    addi sp, sp, 16\n"
        "    ret\n");
#else
#error "This processor's way to change the stack is missing."
#endif

size_t target_stack_use(void (*fn)(void *), void *argument, void *stack, size_t size) {
    volatile uint8_t *bottom = stack;
    size_t untouched = 0;
    for (size_t i = 0; i < size; i++) {
        bottom[i] = PAINT;
    }
    stack_switch(fn, argument, (uint8_t *)stack + size);
    while (untouched < size && bottom[untouched] == PAINT) {
        untouched++;
    }
    return size - untouched;
}
