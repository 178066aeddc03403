/* GARCH for a page: what riskkit/widgets/engine.js calls. `make wasm` compiles this file and risk.c.
 *
 * Nothing is computed here that is not in a header. Arrays are the caller's, got by malloc; results as in _garch.pyx.
 */
#include "garch_fit.h"

#include "export.h"

/* Doubles in a row of optima, doubles of workspace per observation, maxima of a fit. */
long EXPORT(optimum_size)(void) { return (long)(sizeof(Optimum) / sizeof(double)); }
long EXPORT(lanes)(void) { return WORKSPACE; }
long EXPORT(most_starts)(void) { return MOST_STARTS; }

void EXPORT(garch_roll)(int student, int leverage, const double *y, long step, long window, long first, long last, long block,
                        Optimum *results, double *workspace) {
    GarchModel garch = garch_model(student, leverage, 0, START_EWMA, 0.0, 0, garch_widest());
    fit_windows(&garch.model, y, step, window, first, last, block, results, workspace);
}

void EXPORT(garch_fit)(int student, int leverage, const double *y, long n, Optimum *found, double *workspace) {
    GarchModel garch = garch_model(student, leverage, 0, START_EWMA, 0.0, 0, garch_widest());
    fit_window(&garch.model, y, n, found, workspace);
}

/* Variances of a standardised sample z at the natural parameters, n + 1 of them; scratch: 6 n doubles. */
void EXPORT(garch_variance)(int student, int leverage, const double *z, long n, const double *point, double *variance,
                            double *scratch) {
    double start[3] = {garch_ewma(z, n), 0.0, 0.0};
    garch_path(z, n, start, point, student, leverage, variance, scratch);
}
