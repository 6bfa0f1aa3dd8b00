/* SPDX-License-Identifier: MIT
 *
 * The custom mutator of fuzz_load and fuzz_exec. Plain mutations seldom survive a module's many
 * size fields; here a section or a function body is changed and the sizes are written anew, and
 * bodies are changed by whole instructions. What is not a module is a tape for the generator.
 */
#include <stdlib.h>
#include <string.h>

#include "fz_gen.h"
#include "fz_heap.h"
#include "wl_internal.h"

#define MAX_INSTRUCTIONS 4096

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);

typedef struct {
    const uint8_t *p, *end;
} cursor_t;

typedef struct {
    uint8_t *bytes;
    size_t size, cap;
} out_t;

static uint64_t state;

static uint32_t random_below(uint32_t n) {
    state = fz_mix(state);
    return n == 0 ? 0 : (uint32_t)(state >> 16) % n;
}

/* ---- Reading what may be broken ---- */

static bool take_u32(cursor_t *c, uint32_t *value) {
    *value = 0;
    for (uint32_t shift = 0; shift < 35 && c->p < c->end; shift += 7) {
        uint8_t byte = *c->p++;
        *value |= (uint32_t)(byte & 0x7f) << (shift < 32 ? shift : 31);
        if (byte < 0x80) {
            return true;
        }
    }
    return false;
}

static bool skip_leb(cursor_t *c) {
    for (int i = 0; i < 10 && c->p < c->end; i++) {
        if (*c->p++ < 0x80) {
            return true;
        }
    }
    return false;
}

static bool skip(cursor_t *c, size_t n) {
    if ((size_t)(c->end - c->p) < n) {
        return false;
    }
    c->p += n;
    return true;
}

static const uint8_t immediates[256] = {
#define WASM_OP(name, byte, mnemonic, imm, sig, kind, code) [byte] = WL_IMM_##imm,
#include "wl_wasm_ops.def"
#undef WASM_OP
};
static const char *const signatures[256] = {
#define WASM_OP(name, byte, mnemonic, imm, sig, kind, code) [byte] = #sig,
#include "wl_wasm_ops.def"
#undef WASM_OP
};

static bool skip_lebs(cursor_t *c, uint32_t n) {
    for (; n > 0; n--) {
        if (!skip_leb(c)) {
            return false;
        }
    }
    return true;
}

/* Moves past one instruction; `op` is its number in the table. */
static bool skip_instruction(cursor_t *c, uint8_t *op) {
    uint32_t sub, n;
    if (c->p == c->end) {
        return false;
    }
    *op = *c->p++;
    if (*op == 0xfc) {
        if (!take_u32(c, &sub) || sub > 0x1f) {
            return false;
        }
        *op = (uint8_t)(0xe0 + sub);
    }
    switch (immediates[*op]) {
        case 0: return false;
        case WL_IMM_NONE: return true;
        case WL_IMM_F32: return skip(c, 4);
        case WL_IMM_F64: return skip(c, 8);
        case WL_IMM_LABELS: return take_u32(c, &n) && n < MAX_INSTRUCTIONS && skip_lebs(c, n + 1);
        case WL_IMM_TYPES: return take_u32(c, &n) && n < 16 && skip_lebs(c, n);
        case WL_IMM_MEM1:
        case WL_IMM_MEM2:
        case WL_IMM_MEM4:
        case WL_IMM_MEM8:
        case WL_IMM_TYPE_TABLE:
        case WL_IMM_DATA_MEMORY:
        case WL_IMM_MEMORY_MEMORY:
        case WL_IMM_ELEM_TABLE:
        case WL_IMM_TABLE_TABLE: return skip_lebs(c, 2);
        default: return skip_leb(c);
    }
}

/* ---- Writing ---- */

