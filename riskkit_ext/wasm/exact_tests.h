/* Exact p-values of the coverage tests: the sums of riskkit/backtest/exact.py, without its tables.
 *
 * A sequence of T days with N breaches enters the likelihood ratios through N, the number R of its runs of breaches, and
 * whether its first and last day are breaches; C(N-1, R-1) C(T-N-1, R-first-last) sequences share them. A p-value is the
 * probability of all classes whose ratio is at least the observed one; counts of breaches and of runs that together have less
 * probability than EXACT_NEGLIGIBLE are left out and counted in full.
 *
 * The independence ratio is the difference of sums of n log n: its rounding, below 1e-11, is far below EXACT_SAME.
 */
#ifndef RISKKIT_EXACT_TESTS_H
#define RISKKIT_EXACT_TESTS_H

#include <math.h>

#define EXACT_NEGLIGIBLE 1e-14
#define EXACT_SAME 1e-9 /* ratios closer than this are the same ratio */

typedef struct {
    const double *factorial; /* log 0!, ..., log T! */
    const double *entropy;   /* n log n for n = 0, ..., T */
    double *beyond;          /* probability of n breaches or more, T + 1 */
    long days;
    double breach; /* probability of a breach */
} Exact;

/* memory: 3 (T + 1) doubles */
static void exact_begin(Exact *exact, long days, double breach, double *memory) {
    double *factorial = memory, *entropy = factorial + days + 1, *beyond = entropy + days + 1;
    for (long n = 0; n <= days; n++) {
        factorial[n] = lgamma((double)n + 1.0);
        entropy[n] = n ? (double)n * log((double)n) : 0.0;
    }
    *exact = (Exact){factorial, entropy, beyond, days, breach};
}

static double exact_log_binomial(const Exact *exact, long hits) {
    double ways = exact->factorial[exact->days] - exact->factorial[hits] - exact->factorial[exact->days - hits];
    return ways + (double)hits * log(exact->breach) + (double)(exact->days - hits) * log1p(-exact->breach);
}

static double exact_coverage_ratio(const Exact *exact, long hits) {
    double days = (double)exact->days, quiet = days - (double)hits, ratio = 0.0;
    if (hits) ratio += (double)hits * log((double)hits / (days * exact->breach));
    if (hits < exact->days) ratio += quiet * log(quiet / (days * (1.0 - exact->breach)));
    return ratio > 0.0 ? 2.0 * ratio : 0.0;
}

static double exact_independence_ratio(const Exact *exact, long n00, long n01, long n10, long n11) {
    const double *xlogx = exact->entropy;
    double ratio = xlogx[n00] + xlogx[n01] + xlogx[n10] + xlogx[n11] + xlogx[n00 + n01 + n10 + n11];
    ratio -= xlogx[n00 + n01] + xlogx[n10 + n11] + xlogx[n00 + n10] + xlogx[n01 + n11];
    return ratio > 0.0 ? 2.0 * ratio : 0.0;
}

/* log C(items - 1, runs - 1); nothing is cut into no runs in one way, everything else that is impossible is -infinity. */
static double exact_log_compositions(const Exact *exact, long items, long runs) {
    const double *factorial = exact->factorial;
    if (runs >= 1 && runs <= items) return factorial[items - 1] - factorial[runs - 1] - factorial[items - runs];
    return items == 0 && runs == 0 ? 0.0 : -INFINITY;
}

/* Of the classes with `hits` breaches, the probability (exp(log_weight) for each sequence) of those whose independence ratio
 * plus `added` is at least `least`. Bernstein's inequality bounds the runs that matter (see exact.py). */
static double exact_reached(const Exact *exact, long hits, double log_weight, double added, double least) {
    double days = (double)exact->days, share = (days - (double)hits + 1.0) / days, total = 0.0;
    double variance = (double)hits * share * (1.0 - share), log_odds = log(100.0 / EXACT_NEGLIGIBLE);
    double reach = log_odds / 3.0 + sqrt(log_odds * log_odds / 9.0 + 2.0 * log_odds * (variance > 0.0 ? variance : 0.0));
    double low = floor((double)hits * share - reach), high = ceil((double)hits * share + reach);
    long fewest = low > (hits > 0) ? (long)low : hits > 0, most = high < (double)hits ? (long)high : hits;
    long quiet = exact->days - hits;
    for (long runs = fewest; runs <= most; runs++)
        for (int ends = 0; ends < 4; ends++) {
            long first = ends >> 1, last = ends & 1, quiet_runs = runs + 1 - first - last;
            double size = exact_log_compositions(exact, hits, runs) + exact_log_compositions(exact, quiet, quiet_runs);
            if (!(size > -INFINITY)) continue;
            double ratio = exact_independence_ratio(exact, quiet - quiet_runs, runs - first, runs - last, hits - runs);
            if (ratio + added >= least) total += exp(size + log_weight);
        }
    return total;
}

static double exact_least(double value) { return value - EXACT_SAME * (value > 1.0 ? value : 1.0); }

static double exact_at_most_one(double p) { return p < 1.0 ? p : 1.0; }

/* P(at most `hits` breaches). */
static double exact_cumulative(const Exact *exact, long hits) {
    double total = 0.0;
    for (long n = 0; n <= hits; n++) total += exp(exact_log_binomial(exact, n));
    return exact_at_most_one(total);
}

/* Kupiec, independence given the number of breaches, conditional coverage. */
static void exact_p_values(const Exact *exact, long hits, long n00, long n01, long n10, long n11, double *p) {
    double coverage = exact_coverage_ratio(exact, hits), alone = exact_independence_ratio(exact, n00, n01, n10, n11);
    double least = exact_least(coverage), both = exact_least(coverage + alone), below = 0.0;
    long days = exact->days;
    p[0] = p[2] = 0.0;
    for (long n = days; n >= 0; n--) /* from the end: small ones are added first */
        exact->beyond[n] = exp(exact_log_binomial(exact, n)) + (n < days ? exact->beyond[n + 1] : 0.0);
    for (long n = 0; n <= days; n++) {
        double chance = exp(exact_log_binomial(exact, n)), ratio = exact_coverage_ratio(exact, n);
        if (ratio >= least) p[0] += chance;
        below += chance;
        if ((below < exact->beyond[n] ? below : exact->beyond[n]) > EXACT_NEGLIGIBLE / 8.0) {
            double weight = (double)n * log(exact->breach) + (double)(days - n) * log1p(-exact->breach);
            p[2] += exact_reached(exact, n, weight, ratio, both);
        }
    }
    double every = exact->factorial[days] - exact->factorial[hits] - exact->factorial[days - hits];
    p[1] = exact_reached(exact, hits, -every, 0.0, exact_least(alone)) + EXACT_NEGLIGIBLE;
    p[2] += EXACT_NEGLIGIBLE;
    for (int i = 0; i < 3; i++) p[i] = exact_at_most_one(p[i]);
}

#endif
