/* Fitting a model of the family: coordinates in which its constraints are a box, and the search from several starts.
 *
 * Coordinates of the recursion, and the natural parameters they stand for:
 *
 *     GARCH      omega, p, s              alpha = p s,  beta = p (1 - s)
 *     GJR        omega, p, q, s           alpha = 2 p s (1 - q),  gamma = 2 p s (2 q - 1),  beta = p (1 - s)
 *     EGARCH     level, alpha, gamma, beta          omega = level (1 - beta)
 *     APARCH     omega, alpha, gamma, beta, delta   themselves
 *     component  omega, rho, f, s, a      alpha = rho a s,  beta = rho a (1 - s),  varphi = f beta
 *
 * The component model's box is Engle and Lee's (1999) sufficient condition for a positive variance: alpha + beta <= rho <= 1,
 * 0 <= varphi <= beta. Every natural parameter is a sum of products of distinct coordinates, which is all that the chain rule
 * needs to know.
 *
 * |e| gives EGARCH and APARCH a kink in mu at every observation (APARCH with delta < 1 a cusp), and so does a GED near the
 * Laplace law. The maximum may sit on one: then no search ends, and mu is pinned to the observations nearest to where the best
 * one stopped. With an AR(1) mean the kinks are lines in (mu, phi); a maximum where two of them meet is not looked for.
 */
#ifndef RISKKIT_GENERAL_FIT_H
#define RISKKIT_GENERAL_FIT_H

#define NEWTON_MOST 16
#define NEWTON_PASSES 50
#include "box_newton.h"
#include "general_pass.h"

#define NEAR 1e-5 /* two searches this close in all coordinates are on the same hill */
#define KINKS 8   /* observations at which mu is tried */

typedef struct {
    int natural; /* -1: the table's end */
    double factor;
    int coordinates[4]; /* own numbers; -1: no more */
} Term;

static const Term *general_terms(const General *model) {
    static const Term garch[] = {{0, 1, {0, -1}}, {1, 1, {1, 3, -1}}, {3, 1, {1, -1}}, {3, -1, {1, 3, -1}}, {-1, 0, {-1}}};
    static const Term gjr[] = {{0, 1, {0, -1}},        {1, 2, {1, 3, -1}}, {1, -2, {1, 2, 3, -1}}, {2, 4, {1, 2, 3, -1}},
                               {2, -2, {1, 3, -1}}, {3, 1, {1, -1}},       {3, -1, {1, 3, -1}},    {-1, 0, {-1}}};
    static const Term exponential[] = {{0, 1, {0, -1}}, {0, -1, {0, 3, -1}}, {1, 1, {1, -1}},
                                       {2, 1, {2, -1}}, {3, 1, {3, -1}},     {-1, 0, {-1}}};
    static const Term power[] = {{0, 1, {0, -1}}, {1, 1, {1, -1}}, {2, 1, {2, -1}},
                                 {3, 1, {3, -1}}, {4, 1, {4, -1}}, {-1, 0, {-1}}};
    static const Term component[] = {{0, 1, {0, -1}},         {1, 1, {1, -1}},    {2, 1, {2, 1, 4, -1}}, {2, -1, {2, 1, 4, 3}},
                                     {3, 1, {1, 4, 3, -1}}, {4, 1, {1, 4, -1}}, {4, -1, {1, 4, 3, -1}}, {-1, 0, {-1}}};
    if (model->kind == LINEAR) return model->at[2] < 0 ? garch : gjr;
    return model->kind == EXPONENTIAL ? exponential : model->kind == POWER ? power : component;
}

/* The product of a term's coordinates other than i and j (-1: none left out). */
static double term_rest(const General *model, const Term *term, const double *search, int i, int j) {
    double product = term->factor;
    for (int k = 0; k < 4 && term->coordinates[k] >= 0; k++) {
        int which = term->coordinates[k];
        if (which != i && which != j) product *= search[model->at[which]];
    }
    return product;
}

static int term_holds(const Term *term, int which) {
    for (int k = 0; k < 4 && term->coordinates[k] >= 0; k++)
        if (term->coordinates[k] == which) return 1;
    return 0;
}

