/* Options on a forward under the normal law (Bachelier 1900): price, Greeks and the volatility behind a price.
 *
 *     s = sigma sqrt(T),  d = (F - K) / s,  D the discount factor, w = 1 for a call, -1 for a put; sigma in units of the forward
 *     price = D (w (F - K) Phi(w d) + s phi(d)) = D (max(w (F - K), 0) + s phi(d) (1 - |d| Y(|d|)))
 *
 * 1 - |d| Y(|d|) is minus the slope of Mills' ratio, which normal.h has with all its digits, so that the price does not cancel far
 * out of the money. Implied: with v = s / |F - K| the value out of the money over |F - K| is P(v), P' = phi(1 / v); Householder's
 * step of third order in 1 / sqrt(-log P) below P(1), in P above.
 *
 * Domain: any finite F and K between -BLACK_MOST and BLACK_MOST; the others as in black76.h. Without time or volatility: as there.
 * Reason: the same functions as Black's law, one option at a time.
 */
#ifndef RISKKIT_BACHELIER_H
#define RISKKIT_BACHELIER_H

#include "black76.h"

typedef struct {
    double value, density, probability; /* out of the money over s; phi(d); Phi(-|d|) */
} BachelierTail;

ALWAYS_INLINE BachelierTail bachelier_tail(double distance) {
    double kept = black_smaller(distance, 1e100), density = normal_density(kept);
    Mills mills = normal_mills(kept, kept, 0.0);
    BachelierTail tail = {density * mills.decline, density, density * mills.at_a};
    return tail;
}

/* in: as black76.h numbers them, of one option; out (BLACK_OUTPUTS); the premium-adjusted delta is NaN, as F may be 0. */
static void bachelier_one(const double *in, double *out) {
    double moneyness = in[BLACK_FORWARD] - in[BLACK_STRIKE], years = in[BLACK_YEARS], root = sqrt(years);
    double volatility = in[BLACK_VOLATILITY], s = volatility * root, sign = in[BLACK_SIGN], discount = in[BLACK_DISCOUNT];
    double inverse = black_inverse(s), d = copysign(black_smaller(fabs(moneyness) / black_larger(s, 1e-150), 1e100), moneyness);
    BachelierTail tail = bachelier_tail(fabs(d));
    double beyond = sign * d > 0.0 ? 1.0 - tail.probability : tail.probability, weight = discount * tail.density;
    double rate = -log(discount) * black_inverse(years);
    out[BLACK_PRICE] = discount * (s * tail.value + black_larger(sign * moneyness, 0.0));
    out[BLACK_DELTA] = discount * sign * beyond;
    out[BLACK_PREMIUM_ADJUSTED_DELTA] = NAN;
    out[BLACK_GAMMA] = weight * inverse;
    out[BLACK_VEGA] = weight * root;
    out[BLACK_THETA] = rate * out[BLACK_PRICE] - 0.5 * weight * volatility * black_inverse(root);
    out[BLACK_VANNA] = -weight * d * black_inverse(volatility);
    out[BLACK_VOLGA] = weight * root * d * d * black_inverse(volatility);
    out[BLACK_CHARM] = rate * out[BLACK_DELTA] + 0.5 * weight * d * black_inverse(years);
}

static uint64_t bachelier_inside(const double *in) {
    return fabs(in[BLACK_FORWARD]) <= BLACK_MOST && fabs(in[BLACK_STRIKE]) <= BLACK_MOST && in[BLACK_YEARS] >= 0.0
           && in[BLACK_YEARS] <= BLACK_LONGEST && in[BLACK_VOLATILITY] >= 0.0 && in[BLACK_VOLATILITY] <= BLACK_MOST
           && in[BLACK_DISCOUNT] >= BLACK_LEAST && in[BLACK_DISCOUNT] <= BLACK_MOST;
}

