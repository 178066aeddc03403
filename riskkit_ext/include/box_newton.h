/* Newton's method for the maximum of a smooth function of up to NEWTON_MOST parameters inside a box.
 *
 *     maximise f(x),  lower <= x <= upper
 *
 * The caller evaluates; this file decides where. `newton_start` sets the first trial; after each evaluation of value, gradient
 * and exact Hessian at `trial` the caller calls `newton_feed`, which accepts or rejects the trial and sets the next one, until
 * it returns 1. So any number of searches can share one vectorised evaluation (see walk.h).
 *
 * Method: Levenberg-Marquardt damping keeps the quadratic model concave; parameters at a bound whose gradient points outward
 * are held (active set, Bertsekas 1982); a step that would leave the box stops the parameter at its bound and solves again for
 * the others. A trial is accepted when it gains a part of what the model predicted. The search ends when the undamped Newton
 * step promises a gain below NEWTON_TOLERANCE: that step is still taken (its error is of second order, about 1e-10 standard
 * errors), not evaluated.
 *
 * Near a maximum the Hessian hardly changes: there, and where a neighbouring maximum's Hessian is known, evaluations need the
 * gradient only (`curved` is 0), which is less than half of the work. Each of them improves the Hessian that is kept along its
 * step (BFGS). Errors then shrink in proportion, by the ratio of two successive steps at least: the search ends when the step
 * times that ratio is below NEWTON_CLOSE standard errors. Where they do not shrink as they should the exact Hessian is asked for.
 *
 * Far from a maximum few digits do: while `rough` is 1 the evaluation may be made in single precision, which takes half the time.
 * A step shorter than NEWTON_ROUGH standard errors ends that for this search, and so does a short one that seems not to gain. The
 * first exact value, of the point or a short step from it, is taken as it is and not compared with a rough one; no search ends on
 * rough numbers.
 */
#ifndef RISKKIT_BOX_NEWTON_H
#define RISKKIT_BOX_NEWTON_H

#include <math.h>

#ifndef NEWTON_MOST /* whoever wants others defines them before this file is included */
#define NEWTON_MOST 6
#endif
#ifndef NEWTON_PASSES
#define NEWTON_PASSES 80
#endif
#define NEWTON_TOLERANCE 1e-12
#define NEWTON_CLOSE 1e-11 /* standard errors */
#define NEWTON_CHORD 3e-3   /* a step from an exact Hessian, in standard errors, after which the gradient is enough */
#define NEWTON_NEAR 0.2    /* a first step from a neighbour's Hessian, in standard errors, that may be trusted */
#define NEWTON_ROUGH 1e-2   /* standard errors; rounding in single precision is about 1e-5, on a ridge 1e-4 */
#define NEWTON_ROUGH_NOISE 1e-3 /* of a log-likelihood in single precision */
#define NEWTON_ROUGH_PASSES 25
#define NEWTON_ROUGH_GAIN 0.1 /* expected of a step; below it a gain may be hidden by rounding */
#define NEWTON_SHRINK 0.25 /* ratio of successive steps on one Hessian that is not good enough */

enum { FIT_OK = 0, FIT_BOUND = 1, FIT_NOT_CONVERGED = 2, FIT_FAILED = 3 };

typedef struct {
    int size, passes, status;
    int chords, curved; /* whether gradients alone may be asked for; whether the next evaluation is to bring the Hessian */
    int rough; /* whether single precision is enough for the next evaluation; the caller sets it before a search */
    unsigned fixed; /* bit i: parameter i is not searched, and stays where it starts */
    double lower[NEWTON_MOST], upper[NEWTON_MOST];
    double point[NEWTON_MOST], trial[NEWTON_MOST], step[NEWTON_MOST];
    double value, gradient[NEWTON_MOST], hessian[NEWTON_MOST][NEWTON_MOST];
    double damping, predicted, slope, reach, length; /* length: of the step, in standard errors */
    double noise; /* of `value` */
} Newton;

/* Set the box; a parameter whose bounds are equal is not searched. */
static void newton_within(Newton *search, int size, const double *lower, const double *upper) {
    search->size = size;
    search->fixed = 0;
    search->chords = search->rough = 0;
    for (int i = 0; i < size; i++) {
        search->lower[i] = lower[i];
        search->upper[i] = upper[i];
        search->fixed |= (unsigned)(lower[i] >= upper[i]) << i;
    }
}

