/* Dynamic conditional correlation: log-likelihood of standardised residuals and its exact gradient in one pass.
 *
 *     plain       Q_t = T + X_t,   X_{t+1} = b X_t + a (z_t z_t' - T)                                       (Engle 2002)
 *     asymmetric  X_{t+1} = b X_t + a (z_t z_t' - T) + g (n_t n_t' - N),   n_t = min(z_t, 0)    (Cappiello and others 2006)
 *     corrected   X_{t+1} = b X_t + a (w_t w_t' - T),   w_t = diag(Q_t)^{1/2} z_t                              (Aielli 2013)
 *     R_t = diag(Q_t)^{-1/2} Q_t diag(Q_t)^{-1/2},   s_t = z_t' R_t^{-1} z_t
 *     normal     l_t = -d log(2 pi) / 2 - log det R_t / 2 - s_t / 2
 *     Student-t  l_t = C(nu) - log det R_t / 2 - (nu + d) / 2 log(1 + s_t / (nu - 2))          (unit variances)
 *
 * The corrected kind targets the correlation matrix of the w_t themselves, which is a function of a and b; its derivatives are
 * in the gradient. R_t is never formed: log det R_t = log det Q_t - sum of log q_ii, s_t = w_t' Q_t^{-1} w_t.
 *
 * Domain: T positive definite with unit or nearly unit diagonal, a, b, g >= 0 and T (1 - a - b) - g N positive semidefinite,
 * nu > 2. A Q_t that is not positive definite in floating point is told by the return value.
 * Why compiled: Q_t carries state, and every date has a Cholesky decomposition of its own. The sample is cut into LANES
 * stretches that run side by side (lanes.h): the recursion is linear, so a first pass from zero finds where each begins.
 */
#ifndef RISKKIT_DCC_H
#define RISKKIT_DCC_H

#include "lanes.h"
#include "student_normaliser.h"

enum { DCC_PLAIN, DCC_CORRECTED, DCC_ASYMMETRIC };

/* Symmetric matrices are packed: entry (i, j), j <= i, stands at i (i + 1) / 2 + j, and there are m = d (d + 1) / 2. */
typedef struct {
    int kind, student, d;
    long n, length;       /* observations, and steps of a stretch */
    const double *z;      /* (length, d, LANES): stretch l begins with observation l * length; zero behind the last */
    const double *target; /* T, (m); not read by the corrected kind */
    const double *falls;  /* N, (m); read by the asymmetric kind */
    const double *before; /* z_0 z_0' - T of a row before the first observation, (m); zero where there is none */
    const double *falls_before; /* n_0 n_0' - N */
} DccSample;

typedef struct {
    double a, b, g, nu;
    const double *target, *target_a, *target_b; /* T and its derivatives; zero but for the corrected kind */
} DccPoint;

/* X, which only the corrected kind keeps, and its derivatives by a, b and g, (m, LANES) each. */
typedef struct {
    double *x, *a, *b, *g;
} DccState;

/* What a pass needs besides: Q, L and L D (m + d, LANES), the inverse of L (d + 1, padded d, LANES), vectors (d, LANES). */
typedef struct {
    double *q, *unit, *scaled, *inverse, *root, *by_q, *w, *by_pivot, *lean_a, *lean_b;
} DccWork;

/* Sums over the observations of each stretch. `unlikely` is not zero where Q was not positive definite. */
typedef struct {
    double log_det[LANES], squares[LANES], logs[LANES], tail[LANES], slope[3][LANES];
    uint64_t unlikely[LANES];
} DccSums;

ALWAYS_INLINE int dcc_packed(int d) { return d * (d + 1) / 2; }
ALWAYS_INLINE int dcc_padded(int d) { return (d + 3) / 4 * 4; }

