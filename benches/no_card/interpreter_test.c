// Tests of interpreter.c: what kernels of few statements leave, held against the same in C.
//
//   cc -o test interpreter_test.c interpreter.c -lm && ./test

#include "interpreter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UNITS = 64, PLANE = 32 };
static const unsigned ONE[3] = {1, 1, 1}, TWO_PLANES[3] = {UNITS, 1, 1}, ONE_PLANE[3] = {PLANE, 1, 1};

static int anywhere(uint64_t at, size_t bytes) { return (void)bytes, at != 0; }

static void same(const char *what, int unit, double found, double expected) {
    if (found == expected) return;
    fprintf(stderr, "%s, unit %d: found %g, expected %g\n", what, unit, found, expected);
    exit(1);
}

// Each unit adds up as many numbers as it has bits set in its place, then the sum of its neighbour
// in the cube, behind a barrier, and that of another unit of its plane.
static const char LOOPS[] =
    ".version 8.0 .target sm_90 .address_size 64\n"
    ".visible .entry loops(.param .u64 x, .param .u64 y, .param .f32 last) {\n"
    ".reg .pred %p<3>; .reg .b32 %r<12>; .reg .f32 %f<6>; .reg .b64 %rd<8>;\n"
    ".shared .align 4 .b8 tile[256];\n"
    "ld.param.u64 %rd1, [x]; ld.param.u64 %rd2, [y]; ld.param.f32 %f4, [last];\n"
    "mov.u32 %r1, %tid.x; popc.b32 %r2, %r1; mov.u32 %r3, 0; mov.f32 %f1, 0f00000000;\n"
    "$again: setp.ge.u32 %p1, %r3, %r2; @%p1 bra $done;\n"
    "mad.lo.s32 %r4, %r1, 7, %r3; rem.u32 %r4, %r4, 50; mul.wide.u32 %rd3, %r4, 4; add.s64 %rd4, %rd1, %rd3;\n"
    "ld.global.f32 %f2, [%rd4]; add.f32 %f1, %f1, %f2; add.s32 %r3, %r3, 1; bra.uni $again;\n"
    "$done: mul.lo.s32 %r5, %r1, 4; mov.u32 %r6, tile; add.s32 %r6, %r6, %r5; st.shared.f32 [%r6], %f1; bar.sync 0;\n"
    "xor.b32 %r7, %r1, 32; mul.lo.s32 %r7, %r7, 4; mov.u32 %r8, tile; add.s32 %r8, %r8, %r7; ld.shared.f32 %f3, [%r8];\n"
    "mov.b32 %r9, %f1; shfl.sync.bfly.b32 %r10, %r9, 5, 31, -1; mov.b32 %f5, %r10;\n"
    "add.f32 %f1, %f1, %f3; add.f32 %f1, %f1, %f5; setp.eq.s32 %p2, %r1, 63; @%p2 mov.f32 %f1, %f4;\n"
    "mul.wide.u32 %rd5, %r1, 4; add.s64 %rd6, %rd2, %rd5; st.global.f32 [%rd6], %f1; ret; }\n";

static void units_go_apart_and_meet_again(void) {
    float x[50], sums[UNITS], found[UNITS], last = -3.5f;
    for (int i = 0; i < 50; i++) x[i] = (float)(i * i % 17) / 4;
    void *of_x = x, *of_y = found, *given[] = {&of_x, &of_y, &last};
    ptx_run(ptx_read(LOOPS), ONE, TWO_PLANES, 0, given, anywhere);
    for (int unit = 0; unit < UNITS; unit++) {
        sums[unit] = 0;
        for (int i = 0; i < __builtin_popcount((unsigned)unit); i++) sums[unit] += x[(unit * 7 + i) % 50];
    }
    for (int unit = 0; unit < UNITS; unit++)
        same("loops", unit, found[unit], unit == 63 ? last : sums[unit] + sums[unit ^ 32] + sums[unit ^ 5]);
}

// d = a · b; what a unit holds of each matrix lies one after the other.
static const char PRODUCT[] =
    ".version 8.0 .target sm_90 .address_size 64\n"
    ".visible .entry product(.param .u64 a, .param .u64 b, .param .u64 d) {\n"
    ".reg .b32 %%r<12>; .reg .f32 %%f<8>; .reg .b64 %%rd<12>;\n"
    "ld.param.u64 %%rd1, [a]; ld.param.u64 %%rd2, [b]; ld.param.u64 %%rd3, [d]; mov.u32 %%r1, %%tid.x;\n"
    "mul.wide.u32 %%rd4, %%r1, 16; add.s64 %%rd5, %%rd1, %%rd4; ld.global.v4.b32 {%%r2, %%r3, %%r4, %%r5}, [%%rd5];\n"
    "mul.wide.u32 %%rd6, %%r1, 8; add.s64 %%rd7, %%rd2, %%rd6; ld.global.v2.b32 {%%r6, %%r7}, [%%rd7]; mov.f32 %%f1, 0f00000000;\n"
    "mma.sync.aligned.%s {%%f2, %%f3, %%f4, %%f5}, {%%r2, %%r3, %%r4, %%r5}, {%%r6, %%r7}, {%%f1, %%f1, %%f1, %%f1};\n"
    "add.s64 %%rd8, %%rd3, %%rd4; st.global.v4.f32 [%%rd8], {%%f2, %%f3, %%f4, %%f5}; ret; }\n";

// Small whole numbers, so that sums are exact in any order.
static float of_a(int row, int term) { return (float)((row * 5 + term * 3) % 11 - 5); }
static float of_b(int term, int column) { return (float)((term * 7 + column) % 13 - 6); }

static uint32_t bits(float number) {
    uint32_t word;
    return memcpy(&word, &number, 4), word;
}

static void planes_multiply_matrices(int is_bf16) {
    char text[2048];
    uint32_t a[PLANE][4], b[PLANE][2];
    float d[PLANE][4];
    int each = is_bf16 ? 2 : 1, terms = 8 * each;
    snprintf(text, sizeof text, PRODUCT, is_bf16 ? "m16n8k16.row.col.f32.bf16.bf16.f32" : "m16n8k8.row.col.f32.tf32.tf32.f32");
    memset(a, 0, sizeof a), memset(b, 0, sizeof b);
    for (int unit = 0; unit < PLANE; unit++)
        for (int i = 0; i < 4 * each; i++) {
            // Element i of a unit: two of bf16 in a register, one of tf32.
            int word = i / each, shift = is_bf16 ? 16 * (1 - i % 2) : 0, term = unit % 4 * each + i % each;
            a[unit][word] |= bits(of_a(unit / 4 + 8 * (word % 2), term + 4 * each * (word / 2))) >> shift;
            if (word < 2) b[unit][word] |= bits(of_b(term + 4 * each * word, unit / 4)) >> shift;
        }
    void *at_a = a, *at_b = b, *at_d = d, *given[] = {&at_a, &at_b, &at_d};
    ptx_run(ptx_read(text), ONE, ONE_PLANE, 0, given, anywhere);
    for (int unit = 0; unit < PLANE; unit++)
        for (int i = 0; i < 4; i++) {
            float sum = 0;
            for (int term = 0; term < terms; term++) sum += of_a(unit / 4 + 8 * (i / 2), term) * of_b(term, unit % 4 * 2 + i % 2);
            same(is_bf16 ? "bf16" : "tf32", unit, d[unit][i], sum);
        }
}

int main(void) {
    units_go_apart_and_meet_again();
    planes_multiply_matrices(1);
    planes_multiply_matrices(0);
    puts("interpreter: 3 tests passed");
}
