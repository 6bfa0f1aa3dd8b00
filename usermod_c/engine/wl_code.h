/* SPDX-License-Identifier: MIT
 *
 * The register code: operation numbers, body header, and the words at the start of every code
 * cache. Derived from wl_code_ops.def.
 */
#ifndef WL_CODE_H
#define WL_CODE_H

#include "wl_internal.h"

/* Forms, in the order in which a group's operations are numbered. */
enum { WL_ALU_AS, WL_ALU_ASD, WL_ALU_SS, WL_ALU_SSD, WL_ALU_AI, WL_ALU_AID, WL_ALU_SI, WL_ALU_SID,
       WL_ALU_SA, WL_ALU_SAD };
enum { WL_UN_A, WL_UN_AD, WL_UN_S, WL_UN_SD };
enum { WL_CMP_AS, WL_CMP_SS, WL_CMP_AI, WL_CMP_SI, WL_CMP_FORMS };
enum { WL_LD_AZ, WL_LD_AZD, WL_LD_AO, WL_LD_AOD, WL_LD_SZ, WL_LD_SZD, WL_LD_SO, WL_LD_SOD,
       WL_LD_SW, WL_LD_SWD, WL_LD_SS, WL_LD_SSD };
enum { WL_ST_AZS, WL_ST_AOS, WL_ST_AOI, WL_ST_SZA, WL_ST_SZS, WL_ST_SOA, WL_ST_SOS, WL_ST_SOI,
       WL_ST_SWA, WL_ST_SWS, WL_ST_SWI, WL_ST_SSA, WL_ST_SSS };

/* Expands to X(name) for every operation, in number order. X-macro over the X-macro, so that the
 * numbering, the handler table and the names cannot disagree. */
#define WL_ALU2_ROWS(X, n) X(n##_AS) X(n##_ASD) X(n##_SS) X(n##_SSD) X(n##_AI) X(n##_AID) X(n##_SI) X(n##_SID)
#define WL_ALU3_ROWS(X, n) WL_ALU2_ROWS(X, n) X(n##_SA) X(n##_SAD)
#define WL_UN_ROWS(X, n) X(n##_A) X(n##_AD) X(n##_S) X(n##_SD)
#define WL_LD_ROWS(X, n) \
    X(n##_AZ) X(n##_AZD) X(n##_AO) X(n##_AOD) X(n##_SZ) X(n##_SZD) \
    X(n##_SO) X(n##_SOD) X(n##_SW) X(n##_SWD) X(n##_SS) X(n##_SSD)
#define WL_ST_ROWS(X, n) \
    X(n##_AZS) X(n##_AOS) X(n##_AOI) X(n##_SZA) X(n##_SZS) X(n##_SOA) X(n##_SOS) X(n##_SOI) \
    X(n##_SWA) X(n##_SWS) X(n##_SWI) X(n##_SSA) X(n##_SSS)

typedef enum {
#define ROW(n) WLC_##n,
#include "wl_code_all.h"
#undef ROW
    WLC_COUNT
} wl_code_op_t;

#endif
