/* SPDX-License-Identifier: MIT
 *
 * Register code as text, for tests and tools on the host; not part of firmware.
 */
#include "wl_disasm.h"

static const char *const names[WLC_COUNT] = {
#define ROW(n) [WLC_##n] = #n,
#include "wl_code_all.h"
#undef ROW
};

/* Operand formats: one letter per word. s: slot (low byte) and maybe a second slot (high byte);
 * i: signed constant; u: unsigned; t: branch offset; T: jump table's count, entries follow. */
static const char *const formats[WLC_COUNT] = {
#define ALU_FORMATS(n) \
    [WLC_##n##_AS] = "s", [WLC_##n##_ASD] = "s", [WLC_##n##_SS] = "s", [WLC_##n##_SSD] = "ss", \
    [WLC_##n##_AI] = "i", [WLC_##n##_AID] = "is", [WLC_##n##_SI] = "si", [WLC_##n##_SID] = "si",
#define REG_ALU2(n, e) ALU_FORMATS(n)
#define REG_ALU3(n, e) ALU_FORMATS(n) [WLC_##n##_SA] = "s", [WLC_##n##_SAD] = "s",
#define REG_UN(n, e) [WLC_##n##_A] = "", [WLC_##n##_AD] = "s", [WLC_##n##_S] = "s", [WLC_##n##_SD] = "s",
#define REG_LD(n, t) \
    [WLC_##n##_AZ] = "", [WLC_##n##_AZD] = "s", [WLC_##n##_AO] = "u", [WLC_##n##_AOD] = "us", \
    [WLC_##n##_SZ] = "s", [WLC_##n##_SZD] = "s", [WLC_##n##_SO] = "su", [WLC_##n##_SOD] = "su", \
    [WLC_##n##_SW] = "si", [WLC_##n##_SWD] = "si", [WLC_##n##_SS] = "su", [WLC_##n##_SSD] = "sus",
#define REG_ST(n, t) \
    [WLC_##n##_AZS] = "s", [WLC_##n##_AOS] = "su", [WLC_##n##_AOI] = "ui", [WLC_##n##_SZA] = "s", \
    [WLC_##n##_SZS] = "s", [WLC_##n##_SOA] = "su", [WLC_##n##_SOS] = "su", [WLC_##n##_SOI] = "sui", \
    [WLC_##n##_SWA] = "si", [WLC_##n##_SWS] = "si", [WLC_##n##_SWI] = "sii", [WLC_##n##_SSA] = "su", \
    [WLC_##n##_SSS] = "sus",
#define REG_OP1(n, i, o, e) [WLC_##n] = "s",
#define REG_CALL1 REG_OP1
#define REG_TRUNC REG_OP1
#define REG_OP2(n, i, o, e) [WLC_##n] = "ss",
#define REG_CALL2 REG_OP2
#define REG_TRY2 REG_OP2
#define REG_DIV(n, g, e) [WLC_##n] = "ss",
#define CMP_FORMATS(n, t) \
    [WLC_##n##_AS] = t "s", [WLC_##n##_SS] = t "s", [WLC_##n##_AI] = t "i", [WLC_##n##_SI] = t "si",
#define REG_CMP6(n, e) CMP_FORMATS(C##n, "") CMP_FORMATS(B##n, "t") CMP_FORMATS(L##n, "t")
#define REG_CMP4(n, e) [WLC_C##n##_AS] = "s", [WLC_B##n##_AS] = "ts", [WLC_L##n##_AS] = "ts",
#define REG_OP(n, words)
#include "wl_code_ops.def"
    [WLC_HALT] = "", [WLC_XRET] = "", [WLC_LOOP] = "u", [WLC_CALL] = "uu", [WLC_CALLI] = "suu",
    [WLC_TAIL] = "uuuu", [WLC_TAILI] = "suuu", [WLC_RET0] = "s", [WLC_RETA] = "s", [WLC_RETS] = "s",
    [WLC_RET64] = "s", [WLC_RETN] = "uuu", [WLC_BR] = "t", [WLC_BRL] = "t", [WLC_BZA] = "t", [WLC_BNZA] = "t",
    [WLC_BZS] = "ts", [WLC_BNZS] = "ts", [WLC_LBZA] = "t", [WLC_LBNZA] = "t", [WLC_LBZS] = "ts",
    [WLC_LBNZS] = "ts", [WLC_BRTA] = "T", [WLC_BRTS] = "sT", [WLC_UNREACHABLE] = "", [WLC_STA] = "s",
    [WLC_STAF] = "u", [WLC_LDA] = "s", [WLC_LDI16] = "i", [WLC_LDI32] = "uu", [WLC_MOV] = "s",
    [WLC_MOV2] = "ss", [WLC_INCNZ] = "tsi", [WLC_INCNE_S] = "tsi", [WLC_INCNE_I] = "tsii", [WLC_MOV64] = "s", [WLC_MOVF] = "uu", [WLC_MOVF64] = "uu", [WLC_STI16] = "si", [WLC_STI32] = "suu",
    [WLC_STI64] = "suuuu", [WLC_SEL] = "s", [WLC_SELD] = "ss", [WLC_SEL64] = "ss", [WLC_GGET] = "u",
    [WLC_GGETD] = "us", [WLC_GSETA] = "u", [WLC_GSETS] = "su", [WLC_GGET64] = "su", [WLC_GSET64] = "su",
    [WLC_LD64] = "su", [WLC_ST64] = "su", [WLC_EXTA_S] = "s", [WLC_EXTA_U] = "s", [WLC_MISC] = "uuuu",
};

const char *wl_code_op_name(wl_code_op_t op) {
    return op < WLC_COUNT ? names[op] : "?";
}

static wl_code_op_t op_of(uint16_t word) {
    wl_handlers_t handlers;
    wl_handlers_init(&handlers);
    for (uint32_t op = 0; op < WLC_COUNT; op++) {
        if (wl_handler_word(&handlers, op) == word) {
            return (wl_code_op_t)op;
        }
    }
    return WLC_COUNT;
}

uint32_t wl_disasm(const uint16_t *code, uint32_t pos, FILE *out) {
    wl_code_op_t op = op_of(code[pos]);
    if (op == WLC_COUNT || formats[op] == NULL) {
        fprintf(out, "%5u  ? %04x\n", (unsigned)pos, code[pos]);
        return pos + 1;
    }
    fprintf(out, "%5u  %-12s", (unsigned)pos, names[op]);
    uint32_t at = pos + 1;
    bool loop = names[op][0] == 'L' || op == WLC_BRL || (op >= WLC_INCNZ && op <= WLC_INCNE_I);
    for (const char *f = formats[op]; *f != 0; f++, at++) {
        uint16_t w = code[at];
        switch (*f) {
            case 's': fprintf(out, " s%u|s%u", (w & 0xffu) / 4, (w >> 8) / 4u); break;
            case 'i': fprintf(out, " #%d", (int16_t)w); break;
            case 't': fprintf(out, " ->%u", (unsigned)(loop ? pos - w / 2u : pos + w / 2u)); break;
            case 'T':
                for (uint32_t n = 0; n <= w; n++) {
                    fprintf(out, " ->%u", (unsigned)(at + n + code[at + 1 + n] / 2u));
                }
                at += w + 1u;
                break;
            default: fprintf(out, " %u", w); break;
        }
    }
    fputc('\n', out);
    return at;
}

void wl_disasm_body(const wl_instance_t *instance, uint32_t func_index, FILE *out) {
    const uint16_t *h = instance->code[func_index];
    if (h == NULL) {
        fprintf(out, "function %u: not translated\n", (unsigned)func_index);
        return;
    }
    fprintf(out, "function %u: %u words, frame %u bytes, return slot %u, zeroed %u, cost %u\n", (unsigned)func_index,
            h[WL_H_SIZE], h[WL_H_FRAME], h[WL_H_RET] / 4u, h[WL_H_ZERO], h[WL_H_COST]);
    for (uint32_t pos = WL_H_WORDS; pos < h[WL_H_SIZE];) {
        pos = wl_disasm(h, pos, out);
    }
}
