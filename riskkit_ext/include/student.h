/* Student's t law with eta = 1 / nu, so that the normal law is the ordinary point eta = 0.
 *
 * log density of location + scale T at y, with z = (y - location) / scale:
 *     normaliser(eta) - log(scale) - (1 + eta) / (2 eta) log(1 + eta z^2),
 *     normaliser(eta) = log Gamma(a + 1/2) - log Gamma(a) - log(a) / 2 - log(2 pi) / 2,  a = 1 / (2 eta).
 * Its limit for eta -> 0 is -log(2 pi) / 2 - log(scale) - z^2 / 2.
 *
 * Why compiled: a fit takes some ten passes over the window, a rolled fit does that for every day.
 */
#ifndef RISKKIT_STUDENT_H
#define RISKKIT_STUDENT_H

#include <limits.h>

#include "student_normaliser.h"
#include "walk.h"

#define WIDTH LANE_NARROWEST
#define TARGET
#include "lane_type.h"

#define NEARLY_NORMAL 1e-3 /* below this eta the logarithm is taken from its series: no cancellation */

/* log(1 + eta x) / eta and its first two derivatives by eta, x >= 0: series for small eta x. */
static void student_bend(double eta, double x, double out[3]) {
    double u = eta * x;
    if (u > 0.05) {
        double w = x / (1.0 + u);
        out[0] = log1p(u) / eta;
        out[1] = (w - out[0]) / eta;
        out[2] = -(w * w + 2.0 * out[1]) / eta;
        return;
    }
    double power = x;
    out[0] = out[1] = out[2] = 0.0;
    for (int k = 0; k < 14; k++) { /* x sum (-u)^k / (k+1), and its derivatives with du/deta = x */
        double sign = k % 2 ? -1.0 : 1.0;
        out[0] += sign * power / (k + 1);
        out[1] -= sign * power * x * (k + 1) / (k + 2);
        out[2] += sign * power * x * x * (k + 1) * (k + 2) / (k + 3);
        power *= u;
    }
}

/* Sums over the sample of (1 + eta) / 2 * bend and derivatives, one lane, for nearly normal laws. */
static void student_nearly_normal(const double *z, long n, double location, double inverse, double eta, double out[3]) {
    double sum[3] = {0.0, 0.0, 0.0}, bend[3];
    for (long t = 0; t < n; t++) {
        double d = (z[t] - location) * inverse;
        student_bend(eta, d * d, bend);
        for (int k = 0; k < 3; k++) sum[k] += bend[k];
    }
    out[0] = 0.5 * (1.0 + eta) * sum[0];
    out[1] = 0.5 * sum[0] + 0.5 * (1.0 + eta) * sum[1];
    out[2] = sum[1] + 0.5 * (1.0 + eta) * sum[2];
}

/* Log-likelihood, gradient (3 x LANES) and Hessian (3 x 3 x LANES) in (location, log scale, eta) of WIDTH samples of n
 * observations, z[lane][t]; Domain: 0 <= eta < 1. */
