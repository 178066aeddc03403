/* The passes of the grid of starts, for registers of WIDTH floats; garch.h includes this file after each garch_pass.h that is
 * SINGLE. */
#undef garch_advance_of
#undef garch_advance
#undef garch_advance_all
#undef garch_drift_of
#undef garch_drift
#undef garch_grid_values
#undef garch_resume
#undef garch_rough_log
#undef garch_leave
#define garch_advance_of LANE_NAME(garch_advance_of)
#define garch_advance LANE_NAME(garch_advance)
#define garch_advance_all LANE_NAME(garch_advance_all)
#define garch_drift_of LANE_NAME(garch_drift_of)
#define garch_drift LANE_NAME(garch_drift)
#define garch_grid_values LANE_NAME(garch_grid_values)
#define garch_rough_log LANE_NAME(garch_rough_log)
#define garch_resume LANE_NAME(garch_resume)
#define garch_leave LANE_NAME(garch_leave)

/* A sum of logarithms from memory, and back with its product near 1. */
TARGET ALWAYS_INLINE LogSum garch_resume(const float *product, const uint32_t *power) {
    LogSum sum = log_sum_start();
    sum.product = lane_take(product);
    memcpy(&sum.power, power, sizeof sum.power);
    return sum;
}

TARGET ALWAYS_INLINE void garch_leave(LogSum *sum, float *product, uint32_t *power) {
    log_sum_carry(sum);
    memcpy(product, &sum->product, sizeof sum->product);
    memcpy(power, &sum->power, sizeof sum->power);
}

/* Carry the recursions of one register of the grid, from point `at` on, over `size` observations. */
TARGET ALWAYS_INLINE void garch_advance_of(const GarchGrid *grid, GarchPaths *paths, int at, const float *news, const float *squares,
                                           const float *tails, int size, int student) {
    lane omega = lane_take(grid->omega + at), alpha = lane_take(grid->alpha + at), beta = lane_take(grid->beta + at);
    lane now = lane_take(paths->h + at), sum = lane_take(paths->sum + at);
    LogSum first = garch_resume(paths->first + at, paths->power + at);
    LogSum second = garch_resume(paths->second + at, paths->second_power + at);
    for (int t = 0; t < size; t++) {
        first.product *= now;
        if (student)
            second.product *= now + tails[t];
        else
            sum += squares[t] / now;
        now = omega + alpha * news[t] + beta * now;
    }
    memcpy(paths->h + at, &now, sizeof now);
    memcpy(paths->sum + at, &sum, sizeof sum);
    garch_leave(&first, paths->first + at, paths->power + at);
    if (student) garch_leave(&second, paths->second + at, paths->second_power + at);
}

/* The same of the first `points` of the grid (a multiple of 8) and `count` observations y, standardised by mean and 1 / scale;
 * mu = 0, asymmetry q. */
TARGET ALWAYS_INLINE void garch_advance_all(const GarchGrid *grid, GarchPaths *paths, const double *y, long count, double q,
                                            int student, int points) {
    float squares[LANE_TERMS], tails[LANE_TERMS], weighted[LANE_TERMS];
    for (long block = 0; block < count; block += LANE_TERMS) {
        int size = count - block < LANE_TERMS ? (int)(count - block) : LANE_TERMS;
        for (int t = 0; t < size; t++) {
            double z = (y[block + t] - grid->mean) * grid->inverse;
            squares[t] = (float)(z * z);
            tails[t] = grid->k * squares[t];
            weighted[t] = (float)(2.0 * (y[block + t] < grid->mean ? q : 1.0 - q)) * squares[t];
        }
        for (int v = 0; size == LANE_TERMS && v < points; v += WIDTH) /* unrolled; the registers' latencies overlap */
            garch_advance_of(grid, paths, v, weighted, squares, tails, LANE_TERMS, student);
        for (int v = 0; size < LANE_TERMS && v < points; v += WIDTH)
            garch_advance_of(grid, paths, v, weighted, squares, tails, size, student);
    }
}

TARGET static void garch_advance(const GarchGrid *grid, GarchPaths *paths, const double *y, long count, double q, int student,
                                 int points) {
    if (student)
        garch_advance_all(grid, paths, y, count, q, 1, points);
    else
        garch_advance_all(grid, paths, y, count, q, 0, points);
}

/* The same of points with alpha = 0 (eight of them), whose variance drifts without news from the data. It changes little in
 * four steps, after the first few, so those share its mean; that is right to 1e-4 in the log-likelihood. */
