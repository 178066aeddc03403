/* GARCH(1,1) with normal or standardised Student-t innovations: log-likelihood, exact gradient, exact Hessian in one pass.
 *
 *     e_t = y_t - mu,   h_t = omega + alpha e_{t-1}^2 + beta h_{t-1},   h_1 = omega + (alpha + beta) b,
 *     normal     l_t = -log(2 pi) / 2 - log(h_t) / 2 - e_t^2 / (2 h_t)
 *     Student-t  l_t = c(eta) - log(h_t) / 2 - (1 + eta) / (2 eta) log(1 + k e_t^2 / h_t),   eta = 1 / nu, k = eta / (1 - 2 eta)
 *
 * (Bollerslev 1986, 1987). The start variance b is a quadratic in mu, b = start[0] + start[1] mu + start[2] mu^2: constant for
 * a back-cast, the mean of e_t^2 in Fiorentini, Calzolari and Panattoni (1996), whose recursions for the derivatives these are.
 *
 * Domain: omega > 0, alpha >= 0, beta >= 0, 0.001 < eta < 1/2, data standardised, so that h and h + k e^2 lie in 1e-18..1e18.
 * Why compiled: h_t carries state. Per observation one division serves 1/h and 1/(h + k e^2), and no logarithm is taken:
 * products carry them (lanes.h). Order of the parameters: mu, omega, alpha, beta, eta.
 */
#ifndef RISKKIT_GARCH_H
#define RISKKIT_GARCH_H

#include "lanes.h"
#include "student_normaliser.h"

#define GARCH_SIZE 5

/* k(eta), c1(eta) = (1 + eta) / (2 eta) and the constant c(eta), each with two derivatives. */
typedef struct {
    double k[3], c1[3], constant[3];
} GarchShape;

static GarchShape garch_shape(double eta) {
    GarchShape shape;
    double room = 1.0 / (1.0 - 2.0 * eta), inverse = 1.0 / eta;
    shape.k[0] = eta * room;
    shape.k[1] = room * room;
    shape.k[2] = 4.0 * room * room * room;
    shape.c1[0] = 0.5 * (1.0 + eta) * inverse;
    shape.c1[1] = -0.5 * inverse * inverse;
    shape.c1[2] = inverse * inverse * inverse;
    student_normaliser(eta, shape.constant);
    shape.constant[0] -= 0.5 * log(1.0 - 2.0 * eta);
    shape.constant[1] += room;
    shape.constant[2] += 2.0 * room * room;
    return shape;
}

/* One pass over LANES samples, z[t * LANES + lane]. start is 3 x LANES, point 5 x LANES; value LANES, gradient 5 x LANES,
 * hessian 5 x 5 x LANES, all in the natural parameters. Without `student` eta and its derivatives are left at zero. */
