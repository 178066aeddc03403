/* Options on a forward under Black's law (Black 1976): price and Greeks of many options, and many options in many scenarios.
 *
 *     s = sigma sqrt(T),  d1 = log(F / K) / s + s / 2,  d2 = d1 - s,  D the discount factor, w = 1 for a call, -1 for a put
 *     price = D w (F Phi(w d1) - K Phi(w d2)) = D (max(w (F - K), 0) + out of the money)
 *
 * The price out of the money is computed for the side on which the option is, and parity gives the other. With M = min(F, K),
 * h = |log(F / K)| / s, t = s / 2, near distance e = t - h, far distance b = t + h, and Mills' ratio Y (normal.h):
 *
 *     out of the money = M phi(e) (Y(-e) - Y(b))          e <= c: no cancellation, all digits however far out or short
 *                      = M (1 - phi(e) (Y(e) + Y(b)))     e >  c: the value is no small part of M
 *
 * so that one exponential serves price and Greeks: F phi(d1) = K phi(d2) = M phi(e).
 *
 * Domain: see BLACK_LEAST and the others; without time or volatility the price is D max(w (F - K), 0), delta is the mean of its
 * two slopes, and what would be infinite at the strike (gamma, theta, vanna, volga, charm) is 0. Relative error of the price out
 * of the money: a few units in the last place times 1 + e^2. Rates: r = -log(D) / T, 0 where T = 0.
 * Reason: NumPy passes memory a hundred times, and the C library's erfc and exp are not vectors. The loops below are; each is
 * short enough for the processor to work on several registers at once, which hides the latency of the long polynomials.
 */
#ifndef RISKKIT_BLACK76_H
#define RISKKIT_BLACK76_H

#include "normal.h"

#define BLACK_BLOCK 256 /* options of a block: its arrays stay in the nearest cache */
#define BLACK_LEAST 1e-100 /* of forwards, strikes and discount factors */
#define BLACK_MOST 1e100
#define BLACK_LONGEST 1e4 /* years */
#define BLACK_WILDEST 1e4 /* volatility */

enum { BLACK_FORWARD, BLACK_STRIKE, BLACK_YEARS, BLACK_VOLATILITY, BLACK_SIGN, BLACK_DISCOUNT, BLACK_INPUTS };
enum {
    BLACK_PRICE,
    BLACK_DELTA,
    BLACK_PREMIUM_ADJUSTED_DELTA,
    BLACK_GAMMA,
    BLACK_VEGA,
    BLACK_THETA,
    BLACK_VANNA,
    BLACK_VOLGA,
    BLACK_CHARM,
    BLACK_OUTPUTS
};

ALWAYS_INLINE double black_larger(double a, double b) { return a > b ? a : b; }
ALWAYS_INLINE double black_smaller(double a, double b) { return a < b ? a : b; }

/* 1 / x; 0 for what is as good as 0, so that powers of the result stay finite. */
ALWAYS_INLINE double black_inverse(double x) { return x > 1e-75 ? 1.0 / x : 0.0; }


/* The value out of the money over M, and what the Greeks want of it. */
typedef struct {
    double value, at_near, at_far; /* Y(|e|) where e > c, else Y(-e); Y(b) */
} BlackTail;

/* h = |log(F / K)| / s, s > 0, density = phi(s / 2 - h). */
ALWAYS_INLINE BlackTail black_tail(double h, double s, double density) {
    double e = 0.5 * s - h, b = 0.5 * s + h;
    double a = e > NORMAL_MILLS_C ? e : -e, gap = e > NORMAL_MILLS_C ? 2.0 * h : s;
    Mills mills = normal_mills(a, b, gap);
    double small = density * s * mills.decline, large = 1.0 - density * (mills.at_a + mills.at_b);
    BlackTail tail = {e > NORMAL_MILLS_C ? large : small, mills.at_a, mills.at_b};
    return tail;
}

#include "black76_pass.h"
#include "black76_scenarios.h"
#include "black76_implied.h"

/* The same text for registers of 2, 4 and 8 doubles. The wider ones fuse a * b + c into one rounding (see lanes.h): a price agrees
 * to 1e-15 of the forward, and to 1e-14 of itself where it is no less than 1e-12 of the forward. */
#define BLACK_CLONE(name, attribute)                                                                                             \
    attribute static uint64_t black_values_##name(const double *const *in, const int64_t *step, int64_t n, double *const *out) { \
        return black_values_of(in, step, n, out);                                                                                \
    }                                                                                                                            \
    attribute static uint64_t black_revalue_##name(const BlackScenarios *scenarios, const BlackOptions *options, double *out) {  \
        return black_revalue_of(scenarios, options, out);                                                                        \
    }                                                                                                                            \
    attribute static void black_implied_##name(const double *const *in, const int64_t *step, int64_t n, double *volatility,      \
                                               double *resolution, int8_t *status) {                                             \
        black_implied_of(in, step, n, volatility, resolution, status);                                                           \
    }

BLACK_CLONE(narrow, )
#ifdef LANES_DISPATCHED
#define BLACK_AVX2 __attribute__((target("avx2,fma")))
#ifdef __clang__
#define BLACK_AVX512 __attribute__((target("avx512f,avx512dq,fma")))
#else
#define BLACK_AVX512 __attribute__((target("avx512f,avx512dq,fma,prefer-vector-width=512")))
#pragma GCC push_options
#pragma GCC optimize("fp-contract=fast")
#endif
BLACK_CLONE(avx2, BLACK_AVX2)
BLACK_CLONE(avx512, BLACK_AVX512)
#ifndef __clang__
#pragma GCC pop_options
#endif
#endif

/* Doubles in the widest register of the processor that runs. */
static int black_widest(void) {
#ifdef LANES_DISPATCHED
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) return 8;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 4;
#endif
    return LANE_NARROWEST;
}

#ifdef LANES_DISPATCHED
#define BLACK_CHOOSE(function, width) \
    ((width) >= 8 ? function##_avx512 : (width) >= 4 ? function##_avx2 : function##_narrow)
#else
#define BLACK_CHOOSE(function, width) function##_narrow
#endif

/* in[k] (n), or one number where step[k] is 0; out[k] (n), or 0 where it is not wanted. 0 when every input was in the domain; else
 * the outputs mean nothing. `width`: at most black_widest(). */
static uint64_t black_values(const double *const *in, const int64_t *step, int64_t n, double *const *out, int width) {
    (void)width;
    return BLACK_CHOOSE(black_values, width)(in, step, n, out);
}

/* Add each option's values to its row of `out`; 0 as for black_values. */
static uint64_t black_revalue(const BlackScenarios *scenarios, const BlackOptions *options, double *out, int width) {
    (void)width;
    return BLACK_CHOOSE(black_revalue, width)(scenarios, options, out);
}

/* in[BLACK_VOLATILITY] holds prices; the other inputs are in the domain. */
static void black_implied(const double *const *in, const int64_t *step, int64_t n, double *volatility, double *resolution,
                          int8_t *status, int width) {
    (void)width;
    BLACK_CHOOSE(black_implied, width)(in, step, n, volatility, resolution, status);
}

#endif