static void student_pass(const double *const *z, long n, const double *point, double *value, double *gradient, double *hessian) {
    double inverse_scale[WIDTH];
    for (int l = 0; l < WIDTH; l++) inverse_scale[l] = exp(-point[LANES + l]);
    lane location = lane_load(point), inverse = lane_load(inverse_scale), eta = lane_load(point + 2 * LANES);
    lane zero = lane_all(0.0), w0 = zero, w2 = zero, s1 = zero, s2 = zero, t1 = zero, t2 = zero, t3 = zero, t4 = zero;
    LogSum logs = log_sum_start();
    for (long block = 0; block < n; block += LOG_BLOCK) {
        int size = n - block < LOG_BLOCK ? (int)(n - block) : LOG_BLOCK;
        lane block_z[LOG_BLOCK];
        lane_gather(z, block, size, block_z);
        for (int t = 0; t < size; t++) {
            lane d = (block_z[t] - location) * inverse, dd = d * d, denominator = 1.0 + eta * dd;
            lane w = 1.0 / denominator, ww = w * w, dww = d * ww, ddww = d * dww;
            logs.product *= denominator;
            w0 += w;
            w2 += ww;
            s1 += d * w;
            s2 += dd * w;
            t1 += dww;
            t2 += ddww;
            t3 += dd * dww;
            t4 += dd * ddww;
        }
        log_sum_carry(&logs);
    }
    double sums[9][WIDTH];
    lane all[8] = {w0, w2, s1, s2, t1, t2, t3, t4};
    log_sum_total(&logs, sums[8]);
    for (int k = 0; k < 8; k++) lane_store(sums[k], all[k]);
    for (int l = 0; l < WIDTH; l++) {
        double h = point[2 * LANES + l], r = inverse_scale[l], count = (double)n, c[3], bent[3];
        student_normaliser(h, c);
        if (h < NEARLY_NORMAL) {
            student_nearly_normal(z[l], n, point[l], r, h, bent);
        } else {
            double half = 0.5 / h, log_sum = sums[8][l];
            bent[0] = (1.0 + h) * half * log_sum;
            bent[1] = -half / h * log_sum + (1.0 + h) * half * sums[3][l];
            bent[2] = log_sum / (h * h * h) - sums[3][l] / (h * h) - (1.0 + h) * half * sums[7][l];
        }
        value[l] = count * (c[0] - point[LANES + l]) - bent[0];
        double *g = gradient + l, *H = hessian + l;
        g[0] = (1.0 + h) * r * sums[2][l];
        g[LANES] = (1.0 + h) * sums[3][l] - count;
        g[2 * LANES] = count * c[1] - bent[1];
        H[0] = -(1.0 + h) * r * r * (2.0 * sums[1][l] - sums[0][l]);
        H[LANES] = H[3 * LANES] = -2.0 * (1.0 + h) * r * sums[4][l];
        H[2 * LANES] = H[6 * LANES] = r * (sums[4][l] - sums[6][l]);
        H[4 * LANES] = -2.0 * (1.0 + h) * sums[5][l];
        H[5 * LANES] = H[7 * LANES] = sums[5][l] - sums[7][l];
        H[8 * LANES] = count * c[2] - bent[2];
    }
}

static void student_evaluate(const Model *model, const double *const *z, long n, const double *start, const double *point,
                             double *value, double *gradient, double *hessian, unsigned busy) {
    (void)model, (void)start;
    for (int l = 0; l < LANES; l += WIDTH)
        if (busy >> l & ((1u << WIDTH) - 1)) student_pass(z + l, n, point + l, value + l, gradient + l, hessian + l);
}

static int student_prepare(const Model *model, const double *z, long n, double scale, double *start) {
    (void)model, (void)z, (void)n, (void)scale, (void)start;
    return 1;
}

static double student_ahead(const Model *model, const double *z, long n, const double *start, double *point) {
    (void)model, (void)z, (void)n, (void)start, (void)point;
    return 0.0;
}

/* One start for each of a thin, a heavy and a wild tail (the wilder the tail, the smaller its scale beside the deviation), at
 * the first window of a stretch only. */
static int student_peaks(const Model *model, const double *y, long n, long moved, const double *start, double mean,
                         double scale, double *survey, uint64_t *known, double (*best)[NEWTON_MOST]) {
    static const double starts[3][NEWTON_MOST] = {{0.0, -0.2, 0.15}, {0.0, -1.2, 0.45}, {0.0, -4.0, 0.8}};
    (void)model, (void)y, (void)n, (void)moved, (void)start, (void)mean, (void)scale, (void)survey;
    if (*known) return 0;
    memcpy(best, starts, sizeof starts);
    *known = 1;
    return 3;
}

static Model student_model(void) {
    Model model = {WIDTH,
                   INT_MAX,
                   3,
                   1,
                   -1,
                   -1,
                   1,
                   0,
                   {-100.0, -12.0, 0.0},
                   {100.0, 3.0, 0.95},
                   student_prepare,
                   student_evaluate,
                   0,
                   student_peaks,
                   0,
                   student_ahead};
    return model;
}

#endif
