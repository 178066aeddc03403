/* Searches of one window from given starts, every one of them followed to its end.
 *
 * The fits drop a search as soon as it seems to lead nowhere new, which is where a maximum can be lost; here nothing is dropped, no
 * grid is asked and no bound is held. So this is what the fits are measured against, not what they use.
 */
#ifndef RISKKIT_SEARCH_H
#define RISKKIT_SEARCH_H

#include "walk.h"

/* found[k]: where the search from starts[k * NEWTON_MOST] ended. workspace: n doubles. */
static void search_window(const Model *model, const double *y, long n, const double *starts, long count, Optimum *found,
                          double *workspace) {
    double start[3] = {0.0}, mean, scale, each[3 * LANES], point[NEWTON_MOST * LANES], value[LANES];
    double gradient[NEWTON_MOST * LANES], hessian[NEWTON_MOST * NEWTON_MOST * LANES];
    const double *samples[LANES];
    Newton searches[LANES];
    long at[LANES], next = 0;
    window_load(y, n, model->centred, model->width, workspace, 0, &mean, &scale);
    int usable = scale > 0.0 && model->prepare(model, workspace, n, scale, start);
    for (int l = 0; l < LANES; l++) {
        samples[l] = workspace;
        for (int i = 0; i < 3; i++) each[i * LANES + l] = start[i];
        newton_within(&searches[l], model->size, model->lower, model->upper);
        at[l] = -1;
    }
    Optimum none = {{0.0}, 0.0, 0.0, mean, scale, FIT_FAILED, 0.0};
    for (long k = 0; k < count; k++) found[k] = none;
    for (; usable;) {
        unsigned busy = 0;
        for (int l = 0; l < LANES; l++) {
            if (at[l] < 0 && next < count) {
                at[l] = next++;
                newton_start(&searches[l], starts + at[l] * NEWTON_MOST);
            }
            if (at[l] >= 0) busy |= 1u << l;
            for (int i = 0; i < model->size; i++) /* a lane that rests is given a harmless point */
                point[i * LANES + l] = at[l] >= 0 ? searches[l].trial[i] : 0.5 * (model->lower[i] + model->upper[i]);
        }
        if (!busy) break;
        model->evaluate(model, samples, n, each, point, value, gradient, hessian, busy);
        for (int l = 0; l < LANES; l++) {
            Newton *search = &searches[l];
            if (at[l] < 0 || !newton_feed(search, value[l], gradient + l, hessian + l, LANES)) continue;
            Optimum end = {{0.0}, search->value, 0.0, mean, scale, search->status, (double)count};
            memcpy(end.point, search->point, (size_t)model->size * sizeof *end.point);
            end.ahead = model->ahead(model, workspace, n, start, end.point);
            found[at[l]] = end;
            at[l] = -1;
        }
    }
}

#endif
