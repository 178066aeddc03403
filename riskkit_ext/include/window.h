/* A window of a series in units of its own: about its mean, or about 0, and divided by its deviation. */
#ifndef RISKKIT_WINDOW_H
#define RISKKIT_WINDOW_H

#include "lanes.h"

/* Sum of (y - centre)^power, power 1 or 2, in eight parts: no chain of n dependent additions, and the same bits at any width. */
ALWAYS_INLINE double window_sum(const double *y, long n, double centre, int power) {
    double parts[8] = {0.0}, sum = 0.0;
    long whole = n - n % 8;
    for (long t = 0; t < whole; t += 8)
        for (int k = 0; k < 8; k++) {
            double away = y[t + k] - centre;
            parts[k] += power == 1 ? away : away * away;
        }
    for (int k = 0; k < 8; k++) sum += parts[k];
    for (long t = whole; t < n; t++) {
        double away = y[t] - centre;
        sum += power == 1 ? away : away * away;
    }
    return sum;
}

/* Where an observation was last repeated twice in a row, of which the first `checked` are known up to `found`; 0: nowhere. */
static long window_repeat(const double *y, long n, long checked, long found) {
    for (long t = checked > 2 ? checked : 2; t < n; t++)
        if (y[t] == y[t - 1] && y[t - 1] == y[t - 2]) found = t;
    return found >= 2 ? found : 0;
}

/* The window y in units of its own, z, and in single precision; scale 0: it is constant. Returns the fourth moment of z. */
ALWAYS_INLINE double window_load_of(const double *y, long n, int centred, double *z, float *single, double *mean, double *scale) {
    *mean = centred ? window_sum(y, n, 0.0, 1) / (double)n : 0.0;
    double centre = *mean, spread = sqrt(window_sum(y, n, centre, 2) / (double)n), parts[8] = {0.0};
    *scale = spread > 1e-14 * fabs(centre) ? spread : 0.0;
    double inverse = *scale > 0.0 ? 1.0 / *scale : 0.0;
    long whole = n - n % 8;
    for (long t = 0; t < n && !single; t++) z[t] = (y[t] - centre) * inverse;
    if (!single) return 0.0;
    for (long t = 0; t < whole; t += 8) /* all in one sweep */
        for (int k = 0; k < 8; k++) {
            double away = (y[t + k] - centre) * inverse, square = away * away;
            z[t + k] = away;
            single[t + k] = (float)away;
            parts[k] += square * square;
        }
    for (long t = whole; t < n; t++) {
        z[t] = (y[t] - centre) * inverse;
        single[t] = (float)z[t];
        parts[0] += z[t] * z[t] * z[t] * z[t];
    }
    return (((parts[0] + parts[1]) + (parts[2] + parts[3])) + ((parts[4] + parts[5]) + (parts[6] + parts[7]))) / (double)n;
}

#ifdef LANES_DISPATCHED
__attribute__((target("avx2"))) static double window_load_wide(const double *y, long n, int centred, double *z, float *single,
                                                               double *mean, double *scale) {
    return window_load_of(y, n, centred, z, single, mean, scale);
}
#endif

static double window_load(const double *y, long n, int centred, int width, double *z, float *single, double *mean,
                          double *scale) {
    (void)width;
#ifdef LANES_DISPATCHED
    if (width >= 4) return window_load_wide(y, n, centred, z, single, mean, scale);
#endif
    return window_load_of(y, n, centred, z, single, mean, scale);
}

#endif