/* 1 for the stretches that still have an observation at step t, 0 for the others. */
ALWAYS_INLINE void dcc_present(const DccSample *sample, long t, double *weight) {
    for (int l = 0; l < LANES; l++) weight[l] = l * sample->length + t < sample->n ? 1.0 : 0.0;
}

#define WIDTH LANE_NARROWEST
#define TARGET
#include "dcc_pass.h"
#undef WIDTH
#ifdef LANES_DISPATCHED
#undef TARGET
#ifndef __clang__
#pragma GCC push_options
#pragma GCC optimize("fp-contract=fast")
#endif
#define WIDTH 4
#define TARGET __attribute__((target("avx2,fma")))
#include "dcc_pass.h"
#undef WIDTH
#undef TARGET
#define WIDTH 8
#define TARGET __attribute__((target("avx512f")))
#include "dcc_pass.h"
#undef WIDTH
#ifndef __clang__
#pragma GCC pop_options
#endif
#endif
#undef TARGET
#undef dcc_run

/* Doubles in the widest register of the processor that runs. */
static int dcc_widest(void) {
#ifdef LANES_DISPATCHED
    if (__builtin_cpu_supports("avx512f")) return 8;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 4 : LANE_NARROWEST;
#else
    return LANE_NARROWEST;
#endif
}

static void dcc_run_all(const DccSample *sample, const DccPoint *point, const DccState *state, const DccWork *work, DccSums *sums,
                        double *extra, double *scores, int task, int curious, int width) {
    int done = LANE_NARROWEST;
#ifdef LANES_DISPATCHED
    done = width >= 8 ? 8 : width >= 4 ? 4 : LANE_NARROWEST;
#endif
    (void)width;
    for (int l = 0; l < LANES; l += done) {
#ifdef LANES_DISPATCHED
        if (done == 8) dcc_run_8(sample, point, state, work, sums, extra, scores, task, curious, l);
        else if (done == 4) dcc_run_4(sample, point, state, work, sums, extra, scores, task, curious, l);
        else
#endif
            LANE_PASTE(dcc_run, LANE_NARROWEST)(sample, point, state, work, sums, extra, scores, task, curious, l);
    }
}

/* C(nu) of the standardised t in d dimensions, and its derivative: log Gamma(nu/2 + d/2) - log Gamma(nu/2) by the recurrence
 * of Gamma, from nu/2 or, for odd d, from nu/2 + 1/2. */
static void dcc_constant(double nu, int d, double out[2]) {
    double half = 0.5 * nu, from = half;
    out[0] = -0.5 * d * log(3.14159265358979323846 * (nu - 2.0));
    out[1] = -0.5 * d / (nu - 2.0);
    if (d % 2) {
        double normaliser[3];
        student_normaliser(1.0 / nu, normaliser);
        out[0] += normaliser[0] + 0.5 * log(half) + HALF_LOG_TWO_PI;
        out[1] += 0.5 / nu - normaliser[1] / (nu * nu);
        from += 0.5;
    }
    for (int k = 0; k < d / 2; k++) {
        out[0] += log(from + k);
        out[1] += 0.5 / (from + k);
    }
}

/* Where each stretch begins, from where it ends when it begins at zero; the first is exact already. In the corrected kind the
 * diagonal is known before (dcc_diagonal). */
static void dcc_compose(const DccSample *sample, const DccPoint *point, const DccState *end, DccState *start) {
    double decay = pow(point->b, (double)sample->length);
    double slope = (double)sample->length * pow(point->b, (double)sample->length - 1.0);
    for (int i = 0, e = 0; i < sample->d; i++) {
        for (int j = 0; j <= i; j++, e++) {
            if (sample->kind == DCC_CORRECTED && i == j) continue;
            for (int l = 1; l < LANES; l++) {
                int at = e * LANES + l, was = at - 1, first = l == 1;
                double x = sample->kind == DCC_CORRECTED ? start->x[was] : point->a * start->a[was] + point->g * start->g[was];
                start->x[at] = end->x[was] + (first ? 0.0 : decay * start->x[was]);
                start->a[at] = end->a[was] + (first ? 0.0 : decay * start->a[was]);
                start->b[at] = end->b[was] + (first ? 0.0 : decay * start->b[was] + slope * x);
                start->g[at] = end->g[was] + (first ? 0.0 : decay * start->g[was]);
            }
        }
    }
}

