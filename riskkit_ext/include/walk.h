/* Maximum likelihood on the windows of one series, LANES windows at a time.
 *
 * A stretch is a run of consecutive windows. Its first window, and every `audit`-th after it, is searched from all peaks of the
 * model's grid of starting points; the distinct maxima found are kept, best first. Each other window is searched from the maxima
 * of the window before it (two passes in single precision and two in double the best, one the others) and from those peaks of
 * the grid that were no peaks before: so a maximum that is born, or that overtakes the highest, is seen on that day. Following
 * one maximum alone misses the highest on up to a third of the windows. Between audits the grid is not computed anew: the
 * observations that enter and leave are added and subtracted (see peaks). No window is ever searched from what a later one has
 * shown.
 *
 * Every walker walks its own stretch with its own Newton search. There are more of them than lanes: some want value, gradient and
 * Hessian, others the gradient only, in single or double precision, and LANES of a kind are evaluated together. A walker that
 * ends takes the next stretch. So the answer on a stretch does not depend on what ran beside it, and any split of the stretches
 * over threads gives the same bits. Each window is standardised to mean 0 and variance 1 inside: the search does not see the unit.
 */
#ifndef RISKKIT_WALK_H
#define RISKKIT_WALK_H

#include "walker.h"

/* Go on until the walker needs an evaluation, from stretch to stretch. Returns 0 when nothing is left for it. */
static int walker_advance(Walker *walker, const Model *model, const double *y, long step, long n, const Stretch **next,
                          const Stretch *end, Optimum *results, long offset) {
    while (walker->stretch ? walker->at == walker->count : *next < end) {
        if (!walker->stretch) {
            walker_begin(walker, model, (*next)++);
        } else {
            long window = walker->stretch->window + walker->done++;
            walker_close(walker, model, n, &results[window - offset]);
            if (walker->done == walker->stretch->count) {
                walker->stretch = 0;
                continue;
            }
        }
        walker_open(walker, model, y, step, n);
    }
    return walker->stretch != 0;
}

/* Give the walker the evaluation that it asked for. */
static void walker_feed(Walker *walker, const Model *model, double value, const double *gradient, const double *hessian) {
    int ended = newton_feed(&walker->search, value, gradient, hessian, LANES);
    if (!ended && walker_repeats(walker, model)) {
        walker->search.status = FIT_FAILED;
        ended = 1;
    }
    ended = ended || walker_beaten(walker);
    if (ended && !walker_released(walker, model)) walker_record(walker, model);
}

/* What a walker wants: bit 0 the Hessian too, bit 1 in single precision. */
static int walk_kind(const Walker *walker) { return walker->search.curved + 2 * walker->search.rough; }

/* The kind of evaluation that most of the walkers in `waiting` want. */
static int walk_wanted(const Walker *walkers, unsigned waiting) {
    int kinds[4] = {0}, most = 0;
    for (int w = 0; w < WALKERS; w++)
        if (waiting >> w & 1) kinds[walk_kind(&walkers[w])]++;
    for (int k = 1; k < 4; k++)
        if (kinds[k] > kinds[most]) most = k;
    return most;
}

/* Evaluate for up to LANES of the walkers in `waiting` that want the same kind, beginning with number `turn`; returns the turn
 * after. */
static int walk_together(const Model *model, Walker *walkers, unsigned waiting, int turn, long n) {
    const double *z[LANES];
    const float *single[LANES];
    Walker *served[LANES];
    double start[3 * LANES], point[NEWTON_MOST * LANES], value[LANES], gradient[NEWTON_MOST * LANES];
    double memory[NEWTON_MOST * NEWTON_MOST * LANES];
    int kind = walk_wanted(walkers, waiting), count = 0, last = turn;
    double *hessian = kind & 1 ? memory : 0;
    for (int k = 0; k < WALKERS && count < LANES; k++) {
        int w = (turn + k) % WALKERS;
        if (waiting >> w & 1 && walk_kind(&walkers[w]) == kind) served[count++] = &walkers[last = w];
    }
    for (int l = 0; l < LANES; l++) { /* a lane that is left over repeats the first */
        const Walker *walker = served[l < count ? l : 0];
        z[l] = walker->z;
        single[l] = walker->single;
        for (int i = 0; i < 3; i++) start[i * LANES + l] = walker->start[i];
        for (int i = 0; i < model->size; i++) point[i * LANES + l] = walker->search.trial[i];
    }
    if (kind & 2)
        model->estimate(model, single, n, start, point, value, gradient, hessian, (1u << count) - 1);
    else
        model->evaluate(model, z, n, start, point, value, gradient, hessian, (1u << count) - 1);
    for (int l = 0; l < count; l++) walker_feed(served[l], model, value[l], gradient + l, memory + l);
    return (last + 1) % WALKERS;
}

