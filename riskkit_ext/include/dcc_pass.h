/* The passes over the stretches, for registers of WIDTH doubles; dcc.h includes this file once for each width. Stretch l and
 * the WIDTH - 1 after it are run; every array has its stretches innermost, LANES apart. */
#include "lane_type.h"

#undef dcc_roots
#undef dcc_matrix
#undef dcc_slopes
#undef dcc_measure
#undef dcc_advance
#undef dcc_advance_corrected
#undef dcc_advance_diagonal
#undef dcc_collect
#undef dcc_pass
#undef dcc_run
#define dcc_matrix LANE_PASTE(dcc_matrix, WIDTH)
#define dcc_roots LANE_PASTE(dcc_roots, WIDTH)
#define dcc_slopes LANE_PASTE(dcc_slopes, WIDTH)
#define dcc_measure LANE_PASTE(dcc_measure, WIDTH)
#define dcc_advance LANE_PASTE(dcc_advance, WIDTH)
#define dcc_advance_corrected LANE_PASTE(dcc_advance_corrected, WIDTH)
#define dcc_advance_diagonal LANE_PASTE(dcc_advance_diagonal, WIDTH)
#define dcc_collect LANE_PASTE(dcc_collect, WIDTH)
#define dcc_pass LANE_PASTE(dcc_pass, WIDTH)
#define dcc_run LANE_PASTE(dcc_run, WIDTH)

#include "dcc_cholesky.h"

/* Q itself, T + X. */
TARGET ALWAYS_INLINE void dcc_matrix(int d, const DccPoint *point, const DccState *state, const DccWork *work, int corrected,
                                     int asymmetric, int l) {
    lane a = lane_all(point->a), g = lane_all(point->g);
    for (int e = 0; e < dcc_packed(d); e++) {
        lane x = corrected ? AT(state->x + l, e) : a * AT(state->a + l, e);
        if (asymmetric) x += g * AT(state->g + l, e);
        PUT(work->q + l, e, point->target[e] + x);
    }
}

/* Roots and inverses of the diagonal of Q, and w = root * z. */
TARGET ALWAYS_INLINE void dcc_roots(int d, const double *z, const DccWork *work, int l) {
    for (int i = 0; i < d; i++) {
        lane q = AT(work->q + l, i * (i + 1) / 2 + i);
        double *root = work->root + (long)i * LANES + l;
        PUT(work->by_q + l, i, 1.0 / q);
        lane_store(root, q);
        for (int k = 0; k < WIDTH; k++) root[k] = sqrt(root[k]);
        PUT(work->w + l, i, lane_load(root) * AT(z + l, i));
    }
}

/* Derivatives of l_t by a, b and g: with P the inverse of Q, x = P w and c what multiplies s in the slope of l_t,
 *     dl = -1/2 sum over i, j of (P_ij - c x_i x_j) dQ_ij - 1/2 sum over i of (c x_i w_i - 1) / q_ii dQ_ii. */
TARGET ALWAYS_INLINE void dcc_slopes(const DccSample *sample, const DccPoint *point, const DccState *state, const DccWork *work,
                                     lane c, lane *slope, int corrected, int asymmetric, int l) {
    int d = sample->d, wide = dcc_padded(d);
    const double *inverse = work->inverse + l, *minus_x = inverse + (long)(d * wide) * LANES;
    double *p = work->q + l; /* P takes the place of Q */
    for (int i = 0; i < d; i++) {
        for (int j = 0; j <= i; j += 4) {
            lane p0 = lane_all(0.0), p1 = p0, p2 = p0, p3 = p0;
            for (int k = i; k < d; k++) {
                const double *row = inverse + (long)(k * wide + j) * LANES;
                lane by = AT(inverse, k * wide + i) * AT(work->by_pivot + l, k);
                p0 += by * AT(row, 0);
                p1 += by * AT(row, 1);
                p2 += by * AT(row, 2);
                p3 += by * AT(row, 3);
            }
            int e = i * (i + 1) / 2 + j;
            PUT(p, e, p0);
            if (j + 1 <= i) PUT(p, e + 1, p1);
            if (j + 2 <= i) PUT(p, e + 2, p2);
            if (j + 3 <= i) PUT(p, e + 3, p3);
        }
    }
    lane sum_a = lane_all(0.0), sum_b = sum_a, sum_g = sum_a;
    for (int i = 0; i < d; i++) {
        lane cx = -c * AT(minus_x, i);
        for (int j = 0; j <= i; j++) {
            int e = i * (i + 1) / 2 + j;
            lane by = AT(p, e) + cx * AT(minus_x, j), qa = AT(state->a + l, e), qb = AT(state->b + l, e);
            if (j == i) by = 0.5 * (by + (cx * AT(work->w + l, i) - 1.0) * AT(work->by_q + l, i));
            if (corrected) {
                qa += point->target_a[e];
                qb += point->target_b[e];
            }
            sum_a -= by * qa;
            sum_b -= by * qb;
            if (asymmetric) sum_g -= by * AT(state->g + l, e);
        }
    }
    slope[0] = sum_a;
    slope[1] = sum_b;
    slope[2] = sum_g;
}

