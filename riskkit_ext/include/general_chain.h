/* The chain rule of a recursion, to second order: from partial derivatives by the variables of one step to derivatives by the
 * parameters of the whole model.
 *
 *     F(e, x, theta), with e and x depending on theta:
 *     dF/da      = F_a + sum_k F_k u_k,a                                              u = (e, states)
 *     d2F/da db  = F_ab + sum_k (F_ak u_k,b + F_bk u_k,a) + sum_kl F_kl u_k,a u_l,b + sum_k F_k u_k,ab
 *
 * e is linear in its parameters. A step costs some hundred multiplications, where carrying jets of all parameters through every
 * operation would take thousands.
 */
#ifndef RISKKIT_GENERAL_CHAIN_H
#define RISKKIT_GENERAL_CHAIN_H

#include <string.h>

#include "general_law.h"

enum { LINEAR = 0, EXPONENTIAL = 1, POWER = 2, COMPONENT = 3 };

#define GENERAL_MOST 16 /* parameters of the whole model */
#define OWN 7           /* five of the recursion, two of the law */
#define SHAPES 5        /* where those of the law begin */

typedef struct {
    int kind, law, lags, size; /* lags: -1 mean zero, 0 constant mean, 1 AR(1) */
    int at[OWN];               /* where an own parameter stands among all; -1: it has none, being fixed or absent */
    int regressors, first_regressor, targeted;
    double level; /* the variance aimed at when targeted */
    int pinned;   /* mu is what makes e zero in one row, y = pin[0] after pin[1]: see general_fit.h */
    double pin[2];
} General;

/* A value with derivatives by all parameters; the Hessian's lower triangle. */
typedef struct {
    double value, gradient[GENERAL_MOST], hessian[GENERAL_MOST][GENERAL_MOST];
} Whole;

/* A value with partial derivatives by (e, state 0, state 1), by own parameters, and by both. `first` to `last`: which own. */
typedef struct {
    double value, by[3], bend[3][3], own[OWN], mixed[OWN][3], both[OWN][OWN];
    int first, last;
} Local;

static inline Local local_zero(int first, int last) {
    Local result;
    memset(&result, 0, sizeof result);
    result.first = first;
    result.last = last;
    return result;
}

static inline double own_value(const General *model, const double *point, int which) {
    return model->at[which] < 0 ? 0.0 : point[model->at[which]];
}

/* Add a function of (e, states, own parameters) to `to`; derivatives up to `order`. */
static void general_chain(const General *model, const Local *f, const double *e, const Whole *state, int states, int order,
                          Whole *to) {
    const double *inner[3] = {e, state[0].gradient, state[1].gradient};
    int size = model->size;
    to->value += f->value;
    if (order == 0) return;
    double turned[3][GENERAL_MOST];
    for (int k = 0; k <= states; k++)
        for (int a = 0; a < size; a++) {
            double sum = 0.0;
            for (int l = 0; l <= states; l++) sum += f->bend[k][l] * inner[l][a];
            turned[k][a] = sum;
            to->gradient[a] += f->by[k] * inner[k][a];
        }
    for (int i = f->first; i < f->last; i++)
        if (model->at[i] >= 0) to->gradient[model->at[i]] += f->own[i];
    if (order == 1) return;
    for (int a = 0; a < size; a++) {
        double *row = to->hessian[a];
        for (int k = 0; k <= states; k++) {
            double factor = turned[k][a];
            for (int b = 0; b <= a; b++) row[b] += factor * inner[k][b];
        }
        for (int s = 0; s < states; s++) {
            const double *bent = state[s].hessian[a];
            for (int b = 0; b <= a; b++) row[b] += f->by[s + 1] * bent[b];
        }
    }
    for (int i = f->first; i < f->last; i++) {
        int a = model->at[i];
        if (a < 0) continue;
        for (int b = 0; b < size; b++) {
            double cross = 0.0;
            for (int k = 0; k <= states; k++) cross += f->mixed[i][k] * inner[k][b];
            if (b <= a) to->hessian[a][b] += cross;
            if (b >= a) to->hessian[b][a] += cross;
        }
        for (int j = f->first; j <= i; j++) {
            int b = model->at[j];
            if (b >= 0) to->hessian[a > b ? a : b][a > b ? b : a] += f->both[i][j];
        }
    }
}

#endif
