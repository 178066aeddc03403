/* How sure an estimate is: slope and curvature of the log-likelihood at it, and three covariance matrices.
 *
 * With H the Hessian and s_t the scores in the natural parameters, and D the derivatives of these by the coordinates of the
 * search that are free (searched, on no bound, and with an effect):
 *     hessian (D' (-H) D)^-1 = B,   opg (D' sum s_t s_t' D)^-1,   robust B (D' sum s_t s_t' D) B   (Bollerslev and Wooldridge 1992)
 * and D C D' of each is the covariance of the natural parameters. Where a matrix is not positive definite, and for a parameter
 * that nothing free moves, it is NaN.
 *
 * Domain: an optimum of garch_fit.h, n >= 1. Why compiled: the scores carry state, and matrices of six rows cost NumPy more than
 * the pass over a thousand observations.
 */
#ifndef RISKKIT_GARCH_INFORMATION_H
#define RISKKIT_GARCH_INFORMATION_H

#include "garch_fit.h"

enum { GARCH_ROBUST, GARCH_HESSIAN, GARCH_OPG, GARCH_KINDS };

/* All doubles, so that an array can hold it. slope: steepest rise per standard error that the bounds allow. */
typedef struct {
    double value, slope, covariance[GARCH_KINDS][GARCH_SIZE][GARCH_SIZE];
} GarchInformation;

typedef double GarchMatrix[GARCH_SIZE][GARCH_SIZE];

/* Sum of the outer products of the scores (n x GARCH_SIZE). */
static void garch_outer(const double *scores, long n, GarchMatrix outer) {
    memset(outer, 0, sizeof(GarchMatrix));
    for (long t = 0; t < n; t++, scores += GARCH_SIZE)
        for (int i = 0; i < GARCH_SIZE; i++)
            for (int j = 0; j < GARCH_SIZE; j++) outer[i][j] += scores[i] * scores[j];
}

/* result = by' matrix by. */
static void garch_turned(GarchMatrix matrix, GarchMatrix by, GarchMatrix result) {
    GarchMatrix half = {{0.0}};
    memset(result, 0, sizeof(GarchMatrix));
    for (int i = 0; i < GARCH_SIZE; i++)
        for (int k = 0; k < GARCH_SIZE; k++)
            for (int j = 0; j < GARCH_SIZE; j++) half[i][j] += matrix[i][k] * by[k][j];
    for (int k = 0; k < GARCH_SIZE; k++)
        for (int i = 0; i < GARCH_SIZE; i++)
            for (int j = 0; j < GARCH_SIZE; j++) result[i][j] += by[k][i] * half[k][j];
}

/* Inverse of the first `size` rows and columns of a positive definite matrix by its Cholesky root, zeros around it; NaN when it
 * is not positive definite. */
static void garch_inverse(GarchMatrix matrix, int size, GarchMatrix inverse) {
    GarchMatrix root = {{0.0}}, back = {{0.0}}; /* root root' = matrix, back = root^-1, both lower */
    int definite = 1;
    for (int i = 0; i < size; i++)
        for (int j = 0; j <= i; j++) {
            double left = matrix[i][j];
            for (int k = 0; k < j; k++) left -= root[i][k] * root[j][k];
            if (i == j) definite = definite && left > 0.0 && left < INFINITY;
            root[i][j] = i == j ? sqrt(left) : left / root[j][j];
        }
    for (int j = 0; j < size; j++)
        for (int i = j; i < size; i++) {
            double left = i == j ? 1.0 : 0.0;
            for (int k = j; k < i; k++) left -= root[i][k] * back[k][j];
            back[i][j] = left / root[i][i];
        }
    memset(inverse, 0, sizeof(GarchMatrix));
    for (int i = 0; i < size; i++)
        for (int j = 0; j < size; j++) {
            for (int k = 0; k < size; k++) inverse[i][j] += back[k][i] * back[k][j];
            if (!definite) inverse[i][j] = NAN;
        }
}

/* Covariance of the natural parameters from that of the free coordinates, whose derivatives are the rows of `by`. */
static void garch_covariance(GarchMatrix of_free, GarchMatrix by, GarchMatrix covariance) {
    garch_turned(of_free, by, covariance);
    for (int i = 0; i < GARCH_SIZE; i++) {
        if (covariance[i][i] > 0.0) continue;
        for (int j = 0; j < GARCH_SIZE; j++) covariance[i][j] = covariance[j][i] = NAN;
    }
}

