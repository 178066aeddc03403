/* One pass over a series: log-likelihood, exact gradient and exact Hessian of a model of the family; or its path and scores.
 *
 * e[t] = y[t] - mu - phi y[t-1]. NaN in y is missing; AR(1) begins at the second row, the first being conditioned on. The
 * state before the first row stands for a variance b, a quadratic in (mu, phi), with nothing known of its e: its square is b,
 * half of it from below; the power recursion takes alpha + beta times it, as `arch` does. Row t of the regressors, times
 * their coefficients, is added to state 0 of row t.
 *
 * Domain: any finite y; where a state leaves its domain or overflows, the value is -infinity.
 * Why compiled: the recursion carries its derivatives along, and a fit takes some fifty passes.
 */
#ifndef RISKKIT_GENERAL_PASS_H
#define RISKKIT_GENERAL_PASS_H

#include "general_model.h"

typedef struct {
    long n;
    const double *y, *regressors; /* (n,), (n, K) */
    double start[6];              /* b by 1, mu, phi, mu^2, mu phi, phi^2 */
    int known;                    /* the state of the first row is given, without its regressors */
    double state[2];
} Sample;

/* Where the results of every row go; NULL: nowhere. */
typedef struct {
    double *states, *scores; /* (n + 1, 2), (n, size) */
} Track;

static void whole_clear(Whole *x, int size, int order) {
    x->value = 0.0;
    if (order > 0) memset(x->gradient, 0, sizeof x->gradient);
    if (order > 1) memset(x->hessian, 0, (size_t)size * sizeof x->hessian[0]);
}

/* The next states from these. */
static void general_step(const General *model, const double *own, const Local *K, double e, const double *by_e, int missing,
                         const Whole *state, int order, Whole *next) {
    int states = 1 + (model->kind == COMPONENT);
    for (int s = 0; s < states; s++) {
        double x = state[0].value;
        Local f = model->kind == LINEAR        ? linear_step(model, own, K, e, x, missing)
                  : model->kind == EXPONENTIAL ? exponential_step(own, K, e, x, missing)
                  : model->kind == POWER       ? power_step(own, K, e, x, missing)
                                               : component_step(own, e, x, state[1].value, missing, s);
        whole_clear(next + s, model->size, order);
        general_chain(model, &f, by_e, state, states, order, next + s);
    }
}

static void general_regress(const General *model, const double *point, const double *row, int order, Whole *state) {
    for (int k = 0; k < model->regressors; k++) {
        state->value += point[model->first_regressor + k] * row[k];
        if (order > 0) state->gradient[model->first_regressor + k] += row[k];
    }
}

/* The states of the first row. */
static void general_begin(const General *model, const Sample *sample, const double *point, const double *own, int order,
                          Whole *first) {
    static const double none[GENERAL_MOST] = {0.0};
    const double *c = sample->start;
    Whole prior[2], b[2];
    for (int s = 0; s < 2; s++) {
        whole_clear(first + s, GENERAL_MOST, order);
        whole_clear(prior + s, GENERAL_MOST, order);
        whole_clear(b + s, GENERAL_MOST, order);
        first[s].value = sample->state[s];
    }
    if (sample->known) return;
    double mu = model->lags >= 0 ? point[0] : 0.0, phi = model->lags > 0 ? point[1] : 0.0;
    b[0].value = c[0] + mu * (c[1] + mu * c[3] + phi * c[4]) + phi * (c[2] + phi * c[5]);
    if (order > 0 && model->lags >= 0) {
        b[0].gradient[0] = c[1] + 2.0 * mu * c[3] + phi * c[4];
        b[0].hessian[0][0] = 2.0 * c[3];
    }
    if (order > 0 && model->lags > 0) {
        b[0].gradient[1] = c[2] + 2.0 * phi * c[5] + mu * c[4];
        b[0].hessian[1][0] = c[4];
        b[0].hessian[1][1] = 2.0 * c[5];
    }
    Local f = general_prior(model, own, b[0].value), convention = local_zero(0, 0);
    general_chain(model, &f, none, b, 1, order, prior);
    if (model->kind == COMPONENT) prior[1] = prior[0];
    convention.value = model->kind == POWER ? 1.0 : 0.5;
    general_step(model, own, &convention, 0.0, none, 1, prior, order, first);
}

/* The likelihood of one row; its gradient goes to `scores` too. */
static void general_row(const General *model, const Law *law, const double *own, double e, const double *by_e,
                        const Whole *state, int order, double *scores, Whole *total) {
    Local f = general_density(model, law, own, e, state[0].value);
    general_chain(model, &f, by_e, state, 1, order, total);
    if (!scores) return;
    Whole one;
    whole_clear(&one, model->size, 1);
    general_chain(model, &f, by_e, state, 1, 1, &one);
    memcpy(scores, one.gradient, (size_t)model->size * sizeof(double));
}

static int general_inside(const General *model, const Whole *state) {
    double x = state->value;
    return model->kind == EXPONENTIAL ? fabs(x) < 700.0 : x > 0.0 && x < 1e300;
}

/* Log-likelihood at the natural parameters `point` into `total`, with derivatives up to `order` (the lower triangle of the
 * Hessian). Rows without a likelihood have scores of zero; states stop being written where they leave their domain. */
static void general_pass(const General *model, const Sample *sample, const double *point, int order, Track track,
                         Whole *total) {
    Whole memory[2][2], *state = memory[0], *next = memory[1];
    double own[OWN], by_e[GENERAL_MOST] = {0.0};
    long first = model->lags > 0, n = sample->n;
    for (int i = 0; i < OWN; i++) own[i] = own_value(model, point, i);
    Law law = law_make(model->law, own[SHAPES], own[SHAPES + 1]);
    Local K = general_expectation(model, &law, point);
    whole_clear(total, model->size, order);
    general_begin(model, sample, point, own, order, state);
    for (long t = first; t <= n; t++) {
        if (t < n) general_regress(model, point, sample->regressors + t * model->regressors, order, state);
        if (!general_inside(model, state)) {
            total->value = -INFINITY;
            return;
        }
        if (track.states)
            for (int s = 0; s < 2; s++)
                track.states[2 * t + s] = s == 0 || model->kind == COMPONENT ? state[s].value : 0.0;
        if (t == n) break;
        double e = sample->y[t];
        if (model->lags >= 0) {
            e -= point[0];
            by_e[0] = -1.0;
        }
        if (model->lags > 0) {
            e -= point[1] * sample->y[t - 1];
            by_e[1] = -sample->y[t - 1];
        }
        int missing = isnan(e);
        if (!missing)
            general_row(model, &law, own, e, by_e, state, order, track.scores ? track.scores + t * model->size : NULL, total);
        if (missing && model->lags > 0) by_e[1] = 0.0; /* NaN times zero is no zero */
        general_step(model, own, &K, missing ? 0.0 : e, by_e, missing, state, order, next);
        Whole *swap = state;
        state = next;
        next = swap;
    }
    if (!(total->value < INFINITY)) total->value = -INFINITY;
}

#endif
