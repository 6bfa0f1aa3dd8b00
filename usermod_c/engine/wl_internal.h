/* SPDX-License-Identifier: MIT
 *
 * What the engine's files share: the records behind the public handles, and each file's services
 * to the others. Layers, lowest first: reader, module, validate, translate, codecache, instance,
 * interp, call.
 */
#ifndef WL_INTERNAL_H
#define WL_INTERNAL_H

#include <string.h>

#include "wl.h"
#include "wl_config.h"

#define WL_LIKELY(x) __builtin_expect(!!(x), 1)
#define WL_UNLIKELY(x) __builtin_expect(!!(x), 0)
/* For what must not widen its caller's frame, or is too big to be there more than once. */
#define WL_NOINLINE __attribute__((noinline))

/* ---- Reader: a cursor over the module's bytes ----
 * A failing read records the first error, moves to the end and returns zero, so callers check
 * `status` once per construct instead of after every read. */
typedef struct {
    const uint8_t *bytes; /* the whole module; positions are offsets into it */
    uint32_t pos, end;
    wl_status_t status;
    uint32_t error_pos;
    uint32_t aux; /* wl_error_t.aux of the failure; set by who knows more than a position */
} wl_reader_t;

void wl_reader_init(wl_reader_t *r, const uint8_t *bytes, uint32_t pos, uint32_t end);
void wl_reader_fail(wl_reader_t *r, wl_status_t status, uint32_t pos);
void wl_reader_fail_aux(wl_reader_t *r, wl_status_t status, uint32_t pos, uint32_t aux);
uint32_t wl_read_u32_long(wl_reader_t *r); /* LEB128 of more than one byte */
uint32_t wl_read_index(wl_reader_t *r, uint32_t count, wl_status_t unknown); /* below `count`, else `unknown` */
int32_t wl_read_s32_long(wl_reader_t *r);
int64_t wl_read_s33(wl_reader_t *r); /* block types */
int64_t wl_read_s64(wl_reader_t *r);
uint32_t wl_read_fixed32(wl_reader_t *r);
uint64_t wl_read_fixed64(wl_reader_t *r);
const uint8_t *wl_read_bytes(wl_reader_t *r, uint32_t size); /* NULL and LENGTH_BOUNDS past the end */
const uint8_t *wl_read_name(wl_reader_t *r, uint32_t *size); /* checks UTF-8 */

static inline uint8_t wl_read_u8(wl_reader_t *r) {
    if (WL_LIKELY(r->pos < r->end)) {
        return r->bytes[r->pos++];
    }
    wl_reader_fail(r, WL_UNEXPECTED_END, r->end);
    return 0;
}

/* Most numbers are one byte. */
static inline int32_t wl_read_s32(wl_reader_t *r) {
    if (WL_LIKELY(r->pos < r->end && r->bytes[r->pos] < 0x80)) {
        return (int32_t)((uint32_t)r->bytes[r->pos++] << 25) >> 25;
    }
    return wl_read_s32_long(r);
}

static inline uint32_t wl_read_u32(wl_reader_t *r) {
    if (WL_LIKELY(r->pos < r->end && r->bytes[r->pos] < 0x80)) {
        return r->bytes[r->pos++];
    }
    return wl_read_u32_long(r);
}

/* ---- Value types ---- */
/* Slots a value of `type` takes in a frame. */
static inline uint32_t wl_type_slots(uint8_t type) {
    return (type == WL_I64 || type == WL_F64) ? 2 : 1;
}
static inline bool wl_is_ref_type(uint8_t type) {
    return type == WL_FUNCREF || type == WL_EXTERNREF;
}
/* Reads a value type; fails with NO_SIMD, NO_GC ... by name or BAD_VALUE_TYPE. */
uint8_t wl_read_value_type(wl_reader_t *r);
uint8_t wl_read_ref_type(wl_reader_t *r); /* BAD_REF_TYPE */

/* ---- Module ---- */
typedef struct {
    uint8_t type; /* wl_valtype_t */
    bool is_mutable;
    uint32_t init; /* offset of its constant expression; 0 for imports */
} wl_module_global_t;

typedef struct {
    uint32_t offset; /* data: of its bytes; elem: of the item vector's first item */
    uint32_t count;  /* data: bytes; elem: items */
    uint32_t expr;   /* active: offset of the offset expression, else 0 */
    uint8_t index;   /* active: memory or table index */
    uint8_t type;    /* elem: reference type */
    bool exprs;      /* elem: items are constant expressions, else function indices */
    bool declared;   /* elem: declarative */
} wl_segment_t;

struct wl_module {
    wl_allocator_t allocator;
    const uint8_t *bytes;
    uint32_t size;

    uint32_t n_types, n_funcs, n_globals, n_tables, n_elems, n_datas, n_imports, n_exports;
    uint32_t n_imported_funcs, n_imported_globals, n_imported_tables;
    uint8_t n_memories, n_imported_memories;
    bool has_start, has_data_count;
    bool data_follows;          /* behind the code there is a data section */

    wl_functype_t *types;
    uint16_t *func_types;       /* [n_funcs] index into types, the canonical one */
    uint32_t *bodies;           /* [n_funcs - n_imported_funcs] offset of a body's size field */
    wl_module_global_t *globals;
    wl_limits_t *tables;
    wl_limits_t memories[WL_LIMIT_MEMORIES];
    wl_segment_t *elems, *datas;
    uint32_t start;
    uint32_t imports, exports;  /* offset of the first entry, after the count */
    uint8_t *declared_refs;     /* bit per function, while loading only */
    size_t ram_bytes;
};

