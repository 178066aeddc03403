/* The variance recursions of the family, each with exact first and second partial derivatives in its own variables.
 *
 *     linear       h' = omega + (alpha + gamma 1[e < 0]) e^2 + beta h                      (GARCH; GJR with gamma)
 *     exponential  x' = omega + alpha (|z| - E|z|) + gamma z + beta x,  h = exp(x), z = e exp(-x / 2)      (EGARCH)
 *     power        x' = omega + alpha (|e| - gamma e)^delta + beta x,   h = x^(2 / delta)                   (APARCH)
 *     component    q' = omega + rho q + varphi (e^2 - h),  h' = q' + alpha (e^2 - q) + beta (h - q)         (Engle and Lee)
 *
 * Where e is missing, what it would have added is replaced by its expectation given the state. Own parameters stand in the
 * order in which they are named above (component: omega, rho, varphi, alpha, beta), then the two shapes of the law.
 */
#ifndef RISKKIT_GENERAL_MODEL_H
#define RISKKIT_GENERAL_MODEL_H

#include "general_chain.h"

static void both_add(Local *to, int i, int j, double value) {
    to->both[i][j] += value;
    if (i != j) to->both[j][i] += value;
}

/* Add factor K x, where the factor is an own parameter and K depends on own parameters; x is state 0, or a constant. */
static void local_add_product(Local *to, int which, double factor, const Local *K, double x, int constant) {
    to->value += factor * K->value * x;
    to->own[which] += K->value * x;
    if (!constant) {
        to->by[1] += factor * K->value;
        to->mixed[which][1] += K->value;
    }
    for (int i = K->first; i < K->last; i++) {
        to->own[i] += factor * K->own[i] * x;
        if (!constant) to->mixed[i][1] += factor * K->own[i];
        to->both[which][i] += K->own[i] * x;
        to->both[i][which] += K->own[i] * x;
        for (int j = K->first; j < K->last; j++) to->both[i][j] += factor * K->both[i][j] * x;
    }
}

/* What the recursion needs of the law: E[z^2; z < 0] (linear), E|z| (exponential) or E(|z| - gamma z)^delta (power). */
static Local general_expectation(const General *model, const Law *law, const double *point) {
    Local result = local_zero(model->kind == POWER ? 2 : SHAPES, OWN);
    int symmetric = law->kind != LAW_SKEWED;
    if (model->kind == COMPONENT || (model->kind == LINEAR && symmetric)) {
        result.value = 0.5;
        return result;
    }
    double exponent = model->kind == LINEAR ? 2.0 : model->kind == EXPONENTIAL ? 1.0 : own_value(model, point, 4);
    double gamma = model->kind == POWER ? own_value(model, point, 2) : 0.0;
    static const int where[3] = {4, SHAPES, SHAPES + 1};
    Jet halves[2];
    halves[0] = law_half_moment(law, 0, exponent);
    halves[1] = symmetric ? halves[0] : law_half_moment(law, 1, exponent);
    for (int side = 0; side < 2 - (model->kind == LINEAR); side++) {
        Jet half = halves[side];
        double sign = side ? -1.0 : 1.0, c = 1.0 + sign * gamma, power = pow(c, exponent), rise = log(c);
        result.value += power * half.value;
        for (int i = model->kind != POWER; i < 3; i++) {
            result.own[where[i]] += power * half.by[i];
            for (int j = model->kind != POWER; j < 3; j++) result.both[where[i]][where[j]] += power * half.bend[i][j];
        }
        if (model->kind != POWER) continue;
        result.own[4] += power * rise * half.value;
        result.both[4][4] += power * rise * rise * half.value;
        for (int i = 0; i < 3; i++) {
            double added = power * rise * half.by[i];
            result.both[4][where[i]] += added;
            result.both[where[i]][4] += added;
        }
        double first = sign * exponent * power / c;
        result.own[2] += first * half.value;
        result.both[2][2] += exponent * (exponent - 1.0) * power / (c * c) * half.value;
        for (int i = 0; i < 3; i++) both_add(&result, 2, where[i], first * half.by[i]);
        both_add(&result, 2, 4, sign * power / c * (1.0 + exponent * rise) * half.value);
    }
    return result;
}

/* The constant of the linear recursion: omega, or what makes `level` the stationary variance. */
static void linear_level(const General *model, const double *own, const Local *K, Local *f) {
    if (!model->targeted) {
        f->value += own[0];
        f->own[0] += 1.0;
        return;
    }
    f->value += model->level * (1.0 - own[1] - own[3]);
    f->own[1] -= model->level;
    f->own[3] -= model->level;
    local_add_product(f, 2, own[2], K, -model->level, 1);
}

