/* Lanes: the same arithmetic on several independent problems at once.
 *
 * A `lane` value holds one double of each of LANES problems (windows, starting points). The arithmetic is written once with the
 * ordinary operators; GCC and clang map it to two-wide registers (SSE2, NEON, simd128), any other compiler to plain doubles.
 * Each problem's numbers are the same bits whatever runs in the lanes beside it.
 */
#ifndef RISKKIT_LANES_H
#define RISKKIT_LANES_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__)
#define LANES 2
typedef double lane __attribute__((vector_size(16)));
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#else
#define LANES 1
typedef double lane;
#define ALWAYS_INLINE static inline
#endif

ALWAYS_INLINE lane lane_load(const double *from) {
    lane value;
    memcpy(&value, from, sizeof value);
    return value;
}

ALWAYS_INLINE void lane_store(double *to, lane value) { memcpy(to, &value, sizeof value); }

ALWAYS_INLINE lane lane_all(double value) {
    double copies[LANES];
    for (int l = 0; l < LANES; l++) copies[l] = value;
    return lane_load(copies);
}

/* Sum of logarithms as the logarithm of a product: one multiplication per term; every LOG_BLOCK terms the exponent of the
 * product is moved into an integer. Domain: positive normal numbers with |log10| < 19, so that LOG_BLOCK of them cannot
 * overflow. */
#define LOG_BLOCK 16

typedef struct {
    lane product;
    int64_t power[LANES];
} LogSum;

ALWAYS_INLINE LogSum log_sum_start(void) {
    LogSum sum;
    sum.product = lane_all(1.0);
    for (int l = 0; l < LANES; l++) sum.power[l] = 0;
    return sum;
}

ALWAYS_INLINE void log_sum_carry(LogSum *sum) {
    uint64_t bits[LANES];
    memcpy(bits, &sum->product, sizeof bits);
    for (int l = 0; l < LANES; l++) {
        sum->power[l] += (int64_t)(bits[l] >> 52) - 1023;
        bits[l] = (bits[l] & UINT64_C(0x000FFFFFFFFFFFFF)) | UINT64_C(0x3FF0000000000000);
    }
    memcpy(&sum->product, bits, sizeof bits);
}

ALWAYS_INLINE lane log_sum_total(const LogSum *sum) {
    double product[LANES], total[LANES];
    lane_store(product, sum->product);
    for (int l = 0; l < LANES; l++) total[l] = log(product[l]) + (double)sum->power[l] * 0.693147180559945309417232121458;
    return lane_load(total);
}

#endif
