/* Evenly spread points of a copula of two variables, as normal scores, given that the first variable is at most `most`.
 *
 * A Kronecker sequence v_i = frac(1/2 + (i + 1) a) fills the unit square evenly (a from the plastic number, Roberts 2018), and
 * Rosenblatt's map carries it to the copula: u1 = v1 P(score <= most), u2 from P(U2 <= u2 | U1 = u1) = v2. So the points are
 * exact for any condition, averages over them move smoothly with every parameter and are closer to their limits than those of
 * as many random draws. Families and their first parameter:
 *
 *     NORMAL, STUDENT (correlation; nu), CLAYTON, GUMBEL (theta) and, with both variables mirrored, their survival copulas,
 *     FRANK (theta), SKEWED (correlation; nu, skew): the skew t of Azzalini and Capitanio (2003), both variables
 *     X_j = (delta |shock| + sqrt(1 - delta^2) Z_j) / sqrt(V / nu) with delta = skew / sqrt(1 + skew^2), V ~ chi2(nu).
 *
 * Of the skewed family the shock is drawn between the two: given X1 it follows a t law of nu + 1 degrees cut off at 0, and given
 * both X2 one of nu + 2. Its points come from three numbers each (the roots of 3, 5 and 17: of
 * triples of roots below 20 they left least discrepancy).
 *
 * Domain: |correlation| < 1, CLAYTON and FRANK theta > 0, GUMBEL theta >= 1, nu > 1 (SKEWED: up to 200), |skew| <= 5.
 * Why compiled: some 10^5 points answer a slider while it is dragged, in a page too.
 */
#ifndef RISKKIT_COPULA_POINTS_H
#define RISKKIT_COPULA_POINTS_H

#include "score_table.h"
#include "student_normaliser.h"

enum { NORMAL, STUDENT, CLAYTON, SURVIVAL_CLAYTON, GUMBEL, SURVIVAL_GUMBEL, FRANK, SKEWED };

typedef struct {
    double strength, nu, skew;
    ScoreTable margin, one_known, two_known; /* t laws of nu (or the skewed one), nu + 1 and nu + 2 */
} PairCopula;

static double even(long i, double generator) {
    double v = 0.5 + (double)(i + 1) * generator;
    return v - floor(v);
}

/* Density of t = asinh(x), x Student or skewed; `known`: the t law of nu + 1, read where there is skewness. */
typedef struct {
    double nu, constant, skew;
    const ScoreTable *known;
} Margin;

static double margin_density(double t, const void *law) {
    const Margin *margin = law;
    double nu = margin->nu, x = sinh(t), side = 0.0;
    if (margin->skew != 0.0) {
        double tilt = margin->skew * x * sqrt((nu + 1.0) / (nu + x * x));
        side = log(2.0 * normal_probability(score_of_t(margin->known, asinh(tilt))));
    }
    return margin->constant - 0.5 * (nu + 1.0) * log1p(x * x / nu) + log(cosh(t)) + side;
}

static void margin_table(double nu, double skew, const ScoreTable *known, ScoreTable *table) {
    double constant[3];
    student_normaliser(1.0 / nu, constant);
    Margin law = {nu, constant[0], skew, known};
    score_table(margin_density, &law, table);
}

/* The sum 1 + e^l under the root is taken as a logarithm: e^l overflows for strong copulas near 0. */
static double clayton_given(double u, double v, double theta) {
    double l = log(expm1(-theta / (1.0 + theta) * log(v))) - theta * log(u);
    return exp(-(l > 0.0 ? l + log1p(exp(-l)) : log1p(exp(l))) / theta);
}

/* With x = -log u1 and z = (x^theta + y^theta)^(1/theta), y = -log u2:  z + (theta - 1) log z = x + (theta - 1) log x - log v. */
static double gumbel_given(double u, double v, double theta) {
    double x = -log(u), wanted = x + (theta - 1.0) * log(x) - log(v), z = x - log(v);
    for (int pass = 0; pass < 50; pass++) {
        double step = (wanted - z - (theta - 1.0) * log(z)) / (1.0 + (theta - 1.0) / z);
        z = fmax(z + step, x);
        if (fabs(step) < 1e-15 * z) break;
    }
    return exp(-z * pow(-expm1(theta * log(x / z)), 1.0 / theta));
}