ALWAYS_INLINE void garch_pass(const double *z, long n, const double *start, const double *point, double *value,
                              double *gradient, double *hessian, int student) {
    lane mu = lane_load(point), omega = lane_load(point + LANES), alpha = lane_load(point + 2 * LANES);
    lane beta = lane_load(point + 3 * LANES), zero = lane_all(0.0);
    GarchShape shapes[LANES];
    double columns[6][LANES];
    for (int l = 0; l < LANES; l++) {
        if (student) shapes[l] = garch_shape(point[4 * LANES + l]);
        columns[0][l] = student ? shapes[l].k[0] : 0.0;
        columns[1][l] = student ? shapes[l].c1[0] : 0.0;
        columns[2][l] = student ? shapes[l].c1[1] : 0.0;
        columns[3][l] = student ? shapes[l].k[1] * shapes[l].c1[0] : 0.0;
    }
    lane k = lane_load(columns[0]), c1 = lane_load(columns[1]), c1_slope = lane_load(columns[2]);
    lane kc = lane_load(columns[3]), half_less = c1 - 0.5, twice_kc = 2.0 * k * c1;
    lane two_alpha = 2.0 * alpha;

    lane b0 = lane_load(start), b1 = lane_load(start + LANES), b2 = lane_load(start + 2 * LANES);
    lane b = b0 + mu * (b1 + mu * b2), b_slope = b1 + 2.0 * mu * b2;
    /* h and its derivatives: m, w, a, b stand for mu, omega, alpha, beta */
    lane h = omega + (alpha + beta) * b;
    lane hm = (alpha + beta) * b_slope, hw = lane_all(1.0), ha = b, hb = b;
    lane hmm = (alpha + beta) * 2.0 * b2, hma = b_slope, hmb = b_slope, hwb = zero, hab = zero, hbb = zero;

    lane gm = zero, gw = zero, ga = zero, gb = zero, tail = zero, tail2 = zero;
    lane Hmm = zero, Hmw = zero, Hma = zero, Hmb = zero, Hww = zero, Hwa = zero, Hwb = zero, Haa = zero, Hab = zero, Hbb = zero;
    lane Hme = zero, Hwe = zero, Hae = zero, Hbe = zero, squares = zero;
    LogSum log_h = log_sum_start(), log_g = log_sum_start();

    for (long block = 0; block < n; block += LOG_BLOCK) {
        long stop = block + LOG_BLOCK < n ? block + LOG_BLOCK : n;
        for (long t = block; t < stop; t++) {
            lane e = lane_load(z + t * LANES) - mu, e2 = e * e;
            lane by_h, by_hh, by_e, by_he, by_ee;
            log_h.product *= h;
            if (student) {
                lane g = h + k * e2, r = 1.0 / (h * g), ih = r * g, ig = r * h, x = e2 * ig, cig = c1 * ig, u = twice_kc * e * ig;
                lane part = half_less * ih;
                log_g.product *= g;
                tail += x;
                tail2 += x * x;
                by_h = part - cig;
                by_hh = cig * ig - part * ih;
                by_e = u; /* minus the derivative by e */
                by_he = u * ig;
                by_ee = (2.0 * k * x - 1.0) * (twice_kc * ig);
                lane by_h_eta = c1_slope * (ih - ig) + kc * x * ig;
                lane direct = e * ig;
                Hme += by_h_eta * hm + 2.0 * (c1_slope * k + kc * h * ig) * direct;
                Hwe += by_h_eta * hw;
                Hae += by_h_eta * ha;
                Hbe += by_h_eta * hb;
            } else {
                lane ih = 1.0 / h, x = e2 * ih;
                squares += x;
                by_h = 0.5 * ih * (x - 1.0);
                by_hh = ih * ih * (0.5 - x);
                by_e = e * ih;
                by_he = by_e * ih;
                by_ee = -ih;
            }
            gm += by_h * hm + by_e;
            gw += by_h * hw;
            ga += by_h * ha;
            gb += by_h * hb;
            lane um = by_hh * hm - by_he, uw = by_hh * hw, ua = by_hh * ha, ub = by_hh * hb;
            Hmm += um * hm - by_he * hm + by_ee + by_h * hmm;
            Hmw += um * hw;
            Hma += um * ha + by_h * hma;
            Hmb += um * hb + by_h * hmb;
            Hww += uw * hw;
            Hwa += uw * ha;
            Hwb += uw * hb + by_h * hwb;
            Haa += ua * ha;
            Hab += ua * hb + by_h * hab;
            Hbb += ub * hb + by_h * hbb;
            hbb = 2.0 * hb + beta * hbb;
            hab = ha + beta * hab;
            hwb = hw + beta * hwb;
            hmb = hm + beta * hmb;
            hma = beta * hma - 2.0 * e;
            hmm = two_alpha + beta * hmm;
            hb = h + beta * hb;
            ha = e2 + beta * ha;
            hw = 1.0 + beta * hw;
            hm = beta * hm - two_alpha * e;
            h = omega + alpha * e2 + beta * h;
        }
        log_sum_carry(&log_h);
        if (student) log_sum_carry(&log_g);
    }

    lane upper[15] = {Hmm, Hmw, Hma, Hmb, Hme, Hww, Hwa, Hwb, Hwe, Haa, Hab, Hae, Hbb, Hbe, zero};
    lane first[5] = {gm, gw, ga, gb, zero};
    for (int i = 0, at = 0; i < 5; i++) {
        lane_store(gradient + i * LANES, first[i]);
        for (int j = i; j < 5; j++, at++) {
            lane_store(hessian + (i * 5 + j) * LANES, upper[at]);
            lane_store(hessian + (j * 5 + i) * LANES, upper[at]);
        }
    }
    lane_store(columns[0], log_sum_total(&log_h));
    lane_store(columns[1], student ? log_sum_total(&log_g) : zero);
    lane_store(columns[2], tail);
    lane_store(columns[3], tail2);
    lane_store(columns[4], squares);
    for (int l = 0; l < LANES; l++) {
        double count = (double)n, lh = columns[0][l];
        if (!student) {
            value[l] = -count * HALF_LOG_TWO_PI - 0.5 * (lh + columns[4][l]);
            continue;
        }
        const GarchShape *s = &shapes[l];
        double logs = lh - columns[1][l], x = columns[2][l], xx = columns[3][l];
        value[l] = count * s->constant[0] - 0.5 * lh + s->c1[0] * logs;
        gradient[4 * LANES + l] = count * s->constant[1] + s->c1[1] * logs - s->k[1] * s->c1[0] * x;
        hessian[24 * LANES + l] = count * s->constant[2] + s->c1[2] * logs - 2.0 * s->c1[1] * s->k[1] * x +
                                  s->k[1] * s->k[1] * s->c1[0] * xx - s->k[2] * s->c1[0] * x;
    }
}

