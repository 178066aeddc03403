/* The logarithm of the constant in Student's t density, as a smooth function of eta = 1 / nu down to the normal law, eta = 0:
 *
 *     normaliser(eta) = log Gamma(a + 1/2) - log Gamma(a) - log(a) / 2 - log(2 pi) / 2,   a = nu / 2 = 1 / (2 eta).
 */
#ifndef RISKKIT_STUDENT_NORMALISER_H
#define RISKKIT_STUDENT_NORMALISER_H

#include <math.h>

#define HALF_LOG_TWO_PI 0.918938533204672741780329736406

/* normaliser(eta) and its first two derivatives, 0 <= eta < 1.
 * The difference of the two log Gammas comes from its own asymptotic series at a >= far, reached by Gamma(a + 1) = a Gamma(a), and
 * none of lgamma's cancellation for small eta: absolute error below 1e-14 with far = 16, 1e-9 with 4. In x = 1 / (2 a) the series
 * reads log Gamma(a + 1/2) - log Gamma(a) - log(a) / 2 = sum over k of series[k] x^(2k+1). */
static void student_normaliser_from(double eta, double far, double out[3]) {
    static const double series[6] = {-1.0 / 4.0, 1.0 / 24.0, -1.0 / 20.0, 17.0 / 112.0, -31.0 / 36.0, 691.0 / 88.0};
    double nearest = 0.5 / far, origin = eta > nearest ? 0.5 / eta : far, a = origin, ratio = 1.0, first = 0.0, second = 0.0;
    for (; a < far; a += 1.0) {
        double one = 1.0 / a, half = 1.0 / (a + 0.5);
        ratio *= (a + 0.5) * one;
        first += half - one;
        second += one * one - half * half;
    }
    double x = eta > nearest ? 0.5 / a : eta, square = x * x, sum = 0.0, slope = 0.0, curve = 0.0;
    for (int k = 5; k >= 0; k--) {
        double odd = 2 * k + 1;
        sum = sum * square + series[k];
        slope = slope * square + odd * series[k];
        if (k > 0) curve = curve * square + odd * (odd - 1.0) * series[k];
    }
    sum *= x;
    curve *= x;
    out[0] = sum - HALF_LOG_TWO_PI;
    out[1] = slope;
    out[2] = curve;
    if (eta <= nearest) return; /* x is eta itself */
    double by_a = -2.0 * square * slope + 0.5 / a - first - 0.5 / origin;
    double by_aa = 4.0 * square * square * curve + 8.0 * square * x * slope - 0.5 / (a * a) - second + 0.5 / (origin * origin);
    double turn = -0.5 / (eta * eta); /* d origin / d eta */
    out[0] += 0.5 * log(a / origin) - log(ratio);
    out[1] = by_a * turn;
    out[2] = by_aa * turn * turn + by_a / (eta * eta * eta);
}

static inline void student_normaliser(double eta, double out[3]) { student_normaliser_from(eta, 16.0, out); }

#endif