static Local linear_step(const General *model, const double *own, const Local *K, double e, double h, int missing) {
    Local f = local_zero(0, model->targeted || missing ? OWN : SHAPES);
    linear_level(model, own, K, &f);
    f.by[1] = own[3];
    f.own[3] += h;
    f.mixed[3][1] = 1.0;
    f.value += own[3] * h;
    if (missing) {
        f.value += own[1] * h;
        f.by[1] += own[1];
        f.own[1] += h;
        f.mixed[1][1] = 1.0;
        local_add_product(&f, 2, own[2], K, h, 0);
        return f;
    }
    double below = e < 0.0, push = own[1] + own[2] * below;
    f.value += push * e * e;
    f.by[0] = 2.0 * push * e;
    f.bend[0][0] = 2.0 * push;
    f.own[1] += e * e;
    f.own[2] += below * e * e;
    f.mixed[1][0] = 2.0 * e;
    f.mixed[2][0] = 2.0 * below * e;
    return f;
}

static Local exponential_step(const double *own, const Local *K, double e, double x, int missing) {
    Local f = local_zero(0, OWN);
    f.value = own[0] + own[3] * x;
    f.own[0] = 1.0;
    f.own[3] = x;
    f.by[1] = own[3];
    f.mixed[3][1] = 1.0;
    if (missing) return f;
    double r = exp(-0.5 * x), z = e * r, sign = (e > ON_KINK) - (e < -ON_KINK), c = own[1] * sign + own[2];
    f.value += own[1] * (fabs(z) - K->value) + own[2] * z;
    f.by[0] = c * r;
    f.by[1] -= 0.5 * c * z;
    f.bend[0][1] = f.bend[1][0] = -0.5 * c * r;
    f.bend[1][1] = 0.25 * c * z;
    f.own[1] = fabs(z) - K->value;
    f.own[2] = z;
    f.mixed[1][0] = sign * r;
    f.mixed[1][1] = -0.5 * fabs(z);
    f.mixed[2][0] = r;
    f.mixed[2][1] = -0.5 * z;
    for (int i = SHAPES; i < OWN; i++) {
        f.own[i] = -own[1] * K->own[i];
        both_add(&f, 1, i, -K->own[i]);
        for (int j = SHAPES; j < OWN; j++) f.both[i][j] = -own[1] * K->both[i][j];
    }
    return f;
}

static Local power_step(const double *own, const Local *K, double e, double x, int missing) {
    Local f = local_zero(0, missing ? OWN : SHAPES);
    double alpha = own[1], gamma = own[2], delta = own[4], u = fabs(e) - gamma * e, sign = (e > 0.0) - (e < 0.0);
    f.value = own[0] + own[3] * x;
    f.own[0] = 1.0;
    f.own[3] = x;
    f.by[1] = own[3];
    f.mixed[3][1] = 1.0;
    if (missing) {
        local_add_product(&f, 1, alpha, K, x, 0);
        return f;
    }
    if (!(u > NO_DISTANCE)) return f;
    double rise = log(u), g = exp(delta * rise), g_u = delta * g / u, g_uu = (delta - 1.0) * g_u / u;
    double g_ud = g / u * (1.0 + delta * rise), u_e = sign - gamma, u_c = -e;
    f.value += alpha * g;
    f.own[1] = g;
    f.own[2] = alpha * g_u * u_c;
    f.own[4] = alpha * g * rise;
    if (fabs(e) > ON_KINK) {
        f.by[0] = alpha * g_u * u_e;
        f.bend[0][0] = alpha * g_uu * u_e * u_e;
        f.mixed[1][0] = g_u * u_e;
        f.mixed[2][0] = alpha * (g_uu * u_c * u_e - g_u);
        f.mixed[4][0] = alpha * g_ud * u_e;
    }
    both_add(&f, 1, 2, g_u * u_c);
    both_add(&f, 1, 4, g * rise);
    both_add(&f, 2, 2, alpha * g_uu * u_c * u_c);
    both_add(&f, 2, 4, alpha * g_ud * u_c);
    both_add(&f, 4, 4, alpha * g * rise * rise);
    return f;
}