/* Fills `by` with a row for each free coordinate, zeros below, and returns their number; *slope as in GarchInformation. */
static int garch_free(const GarchModel *garch, const double *point, const double *gradient, GarchMatrix information,
                      GarchMatrix by, double *slope) {
    double lanes[GARCH_SIZE * LANES];
    GarchMatrix rows; /* by search, of natural */
    int size = 0;
    for (int i = 0; i < GARCH_SIZE; i++) lanes[i * LANES] = point[i];
    GarchJacobian jacobian = garch_jacobian(garch, lanes);
    for (int k = 0; k < GARCH_SIZE; k++) {
        double unit[GARCH_SIZE] = {0.0}, column[GARCH_SIZE];
        unit[k] = 1.0;
        garch_pull_back(garch, &jacobian, unit, 1, column);
        for (int i = 0; i < GARCH_SIZE; i++) rows[i][k] = column[i];
    }
    memset(by, 0, sizeof(GarchMatrix));
    *slope = 0.0;
    for (int i = 0; i < GARCH_SIZE; i++) {
        double lower = garch->model.lower[i], upper = garch->model.upper[i], rise = 0.0, curvature = 0.0, effect = 0.0;
        if (!(lower < upper)) continue;
        for (int j = 0; j < GARCH_SIZE; j++) {
            rise += rows[i][j] * gradient[j];
            effect += fabs(rows[i][j]);
            for (int k = 0; k < GARCH_SIZE; k++) curvature += rows[i][j] * information[j][k] * rows[i][k];
        }
        int low = point[i] <= lower, high = point[i] >= upper;
        double steep = (low && rise < 0.0) || (high && rise > 0.0) ? 0.0 : fabs(rise) / sqrt(curvature > 1.0 ? curvature : 1.0);
        if (!(steep <= *slope)) *slope = steep; /* also where it is NaN */
        if (!low && !high && effect > 0.0) memcpy(by[size++], rows[i], sizeof rows[i]);
    }
    return size;
}

/* Derivatives of one sample z at a natural point; workspace n * LANES. */
static double garch_derivatives(const GarchModel *garch, const double *z, long n, const double *start, const double *natural,
                                double *workspace, double *gradient, GarchMatrix information, GarchMatrix outer) {
    double starts[3 * LANES], points[GARCH_SIZE * LANES], values[LANES];
    double gradients[GARCH_SIZE * LANES], hessians[GARCH_SIZE * GARCH_SIZE * LANES];
    const double *samples[LANES];
    for (int l = 0; l < LANES; l++) {
        samples[l] = z;
        for (int i = 0; i < 3; i++) starts[i * LANES + l] = start[i];
        for (int i = 0; i < GARCH_SIZE; i++) points[i * LANES + l] = natural[i];
    }
    garch_evaluate(samples, n, starts, points, values, gradients, hessians, garch->student, garch->leverage, 1, 1);
    for (int i = 0; i < GARCH_SIZE; i++) {
        gradient[i] = gradients[i * LANES];
        for (int j = 0; j < GARCH_SIZE; j++) information[i][j] = -hessians[(i * GARCH_SIZE + j) * LANES];
    }
    garch_path(z, n, start, natural, garch->student, garch->leverage, workspace + GARCH_SIZE * n, workspace);
    garch_outer(workspace, n, outer);
    return values[0];
}

/* Of one sample z at an optimum in the coordinates of the search; workspace n * LANES. */
static void garch_information(const GarchModel *garch, const double *z, long n, const double *start, const double *point,
                              double *workspace, GarchInformation *found) {
    double lanes[GARCH_SIZE * LANES], there[GARCH_SIZE * LANES], natural[GARCH_SIZE], gradient[GARCH_SIZE];
    GarchMatrix information, outer, by, columns, curvature, meat, bread, inverse;
    for (int i = 0; i < GARCH_SIZE; i++) lanes[i * LANES] = point[i];
    garch_natural(garch, lanes, there);
    for (int i = 0; i < GARCH_SIZE; i++) natural[i] = there[i * LANES];
    found->value = garch_derivatives(garch, z, n, start, natural, workspace, gradient, information, outer);
    int size = garch_free(garch, point, gradient, information, by, &found->slope);
    for (int i = 0; i < GARCH_SIZE; i++)
        for (int j = 0; j < GARCH_SIZE; j++) columns[i][j] = by[j][i];
    garch_turned(information, columns, curvature);
    garch_turned(outer, columns, meat);
    garch_inverse(curvature, size, bread);
    garch_covariance(bread, by, found->covariance[GARCH_HESSIAN]);
    garch_inverse(meat, size, inverse);
    garch_covariance(inverse, by, found->covariance[GARCH_OPG]);
    garch_turned(meat, bread, inverse);
    garch_covariance(inverse, by, found->covariance[GARCH_ROBUST]);
}

#endif
