/* The standard normal law: probability of a score, and score of a probability.
 *
 * The score starts from Acklam's rational approximation (relative error 1.2e-9) and takes one step of Halley's method on the
 * smaller tail, which erfc gives without cancellation: relative error below 1e-14 for 1e-300 < p < 1 - 1e-16.
 *
 * Why compiled: a page has no scipy; a sample of a copula wants one for every number.
 */
#ifndef RISKKIT_NORMAL_SCORE_H
#define RISKKIT_NORMAL_SCORE_H

#include <math.h>

#define ROOT_HALF 0.707106781186547524400844362105
#define ROOT_TWO_PI 2.50662827463100050241576528481

static inline double normal_probability(double score) { return 0.5 * erfc(-score * ROOT_HALF); }

static double normal_score(double p) {
    static const double a[6] = {-3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02,
                                1.383577518672690e+02, -3.066479806614716e+01, 2.506628277459239e+00};
    static const double b[5] = {-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01,
                                -1.328068155288572e+01};
    static const double c[6] = {-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                                -2.549732539343734e+00, 4.374664141464968e+00, 2.938163982698783e+00};
    static const double d[4] = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00};
    double tail = p < 0.5 ? p : 1.0 - p, x;
    if (tail < 0.02425) {
        double q = sqrt(-2.0 * log(tail));
        x = (((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5])
            / ((((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + 1.0);
    } else {
        double q = tail - 0.5, r = q * q;
        x = (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q
            / (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1.0);
    }
    double step = (normal_probability(x) - tail) * ROOT_TWO_PI * exp(0.5 * x * x);
    x -= step / (1.0 + 0.5 * x * step);
    return p < 0.5 ? x : -x;
}

#endif
