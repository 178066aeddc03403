/* Fitting GARCH(1,1) and GJR: start variances, starting points, one window, and every window of a series.
 *
 * The likelihood has several maxima (a quiet one near alpha = 0, a persistent one, a nervous one), so a fit evaluates a grid of
 * symmetric starts, searches from the best of its local maxima, and keeps the best optimum.
 */
#ifndef RISKKIT_GARCH_FIT_H
#define RISKKIT_GARCH_FIT_H

#include "garch_coordinates.h"

#define EWMA_SPAN 75
#define AUDIT 6 /* with stretches of 25 windows both ends are searched afresh */
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

/* The grid of starts: share alpha / p (rows) by persistence (columns). omega is such that the path expected from the start
 * variance b has the window's own variance, 1, as its mean: with share 0 that is the deterministic drift of the variance, which
 * is a maximum of its own in one window out of ten. */
#define GRID_SHARES 7
#define GRID_PERSISTENCES 8
#define GRID_SIZE GARCH_GRID

static void garch_grid(long n, double b, int targeting, double (*points)[NEWTON_MOST]) {
    static const double shares[GRID_SHARES] = {0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 1.0};
    static const double persistences[GRID_PERSISTENCES] = {0.1, 0.4, 0.7, 0.85, 0.93, 0.97, 0.99, 0.999};
    for (int j = 0; j < GRID_PERSISTENCES; j++) {
        double p = persistences[j], faded = (1.0 - pow(p, (double)n)) / ((double)n * (1.0 - p));
        double level = (1.0 - b * faded) / (1.0 - faded);
        double omega = (targeting ? 1.0 : level > 0.01 ? level : 0.01) * (1.0 - p);
        for (int i = 0; i < GRID_SHARES; i++) {
            double *point = points[i * GRID_PERSISTENCES + j];
            point[0] = 0.0;
            point[1] = omega;
            point[2] = p;
            point[3] = shares[i];
            point[4] = 0.15;
            point[5] = 0.5;
        }
    }
}

/* The peaks of the likelihood on the grid: points no lower than their neighbours. The drift row, share 0, is judged by itself:
 * its maxima lie on the bound alpha = 0. */
static uint64_t garch_peaks_of(const double *values) {
    uint64_t peaks = 0;
    for (int i = 0; i < GRID_SIZE; i++) {
        int row = i / GRID_PERSISTENCES, column = i % GRID_PERSISTENCES, top = values[i] > -INFINITY, near = row > 0;
        for (int r = row - near; r <= row + near && r < GRID_SHARES; r++)
            for (int c = column - 1; c <= column + 1; c++)
                if (c >= 0 && c < GRID_PERSISTENCES) top = top && values[r * GRID_PERSISTENCES + c] <= values[i];
        if (top) peaks |= UINT64_C(1) << i;
    }
    return peaks;
}

/* The grid, and the recursions of its points before the first and after the last observation of a window. What lies between is
 * the window's likelihood, but for the start variance and the unit: those are of the window where the survey began. */
typedef struct {
    double points[GARCH_GRID][NEWTON_MOST];
    GarchGrid grid;
    GarchPaths before, after;
} GarchSurvey;

_Static_assert(sizeof(GarchSurvey) <= SURVEY_SIZE * sizeof(double), "the survey fits its memory");

static void garch_survey_begin(GarchSurvey *survey, const GarchModel *garch, long n, double b, double mean, double scale) {
    GarchGrid *grid = &survey->grid;
    garch_grid(n, b, garch->targeting, survey->points);
    memset(&survey->before, 0, sizeof survey->before);
    for (int i = 0; i < GARCH_GRID; i++) {
        const double *point = survey->points[i];
        grid->omega[i] = point[1];
        grid->alpha[i] = point[2] * point[3];
        grid->beta[i] = point[2] - grid->alpha[i];
        survey->before.h[i] = point[1] + point[2] * b;
        survey->before.first[i] = 1.0;
        survey->before.second[i] = garch->student;
    }
    grid->mean = mean;
    grid->inverse = 1.0 / scale;
    if (garch->student) {
        GarchShape shape = garch_shape(survey->points[0][4]);
        grid->k = shape.k[0];
        grid->c1 = shape.c1[0];
    }
    survey->after = survey->before;
}

/* Log-likelihoods of the points but for a constant. */
static void garch_survey_values(const GarchSurvey *survey, int student, int points, double *values) {
    const GarchPaths *before = &survey->before, *after = &survey->after;
    static const double log_two = 0.693147180559945309417232121458;
    for (int i = 0; i < points; i++) {
        double first = log(after->first[i] / before->first[i]) + log_two * (after->power[i] - before->power[i]), second;
        if (student) {
            second = log(after->second[i] / before->second[i]) + log_two * (after->second_power[i] - before->second_power[i]);
            values[i] = survey->grid.c1 * (first - second) - 0.5 * first;
        } else {
            values[i] = -0.5 * (first + after->second[i] - before->second[i]);
        }
    }
}

/* See Model. The drift row lives on the start variance, so it is computed exactly for every window. */
static int garch_peaks(const Model *model, const double *y, long n, long moved, const double *start, double mean, double scale,
                       double *memory, uint64_t *known, double (*best)[NEWTON_MOST]) {
    const GarchModel *garch = (const GarchModel *)model;
    int student = garch->student, width = model->width;
    GarchSurvey *survey = (GarchSurvey *)memory;
    double values[GRID_SIZE];
    if (moved) {
        garch_grid_advance(&survey->grid, &survey->before, y - moved, moved, student, GRID_SIZE, width);
        garch_grid_advance(&survey->grid, &survey->after, y - moved + n, moved, student, GRID_SIZE, width);
        garch_survey_values(survey, student, GRID_SIZE, values);
        GarchSurvey drift;
        garch_survey_begin(&drift, garch, n, start[0], mean, scale);
        garch_grid_advance(&drift.grid, &drift.after, y, n, student, GRID_PERSISTENCES, width);
        garch_survey_values(&drift, student, GRID_PERSISTENCES, values);
        memcpy(survey->points, drift.points, sizeof drift.points);
    } else {
        garch_survey_begin(survey, garch, n, start[0], mean, scale);
        garch_grid_advance(&survey->grid, &survey->after, y, n, student, GRID_SIZE, width);
        garch_survey_values(survey, student, GRID_SIZE, values);
    }
    uint64_t peaks = garch_peaks_of(values), fresh = peaks & ~*known;
    *known = peaks;
    int count = 0;
    for (; fresh && count < MOST_STARTS; count++) {
        int top = -1;
        for (int i = 0; i < GRID_SIZE; i++)
            if (fresh >> i & 1 && (top < 0 || values[i] > values[top])) top = i;
        memcpy(best[count], survey->points[top], sizeof best[count]);
        fresh &= ~(UINT64_C(1) << top);
    }
    return count;
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
