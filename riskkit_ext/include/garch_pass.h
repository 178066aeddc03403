/* The passes over the data, for registers of WIDTH doubles, or floats where SINGLE is defined; garch.h includes this file once for
 * each. */
#include "lane_type.h"

#undef garch_pass_of
#undef garch_pass
#define garch_pass_of LANE_NAME(garch_pass_of)
#define garch_pass LANE_NAME(garch_pass)

/* One pass over WIDTH of the LANES samples, z[lane][t]. start is 3 x LANES, point 6 x LANES; value LANES, gradient
 * 6 x LANES, hessian 6 x 6 x LANES, all in the natural parameters. Without `student` the derivatives by eta are zero, without
 * `leverage` gamma and the derivatives by it. Both are known when this is compiled. */
TARGET ALWAYS_INLINE void garch_pass_of(const lane_real *const *z, long n, const double *start, const double *point, double *value,
                                        double *gradient, double *hessian, int student, int leverage, int curved) {
    lane mu = lane_load(point), omega = lane_load(point + LANES), alpha = lane_load(point + 2 * LANES);
    lane beta = lane_load(point + 3 * LANES), zero = lane_all(0), gamma = leverage ? lane_load(point + 5 * LANES) : zero;
#ifdef SINGLE /* omega takes in what alpha and beta lose by rounding, times the mean of e^2 and h, which is 1 */
    double whole[WIDTH];
    for (int l = 0; l < WIDTH; l++) {
        double a = point[2 * LANES + l], bb = point[3 * LANES + l];
        double taken = point[LANES + l] + (a - (float)a) + (bb - (float)bb);
        whole[l] = taken > 0.5 * point[LANES + l] ? taken : point[LANES + l];
    }
    omega = lane_load(whole);
#endif
    GarchShape shapes[WIDTH];
    double columns[6][WIDTH];
    for (int l = 0; l < WIDTH; l++) {
        if (student) shapes[l] = garch_shape(point[4 * LANES + l], sizeof(lane_real) < 8 ? 4.0 : 16.0);
        columns[0][l] = student ? shapes[l].k[0] : 0.0;
        columns[1][l] = student ? shapes[l].c1[0] : 0.0;
        columns[2][l] = student ? shapes[l].c1[1] : 0.0;
        columns[3][l] = student ? shapes[l].k[1] * shapes[l].c1[0] : 0.0;
    }
    lane k = lane_load(columns[0]), c1 = lane_load(columns[1]), c1_slope = lane_load(columns[2]);
    lane kc = lane_load(columns[3]), half_less = c1 - 0.5, twice_kc = 2.0 * k * c1, twice_k = 2.0 * k;
    lane eta_e = 2.0 * (c1_slope * k + kc), eta_ex = 2.0 * kc * k; /* the derivative by e and eta, by x = e^2 / (h + k e^2) */

    lane b0 = lane_load(start), b1 = lane_load(start + LANES), b2 = lane_load(start + 2 * LANES);
    lane b = b0 + mu * (b1 + mu * b2), b_slope = b1 + 2.0 * mu * b2;
    /* h and its derivatives: m, w, a, b, g stand for mu, omega, alpha, beta, gamma */
    lane persistence = leverage ? alpha + 0.5 * gamma + beta : alpha + beta, h = omega + persistence * b;
    lane hm = persistence * b_slope, hw = lane_all(1), ha = b, hb = b, hg = 0.5 * b;
    lane hmm = persistence * 2.0 * b2, hma = b_slope, hmb = b_slope, hwb = zero, hab = zero, hbb = zero;
    lane hmg = 0.5 * b_slope, hgb = zero;

    lane gm = zero, gw = zero, ga = zero, gb = zero, gg = zero, tail = zero, tail2 = zero;
    lane Hmm = zero, Hmw = zero, Hma = zero, Hmb = zero, Hww = zero, Hwa = zero, Hwb = zero, Haa = zero, Hab = zero, Hbb = zero;
    lane Hme = zero, Hwe = zero, Hae = zero, Hbe = zero, squares = zero, sum_direct = zero, tilt = 2.0 * half_less * k;
    lane Hmg = zero, Hwg = zero, Hag = zero, Hbg = zero, Hge = zero, Hgg = zero;
    lane all_m = zero, all_w = zero, all_a = zero, all_b = zero, all_g = zero, all_tail = zero, all_direct = zero;
    LogSum log_h = log_sum_start(), log_g = log_sum_start();

    lane hs[LOG_BLOCK], es[LOG_BLOCK], by_h[LOG_BLOCK], by_hh[LOG_BLOCK], by_he[LOG_BLOCK], by_h_eta[LOG_BLOCK];
    lane ms[LOG_BLOCK], ws[LOG_BLOCK], as[LOG_BLOCK], bs[LOG_BLOCK], gs[LOG_BLOCK];
    lane pulls[LOG_BLOCK], falls[LOG_BLOCK], pull = alpha; /* alpha + gamma [e < 0], and e where it is negative */
    lane twice = 2.0 * alpha;
    for (long block = 0; block < n; block += LOG_BLOCK) {
        int size = n - block < LOG_BLOCK ? (int)(n - block) : LOG_BLOCK;
        lane_gather(z, block, size, es);
        /* h, and the derivatives of each term by h and directly by mu, which enters through e */
        for (int t = 0; t < size; t++) {
            lane e = es[t] - mu, e2 = e * e;
            hs[t] = h;
            es[t] = e;
            if (leverage) {
                pulls[t] = pull = alpha + lane_where_negative(e, gamma);
                falls[t] = lane_where_negative(e, e);
            }
            log_h.product *= h;
            if (student) {
                lane g = h + k * e2, r = 1.0 / (h * g), ih = r * g, ig = r * h, x = e2 * ig;
                lane direct = e * ig;
                log_g.product *= g;
                tail += x;
                sum_direct += direct;
                by_h[t] = r * (tilt * e2 - h);
                if (curved) {
                    lane part = half_less * ih, cig = c1 * ig, u = twice_kc * direct;
                    by_h[t] *= 0.5;
                    tail2 += x * x;
                    by_hh[t] = cig * ig - part * ih;
                    by_he[t] = u * ig;
                    by_h_eta[t] = x * (c1_slope * k * ih + kc * ig);
                    Hmm += (twice_k * x - 1.0) * (twice_kc * ig);
                    Hme += (eta_e - eta_ex * x) * direct;
                }
            } else {
                lane ih = 1.0 / h, x = e2 * ih, u = e * ih;
                squares += x;
                by_h[t] = 0.5 * ih * (x - 1.0);
                gm += u;
                if (curved) {
                    by_hh[t] = ih * ih * (0.5 - x);
                    by_he[t] = u * ih;
                    Hmm -= ih;
                }
            }
            h = omega + pull * e2 + beta * h;
            if (t % LANE_TERMS == LANE_TERMS - 1) {
                log_sum_carry(&log_h);
                if (student) log_sum_carry(&log_g);
            }
        }
        /* first derivatives of h */
        for (int t = 0; t < size; t++) {
            if (curved) {
                ms[t] = hm;
                ws[t] = hw;
                as[t] = ha;
                bs[t] = hb;
                gs[t] = hg;
            }
            gm += by_h[t] * hm;
            gw += by_h[t] * hw;
            ga += by_h[t] * ha;
            gb += by_h[t] * hb;
            if (leverage) {
                gg += by_h[t] * hg;
                if (curved && student) Hge += by_h_eta[t] * hg;
                hg = beta * hg + falls[t] * falls[t];
                twice = 2.0 * pulls[t];
            }
            if (curved && student) {
                Hme += by_h_eta[t] * hm;
                Hwe += by_h_eta[t] * hw;
                Hae += by_h_eta[t] * ha;
                Hbe += by_h_eta[t] * hb;
            }
            hm = beta * hm - twice * es[t];
            hw = 1.0 + beta * hw;
            ha = beta * ha + es[t] * es[t]; /* in this order the fused operation is the one of the recursion */
            hb = hs[t] + beta * hb;
        }
        /* products of them */
        for (int t = 0; curved && t < size; t++) {
            lane um = by_hh[t] * ms[t] - by_he[t], uw = by_hh[t] * ws[t], ua = by_hh[t] * as[t], ub = by_hh[t] * bs[t];
            Hmm += (um - by_he[t]) * ms[t];
            Hmw += um * ws[t];
            Hma += um * as[t];
            Hmb += um * bs[t];
            Hww += uw * ws[t];
            Hwa += uw * as[t];
            Hwb += uw * bs[t];
            Haa += ua * as[t];
            Hab += ua * bs[t];
            Hbb += ub * bs[t];
            if (leverage) {
                Hmg += um * gs[t];
                Hwg += uw * gs[t];
                Hag += ua * gs[t];
                Hbg += ub * gs[t];
                Hgg += by_hh[t] * gs[t] * gs[t];
            }
        }
        /* second derivatives of h */
        for (int t = 0; curved && t < size; t++) {
            Hmm += by_h[t] * hmm;
            Hma += by_h[t] * hma;
            Hmb += by_h[t] * hmb;
            Hwb += by_h[t] * hwb;
            Hab += by_h[t] * hab;
            Hbb += by_h[t] * hbb;
            if (leverage) twice = 2.0 * pulls[t];
            hmm = twice + beta * hmm;
            hma = beta * hma - 2.0 * es[t];
            hmb = ms[t] + beta * hmb;
            hwb = ws[t] + beta * hwb;
            hab = as[t] + beta * hab;
            hbb = 2.0 * bs[t] + beta * hbb;
            if (leverage) {
                Hmg += by_h[t] * hmg;
                Hbg += by_h[t] * hgb;
                hmg = beta * hmg - 2.0 * falls[t];
                hgb = gs[t] + beta * hgb;
            }
        }
#ifdef SINGLE /* a sum of sums of few terms is rounded less */
        all_m += gm;
        all_w += gw;
        all_a += ga;
        all_b += gb;
        all_g += gg;
        all_tail += tail;
        all_direct += sum_direct;
        gm = gw = ga = gb = gg = tail = sum_direct = zero;
#endif
    }
    gm += all_m;
    gw += all_w;
    ga += all_a;
    gb += all_b;
    gg += all_g;
    tail += all_tail;
    sum_direct += all_direct;

    if (student && !curved) { /* here by_h was twice what it is called */
        gm *= 0.5;
        gw *= 0.5;
        ga *= 0.5;
        gb *= 0.5;
        gg *= 0.5;
    }
    if (student) gm += twice_kc * sum_direct;
    lane upper[21] = {Hmm, Hmw, Hma, Hmb, Hme, Hmg, Hww, Hwa, Hwb, Hwe, Hwg, Haa, Hab, Hae, Hag, Hbb, Hbe, Hbg, zero, Hge, Hgg};
    lane first[GARCH_SIZE] = {gm, gw, ga, gb, zero, gg};
    for (int i = 0, at = 0; i < GARCH_SIZE; i++) {
        lane_store(gradient + i * LANES, first[i]);
        for (int j = i; curved && j < GARCH_SIZE; j++, at++) {
            lane_store(hessian + (i * GARCH_SIZE + j) * LANES, upper[at]);
            lane_store(hessian + (j * GARCH_SIZE + i) * LANES, upper[at]);
        }
    }
    log_sum_total(&log_h, columns[0]);
    if (student) log_sum_total(&log_g, columns[1]);
    lane_store(columns[2], tail);
    lane_store(columns[3], tail2);
    lane_store(columns[4], squares);
    for (int l = 0; l < WIDTH; l++) {
        double count = (double)n, lh = columns[0][l];
        if (!student) {
            value[l] = -count * HALF_LOG_TWO_PI - 0.5 * (lh + columns[4][l]);
            continue;
        }
        const GarchShape *s = &shapes[l];
        double logs = lh - columns[1][l], x = columns[2][l], xx = columns[3][l];
        value[l] = count * s->constant[0] - 0.5 * lh + s->c1[0] * logs;
        gradient[4 * LANES + l] = count * s->constant[1] + s->c1[1] * logs - s->k[1] * s->c1[0] * x;
        if (!curved) continue;
        hessian[28 * LANES + l] = count * s->constant[2] + s->c1[2] * logs - 2.0 * s->c1[1] * s->k[1] * x +
                                  s->k[1] * s->k[1] * s->c1[0] * xx - s->k[2] * s->c1[0] * x;
    }
}

TARGET static void garch_pass(const lane_real *const *z, long n, const double *start, const double *point, double *value,
                              double *gradient, double *hessian, int student, int leverage) {
    switch ((hessian ? 4 : 0) + (student ? 2 : 0) + (leverage ? 1 : 0)) {
    case 0: garch_pass_of(z, n, start, point, value, gradient, hessian, 0, 0, 0); break;
    case 1: garch_pass_of(z, n, start, point, value, gradient, hessian, 0, 1, 0); break;
    case 2: garch_pass_of(z, n, start, point, value, gradient, hessian, 1, 0, 0); break;
    case 3: garch_pass_of(z, n, start, point, value, gradient, hessian, 1, 1, 0); break;
    case 4: garch_pass_of(z, n, start, point, value, gradient, hessian, 0, 0, 1); break;
    case 5: garch_pass_of(z, n, start, point, value, gradient, hessian, 0, 1, 1); break;
    case 6: garch_pass_of(z, n, start, point, value, gradient, hessian, 1, 0, 1); break;
    default: garch_pass_of(z, n, start, point, value, gradient, hessian, 1, 1, 1);
    }
}
