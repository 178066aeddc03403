/* The skew Student-t law of Azzalini and Capitanio (2003, J. R. Statist. Soc. B 65, 367-389), for its copula.
 *
 * X has d variables, scatter matrix P with unit diagonal, shape alpha and nu degrees of freedom. With Q = x' P^-1 x, a = alpha' x
 *     log density + log |P| / 2 = log 2 + log t_nu,d(Q) + log T(v; nu + d),          v = a / sqrt(nu + Q),
 *     log t_nu,d(Q) = log Gamma((nu + d) / 2) - log Gamma(nu / 2) - d / 2 log(pi nu) - (nu + d) / 2 log(1 + Q / nu),
 * where T(v; k) is the distribution function of Student's law of k degrees of freedom at sqrt(k) v. A margin is the same with
 * d = 1, Q = x^2, a = skew x.
 *
 * Everything is done in s with v = sinh s, where Student's law is the power of a cosine hyperbolic:
 *     T(sinh s; k) = c(k) int_-inf^s cosh^-k(r) dr,                  c(k) = Gamma((k + 1) / 2) / (sqrt(pi) Gamma(k / 2)),
 * and with x = sqrt(nu) sinh s a margin is  F(s) = 2 c(nu) int_-inf^s cosh^-nu(r) T(skew tanh r; nu + 1) dr.
 *
 * T comes from Mills' ratio M(s) = int_s^inf cosh^-k(r) dr / cosh^-k(s), s >= 0, a mild function: T(-v) = c cosh^-k(s) M(s).
 * It is summed from the right over panels, all terms positive, and interpolated with its slope and curvature, which its
 * differential equation M' = k tanh(s) M - 1 gives. A margin is summed from both ends, and s is interpolated as a function of
 * logit F (and logit F of s), again with slope and curvature: the tails are straight lines there.
 * Errors, as tests hold them: log T 1e-11, F at the quantile of u 3e-10 of min(u, 1 - u).
 *
 * Domain: 1 <= nu <= 1000, |skew| <= 100, d >= 1; logits within +-231 (u = 1e-100).
 * Why compiled: a likelihood takes n quantiles per margin and n values of T, a fit takes a hundred likelihoods.
 */
#ifndef RISKKIT_SKEW_STUDENT_H
#define RISKKIT_SKEW_STUDENT_H

#include <math.h>

#define GAUSS 6 /* points of the Gauss-Legendre rule in a panel, on (0, 1) */
static const double gauss_point[GAUSS] = {0.033765242898423986, 0.16939530676686774, 0.38069040695840155,
                                          0.61930959304159845, 0.83060469323313226, 0.96623475710157601};
static const double gauss_weight[GAUSS] = {0.085662246189585173, 0.18038078652406930, 0.23395696728634552,
                                           0.23395696728634552, 0.18038078652406930, 0.085662246189585173};

static double log_cosh(double s) { /* no overflow, exact near 0 */
    double t = fabs(s);
    return t < 1.0 ? log1p(2.0 * sinh(0.5 * t) * sinh(0.5 * t)) : t + log1p(exp(-2.0 * t)) - 0.69314718055994530942;
}

static double log_student_constant(double k) { /* log c(k) */
    return lgamma(0.5 * (k + 1.0)) - lgamma(0.5 * k) - 0.57236494292470008707;
}

/* Two-point Taylor polynomial of degree five: value, slope and curvature at 0 and at `width`, evaluated at t in [0, width]. */
static double between(const double *left, const double *right, double width, double t) {
    double y = t / width, z = 1.0 - y;
    double b1 = left[1] * width, b2 = 0.5 * left[2] * width * width;
    double e1 = -right[1] * width, e2 = 0.5 * right[2] * width * width; /* as seen from the right */
    double from_left = left[0] + y * ((3.0 * left[0] + b1) + y * (6.0 * left[0] + 3.0 * b1 + b2));
    double from_right = right[0] + z * ((3.0 * right[0] + e1) + z * (6.0 * right[0] + 3.0 * e1 + e2));
    return z * z * z * from_left + y * y * y * from_right;
}

/* ---- Student's distribution function ------------------------------------------------------------------------------- */

typedef struct {
    double k, step, log_constant;
    long count;   /* nodes at 0, step, ..., (count - 1) step */
    double *node; /* Mills' ratio, slope, curvature: 3 per node */
} Mills;

