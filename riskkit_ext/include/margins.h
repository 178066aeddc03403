/* Quantiles of a margin from a table: from the uniforms of a copula, or from its scores without their distribution function.
 *
 *     q = f(x),  f = Q of u = x, or f = Q(G(x)) with G the law of a score (normal or t)
 *
 * Far out a quantile is a power of the distance, so the cells of the table are equal in the logarithm of
 *     t = 1 + |x|  for a score,  t = min(u, 1 - u)  for a uniform:
 * the exponent of t and the first `bits` bits of its mantissa number the cell, the rest of the mantissa is the place in it. In
 * a cell f is a polynomial of degree 7, eight doubles, one line of a cache. There is one table per side of the middle and per
 * piece of f, so that no cell holds a kink; the pieces meet at `edge`. One piece may be a body: then the table holds the
 * probability, and f interpolates between points (p[i], x[i]).
 *
 * Domain: any x; where t is outside [low, high] it counts as low or high. NaN stays NaN.
 * Reason: a quantile of the t law by iteration costs 0.3 to 2 microseconds, and its uniform as much again.
 */
#ifndef RISKKIT_MARGINS_H
#define RISKKIT_MARGINS_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#define MARGIN_DEGREE 7
#define MARGIN_PIECES 3
#define MARGIN_MANTISSA 0x000FFFFFFFFFFFFFULL
#define MARGIN_ONE 0x3FF0000000000000ULL

typedef struct {
    const double *cells; /* (pieces, 2, count, MARGIN_DEGREE + 1), below the middle first, powers ascending */
    int64_t first, count;
    int bits;
    int uniform; /* x is a uniform, not a score */
    double edge[MARGIN_PIECES - 1];
    double low, high;
    int body; /* the piece that is one; -1: none */
    const double *p, *x; /* (points): the body */
    const int64_t *guide; /* (bins + 1): last point at or before the beginning of each of `bins` equal bins of [p[0], p[last]] */
    int64_t points, bins;
} Margin;

static inline uint64_t margin_word(double t) {
    uint64_t word;
    memcpy(&word, &t, sizeof word);
    return word;
}

static inline int64_t margin_cell(const Margin *margin, double t) {
    return (int64_t)(margin_word(t) >> (52 - margin->bits)) - margin->first;
}

static inline double margin_body(const Margin *margin, double u) {
    const double *p = margin->p;
    int64_t last = margin->points - 1;
    if (!(u > p[0])) return margin->x[0];
    if (u >= p[last]) return margin->x[last];
    int64_t i = margin->guide[(int64_t)((u - p[0]) / (p[last] - p[0]) * (double)margin->bins)];
    while (p[i + 1] < u) i++;
    while (p[i] > u) i--; /* a bin's beginning is rounded */
    return margin->x[i] + (margin->x[i + 1] - margin->x[i]) * ((u - p[i]) / (p[i + 1] - p[i]));
}

static inline double margin_quantile(const Margin *margin, double x) {
    int upper = margin->uniform ? x >= 0.5 : x >= 0.0;
    double t = margin->uniform ? (upper ? 1.0 - x : x) : 1.0 + fabs(x);
    t = t > margin->low ? t : margin->low;
    t = t < margin->high ? t : margin->high;
    int piece = (x > margin->edge[0]) + (x > margin->edge[1]);
    uint64_t place = (margin_word(t) << margin->bits & MARGIN_MANTISSA) | MARGIN_ONE;
    double z;
    memcpy(&z, &place, sizeof z);
    z = 2.0 * z - 3.0;
    const double *c = margin->cells + ((2 * piece + upper) * margin->count + margin_cell(margin, t)) * (MARGIN_DEGREE + 1);
    double square = z * z, fourth = square * square;
    double even = (c[0] + c[1] * z) + (c[2] + c[3] * z) * square;
    double value = even + ((c[4] + c[5] * z) + (c[6] + c[7] * z) * square) * fourth;
    if (piece == margin->body) value = margin_body(margin, value);
    return x == x ? value : x;
}