/* A memory's index: a constant where there can be one memory only. */
#define WL_MEMORY(index) (WL_LIMIT_MEMORIES > 1 ? (index) : 0)

/* The engine's one way to memory; all sizes are counted. */
void *wl_alloc(const wl_allocator_t *a, size_t size); /* zeroed; NULL when out of memory */
void *wl_resize(const wl_allocator_t *a, void *p, size_t old_size, size_t new_size);
void wl_free(const wl_allocator_t *a, void *p, size_t size);

bool wl_functype_equal(const wl_functype_t *a, const wl_functype_t *b);

/* Checks a constant expression of `type` at the cursor and moves past its end. `module` holds
 * what constant expressions may refer to by now. */
void wl_const_validate(wl_module_t *module, wl_reader_t *r, uint8_t type);

/* A function's index, below the module's count; ref.func may name it from now on. */
void wl_read_func_ref(const wl_module_t *module, wl_reader_t *r);
void wl_declare_ref(const wl_module_t *module, uint32_t func_index);

/* Types of tables, memories and globals. Each is checked whole, page sizes and limits included. */
void wl_read_limits(wl_reader_t *r, wl_limits_t *limits, bool memory);
void wl_read_table_type(wl_reader_t *r, wl_limits_t *limits);
void wl_read_global_type(wl_reader_t *r, uint8_t *type, bool *is_mutable);

/* Reads one import (or export) at the cursor into `type`; indices are left to the caller, but for
 * the import's `func_type`. An export's description is what follows its name. */
void wl_read_import(wl_reader_t *r, const wl_module_t *module, wl_extern_type_t *type, uint32_t *func_type);
void wl_read_export(wl_reader_t *r, wl_extern_type_t *type);
void wl_read_export_desc(wl_reader_t *r, wl_extern_type_t *type);

/* A segment's item as a constant expression result is the instance's business. */

/* ---- Opcode tables ---- */
typedef enum {
#define WASM_OP(name, byte, mnemonic, imm, sig, kind, code) WL_WASM_##name = byte,
#include "wl_wasm_ops.def"
#undef WASM_OP
} wl_wasm_op_t;

typedef enum {
    WL_IMM_NONE = 1, WL_IMM_BLOCKTYPE, WL_IMM_LABEL, WL_IMM_LABELS, WL_IMM_FUNC, WL_IMM_TYPE_TABLE,
    WL_IMM_TYPES, WL_IMM_LOCAL, WL_IMM_GLOBAL, WL_IMM_TABLE, WL_IMM_MEM1, WL_IMM_MEM2, WL_IMM_MEM4,
    WL_IMM_MEM8, WL_IMM_MEMORY, WL_IMM_I32, WL_IMM_I64, WL_IMM_F32, WL_IMM_F64, WL_IMM_REFTYPE,
    WL_IMM_DATA_MEMORY, WL_IMM_DATA, WL_IMM_MEMORY_MEMORY, WL_IMM_ELEM_TABLE, WL_IMM_ELEM,
    WL_IMM_TABLE_TABLE
} wl_imm_t;

/* ---- Operations that are too rare or too big for the interpreter's loop (wl_misc.c) ----
 * The memory's first, in the order of their opcodes. */
typedef enum {
    WL_MISC_MEMORY_SIZE, WL_MISC_MEMORY_GROW, WL_MISC_MEMORY_INIT, WL_MISC_DATA_DROP, WL_MISC_MEMORY_COPY,
    WL_MISC_MEMORY_FILL, WL_MISC_TABLE_GET, WL_MISC_TABLE_SET, WL_MISC_TABLE_INIT, WL_MISC_ELEM_DROP,
    WL_MISC_TABLE_COPY, WL_MISC_TABLE_GROW, WL_MISC_TABLE_SIZE, WL_MISC_TABLE_FILL, WL_MISC_REF_FUNC,
    WL_MISC_LOAD, WL_MISC_STORE
} wl_misc_t;
/* MISC_LOAD and MISC_STORE: the width's log2 and the memory stand
 * in the first operand's high byte. */
#define WL_MISC_WIDTH(log2) ((uint32_t)(log2) << 8)
#define WL_MISC_MEMORY_SHIFT 10

/* OK for an opcode that wl_wasm_ops.def has and for the prefix 0xfc, else the feature that would
 * bring it (NO_GC ...) or BAD_OPCODE. */
wl_status_t wl_opcode_status(uint8_t opcode);

/* ---- Validation of bodies (wl_validate.c) ---- */
struct wl_translator;
typedef struct wl_validator wl_validator_t;
/* For the bodies of one module, one after the other. With a translator that is not NULL, it drives
 * that with every instruction. NULL when out of memory. */
wl_validator_t *wl_validator_new(const wl_module_t *module, const wl_allocator_t *allocator,
                                 struct wl_translator *translator);
void wl_validator_free(wl_validator_t *v);
/* Type-checks the body of defined function `index`, counted without imports. */
wl_status_t wl_validate_body(wl_validator_t *v, uint32_t index, wl_error_t *error);

#endif
