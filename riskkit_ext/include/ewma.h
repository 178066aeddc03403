/* Exponentially weighted variance, and filtered historical VaR and ES of rolling windows.
 *
 * Over n values about zero, with decay d,
 *
 *     v_0     = (x_0^2 + ... + x_(n-1)^2) / n        the sample variance about zero
 *     v_(t+1) = d v_t + (1 - d) x_t^2                 so v_n is the variance of the value after the last
 *
 * Filtered historical simulation of a window of losses: z_t = x_t / sqrt(v_t); VaR and ES of the n standardised losses (the
 * conventions of rolling.h) times sqrt(v_n), tomorrow's sigma.
 *
 * Domain: finite values, n >= 1, 0 < d < 1. Values whose squares underflow or overflow give a variance that is not a
 * positive finite number; the caller is told and refuses.
 *
 * Why compiled: a recursion along each window, which starts anew with every window.
 *
 * Sources: J.P. Morgan/Reuters (1996), RiskMetrics Technical Document, 4th edition, section 5.2; Barone-Adesi, Giannopoulos
 * and Vosper (1999), VaR without correlations for portfolios of derivative securities, Journal of Futures Markets 19.
 */
#ifndef RISKKIT_EWMA_H
#define RISKKIT_EWMA_H

#include <float.h>

#include "rolling.h"

/* Writes v_0, ..., v_n: n + 1 numbers. */
static inline void rk_ewma_variance(const double *x, ptrdiff_t n, double decay, double *variance)
{
    const double gain = 1.0 - decay;
    variance[0] = rk_sum(x, n, 0.0, 1) / (double)n;
    for (ptrdiff_t t = 0; t < n; ++t) variance[t + 1] = decay * variance[t] + gain * (x[t] * x[t]);
}

/* Writes z_0, ..., z_(n-1) over v_0, ..., v_(n-1); returns 1 when every variance is a positive finite number, else 0. */
static inline int rk_ewma_standardise(const double *x, ptrdiff_t n, double *variance)
{
    double smallest = variance[n], largest = variance[n];
    for (ptrdiff_t t = 0; t < n; ++t) {
        const double v = variance[t];
        smallest = v < smallest ? v : smallest;
        largest = v > largest ? v : largest;
        variance[t] = x[t] / sqrt(v);
    }
    return smallest > 0.0 && largest <= DBL_MAX;
}

/* VaR and ES of `count` windows; work: 2 * window + 1 doubles. Returns the first window whose variance is not a positive
 * finite number, or `count` when there is none; what is written from that window on means nothing. */
static inline ptrdiff_t rk_filtered_var_es(const double *loss, ptrdiff_t count, ptrdiff_t window, ptrdiff_t step,
                                           double level, double decay, double *work, double *var, double *es)
{
    rk_tail tail = rk_tail_new(work + window + 1, window, level);
    tail.capacity = tail.rank + 1; /* filled once per window: no slack needed */
    for (ptrdiff_t i = 0; i < count; ++i, loss += step) {
        rk_ewma_variance(loss, window, decay, work);
        if (!rk_ewma_standardise(loss, window, work)) return i;
        const double sigma = sqrt(work[window]);
        rk_tail_fill(&tail, work, window);
        var[i] = sigma * tail.largest[tail.rank];
        es[i] = sigma * rk_tail_es(tail.largest, tail.rank, window, level);
    }
    return count;
}

#endif