static double mills_step(double k) { return 0.06 / sqrt(1.0 + k); }

/* Nodes needed for |v| <= most. */
static long mills_count(double k, double most) { return (long)(asinh(most) / mills_step(k)) + 2; }

/* int_0^width (cosh(s + r) / cosh s)^-k dr */
static double mills_panel(double k, double s, double width) {
    double sum = 0.0, base = log_cosh(s);
    for (int g = 0; g < GAUSS; g++) sum += gauss_weight[g] * exp(-k * (log_cosh(s + width * gauss_point[g]) - base));
    return width * sum;
}

static Mills mills_make(double k, double most, double *node) {
    Mills table = {k, mills_step(k), log_student_constant(k), mills_count(k, most), node};
    double top = (double)(table.count - 1) * table.step, base = log_cosh(top), beyond = 0.0;
    for (double s = top, part = 1.0; part > 1e-17 * beyond;) { /* the ratio at the last node, until nothing is added */
        double width = 1.0 / (sqrt(k) + k * tanh(s));
        part = exp(-k * (log_cosh(s) - base)) * mills_panel(k, s, width);
        beyond += part;
        s += width;
    }
    for (long i = table.count - 1; i >= 0; i--) {
        double s = (double)i * table.step, slope = tanh(s);
        if (i < table.count - 1)
            beyond = mills_panel(k, s, table.step) + exp(-k * (log_cosh(s + table.step) - log_cosh(s))) * beyond;
        node[3 * i] = beyond;
        node[3 * i + 1] = k * slope * beyond - 1.0;
        node[3 * i + 2] = k * (1.0 - slope * slope) * beyond + k * slope * node[3 * i + 1];
    }
    return table;
}

/* log T(v), |v| <= most; its derivative by v in *slope. */
static double log_student(const Mills *table, double v, double *slope) {
    double size = fabs(v), log_cosine = 0.5 * log1p(v * v), s = size < 1e150 ? asinh(size) : log(size) + 0.6931471805599453;
    long i = (long)(s / table->step);
    if (i > table->count - 2) i = table->count - 2;
    const double *left = table->node + 3 * i;
    double ratio = between(left, left + 3, table->step, s - (double)i * table->step);
    double log_density = table->log_constant - table->k * log_cosine;
    if (v < 0.0) {
        *slope = exp(-log_cosine) / ratio;
        return log_density + log(ratio);
    }
    double density = exp(log_density), below = 1.0 - density * ratio;
    *slope = density * exp(-log_cosine) / below;
    return log1p(-density * ratio);
}

/* ---- the density --------------------------------------------------------------------------------------------------- */

/* Log density (without log |P| / 2) of n points with Q >= 0 and a, and its derivatives by Q and a. */
static void skew_student_density(const Mills *table, double nu, double d, const double *q, const double *a, long n,
                                 double *value, double *by_q, double *by_a) {
    double constant = 0.69314718055994530942 + lgamma(0.5 * (nu + d)) - lgamma(0.5 * nu) - 0.5 * d * log(3.14159265358979323846 * nu);
    for (long t = 0; t < n; t++) {
        double spread = nu + q[t], scale = 1.0 / sqrt(spread), v = a[t] * scale, slope;
        double log_below = log_student(table, v, &slope);
        value[t] = constant - 0.5 * (nu + d) * log1p(q[t] / nu) + log_below;
        by_q[t] = -0.5 * (nu + d + slope * v) / spread;
        by_a[t] = slope * scale;
    }
}

/* ---- a margin ------------------------------------------------------------------------------------------------------ */

typedef struct {
    double first, step;
    long count;
    double *node; /* 4 per node: logit F, its slope and curvature by s, and (while summing) F */
} Margin;

static double margin_step(double nu, double skew) { return 0.16 / (1.0 + sqrt(nu * (1.0 + skew * skew))); }

/* A distance in s beyond which no more than the share exp(logit) of the law can lie on either side; F <= 2 Student's. */
static double margin_reach(double nu, double logit) {
    double constant = 0.69314718055994530942 + log_student_constant(nu), s = 0.25;
    while (constant - nu * log_cosh(s) - log(nu * tanh(s)) > logit) s += 0.1 + 0.1 * s;
    return s;
}

