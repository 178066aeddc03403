/* Evenly spread points of a copula of two variables, as normal scores, given that the first variable is at most `most`.
 *
 * A Kronecker sequence v_i = frac(1/2 + (i + 1) a) fills the unit square evenly (a from the plastic number, Roberts 2018), and
 * Rosenblatt's map carries it to the copula: u1 = v1 P(score <= most), u2 from P(U2 <= u2 | U1 = u1) = v2. So the points are
 * exact for any condition, averages over them move smoothly with every parameter and are closer to their limits than those of
 * as many random draws. Families and their first parameter:
 *
 *     NORMAL, STUDENT (correlation; nu), CLAYTON, GUMBEL (theta) and, with both variables mirrored, their survival copulas,
 *     FRANK (theta), SKEWED (correlation; nu, skew): X = skew W + sqrt(W) Z, W ~ nu / chi2(nu), Z normal and correlated.
 *
 * Given U1, the skewed family has no map that is written down: its points come from three numbers each (W and two normals; the
 * roots of 2, 3 and 5), and those that meet the condition are kept, so that their number falls with its probability.
 *
 * Domain: |correlation| < 1, CLAYTON and FRANK theta > 0, GUMBEL theta >= 1, nu > 1, |skew| <= 2 (0 is STUDENT).
 * Why compiled: some 10^5 points answer a slider while it is dragged, in a page too.
 */
#ifndef RISKKIT_COPULA_POINTS_H
#define RISKKIT_COPULA_POINTS_H

#include "score_table.h"
#include "student_normaliser.h"

enum { NORMAL, STUDENT, CLAYTON, SURVIVAL_CLAYTON, GUMBEL, SURVIVAL_GUMBEL, FRANK, SKEWED };

typedef struct {
    double strength, nu, skew;
    ScoreTable first, second; /* t laws of nu and nu + 1; or the margin of the skewed law, and log W */
} PairCopula;

static double even(long i, double generator) {
    double v = 0.5 + (double)(i + 1) * generator;
    return v - floor(v);
}

/* Density of t = asinh(x), x Student; law: nu, logarithm of the constant. */
static double student_t_density(double t, const double *law) {
    double x = sinh(t);
    return law[1] - 0.5 * (law[0] + 1.0) * log1p(x * x / law[0]) + log(cosh(t));
}

static void student_table(double nu, ScoreTable *table) {
    double constant[3], law[2];
    student_normaliser(1.0 / nu, constant);
    law[0] = nu, law[1] = constant[0];
    score_table(student_t_density, law, table);
}

/* Density of t = log W, W inverse gamma with shape and scale nu / 2; law: nu, logarithm of the constant. */
static double mixing_density(double t, const double *law) { return law[1] - 0.5 * law[0] * (t + exp(-t)); }

/* log(K_order(z) e^z): the integral of exp(-z (cosh t - 1)) cosh(order t), by the trapezoid rule about its highest point. */
static double log_scaled_bessel(double order, double z) {
    double peak = asinh(order / z), root = sinh(0.5 * peak), top = order * peak - 2.0 * z * root * root, sum = 0.0;
    double step = 0.25 / sqrt(sqrt(order * order + z * z) + 1.0);
    for (int side = -1; side <= 1; side += 2)
        for (int i = side > 0; i < 400; i++) {
            double t = peak + side * i * step, half = sinh(0.5 * t);
            double value = exp(order * t - 2.0 * z * half * half - top);
            sum += value;
            if (i > 8 && value < 1e-17 * sum) break;
        }
    return top + log(0.5 * step * sum);
}

/* Density of t = asinh(x), x skewed (Demarta and McNeil 2005, one variable); law: nu, skew, logarithm of the constant.
 * Bessel's function falls as e^-z where e^(skew x) rises: their difference is formed without cancellation. */
static double skewed_density(double t, const double *law) {
    double x = sinh(t), nu = law[0], skew = law[1], order = 0.5 * (nu + 1.0), root = sqrt(nu + x * x);
    double z = fabs(skew) * root, fall = skew * x > 0.0 ? fabs(skew) * nu / (root + fabs(x)) : z - skew * x;
    return law[2] + log_scaled_bessel(order, z) - fall + order * (log(z) - log1p(x * x / nu)) + log(cosh(t));
}

static void skewed_tables(double nu, double skew, ScoreTable *margin, ScoreTable *mixing) {
    double half = 0.5 * nu, gamma_law[2] = {nu, half * log(half) - lgamma(half)};
    double law[3] = {nu, skew, (0.5 - half) * log(2.0) - lgamma(half) - HALF_LOG_TWO_PI + 0.5 * log(2.0) - 0.5 * log(nu)};
    score_table(mixing_density, gamma_law, mixing);
    score_table(skewed_density, law, margin);
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
    double x = sinh(score_to_t(&copula->first, score)), y = sinh(score_to_t(&copula->second, normal_score(v)));
    return score_of_t(&copula->first, asinh(rho * x + y * sqrt((nu + x * x) / (nu + 1.0) * (1.0 - rho) * (1.0 + rho))));
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

static long skewed_points(const PairCopula *copula, long n, double most, double *first, double *second) {
    double rho = copula->strength, own = sqrt((1.0 - rho) * (1.0 + rho)), limit = most < SCORE_END ? sinh(score_to_t(&copula->first, most)) : INFINITY;
    long kept = 0;
    for (long i = 0; i < n; i++) {
        double mixing = exp(score_to_t(&copula->second, normal_score(even(i, 0.41421356237309505))));
        double one = normal_score(even(i, 0.7320508075688772)), drift = copula->skew * mixing, scale = sqrt(mixing);
        if (drift + scale * one > limit) continue;
        double other = normal_score(even(i, 0.2360679774997897));
        first[kept] = score_of_t(&copula->first, asinh(drift + scale * one));
        second[kept++] = score_of_t(&copula->first, asinh(drift + scale * (rho * one + own * other)));
    }
    return kept;
}

/* Fills up to n points; returns how many (fewer for SKEWED under a condition). `most` >= 8.2: no condition. */
static long copula_points(int family, double strength, double nu, double skew, long n, double most, PairCopula *copula,
                          double *first, double *second) {
    double below = most < SCORE_END ? normal_probability(most) : 1.0;
    copula->strength = strength, copula->nu = nu, copula->skew = skew;
    if (family == SKEWED && skew != 0.0) {
        skewed_tables(nu, skew, &copula->first, &copula->second);
        return skewed_points(copula, n, most, first, second);
    }
    if (family == SKEWED) family = STUDENT;
    if (family == STUDENT) {
        student_table(nu, &copula->first);
        student_table(nu + 1.0, &copula->second);
    }
    for (long i = 0; i < n; i++) {
        first[i] = normal_score(below * even(i, 0.7548776662466927));
        second[i] = score_given(family, copula, first[i], even(i, 0.5698402909980532));
    }
    return n;
}

#endif