/* Walk the stretches over the windows y[window * step .. window * step + n - 1]; the best maximum of window i goes to
 * results[i - offset]. The last stretch of each walker leaves its maxima in `walkers`. workspace: n * WORKSPACE doubles. */
static void walk(const Model *model, const double *y, long step, long n, const Stretch *stretches, long count,
                 Optimum *results, long offset, double *workspace, Walker *walkers) {
    const Stretch *next = stretches, *end = stretches + count;
    for (int w = 0; w < WALKERS; w++) {
        walkers[w].stretch = 0;
        walkers[w].at = walkers[w].count = 0;
        walkers[w].memory = workspace + w * n;
        walkers[w].rounded = (float *)(workspace + WALKERS * n) + w * n;
        walkers[w].peers = stretches[0].parts > 1 ? walkers : 0;
    }
    for (int turn = 0;;) {
        unsigned waiting = 0;
        for (int w = 0; w < WALKERS; w++)
            if (walker_advance(&walkers[w], model, y, step, n, &next, end, results, offset)) waiting |= 1u << w;
        if (!waiting) return;
        turn = walk_together(model, walkers, waiting, turn, n);
    }
}

/* All maxima of one window, best first, into `found` (MOST_STARTS; unused rows have status FIT_FAILED). */
static void fit_window(const Model *model, const double *y, long n, Optimum *found, double *workspace) {
    Walker walkers[WALKERS];
    Stretch stretches[SHARING];
    Optimum first;
    for (int l = 0; l < SHARING; l++) {
        Stretch share = {0, 1, l, SHARING};
        stretches[l] = share;
        walkers[l].kept = 0;
    }
    walk(model, y, 0, n, stretches, SHARING, &first, 0, workspace, walkers);
    Optimum none = {{0.0}, 0.0, 0.0, first.mean, first.scale, FIT_FAILED, 0.0};
    int taken[SHARING] = {0}, starts = 0;
    for (int l = 0; l < SHARING; l++) starts += walkers[l].count;
    for (int k = 0; k < MOST_STARTS; k++) found[k] = none;
    for (int k = 0; k < MOST_STARTS; k++) {
        int from = -1;
        for (int l = 0; l < SHARING; l++) {
            while (k && taken[l] < walkers[l].kept && found[k - 1].value - walkers[l].best[taken[l]].value <= SAME_MAXIMUM) taken[l]++;
            if (taken[l] < walkers[l].kept &&
                (from < 0 || walkers[l].best[taken[l]].value > walkers[from].best[taken[from]].value)) from = l;
        }
        if (from < 0) return;
        found[k] = walkers[from].best[taken[from]++];
        if (!k && model->estimate && !walkers[0].single) walker_verify(&walkers[0], model, n, found);
        found[k].starts = starts;
        found[k].ahead = model->ahead(model, walkers[0].z, n, walkers[0].start, found[k].point);
    }
}

#define STRETCHES_AT_ONCE 256

/* The best maximum of each of the windows first .. last - 1, in stretches of `block` windows, into `results`. */
static void fit_windows(const Model *model, const double *y, long step, long n, long first, long last, long block,
                        Optimum *results, double *workspace) {
    Walker walkers[WALKERS];
    Stretch stretches[STRETCHES_AT_ONCE];
    for (long window = first; window < last;) {
        long count = 0, begin = window;
        for (; count < STRETCHES_AT_ONCE && window < last; count++, window += block) {
            Stretch stretch = {window, last - window < block ? last - window : block, 0, 1};
            stretches[count] = stretch;
        }
        walk(model, y, step, n, stretches, count, results + (begin - first), begin, workspace, walkers);
    }
}

#endif
