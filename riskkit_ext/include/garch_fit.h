/* Fitting GARCH(1,1): coordinates, starting points, one window, and every window of a series.
 *
 * Searched are (mu, omega, p, s, eta) with persistence p = alpha + beta in [0, 1] and share s = alpha / p in [0, 1]: the
 * constraints of the model are a box. The likelihood has several maxima (a quiet one near alpha = 0, a persistent one, a
 * nervous one), so a fit evaluates a grid of starts, searches from the best of its local maxima, and keeps the best optimum.
 */
#ifndef RISKKIT_GARCH_FIT_H
#define RISKKIT_GARCH_FIT_H

#include "garch.h"
#include "walk.h"

#define BACKCAST_SPAN 75
#define AUDIT 6 /* with stretches of 25 windows both ends are searched afresh */

/* b for a window of one lane: the exponentially weighted mean of the first 75 squared deviations, as `arch` takes it. */
static void garch_backcast(const double *z, long n, double *start) {
    double sum = 0.0, weights = 0.0, weight = 1.0;
    for (long t = 0; t < n && t < BACKCAST_SPAN; t++, weight *= 0.94) {
        sum += weight * z[t * LANES] * z[t * LANES];
        weights += weight;
    }
    start[0] = sum / weights;
    start[LANES] = start[2 * LANES] = 0.0;
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

/* From the coordinates of the search to the natural parameters, and derivatives back by the chain rule. */
static void garch_natural(const double *point, double *natural) {
    natural[0] = point[0];
    natural[LANES] = point[LANES];
    natural[2 * LANES] = point[2 * LANES] * point[3 * LANES];
    natural[3 * LANES] = point[2 * LANES] - natural[2 * LANES];
    natural[4 * LANES] = point[4 * LANES];
}

static void garch_chain_rule(int size, const double *point, const double *g, const double *H, double *gradient,
                             double *hessian) {
    double p = point[2 * LANES], s = point[3 * LANES];
    /* by[i][j] = d natural_j / d search_i */
    double by[5][5] = {{1, 0, 0, 0, 0}, {0, 1, 0, 0, 0}, {0, 0, s, 1.0 - s, 0}, {0, 0, p, -p, 0}, {0, 0, 0, 0, 1}};
    double half[5][5];
    for (int i = 0; i < size; i++) {
        double sum = 0.0;
        for (int j = 0; j < 5; j++) sum += by[i][j] * g[j * LANES];
        gradient[i * LANES] = sum;
        for (int j = 0; j < 5; j++) {
            half[i][j] = 0.0;
            for (int k = 0; k < 5; k++) half[i][j] += by[i][k] * H[(k * 5 + j) * LANES];
        }
    }
    for (int i = 0; i < size; i++)
        for (int j = 0; j < size; j++) {
            double sum = 0.0;
            for (int k = 0; k < 5; k++) sum += half[i][k] * by[j][k];
            hessian[(i * size + j) * LANES] = sum;
        }
    double turn = g[2 * LANES] - g[3 * LANES];
    hessian[(2 * size + 3) * LANES] += turn;
    hessian[(3 * size + 2) * LANES] += turn;
}

static void garch_search(const double *z, long n, const double *start, const double *point, double *value, double *gradient,
                         double *hessian, int student, int width, unsigned busy) {
    double natural[5 * LANES], g[5 * LANES], H[25 * LANES];
    for (int l = 0; l < LANES; l++) {
        garch_natural(point + l, natural + l);
        if (!student) natural[4 * LANES + l] = 0.0;
    }
    garch_evaluate(z, n, start, natural, value, g, H, student, width, busy);
    for (int l = 0; l < LANES; l++)
        if (busy >> l & 1) garch_chain_rule(student ? 5 : 4, point + l, g + l, H + l, gradient + l, hessian + l);
}

static void garch_search_normal(const double *z, long n, const double *start, const double *point, double *value,
                                double *gradient, double *hessian, int width, unsigned busy) {
    garch_search(z, n, start, point, value, gradient, hessian, 0, width, busy);
}

static void garch_search_student(const double *z, long n, const double *start, const double *point, double *value,
                                 double *gradient, double *hessian, int width, unsigned busy) {
    garch_search(z, n, start, point, value, gradient, hessian, 1, width, busy);
}

/* h at the step after the window. With four interleaved sums the recursion is no chain of n dependent operations. */
static double garch_ahead(const double *z, long n, const double *start, const double *point) {
    double omega = point[1], alpha = point[2] * point[3], beta = point[2] - alpha, mu = point[0];
    double b = start[0] + mu * (start[LANES] + mu * start[2 * LANES]);
    double b2 = beta * beta, b4 = b2 * b2, sums[4] = {0.0, 0.0, 0.0, 0.0}, ones[4] = {0.0, 0.0, 0.0, 0.0};
    double h = omega + (alpha + beta) * b;
    long t = 0, lone = n % 4;
    for (; t < lone; t++) {
        double e = z[t * LANES] - mu;
        h = omega + alpha * e * e + beta * h;
    }
    double faded = 1.0;
    for (; t < n; t += 4) {
        faded *= b4;
        for (int k = 0; k < 4; k++) {
            double e = z[(t + k) * LANES] - mu;
            sums[k] = b4 * sums[k] + e * e;
            ones[k] = b4 * ones[k] + 1.0;
        }
    }
    double last = beta * (b2 * sums[0] + beta * sums[1] + sums[2]) + sums[3];
    return omega * ones[0] * (1.0 + beta + b2 + b2 * beta) + alpha * last + faded * h;
}

/* The grid of starts: share alpha / p (rows) by persistence (columns). omega is such that the path expected from the start
 * variance b has the window's own variance, 1, as its mean: with share 0 that is the deterministic drift of the variance, which
 * is a maximum of its own in one window out of ten. */
#define GRID_SHARES 7
#define GRID_PERSISTENCES 8
#define GRID_SIZE GARCH_GRID

static void garch_grid(long n, double b, double (*points)[5]) {
    static const double shares[GRID_SHARES] = {0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 1.0};
    static const double persistences[GRID_PERSISTENCES] = {0.1, 0.4, 0.7, 0.85, 0.93, 0.97, 0.99, 0.999};
    for (int j = 0; j < GRID_PERSISTENCES; j++) {
        double p = persistences[j], faded = (1.0 - pow(p, (double)n)) / ((double)n * (1.0 - p));
        double level = (1.0 - b * faded) / (1.0 - faded);
        double omega = (level > 0.01 ? level : 0.01) * (1.0 - p);
        for (int i = 0; i < GRID_SHARES; i++) {
            double *point = points[i * GRID_PERSISTENCES + j];
            point[0] = 0.0;
            point[1] = omega;
            point[2] = p;
            point[3] = shares[i];
            point[4] = 0.15;
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
    double points[GARCH_GRID][5];
    GarchGrid grid;
    GarchPaths before, after;
} GarchSurvey;

_Static_assert(sizeof(GarchSurvey) <= SURVEY_SIZE * sizeof(double), "the survey fits its memory");

static void garch_survey_begin(GarchSurvey *survey, long n, double b, double mean, double scale, int student) {
    GarchGrid *grid = &survey->grid;
    garch_grid(n, b, survey->points);
    memset(&survey->before, 0, sizeof survey->before);
    for (int i = 0; i < GARCH_GRID; i++) {
        const double *point = survey->points[i];
        grid->omega[i] = point[1];
        grid->alpha[i] = point[2] * point[3];
        grid->beta[i] = point[2] - grid->alpha[i];
        survey->before.h[i] = point[1] + point[2] * b;
        survey->before.first[i] = 1.0;
        survey->before.second[i] = student;
    }
    grid->mean = mean;
    grid->inverse = 1.0 / scale;
    if (student) {
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
static int garch_peaks(const double *y, long n, long moved, const double *start, double mean, double scale, double *memory,
                       uint64_t *known, double (*best)[5], int student, int width) {
    GarchSurvey *survey = (GarchSurvey *)memory;
    double values[GRID_SIZE];
    if (moved) {
        garch_grid_advance(&survey->grid, &survey->before, y - moved, moved, student, GRID_SIZE, width);
        garch_grid_advance(&survey->grid, &survey->after, y - moved + n, moved, student, GRID_SIZE, width);
        garch_survey_values(survey, student, GRID_SIZE, values);
        GarchSurvey drift;
        garch_survey_begin(&drift, n, start[0], mean, scale, student);
        garch_grid_advance(&drift.grid, &drift.after, y, n, student, GRID_PERSISTENCES, width);
        garch_survey_values(&drift, student, GRID_PERSISTENCES, values);
        memcpy(survey->points, drift.points, sizeof drift.points);
    } else {
        garch_survey_begin(survey, n, start[0], mean, scale, student);
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

static int garch_peaks_normal(const double *y, long n, long moved, const double *start, double mean, double scale,
                       double *survey, uint64_t *known, double (*best)[5], int width) {
    return garch_peaks(y, n, moved, start, mean, scale, survey, known, best, 0, width);
}

static int garch_peaks_student(const double *y, long n, long moved, const double *start, double mean, double scale,
                       double *survey, uint64_t *known, double (*best)[5], int width) {
    return garch_peaks(y, n, moved, start, mean, scale, survey, known, best, 1, width);
}

static Model garch_model(int student, int mean_square, int width) {
    Model model = {width,
                   AUDIT,
                   student ? 5 : 4,
                   0,
                   3,
                   {-10.0, 1e-12, 0.0, 0.0, 1.0 / 500.0},
                   {10.0, 10.0, 1.0, 1.0, 1.0 / 2.05},
                   mean_square ? garch_mean_square : garch_backcast,
                   student ? garch_search_student : garch_search_normal,
                   student ? garch_peaks_student : garch_peaks_normal,
                   garch_ahead};
    return model;
}

#endif