/* -log(((1 - v) e^(-theta u) + v e^-theta) / (v + (1 - v) e^(-theta u))) / theta, without cancellation at either end of theta. */
static double frank_given(double u, double v, double theta) {
    return u - (log1p(v * expm1(-theta * (1.0 - u))) - log1p((1.0 - v) * expm1(-theta * u))) / theta;
}

static double student_given(const PairCopula *copula, double score, double v) {
    double rho = copula->strength, nu = copula->nu;
    double x = sinh(score_to_t(&copula->margin, score)), y = sinh(score_to_t(&copula->one_known, normal_score(v)));
    return score_of_t(&copula->margin, asinh(rho * x + y * sqrt((nu + x * x) / (nu + 1.0) * (1.0 - rho) * (1.0 + rho))));
}

/* `v` places the shock, `w` the second variable. */
static double skewed_given(const PairCopula *copula, double score, double v, double w) {
    double rho = copula->strength, nu = copula->nu, left = 1.0 / (1.0 + copula->skew * copula->skew); /* 1 - delta^2 */
    double delta = copula->skew * sqrt(left), x = sinh(score_to_t(&copula->margin, score));
    double scale = sqrt((nu + x * x) / (nu + 1.0) * left);
    double positive = normal_probability(score_of_t(&copula->one_known, asinh(delta * x / scale)));
    double shock = delta * x - scale * sinh(score_to_t(&copula->one_known, normal_score(positive * v)));
    double distance = (shock * shock - 2.0 * delta * shock * x + x * x) / left;
    double spread = sqrt((nu + distance) / (nu + 2.0) * left * (1.0 - rho) * (1.0 + rho));
    double y = delta * (1.0 - rho) * shock + rho * x + spread * sinh(score_to_t(&copula->two_known, normal_score(w)));
    return score_of_t(&copula->margin, asinh(y));
}

/* Score of the second variable, given that of the first, where P(second <= it | first) = v. */
static double score_given(int family, const PairCopula *copula, double score, double v) {
    double theta = copula->strength, u;
    switch (family) {
    case NORMAL: return theta * score + sqrt((1.0 - theta) * (1.0 + theta)) * normal_score(v);
    case STUDENT: return student_given(copula, score, v);
    case CLAYTON: return normal_score(clayton_given(normal_probability(score), v, theta));
    case SURVIVAL_CLAYTON: return -normal_score(clayton_given(normal_probability(-score), 1.0 - v, theta));
    case GUMBEL: return normal_score(gumbel_given(normal_probability(score), v, theta));
    case SURVIVAL_GUMBEL: return -normal_score(gumbel_given(normal_probability(-score), 1.0 - v, theta));
    default: u = frank_given(normal_probability(score), v, theta); return normal_score(u);
    }
}

/* Fills n points. `most` >= 8.2: no condition. */
static void copula_points(int family, double strength, double nu, double skew, long n, double most, PairCopula *copula,
                          double *first, double *second) {
    double below = most < SCORE_END ? normal_probability(most) : 1.0;
    copula->strength = strength, copula->nu = nu, copula->skew = family == SKEWED ? skew : 0.0;
    if (family == STUDENT || family == SKEWED) {
        margin_table(nu + 1.0, 0.0, 0, &copula->one_known);
        margin_table(nu, copula->skew, &copula->one_known, &copula->margin);
    }
    if (family == SKEWED) {
        margin_table(nu + 2.0, 0.0, 0, &copula->two_known);
        for (long i = 0; i < n; i++) {
            first[i] = normal_score(below * even(i, 0.7320508075688772));
            second[i] = skewed_given(copula, first[i], even(i, 0.2360679774997897), even(i, 0.12310562561766059));
        }
        return;
    }
    for (long i = 0; i < n; i++) {
        first[i] = normal_score(below * even(i, 0.7548776662466927));
        second[i] = score_given(family, copula, first[i], even(i, 0.5698402909980532));
    }
}

#endif
