/* Newton's method for the maximum of a smooth function of up to NEWTON_MOST parameters inside a box.
 *
 *     maximise f(x),  lower <= x <= upper
 *
 * The caller evaluates; this file decides where. `newton_start` sets the first trial; after each evaluation of value, gradient
 * and exact Hessian at `trial` the caller calls `newton_feed`, which accepts or rejects the trial and sets the next one, until
 * it returns 1. So any number of searches can share one vectorised evaluation (see chains.h).
 *
 * Method: Levenberg-Marquardt damping keeps the quadratic model concave; parameters at a bound whose gradient points outward
 * are held (active set, Bertsekas 1982); a step that would leave the box stops the parameter at its bound and solves again for
 * the others. A trial is accepted when it gains a part of what the model predicted. The search ends when the undamped Newton
 * step promises a gain below NEWTON_TOLERANCE: that step is still taken (its error is of second order, about 1e-10 standard
 * errors), not evaluated.
 */
#ifndef RISKKIT_BOX_NEWTON_H
#define RISKKIT_BOX_NEWTON_H

#include <math.h>

#define NEWTON_MOST 6
#define NEWTON_PASSES 80
#define NEWTON_TOLERANCE 1e-10

enum { FIT_OK = 0, FIT_BOUND = 1, FIT_NOT_CONVERGED = 2, FIT_FAILED = 3 };

typedef struct {
    int size, passes, status;
    unsigned fixed; /* bit i: parameter i is not searched, and stays where it starts */
    double lower[NEWTON_MOST], upper[NEWTON_MOST];
    double point[NEWTON_MOST], trial[NEWTON_MOST], step[NEWTON_MOST];
    double value, gradient[NEWTON_MOST], hessian[NEWTON_MOST][NEWTON_MOST];
    double damping, predicted, slope, reach;
} Newton;

static void newton_start(Newton *search, const double *start) {
    search->passes = 0;
    search->status = FIT_NOT_CONVERGED;
    search->damping = 0.0;
    search->predicted = search->slope = 0.0;
    search->reach = 1.0;
    search->value = -INFINITY;
    for (int i = 0; i < search->size; i++) {
        double inside = start[i] < search->upper[i] ? start[i] : search->upper[i];
        search->trial[i] = inside > search->lower[i] ? inside : search->lower[i];
        search->point[i] = search->trial[i];
    }
}

/* Solve (damping D - H) step = gradient for the free parameters, the others being fixed at step[i]; 0 if not concave. */
static int newton_solve(Newton *search, const int *held, double damping) {
    double factor[NEWTON_MOST][NEWTON_MOST], right[NEWTON_MOST];
    int free[NEWTON_MOST], count = 0, size = search->size;
    for (int i = 0; i < size; i++)
        if (!held[i]) free[count++] = i;
    for (int a = 0; a < count; a++) {
        int i = free[a];
        right[a] = search->gradient[i];
        for (int j = 0; j < size; j++)
            if (held[j]) right[a] += search->hessian[i][j] * search->step[j];
        for (int b = 0; b <= a; b++) {
            double sum = -search->hessian[i][free[b]];
            if (a == b) sum += damping * (fabs(search->hessian[i][i]) + 1e-3);
            double least = 1e-12 * fabs(sum);
            for (int k = 0; k < b; k++) sum -= factor[a][k] * factor[b][k];
            if (a == b && !(sum > least)) return 0;
            factor[a][b] = a == b ? sqrt(sum) : sum / factor[b][b];
        }
    }
    for (int a = 0; a < count; a++) {
        for (int k = 0; k < a; k++) right[a] -= factor[a][k] * right[k];
        right[a] /= factor[a][a];
    }
    for (int a = count - 1; a >= 0; a--) {
        for (int k = a + 1; k < count; k++) right[a] -= factor[k][a] * right[k];
        right[a] /= factor[a][a];
        search->step[free[a]] = right[a];
    }
    return 1;
}

/* The best step of the damped quadratic model inside the box; returns the damping that made it concave. */
static double newton_step(Newton *search) {
    int held[NEWTON_MOST], size = search->size;
    double damping = search->damping;
    for (int i = 0; i < size; i++) {
        double slope = search->gradient[i];
        held[i] = search->fixed >> i & 1 || (search->point[i] <= search->lower[i] && slope <= 0.0) ||
                  (search->point[i] >= search->upper[i] && slope >= 0.0);
        search->step[i] = 0.0;
    }
    for (int stopped = -1; stopped != 0;) {
        while (!newton_solve(search, held, damping)) damping = damping > 0.0 ? 10.0 * damping : 1e-7;
        stopped = 0;
        for (int i = 0; i < size; i++) {
            double reached = search->point[i] + search->step[i];
            if (held[i] || (reached >= search->lower[i] && reached <= search->upper[i])) continue;
            search->step[i] = (reached < search->lower[i] ? search->lower[i] : search->upper[i]) - search->point[i];
            held[i] = 1;
            stopped = 1;
        }
    }
    return damping;
}

