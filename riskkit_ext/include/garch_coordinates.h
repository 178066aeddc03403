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

/* by[i][j] = d natural_j / d search_i; turn[i][j] = sum over the natural parameters k of g_k d^2 natural_k / d search_i
 * d search_j, of which only those among p, s and q are not zero. */
static void garch_jacobian(const GarchModel *garch, const double *point, const double *g, double by[6][6], double turn[3]) {
    double p = point[2 * LANES], s = point[3 * LANES], q = garch->leverage ? point[5 * LANES] : 0.5;
    double a = g[2 * LANES], b = g[3 * LANES], c = g[5 * LANES], rise = 2.0 * (1.0 - q), gap = 2.0 * (2.0 * q - 1.0);
    memset(by, 0, 36 * sizeof(double));
    by[0][0] = by[4][4] = 1.0;
    by[1][1] = garch->targeting ? 0.0 : 1.0;
    by[2][1] = garch->targeting ? -1.0 : 0.0;
    by[2][2] = rise * s;
    by[2][3] = 1.0 - s;
    by[2][5] = gap * s;
    by[3][2] = rise * p;
    by[3][3] = -p;
    by[3][5] = gap * p;
    by[5][2] = -2.0 * p * s;
    by[5][5] = 4.0 * p * s;
    turn[0] = rise * a - b + gap * c;
    turn[1] = s * (4.0 * c - 2.0 * a);
    turn[2] = p * (4.0 * c - 2.0 * a);
}

/* Derivatives by the coordinates of the search from those by the natural parameters. */
static void garch_chain_rule(const GarchModel *garch, const double *point, const double *g, const double *H, double *gradient,
                             double *hessian) {
    int size = garch->model.size, all = garch->leverage ? 6 : 5;
    double by[6][6], half[6][6], turn[3];
    garch_jacobian(garch, point, g, by, turn);
    for (int i = 0; i < size; i++) {
        double sum = 0.0;
        for (int j = 0; j < all; j++) sum += by[i][j] * g[j * LANES];
        gradient[i * LANES] = sum;
        for (int j = 0; j < all; j++) {
            half[i][j] = 0.0;
            for (int k = 0; k < all; k++) half[i][j] += by[i][k] * H[(k * 6 + j) * LANES];
        }
    }
    for (int i = 0; i < size; i++)
        for (int j = 0; j < size; j++) {
            double sum = 0.0;
            for (int k = 0; k < all; k++) sum += half[i][k] * by[j][k];
            hessian[(i * size + j) * LANES] = sum;
        }
    static const int rows[3] = {2, 2, 3}, columns[3] = {3, 5, 5};
    for (int k = 0; k < (garch->leverage ? 3 : 1); k++) {
        hessian[(rows[k] * size + columns[k]) * LANES] += turn[k];
        hessian[(columns[k] * size + rows[k]) * LANES] += turn[k];
    }
}

#endif
