/* The passes of the grid of starts, for registers of WIDTH doubles; garch.h includes this file after each garch_pass.h. */
#undef garch_advance_of
#undef garch_advance
#undef garch_drift_of
#undef garch_drift
#undef garch_grid_values
#define garch_advance_of LANE_PASTE(garch_advance_of, WIDTH)
#define garch_advance LANE_PASTE(garch_advance, WIDTH)
#define garch_drift_of LANE_PASTE(garch_drift_of, WIDTH)
#define garch_drift LANE_PASTE(garch_drift, WIDTH)
#define garch_grid_values LANE_PASTE(garch_grid_values, WIDTH)

/* Carry the recursions of the first `points` of the grid (a multiple of 8) over `count` observations y, standardised by mean and
 * 1 / scale; mu = 0, asymmetry q. `abreast` registers at a time hide the latency of the recursion. */
TARGET ALWAYS_INLINE void garch_advance_of(const GarchGrid *grid, GarchPaths *paths, const double *y, long count, double q,
                                           int student, int points, const int abreast) {
    double squares[LOG_BLOCK], tails[LOG_BLOCK], weighted[LOG_BLOCK];
    const double *news = q == 0.5 ? squares : weighted;
    for (long block = 0; block < count; block += LOG_BLOCK) {
        long size = count - block < LOG_BLOCK ? count - block : LOG_BLOCK;
        for (long t = 0; t < size; t++) {
            double z = (y[block + t] - grid->mean) * grid->inverse;
            squares[t] = z * z;
            tails[t] = grid->k * squares[t];
        }
        for (long t = 0; t < size && news == weighted; t++)
            weighted[t] = 2.0 * (y[block + t] < grid->mean ? q : 1.0 - q) * squares[t];
        for (int v = 0; v < points; v += abreast * WIDTH) {
            lane now[8], first[8], second[8];
            for (int i = 0; i < abreast; i++) {
                now[i] = lane_load(paths->h + v + i * WIDTH);
                first[i] = lane_load(paths->first + v + i * WIDTH);
                second[i] = lane_load(paths->second + v + i * WIDTH);
            }
            for (long t = 0; t < size; t++)
                for (int i = 0; i < abreast; i++) {
                    lane omega = lane_load(grid->omega + v + i * WIDTH), alpha = lane_load(grid->alpha + v + i * WIDTH);
                    lane beta = lane_load(grid->beta + v + i * WIDTH);
                    first[i] *= now[i];
                    if (student)
                        second[i] *= now[i] + tails[t];
                    else
                        second[i] += squares[t] / now[i];
                    now[i] = omega + alpha * news[t] + beta * now[i];
                }
            for (int i = 0; i < abreast; i++) {
                lane_store(paths->h + v + i * WIDTH, now[i]);
                lane_store(paths->first + v + i * WIDTH, first[i]);
                lane_store(paths->second + v + i * WIDTH, second[i]);
            }
        }
        garch_carry(paths->first, paths->power, points);
        if (student) garch_carry(paths->second, paths->second_power, points);
    }
}

TARGET static void garch_advance(const GarchGrid *grid, GarchPaths *paths, const double *y, long count, double q, int student,
                                 int points) {
    enum { FEW = 8 / WIDTH, SEVEN = WIDTH == 8 ? 7 : FEW, EIGHT = WIDTH == 8 ? 8 : FEW };
    if (student && points == 56)
        garch_advance_of(grid, paths, y, count, q, 1, 56, SEVEN);
    else if (student && points == 64)
        garch_advance_of(grid, paths, y, count, q, 1, 64, EIGHT);
    else if (student)
        garch_advance_of(grid, paths, y, count, q, 1, points, FEW);
    else if (points == 56)
        garch_advance_of(grid, paths, y, count, q, 0, 56, SEVEN);
    else if (points == 64)
        garch_advance_of(grid, paths, y, count, q, 0, 64, EIGHT);
    else
        garch_advance_of(grid, paths, y, count, q, 0, points, FEW);
}