/* Add one date to the totals. */
TARGET ALWAYS_INLINE void dcc_measure(const DccSample *sample, const DccPoint *point, const DccState *state, const DccWork *work,
                                      const double *z, long t, const double *present, const double *constant, DccTotals *totals,
                                      double *scores, int student, int corrected, int asymmetric, int curious, int l) {
    int d = sample->d;
    lane weight = lane_load(present + l), s = lane_all(0.0), c = lane_all(1.0), slope[3];
    dcc_matrix(d, point, state, work, corrected, asymmetric, l);
    dcc_roots(d, z, work, l);
    for (int i = 0; i < d; i++) PUT(work->q + l, dcc_packed(d) + i, AT(work->w + l, i));
    dcc_decompose(d, work, weight, totals, l);
    for (int e = dcc_packed(d), end = e + d; e < end; e++) s += AT(work->scaled + l, e) * AT(work->unit + l, e);
    double room = point->nu - 2.0;
    if (student) {
        c = (point->nu + d) / (room + s);
        totals->logs.product *= 1.0 + weight * (s / room);
        totals->tail += weight * (s / (room + s));
        log_sum_carry(&totals->logs);
    } else {
        totals->squares += weight * s;
    }
    if (!curious) return;
    dcc_invert(d, work, l);
    dcc_slopes(sample, point, state, work, c, slope, corrected, asymmetric, l);
    for (int k = 0; k < 3; k++) totals->slope[k] += weight * slope[k];
    if (!scores) return;
    double parts[4][WIDTH];
    for (int k = 0; k < 3; k++) lane_store(parts[k], slope[k]);
    lane_store(parts[3], s);
    for (int r = 0; r < WIDTH; r++) {
        if (present[l + r] == 0.0) continue;
        double *score = scores + 4 * ((l + r) * sample->length + t), of = parts[3][r];
        for (int k = 0; k < 3; k++) score[k] = parts[k][r];
        score[3] = student ? constant[1] - 0.5 * log1p(of / room) + 0.5 * (point->nu + d) / room * (of / (room + of)) : 0.0;
    }
}

/* One step of the derivatives of X by a and g, and, where `curious`, by b; X itself is a times the first plus g times the other. */
TARGET ALWAYS_INLINE void dcc_advance(const DccSample *sample, const DccPoint *point, const DccState *state, const double *z,
                                      int asymmetric, int curious, int l) {
    lane a = lane_all(point->a), b = lane_all(point->b), g = lane_all(point->g);
    double *by_a = state->a + l, *by_b = state->b + l, *by_g = state->g + l;
    for (int i = 0; i < sample->d; i++) {
        lane zi = AT(z + l, i), ni = lane_where_negative(zi, zi);
        for (int j = 0; j <= i; j++, by_a += LANES, by_b += LANES, by_g += LANES) {
            int e = i * (i + 1) / 2 + j;
            lane zj = AT(z + l, j), xa = lane_load(by_a), x = a * xa;
            lane_store(by_a, b * xa + (zi * zj - point->target[e]));
            if (asymmetric) {
                lane xg = lane_load(by_g);
                x += g * xg;
                lane_store(by_g, b * xg + (ni * lane_where_negative(zj, zj) - sample->falls[e]));
            }
            if (curious) lane_store(by_b, b * lane_load(by_b) + x);
        }
    }
}

/* The same of the corrected kind; dcc_roots has left w. */
TARGET ALWAYS_INLINE void dcc_advance_corrected(const DccSample *sample, const DccPoint *point, const DccState *state,
                                                const DccWork *work, int l) {
    lane a = lane_all(point->a), b = lane_all(point->b);
    for (int i = 0; i < sample->d; i++) {
        int ii = i * (i + 1) / 2 + i;
        lane half = 0.5 * AT(work->by_q + l, i);
        PUT(work->lean_a + l, i, half * AT(state->a + l, ii));
        PUT(work->lean_b + l, i, half * AT(state->b + l, ii));
    }
    for (int i = 0, e = 0; i < sample->d; i++) {
        lane wi = AT(work->w + l, i), lean_a = AT(work->lean_a + l, i), lean_b = AT(work->lean_b + l, i);
        for (int j = 0; j <= i; j++, e++) {
            lane product = wi * AT(work->w + l, j), new = product - point->target[e], x = AT(state->x + l, e);
            lane new_a = product * (lean_a + AT(work->lean_a + l, j)) - point->target_a[e];
            lane new_b = product * (lean_b + AT(work->lean_b + l, j)) - point->target_b[e];
            PUT(state->a + l, e, b * AT(state->a + l, e) + new + a * new_a);
            PUT(state->b + l, e, b * AT(state->b + l, e) + x + a * new_b);
            PUT(state->x + l, e, b * x + a * new);
        }
    }
}

