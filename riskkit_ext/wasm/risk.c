/* The other kernels for a page (see garch.c); each file includes one user of lane_type.h. */
#include "ewma.h"
#include "student.h"

#include "exact_tests.h"
#include "export.h"
#include "student_quantile.h"

void EXPORT(student_roll)(const double *y, long step, long window, long first, long last, long block, Optimum *results,
                          double *workspace) {
    Model model = student_model();
    fit_windows(&model, y, step, window, first, last, block, results, workspace);
}

void EXPORT(student_tail_factors)(double level, const double *eta, long count, double *var, double *es) {
    student_tails(level, eta, count, var, es);
}

long EXPORT(tail_capacity)(long window, double level) { return rk_tail_capacity(window, level); }

void EXPORT(rolling_var_es)(const double *loss, long count, long window, long step, double level, double *buffer, double *var,
                            double *es) {
    rk_rolling_var_es(loss, count, window, step, level, buffer, var, es);
}

void EXPORT(rolling_moments)(const double *loss, long count, long window, long step, double *mean, double *deviation) {
    rk_rolling_moments(loss, count, window, step, mean, deviation);
}

long EXPORT(filtered_var_es)(const double *loss, long count, long window, long step, double level, double decay, double *work,
                             double *var, double *es) {
    return rk_filtered_var_es(loss, count, window, step, level, decay, work, var, es);
}

/* p-values of the three tests and P(at most recent_breaches in recent_days); memory: 3 (days + 1) doubles. */
void EXPORT(coverage_p_values)(long days, double breach, long breaches, long n00, long n01, long n10, long n11,
                               double *memory, double *p) {
    Exact exact;
    exact_begin(&exact, days, breach, memory);
    exact_p_values(&exact, breaches, n00, n01, n10, n11, p);
}

double EXPORT(binomial_cumulative)(long days, double breach, long breaches, double *memory) {
    Exact exact;
    exact_begin(&exact, days, breach, memory);
    return exact_cumulative(&exact, breaches);
}