/* From coordinates to natural parameters; by[i * size + j] = d natural_j / d coordinate_i. */
static void general_natural(const General *model, const double *search, double *natural, double *by) {
    int size = model->size;
    for (int i = 0; i < size; i++) {
        natural[i] = search[i];
        for (int j = 0; j < size; j++) by[i * size + j] = i == j;
    }
    if (model->pinned) {
        natural[0] = model->pin[0];
        by[0] = 0.0;
        if (model->lags > 0) {
            natural[0] -= search[1] * model->pin[1];
            by[size] = -model->pin[1];
        }
    }
    for (int i = 0; i < SHAPES; i++)
        if (model->at[i] >= 0) natural[model->at[i]] = by[model->at[i] * size + model->at[i]] = 0.0;
    for (const Term *term = general_terms(model); term->natural >= 0; term++) {
        int to = model->at[term->natural];
        if (to < 0) continue;
        natural[to] += term_rest(model, term, search, -1, -1);
        for (int k = 0; k < 4 && term->coordinates[k] >= 0; k++) {
            int i = term->coordinates[k];
            by[model->at[i] * size + to] += term_rest(model, term, search, i, -1);
        }
    }
}

/* Log-likelihood at coordinates `search`, gradient (size) and full Hessian (size, size) by them. */
static double general_evaluate(const General *model, const Sample *sample, const double *search, double *gradient,
                               double *hessian) {
    int size = model->size;
    double natural[GENERAL_MOST], by[GENERAL_MOST * GENERAL_MOST], half[GENERAL_MOST][GENERAL_MOST];
    Whole total;
    Track nowhere = {NULL, NULL};
    general_natural(model, search, natural, by);
    general_pass(model, sample, natural, 2, nowhere, &total);
    for (int i = 0; i < size; i++) {
        gradient[i] = 0.0;
        for (int j = 0; j < size; j++) {
            gradient[i] += by[i * size + j] * total.gradient[j];
            half[i][j] = 0.0;
            for (int k = 0; k < size; k++) half[i][j] += by[i * size + k] * total.hessian[j > k ? j : k][j > k ? k : j];
        }
    }
    for (int i = 0; i < size; i++)
        for (int j = 0; j < size; j++) {
            hessian[i * size + j] = 0.0;
            for (int k = 0; k < size; k++) hessian[i * size + j] += half[i][k] * by[j * size + k];
        }
    for (const Term *term = general_terms(model); term->natural >= 0; term++)
        for (int i = 0; model->at[term->natural] >= 0 && i < SHAPES; i++)
            for (int j = 0; j < SHAPES; j++)
                if (i != j && term_holds(term, i) && term_holds(term, j))
                    hessian[model->at[i] * size + model->at[j]] +=
                        total.gradient[model->at[term->natural]] * term_rest(model, term, search, i, j);
    for (int i = 0; i < size * size; i++)
        if (!isfinite(hessian[i])) return -INFINITY;
    return total.value;
}

/* One search; it ends early when it comes near one of the `count` optima already found, and then returns 0. */
static int general_search(const General *model, const Sample *sample, const double *lower, const double *upper,
                          const double *start, const double (*found)[GENERAL_MOST], int count, Newton *search) {
    double gradient[GENERAL_MOST], hessian[GENERAL_MOST * GENERAL_MOST];
    int size = model->size;
    newton_within(search, size, lower, upper);
    search->fixed = 0; /* a pinned mu counts as one at a bound */
    newton_start(search, start);
    for (;;) {
        double value = general_evaluate(model, sample, search->trial, gradient, hessian);
        if (newton_feed(search, value, gradient, hessian, 1)) return 1;
        for (int f = 0; f < count; f++) {
            double distance = 0.0;
            for (int i = 0; i < size; i++) distance = fmax(distance, fabs(search->point[i] - found[f][i]));
            if (distance < NEAR) return 0;
        }
    }
}