/* q' (which = 1) or h' (which = 0); the states are (h, q). */
static Local component_step(const double *own, double e, double h, double q, int missing, int which) {
    Local f = local_zero(0, SHAPES);
    double square = missing ? h : e * e, by_e = missing ? 0.0 : 1.0;
    f.value = own[0] + own[1] * q + own[2] * (square - h);
    f.by[0] = by_e * 2.0 * own[2] * e;
    f.by[1] = -by_e * own[2];
    f.by[2] = own[1];
    f.bend[0][0] = by_e * 2.0 * own[2];
    f.own[0] = 1.0;
    f.own[1] = q;
    f.own[2] = square - h;
    f.mixed[1][2] = 1.0;
    f.mixed[2][0] = by_e * 2.0 * e;
    f.mixed[2][1] = -by_e;
    if (which) return f;
    double alpha = own[3], beta = own[4], by_h = 1.0 - by_e; /* square moves with h where e is missing */
    f.value += alpha * (square - q) + beta * (h - q);
    f.by[0] += by_e * 2.0 * alpha * e;
    f.by[1] += beta + by_h * alpha;
    f.by[2] -= alpha + beta;
    f.bend[0][0] += by_e * 2.0 * alpha;
    f.own[3] = square - q;
    f.own[4] = h - q;
    f.mixed[3][0] = by_e * 2.0 * e;
    f.mixed[3][1] = by_h;
    f.mixed[3][2] = -1.0;
    f.mixed[4][1] = 1.0;
    f.mixed[4][2] = -1.0;
    return f;
}

/* State 0 that stands for the variance b (as by[1] of it): h itself, log h, or h^(delta / 2). */
static Local general_prior(const General *model, const double *own, double b) {
    Local f = local_zero(0, SHAPES);
    double delta = own[4], rise = log(b);
    if (model->kind == EXPONENTIAL) {
        f.value = rise;
        f.by[1] = 1.0 / b;
        f.bend[1][1] = -1.0 / (b * b);
    } else if (model->kind == POWER) {
        f.value = exp(0.5 * delta * rise);
        f.by[1] = 0.5 * delta * f.value / b;
        f.bend[1][1] = (0.5 * delta - 1.0) * f.by[1] / b;
        f.own[4] = 0.5 * rise * f.value;
        f.both[4][4] = 0.5 * rise * f.own[4];
        f.mixed[4][1] = 0.5 * f.value / b * (1.0 + 0.5 * delta * rise);
    } else {
        f.value = b;
        f.by[1] = 1.0;
    }
    return f;
}

/* Log density of e given state 0. */
static Local general_density(const General *model, const Law *law, const double *own, double e, double x) {
    Local f = local_zero(model->kind == POWER ? SHAPES - 1 : SHAPES, OWN);
    double delta = own[4], w = x, w_x = 1.0, w_xx = 0.0, w_d = 0.0, w_dd = 0.0, w_xd = 0.0; /* w = log h */
    if (model->kind == POWER) {
        w = 2.0 / delta * log(x);
        w_x = 2.0 / (delta * x);
        w_xx = -w_x / x;
        w_d = -w / delta;
        w_dd = 2.0 * w / (delta * delta);
        w_xd = -w_x / delta;
    } else if (model->kind != EXPONENTIAL) {
        w = log(x);
        w_x = 1.0 / x;
        w_xx = -w_x * w_x;
    }
    double r = exp(-0.5 * w), z = e * r;
    Jet L = law_density(law, z);
    double by_w = -0.5 * (z * L.by[0] + 1.0), turn = L.by[0] + z * L.bend[0][0];
    double by_ew = -0.5 * r * turn, by_ww = 0.25 * z * turn;
    f.value = L.value - 0.5 * w;
    f.by[0] = L.by[0] * r;
    f.by[1] = by_w * w_x;
    f.bend[0][0] = L.bend[0][0] * r * r;
    f.bend[0][1] = f.bend[1][0] = by_ew * w_x;
    f.bend[1][1] = by_ww * w_x * w_x + by_w * w_xx;
    f.own[4] = by_w * w_d;
    f.both[4][4] = by_ww * w_d * w_d + by_w * w_dd;
    f.mixed[4][0] = by_ew * w_d;
    f.mixed[4][1] = by_ww * w_x * w_d + by_w * w_xd;
    for (int i = 0; i < 2; i++) {
        double by_ws = -0.5 * z * L.bend[0][1 + i];
        f.own[SHAPES + i] = L.by[1 + i];
        f.mixed[SHAPES + i][0] = r * L.bend[0][1 + i];
        f.mixed[SHAPES + i][1] = by_ws * w_x;
        both_add(&f, 4, SHAPES + i, by_ws * w_d);
        for (int j = 0; j < 2; j++) f.both[SHAPES + i][SHAPES + j] = L.bend[1 + i][1 + j];
    }
    return f;
}

#endif
