/* SPDX-License-Identifier: MIT
 *
 * The Xtensa core of ESP8266 (call0 ABI, no FPU) on QEMU's sim machine: start-up, and as much of a C
 * library as the engine's tests use, for there is none. Memory comes from the engine's arena.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wl.h"

enum { SIM_EXIT = 1,
       SIM_WRITE = 4,
       HEAP_BYTES = 8 << 20,
       HEADER_BYTES = 8 };

int main(void);

/* ---- The simulator ---- */

static int simulator(int operation, int a, const void *b, size_t c) {
    register int a2 __asm__("a2") = operation;
    register int a3 __asm__("a3") = a;
    register const void *a4 __asm__("a4") = b;
    register size_t a5 __asm__("a5") = c;
    __asm__ volatile("simcall" : "+r"(a2), "+r"(a3) : "r"(a4), "r"(a5) : "memory");
    return a2;
}

_Noreturn void exit(int status) {
    for (;;) {
        simulator(SIM_EXIT, status, NULL, 0);
    }
}

_Noreturn void abort(void) {
    exit(99);
}

__attribute__((used)) static void start(void) {
    exit(main());
}

__asm__(".section .reset, \"ax\"\n"
        ".global reset\n"
        "reset:\n"
        "    j 1f\n"
        ".align 4\n"
        ".literal_position\n"
        "1:  movi a1, stack_top\n"
        "    movi a0, start\n"
        "    jx a0\n"
        ".text\n");

/* ---- Memory and strings ---- */

static wl_arena_t heap;

void *malloc(size_t size) {
    static uint64_t memory[HEAP_BYTES / 8];
    if (heap.size == 0) {
        wl_arena_init(&heap, memory, sizeof(memory));
    }
    size_t *block = wl_arena_resize(&heap, NULL, 0, HEADER_BYTES + size);
    if (block == NULL) {
        return NULL;
    }
    *block = HEADER_BYTES + size;
    return (char *)block + HEADER_BYTES;
}

void *realloc(void *p, size_t size) {
    if (p == NULL) {
        return malloc(size);
    }
    size_t *block = (size_t *)(void *)((char *)p - HEADER_BYTES);
    block = wl_arena_resize(&heap, block, *block, HEADER_BYTES + size);
    if (block == NULL) {
        return NULL;
    }
    *block = HEADER_BYTES + size;
    return (char *)block + HEADER_BYTES;
}

void free(void *p) {
    if (p != NULL) {
        size_t *block = (size_t *)(void *)((char *)p - HEADER_BYTES);
        wl_arena_resize(&heap, block, *block, 0);
    }
}

/* The compiler must not see a call of the function itself in these. */
#define PLAIN __attribute__((optimize("no-tree-loop-distribute-patterns")))

PLAIN void *memcpy(void *restrict to, const void *restrict from, size_t size) {
    for (size_t i = 0; i < size; i++) {
        ((char *)to)[i] = ((const char *)from)[i];
    }
    return to;
}

PLAIN void *memmove(void *to, const void *from, size_t size) {
    if ((uintptr_t)to <= (uintptr_t)from) {
        return memcpy(to, from, size);
    }
    while (size-- > 0) {
        ((char *)to)[size] = ((const char *)from)[size];
    }
    return to;
}

PLAIN void *memset(void *to, int value, size_t size) {
    for (size_t i = 0; i < size; i++) {
        ((char *)to)[i] = (char)value;
    }
    return to;
}

PLAIN int memcmp(const void *a, const void *b, size_t size) {
    const unsigned char *p = a, *q = b;
    for (; size > 0; p++, q++, size--) {
        if (*p != *q) {
            return *p - *q;
        }
    }
    return 0;
}

PLAIN size_t strlen(const char *s) {
    size_t size = 0;
    while (s[size] != 0) {
        size++;
    }
    return size;
}

int strcmp(const char *a, const char *b) {
    while (*a != 0 && *a == *b) {
        a++;
        b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

/* ---- Output ---- */

FILE *const stdout, *const stderr;

typedef struct {
    char *to;
    size_t size, used;
} output_t;

static void put(output_t *o, char c) {
    if (o->used + 1 < o->size) {
        o->to[o->used++] = c;
    }
}

static void put_text(output_t *o, const char *text) {
    while (*text != 0) {
        put(o, *text++);
    }
}

static void put_number(output_t *o, unsigned long value, unsigned base) {
    char digits[12];
    size_t n = sizeof(digits);
    digits[--n] = 0;
    do {
        digits[--n] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    put_text(o, digits + n);
}

static void put_signed(output_t *o, long value) {
    if (value < 0) {
        put(o, '-');
    }
    put_number(o, value < 0 ? 0 - (unsigned long)value : (unsigned long)value, 10);
}

/* Knows %s, %d, %u and %x, of any of the 32-bit sizes. */
int vsnprintf(char *to, size_t size, const char *format, va_list args) {
    output_t o = {to, size, 0};
    for (const char *f = format; *f != 0; f++) {
        if (*f != '%') {
            put(&o, *f);
            continue;
        }
        for (f++; *f == 'l' || *f == 'z'; f++) {
        }
        if (*f == 's') {
            put_text(&o, va_arg(args, const char *));
        } else if (*f == 'd') {
            put_signed(&o, va_arg(args, long));
        } else {
            put_number(&o, va_arg(args, unsigned long), *f == 'x' ? 16 : 10);
        }
    }
    to[o.used] = 0;
    return (int)o.used;
}

int snprintf(char *to, size_t size, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = vsnprintf(to, size, format, args);
    va_end(args);
    return n;
}

static int print(const char *format, va_list args) {
    char text[256];
    int n = vsnprintf(text, sizeof(text), format, args);
    return simulator(SIM_WRITE, 1, text, (size_t)n);
}

int printf(const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = print(format, args);
    va_end(args);
    return n;
}

int fprintf(FILE *file, const char *format, ...) {
    (void)file;
    va_list args;
    va_start(args, format);
    int n = print(format, args);
    va_end(args);
    return n;
}