static void put_bytes(out_t *o, const uint8_t *bytes, size_t size) {
    if (size <= o->cap - o->size) {
        memcpy(o->bytes + o->size, bytes, size);
        o->size += size;
    } else {
        o->cap = o->size; /* too large: whoever looks at the result will see it is cut */
    }
}

static void put_u32(out_t *o, size_t value) {
    uint8_t leb[5];
    size_t n = 0;
    do {
        leb[n] = (uint8_t)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
        value >>= 7;
    } while (leb[n++] & 0x80);
    put_bytes(o, leb, n);
}

/* ---- Mutations ---- */

/* Writes a body's bytes with one change; `room` bytes may be added. */
static void mutate_code(out_t *o, const uint8_t *body, size_t size, size_t room) {
    static const uint8_t *starts[MAX_INSTRUCTIONS + 1];
    static uint8_t ops[MAX_INSTRUCTIONS];
    cursor_t c = {body, body + size};
    uint32_t groups = 0, n = 0;
    bool whole = take_u32(&c, &groups) && groups < 1000;
    for (uint32_t i = 0; whole && i < groups; i++) {
        whole = skip_leb(&c) && skip(&c, 1);
    }
    while (whole && n < MAX_INSTRUCTIONS && c.p < c.end) {
        starts[n] = c.p;
        if (!skip_instruction(&c, &ops[n])) {
            break;
        }
        n++;
    }
    starts[n] = c.p;
    uint32_t how = random_below(10);
    if (n == 0 || how == 0) { /* bytes */
        uint8_t *copy = malloc(size + room + 1);
        if (copy != NULL) {
            memcpy(copy, body, size);
            size = LLVMFuzzerMutate(copy, size, size + room);
            put_bytes(o, copy, size);
            free(copy);
        }
        return;
    }
    uint32_t at = random_below(n), count = 1 + random_below(how < 6 ? 1 : 8);
    count = count < n - at ? count : n - at;
    const uint8_t *from = starts[at], *to = starts[at + count];
    if (how < 5) { /* another instruction of the same kind, or another immediate */
        put_bytes(o, body, (size_t)(from - body));
        uint8_t other = (uint8_t)random_below(256);
        for (int tries = 0; tries < 256 && !(immediates[other] == immediates[ops[at]] &&
                                             strcmp(signatures[other], signatures[ops[at]]) == 0);
             tries++) {
            other++;
        }
        bool prefixed = other >= 0xe0, was_prefixed = ops[at] >= 0xe0;
        const uint8_t prefix[2] = {0xfc, (uint8_t)(other - 0xe0)};
        put_bytes(o, prefixed ? prefix : &other, prefixed ? 2 : 1);
        from += was_prefixed ? 2 : 1;
        to = starts[at + 1];
        size_t immediate = o->size;
        put_bytes(o, from, (size_t)(to - from));
        if (immediate < o->size && random_below(2) == 0) {
            o->bytes[immediate] = (uint8_t)((o->bytes[immediate] & 0x80) | random_below(random_below(2) ? 128 : 6));
        }
        put_bytes(o, to, (size_t)(body + size - to));
    } else if (how < 7) { /* one or some less */
        put_bytes(o, body, (size_t)(from - body));
        put_bytes(o, to, (size_t)(body + size - to));
    } else { /* some again, here or elsewhere */
        const uint8_t *where = how < 9 ? to : starts[random_below(n)];
        put_bytes(o, body, (size_t)(where - body));
        put_bytes(o, from, (size_t)(to - from));
        put_bytes(o, where, (size_t)(body + size - where));
    }
}