/* The diagonal of the corrected kind, (6, d, LANES) from DCC_DIAGONAL: x and derivatives from zero, and what multiplies x. */
static void dcc_diagonal(const DccSample *sample, const double *found, DccState *start) {
    long block = (long)sample->d * LANES;
    for (int i = 0; i < sample->d; i++) {
        for (int l = 1; l < LANES; l++) {
            const double *end = found + i * LANES + l - 1;
            int at = (i * (i + 1) / 2 + i) * LANES + l;
            double x = start->x[at - 1], times = end[3 * block];
            start->x[at] = end[0] + times * x;
            start->a[at] = end[block] + times * start->a[at - 1] + end[4 * block] * x;
            start->b[at] = end[2 * block] + times * start->b[at - 1] + end[5 * block] * x;
        }
    }
}

/* The correlation matrix of the w_t and its derivatives by a and b, from sums of products (3, m, LANES). */
static void dcc_target(int d, double *sums, double *out) {
    int m = dcc_packed(d);
    for (int e = 0; e < 3 * m; e++) {
        out[e] = 0.0;
        for (int l = 0; l < LANES; l++) out[e] += sums[e * LANES + l];
    }
    double *s = out, *sa = out + m, *sb = out + 2 * m;
    for (int i = d - 1; i >= 0; i--) { /* rows from the last: the diagonal above is still that of the sums */
        int ii = i * (i + 1) / 2 + i;
        for (int j = 0; j < i; j++) {
            int e = i * (i + 1) / 2 + j, jj = j * (j + 1) / 2 + j;
            double scale = 1.0 / sqrt(s[ii] * s[jj]);
            s[e] *= scale;
            sa[e] = sa[e] * scale - 0.5 * s[e] * (sa[ii] / s[ii] + sa[jj] / s[jj]);
            sb[e] = sb[e] * scale - 0.5 * s[e] * (sb[ii] / s[ii] + sb[jj] / s[jj]);
        }
    }
    for (int i = 0; i < d; i++) {
        int ii = i * (i + 1) / 2 + i;
        s[ii] = 1.0;
        sa[ii] = sb[ii] = 0.0;
    }
}

/* Doubles that dcc_evaluate works in. */
static long dcc_workspace(int d) {
    long m = dcc_packed(d);
    return LANES * (14 * m + (d + 1L) * dcc_padded(d) + 15L * d) + 4 * m + LANES;
}

static double *dcc_take(double **from, long size) {
    double *taken = *from;
    *from += size;
    return taken;
}

static DccState dcc_state(double **from, long size) {
    DccState state = {dcc_take(from, size), dcc_take(from, size), dcc_take(from, size), dcc_take(from, size)};
    memset(state.x, 0, 4 * (size_t)size * sizeof(double));
    return state;
}

static DccWork dcc_work(double **from, int d) {
    long v = (long)d * LANES, m = (long)dcc_packed(d) * LANES + v, square = (v + LANES) * dcc_padded(d);
    DccWork work = {dcc_take(from, m), dcc_take(from, m), dcc_take(from, m), dcc_take(from, square),
                    dcc_take(from, v), dcc_take(from, v), dcc_take(from, v), dcc_take(from, v),
                    dcc_take(from, v), dcc_take(from, v)};
    memset(work.inverse, 0, (size_t)square * sizeof(double));
    return work;
}

