/* GARCH(1,1) and GJR with normal or standardised Student-t innovations: log-likelihood, exact gradient and Hessian in one pass.
 *
 *     e_t = y_t - mu,   h_t = omega + (alpha + gamma [e_{t-1} < 0]) e_{t-1}^2 + beta h_{t-1},
 *     h_1 = omega + (alpha + gamma / 2 + beta) b,
 *     normal     l_t = -log(2 pi) / 2 - log(h_t) / 2 - e_t^2 / (2 h_t)
 *     Student-t  l_t = c(eta) - log(h_t) / 2 - (1 + eta) / (2 eta) log(1 + k e_t^2 / h_t),   eta = 1 / nu, k = eta / (1 - 2 eta)
 *
 * (Bollerslev 1986, 1987; Glosten, Jagannathan and Runkle 1993). The start variance b is a quadratic in mu, b = start[0] +
 * start[1] mu + start[2] mu^2: constant, or the mean of e_t^2 in Fiorentini, Calzolari and Panattoni (1996), whose recursions
 * for the derivatives these are. The second derivative by mu is that of the data's neighbourhood in which no e_t changes sign.
 *
 * Domain: omega > 0, alpha >= 0, alpha + gamma >= 0, beta >= 0, 0.001 < eta < 1/2, data standardised, so that h and h + k e^2
 * lie in 1e-18..1e18.
 * Why compiled: h_t carries state. Per observation one division serves 1/h and 1/(h + k e^2), and no logarithm is taken:
 * products carry them (lanes.h). Order of the parameters: mu, omega, alpha, beta, eta, gamma; without `leverage` gamma is not
 * read.
 */
#ifndef RISKKIT_GARCH_H
#define RISKKIT_GARCH_H

#include "lanes.h"
#include "student_normaliser.h"

#define GARCH_SIZE 6

/* k(eta), c1(eta) = (1 + eta) / (2 eta) and the constant c(eta), each with two derivatives. */
typedef struct {
    double k[3], c1[3], constant[3];
} GarchShape;

static GarchShape garch_shape(double eta) {
    GarchShape shape;
    double room = 1.0 / (1.0 - 2.0 * eta), inverse = 1.0 / eta;
    shape.k[0] = eta * room;
    shape.k[1] = room * room;
    shape.k[2] = 4.0 * room * room * room;
    shape.c1[0] = 0.5 * (1.0 + eta) * inverse;
    shape.c1[1] = -0.5 * inverse * inverse;
    shape.c1[2] = inverse * inverse * inverse;
    student_normaliser(eta, shape.constant);
    shape.constant[0] -= 0.5 * log(1.0 - 2.0 * eta);
    shape.constant[1] += room;
    shape.constant[2] += 2.0 * room * room;
    return shape;
}

#define GARCH_GRID 64 /* points at most; a multiple of 8, and as many as a word has bits */

/* Points of a grid of parameters with mu = 0, one eta and one asymmetry, and the recursions of all at one observation: h and, as
 * products and powers of two, the sums of log h and log(h + k e^2) so far (normal: `second` is the sum of e^2 / h). */
typedef struct {
    double omega[GARCH_GRID], alpha[GARCH_GRID], beta[GARCH_GRID];
    double mean, inverse, k, c1;
} GarchGrid;

typedef struct {
    double h[GARCH_GRID], first[GARCH_GRID], second[GARCH_GRID], power[GARCH_GRID], second_power[GARCH_GRID];
} GarchPaths;

/* Move the exponents of the products into the powers. */
static void garch_carry(double *product, double *power, int points) {
    for (int i = 0; i < points; i++) {
        uint64_t bits;
        memcpy(&bits, product + i, sizeof bits);
        power[i] += (double)((int)(bits >> 52) - 1023);
        bits = (bits & UINT64_C(0x000FFFFFFFFFFFFF)) | UINT64_C(0x3FF0000000000000);
        memcpy(product + i, &bits, sizeof bits);
    }
}

#define GARCH_SETTLED 64 /* observations after which a drifting variance has nearly settled, or drifts slowly */

/* Logarithm of a positive normal number to 1e-6, in steps that a compiler makes vectors of: log 2 times the exponent, and of
 * the mantissa 1 + u a polynomial that interpolates log(1 + u) / u at Chebyshev's points. */
ALWAYS_INLINE double garch_rough_log(double x) {
    uint64_t bits, shifted;
    double u, power;
    memcpy(&bits, &x, sizeof bits);
    shifted = bits >> 52 | UINT64_C(0x4330000000000000); /* 2^52 + 1023 + exponent, as a double */
    bits = (bits & UINT64_C(0x000FFFFFFFFFFFFF)) | UINT64_C(0x3FF0000000000000);
    memcpy(&u, &bits, sizeof u);
    memcpy(&power, &shifted, sizeof power);
    u -= 1.0;
    double high = u * (-0.2351486375 + u * (0.1494345836 + u * (-0.06658804994 + u * 0.01420282562)));
    return (power - 4503599627371519.0) * 0.693147180559945309 +
           u * (0.9999987635 + u * (-0.4998719159 + u * (0.3311205191 + high)));
}

/* The passes, for each width of register that a processor of this kind may have. */
#define WIDTH LANE_NARROWEST
#define TARGET
#include "garch_pass.h"
#include "garch_grid_pass.h"
#undef WIDTH
#ifdef LANES_DISPATCHED
#undef TARGET
/* ISO C keeps every rounding apart; here products and sums may be fused, which is why widths differ in the last digits. */
#ifndef __clang__
#pragma GCC push_options
#pragma GCC optimize("fp-contract=fast")
#endif
#define WIDTH 4
#define TARGET __attribute__((target("avx2,fma")))
#include "garch_pass.h"
#include "garch_grid_pass.h"
#undef WIDTH
#undef TARGET
#define WIDTH 8
#define TARGET __attribute__((target("avx512f")))
#include "garch_pass.h"
#include "garch_grid_pass.h"
#undef WIDTH
#ifndef __clang__
#pragma GCC pop_options
#endif
#endif
#undef TARGET
#undef garch_pass
#undef garch_advance
#undef garch_drift
#undef garch_grid_values