static void newton_start(Newton *search, const double *start) {
    search->passes = 0;
    search->curved = 1;
    search->length = search->noise = 0.0;
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
    double factor[NEWTON_MOST][NEWTON_MOST], scaled[NEWTON_MOST][NEWTON_MOST]; /* L D, and L with 1 / D on its diagonal */
    double right[NEWTON_MOST];
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
            for (int k = 0; k < b; k++) sum -= factor[a][k] * scaled[b][k];
            if (a == b && !(sum > least)) return 0;
            factor[a][b] = sum;
            scaled[a][b] = a == b ? 1.0 / sum : sum * scaled[b][b];
        }
    }
    for (int a = 0; a < count; a++)
        for (int k = 0; k < a; k++) right[a] -= scaled[a][k] * right[k];
    for (int a = count - 1; a >= 0; a--) {
        right[a] *= scaled[a][a];
        for (int k = a + 1; k < count; k++) right[a] -= scaled[k][a] * right[k];
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

/* A maximum inside the box needs the right curvature; on a bound the free parameters may be undetermined. A parameter that is
 * not searched is on no bound. */
static void newton_finish(Newton *search, int concave) {
    int bound = 0;
    for (int i = 0; i < search->size; i++)
        if (!(search->fixed >> i & 1))
            bound = bound || search->point[i] <= search->lower[i] || search->point[i] >= search->upper[i];
    int ended = search->passes < NEWTON_PASSES;
    search->status = ended && bound ? FIT_BOUND : ended && concave ? FIT_OK : FIT_NOT_CONVERGED;
}

/* Set the next trial at `reach` times the step. */
static int newton_try(Newton *search, double reach) {
    search->reach = reach;
    for (int i = 0; i < search->size; i++) search->trial[i] = search->point[i] + reach * search->step[i];
    if (reach == 1.0) newton_move(search->trial, search);
    return 0;
}

/* Rounding in the difference between the value at `trial` and that at the point. */
static double newton_noise(const Newton *search) {
    double exact = 1e-11 * (1.0 + fabs(search->value));
    return search->rough ? NEWTON_ROUGH_NOISE : search->noise > exact ? search->noise : exact;
}

static void newton_take(Newton *search, double value, const double *gradient, int stride) {
    search->damping = 0.0;
    search->noise = search->rough ? NEWTON_ROUGH_NOISE : 0.0;
    search->value = value;
    for (int i = 0; i < search->size; i++) {
        search->point[i] = search->trial[i];
        search->gradient[i] = gradient[i * stride];
    }
}

/* Set the next trial at the end of the step. */
static int newton_go(Newton *search) {
    search->slope = 0.0;
    for (int i = 0; i < search->size; i++) search->slope += search->step[i] * search->gradient[i];
    search->length = search->predicted > 0.0 ? sqrt(2.0 * search->predicted) : 0.0;
    return newton_try(search, 1.0);
}

/* The search ends with a last step. */
static int newton_land(Newton *search, int concave) {
    newton_move(search->point, search);
    search->value += search->predicted;
    newton_finish(search, concave);
    return 1;
}

/* BFGS: make the Hessian agree with the change of the gradient from `point` to `trial`, where that is a change of curvature
 * and no rounding. */
static void newton_learn(Newton *search, const double *gradient, int stride) {
    double step[NEWTON_MOST], bent[NEWTON_MOST], change[NEWTON_MOST], along = 0.0, curved = 0.0;
    int size = search->size;
    if (search->length < (search->noise > 0.0 ? NEWTON_ROUGH : 1e-7)) return;
    for (int i = 0; i < size; i++) {
        step[i] = search->trial[i] - search->point[i];
        change[i] = gradient[i * stride] - search->gradient[i];
    }
    for (int i = 0; i < size; i++) {
        bent[i] = 0.0;
        for (int j = 0; j < size; j++) bent[i] += search->hessian[i][j] * step[j];
        along += step[i] * change[i];
        curved += step[i] * bent[i];
    }
    if (!(along < 0.1 * curved) || !(curved < 0.0)) return;
    for (int i = 0; i < size; i++)
        for (int j = 0; j < size; j++)
            search->hessian[i][j] += change[i] * change[j] / along - bent[i] * bent[j] / curved;
}

/* Evaluate the point itself, with its Hessian. */
static int newton_look(Newton *search) {
    for (int i = 0; i < search->size; i++) search->trial[i] = search->point[i];
    search->slope = 0.0;
    search->reach = 1.0;
    search->curved = 1;
    return 0;
}

/* Take value and gradient at `trial`, on the Hessian that is known; return 1 when the search has ended. */
static int newton_feed_gradient(Newton *search, double value, const double *gradient, int stride) {
    int first = search->passes++ == 0, rough = search->rough, sharper = search->noise > 0.0 && !rough;
    double before = search->length;
    if (first ? value > -INFINITY : sharper || value - search->value >= 1e-3 * search->slope - newton_noise(search)) {
        if (!first) newton_learn(search, gradient, stride);
        newton_take(search, value, gradient, stride);
        double damping = newton_ascent(search);
        search->damping = 0.0;
        double length = search->predicted > 0.0 ? sqrt(2.0 * search->predicted) : 0.0;
        if (damping == 0.0 && search->passes < NEWTON_PASSES) {
            double ratio = first ? 1.0 : length / before;
            if (!rough && !sharper && length * ratio <= NEWTON_CLOSE) return newton_land(search, 1);
            search->rough = rough && length >= NEWTON_ROUGH;
            int near = (first && length < NEWTON_NEAR) || (sharper && length < NEWTON_CHORD) || rough > search->rough;
            if (ratio <= NEWTON_SHRINK || near) {
                if (first && rough) search->curved = 1;
                return newton_go(search);
            }
        }
    } else if (first) {
        search->status = FIT_FAILED;
        return 1;
    } else {
        search->rough = 0;
    }
    if (!search->rough) search->chords = 0; /* for the rest of this search, or the two ways could take turns on a flat ridge */
    return newton_look(search);
}

/* Whether all that was evaluated is finite. */
static int newton_finite(const Newton *search, double value, const double *gradient, const double *hessian, int stride) {
    double sum = value;
    for (int i = 0; i < search->size; i++) {
        sum += gradient[i * stride];
        for (int j = 0; search->curved && j < search->size; j++) sum += hessian[(i * search->size + j) * stride];
    }
    return sum - sum == 0.0;
}

/* Set the next trial after value, gradient and Hessian at the point, the first that is not rough where `sharper`; return 1 when
 * the search has ended. */
static int newton_next(Newton *search, int sharper) {
    int rough = search->rough;
    double damping = newton_ascent(search), promise = search->predicted * (1.0 + 1e3 * damping);
    if (!rough && promise < (sharper ? 0.0 : NEWTON_TOLERANCE)) return newton_land(search, damping == 0.0);
    if (!rough && (search->passes >= NEWTON_PASSES || damping > 1e12)) {
        newton_finish(search, 0);
        return 1;
    }
    search->rough = rough && promise >= 0.5 * NEWTON_ROUGH * NEWTON_ROUGH;
    if (rough && (search->passes >= NEWTON_ROUGH_PASSES || damping > 1e6)) {
        search->rough = 0;
        return newton_look(search);
    }
    newton_go(search);
    search->damping = damping;
    search->curved = !(search->chords && damping == 0.0 && search->length < (rough ? 10.0 * NEWTON_ROUGH : NEWTON_CHORD));
    return 0;
}

/* Take value, gradient and, when `curved`, Hessian at `trial`; return 1 when the search has ended (result: point, value,
 * status). */
static int newton_feed(Newton *search, double value, const double *gradient, const double *hessian, int stride) {
    if (search->rough && !newton_finite(search, value, gradient, hessian, stride)) {
        search->rough = 0;
        return newton_look(search);
    }
    if (!search->curved) return newton_feed_gradient(search, value, gradient, stride);
    int size = search->size, first = search->passes++ == 0;
    int sharper = search->noise > 0.0 && !search->rough; /* than what is known of the point */
    double gain = value - search->value, reach = search->reach, slope = search->slope;
    if (first && !(value > -INFINITY)) {
        search->status = FIT_FAILED;
        return 1;
    }
    if (first || sharper || gain >= 1e-3 * reach * slope - newton_noise(search)) {
        newton_take(search, value, gradient, stride);
        for (int i = 0; i < size; i++)
            for (int j = 0; j < size; j++) search->hessian[i][j] = hessian[(i * size + j) * stride];
    } else if (search->rough && search->predicted < NEWTON_ROUGH_GAIN) {
        search->rough = 0;
        return newton_look(search);
    } else if (search->passes < NEWTON_PASSES && reach > 1e-3) { /* the parabola through slope and both values */
        double shorter = 0.5 * slope * reach * reach / (slope * reach - gain);
        return newton_try(search, shorter > 0.1 * reach ? (shorter < 0.5 * reach ? shorter : 0.5 * reach) : 0.1 * reach);
    } else {
        search->damping = search->damping > 1e-3 ? 10.0 * search->damping : 1e-2;
    }
    return newton_next(search, sharper);
}

#endif