static void garch_normal(const double *z, long n, const double *start, const double *point, double *value, double *gradient,
                         double *hessian) {
    garch_pass(z, n, start, point, value, gradient, hessian, 0);
}

static void garch_student(const double *z, long n, const double *start, const double *point, double *value, double *gradient,
                          double *hessian) {
    garch_pass(z, n, start, point, value, gradient, hessian, 1);
}

/* Of one sample z[t]: the variances h_1 .. h_{n+1} and the score of every observation in the natural parameters (n x 5). */
static void garch_path(const double *z, long n, const double *start, const double *point, int student, double *variance,
                       double *scores) {
    double mu = point[0], omega = point[1], alpha = point[2], beta = point[3];
    double b = start[0] + mu * (start[1] + mu * start[2]), b_slope = start[1] + 2.0 * mu * start[2];
    double h = omega + (alpha + beta) * b, by[4] = {(alpha + beta) * b_slope, 1.0, b, b};
    GarchShape shape = {{0.0}, {0.0}, {0.0}};
    if (student) shape = garch_shape(point[4]);
    for (long t = 0; t < n; t++) {
        double e = z[t] - mu, e2 = e * e, *score = scores + 5 * t, by_h, by_e;
        variance[t] = h;
        if (student) {
            double g = h + shape.k[0] * e2;
            by_h = (shape.c1[0] - 0.5) / h - shape.c1[0] / g;
            by_e = 2.0 * shape.c1[0] * shape.k[0] * e / g;
            score[4] = shape.constant[1] - shape.c1[1] * log(g / h) - shape.c1[0] * shape.k[1] * e2 / g;
        } else {
            by_h = 0.5 * (e2 / h - 1.0) / h;
            by_e = e / h;
            score[4] = 0.0;
        }
        for (int i = 0; i < 4; i++) score[i] = by_h * by[i];
        score[0] += by_e;
        by[0] = beta * by[0] - 2.0 * alpha * e;
        by[1] = 1.0 + beta * by[1];
        by[2] = e2 + beta * by[2];
        by[3] = h + beta * by[3];
        h = omega + alpha * e2 + beta * h;
    }
    variance[n] = h;
}

#endif