/* Doubles in the widest register of the processor that runs. */
static int garch_widest(void) {
#ifdef LANES_DISPATCHED
    return __builtin_cpu_supports("avx512f") ? 8 : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 4 : LANE_NARROWEST;
#else
    return LANE_NARROWEST;
#endif
}

/* Value, gradient and, unless `hessian` is 0, Hessian of the lanes whose bit in `busy` is set, in registers of `width`
 * doubles, also where a narrower one would do: a problem's numbers must not depend on its neighbours. */
static void garch_evaluate(const double *const *z, long n, const double *start, const double *point, double *value, double *gradient,
                           double *hessian, int student, int leverage, int width, unsigned busy) {
    (void)width;
#ifdef LANES_DISPATCHED
    if (width >= 8) {
        garch_pass_8(z, n, start, point, value, gradient, hessian, student, leverage);
        return;
    }
    for (int l = 0; width >= 4 && l < LANES; l += 4)
        if (busy >> l & 0x0F)
            garch_pass_4(z + l, n, start + l, point + l, value + l, gradient + l, hessian ? hessian + l : 0, student, leverage);
    if (width >= 4) return;
#endif
    for (int l = 0; l < LANES; l += LANE_NARROWEST)
        if (busy >> l & ((1u << LANE_NARROWEST) - 1))
            LANE_PASTE(garch_pass, LANE_NARROWEST)(z + l, n, start + l, point + l, value + l, gradient + l,
                                                   hessian ? hessian + l : 0, student, leverage);
}

static void garch_grid_advance(const GarchGrid *grid, GarchPaths *paths, const double *y, long count, double q, int student,
                               int points, int width) {
    (void)width;
#ifdef LANES_DISPATCHED
    if (width >= 8) {
        garch_advance_8(grid, paths, y, count, q, student, points);
        return;
    }
    if (width >= 4) {
        garch_advance_4(grid, paths, y, count, q, student, points);
        return;
    }
#endif
    LANE_PASTE(garch_advance, LANE_NARROWEST)(grid, paths, y, count, q, student, points);
}

static void garch_drift_advance(const GarchGrid *grid, GarchPaths *paths, const double *y, long count, int student, int width) {
    (void)width;
#ifdef LANES_DISPATCHED
    if (width >= 8) {
        garch_drift_8(grid, paths, y, count, student);
        return;
    }
    if (width >= 4) {
        garch_drift_4(grid, paths, y, count, student);
        return;
    }
#endif
    LANE_PASTE(garch_drift, LANE_NARROWEST)(grid, paths, y, count, student);
}

static void garch_values_of(const GarchGrid *grid, const GarchPaths *before, const GarchPaths *after, int student, int points,
                            int width, double *values) {
    (void)width;
#ifdef LANES_DISPATCHED
    if (width >= 8) {
        garch_grid_values_8(grid, before, after, student, points, values);
        return;
    }
    if (width >= 4) {
        garch_grid_values_4(grid, before, after, student, points, values);
        return;
    }
#endif
    LANE_PASTE(garch_grid_values, LANE_NARROWEST)(grid, before, after, student, points, values);
}

/* Of one sample z[t]: the variances h_1 .. h_{n+1} and the score of every observation in the natural parameters (n x 6). */
static void garch_path(const double *z, long n, const double *start, const double *point, int student, int leverage,
                       double *variance, double *scores) {
    double mu = point[0], omega = point[1], alpha = point[2], beta = point[3], gamma = leverage ? point[5] : 0.0;
    double b = start[0] + mu * (start[1] + mu * start[2]), b_slope = start[1] + 2.0 * mu * start[2];
    double persistence = alpha + 0.5 * gamma + beta, h = omega + persistence * b;
    double by[GARCH_SIZE] = {persistence * b_slope, 1.0, b, b, 0.0, leverage ? 0.5 * b : 0.0};
    GarchShape shape = {{0.0}, {0.0}, {0.0}};
    if (student) shape = garch_shape(point[4]);
    for (long t = 0; t < n; t++) {
        double e = z[t] - mu, e2 = e * e, *score = scores + GARCH_SIZE * t, by_h, by_e, by_eta = 0.0;
        double fall = leverage && e < 0.0 ? 1.0 : 0.0, pull = alpha + gamma * fall;
        variance[t] = h;
        if (student) {
            double g = h + shape.k[0] * e2;
            by_h = (shape.c1[0] - 0.5) / h - shape.c1[0] / g;
            by_e = 2.0 * shape.c1[0] * shape.k[0] * e / g;
            by_eta = shape.constant[1] - shape.c1[1] * log(g / h) - shape.c1[0] * shape.k[1] * e2 / g;
        } else {
            by_h = 0.5 * (e2 / h - 1.0) / h;
            by_e = e / h;
        }
        for (int i = 0; i < GARCH_SIZE; i++) score[i] = by_h * by[i];
        score[0] += by_e;
        score[4] = by_eta;
        by[0] = beta * by[0] - 2.0 * pull * e;
        by[1] = 1.0 + beta * by[1];
        by[2] = e2 + beta * by[2];
        by[3] = h + beta * by[3];
        by[5] = fall * e2 + beta * by[5];
        h = omega + pull * e2 + beta * h;
    }
    variance[n] = h;
}

#endif
