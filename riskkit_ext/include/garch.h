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

/* k(eta), c1(eta) = (1 + eta) / (2 eta) and the constant c(eta), each with two derivatives; `far` as in student_normaliser.h. */
typedef struct {
    double k[3], c1[3], constant[3];
} GarchShape;

static GarchShape garch_shape(double eta, double far) {
    GarchShape shape;
    double room = 1.0 / (1.0 - 2.0 * eta), inverse = 1.0 / eta;
    shape.k[0] = eta * room;
    shape.k[1] = room * room;
    shape.k[2] = 4.0 * room * room * room;
    shape.c1[0] = 0.5 * (1.0 + eta) * inverse;
    shape.c1[1] = -0.5 * inverse * inverse;
    shape.c1[2] = inverse * inverse * inverse;
    student_normaliser_from(eta, far, shape.constant);
    shape.constant[0] -= 0.5 * log(1.0 - 2.0 * eta);
    shape.constant[1] += room;
    shape.constant[2] += 2.0 * room * room;
    return shape;
}

#define GARCH_GRID 64 /* points at most; a multiple of 8, and as many as a word has bits */

#define GRID_DRIFT 8 /* the first of them have alpha = 0 */

/* Points of a grid of parameters with mu = 0, one eta and one asymmetry, and the recursions of all at one observation: h and, as
 * products and powers of two, the sums of log h and log(h + k e^2) so far (normal: `sum`, of e^2 / h). Single precision tells
 * the likelihoods of two points apart where they differ by more than 1e-3. */
typedef struct {
    float omega[GARCH_GRID], alpha[GARCH_GRID], beta[GARCH_GRID], k;
    double mean, inverse, c1;
} GarchGrid;

typedef struct {
    float h[GARCH_GRID], first[GARCH_GRID], second[GARCH_GRID], sum[GARCH_GRID];
    uint32_t power[GARCH_GRID], second_power[GARCH_GRID];
} GarchPaths;

#define GARCH_SETTLED 64 /* observations after which a drifting variance has nearly settled, or drifts slowly */

/* The passes, for each width of register that a processor of this kind may have; those in single precision serve all LANES at
 * once where they can. */
#define TARGET
#define WIDTH LANE_NARROWEST
#include "garch_pass.h"
#undef WIDTH
#define SINGLE single
#define WIDTH LANE_NARROWEST_SINGLE
#include "garch_pass.h"
#include "garch_grid_pass.h"
#undef WIDTH
#undef SINGLE
#undef TARGET
#ifdef LANES_DISPATCHED
/* ISO C keeps every rounding apart; here products and sums may be fused, which is why widths differ in the last digits. */
#ifndef __clang__
#pragma GCC push_options
#pragma GCC optimize("fp-contract=fast")
#endif
#define TARGET __attribute__((target("avx2,fma")))
#define WIDTH 4
#include "garch_pass.h"
#undef WIDTH
#define SINGLE single
#define WIDTH 8
#include "garch_pass.h"
#include "garch_grid_pass.h"
#undef WIDTH
#undef SINGLE
#undef TARGET
#define TARGET __attribute__((target("avx512f,avx512vl")))
#define WIDTH 8
#include "garch_pass.h"
#define SINGLE many /* the same width as before, but twice as many registers */
#include "garch_pass.h"
#include "garch_grid_pass.h"
#undef WIDTH
#undef SINGLE
#undef TARGET
#ifndef __clang__
#pragma GCC pop_options
#endif
#endif
#undef garch_pass
#undef garch_advance
#undef garch_drift
#undef garch_grid_values

/* Doubles in the widest register of the processor that runs. */
static int garch_widest(void) {
#ifdef LANES_DISPATCHED
    return __builtin_cpu_supports("avx512vl") ? 8 : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 4 : LANE_NARROWEST;
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

/* The same in single precision: right to about 1e-5 of a standard error where the variances stay within 1e-4..1e4. */
static void garch_estimate(const float *const *z, long n, const double *start, const double *point, double *value, double *gradient,
                           double *hessian, int student, int leverage, int width, unsigned busy) {
    (void)width;
#ifdef LANES_DISPATCHED
    if (width >= 8) {
        garch_pass_many_8(z, n, start, point, value, gradient, hessian, student, leverage);
        return;
    }
    if (width >= 4) {
        garch_pass_single_8(z, n, start, point, value, gradient, hessian, student, leverage);
        return;
    }
#endif
    for (int l = 0; l < LANES; l += LANE_NARROWEST_SINGLE)
        if (busy >> l & ((1u << LANE_NARROWEST_SINGLE) - 1))
            LANE_PASTE(garch_pass_single, LANE_NARROWEST_SINGLE)(z + l, n, start + l, point + l, value + l, gradient + l,
                                                                 hessian ? hessian + l : 0, student, leverage);
}

static void garch_grid_advance(const GarchGrid *grid, GarchPaths *paths, const double *y, long count, double q, int student,
                               int points, int width) {
    (void)width;
#ifdef LANES_DISPATCHED
    if (width >= 8) {
        garch_advance_many_8(grid, paths, y, count, q, student, points);
        return;
    }
    if (width >= 4) {
        garch_advance_single_8(grid, paths, y, count, q, student, points);
        return;
    }
#endif
    LANE_PASTE(garch_advance_single, LANE_NARROWEST_SINGLE)(grid, paths, y, count, q, student, points);
}

static void garch_drift_advance(const GarchGrid *grid, GarchPaths *paths, const double *y, long count, int student, int width) {
    (void)width;
#ifdef LANES_DISPATCHED
    if (width >= 8) {
        garch_drift_many_8(grid, paths, y, count, student);
        return;
    }
    if (width >= 4) {
        garch_drift_single_8(grid, paths, y, count, student);
        return;
    }
#endif
    LANE_PASTE(garch_drift_single, LANE_NARROWEST_SINGLE)(grid, paths, y, count, student);
}

static void garch_values_of(const GarchGrid *grid, const GarchPaths *before, const GarchPaths *after, int student, int points,
                            int width, double *values) {
    (void)width;
#ifdef LANES_DISPATCHED
    if (width >= 8) {
        garch_grid_values_many_8(grid, before, after, student, points, values);
        return;
    }
    if (width >= 4) {
        garch_grid_values_single_8(grid, before, after, student, points, values);
        return;
    }
#endif
    LANE_PASTE(garch_grid_values_single, LANE_NARROWEST_SINGLE)(grid, before, after, student, points, values);
}

/* Of one sample z[t]: the variances h_1 .. h_{n+1} and the score of every observation in the natural parameters (n x 6). */
static void garch_path(const double *z, long n, const double *start, const double *point, int student, int leverage,
                       double *variance, double *scores) {
    double mu = point[0], omega = point[1], alpha = point[2], beta = point[3], gamma = leverage ? point[5] : 0.0;
    double b = start[0] + mu * (start[1] + mu * start[2]), b_slope = start[1] + 2.0 * mu * start[2];
    double persistence = alpha + 0.5 * gamma + beta, h = omega + persistence * b;
    double by[GARCH_SIZE] = {persistence * b_slope, 1.0, b, b, 0.0, leverage ? 0.5 * b : 0.0};
    GarchShape shape = {{0.0}, {0.0}, {0.0}};
    if (student) shape = garch_shape(point[4], 16.0);
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