/* The row whose |e| is the least above `floor`; -1: there is none. */
static long general_nearest(const General *model, const Sample *sample, const double *point, double floor) {
    long row = -1;
    double least = INFINITY;
    for (long t = model->lags; t < sample->n; t++) {
        double distance = fabs(sample->y[t] - point[0] - (model->lags > 0 ? point[1] * sample->y[t - 1] : 0.0));
        if (distance > floor && distance < least) least = distance, row = t;
    }
    return row;
}

/* Pin mu to one of the observations nearest to it; keep what is no lower than the search that did not end, and lower on both
 * sides of the kink. Returns the row, or -1. */
static long general_kink(const General *model, const Sample *sample, const double *lower, const double *upper, double *point,
                         double *value, int *status) {
    double gradient[GENERAL_MOST], hessian[GENERAL_MOST * GENERAL_MOST], begin[GENERAL_MOST], beside[GENERAL_MOST];
    double low[GENERAL_MOST], high[GENERAL_MOST], floor = -1.0;
    long kept = -1;
    memcpy(begin, point, sizeof(double) * model->size);
    memcpy(low, lower, sizeof(double) * model->size);
    memcpy(high, upper, sizeof(double) * model->size);
    low[0] = high[0] = begin[0]; /* the pinned mu is no coordinate */
    for (int tried = 0; tried < KINKS; tried++) {
        General pinned = *model;
        Newton search;
        long row = general_nearest(model, sample, begin, floor);
        if (row < 0) break;
        pinned.pinned = 1;
        pinned.pin[0] = sample->y[row];
        pinned.pin[1] = model->lags > 0 ? sample->y[row - 1] : 0.0;
        floor = fabs(pinned.pin[0] - begin[0] - (model->lags > 0 ? begin[1] * pinned.pin[1] : 0.0));
        general_search(&pinned, sample, low, high, begin, NULL, 0, &search);
        if (search.status != FIT_BOUND || !(search.value > *value - 1e-9)) continue;
        memcpy(beside, search.point, sizeof(double) * model->size);
        beside[0] = pinned.pin[0] - (model->lags > 0 ? beside[1] * pinned.pin[1] : 0.0);
        search.point[0] = beside[0];
        int peak = 1;
        for (int side = -1; side <= 1; side += 2) {
            beside[0] = search.point[0] + side * 1e-6;
            peak = peak && general_evaluate(model, sample, beside, gradient, hessian) < search.value;
        }
        if (!peak) continue;
        memcpy(point, search.point, sizeof(double) * model->size);
        *value = search.value;
        *status = FIT_BOUND;
        kept = row;
    }
    return kept;
}

/* The best optimum from `rows` starts, (rows, size): the point, its value and status, and the row to which mu is pinned or -1.
 * Returns the number of passes, but for those at kinks. */
static int general_fit(const General *model, const Sample *sample, const double *lower, const double *upper,
                       const double *starts, int rows, double *point, double *value, int *status,
                       long *pin) {
    double found[32][GENERAL_MOST];
    int count = 0, passes = 0;
    *value = -INFINITY;
    *status = FIT_FAILED;
    for (int r = 0; r < rows && r < 32; r++) {
        Newton search;
        int ended = general_search(model, sample, lower, upper, starts + r * model->size, found, count, &search);
        passes += search.passes;
        if (!ended || search.status == FIT_FAILED) continue;
        int reached = search.status == FIT_OK || search.status == FIT_BOUND;
        if (reached) memcpy(found[count++], search.point, (size_t)model->size * sizeof(double));
        int better = search.value > *value + 1e-9, known = *status == FIT_OK || *status == FIT_BOUND;
        if (!better && !(reached && !known && search.value > *value - 1e-9)) continue;
        memcpy(point, search.point, (size_t)model->size * sizeof(double));
        *value = search.value;
        *status = search.status;
    }
    int kinked = model->kind == EXPONENTIAL || model->kind == POWER || model->law == LAW_GED;
    *pin = -1;
    if (kinked && model->lags >= 0 && *status == FIT_NOT_CONVERGED)
        *pin = general_kink(model, sample, lower, upper, point, value, status);
    return passes;
}

#endif