/* The same of points with alpha = 0 (eight of them), whose variance drifts without news from the data. It changes little in
 * four steps, after the first few, so those share its mean; that is right to 1e-4 in the log-likelihood. */
TARGET ALWAYS_INLINE void garch_drift_of(const GarchGrid *grid, GarchPaths *paths, const double *y, long count, int student) {
    enum { FEW = 8 / WIDTH };
    lane now[FEW], first[FEW], second[FEW], omega[FEW], beta[FEW], omega4[FEW], beta4[FEW], middle[FEW], slope[FEW];
    for (int i = 0; i < FEW; i++) {
        omega[i] = lane_load(grid->omega + i * WIDTH);
        beta[i] = lane_load(grid->beta + i * WIDTH);
        lane b2 = beta[i] * beta[i], both = 1.0 + beta[i];
        beta4[i] = b2 * b2;
        omega4[i] = omega[i] * both * (1.0 + b2);
        slope[i] = 0.25 * both * (1.0 + b2);
        middle[i] = 0.25 * omega[i] * (1.0 + both + both + b2);
        now[i] = lane_load(paths->h + i * WIDTH);
        first[i] = lane_load(paths->first + i * WIDTH);
        second[i] = lane_load(paths->second + i * WIDTH);
    }
    for (long block = 0; block < count; block += LOG_BLOCK) {
        double squares[LOG_BLOCK], tails[LOG_BLOCK];
        int size = count - block < LOG_BLOCK ? (int)(count - block) : LOG_BLOCK, t = 0;
        for (int k = 0; k < size; k++) {
            double z = (y[block + k] - grid->mean) * grid->inverse;
            squares[k] = z * z;
            tails[k] = grid->k * squares[k];
        }
        for (; block >= GARCH_SETTLED && t + 4 <= size; t += 4)
            for (int i = 0; i < FEW; i++) {
                lane h = middle[i] + slope[i] * now[i], hh = h * h;
                first[i] *= hh * hh;
                if (student)
                    second[i] *= ((h + tails[t]) * (h + tails[t + 1])) * ((h + tails[t + 2]) * (h + tails[t + 3]));
                else
                    second[i] += (squares[t] + squares[t + 1] + squares[t + 2] + squares[t + 3]) / h;
                now[i] = omega4[i] + beta4[i] * now[i];
            }
        for (; t < size; t++)
            for (int i = 0; i < FEW; i++) {
                first[i] *= now[i];
                if (student)
                    second[i] *= now[i] + tails[t];
                else
                    second[i] += squares[t] / now[i];
                now[i] = omega[i] + beta[i] * now[i];
            }
        for (int i = 0; i < FEW; i++) {
            lane_store(paths->first + i * WIDTH, first[i]);
            lane_store(paths->second + i * WIDTH, second[i]);
        }
        garch_carry(paths->first, paths->power, 8);
        if (student) garch_carry(paths->second, paths->second_power, 8);
        for (int i = 0; i < FEW; i++) {
            first[i] = lane_load(paths->first + i * WIDTH);
            if (student) second[i] = lane_load(paths->second + i * WIDTH);
        }
    }
}

TARGET static void garch_drift(const GarchGrid *grid, GarchPaths *paths, const double *y, long count, int student) {
    if (student)
        garch_drift_of(grid, paths, y, count, 1);
    else
        garch_drift_of(grid, paths, y, count, 0);
}

/* Log-likelihoods of the first `points` of the grid but for a constant. */
TARGET static void garch_grid_values(const GarchGrid *grid, const GarchPaths *before, const GarchPaths *after, int student, int points,
                              double *values) {
    static const double log_two = 0.693147180559945309417232121458;
    for (int i = 0; i < points; i++) {
        double first = garch_rough_log(after->first[i] / before->first[i]) + log_two * (after->power[i] - before->power[i]), second;
        if (student) {
            second = garch_rough_log(after->second[i] / before->second[i]) + log_two * (after->second_power[i] - before->second_power[i]);
            values[i] = grid->c1 * (first - second) - 0.5 * first;
        } else {
            values[i] = -0.5 * (first + after->second[i] - before->second[i]);
        }
    }
}