/* Put the states at the beginning of every stretch into `start`. `spare` is overwritten. */
static void dcc_begin(const DccSample *sample, DccPoint *point, DccState *start, DccState *spare, DccWork *work, DccSums *sums,
                      double *extra, double *target, int curious, int width) {
    int d = sample->d, m = dcc_packed(d);
    size_t bytes = 4 * (size_t)m * LANES * sizeof(double);
    if (sample->kind == DCC_CORRECTED) {
        dcc_run_all(sample, point, spare, work, sums, extra, 0, DCC_DIAGONAL, 1, width);
        dcc_diagonal(sample, extra, start);
        memcpy(spare->x, start->x, bytes);
        dcc_run_all(sample, point, spare, work, sums, extra, 0, DCC_MOMENTS, 1, width);
        dcc_target(d, extra, target);
        point->target = target;
        point->target_a = target + m;
        point->target_b = target + 2 * m;
    } else {
        for (int e = 0; e < m; e++) {
            start->a[e * LANES] = sample->before[e];
            start->g[e * LANES] = sample->falls_before[e];
        }
    }
    memcpy(spare->x, start->x, bytes);
    dcc_run_all(sample, point, spare, work, sums, extra, 0, DCC_ADVANCE, curious, width);
    dcc_compose(sample, point, spare, start);
}

/* Log-likelihood at (a, b, g, nu). gradient (4), or 0 when it is not wanted; scores (n, 4), or 0: the derivatives of each l_t,
 * which need a gradient too. target (3 m), or 0: T and, in the corrected kind, its derivatives. NaN where a Q_t is not
 * positive definite. */
static double dcc_evaluate(const DccSample *sample, const double *at, double *gradient, double *scores, double *target,
                           double *workspace, int width) {
    int d = sample->d;
    long m = dcc_packed(d), lanes = m * LANES;
    workspace += (64 - (uintptr_t)workspace % 64) % 64 / sizeof(double); /* registers of 8 then load from one cache line */
    DccState start = dcc_state(&workspace, lanes), spare = dcc_state(&workspace, lanes);
    DccWork work = dcc_work(&workspace, d);
    double *extra = dcc_take(&workspace, 3 * lanes + 6 * (long)d * LANES), *own = dcc_take(&workspace, 4 * m);
    double constant[2] = {0.0, 0.0};
    DccSums sums;
    memset(own, 0, (size_t)(4 * m) * sizeof(double));
    DccPoint point = {at[0], at[1], at[2], at[3], sample->target, own + 3 * m, own + 3 * m};
    dcc_begin(sample, &point, &start, &spare, &work, &sums, extra, own, gradient != 0, width);
    if (target) memcpy(target, point.target, (size_t)m * sizeof(double));
    if (scores && sample->student) dcc_constant(point.nu, d, constant);
    dcc_run_all(sample, &point, &start, &work, &sums, constant, scores, DCC_MEASURE, gradient != 0, width);

    double log_det = 0.0, squares = 0.0, logs = 0.0, tail = 0.0, slope[3] = {0.0, 0.0, 0.0}, count = (double)sample->n;
    uint64_t unlikely = 0;
    for (int l = 0; l < LANES; l++) {
        log_det += sums.log_det[l];
        squares += sums.squares[l];
        logs += sums.logs[l];
        tail += sums.tail[l];
        unlikely |= sums.unlikely[l];
        for (int k = 0; k < 3; k++) slope[k] += sums.slope[k][l];
    }
    if (gradient) {
        for (int k = 0; k < 3; k++) gradient[k] = slope[k];
        gradient[3] = 0.0;
    }
    if (unlikely) return NAN;
    if (!sample->student) return -count * d * HALF_LOG_TWO_PI - 0.5 * (log_det + squares);
    dcc_constant(point.nu, d, constant);
    if (gradient) gradient[3] = count * constant[1] - 0.5 * logs + 0.5 * (point.nu + d) / (point.nu - 2.0) * tail;
    return count * constant[0] - 0.5 * log_det - 0.5 * (point.nu + d) * logs;
}

#endif
