/* Cholesky decompositions of WIDTH matrices side by side and the inverses of their factors; dcc_pass.h includes this file once
 * for each width. What is added up on the way stands in DccTotals. */
#undef dcc_decompose
#undef dcc_invert
#undef DccTotals
#define dcc_decompose LANE_PASTE(dcc_decompose, WIDTH)
#define dcc_invert LANE_PASTE(dcc_invert, WIDTH)
#define DccTotals LANE_PASTE(DccTotals, WIDTH)

#ifndef DCC_TASKS
#define DCC_TASKS
enum { DCC_DIAGONAL, DCC_MOMENTS, DCC_ADVANCE, DCC_MEASURE };
#define AT(array, i) lane_load((array) + (long)(i)*LANES)
#define PUT(array, i, value) lane_store((array) + (long)(i)*LANES, value)
#endif

typedef struct {
    LogSum log_det, logs;
    lane squares, tail, slope[3];
    lane_bits unlikely;
    int pending;
} DccTotals;

/* Q = L D L' with unit lower L, column after column, four rows at a time; D is left as its inverse. Q has w' as a row more: that
 * row of L D is y' with L y = w, and that of the inverse of L is -x' with Q x = w. */
TARGET ALWAYS_INLINE void dcc_decompose(int d, const DccWork *work, lane weight, DccTotals *totals, int l) {
    double *q = work->q + l, *unit = work->unit + l, *scaled = work->scaled + l;
    for (int j = 0; j < d; j++) {
        const double *row = scaled + (long)(j * (j + 1) / 2) * LANES;
        int jj = j * (j + 1) / 2, i = j + 1;
        lane pivot = AT(q, jj + j);
        for (int k = 0; k < j; k++) pivot -= AT(unit, jj + k) * AT(row, k);
        lane ratio = pivot * AT(work->by_q + l, j), by = 1.0 / pivot;
        totals->unlikely |= (lane_bits)(ratio < lane_all(1e-15));
        totals->log_det.product *= 1.0 + weight * (ratio - 1.0);
        if (++totals->pending == LOG_BLOCK) {
            log_sum_carry(&totals->log_det);
            totals->pending = 0;
        }
        PUT(work->by_pivot + l, j, by);
        for (; i + 3 <= d; i += 4) {
            long p0 = i * (i + 1) / 2, p1 = p0 + i + 1, p2 = p1 + i + 2, p3 = p2 + i + 3;
            lane v0 = AT(q, p0 + j), v1 = AT(q, p1 + j), v2 = AT(q, p2 + j), v3 = AT(q, p3 + j);
            for (int k = 0; k < j; k++) {
                lane by_row = AT(row, k);
                v0 -= AT(unit, p0 + k) * by_row;
                v1 -= AT(unit, p1 + k) * by_row;
                v2 -= AT(unit, p2 + k) * by_row;
                v3 -= AT(unit, p3 + k) * by_row;
            }
            PUT(scaled, p0 + j, v0);
            PUT(scaled, p1 + j, v1);
            PUT(scaled, p2 + j, v2);
            PUT(scaled, p3 + j, v3);
            PUT(unit, p0 + j, v0 * by);
            PUT(unit, p1 + j, v1 * by);
            PUT(unit, p2 + j, v2 * by);
            PUT(unit, p3 + j, v3 * by);
        }
        for (; i <= d; i++) {
            long p = i * (i + 1) / 2;
            lane v = AT(q, p + j);
            for (int k = 0; k < j; k++) v -= AT(unit, p + k) * AT(row, k);
            PUT(scaled, p + j, v);
            PUT(unit, p + j, v * by);
        }
    }
}

/* The inverse of L, row after row, in blocks of four columns: (d + 1, padded d), zero above its unit diagonal. */
TARGET ALWAYS_INLINE void dcc_invert(int d, const DccWork *work, int l) {
    const double *unit = work->unit + l;
    double *inverse = work->inverse + l;
    int wide = dcc_padded(d);
    for (int i = 0; i <= d; i++) {
        const double *row = unit + (long)(i * (i + 1) / 2) * LANES;
        for (int j = 0; j < i; j += 4) {
            lane m0 = lane_all(0.0), m1 = m0, m2 = m0, m3 = m0;
            for (int k = j; k < i; k++) {
                const double *above = inverse + (long)(k * wide + j) * LANES;
                lane by = AT(row, k);
                m0 -= by * AT(above, 0);
                m1 -= by * AT(above, 1);
                m2 -= by * AT(above, 2);
                m3 -= by * AT(above, 3);
            }
            double *own = inverse + (long)(i * wide + j) * LANES;
            PUT(own, 0, m0);
            PUT(own, 1, m1);
            PUT(own, 2, m2);
            PUT(own, 3, m3);
        }
        if (i < d) PUT(inverse, i * wide + i, lane_all(1.0));
    }
}