static double margin_density(const Mills *table, double nu, double skew, double constant, double s) { /* of s */
    double slope;
    return exp(constant - nu * log_cosh(s) + log_student(table, skew * tanh(s), &slope));
}

static double margin_panel(const Mills *table, double nu, double skew, double constant, double s, double width) {
    double sum = 0.0;
    for (int g = 0; g < GAUSS; g++)
        sum += gauss_weight[g] * margin_density(table, nu, skew, constant, s + width * gauss_point[g]);
    return width * sum;
}

/* The share beyond s, to the left (side = -1) or to the right (side = 1). */
static double margin_tail(const Mills *table, double nu, double skew, double constant, double s, double side) {
    double sum = 0.0, width = 1.7 / (1.0 + nu);
    for (int panel = 0; panel < 4000; panel++) {
        double part = margin_panel(table, nu, skew, constant, s, side * width) * side;
        sum += part;
        s += side * width;
        if (part <= 1e-17 * sum) break;
    }
    return sum;
}

static long margin_count(double nu, double skew, double first, double last) {
    return (long)((last - first) / margin_step(nu, skew)) + 2;
}

/* `table` is Mills' for k = nu + 1 and |v| <= |skew|. */
static Margin margin_make(const Mills *table, double nu, double skew, double first, double last, double *node) {
    Margin margin = {first, margin_step(nu, skew), margin_count(nu, skew, first, last), node};
    double constant = 0.69314718055994530942 + log_student_constant(nu), step = margin.step, above, *own = node;
    long i;
    own[3] = margin_tail(table, nu, skew, constant, first, -1.0);
    for (i = 1; i < margin.count; i++) { /* the panel's integral waits in the slot of the slope for the way back */
        own = node + 4 * i;
        own[1] = margin_panel(table, nu, skew, constant, first + (double)(i - 1) * step, step);
        own[3] = own[-1] + own[1];
    }
    above = margin_tail(table, nu, skew, constant, first + (double)(margin.count - 1) * step, 1.0);
    for (i = margin.count - 1; i >= 0; i--) {
        double s = first + (double)i * step, slope, tangent = tanh(s), panel, below, rate;
        double density = exp(constant - nu * log_cosh(s) + log_student(table, skew * tangent, &slope));
        own = node + 4 * i;
        panel = own[1];
        below = own[3];
        rate = slope * skew * (1.0 - tangent * tangent) - nu * tangent; /* of log density */
        own[0] = log(below / above);
        own[1] = density * (1.0 / below + 1.0 / above);
        own[2] = own[1] * (rate - density * (1.0 / below - 1.0 / above));
        above += panel;
    }
    return margin;
}

/* x at the given logits of u, within the reach of the margin; sorted ones are fastest. */
static void margin_quantiles(const Margin *margin, double nu, const double *logit, long n, double *x) {
    long i = 0, last = margin->count - 2;
    for (long t = 0; t < n; t++) {
        while (i < last && margin->node[4 * (i + 1)] < logit[t]) i++;
        while (i > 0 && margin->node[4 * i] > logit[t]) i--;
        double ends[6];
        for (int e = 0; e < 2; e++) { /* s and its derivatives by logit */
            const double *own = margin->node + 4 * (i + e);
            ends[3 * e] = (double)e * margin->step;
            ends[3 * e + 1] = 1.0 / own[1];
            ends[3 * e + 2] = -own[2] / (own[1] * own[1] * own[1]);
        }
        double start = margin->node[4 * i], width = margin->node[4 * (i + 1)] - start;
        double s = margin->first + (double)i * margin->step + between(ends, ends + 3, width, logit[t] - start);
        x[t] = sqrt(nu) * sinh(s);
    }
}

/* logit F at x, within the reach of the margin. */
static void margin_logits(const Margin *margin, double nu, const double *x, long n, double *logit) {
    for (long t = 0; t < n; t++) {
        double s = asinh(x[t] / sqrt(nu)) - margin->first;
        long i = (long)(s / margin->step);
        if (i < 0) i = 0;
        if (i > margin->count - 2) i = margin->count - 2;
        const double *left = margin->node + 4 * i;
        logit[t] = between(left, left + 4, margin->step, s - (double)i * margin->step);
    }
}

#endif
