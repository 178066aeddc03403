/* The pass of student_copula.h over the sample, in registers of WIDTH doubles; included once for each width. */
#include "lane_type.h"

#undef student_copula_run
#define student_copula_run LANE_NAME(student_copula_run)

TARGET static void student_copula_run(const StudentCopula *sample, double eta, const double *inverse, StudentCopulaSums *sums) {
    long n = sample->n, d = sample->d, steps = COPULA_ROWS / WIDTH;
    lane total = lane_all(0.0), own = total, weighted = lane_all(1.0 + eta * d), one = lane_all(1.0), eta_all = lane_all(eta);
    LogSum logs = log_sum_start(), own_logs = logs;
    memset(sums->moment, 0, sizeof(double) * (d * (d + 1) / 2) * LANES);
    for (long from = 0; from < n; from += COPULA_ROWS) {
        long rows = n - from < COPULA_ROWS ? n - from : COPULA_ROWS;
        lane square[COPULA_ROWS / WIDTH];
        for (long j = 0; j < d; j++) {
            const int32_t *place = sample->place + j * n + from;
            double *x = sums->x + j * COPULA_ROWS;
            for (long r = 0; r < rows; r++) x[r] = sample->score[place[r]];
            for (long r = rows; r < COPULA_ROWS; r++) x[r] = 0.0; /* adds nothing anywhere */
            for (long t = 0; t < steps; t++) {
                lane one_x = lane_load(x + t * WIDTH), one_square = one_x * one_x;
                own += one_square;
                own_logs.product *= one + eta_all * one_square;
                log_sum_carry(&own_logs);
            }
        }
        for (long t = 0; t < steps; t++) square[t] = lane_all(0.0);
        for (long j = 0; j < d; j++)
            for (long t = 0; t < steps; t++) {
                const double *x = sums->x + t * WIDTH, *row = inverse + j * d;
                lane y = lane_all(0.0);
                for (long k = 0; k <= j; k++) y += lane_all(row[k]) * lane_load(x + k * COPULA_ROWS);
                square[t] += y * y;
            }
        for (long t = 0; t < steps; t++) {
            lane bent = one + eta_all * square[t];
            total += square[t];
            logs.product *= bent;
            log_sum_carry(&logs);
            lane_store(sums->weight + t * WIDTH, weighted / bent);
        }
        if (!sums->curious) continue;
        double *moment = sums->moment;
        for (long j = 0; j < d; j++) {
            lane heavy[COPULA_ROWS / WIDTH];
            for (long t = 0; t < steps; t++)
                heavy[t] = lane_load(sums->weight + t * WIDTH) * lane_load(sums->x + j * COPULA_ROWS + t * WIDTH);
            for (long k = 0; k <= j; k++, moment += LANES) {
                lane sum = lane_load(moment);
                for (long t = 0; t < steps; t++) sum += heavy[t] * lane_load(sums->x + k * COPULA_ROWS + t * WIDTH);
                lane_store(moment, sum);
            }
        }
    }
    double each[4][WIDTH];
    lane_store(each[0], total);
    lane_store(each[1], own);
    log_sum_total(&logs, each[2]);
    log_sum_total(&own_logs, each[3]);
    sums->squares = sums->own_squares = sums->logs = sums->own_logs = 0.0;
    for (int l = 0; l < WIDTH; l++) {
        sums->squares += each[0][l];
        sums->own_squares += each[1][l];
        sums->logs += each[2][l];
        sums->own_logs += each[3][l];
    }
}
