/* Fitting GARCH(1,1) and GJR: start variances, starting points, one window, and every window of a series.
 *
 * The likelihood has several maxima (a quiet one near alpha = 0, a persistent one, a nervous one), so a fit evaluates a grid of
 * starts (garch_survey.h), searches from its peaks, and keeps the best optimum.
 */
#ifndef RISKKIT_GARCH_FIT_H
#define RISKKIT_GARCH_FIT_H

#include "garch_survey.h"

#define EWMA_SPAN 75
#define AUDIT 6 /* with stretches of 25 windows both ends are searched afresh */
#define AHEAD_SUMS 16
#define FORGOTTEN 1e-18 /* part of a variance that no digit shows */
#define LARGEST_START 1e15  /* start variance by that of the window: what h can hold */
#define MOST_PERSISTENT (1.0 - 1e-6) /* with targeting: at persistence 1 omega, and with it h, would be zero */

/* The exponentially weighted mean of the first 75 squared deviations, as `arch` takes it; z is one window. */
static double garch_ewma(const double *z, long n) {
    double sum = 0.0, weights = 0.0, weight = 1.0;
    for (long t = 0; t < n && t < EWMA_SPAN; t++, weight *= 0.94) {
        sum += weight * z[t] * z[t];
        weights += weight;
    }
    return sum / weights;
}

/* b = mean (z - mu)^2 at the current mu (Fiorentini, Calzolari and Panattoni 1996). */
static void garch_mean_square(const double *z, long n, double *start) {
    double mean = 0.0, square = 0.0;
    for (long t = 0; t < n; t++) {
        mean += z[t];
        square += z[t] * z[t];
    }
    start[0] = square / (double)n;
    start[1] = -2.0 * mean / (double)n;
    start[2] = 1.0;
}

static int garch_prepare(const Model *model, const double *z, long n, double scale, double *start) {
    const GarchModel *garch = (const GarchModel *)model;
    start[0] = 1.0;
    start[1] = start[2] = 0.0;
    if (garch->start == START_EWMA) start[0] = garch_ewma(z, n);
    if (garch->start == START_FCP) garch_mean_square(z, n, start);
    if (garch->start == START_GIVEN) start[0] = garch->start_variance / (scale * scale);
    return start[0] <= LARGEST_START;
}

static void garch_search(const Model *model, const double *const *z, long n, const double *start, const double *point, double *value,
                         double *gradient, double *hessian, unsigned busy) {
    const GarchModel *garch = (const GarchModel *)model;
    double natural[6 * LANES], g[6 * LANES], H[36 * LANES];
    for (int l = 0; l < LANES; l++) garch_natural(garch, point + l, natural + l);
    garch_evaluate(z, n, start, natural, value, g, hessian ? H : 0, garch->student, garch->leverage, model->width, busy);
    for (int l = 0; l < LANES; l++)
        if (busy >> l & 1) garch_chain_rule(garch, point + l, g + l, H + l, gradient + l, hessian ? hessian + l : 0);
}

static void garch_search_single(const Model *model, const float *const *z, long n, const double *start, const double *point,
                                double *value, double *gradient, double *hessian, unsigned busy) {
    const GarchModel *garch = (const GarchModel *)model;
    double natural[6 * LANES], g[6 * LANES], H[36 * LANES];
    for (int l = 0; l < LANES; l++) garch_natural(garch, point + l, natural + l);
    garch_estimate(z, n, start, natural, value, g, hessian ? H : 0, garch->student, garch->leverage, garch->width_single, busy);
    for (int l = 0; l < LANES; l++)
        if (busy >> l & 1) garch_chain_rule(garch, point + l, g + l, H + l, gradient + l, hessian ? hessian + l : 0);
}

/* h at the step after the window; omega and q are filled in where they are not searched. With interleaved sums the
 * recursion is no chain of n dependent operations; what beta has made vanish is not summed. */
ALWAYS_INLINE double garch_ahead_of(const Model *model, const double *z, long n, const double *start, double *point) {
    const GarchModel *garch = (const GarchModel *)model;
    double p = point[2], mu = point[0], share = p * point[3], beta = p - share, rise = 1.0, fall = 1.0;
    if (garch->targeting) point[1] = 1.0 - p;
    if (garch->leverage) {
        rise = 2.0 * (1.0 - point[5]);
        fall = 2.0 * point[5];
    } else {
        point[5] = 0.5;
    }
    double omega = point[1], b = start[0] + mu * (start[1] + mu * start[2]);
    double powers[AHEAD_SUMS + 1] = {1.0}, sums[AHEAD_SUMS] = {0.0}, ones = 0.0, faded = 1.0, last = 0.0, geometric = 0.0;
    for (int k = 0; k < AHEAD_SUMS; k++) powers[k + 1] = beta * powers[k];
    double h = omega + p * b, jump = powers[AHEAD_SUMS];
    /* observations until no h and no square, which are at most h + n, has any weight */
    double lasting = log(FORGOTTEN / (h + (double)n)) / log(beta < 0.1 ? 0.1 : beta);
    long t = beta < 1.0 && lasting < (double)n ? n - (long)lasting : 0, lone = t + (n - t) % AHEAD_SUMS;
    for (; t < lone; t++) {
        double e = z[t] - mu;
        h = omega + share * (e < 0.0 ? fall : rise) * e * e + beta * h;
    }
    for (; t < n; t += AHEAD_SUMS) {
        faded *= jump;
        ones = jump * ones + 1.0;
        for (int k = 0; k < AHEAD_SUMS && garch->leverage; k++) {
            double e = z[t + k] - mu;
            sums[k] = jump * sums[k] + (e < 0.0 ? fall : rise) * e * e;
        }
        for (int k = 0; k < AHEAD_SUMS && !garch->leverage; k++) sums[k] = jump * sums[k] + (z[t + k] - mu) * (z[t + k] - mu);
    }
    for (int k = 0; k < AHEAD_SUMS; k++) {
        last += powers[AHEAD_SUMS - 1 - k] * sums[k];
        geometric += powers[k];
    }
    return omega * ones * geometric + share * last + faded * h;
}

#ifdef LANES_DISPATCHED
__attribute__((target("avx2"))) static double garch_ahead_wide(const Model *model, const double *z, long n, const double *start,
                                                               double *point) {
    return garch_ahead_of(model, z, n, start, point);
}
#endif

static double garch_ahead(const Model *model, const double *z, long n, const double *start, double *point) {
#ifdef LANES_DISPATCHED
    if (model->width >= 4) return garch_ahead_wide(model, z, n, start, point);
#endif
    return garch_ahead_of(model, z, n, start, point);
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
                         1,
                         {-10.0, 1e-12, 0.0, 0.0, 1.0 / 500.0, 0.0},
                         {10.0, 10.0, 1.0, 1.0, 1.0 / 2.05, 1.0},
                         garch_prepare,
                         garch_search,
                         garch_search_single, /* also in a page, where it gains nothing: the same hills are climbed there */
                         garch_peaks,
                         garch_near,
                         garch_ahead},
                        student,
                        leverage,
                        start,
                        targeting,
                        width,
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
