/* A law as a table over normal scores: the variable t with P(T <= t) = P(normal <= s), for s from -8.2 to 8.2.
 *
 * Between the nodes, 0.02 apart, t(s) is a cubic through values and slopes dt/ds = phi(s) / f(t), so that only the density f is
 * wanted. Nodes are found from the outside in: the next one encloses, with the last, the mass phi has between their scores
 * (Gauss-Legendre, Newton's method); so nothing cancels in the tails. Beyond the table a score stands for its end.
 *
 * Domain: densities of t that are smooth on the scale of their spread and fall at least exponentially on both sides; a heavy
 * tail becomes such by t = asinh(x) or t = log(x). Error of t about 1e-9 of its spread.
 */
#ifndef RISKKIT_SCORE_TABLE_H
#define RISKKIT_SCORE_TABLE_H

#include "normal_score.h"

#define SCORE_END 8.2
#define SCORE_STEP 0.02
#define SCORE_HALF 410 /* steps from an end to the middle */
#define SCORE_NODES (2 * SCORE_HALF + 1)

typedef double (*LogDensity)(double t, const void *law);

typedef struct {
    double t[SCORE_NODES], slope[SCORE_NODES];
} ScoreTable;

static double score_mass(LogDensity density, const void *law, double side, double from, double to) {
    static const double node[4] = {0.18343464249564980, 0.52553240991632899, 0.79666647741362674, 0.96028985649753623};
    static const double weight[4] = {0.36268378337836198, 0.31370664587788729, 0.22238103445337447, 0.10122853629037626};
    double middle = 0.5 * (from + to), half = 0.5 * (to - from), sum = 0.0;
    for (int i = 0; i < 4; i++)
        sum += weight[i] * (exp(density(side * (middle + half * node[i]), law)) + exp(density(side * (middle - half * node[i]), law)));
    return half * sum;
}

/* Mass left of t: cells that double in width outwards. */
static double score_tail(LogDensity density, const void *law, double side, double t) {
    double sum = 0.0, width = 0.25;
    for (int i = 0; i < 64; i++) {
        double cell = score_mass(density, law, side, t - width, t);
        sum += cell;
        t -= width;
        if (cell <= 1e-17 * sum) break;
        if (i % 8 == 7) width *= 2.0;
    }
    return sum;
}

/* Where the density of side * T is highest, to within a quarter. */
static double score_mode(LogDensity density, const void *law, double side) {
    double best = 0.0, top = density(0.0, law);
    for (int i = -160; i <= 160; i++) {
        double value = density(side * 0.25 * i, law);
        if (value > top) top = value, best = 0.25 * i;
    }
    return best;
}

/* The nodes from one end to the middle, of the law of side * T. */
static void score_half(LogDensity density, const void *law, double side, double *t, double *slope) {
    double wanted = log(normal_probability(-SCORE_END)), high = score_mode(density, law, side), low = high - 60.0, x = high;
    for (int pass = 0; pass < 200; pass++) { /* Newton's method on the logarithm of the tail, which is concave, in a bracket */
        double tail = score_tail(density, law, side, x), step = (wanted - log(tail)) * tail * exp(-density(side * x, law));
        if (tail > exp(wanted))
            high = x;
        else
            low = x;
        if (!(tail > 0.0) || !(x + step > low && x + step < high)) step = 0.5 * (low + high) - x;
        x += step;
        if (fabs(step) < 1e-13 * (1.0 + fabs(x))) break;
    }
    for (int k = 0; k <= SCORE_HALF; k++) {
        double score = -SCORE_END + SCORE_STEP * k;
        if (k) {
            double last = t[k - 1], mass = normal_probability(score) - normal_probability(score - SCORE_STEP);
            x = last + SCORE_STEP * (k > 1 ? 1.5 * slope[k - 1] - 0.5 * slope[k - 2] : slope[0]);
            for (int pass = 0; pass < 8; pass++) {
                double step = (mass - score_mass(density, law, side, last, x)) * exp(-density(side * x, law));
                x += step;
                if (fabs(step) < 1e-5 * (x - last)) break; /* the next would be of the order of its square */
            }
        }
        t[k] = x;
        slope[k] = exp(-0.5 * score * score - density(side * x, law)) / ROOT_TWO_PI;
    }
}

static void score_table(LogDensity density, const void *law, ScoreTable *table) {
    double t[SCORE_HALF + 1], slope[SCORE_HALF + 1];
    score_half(density, law, -1.0, t, slope);
    for (int k = 0; k <= SCORE_HALF; k++) {
        table->t[SCORE_NODES - 1 - k] = -t[k];
        table->slope[SCORE_NODES - 1 - k] = slope[k];
    }
    score_half(density, law, 1.0, table->t, table->slope);
}

/* The cubic of one cell at 0 <= at <= 1, and its slope by `at`. */
static inline double score_cubic(const ScoreTable *table, int cell, double at, double *slope) {
    double left = table->t[cell], rise = table->t[cell + 1] - left;
    double first = SCORE_STEP * table->slope[cell], second = SCORE_STEP * table->slope[cell + 1];
    double bend = 3.0 * rise - 2.0 * first - second, twist = first + second - 2.0 * rise;
    if (slope) *slope = first + at * (2.0 * bend + 3.0 * at * twist);
    return left + at * (first + at * (bend + at * twist));
}

static inline double score_to_t(const ScoreTable *table, double score) {
    double place = (fmin(fmax(score, -SCORE_END), SCORE_END) + SCORE_END) / SCORE_STEP;
    int cell = place < SCORE_NODES - 2 ? (int)place : SCORE_NODES - 2;
    return score_cubic(table, cell, place - cell, 0);
}

static double score_of_t(const ScoreTable *table, double t) {
    if (!(t > table->t[0])) return -SCORE_END;
    if (!(t < table->t[SCORE_NODES - 1])) return SCORE_END;
    int low = 0, high = SCORE_NODES - 1;
    while (high - low > 1) {
        int middle = (low + high) / 2;
        if (table->t[middle] <= t)
            low = middle;
        else
            high = middle;
    }
    double at = (t - table->t[low]) / (table->t[high] - table->t[low]), slope;
    for (int pass = 0; pass < 3; pass++) {
        double value = score_cubic(table, low, at, &slope);
        at = fmin(fmax(at + (t - value) / slope, 0.0), 1.0);
    }
    return -SCORE_END + SCORE_STEP * (low + at);
}

#endif
