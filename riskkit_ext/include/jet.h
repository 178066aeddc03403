/* A number that carries its exact first and second derivatives by a few variables (second-order forward differentiation).
 *
 * With f(a) for a scalar function f:   df = f'(a) da,   d2f = f'(a) d2a + f''(a) da da.
 * With products:                       d2(a b) = a d2b + b d2a + da db + db da.
 *
 * Why: the laws below are given by their formulas; written with jets, the formula is all there is to check.
 */
#ifndef RISKKIT_JET_H
#define RISKKIT_JET_H

#include <math.h>

#define JET_SIZE 3

typedef struct {
    double value, by[JET_SIZE], bend[JET_SIZE][JET_SIZE];
} Jet;

static inline Jet jet_constant(double value) {
    Jet result = {value, {0.0}, {{0.0}}};
    return result;
}

static inline Jet jet_variable(double value, int which) {
    Jet result = jet_constant(value);
    result.by[which] = 1.0;
    return result;
}

/* f(a) from f, f' and f'' at a. */
static inline Jet jet_of(Jet a, double value, double first, double second) {
    Jet result;
    result.value = value;
    for (int i = 0; i < JET_SIZE; i++) {
        result.by[i] = first * a.by[i];
        for (int j = 0; j < JET_SIZE; j++) result.bend[i][j] = first * a.bend[i][j] + second * a.by[i] * a.by[j];
    }
    return result;
}

/* k a + m b for numbers k and m. */
static inline Jet jet_mix(double k, Jet a, double m, Jet b) {
    Jet result;
    result.value = k * a.value + m * b.value;
    for (int i = 0; i < JET_SIZE; i++) {
        result.by[i] = k * a.by[i] + m * b.by[i];
        for (int j = 0; j < JET_SIZE; j++) result.bend[i][j] = k * a.bend[i][j] + m * b.bend[i][j];
    }
    return result;
}

static inline Jet jet_times(Jet a, Jet b) {
    Jet result;
    result.value = a.value * b.value;
    for (int i = 0; i < JET_SIZE; i++) {
        result.by[i] = a.value * b.by[i] + b.value * a.by[i];
        for (int j = 0; j < JET_SIZE; j++)
            result.bend[i][j] = a.value * b.bend[i][j] + b.value * a.bend[i][j] + a.by[i] * b.by[j] + a.by[j] * b.by[i];
    }
    return result;
}

static inline Jet jet_plus(Jet a, Jet b) { return jet_mix(1.0, a, 1.0, b); }
static inline Jet jet_minus(Jet a, Jet b) { return jet_mix(1.0, a, -1.0, b); }

/* k a + m for numbers k and m. */
static inline Jet jet_line(double k, Jet a, double m) {
    Jet result = jet_mix(k, a, 0.0, a);
    result.value += m;
    return result;
}

static inline Jet jet_log(Jet a) { return jet_of(a, log(a.value), 1.0 / a.value, -1.0 / (a.value * a.value)); }

static inline Jet jet_log1p(Jet a) {
    double inverse = 1.0 / (1.0 + a.value);
    return jet_of(a, log1p(a.value), inverse, -inverse * inverse);
}

static inline Jet jet_exp(Jet a) {
    double value = exp(a.value);
    return jet_of(a, value, value, value);
}

static inline Jet jet_inverse(Jet a) {
    double inverse = 1.0 / a.value;
    return jet_of(a, inverse, -inverse * inverse, 2.0 * inverse * inverse * inverse);
}

static inline Jet jet_root(Jet a) {
    double root = sqrt(a.value);
    return jet_of(a, root, 0.5 / root, -0.25 / (root * a.value));
}

#endif
