/* Chains of maximum-likelihood fits over the windows of one series, LANES chains at a time.
 *
 * A chain starts at one window from a given point and walks through `count` windows (forward or backward), each search starting
 * from the optimum of the window before. Every lane runs its own chain and its own Newton search; all lanes share the
 * vectorised evaluation and a lane that ends takes the next chain. So the answer of a chain does not depend on what ran beside
 * it, and any split of the chains over threads gives the same bits.
 *
 * Each window is standardised to mean 0 and variance 1 inside: the search does not see the unit of the data.
 */
#ifndef RISKKIT_CHAINS_H
#define RISKKIT_CHAINS_H

#include "box_newton.h"
#include "lanes.h"

#define MOST_STARTS 6

/* A model, in the coordinates in which it is searched: parameter 0 is a location, parameter 1 the logarithm of a scale to the
 * power `power`, the others have no unit. */
typedef struct {
    int size;
    double power;
    double lower[NEWTON_MOST], upper[NEWTON_MOST], ordinary[NEWTON_MOST]; /* the box, and a start when nothing better is known */
    void (*prepare)(const double *z, long n, double *start); /* numbers (3 x LANES) of one lane's window that stay fixed */
    void (*evaluate)(const double *z, long n, const double *start, const double *point, double *value, double *gradient,
                     double *hessian);
    int (*starts)(const double *z, long n, const double *start, double (*best)[NEWTON_MOST]); /* at most MOST_STARTS */
    double (*ahead)(const double *z, long n, const double *start, const double *point); /* the next step's variance */
} Model;

typedef struct {
    long window, direction, count; /* first window, +1 or -1, number of windows */
    double point[NEWTON_MOST];     /* where to start, in units of the first window */
} Chain;

/* The optimum of one window, in units of the standardised window; all doubles, so that a row of an array can hold it. */
typedef struct {
    double point[NEWTON_MOST], value, ahead, mean, scale, status, passes;
} Optimum;

#define OPTIMUM_SIZE 11

static void window_moments(const double *y, long n, double *mean, double *scale) {
    double parts[4] = {0.0, 0.0, 0.0, 0.0}, least = y[0], most = y[0];
    for (long t = 0; t < n; t++) {
        parts[t & 3] += y[t];
        least = y[t] < least ? y[t] : least;
        most = y[t] > most ? y[t] : most;
    }
    double centre = (parts[0] + parts[1] + parts[2] + parts[3]) / (double)n;
    for (int k = 0; k < 4; k++) parts[k] = 0.0;
    for (long t = 0; t < n; t++) parts[t & 3] += (y[t] - centre) * (y[t] - centre);
    double spread = sqrt((parts[0] + parts[1] + parts[2] + parts[3]) / (double)n);
    *mean = centre;
    *scale = spread > 1e-14 * (fabs(least) + fabs(most)) ? spread : 0.0;
}

static void window_load(const double *y, long n, int lanes, double *z, double *mean, double *scale) {
    window_moments(y, n, mean, scale);
    double inverse = *scale > 0.0 ? 1.0 / *scale : 0.0;
    for (long t = 0; t < n; t++) z[t * lanes] = (y[t] - *mean) * inverse;
}

typedef struct {
    const Chain *chain; /* none: the lane rests */
    long done;
    Newton search;
    Optimum now;
} Walker;

/* Open the walker's next window: load it and start the search from the optimum before. */
static void walker_open(Walker *walker, const Model *model, const double *y, long step, long n, double *z, double *start) {
    const Chain *chain = walker->chain;
    double before_mean = walker->now.mean, before_scale = walker->now.scale;
    long window = chain->window + walker->done * chain->direction;
    window_load(y + window * step, n, LANES, z, &walker->now.mean, &walker->now.scale);
    if (walker->done == 0) {
        for (int i = 0; i < model->size; i++) walker->now.point[i] = chain->point[i];
    } else if (before_scale > 0.0 && walker->now.scale > 0.0) {
        double ratio = before_scale / walker->now.scale;
        walker->now.point[0] = walker->now.point[0] * ratio + (before_mean - walker->now.mean) / walker->now.scale;
        walker->now.point[1] += model->power * log(ratio);
    }
    model->prepare(z, n, start);
    newton_start(&walker->search, walker->now.point);
}

static void walker_close(Walker *walker, const Model *model, const double *z, long n, const double *start, Optimum *to) {
    if (walker->now.scale > 0.0) {
        for (int i = 0; i < model->size; i++) walker->now.point[i] = walker->search.point[i];
        walker->now.value = walker->search.value;
        walker->now.status = walker->search.status;
        walker->now.passes = walker->search.passes;
        walker->now.ahead = model->ahead(z, n, start, walker->search.point);
    } else { /* a constant window has no maximum; the next one starts from the last point that was one */
        walker->now.value = walker->now.ahead = walker->now.passes = 0.0;
        walker->now.status = FIT_FAILED;
    }
    *to = walker->now;
}

/* Run the chains over the windows y[window * step .. window * step + n - 1]; `results` gets the optima chain after chain.
 * workspace: n * LANES doubles. */
static void chains_run(const Model *model, const double *y, long step, long n, const Chain *chains, long count,
                       Optimum *results, double *workspace) {
    Walker walkers[LANES];
    Optimum *to[LANES];
    double start[3 * LANES] = {0.0}, point[NEWTON_MOST * LANES] = {0.0}, value[LANES];
    double gradient[NEWTON_MOST * LANES], hessian[NEWTON_MOST * NEWTON_MOST * LANES];
    long next = 0, taken = 0;
    int busy = 0;
    for (int l = 0; l < LANES; l++) {
        walkers[l].chain = 0;
        walkers[l].search.size = model->size;
        for (int i = 0; i < model->size; i++) {
            walkers[l].search.lower[i] = model->lower[i];
            walkers[l].search.upper[i] = model->upper[i];
            point[i * LANES + l] = 0.5 * (model->lower[i] + model->upper[i]);
        }
    }
    for (long t = 0; t < n * LANES; t++) workspace[t] = t & 1 ? 1.0 : -1.0; /* harmless in a lane that rests */
    do {
        busy = 0;
        for (int l = 0; l < LANES; l++) {
            Walker *walker = &walkers[l];
            if (!walker->chain && next < count) {
                walker->chain = &chains[next];
                walker->done = 0;
                to[l] = results + taken;
                taken += chains[next++].count;
                walker_open(walker, model, y, step, n, workspace + l, start + l);
            }
            if (!walker->chain) continue;
            busy = 1;
            for (int i = 0; i < model->size; i++) point[i * LANES + l] = walker->search.trial[i];
        }
        if (!busy) break;
        model->evaluate(workspace, n, start, point, value, gradient, hessian);
        for (int l = 0; l < LANES; l++) {
            Walker *walker = &walkers[l];
            if (!walker->chain) continue;
            int constant = !(walker->now.scale > 0.0);
            if (!constant && !newton_feed(&walker->search, value[l], gradient + l, hessian + l, LANES)) continue;
            walker_close(walker, model, workspace + l, n, start + l, to[l]++);
            if (++walker->done < walker->chain->count)
                walker_open(walker, model, y, step, n, workspace + l, start + l);
            else
                walker->chain = 0;
        }
    } while (busy);
}

#endif
