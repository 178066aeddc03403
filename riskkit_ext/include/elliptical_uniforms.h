/* Draws of an elliptical copula from independent normals: mixing, common shock and distribution function in one pass.
 *
 *     x_i = sqrt(a / g_i) L z_i,   u_ij = G(x_ij),   g_i a Gamma variate of shape a = nu / 2 (no shock for the normal law)
 *
 * G(-|x|), the smaller tail, is a polynomial of degree 7 in each cell of a table; the exponent of t = 1 + |x| and the first
 * `bits` bits of its mantissa number the cell, the rest of the mantissa is the place in it (as in margins.h).
 *
 * Domain: any x; where t is above `high` it counts as that. A result is never 0 or 1: at most 1 - 2^-53.
 * Reason: the distribution function of a t law costs 0.2 microseconds, ten times the random number it is taken of.
 */
#ifndef RISKKIT_ELLIPTICAL_UNIFORMS_H
#define RISKKIT_ELLIPTICAL_UNIFORMS_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#define TAIL_DEGREE 7
#define TAIL_ROWS 256 /* of a block: it stays in the nearest cache while column after column passes over it */

typedef struct {
    const double *cells; /* (count, TAIL_DEGREE + 1), powers ascending; the first begins at t = 1 */
    int bits;
    double high;
} TailTable;

static inline int64_t tail_cell(double t, int bits) {
    uint64_t word;
    memcpy(&word, &t, sizeof word);
    return (int64_t)((word - 0x3FF0000000000000ULL) >> (52 - bits));
}

static inline double tail_uniform(const TailTable *table, double x) {
    double t = 1.0 + fabs(x);
    t = t < table->high ? t : table->high;
    uint64_t word;
    memcpy(&word, &t, sizeof word);
    word = (word << table->bits & 0x000FFFFFFFFFFFFFULL) | 0x3FF0000000000000ULL;
    double z;
    memcpy(&z, &word, sizeof z);
    z = 2.0 * z - 3.0;
    const double *c = table->cells + tail_cell(t, table->bits) * (TAIL_DEGREE + 1);
    double square = z * z, fourth = square * square;
    double tail = (c[0] + c[1] * z) + (c[2] + c[3] * z) * square + ((c[4] + c[5] * z) + (c[6] + c[7] * z) * square) * fourth;
    double upper = 1.0 - tail, most = 1.0 - 0x1p-53;
    upper = upper < most ? upper : most;
    return x < 0.0 ? tail : upper;
}

/* Uniforms u (n, d) of normals z (n, d) and, unless it is 0, Gamma variates g (n); `root` (d, d) is lower, `workspace` holds
 * (d + 1) x TAIL_ROWS. */
static void elliptical_uniforms(const double *z, const double *g, double shape, int64_t n, int64_t d, const double *root,
                                const TailTable *given, double *workspace, double *u) {
    TailTable table = *given;
    double *score = workspace + d * TAIL_ROWS;
    for (int64_t from = 0; from < n; from += TAIL_ROWS) {
        int64_t rows = n - from < TAIL_ROWS ? n - from : TAIL_ROWS;
        for (int64_t i = 0; i < rows; i++) {
            double radius = g ? sqrt(shape / g[from + i]) : 1.0;
            for (int64_t k = 0; k < d; k++) workspace[k * TAIL_ROWS + i] = z[(from + i) * d + k] * radius;
        }
        for (int64_t j = 0; j < d; j++) {
            for (int64_t i = 0; i < rows; i++) score[i] = 0.0;
            for (int64_t k = 0; k <= j; k++) {
                const double *column = workspace + k * TAIL_ROWS;
                double entry = root[j * d + k];
                for (int64_t i = 0; i < rows; i++) score[i] += entry * column[i];
            }
            for (int64_t i = 0; i < rows; i++) u[(from + i) * d + j] = tail_uniform(&table, score[i]);
        }
    }
}

#endif