/* As black_values. */
static uint64_t bachelier_values(const double *const *in, const int64_t *step, int64_t n, double *const *out) {
    uint64_t bad = 0;
    for (int64_t i = 0; i < n; i++) {
        double one[BLACK_INPUTS], found[BLACK_OUTPUTS];
        for (int k = 0; k < BLACK_INPUTS; k++) one[k] = in[k][i * step[k]];
        bad |= !bachelier_inside(one);
        bachelier_one(one, found);
        for (int k = 0; k < BLACK_OUTPUTS; k++)
            if (out[k]) out[k][i] = found[k];
    }
    return bad;
}

/* v with P(v) = target, 0 < target < infinity; NaN after BLACK_TRIES. */
static double bachelier_solve(double target) {
    double even = bachelier_tail(1.0).value, goal = -log(target), low = 0.0, high = INFINITY;
    int below = target < even;
    double v = below ? sqrt(-log(even) / goal) : (target + 0.5) / NORMAL_ONE_OVER_ROOT_TWO_PI;
    for (int tries = 0; tries < BLACK_TRIES; tries++) {
        double z = 1.0 / v;
        BachelierTail tail = bachelier_tail(z);
        double p = v * tail.value, error = target - p, d = tail.density / p, l = -log(p);
        double r2 = z * z * z, r3 = r2 * r2 - 3.0 * z * z * z * z, bend = -d * (1.0 - 1.5 / l);
        double move = below ? 2.0 * (sqrt(l / goal) - 1.0) * l / d : error / tail.density, h2 = below ? r2 + bend : r2;
        double third = d * d * (1.0 - 1.5 / l + 1.5 / (l * l)) + bend * bend, h3 = below ? r3 + 3.0 * bend * r2 + third : r3;
        double to = v + move * (1.0 + 0.5 * h2 * move) / (1.0 + move * (h2 + h3 * move / 6.0));
        if (error > 0.0) low = v;
        else high = v;
        if (fabs(to - v) <= BLACK_CLOSE * v) {
            tail = bachelier_tail(1.0 / to);
            return to + (target - to * tail.value) / tail.density;
        }
        v = to > low && to < high ? to : high < INFINITY ? 0.5 * (low + high) : 2.0 * v;
    }
    return NAN;
}

/* Volatility, resolution and status of one price, which stands where the volatility does. */
static int bachelier_implied_one(const double *in, double *volatility, double *resolution) {
    double price = in[BLACK_VOLATILITY] / in[BLACK_DISCOUNT], moneyness = in[BLACK_FORWARD] - in[BLACK_STRIKE];
    double intrinsic = black_larger(in[BLACK_SIGN] * moneyness, 0.0), outside = price - intrinsic, y = fabs(moneyness);
    double rounding = intrinsic > 0.0 ? 0x1p-51 * price : 0.0;
    *volatility = *resolution = NAN;
    if (price != price) return IMPLIED_NOT_A_NUMBER;
    if (outside > BLACK_MOST) return IMPLIED_ABOVE_BOUND;
    if (outside < -rounding) return IMPLIED_BELOW_INTRINSIC;
    if (outside <= rounding || outside / black_larger(y, 1e-300) < 1e-290) return IMPLIED_NO_INFORMATION;
    if (in[BLACK_YEARS] == 0.0) return IMPLIED_ABOVE_BOUND;
    double s = y < 1e-17 * outside ? outside / NORMAL_ONE_OVER_ROOT_TWO_PI : y * bachelier_solve(outside / y);
    if (s != s) return IMPLIED_NOT_CONVERGED;
    *volatility = s / sqrt(in[BLACK_YEARS]);
    *resolution = 0x1p-53 * price / (bachelier_tail(y / s).density * s);
    return IMPLIED_OK;
}

static void bachelier_implied(const double *const *in, const int64_t *step, int64_t n, double *volatility, double *resolution,
                              int8_t *status) {
    for (int64_t i = 0; i < n; i++) {
        double one[BLACK_INPUTS];
        for (int k = 0; k < BLACK_INPUTS; k++) one[k] = in[k][i * step[k]];
        status[i] = (int8_t)bachelier_implied_one(one, volatility + i, resolution + i);
    }
}

#endif