static double newton_gain(const Newton *search) {
    double gain = 0.0;
    for (int i = 0; i < search->size; i++) {
        double curved = 0.0;
        for (int j = 0; j < search->size; j++) curved += search->hessian[i][j] * search->step[j];
        gain += search->step[i] * (search->gradient[i] + 0.5 * curved);
    }
    return gain;
}

static void newton_move(double *to, const Newton *search) {
    for (int i = 0; i < search->size; i++) {
        double reached = search->point[i] + search->step[i];
        to[i] = reached < search->lower[i] ? search->lower[i] : reached > search->upper[i] ? search->upper[i] : reached;
    }
}

/* A step that gains: where a stop at a bound spoils it, more damping shortens it. Returns the damping used. */
static double newton_ascent(Newton *search) {
    double damping = newton_step(search);
    search->predicted = newton_gain(search);
    while (search->predicted < -NEWTON_TOLERANCE && damping < 1e12) {
        search->damping = damping > 0.0 ? 10.0 * damping : 1e-6;
        damping = newton_step(search);
        search->predicted = newton_gain(search);
    }
    return damping;
}

#define NEWTON_STEEP 1e-4

/* Whether the value still rises at the last evaluation, by more than NEWTON_STEEP per unit of 1 / sqrt(curvature): a search that
 * stops there was stopped by damping, on a wall or on a spike without end. */
static int newton_steep(const Newton *search) {
    for (int i = 0; i < search->size; i++) {
        double slope = search->gradient[i], curvature = fabs(search->hessian[i][i]);
        int outward = (search->point[i] <= search->lower[i] && slope <= 0.0) ||
                      (search->point[i] >= search->upper[i] && slope >= 0.0);
        if (search->fixed >> i & 1 || outward) continue;
        if (!(fabs(slope) <= NEWTON_STEEP * sqrt(curvature > 1.0 ? curvature : 1.0))) return 1;
    }
    return 0;
}

/* A maximum inside the box needs the right curvature; on a bound the free parameters may be undetermined. A parameter that is
 * not searched is on no bound. */
static void newton_finish(Newton *search, int concave) {
    int bound = 0;
    for (int i = 0; i < search->size; i++)
        if (!(search->fixed >> i & 1))
            bound = bound || search->point[i] <= search->lower[i] || search->point[i] >= search->upper[i];
    int ended = search->passes < NEWTON_PASSES && !newton_steep(search);
    search->status = ended && bound ? FIT_BOUND : ended && concave ? FIT_OK : FIT_NOT_CONVERGED;
}

/* Set the next trial at `reach` times the step. */
static int newton_try(Newton *search, double reach) {
    search->reach = reach;
    for (int i = 0; i < search->size; i++) search->trial[i] = search->point[i] + reach * search->step[i];
    if (reach == 1.0) newton_move(search->trial, search);
    return 0;
}

/* Take value, gradient and Hessian at `trial`; return 1 when the search has ended (result: point, value, status). */
static int newton_feed(Newton *search, double value, const double *gradient, const double *hessian, int stride) {
    int size = search->size, first = search->passes++ == 0;
    double gain = value - search->value, reach = search->reach, slope = search->slope;
    double noise = 1e-11 * (1.0 + fabs(search->value));
    if (first && !(value > -INFINITY)) {
        search->status = FIT_FAILED;
        return 1;
    }
    if (first || gain >= 1e-3 * reach * slope - noise) {
        search->damping = 0.0;
        search->value = value;
        for (int i = 0; i < size; i++) {
            search->point[i] = search->trial[i];
            search->gradient[i] = gradient[i * stride];
            for (int j = 0; j < size; j++) search->hessian[i][j] = hessian[(i * size + j) * stride];
        }
    } else if (search->passes < NEWTON_PASSES && reach > 1e-3) { /* the parabola through slope and both values */
        double shorter = 0.5 * slope * reach * reach / (slope * reach - gain);
        return newton_try(search, shorter > 0.1 * reach ? (shorter < 0.5 * reach ? shorter : 0.5 * reach) : 0.1 * reach);
    } else {
        search->damping = search->damping > 1e-3 ? 10.0 * search->damping : 1e-2;
    }
    double damping = newton_ascent(search);
    if (search->predicted * (1.0 + 1e3 * damping) < NEWTON_TOLERANCE) {
        newton_move(search->point, search);
        search->value += search->predicted;
        newton_finish(search, damping == 0.0);
        return 1;
    }
    if (search->passes >= NEWTON_PASSES || damping > 1e12) {
        newton_finish(search, 0);
        return 1;
    }
    search->damping = damping;
    search->slope = 0.0;
    for (int i = 0; i < size; i++) search->slope += search->step[i] * search->gradient[i];
    return newton_try(search, 1.0);
}

#endif
