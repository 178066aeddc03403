/* Fitting GARCH(1,1) and GJR: start variances, starting points, one window, and every window of a series.
 *
 * The likelihood has several maxima (a quiet one near alpha = 0, a persistent one, a nervous one), so a fit evaluates a grid of
 * starts (garch_survey.h), searches from its peaks, and keeps the best optimum.
 */
#ifndef RISKKIT_GARCH_FIT_H
#define RISKKIT_GARCH_FIT_H

#include "garch_survey.h"

#define EWMA_SPAN 75
#define AUDIT 2 /* what is born between audits is seen a day late */
#define LARGEST_START 1e15  /* start variance by that of the window: what h can hold */
#define MOST_PERSISTENT (1.0 - 1e-6) /* with targeting: at persistence 1 omega, and with it h, would be zero */

/* The exponentially weighted mean of the first 75 squared deviations, as `arch` takes it; z is one lane. */
static double garch_ewma(const double *z, long n) {
    double sum = 0.0, weights = 0.0, weight = 1.0;
    for (long t = 0; t < n && t < EWMA_SPAN; t++, weight *= 0.94) {
        sum += weight * z[t * LANES] * z[t * LANES];
        weights += weight;
    }
    return sum / weights;
}

/* b = mean (z - mu)^2 at the current mu (Fiorentini, Calzolari and Panattoni 1996). */
static void garch_mean_square(const double *z, long n, double *start) {
    double mean = 0.0, square = 0.0;
    for (long t = 0; t < n; t++) {
        mean += z[t * LANES];
        square += z[t * LANES] * z[t * LANES];
    }
    start[0] = square / (double)n;
    start[LANES] = -2.0 * mean / (double)n;
    start[2 * LANES] = 1.0;
}

static int garch_prepare(const Model *model, const double *z, long n, double scale, double *start) {
    const GarchModel *garch = (const GarchModel *)model;
    start[0] = 1.0;
    start[LANES] = start[2 * LANES] = 0.0;
    if (garch->start == START_EWMA) start[0] = garch_ewma(z, n);
    if (garch->start == START_FCP) garch_mean_square(z, n, start);
    if (garch->start == START_GIVEN) start[0] = garch->start_variance / (scale * scale);
    return start[0] <= LARGEST_START;
}

static void garch_search(const Model *model, const double *z, long n, const double *start, const double *point, double *value,
                         double *gradient, double *hessian, unsigned busy) {
    const GarchModel *garch = (const GarchModel *)model;
    double natural[6 * LANES], g[6 * LANES], H[36 * LANES];
    for (int l = 0; l < LANES; l++) garch_natural(garch, point + l, natural + l);
    garch_evaluate(z, n, start, natural, value, g, H, garch->student, garch->leverage, model->width, busy);
    for (int l = 0; l < LANES; l++)
        if (busy >> l & 1) garch_chain_rule(garch, point + l, g + l, H + l, gradient + l, hessian + l);
}

/* h at the step after the window; omega and q are filled in where they are not searched. With four interleaved sums the
 * recursion is no chain of n dependent operations. */
static double garch_ahead(const Model *model, const double *z, long n, const double *start, double *point) {
    const GarchModel *garch = (const GarchModel *)model;
    double p = point[2], mu = point[0], share = p * point[3], beta = p - share, rise = 1.0, fall = 1.0;
    if (garch->targeting) point[1] = 1.0 - p;
    if (garch->leverage) {
        rise = 2.0 * (1.0 - point[5]);
        fall = 2.0 * point[5];
    } else {
        point[5] = 0.5;
    }
    double omega = point[1], b = start[0] + mu * (start[LANES] + mu * start[2 * LANES]);
    double b2 = beta * beta, b4 = b2 * b2, sums[4] = {0.0, 0.0, 0.0, 0.0}, ones[4] = {0.0, 0.0, 0.0, 0.0};
    double h = omega + p * b;
    long t = 0, lone = n % 4;
    for (; t < lone; t++) {
        double e = z[t * LANES] - mu;
        h = omega + share * (e < 0.0 ? fall : rise) * e * e + beta * h;
    }
    double faded = 1.0;
    for (; t < n; t += 4) {
        faded *= b4;
        for (int k = 0; k < 4; k++) {
            double e = z[(t + k) * LANES] - mu;
            sums[k] = b4 * sums[k] + (e < 0.0 ? fall : rise) * e * e;
            ones[k] = b4 * ones[k] + 1.0;
        }
    }
    double last = beta * (b2 * sums[0] + beta * sums[1] + sums[2]) + sums[3];
    return omega * ones[0] * (1.0 + beta + b2 + b2 * beta) + share * last + faded * h;
}

/* Bounds that are equal hold a parameter that is not searched. Without leverage the search ends before q, and before eta too
 * where innovations are normal. */
static GarchModel garch_model(int student, int leverage, int zero_mean, int start, double start_variance, int targeting,
                              int width) {
    GarchModel garch = {{width,
                         AUDIT,
                         leverage ? 6 : student ? 5 : 4,
                         0,
                         3,
                         leverage ? 5 : -1,
                         !zero_mean,
                         {-10.0, 1e-12, 0.0, 0.0, 1.0 / 500.0, 0.0},
                         {10.0, 10.0, 1.0, 1.0, 1.0 / 2.05, 1.0},
                         garch_prepare,
                         garch_search,
                         garch_peaks,
                         garch_ahead},
                        student,
                        leverage,
                        start,
                        targeting,
                        start_variance};
    double *lower = garch.model.lower, *upper = garch.model.upper;
    if (zero_mean) lower[0] = upper[0] = 0.0;
    if (targeting) {
        lower[1] = upper[1] = 0.0;
        upper[2] = MOST_PERSISTENT;
    }
    if (!student) lower[4] = upper[4] = 0.0;
    if (!leverage) lower[5] = upper[5] = 0.5;
    return garch;
}

#endif
