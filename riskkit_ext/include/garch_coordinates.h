/* What of a GARCH model is searched, and in which coordinates.
 *
 * Searched are (mu, omega, p, s, eta, q): persistence p = alpha + gamma / 2 + beta, the share s = (alpha + gamma / 2) / p of it
 * that follows the squares, and the asymmetry q of those, alpha = 2 p s (1 - q) and alpha + gamma = 2 p s q. The constraints of
 * the model (alpha, alpha + gamma, beta >= 0, p <= 1) are a box. Not searched are eta for normal innovations, q without
 * leverage (1/2), mu where it is known to be zero, and omega where the variance is targeted: it is 1 - p, because the variance
 * of a standardised window is 1.
 */
#ifndef RISKKIT_GARCH_COORDINATES_H
#define RISKKIT_GARCH_COORDINATES_H

#include "garch.h"
#include "walk.h"

/* The variance before the first observation: weighted mean of the first squares, variance of the window, mean of e_t^2 at the
 * current mu, a number in the unit of the data. */
enum { START_EWMA = 0, START_SAMPLE = 1, START_FCP = 2, START_GIVEN = 3 };

typedef struct {
    Model model; /* first, so that a pointer to it is one to the whole */
    int student, leverage, start, targeting;
    int width_single; /* as model.width, for single precision */
    double start_variance; /* of START_GIVEN */
} GarchModel;

/* From the coordinates of the search to the natural parameters. */
static void garch_natural(const GarchModel *garch, const double *point, double *natural) {
    double p = point[2 * LANES], share = p * point[3 * LANES];
    natural[0] = point[0];
    natural[LANES] = garch->targeting ? 1.0 - p : point[LANES];
    natural[2 * LANES] = garch->leverage ? 2.0 * share * (1.0 - point[5 * LANES]) : share;
    natural[3 * LANES] = p - share;
    natural[4 * LANES] = garch->student ? point[4 * LANES] : 0.0;
    natural[5 * LANES] = garch->leverage ? 2.0 * share * point[5 * LANES] - natural[2 * LANES] : 0.0;
}

/* Derivatives of (alpha, beta, gamma) by p, s and q. The other natural parameters are coordinates themselves, but for omega with
 * targeting, 1 - p. */
typedef struct {
    double rise, gap; /* alpha and gamma by p s */
    double p[3], s[3], q[3];
} GarchJacobian;

static GarchJacobian garch_jacobian(const GarchModel *garch, const double *point) {
    double p = point[2 * LANES], s = point[3 * LANES], q = garch->leverage ? point[5 * LANES] : 0.5;
    double rise = 2.0 * (1.0 - q), gap = 2.0 * (2.0 * q - 1.0);
    GarchJacobian by = {rise, gap, {rise * s, 1.0 - s, gap * s}, {rise * p, -p, gap * p}, {-2.0 * p * s, 0.0, 4.0 * p * s}};
    return by;
}

/* One index of a derivative, from natural parameters (6, `stride` apart) to coordinates of the search. */
ALWAYS_INLINE void garch_pull_back(const GarchModel *garch, const GarchJacobian *by, const double *from, int stride, double *to) {
    double omega = from[stride], alpha = from[2 * stride], beta = from[3 * stride], gamma = from[5 * stride];
    to[0] = from[0];
    to[1] = garch->targeting ? 0.0 : omega;
    to[2] = by->p[0] * alpha + by->p[1] * beta + by->p[2] * gamma - (garch->targeting ? omega : 0.0);
    to[3] = by->s[0] * alpha + by->s[1] * beta + by->s[2] * gamma;
    to[4] = from[4 * stride];
    to[5] = by->q[0] * alpha + by->q[2] * gamma;
}

/* Derivatives by the coordinates of the search from those by the natural parameters; without `hessian` first ones only. */
static void garch_chain_rule(const GarchModel *garch, const double *point, const double *g, const double *H, double *gradient,
                             double *hessian) {
    int size = garch->model.size;
    double half[6][6] = {{0.0}}, slopes[6], column[6];
    GarchJacobian by = garch_jacobian(garch, point);
    garch_pull_back(garch, &by, g, LANES, slopes);
    for (int i = 0; i < size; i++) gradient[i * LANES] = slopes[i];
    if (!hessian) return;
    for (int i = 0; i < (garch->leverage ? 6 : 5); i++) garch_pull_back(garch, &by, H + 6 * i * LANES, LANES, half[i]);
    for (int j = 0; j < size; j++) {
        garch_pull_back(garch, &by, &half[0][j], 6, column);
        for (int i = 0; i < size; i++) hessian[(i * size + j) * LANES] = column[i];
    }
    /* second derivatives of alpha, beta and gamma by p and s, p and q, s and q */
    double alpha = g[2 * LANES], beta = g[3 * LANES], gamma = g[5 * LANES], by_q = 4.0 * gamma - 2.0 * alpha;
    double bend[3] = {by.rise * alpha - beta + by.gap * gamma, point[3 * LANES] * by_q, point[2 * LANES] * by_q};
    static const int rows[3] = {2, 2, 3}, columns[3] = {3, 5, 5};
    for (int k = 0; k < (garch->leverage ? 3 : 1); k++) {
        hessian[(rows[k] * size + columns[k]) * LANES] += bend[k];
        hessian[(columns[k] * size + rows[k]) * LANES] += bend[k];
    }
}

#endif
