/* Log-likelihood of the copula of the multivariate Student t law, and what its slope by the correlation is made of.
 *
 * With eta = 1 / nu, the scores x_i (d) of observation i, the correlation R = L L' and s_i = |L^-1 x_i|^2,
 *
 *     l = n k(eta) - n log det L - (1 + d eta) / 2 sum_i b(s_i) + (1 + eta) / 2 sum_ij b(x_ij^2),   b(s) = log(1 + eta s) / eta,
 *     k = sum over j = 1 .. d - 1 of N(eta / (1 + j eta)) - N(eta) + log(1 + j eta) / 2     (N of student_normaliser.h),
 *     dl / dR = (R^-1 M R^-1 - n R^-1) / 2 for each entry by itself,   M = sum_i (1 + d eta) / (1 + eta s_i) x_i x_i'.
 *
 * All is smooth down to the normal copula, eta = 0. Ranks repeat: the scores are given once for each distinct smaller tail, with
 * both signs, and the observations by their places among them (distinct_tails.h). A product of logarithms' arguments is carried
 * after every factor, so that heavy tails cannot overflow it.
 *
 * Domain: 0 <= eta, eta s < 1e300; NaN tells that it was left.
 * Reason: a fit asks for some thirty values; NumPy passes over the n x d scores eight times for each.
 */
#ifndef RISKKIT_STUDENT_COPULA_H
#define RISKKIT_STUDENT_COPULA_H

#include "lanes.h"
#include "student_scores.h"

#define COPULA_ROWS 64  /* of a block */
#define COPULA_NEAR 1e-3 /* below this eta the logarithms are taken one by one: rounding is divided by eta */

typedef struct {
    const double *score;  /* (m, 2): of the m distinct tails, lower and upper */
    const int32_t *place; /* (d, n): into score */
    long n, d;
} StudentCopula;

typedef struct {
    int curious;                  /* whether the moment is wanted */
    double squares, logs;         /* sum of s, and of log(1 + eta s) */
    double own_squares, own_logs; /* the same of x^2 */
    double *x, *weight;           /* (d, COPULA_ROWS), (COPULA_ROWS): of one block */
    double *moment;               /* (d (d + 1) / 2, LANES), its lower triangle row by row */
} StudentCopulaSums;

#define WIDTH LANE_NARROWEST
#define TARGET
#include "student_copula_pass.h"
#undef WIDTH
#ifdef LANES_DISPATCHED
#undef TARGET
#ifndef __clang__
#pragma GCC push_options
#pragma GCC optimize("fp-contract=fast")
#endif
#define WIDTH 4
#define TARGET __attribute__((target("avx2,fma")))
#include "student_copula_pass.h"
#undef WIDTH
#undef TARGET
#define WIDTH 8
#define TARGET __attribute__((target("avx512f")))
#include "student_copula_pass.h"
#undef WIDTH
#ifndef __clang__
#pragma GCC pop_options
#endif
#endif
#undef TARGET
#undef student_copula_run

static void student_copula_pass(const StudentCopula *sample, double eta, const double *inverse, StudentCopulaSums *sums) {
#ifdef LANES_DISPATCHED
    if (__builtin_cpu_supports("avx512f")) {
        student_copula_run_8(sample, eta, inverse, sums);
        return;
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        student_copula_run_4(sample, eta, inverse, sums);
        return;
    }
#endif
    LANE_PASTE(student_copula_run, LANE_NARROWEST)(sample, eta, inverse, sums);
}

/* The sums of logarithms again, one by one. */
static void student_copula_near(const StudentCopula *sample, double eta, const double *inverse, StudentCopulaSums *sums) {
    sums->logs = sums->own_logs = 0.0;
    for (long i = 0; i < sample->n; i++) {
        double square = 0.0;
        for (long j = 0; j < sample->d; j++) {
            double y = 0.0, x = 0.0;
            for (long k = 0; k <= j; k++) {
                x = sample->score[sample->place[k * sample->n + i]];
                y += inverse[j * sample->d + k] * x;
            }
            square += y * y;
            sums->own_logs += log1p(eta * x * x);
        }
        sums->logs += log1p(eta * square);
    }
}

static double student_copula_constant(double eta, long d) {
    double own[3], next[3], sum = 0.0;
    student_normaliser(eta, own);
    for (long j = 1; j < d; j++) {
        student_normaliser(eta / (1.0 + j * eta), next);
        sum += next[0] - own[0] + 0.5 * log1p(j * eta);
    }
    return sum;
}

/* The log-likelihood; `inverse` (d, d) is L^-1, lower. Leaves M in sums->moment where that is wanted. */
static double student_copula_value(const StudentCopula *sample, double eta, const double *inverse, StudentCopulaSums *sums) {
    double volume = 0.0;
    student_copula_pass(sample, eta, inverse, sums);
    if (!(eta * sums->squares < 1e300)) return NAN;
    if (eta > 0.0 && eta < COPULA_NEAR) student_copula_near(sample, eta, inverse, sums);
    double joint = eta > 0.0 ? sums->logs / eta : sums->squares, own = eta > 0.0 ? sums->own_logs / eta : sums->own_squares;
    for (long j = 0; j < sample->d; j++) volume -= log(inverse[j * sample->d + j]);
    return sample->n * (student_copula_constant(eta, sample->d) - volume) - 0.5 * (1.0 + sample->d * eta) * joint
           + 0.5 * (1.0 + eta) * own;
}

#endif