/* exp(x), to 2e-16 of it, in steps that a compiler makes vectors of; |x| counts as at most 700. */
static inline double margin_exp(double x) {
    const double shift = 6755399441055744.0; /* 1.5 * 2^52: adding it rounds to a whole number, in the lowest bits */
    x = x > 700.0 ? 700.0 : x;
    x = x < -700.0 ? -700.0 : x;
    double moved = x * 1.4426950408889634 + shift, whole = moved - shift;
    double r = (x - whole * 0x1.62e42fefap-1) - whole * 0x1.cf79abc9e3b39p-40; /* less whole log 2, in two parts */
    double sum = 1.0 / 6227020800.0;
    sum = sum * r + 1.0 / 479001600.0;
    sum = sum * r + 1.0 / 39916800.0;
    sum = sum * r + 1.0 / 3628800.0;
    sum = sum * r + 1.0 / 362880.0;
    sum = sum * r + 1.0 / 40320.0;
    sum = sum * r + 1.0 / 5040.0;
    sum = sum * r + 1.0 / 720.0;
    sum = sum * r + 1.0 / 120.0;
    sum = sum * r + 1.0 / 24.0;
    sum = sum * r + 1.0 / 6.0;
    sum = sum * r + 0.5;
    sum = (sum * r + 1.0) * r + 1.0;
    uint64_t word = (margin_word(moved) << 52) + MARGIN_ONE;
    double power;
    memcpy(&power, &word, sizeof power);
    return sum * power;
}

#define MARGIN_ROWS 256 /* of a block: its results stay in the nearest cache while margin after margin passes over it */

/* Take weight times a margin's return off the losses of a block; column[i * stride] is the draw of row i. */
static inline void margins_add(const double *column, int64_t stride, int64_t rows, const Margin *given, double weight,
                               int simple, double *losses) {
    double values[MARGIN_ROWS];
    Margin margin = *given;
    for (int64_t i = 0; i < rows; i++) values[i] = margin_quantile(&margin, column[i * stride]);
    if (simple)
        for (int64_t i = 0; i < rows; i++) losses[i] -= weight * (margin_exp(values[i]) - 1.0);
    else
        for (int64_t i = 0; i < rows; i++) losses[i] -= weight * values[i];
}

/* Loss of a portfolio in each of n draws (n, d) of a copula: minus the sum of weights[j] r_j, where r_j is f_j(x[i, j]), or,
 * with `simple`, the simple return exp(f_j) - 1 of which that is the logarithmic one. */
static inline void margins_losses(const double *x, int64_t n, int64_t d, const Margin *margins, const double *weights,
                                  int simple, double *losses) {
    for (int64_t from = 0; from < n; from += MARGIN_ROWS) {
        int64_t rows = n - from < MARGIN_ROWS ? n - from : MARGIN_ROWS;
        for (int64_t i = 0; i < rows; i++) losses[from + i] = 0.0;
        for (int64_t j = 0; j < d; j++)
            margins_add(x + from * d + j, d, rows, margins + j, weights[j], simple, losses + from);
    }
}

/* The same from independent normals z (n, d): the scores are x[i] = radius[i] root z[i], with the lower triangle root (d, d),
 * a t law's for radius = sqrt(nu / chi-squared). `workspace` holds (d + 1) x MARGIN_ROWS. */
static inline void margins_elliptical(const double *z, int64_t n, int64_t d, const double *root, const double *radius,
                                      const Margin *margins, const double *weights, int simple, double *workspace,
                                      double *losses) {
    double *score = workspace + d * MARGIN_ROWS;
    for (int64_t from = 0; from < n; from += MARGIN_ROWS) {
        int64_t rows = n - from < MARGIN_ROWS ? n - from : MARGIN_ROWS;
        for (int64_t i = 0; i < rows; i++) losses[from + i] = 0.0;
        for (int64_t i = 0; i < rows; i++)
            for (int64_t k = 0; k < d; k++) workspace[k * MARGIN_ROWS + i] = z[(from + i) * d + k] * radius[from + i];
        for (int64_t j = 0; j < d; j++) {
            for (int64_t i = 0; i < rows; i++) score[i] = 0.0;
            for (int64_t k = 0; k <= j; k++) {
                const double *column = workspace + k * MARGIN_ROWS;
                double entry = root[j * d + k];
                for (int64_t i = 0; i < rows; i++) score[i] += entry * column[i];
            }
            margins_add(score, 1, rows, margins + j, weights[j], simple, losses + from);
        }
    }
}

#endif
