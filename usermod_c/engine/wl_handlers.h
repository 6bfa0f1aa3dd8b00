/* SPDX-License-Identifier: MIT
 *
 * The interpreter's handlers, one per operation of wl_code_ops.def, without a frame around them:
 * wl_interp.c includes this once, inside a function (computed goto) or at file level (tail calls),
 * with H, SHARED, GO, NEXT, JUMP, LOOP_BACK, TRAP, MEM_TRAP, EXIT and the operand macros defined to suit.
 */

/* ---- i32 arithmetic ---- */

#define ALU(n, form, xs, ys, e, out, words) \
    H(n##_##form) { DECODE_##out uint32_t x = xs, y = ys; acc = (e); OUT_##out NEXT(words); }
#define DST_HIGH S(HI(1)) = acc
#define DST_WORD2 S(LO(2)) = acc
#define DECODE_NO
#define DECODE_HIGH uint32_t d = HI(1);
#define DECODE_WORD2 uint32_t d = LO(2);
#define OUT_NO
#define OUT_HIGH S(d) = acc;
#define OUT_WORD2 S(d) = acc;
#define REG_ALU2(n, e) \
    ALU(n, AS, acc, S(LO(1)), e, NO, 2) ALU(n, ASD, acc, S(LO(1)), e, HIGH, 2) \
    ALU(n, SS, S(LO(1)), S(HI(1)), e, NO, 2) ALU(n, SSD, S(LO(1)), S(HI(1)), e, WORD2, 3) \
    ALU(n, AI, acc, I16(1), e, NO, 2) ALU(n, AID, acc, I16(1), e, WORD2, 3) \
    ALU(n, SI, S(LO(1)), I16(2), e, NO, 3) ALU(n, SID, S(LO(1)), I16(2), e, HIGH, 3)
#define REG_ALU3(n, e) REG_ALU2(n, e) \
    ALU(n, SA, S(LO(1)), acc, e, NO, 2) ALU(n, SAD, S(LO(1)), acc, e, HIGH, 2)
#define REG_UN(n, e) \
    H(n##_A) { uint32_t x = acc; acc = (e); NEXT(1); } \
    H(n##_AD) { uint32_t x = acc; acc = (e); S(LO(1)) = acc; NEXT(2); } \
    H(n##_S) { uint32_t x = S(LO(1)); acc = (e); NEXT(2); } \
    H(n##_SD) { uint32_t x = S(LO(1)); acc = (e); DST_HIGH; NEXT(2); }
#define REG_CMP6(n, e) \
    ALU(C##n, AS, acc, S(LO(1)), e, NO, 2) ALU(C##n, SS, S(LO(1)), S(HI(1)), e, NO, 2) \
    ALU(C##n, AI, acc, I16(1), e, NO, 2) ALU(C##n, SI, S(LO(1)), I16(2), e, NO, 3)
#define REG_CMP4(n, e) ALU(C##n, AS, acc, S(LO(1)), e, NO, 2)

/* ---- Slot operations ---- */

#define REG_OP1(n, in, out, e) \
    H(n) { T##in x = R##in(HI(1)); W##out(LO(1), (e)); NEXT(2); }
#define REG_OP2(n, in, out, e) \
    H(n) { T##in x = R##in(HI(1)), y = R##in(LO(2)); W##out(LO(1), (e)); NEXT(3); }
#define REG_DIV(n, overflow, e) \
    H(n) { \
        uint32_t x = S(HI(1)), y = S(LO(2)); \
        if (WL_UNLIKELY(y == 0)) { TRAP(WL_TRAP_DIV_ZERO); } \
        if (WL_UNLIKELY(overflow)) { TRAP(WL_TRAP_INT_OVERFLOW); } \
        S(LO(1)) = (e); \
        NEXT(3); \
    }
#if WL_INLINE_CALLS
#define REG_CALL1(n, in, out, f) REG_OP1(n, in, out, f(x))
#define REG_CALL2(n, in, out, f) REG_OP2(n, in, out, f(x, y))
#else
#define REG_CALL1(n, in, out, f) H(n) { GO(call1_##in##_##out, f); }
#define REG_CALL2(n, in, out, f) H(n) { GO(call2_##in##_##out, f); }
#define CALL1(in, out) SHARED(call1_##in##_##out) { wl_call1_##in##_##out(fp, ip, (T##out (*)(T##in))what); NEXT(2); }
#define CALL2(in, out) SHARED(call2_##in##_##out) { wl_call2_##in##_##out(fp, ip, (T##out (*)(T##in, T##in))what); NEXT(3); }
CALL1(32, 32)
CALL1(32, 64)
CALL1(64, 32)
CALL1(64, 64)
CALL2(32, 32)
CALL2(64, 32)
CALL2(64, 64)
#endif
#define TRY(call, words) \
    uint32_t s = call; \
    if (WL_UNLIKELY(s != WL_OK)) { TRAP(s); } \
    NEXT(words)
#define REG_TRUNC(n, in, type, saturate) H(n) { GO(truncate_##in, WL_TRUNCATE(type, saturate)); }
SHARED(truncate_32) { TRY(wl_truncate_32(fp, ip, (uint32_t)what), 2); }
SHARED(truncate_64) { TRY(wl_truncate_64(fp, ip, (uint32_t)what), 2); }
#define REG_TRY2(n, in, out, f) H(n) { GO(try2_##in##_##out, f); }
SHARED(try2_64_64) { TRY(wl_try2_64_64(fp, ip, (wl_status_t (*)(uint64_t, uint64_t, uint64_t *))what), 3); }

/* ---- Memory ---- */

/* `address + offset` as a pointer, trapping unless all of the access is within the memory. The
 * translator has made sure that `lim4 - offset` does not wrap. */
#define CHECK(address, offset, type) \
    if (WL_UNLIKELY((address) > lim4 + 4 - (uint32_t)sizeof(type) - (offset))) { \
        MEM_TRAP(address, (offset) + (uint32_t)sizeof(type)); \
    }
#define LOAD(n, form, type, address, offset, out, words) \
    H(n##_##form) { \
        uint32_t x = address, o = offset; \
        CHECK(x, o, type) \
        const uint8_t *p = mem + x + o; \
        acc = (uint32_t)(int32_t)GET(type, p); \
        out; \
        NEXT(words); \
    }
#define REG_LD(n, type) \
    LOAD(n, AZ, type, acc, 0, , 1) LOAD(n, AZD, type, acc, 0, S(LO(1)) = acc, 2) \
    LOAD(n, AO, type, acc, ip[1], , 2) LOAD(n, AOD, type, acc, ip[1], DST_WORD2, 3) \
    LOAD(n, SZ, type, S(LO(1)), 0, , 2) LOAD(n, SZD, type, S(LO(1)), 0, DST_HIGH, 2) \
    LOAD(n, SO, type, S(LO(1)), ip[2], , 3) LOAD(n, SOD, type, S(LO(1)), ip[2], DST_HIGH, 3) \
    LOAD(n, SW, type, S(LO(1)) + I16(2), 0, , 3) LOAD(n, SWD, type, S(LO(1)) + I16(2), 0, DST_HIGH, 3) \
    LOAD(n, SS, type, S(LO(1)) + S(HI(1)), ip[2], , 3) \
    LOAD(n, SSD, type, S(LO(1)) + S(HI(1)), ip[2], S(LO(3)) = acc, 4)
#define STORE(n, form, type, address, offset, value, words) \
    H(n##_##form) { \
        uint32_t x = address, o = offset, v = value; \
        CHECK(x, o, type) \
        uint8_t *p = mem + x + o; \
        PUT(type, p, v); \
        NEXT(words); \
    }
#define REG_ST(n, type) \
    STORE(n, AZS, type, acc, 0, S(LO(1)), 2) STORE(n, AOS, type, acc, ip[2], S(LO(1)), 3) \
    STORE(n, AOI, type, acc, ip[1], I16(2), 3) \
    STORE(n, SZA, type, S(LO(1)), 0, acc, 2) STORE(n, SZS, type, S(LO(1)), 0, S(HI(1)), 2) \
    STORE(n, SOA, type, S(LO(1)), ip[2], acc, 3) STORE(n, SOS, type, S(LO(1)), ip[2], S(HI(1)), 3) \
    STORE(n, SOI, type, S(LO(1)), ip[2], I16(3), 4) \
    STORE(n, SWA, type, S(LO(1)) + I16(2), 0, acc, 3) STORE(n, SWS, type, S(LO(1)) + I16(2), 0, S(HI(1)), 3) \
    STORE(n, SWI, type, S(LO(1)) + I16(2), 0, I16(3), 4) \
    STORE(n, SSA, type, S(LO(1)) + S(HI(1)), ip[2], acc, 3) \
    STORE(n, SSS, type, S(LO(1)) + S(HI(1)), ip[2], S(LO(3)), 4)

#define REG_OP(n, words)
#include "wl_code_ops.def"
#undef REG_CMP6
#undef REG_CMP4

/* ---- Compare and branch: the operands stand behind the offset ---- */

#define BRANCH(n, form, xs, ys, e, taken, words) \
    H(n##_##form) { uint32_t x = xs, y = ys; if (e) { taken(); } NEXT(words); }
#define BRANCH6(n, e, taken) \
    BRANCH(n, AS, acc, S(LO(2)), e, taken, 3) BRANCH(n, SS, S(LO(2)), S(HI(2)), e, taken, 3) \
    BRANCH(n, AI, acc, I16(2), e, taken, 3) BRANCH(n, SI, S(LO(2)), I16(3), e, taken, 4)
#define REG_CMP6(n, e) BRANCH6(B##n, e, JUMP)
#define REG_CMP4(n, e) BRANCH(B##n, AS, acc, S(LO(2)), e, JUMP, 3)
#include "wl_code_cmp.def"
#undef REG_CMP6
#undef REG_CMP4
#define REG_CMP6(n, e) BRANCH6(L##n, e, LOOP_BACK)
#define REG_CMP4(n, e) BRANCH(L##n, AS, acc, S(LO(2)), e, LOOP_BACK, 3)
#include "wl_code_cmp.def"
#undef REG_CMP6
#undef REG_CMP4

H(BZA) { if (acc == 0) { JUMP(); } NEXT(2); }
H(BNZA) { if (acc != 0) { JUMP(); } NEXT(2); }
H(BZS) { if (S(LO(2)) == 0) { JUMP(); } NEXT(3); }
H(BNZS) { if (S(LO(2)) != 0) { JUMP(); } NEXT(3); }
H(LBZA) { if (acc == 0) { LOOP_BACK(); } NEXT(2); }
H(LBNZA) { if (acc != 0) { LOOP_BACK(); } NEXT(2); }
H(LBZS) { if (S(LO(2)) == 0) { LOOP_BACK(); } NEXT(3); }
H(LBNZS) { if (S(LO(2)) != 0) { LOOP_BACK(); } NEXT(3); }
/* The end of a counting loop in one. */
#define COUNT(limit, words) \
    uint32_t *p = AT(fp, LO(2)); \
    acc = *p + I16(3); \
    *p = acc; \
    if (acc != limit) { LOOP_BACK(); } \
    NEXT(words)
H(INCNZ) { COUNT(0, 4); }
H(INCNE_S) { COUNT(S(HI(2)), 4); }
H(INCNE_I) { COUNT(I16(4), 5); }
H(BR) { JUMP(); }
H(BRL) { LOOP_BACK(); }
H(LOOP) {
    ip += 2;
    SPEND(ip[-1]);
    NEXT(0);
}
/* The offset that is chosen is relative to the word before itself. */
#define TABLE_JUMP(index, first) \
    uint32_t n = ip[(first) - 1], i = index; \
    const uint16_t *p = ip + (i < n ? i : n); \
    ip = (const uint16_t *)((const uint8_t *)(p + (first) - 1) + p[first]); \
    NEXT(0)
H(BRTA) { TABLE_JUMP(acc, 2); }
H(BRTS) { TABLE_JUMP(S(LO(1)), 3); }
H(UNREACHABLE) { TRAP(WL_TRAP_UNREACHABLE); }

/* ---- Moves ---- */

H(STA) { S(LO(1)) = acc; NEXT(2); }
H(STAF) { S(ip[1]) = acc; NEXT(2); }
H(LDA) { acc = S(LO(1)); NEXT(2); }
H(LDI16) { acc = I16(1); NEXT(2); }
H(LDI32) { acc = ip[1] | (uint32_t)ip[2] << 16; NEXT(3); }
H(MOV) { uint32_t v = S(HI(1)); S(LO(1)) = v; NEXT(2); }
H(MOV2) {
    uint32_t v = S(HI(1));
    S(LO(1)) = v;
    v = S(HI(2));
    S(LO(2)) = v;
    NEXT(3);
}
H(MOV64) { uint32_t v = S(HI(1)), w = S1(HI(1)); S(LO(1)) = v; S1(LO(1)) = w; NEXT(2); }
H(MOVF) { S(ip[1]) = S(ip[2]); NEXT(3); }
H(MOVF64) { uint32_t v = S(ip[2]), w = S1(ip[2]); S(ip[1]) = v; S1(ip[1]) = w; NEXT(3); }
H(STI16) { S(LO(1)) = I16(2); NEXT(3); }
H(STI32) { S(LO(1)) = ip[2] | (uint32_t)ip[3] << 16; NEXT(4); }
H(STI64) {
    S(LO(1)) = ip[2] | (uint32_t)ip[3] << 16;
    S1(LO(1)) = ip[4] | (uint32_t)ip[5] << 16;
    NEXT(6);
}
H(SEL) { acc = acc != 0 ? S(LO(1)) : S(HI(1)); NEXT(2); }
H(SELD) { acc = acc != 0 ? S(LO(1)) : S(HI(1)); S(LO(2)) = acc; NEXT(3); }
H(SEL64) {
    uint32_t from = S(HI(2)) != 0 ? HI(1) : LO(2), v = S(from), w = S1(from);
    S(LO(1)) = v;
    S1(LO(1)) = w;
    NEXT(3);
}
H(EXTA_S) { uint32_t d = LO(1); S(d) = acc; S1(d) = (uint32_t)((int32_t)acc >> 31); NEXT(2); }
H(EXTA_U) { uint32_t d = LO(1); S(d) = acc; S1(d) = 0; NEXT(2); }
H(GGET) { acc = ctx->globals[ip[1]]->value[0]; NEXT(2); }
H(GGETD) { acc = ctx->globals[ip[1]]->value[0]; DST_WORD2; NEXT(3); }
H(GSETA) { ctx->globals[ip[1]]->value[0] = acc; NEXT(2); }
H(GSETS) { ctx->globals[ip[2]]->value[0] = S(LO(1)); NEXT(3); }
H(GGET64) {
    const uint32_t *v = ctx->globals[ip[2]]->value;
    S(LO(1)) = v[0];
    S1(LO(1)) = v[1];
    NEXT(3);
}
H(GSET64) {
    uint32_t *v = ctx->globals[ip[2]]->value;
    v[0] = S(LO(1));
    v[1] = S1(LO(1));
    NEXT(3);
}
H(LD64) {
    uint32_t x = S(HI(1)), o = ip[2];
    CHECK(x, o, uint64_t)
    const uint8_t *p = mem + x + o;
    uint32_t v = GET(uint32_t, p), w = GET(uint32_t, p + 4);
    S(LO(1)) = v;
    S1(LO(1)) = w;
    NEXT(3);
}
H(ST64) {
    uint32_t x = S(LO(1)), o = ip[2];
    CHECK(x, o, uint64_t)
    uint8_t *p = mem + x + o;
    PUT(uint32_t, p, S(HI(1)));
    PUT(uint32_t, p + 4, S1(HI(1)));
    NEXT(3);
}
H(MISC) {
    ctx->fuel = FUEL(fuel);
    uint32_t s = wl_misc(ctx, ip, fp);
    fuel = FUEL(ctx->fuel);
    mem = ctx->mem;
    lim4 = ctx->lim4;
    if (WL_UNLIKELY(s != WL_OK)) {
        TRAP(s);
    }
    ip += 5;
    SPEND(0); /* it was charged for what it did */
    NEXT(0);
}

/* ---- Calls ---- */

/* Enters the body behind header `h` with its parameters at `nf` and `back` for the return slot. ip
 * and fp take over from h and nf early: registers are few. */
#define CHECK_STACK \
    if (WL_UNLIKELY((uint32_t)((uintptr_t)ctx->stack_end - (uintptr_t)nf) < h[WL_H_FRAME])) { \
        TRAP(WL_TRAP_STACK); \
    }
#define ENTER(header, frame, back) \
    uint32_t position = back; \
    ip = header; \
    fp = frame; \
    uint32_t *p = AT(fp, ip[WL_H_RET]); \
    *p = position; \
    for (uint32_t n = ip[WL_H_ZERO]; n > 0; n--) { \
        *++p = 0; \
        __asm__("" : "+r"(p)); /* not worth a call of memset */ \
    } \
    ip += WL_H_WORDS; \
    SPEND(ip[WL_H_COST - WL_H_WORDS]); \
    NEXT(0)

H(CALL) {
    const uint16_t *h = ctx->code[ip[1]];
    uint32_t *nf = AT(fp, ip[2]);
    if (WL_UNLIKELY(h == NULL)) {
        ctx->arg = ip[1];
        EXIT(WL_EXIT_CALL);
    }
    CHECK_STACK
    ENTER(h, nf, WL_PACK(ctx, ip + 3));
}
/* The body whose header ip points at, in the frame fp, returning to `what`. */
SHARED(enter) { ENTER(ip, fp, (uint32_t)what); }
H(CALLI) {
    const uint16_t *h = wl_resolve_indirect(ctx, ip, fp);
    uint32_t *nf = AT(fp, ip[3]);
    if (WL_UNLIKELY(h == NULL)) {
        EXIT(ctx->exit);
    }
    CHECK_STACK
    uint32_t back = WL_PACK(ctx, ip + 4);
    ip = h;
    fp = nf;
    GO(enter, back);
}
/* The arguments move down over the caller's frame, which must not happen when the callee then has no
 * room; the return position stays the caller's. */
SHARED(tail) {
    const uint16_t *h = (const uint16_t *)what;
    uint32_t caller = S(ip[3]), *nf = fp;
    CHECK_STACK
    const uint32_t *args = AT(fp, ip[4]);
    for (uint32_t n = 0; n < h[WL_H_RET] / WL_SLOT_BYTES; n++) {
        nf[n] = args[n];
    }
    ip = h;
    GO(enter, caller);
}
H(TAIL) {
    const uint16_t *h = ctx->code[ip[1]];
    if (WL_UNLIKELY(h == NULL)) {
        ctx->arg = ip[1];
        EXIT(WL_EXIT_CALL);
    }
    GO(tail, h);
}
H(TAILI) {
    const uint16_t *h = wl_resolve_indirect(ctx, ip, fp);
    if (WL_UNLIKELY(h == NULL)) {
        if (ctx->exit == WL_EXIT_CALLI) { /* foreign: an ordinary call and a return follow */
            NEXT(5);
        }
        EXIT(ctx->exit);
    }
    GO(tail, h);
}
#define LEAVE(ret) \
    ip = WL_UNPACK(ctx, S(ret)); \
    fp = (uint32_t *)(void *)((uint8_t *)fp - ip[-1]); \
    NEXT(0)
H(RET0) { LEAVE(LO(1)); }
H(RETA) { LEAVE(LO(1)); }
H(RETS) { acc = S(LO(1)); LEAVE(HI(1)); }
H(RET64) {
    uint32_t v = S(LO(1)), w = S1(LO(1)), back = S(HI(1));
    fp[0] = v;
    fp[1] = w;
    ip = WL_UNPACK(ctx, back);
    fp = (uint32_t *)(void *)((uint8_t *)fp - ip[-1]);
    NEXT(0);
}
H(RETN) {
    uint32_t back = S(ip[3]);
    const uint32_t *from = AT(fp, ip[1]);
    for (uint32_t n = 0; n < ip[2]; n++) {
        fp[n] = from[n];
    }
    ip = WL_UNPACK(ctx, back);
    fp = (uint32_t *)(void *)((uint8_t *)fp - ip[-1]);
    NEXT(0);
}
H(HALT) { EXIT(WL_EXIT_HALT); }
H(XRET) { EXIT(WL_EXIT_XRET); }
#if WL_ENABLE_NATIVE
H(NATIVE) { EXIT(WL_EXIT_NATIVE); }
#endif

#undef REG_OP
#undef REG_ALU2
#undef REG_ALU3
#undef REG_UN
#undef REG_LD
#undef REG_ST
#undef REG_OP1
#undef REG_OP2
#undef REG_DIV
#undef REG_CALL1
#undef REG_CALL2
#undef REG_TRUNC
#undef REG_TRY2