/* One step of the diagonal of the corrected kind, q' = 1 - a - b + (a z^2 + b) q, as x = q - 1 and its derivatives from zero,
 * and the product of the factors and its derivatives: all (d, LANES) in `found`. */
TARGET ALWAYS_INLINE void dcc_advance_diagonal(int d, const DccPoint *point, const double *z, double *found, int l) {
    long block = (long)d * LANES;
    for (int i = 0; i < d; i++) {
        double *at = found + (long)i * LANES + l;
        lane square = AT(z + l, i) * AT(z + l, i), factor = point->a * square + point->b;
        lane x = lane_load(at), times = lane_load(at + 3 * block);
        lane_store(at + block, factor * lane_load(at + block) + square * (1.0 + x) - 1.0);
        lane_store(at + 2 * block, factor * lane_load(at + 2 * block) + x);
        lane_store(at, factor * x + point->a * (square - 1.0));
        lane_store(at + 4 * block, factor * lane_load(at + 4 * block) + square * times);
        lane_store(at + 5 * block, factor * lane_load(at + 5 * block) + times);
        lane_store(at + 3 * block, factor * times);
    }
}

/* Add w w' and its derivatives to the sums (3, m, LANES), then move the diagonal one step on. */
TARGET ALWAYS_INLINE void dcc_collect(const DccSample *sample, const DccPoint *point, const DccState *state, const DccWork *work,
                                      const double *z, double *into, int l) {
    int d = sample->d;
    long block = (long)dcc_packed(d) * LANES;
    for (int i = 0; i < d; i++) { /* z is zero where a stretch has ended, and w with it */
        int ii = i * (i + 1) / 2 + i;
        lane x = AT(state->x + l, ii), q = 1.0 + x, half = 0.5 / q, xa = AT(state->a + l, ii), xb = AT(state->b + l, ii);
        double *root = work->root + (long)i * LANES + l;
        lane_store(root, q);
        for (int k = 0; k < WIDTH; k++) root[k] = sqrt(root[k]);
        lane zi = AT(z + l, i), square = zi * zi, factor = point->a * square + point->b;
        PUT(work->w + l, i, lane_load(root) * zi);
        PUT(work->lean_a + l, i, half * xa);
        PUT(work->lean_b + l, i, half * xb);
        PUT(state->a + l, ii, factor * xa + square * q - 1.0);
        PUT(state->b + l, ii, factor * xb + x);
        PUT(state->x + l, ii, factor * x + point->a * (square - 1.0));
    }
    for (int i = 0, e = 0; i < d; i++) {
        lane wi = AT(work->w + l, i), lean_a = AT(work->lean_a + l, i), lean_b = AT(work->lean_b + l, i);
        for (int j = 0; j <= i; j++, e++) {
            lane product = wi * AT(work->w + l, j);
            double *sums = into + l;
            PUT(sums, e, AT(sums, e) + product);
            PUT(sums + block, e, AT(sums + block, e) + product * (lean_a + AT(work->lean_a + l, j)));
            PUT(sums + 2 * block, e, AT(sums + 2 * block, e) + product * (lean_b + AT(work->lean_b + l, j)));
        }
    }
}

/* Advance all steps; add every date to the sums where `measured`. The flags are known when this is compiled. The structures are
 * copies, which no store through a pointer can reach: their members stay in registers. */