TARGET ALWAYS_INLINE void garch_drift_of(const GarchGrid *grid, GarchPaths *paths, const double *y, long count, int student) {
    enum { FEW = GRID_DRIFT / WIDTH };
    lane now[FEW], sums[FEW], omega[FEW], beta[FEW], omega4[FEW], beta4[FEW], middle[FEW], slope[FEW];
    LogSum first[FEW], second[FEW];
    for (int i = 0; i < FEW; i++) {
        int at = i * WIDTH;
        omega[i] = lane_take(grid->omega + at);
        beta[i] = lane_take(grid->beta + at);
        lane b2 = beta[i] * beta[i], both = 1.0 + beta[i];
        beta4[i] = b2 * b2;
        omega4[i] = omega[i] * both * (1.0 + b2);
        slope[i] = 0.25 * both * (1.0 + b2);
        middle[i] = 0.25 * omega[i] * (1.0 + both + both + b2);
        now[i] = lane_take(paths->h + at);
        sums[i] = lane_take(paths->sum + at);
        first[i] = garch_resume(paths->first + at, paths->power + at);
        second[i] = garch_resume(paths->second + at, paths->second_power + at);
    }
    for (long block = 0; block < count; block += LOG_BLOCK) {
        float squares[LOG_BLOCK], tails[LOG_BLOCK];
        int size = count - block < LOG_BLOCK ? (int)(count - block) : LOG_BLOCK, t = 0;
        for (int k = 0; k < size; k++) {
            double z = (y[block + k] - grid->mean) * grid->inverse;
            squares[k] = (float)(z * z);
            tails[k] = grid->k * squares[k];
        }
        for (; block >= GARCH_SETTLED && t + 8 <= size; t += 8)
            for (int i = 0; i < FEW; i++) {
                for (int k = t; k < t + 8; k += 4) {
                    lane h = middle[i] + slope[i] * now[i], hh = h * h;
                    first[i].product *= hh * hh;
                    if (student)
                        second[i].product *= ((h + tails[k]) * (h + tails[k + 1])) * ((h + tails[k + 2]) * (h + tails[k + 3]));
                    else
                        sums[i] += (squares[k] + squares[k + 1] + squares[k + 2] + squares[k + 3]) / h;
                    now[i] = omega4[i] + beta4[i] * now[i];
                }
                log_sum_carry(&first[i]);
                if (student) log_sum_carry(&second[i]);
            }
        for (; t < size; t++)
            for (int i = 0; i < FEW; i++) {
                first[i].product *= now[i];
                if (student)
                    second[i].product *= now[i] + tails[t];
                else
                    sums[i] += squares[t] / now[i];
                now[i] = omega[i] + beta[i] * now[i];
                if (t % LANE_TERMS != LANE_TERMS - 1 && t + 1 < size) continue;
                log_sum_carry(&first[i]);
                if (student) log_sum_carry(&second[i]);
            }
    }
    for (int i = 0; i < FEW; i++) {
        int at = i * WIDTH;
        memcpy(paths->sum + at, &sums[i], sizeof sums[i]);
        garch_leave(&first[i], paths->first + at, paths->power + at);
        if (student) garch_leave(&second[i], paths->second + at, paths->second_power + at);
    }
}

TARGET static void garch_drift(const GarchGrid *grid, GarchPaths *paths, const double *y, long count, int student) {
    if (student)
        garch_drift_of(grid, paths, y, count, 1);
    else
        garch_drift_of(grid, paths, y, count, 0);
}

/* Logarithm of after / before, to 1e-6, for products near 1 and their powers of two. */
TARGET ALWAYS_INLINE lane garch_rough_log(const float *after, const float *before, const uint32_t *power, const uint32_t *earlier) {
    float powers[WIDTH];
    for (int l = 0; l < WIDTH; l++) powers[l] = (float)(int32_t)(power[l] - earlier[l]);
    lane u = lane_take(after) / lane_take(before); /* between 1/2 and 2 */
    /* log u = 2 artanh s, s = (u - 1) / (u + 1), |s| < 1/3 */
    lane s = (u - 1.0) / (u + 1.0), s2 = s * s;
    lane rest = s2 * ((lane_real)0.6666667 + s2 * ((lane_real)0.4 + s2 * ((lane_real)0.2857143 + s2 * (lane_real)0.2222222)));
    return lane_take(powers) * (lane_real)0.6931472 + s * (rest + 2.0);
}

/* Log-likelihoods of the first `points` of the grid but for a constant. */
TARGET static void garch_grid_values(const GarchGrid *grid, const GarchPaths *before, const GarchPaths *after, int student, int points,
                              double *values) {
    lane c1 = lane_all((lane_real)grid->c1);
    for (int i = 0; i < points; i += WIDTH) {
        lane first = garch_rough_log(after->first + i, before->first + i, after->power + i, before->power + i);
        if (student) {
            lane second = garch_rough_log(after->second + i, before->second + i, after->second_power + i, before->second_power + i);
            lane_store(values + i, c1 * (first - second) - 0.5 * first);
        } else {
            lane_store(values + i, 0.5 * (lane_take(before->sum + i) - lane_take(after->sum + i) - first));
        }
    }
}
