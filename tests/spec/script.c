/* SPDX-License-Identifier: MIT
 *
 * Reads scripts. Sizes are checked against the command's storage, so a damaged script ends the
 * run and does no harm.
 */
#include "script.h"

#include <string.h>

static const struct {
    const char *name, *fields;
} commands[] = {
#define SPEC_COMMAND(name, code, fields) [code] = {#name, fields},
#include "commands.def"
};

enum { N_COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static bool read_number(const spec_host_t *host, uint32_t size, uint32_t *number) {
    uint8_t bytes[4] = {0};
    if (!host->read(host->env, bytes, size)) {
        return false;
    }
    *number = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    return true;
}

static bool read_u8(const spec_host_t *host, uint8_t *number) {
    return host->read(host->env, number, 1);
}

static bool read_text(const spec_host_t *host, spec_text_t *text) {
    if (!read_number(host, 2, &text->size) || text->size > SPEC_MAX_TEXT) {
        return false;
    }
    text->bytes[text->size] = 0;
    return host->read(host->env, text->bytes, text->size);
}

static bool read_values(const spec_host_t *host, spec_values_t *values) {
    if (!read_number(host, 1, &values->count) || values->count > SPEC_MAX_VALUES) {
        return false;
    }
    for (uint32_t i = 0; i < values->count; i++) {
        spec_value_t *v = &values->items[i];
        if (!read_u8(host, &v->type) || !read_u8(host, &v->pattern)) {
            return false;
        }
        v->n_slots = v->type == WL_I64 || v->type == WL_F64 ? 2 : 1;
        for (uint32_t slot = 0; slot < v->n_slots; slot++) {
            if (!read_number(host, 4, &v->slots[slot])) {
                return false;
            }
        }
    }
    return true;
}

static bool read_action(const spec_host_t *host, spec_command_t *command) {
    uint8_t kind;
    if (!read_u8(host, &kind)) {
        return false;
    }
    command->get = kind == 1;
    return read_text(host, &command->instance) && read_text(host, &command->name) &&
           read_values(host, &command->args);
}

/* The module ends where its block does, so that a sanitizer sees any read beyond it, and starts at
 * an odd address: a module in flash or in a file may start anywhere. */
static bool read_module(const spec_host_t *host, spec_command_t *command) {
    uint32_t size;
    if (!read_number(host, 4, &size)) {
        return false;
    }
    uint8_t *block = host->own.resize(host->own.env, NULL, 0, (size_t)size + 1);
    if (!block) {
        return false;
    }
    command->module = block + 1;
    command->module_size = size;
    return host->read(host->env, command->module, size);
}

void spec_free_module(const spec_host_t *host, uint8_t *module, uint32_t size) {
    if (module) {
        host->own.resize(host->own.env, module - 1, (size_t)size + 1, 0);
    }
}

static bool read_field(const spec_host_t *host, spec_command_t *command, char letter) {
    switch (letter) {
        case 'n': return read_text(host, &command->instance);
        case 'p': return read_text(host, &command->text);
        case 'm': return read_module(host, command);
        case 'a': return read_action(host, command);
        case 'v': return read_values(host, &command->expected);
        default: return false;
    }
}

bool spec_read_header(const spec_host_t *host, uint32_t *memory_bytes) {
    char magic[4];
    return host->read(host->env, magic, sizeof(magic)) && memcmp(magic, "WLSP", sizeof(magic)) == 0 &&
           read_number(host, 4, memory_bytes);
}

bool spec_read_command(const spec_host_t *host, spec_command_t *command) {
    uint8_t code;
    command->module = NULL;
    command->module_size = 0;
    if (!read_u8(host, &code) || code >= N_COMMANDS || !read_number(host, 4, &command->line)) {
        return false;
    }
    command->code = (spec_code_t)code;
    for (const char *letter = commands[code].fields; *letter; letter++) {
        if (!read_field(host, command, *letter)) {
            return false;
        }
    }
    return true;
}

const char *spec_command_name(spec_code_t code) {
    return commands[code].name;
}