TARGET ALWAYS_INLINE void dcc_pass(const DccSample *of, const DccPoint *at, const DccState *from, const DccWork *in,
                                   DccSums *sums, const double *constant, double *scores, int measured, int student,
                                   int corrected, int asymmetric, int curious, int l) {
    const DccSample own = *of, *sample = &own;
    const DccPoint here = *at, *point = &here;
    const DccState begun = *from, *state = &begun;
    const DccWork tools = *in, *work = &tools;
    DccTotals totals;
    memset(&totals, 0, sizeof totals);
    totals.log_det = totals.logs = log_sum_start();
    for (long t = 0; t < sample->length; t++) {
        const double *z = sample->z + t * sample->d * LANES;
        double present[LANES];
        dcc_present(sample, t, present);
        if (measured)
            dcc_measure(sample, point, state, work, z, t, present, constant, &totals, scores, student, corrected, asymmetric,
                        curious, l);
        else if (corrected) {
            dcc_matrix(sample->d, point, state, work, corrected, asymmetric, l);
            dcc_roots(sample->d, z, work, l);
        }
        if (corrected)
            dcc_advance_corrected(sample, point, state, work, l);
        else
            dcc_advance(sample, point, state, z, asymmetric, curious, l);
    }
    if (!measured) return;
    log_sum_carry(&totals.log_det);
    log_sum_total(&totals.log_det, sums->log_det + l);
    log_sum_total(&totals.logs, sums->logs + l);
    lane_store(sums->squares + l, totals.squares);
    lane_store(sums->tail + l, totals.tail);
    for (int k = 0; k < 3; k++) lane_store(sums->slope[k] + l, totals.slope[k]);
    memcpy(sums->unlikely + l, &totals.unlikely, sizeof totals.unlikely);
}

/* Do one task on the stretches l .. l + WIDTH - 1. */
TARGET static void dcc_run(const DccSample *sample, const DccPoint *point, const DccState *state, const DccWork *work,
                           DccSums *sums, double *extra, double *scores, int task, int curious, int l) {
    int d = sample->d;
    if (task == DCC_DIAGONAL || task == DCC_MOMENTS) {
        int rows = task == DCC_DIAGONAL ? 6 * d : 3 * dcc_packed(d);
        for (int e = 0; e < rows; e++) PUT(extra + l, e, lane_all(task == DCC_DIAGONAL && e >= 3 * d && e < 4 * d ? 1.0 : 0.0));
        for (long t = 0; t < sample->length; t++) {
            const double *z = sample->z + t * d * LANES;
            if (task == DCC_DIAGONAL)
                dcc_advance_diagonal(d, point, z, extra, l);
            else
                dcc_collect(sample, point, state, work, z, extra, l);
        }
        return;
    }
    int measured = task == DCC_MEASURE;
#define DCC_CASE(number, student, corrected, asymmetric, curious)                                                              \
    case number: dcc_pass(sample, point, state, work, sums, extra, scores, 1, student, corrected, asymmetric, curious, l); return
#define DCC_ADVANCES(number, corrected, asymmetric, curious)                                                                   \
    case number: dcc_pass(sample, point, state, work, sums, extra, 0, 0, 0, corrected, asymmetric, curious, l); return
    switch (measured ? 100 * sample->kind + 10 * (sample->student != 0) + (curious != 0) : -1 - 2 * sample->kind - (curious != 0)) {
        DCC_ADVANCES(-1 - 2 * DCC_PLAIN, 0, 0, 0);
        DCC_ADVANCES(-2 - 2 * DCC_PLAIN, 0, 0, 1);
        DCC_ADVANCES(-1 - 2 * DCC_CORRECTED, 1, 0, 0);
        DCC_ADVANCES(-2 - 2 * DCC_CORRECTED, 1, 0, 1);
        DCC_ADVANCES(-1 - 2 * DCC_ASYMMETRIC, 0, 1, 0);
        DCC_ADVANCES(-2 - 2 * DCC_ASYMMETRIC, 0, 1, 1);
        DCC_CASE(100 * DCC_PLAIN, 0, 0, 0, 0);
        DCC_CASE(100 * DCC_PLAIN + 1, 0, 0, 0, 1);
        DCC_CASE(100 * DCC_PLAIN + 10, 1, 0, 0, 0);
        DCC_CASE(100 * DCC_PLAIN + 11, 1, 0, 0, 1);
        DCC_CASE(100 * DCC_CORRECTED, 0, 1, 0, 0);
        DCC_CASE(100 * DCC_CORRECTED + 1, 0, 1, 0, 1);
        DCC_CASE(100 * DCC_CORRECTED + 10, 1, 1, 0, 0);
        DCC_CASE(100 * DCC_CORRECTED + 11, 1, 1, 0, 1);
        DCC_CASE(100 * DCC_ASYMMETRIC, 0, 0, 1, 0);
        DCC_CASE(100 * DCC_ASYMMETRIC + 1, 0, 0, 1, 1);
        DCC_CASE(100 * DCC_ASYMMETRIC + 10, 1, 0, 1, 0);
        DCC_CASE(100 * DCC_ASYMMETRIC + 11, 1, 0, 1, 1);
    }
#undef DCC_CASE
#undef DCC_ADVANCES
}
