/* The laws of a standardised innovation z (mean 0, variance 1): log density with derivatives, and moments of one side.
 *
 *     normal       -z^2 / 2 - log(2 pi) / 2
 *     Student t    c(eta) - (1 + eta) / (2 eta) log(1 + k z^2),   eta = 1 / nu,  k = eta / (1 - 2 eta)
 *     skew t       log b + c(eta) - (1 + eta) / (2 eta) log(1 + k ((b z + a) / (1 -+ lambda))^2),  - where z < -a / b
 *                  a = 4 lambda exp(c) (1 - 2 eta) / (1 - eta),  b^2 = 1 + 3 lambda^2 - a^2        (Hansen 1994)
 *     GED          log nu - (1 + 1 / nu) log 2 - log Gamma(1 / nu) - log s - |z / s|^nu / 2,
 *                  s^2 = 2^(-2 / nu) Gamma(1 / nu) / Gamma(3 / nu)                                  (Nelson 1991)
 *
 * Shapes: eta and lambda; for the GED 1 / nu. Domain: 0 < eta < 1 / 2, |lambda| < 1, 0 < 1 / nu < 1. Jets are in the variables
 * (z, first shape, second shape). The GED's second derivative by z is infinite at z = 0 where nu < 2: there the terms with a
 * derivative by z are left out, which is exact wherever z does not move with a parameter.
 */
#ifndef RISKKIT_GENERAL_LAW_H
#define RISKKIT_GENERAL_LAW_H

#include "jet.h"
#include "student_normaliser.h"

enum { LAW_NORMAL = 0, LAW_STUDENT = 1, LAW_SKEWED = 2, LAW_GED = 3 };

#define LOG_TWO 0.693147180559945309417232121458
#define NO_DISTANCE 1e-100 /* a positive number below this is 0 */
#define ON_KINK 1e-13      /* a standardised shock this near 0 is on the kink of |e|, whose derivative is taken as 0 there */

typedef struct {
    int kind;
    double kink; /* where the two halves of the skew t meet */
    Jet constant, power, factor, slope[2], offset[2];
} Law;

/* log Gamma, digamma and trigamma at x > 0: Stirling's series at x >= 16, reached by Gamma(x + 1) = x Gamma(x). */
static void gamma_derivatives(double x, double out[3]) {
    static const double bernoulli[7] = {1.0 / 6.0,      -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0,
                                        5.0 / 66.0, -691.0 / 2730.0, 7.0 / 6.0};
    double product = 1.0, first = 0.0, second = 0.0;
    for (; x < 16.0; x += 1.0) {
        product *= x;
        first += 1.0 / x;
        second += 1.0 / (x * x);
    }
    double square = 1.0 / (x * x), power = square;
    out[0] = (x - 0.5) * log(x) - x + HALF_LOG_TWO_PI - log(product);
    out[1] = log(x) - 0.5 / x - first;
    out[2] = 1.0 / x + 0.5 * square + second;
    for (int k = 1; k <= 7; k++, power *= square) { /* power = x^(-2k) */
        out[0] += bernoulli[k - 1] * power * x / (2.0 * k * (2.0 * k - 1.0));
        out[1] -= bernoulli[k - 1] * power / (2.0 * k);
        out[2] += bernoulli[k - 1] * power / x;
    }
}

static Jet jet_log_gamma(Jet a) {
    double of[3];
    gamma_derivatives(a.value, of);
    return jet_of(a, of[0], of[1], of[2]);
}

static Jet student_constant(double eta, Jet shape) {
    double of[3];
    student_normaliser(eta, of);
    return jet_mix(1.0, jet_of(shape, of[0], of[1], of[2]), -0.5, jet_log(jet_line(-2.0, shape, 1.0)));
}

static void law_skew(Law *law, double lambda) {
    Jet eta = jet_variable(law->factor.value, 1), skew = jet_variable(lambda, 2);
    Jet ratio = jet_times(jet_line(-2.0, eta, 1.0), jet_inverse(jet_line(-1.0, eta, 1.0)));
    Jet a = jet_times(jet_times(jet_line(4.0, skew, 0.0), jet_exp(law->constant)), ratio);
    Jet b = jet_root(jet_line(1.0, jet_mix(3.0, jet_times(skew, skew), -1.0, jet_times(a, a)), 1.0));
    law->constant = jet_plus(law->constant, jet_log(b));
    law->kink = -a.value / b.value;
    for (int side = 0; side < 2; side++) {
        Jet inverse = jet_inverse(jet_line(side ? 1.0 : -1.0, skew, 1.0));
        law->slope[side] = jet_times(b, inverse);
        law->offset[side] = jet_times(a, inverse);
    }
}