static void put_vector_of_bodies(out_t *o, cursor_t c, size_t room) {
    uint32_t n, size;
    const uint8_t *start = c.p;
    if (!take_u32(&c, &n) || n == 0) {
        put_bytes(o, start, (size_t)(c.end - start));
        return;
    }
    put_bytes(o, start, (size_t)(c.p - start));
    uint32_t chosen = random_below(n < 64 ? n : 64);
    for (uint32_t i = 0; i < n; i++) {
        const uint8_t *field = c.p;
        if (!take_u32(&c, &size) || (size_t)(c.end - c.p) < size) {
            put_bytes(o, field, (size_t)(c.end - field));
            return;
        }
        if (i != chosen) {
            put_bytes(o, field, (size_t)(c.p - field) + size);
        } else {
            out_t body = {malloc(size + room + 1), 0, size + room};
            if (body.bytes != NULL) {
                mutate_code(&body, c.p, size, room);
                put_u32(o, body.size);
                put_bytes(o, body.bytes, body.size);
                free(body.bytes);
            }
        }
        c.p += size;
    }
}

static size_t mutate_module(uint8_t *data, size_t size, size_t max_size) {
    uint32_t sections = 0, code = UINT32_MAX, payload;
    cursor_t c = {data + 8, data + size};
    for (uint8_t id; c.p < c.end; sections++) {
        id = *c.p++;
        if (!take_u32(&c, &payload) || !skip(&c, payload)) {
            break;
        }
        code = id == 10 ? sections : code;
    }
    if (sections == 0) {
        return LLVMFuzzerMutate(data, size, max_size);
    }
    uint32_t chosen = code != UINT32_MAX && random_below(4) != 0 ? code : random_below(sections);
    size_t room = max_size > size + 10 ? max_size - size - 10 : 0;
    out_t out = {malloc(max_size), 0, max_size};
    if (out.bytes == NULL) {
        return size;
    }
    put_bytes(&out, data, 8);
    c = (cursor_t){data + 8, data + size};
    for (uint32_t i = 0; i < sections; i++) {
        const uint8_t *start = c.p++;
        take_u32(&c, &payload);
        if (i != chosen) {
            put_bytes(&out, start, (size_t)(c.p - start) + payload);
        } else {
            out_t section = {malloc(payload + room + 1), 0, payload + room};
            if (section.bytes == NULL) {
                break;
            }
            if (*start == 10 && random_below(16) != 0) {
                put_vector_of_bodies(&section, (cursor_t){c.p, c.p + payload}, room);
            } else {
                put_bytes(&section, c.p, payload);
                section.size = LLVMFuzzerMutate(section.bytes, payload, payload + room);
            }
            put_bytes(&out, start, 1);
            put_u32(&out, section.size);
            put_bytes(&out, section.bytes, section.size);
            free(section.bytes);
        }
        c.p += payload;
    }
    put_bytes(&out, c.p, (size_t)(c.end - c.p));
    size = out.size;
    memcpy(data, out.bytes, size);
    free(out.bytes);
    return size;
}

/* A module of a tape: one that is there, or a new one. */
static size_t generate(uint8_t *data, size_t size, size_t max_size) {
    uint8_t fresh[1024];
    bool is_fresh = size < 64 || random_below(2) == 0;
    for (size_t i = 0; i < sizeof fresh; i++) {
        fresh[i] = (uint8_t)random_below(256);
    }
    fz_gen_options_t options = {.terminates = random_below(4) != 0, .imports = true};
    size_t made_size;
    uint8_t *made = is_fresh ? fz_gen(fresh, 100 + random_below(924), &options, &made_size)
                             : fz_gen(data, size, &options, &made_size);
    if (made_size <= max_size) {
        memcpy(data, made, made_size);
        size = made_size;
    }
    free(made);
    return size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed) {
    state = seed;
    bool is_module = size >= 8 && memcmp(data, "\0asm", 4) == 0;
    uint32_t how = random_below(100);
    if (how < 4) {
        return generate(data, size, max_size);
    }
    if (!is_module || how < 20) {
        return LLVMFuzzerMutate(data, size, max_size);
    }
    for (uint32_t n = 1 + random_below(3); n > 0 && size >= 8 && memcmp(data, "\0asm", 4) == 0; n--) {
        size = mutate_module(data, size, max_size);
    }
    return size;
}
