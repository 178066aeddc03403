/* VaR and ES factors of the standard Student-t law (normal for eta = 0), with eta = 1 / nu.
 *
 *     F(q) = 1/2 + integral from 0 to q of f,   f(t) = exp(normaliser(eta)) (1 + eta t^2)^(-(1 + eta) / (2 eta))
 *     VaR  = q with F(q) = level
 *     ES   = (1 + eta q^2) / (1 - eta) f(q) / (1 - level)
 *
 * With t = sinh(u) / sqrt(eta) the integrand becomes cosh(u)^(-1 / eta): smooth and short for every tail, so that 24
 * Gauss-Legendre nodes (48 for u beyond LONG) carry it to rounding. F is concave right of 0: Newton's method from the left of
 * the root climbs to it and never passes it, and from the right falls to the left in one step. It begins at 0, or at the root
 * of the law before when the two are alike.
 *
 * Domain: 0 <= eta <= 0.95, 0.5 < level <= 0.9999: relative error below 1e-10 there (tests hold it against scipy).
 */
#ifndef RISKKIT_STUDENT_QUANTILE_H
#define RISKKIT_STUDENT_QUANTILE_H

#include "student_normaliser.h"

#define QUADRATURE 24 /* at most so many nodes on either side of the middle */
#define LONG 2.0
#define AS_GOOD_AS_NORMAL 1e-13

typedef struct {
    int half;
    double node[QUADRATURE], weight[QUADRATURE];
} Quadrature;

/* Gauss-Legendre: the positive roots of the Legendre polynomial of degree 2 half. */
static void quadrature_begin(Quadrature *rule, int half) {
    const int degree = 2 * half;
    rule->half = half;
    for (int i = 0; i < half; i++) {
        double x = cos(3.14159265358979323846 * (i + 0.75) / (degree + 0.5)), slope = 1.0;
        for (int pass = 0; pass < 6; pass++) {
            double before = 1.0, value = x;
            for (int k = 2; k <= degree; k++) {
                double next = ((2 * k - 1) * x * value - (k - 1) * before) / k;
                before = value;
                value = next;
            }
            slope = degree * (x * value - before) / (x * x - 1.0);
            x -= value / slope;
        }
        rule->node[i] = x;
        rule->weight[i] = 2.0 / ((1.0 - x * x) * slope * slope);
    }
}

static double student_density(double q, double eta, double constant) {
    if (eta < AS_GOOD_AS_NORMAL) return exp(constant - 0.5 * q * q);
    return exp(constant - 0.5 * (1.0 + eta) / eta * log1p(eta * q * q));
}

/* F(q) - 1/2 for q >= 0; rules: the short and the long one. */
static double student_above_half(const Quadrature *rules, double q, double eta, double constant) {
    int normal = eta < AS_GOOD_AS_NORMAL;
    double root = sqrt(eta), end = normal ? q : asinh(root * q), half = 0.5 * end, sum = 0.0;
    const Quadrature *rule = &rules[!normal && end > LONG];
    for (int i = 0; i < rule->half; i++)
        for (int side = -1; side <= 1; side += 2) {
            double u = half * (1.0 + side * rule->node[i]), s = normal ? u : sinh(u);
            sum += rule->weight[i] * exp(normal ? -0.5 * u * u : -0.5 / eta * log1p(s * s));
        }
    return exp(constant) * (normal ? half : half / root) * sum;
}

/* VaR and ES factors of `count` laws. */
static void student_tails(double level, const double *eta, long count, double *var, double *es) {
    Quadrature rules[2];
    quadrature_begin(&rules[0], QUADRATURE / 2);
    quadrature_begin(&rules[1], QUADRATURE);
    for (long i = 0; i < count; i++) {
        int alike = i && var[i - 1] > 0.0 && fabs(eta[i] - eta[i - 1]) <= 0.1 * eta[i];
        double constant[3], q = alike ? var[i - 1] : 0.0, f;
        student_normaliser(eta[i], constant);
        for (int pass = 0; pass < 100; pass++) {
            double step = (level - 0.5 - student_above_half(rules, q, eta[i], constant[0]))
                          / student_density(q, eta[i], constant[0]);
            q = q + step > 0.0 ? q + step : 0.0;
            if (!(fabs(step) > 1e-9 * q)) break; /* Newton: the next step would be of the order of its square */
        }
        f = student_density(q, eta[i], constant[0]);
        var[i] = q;
        es[i] = (1.0 + eta[i] * q * q) / (1.0 - eta[i]) * f / (1.0 - level);
    }
}

#endif
