/* Quantiles of Student's t law at many probabilities and one eta = 1 / nu, down to the normal law, eta = 0.
 *
 * As a function of the probability p the quantile x solves
 *
 *     x' = w,   w' = g w^2,   w = 1 / f(x),   g = -f'(x) / f(x) = (1 + eta) x / (1 + eta x^2),   f the density,
 *
 * so that its Taylor series about any known point follows from products of series. The probabilities up to 1/2 are cut into
 * cells, four per octave: the nearest singularities, p = 0 and 1, are at least nine half-widths from a centre, and SCORE_ORDER
 * terms leave no error. Series follow each other from the tail, where x is given, up to 1/4, and from x(1/2) = 0 down to
 * 1/4: so an error, which keeps its size as a probability, shrinks beside p. The system does not name p: a series about an x that
 * belongs to another p nearby is the quantile function all the same, moved by the difference, which is read off at the edge
 * that two cells share.
 *
 * Domain: 0 <= eta <= 2, least <= p <= 1 - 2^-53 with `least` an edge of a cell below 1/4. Relative error below 1e-14, from the
 * side of the smaller tail.
 * Reason: the likelihood of a t copula asks the same probabilities at a dozen nu; a quantile by iteration costs 0.4 microseconds.
 */
#ifndef RISKKIT_STUDENT_SCORES_H
#define RISKKIT_STUDENT_SCORES_H

#include <stdint.h>
#include <string.h>

#include "student_normaliser.h"

#define SCORE_ORDER 17
#define SCORE_CELL_BITS 2 /* cells of an octave, as a power of two */
#define SCORE_SHIFT (52 - SCORE_CELL_BITS)

typedef struct {
    double centre, inverse; /* the series runs in (p - centre) * inverse */
    double c[SCORE_ORDER + 1];
} ScoreCell;

typedef struct {
    double eta, log_peak; /* log_peak: of the density, at 0 */
} StudentDensity;

static inline int64_t score_cell(double p) {
    int64_t word;
    memcpy(&word, &p, sizeof word);
    return word >> SCORE_SHIFT;
}

static inline double score_edge(int64_t cell) {
    int64_t word = cell << SCORE_SHIFT;
    double p;
    memcpy(&p, &word, sizeof p);
    return p;
}

/* log(1 + eta s) / eta. */
static inline double student_bent(double eta, double s) { return eta > 0.0 ? log1p(eta * s) / eta : s; }

static StudentDensity student_density(double eta) {
    double normaliser[3];
    student_normaliser(eta, normaliser);
    return (StudentDensity){eta, normaliser[0]};
}

/* The series about the point of quantile x, for steps of `half` in p. Each product of two series is a row of sums to which a
 * coefficient adds its part as soon as it is known: sums that do not wait for each other. */
static void score_series(const StudentDensity *law, double x0, double half, double *x) {
    double eta = law->eta, steep = 1.0 + eta, rest = 1.0 / (1.0 + eta * x0 * x0);
    double w[SCORE_ORDER + 1], d[SCORE_ORDER + 1], g[SCORE_ORDER + 1];
    double xx[2 * SCORE_ORDER + 1] = {0.0}, ww[2 * SCORE_ORDER + 1] = {0.0}; /* x^2 and w^2 */
    double dg[2 * SCORE_ORDER + 1] = {0.0}, gww[2 * SCORE_ORDER + 1] = {0.0}; /* (1 + eta x^2) g but for its first factor, g w^2 */
    x[0] = x0;
    w[0] = half * exp(0.5 * steep * student_bent(eta, x0 * x0) - law->log_peak);
    for (int k = 0; k < SCORE_ORDER; k++) {
        for (int i = 0; i < k; i++) {
            xx[k + i] += 2.0 * x[k] * x[i];
            ww[k + i] += 2.0 * w[k] * w[i];
        }
        xx[2 * k] += x[k] * x[k];
        ww[2 * k] += w[k] * w[k];
        d[k] = k ? eta * xx[k] : 0.0;
        for (int i = 0; i < k; i++) {
            dg[k + i] += d[k] * g[i];
            gww[k + i] += ww[k] * g[i];
        }
        g[k] = (steep * x[k] - dg[k]) * rest;
        for (int i = 0; i <= k; i++) {
            dg[k + i] += g[k] * d[i];
            gww[k + i] += g[k] * ww[i];
        }
        x[k + 1] = w[k] / (k + 1);
        w[k + 1] = gww[k] / (k + 1);
    }
}

static inline double score_at(const ScoreCell *cell, double p) {
    double z = (p - cell->centre) * cell->inverse, square = z * z, even = 0.0, odd = 0.0;
    for (int k = SCORE_ORDER - 1; k >= 0; k -= 2) {
        even = even * square + cell->c[k];
        odd = odd * square + cell->c[k + 1];
    }
    return even + odd * z;
}

static double score_slope(const ScoreCell *cell, double p) {
    double z = (p - cell->centre) * cell->inverse, sum = 0.0;
    for (int k = SCORE_ORDER; k > 0; k--) sum = sum * z + k * cell->c[k];
    return sum;
}

/* The cell whose neighbour is known: its series starts at what the neighbour's says of its centre, and is moved until both agree
 * at the edge between them. */
static void score_follow(const StudentDensity *law, const ScoreCell *known, double edge, ScoreCell *cell) {
    score_series(law, score_at(known, cell->centre), 1.0 / cell->inverse, cell->c);
    cell->centre += (score_at(cell, edge) - score_at(known, edge)) / (score_slope(cell, edge) * cell->inverse);
}

/* The cells from the edge `least`, of quantile `x_least`, to 1/2: as many as score_cell(0.5) - score_cell(least). */
static void score_cells(double eta, double least, double x_least, ScoreCell *cell) {
    StudentDensity law = student_density(eta);
    int64_t first = score_cell(least), count = score_cell(0.5) - first, quarter = score_cell(0.25) - first;
    for (int64_t k = 0; k < count; k++) {
        double low = score_edge(first + k), high = score_edge(first + k + 1);
        cell[k].centre = 0.5 * (low + high);
        cell[k].inverse = 2.0 / (high - low);
    }
    ScoreCell tail = {least, cell[0].inverse, {0.0}}, *middle = cell + count - 1;
    score_series(&law, x_least, 1.0 / tail.inverse, tail.c);
    score_series(&law, score_at(&tail, cell[0].centre), 1.0 / cell[0].inverse, cell[0].c);
    for (int64_t k = 1; k < quarter; k++) score_follow(&law, cell + k - 1, score_edge(first + k), cell + k);
    middle->centre = 0.5; /* about the median itself: x keeps all its digits where it vanishes */
    score_series(&law, 0.0, 1.0 / middle->inverse, middle->c);
    for (int64_t k = count - 2; k >= quarter; k--) score_follow(&law, cell + k + 1, score_edge(first + k + 1), cell + k);
}

/* Quantiles of n probabilities, in any order. */
static void student_scores(const ScoreCell *cell, double least, const double *p, int64_t n, double *x) {
    int64_t first = score_cell(least), last = score_cell(0.5) - 1;
    for (int64_t i = 0; i < n; i++) {
        double tail = p[i] < 0.5 ? p[i] : 1.0 - p[i];
        int64_t at = score_cell(tail);
        double found = score_at(cell + ((at < last ? at : last) - first), tail);
        x[i] = p[i] < 0.5 ? found : -found;
    }
}

#endif
