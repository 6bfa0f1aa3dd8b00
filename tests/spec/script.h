/* SPDX-License-Identifier: MIT
 *
 * Commands of a script, as they are read from a stream.
 */
#ifndef WL_SPEC_SCRIPT_H
#define WL_SPEC_SCRIPT_H

#include "core.h"

typedef enum {
#define SPEC_COMMAND(name, code, fields) SPEC_##name = code,
#include "commands.def"
} spec_code_t;

enum {
#define SPEC_PATTERN(name, code) SPEC_##name = code,
#include "commands.def"
};

enum {
#define SPEC_LIMIT(name, most) SPEC_MAX_##name = most,
#include "commands.def"
};

typedef struct {
    uint32_t size;
    char bytes[SPEC_MAX_TEXT + 1]; /* terminated; may hold zeros */
} spec_text_t;

typedef struct {
    uint8_t type, pattern, n_slots;
    uint32_t slots[2];
} spec_value_t;

typedef struct {
    uint32_t count;
    spec_value_t items[SPEC_MAX_VALUES];
} spec_values_t;

/* One command; which members count depends on its fields. */
typedef struct {
    spec_code_t code;
    uint32_t line;
    spec_text_t instance, text, name;
    bool get; /* the action reads a global */
    spec_values_t args, expected;
    uint8_t *module; /* to be given back with spec_free_module */
    uint32_t module_size;
} spec_command_t;

/* `memory_bytes` is what each linear memory must be able to have. */
bool spec_read_header(const spec_host_t *host, uint32_t *memory_bytes);
/* False when the script is cut off or malformed. */
bool spec_read_command(const spec_host_t *host, spec_command_t *command);
void spec_free_module(const spec_host_t *host, uint8_t *module, uint32_t size);
const char *spec_command_name(spec_code_t code);

#endif