static Law law_make(int kind, double first, double second) {
    Law law = {.kind = kind, .kink = 0.0, .constant = jet_constant(-HALF_LOG_TWO_PI)};
    Jet shape = jet_variable(first, 1);
    if (kind == LAW_STUDENT || kind == LAW_SKEWED) {
        law.constant = student_constant(first, shape);
        law.factor = shape;
        if (kind == LAW_SKEWED) law_skew(&law, second);
        law.power = jet_line(0.5, jet_inverse(shape), 0.5);
        law.factor = jet_times(shape, jet_inverse(jet_line(-2.0, shape, 1.0)));
    }
    if (kind == LAW_GED) {
        Jet one = jet_log_gamma(shape), three = jet_log_gamma(jet_line(3.0, shape, 0.0));
        law.offset[0] = jet_mix(1.0, jet_mix(0.5, one, -0.5, three), -LOG_TWO, shape); /* log s */
        law.power = jet_inverse(shape);
        law.constant = jet_line(1.0, jet_mix(-1.0, jet_log(shape), -LOG_TWO, shape), -LOG_TWO);
        law.constant = jet_minus(law.constant, jet_plus(one, law.offset[0]));
    }
    return law;
}

/* Log density at z. */
static inline Jet law_density(const Law *law, double z) {
    Jet result = law->constant;
    if (law->kind == LAW_NORMAL) {
        result.value -= 0.5 * z * z;
        result.by[0] = -z;
        result.bend[0][0] = -1.0;
        return result;
    }
    if (law->kind == LAW_GED) {
        if (!(fabs(z) > ON_KINK)) return result;
        Jet log_distance = jet_of(jet_variable(z, 0), log(fabs(z)), 1.0 / z, -1.0 / (z * z));
        Jet risen = jet_exp(jet_times(law->power, jet_minus(log_distance, law->offset[0])));
        return jet_mix(1.0, result, -0.5, risen);
    }
    Jet y = jet_variable(z, 0);
    if (law->kind == LAW_SKEWED) {
        int side = z >= law->kink;
        y = jet_plus(jet_times(law->slope[side], y), law->offset[side]);
    }
    Jet square = jet_times(law->factor, jet_times(y, y));
    return jet_minus(result, jet_times(law->power, jet_log1p(square)));
}

/* Add a quadrature node: weight |z|^exponent density(z), as a jet in (exponent, first shape, second shape). */
static double law_node(const Law *law, double z, double exponent, double log_weight, Jet *sum) {
    Jet density = law_density(law, z);
    double log_distance = log(fabs(z)), height = density.value + exponent * log_distance + log_weight;
    if (!(height > -600.0)) return 0.0;
    double mass = exp(height);
    density.by[0] = log_distance;
    for (int i = 0; i < JET_SIZE; i++) density.bend[0][i] = density.bend[i][0] = 0.0;
    sum->value += mass;
    for (int i = 0; i < JET_SIZE; i++) {
        sum->by[i] += mass * density.by[i];
        for (int j = 0; j < JET_SIZE; j++) sum->bend[i][j] += mass * (density.bend[i][j] + density.by[i] * density.by[j]);
    }
    return mass;
}

/* Half of E|z|^d of a GED of exponent 1 / k (normal: k = 1/2): 2^(d k) s^d Gamma((d + 1) k) / Gamma(k) / 2. */
static Jet ged_half_moment(double exponent, Jet shape) {
    Jet d = jet_variable(exponent, 0), one = jet_log_gamma(shape), three = jet_log_gamma(jet_line(3.0, shape, 0.0));
    Jet log_scale = jet_mix(0.5, one, -0.5, three); /* of s 2^k */
    Jet risen = jet_log_gamma(jet_times(jet_line(1.0, d, 1.0), shape));
    return jet_exp(jet_line(1.0, jet_plus(jet_times(d, log_scale), jet_minus(risen, one)), -LOG_TWO));
}

/* E[|z|^exponent; z > 0] (side 1) or E[|z|^exponent; z < 0] (side 0) with derivatives by (exponent, shapes), to 1e-13: for the
 * t laws by double exponential quadrature (Takahasi and Mori 1974) from 0 to the kink and from the kink, or 0, to infinity.
 * Infinite where the moment is. */
static Jet law_half_moment(const Law *law, int side, double exponent) {
    if (law->kind == LAW_NORMAL) return ged_half_moment(exponent, jet_constant(0.5));
    if (law->kind == LAW_GED) return ged_half_moment(exponent, jet_inverse(law->power));
    double sign = side ? 1.0 : -1.0, kink = law->kink * sign, step = 1.0 / 16.0, half_pi = 1.57079632679489661923;
    Jet sum = jet_constant(0.0);
    if (exponent >= 2.0 * law->power.value - 1.0) return jet_constant(INFINITY);
    if (!(kink > 0.0)) kink = 0.0;
    for (int i = -56; kink > 0.0 && i <= 56; i++) {
        double t = i * step, u = half_pi * sinh(t), distance = kink / (1.0 + exp(-2.0 * u));
        double slope = 2.0 * half_pi * cosh(t) / (1.0 + exp(2.0 * u));
        if (distance > 0.0 && slope > 0.0) law_node(law, sign * distance, exponent, log(step * slope * distance), &sum);
    }
    for (int i = -64; i <= 98; i++) {
        double t = i * step, u = half_pi * sinh(t), distance = exp(u);
        double mass = law_node(law, sign * (kink + distance), exponent, log(step * half_pi * cosh(t)) + u, &sum);
        if (t > 0.0 && mass <= 1e-19 * sum.value) break;
    }
    return sum;
}

#endif
