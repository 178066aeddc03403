/* One walker: the maxima of the window where it stands, from those of the window before and from the grid (see walk.h). */
#ifndef RISKKIT_WALKER_H
#define RISKKIT_WALKER_H

#include "box_newton.h"
#include "window.h"

#define WALKERS 24 /* three times LANES, so that nearly always LANES of them want the same kind of evaluation */
#define SHARING 16 /* walkers that share one window: a window has few more starts */
#define WORKSPACE (WALKERS + WALKERS / 2) /* doubles per observation for the windows of all walkers, in both precisions */
#define MOST_STARTS 6
#define MOST_FRESH 10     /* starts of a window besides the maxima of the one before */
#define SAME_MAXIMUM 1e-7 /* log-likelihoods closer than this belong to the same maximum */
#define SAME_RIVAL 1e-4   /* the same for two that are not the highest, which are known to fewer digits */
#define RIVAL 1e-2        /* a gain below which one step is enough for a maximum that cannot become the highest */
#define SURVEY_SIZE 1408  /* doubles in which a model keeps its grid from window to window */
#define HOPELESS 8.0      /* a maximum this much lower than the best is not followed */
#define STEEP 1e-4        /* rise of the log-likelihood per standard error from which a point is no maximum */
#define OUTLYING 30.0     /* kurtosis of a window with an outlier */
#define LATE 5            /* passes after which a search must promise to catch up with its peers */

/* A model, in the coordinates in which it is searched: parameter 0 is a location, parameter 1 the logarithm of a scale
 * (log_scale) or a variance, the others have no unit. A parameter whose bounds are equal is not searched. A model with numbers
 * of its own is a struct that begins with this one: its functions get the pointer to it. */
typedef struct Model {
    int width;                 /* doubles in the widest register to be used */
    int audit;                 /* windows from one search of the whole grid to the next */
    int size, log_scale, edge; /* edge: see walker_search; -1 for none */
    int idle;                  /* parameter that has no effect on the edge; -1 for none */
    int centred;               /* whether a window is standardised about its mean, or about 0 */
    int chords;                /* whether a gradient without Hessian is cheaper */
    double lower[NEWTON_MOST], upper[NEWTON_MOST];
    /* three numbers of one window, standardised by `scale`, that stay fixed; 0 when it cannot be used */
    int (*prepare)(const struct Model *model, const double *z, long n, double scale, double *start);
    /* of the lanes whose bit in `busy` is set, with fixed numbers start (3 x LANES); hessian is 0 when it is not wanted */
    void (*evaluate)(const struct Model *model, const double *const *z, long n, const double *start, const double *point, double *value,
                     double *gradient, double *hessian, unsigned busy);
    /* the same in single precision; 0 when there is no such thing */
    void (*estimate)(const struct Model *model, const float *const *z, long n, const double *start, const double *point,
                     double *value, double *gradient, double *hessian, unsigned busy);
    /* peaks of the grid on the window y that are not in *known, at most MOST_FRESH, best first; *known becomes the present
     * peaks. `survey` holds what the grid was `moved` observations ago; moved = 0: begin anew; -1: so, and with the points from
     * which a window that all walkers share is searched too */
    int (*peaks)(const struct Model *model, const double *y, long n, long moved, const double *start, double mean, double scale,
                 double *survey, uint64_t *known, double (*best)[NEWTON_MOST]);
    /* whether a search from the grid's point `start` would hardly end elsewhere than at this maximum */
    int (*near)(const struct Model *model, const double *maximum, const double *start);
    /* the next step's variance; fills in the coordinates of the maximum that are not searched */
    double (*ahead)(const struct Model *model, const double *z, long n, const double *start, double *point);
} Model;

/* A maximum, in units of the standardised window; all doubles, so that a row of an array can hold it. starts: from how many points
 * its window was searched. */
typedef struct {
    double point[NEWTON_MOST], value, ahead, mean, scale, status, starts;
} Optimum;

typedef struct {
    long window, count; /* first window, number of windows */
    long part, parts;   /* of the first window take only every parts-th start: for one window shared by all lanes */
} Stretch;

typedef struct Walker {
    const struct Walker *peers; /* all walkers when they share one window, the first of them having opened it */
    const Stretch *stretch;     /* none: the walker rests */
    double *memory;             /* of one window */
    float *rounded;             /* the same */
    const double *z;            /* the standardised window */
    const float *single;        /* in single precision, 0 where that is not enough: see walker_look */
    long repeat;
    double start[3], mean, scale;
    double fresh[MOST_FRESH][NEWTON_MOST];
    int peaks; /* how many of them */
    long done;
    int count, carried, at, kept; /* starts of this window, those from the window before, the present one; maxima kept */
    double starts[MOST_STARTS + MOST_FRESH][NEWTON_MOST];
    Optimum found[MOST_STARTS + MOST_FRESH], best[MOST_STARTS]; /* maxima of this window; distinct ones, best first */
    int released; /* whether the present search has left the edge once */
    uint64_t known;
    long surveyed; /* window that the survey holds, -2: none */
    double surveyed_scale; /* of the window in whose unit it is; an outlier that comes or goes changes the unit too much */
    double survey[SURVEY_SIZE];
    double curvatures[MOST_STARTS + MOST_FRESH][NEWTON_MOST][NEWTON_MOST], best_curvatures[MOST_STARTS][NEWTON_MOST][NEWTON_MOST];
    Newton search;
} Walker;

/* Whether a point higher than `value` has been reached in this window, by another search of this walker or of a peer. */
static int walker_knows_better(const Walker *walker, double value) {
    for (int l = 0; l < (walker->peers ? SHARING : 1); l++) {
        const Walker *other = walker->peers ? &walker->peers[l] : walker;
        if (other != walker && other->at < other->count && other->search.value > value) return 1;
        for (int k = 0; k < other->at; k++)
            if (other->found[k].status <= FIT_BOUND && other->found[k].value > value) return 1;
    }
    return 0;
}

/* The maxima of the window before as starts in this one, whose unit differs a little. */
static void walker_carry(Walker *walker, const Model *model) {
    for (int k = 0; k < walker->kept; k++) {
        const Optimum *from = &walker->best[k];
        double ratio = from->scale / walker->scale, *to = walker->starts[k];
        memcpy(to, from->point, sizeof from->point);
        to[0] = to[0] * ratio + (from->mean - walker->mean) / walker->scale;
        to[1] = model->log_scale ? to[1] + log(ratio) : to[1] * ratio * ratio;
    }
    walker->count = walker->carried = walker->kept;
}

/* The Hessian of a maximum of the window before, in the unit of this one. */
static void walker_carry_curvature(Walker *walker, const Model *model) {
    double ratio = walker->scale / walker->best[walker->at].scale, unit[NEWTON_MOST] = {ratio, 1.0, 1.0, 1.0, 1.0, 1.0};
    if (!model->log_scale) unit[1] = ratio * ratio;
    for (int i = 0; i < model->size; i++)
        for (int j = 0; j < model->size; j++)
            walker->search.hessian[i][j] = unit[i] * unit[j] * walker->best_curvatures[walker->at][i][j];
}

/* Begin the search from the present start. A fresh one on the lower bound of the coordinate `edge` is there to find a maximum
 * on that bound, so the coordinate is held until then. */
static void walker_search(Walker *walker, const Model *model) {
    const double *from = walker->starts[walker->at];
    int edge = model->edge;
    if (edge >= 0) {
        int hold = walker->at >= walker->carried && from[edge] <= model->lower[edge];
        walker->search.upper[edge] = hold ? model->lower[edge] : model->upper[edge];
    }
    walker->released = 0;
    walker->search.chords = model->chords;
    walker->search.rough = walker->single != 0;
    newton_start(&walker->search, from);
    if (!model->chords || walker->at >= walker->carried) return;
    walker_carry_curvature(walker, model);
    walker->search.curved = 0;
}

/* Look at the window y: its unit, and where to search afresh; 0 when there is nothing to search. Where an observation is repeated
 * the likelihood has spikes, and with an outlier a ridge, on which every digit counts: no single precision there. */
static int walker_look(Walker *walker, const Model *model, const double *y, long step, long n) {
    double kurtosis = window_load(y, n, model->centred, model->width, walker->memory, model->estimate ? walker->rounded : 0,
                                  &walker->mean, &walker->scale);
    walker->z = walker->memory;
    walker->repeat = window_repeat(y, n, walker->done ? n - step : 0, walker->done ? walker->repeat - step : 0);
    walker->single = model->estimate && !walker->repeat && kurtosis < OUTLYING ? walker->rounded : 0;
    walker->peaks = 0;
    if (!(walker->scale > 0.0)) return 0; /* a constant window has no maximum */
    if (!model->prepare(model, walker->z, n, walker->scale, walker->start)) return 0;
    double drawn = walker->scale / walker->surveyed_scale;
    int known = walker->done % model->audit && walker->surveyed == walker->done - 1 && drawn > 0.8 && drawn < 1.25;
    if (!known) walker->surveyed_scale = walker->scale;
    if (!known || walker->done % model->audit == 0) walker->known = 0;
    walker->peaks = model->peaks(model, y, n, known ? step : walker->peers ? -1 : 0, walker->start, walker->mean, walker->scale,
                                 walker->survey, &walker->known, walker->fresh);
    walker->surveyed = walker->done;
    return 1;
}

/* Open the next window; leaves count = 0 when there is nothing to search. */
static void walker_open(Walker *walker, const Model *model, const double *y, long step, long n) {
    const Stretch *stretch = walker->stretch;
    const Walker *first = walker->peers ? walker->peers : walker;
    walker->at = walker->count = 0;
    if (walker == first) {
        if (!walker_look(walker, model, y + (stretch->window + walker->done) * step, step, n)) return;
        walker_carry(walker, model);
    } else {
        walker->z = first->z;
        walker->single = first->single;
        walker->mean = first->mean;
        walker->scale = first->scale;
        walker->carried = 0;
        memcpy(walker->start, first->start, sizeof first->start);
    }
    int audited = walker->carried && walker->done % model->audit == 0; /* peaks that are new are searched in any case */
    for (int k = (int)stretch->part; k < first->peaks; k += (int)stretch->parts)
        if (!audited || !model->near(model, walker->starts[0], first->fresh[k]))
            memcpy(walker->starts[walker->count++], first->fresh[k], sizeof first->fresh[k]);
    if (walker->count) walker_search(walker, model);
}

static void walker_record(Walker *walker, const Model *model) {
    Optimum *found = &walker->found[walker->at++];
    memset(found, 0, sizeof *found);
    for (int i = 0; i < model->size; i++) found->point[i] = walker->search.point[i];
    found->value = walker->search.value;
    found->status = walker->search.status;
    found->starts = walker->count;
    found->mean = walker->mean;
    found->scale = walker->scale;
    memcpy(walker->curvatures[walker->at - 1], walker->search.hessian, sizeof walker->search.hessian);
    if (walker->at < walker->count) walker_search(walker, model);
}

/* Slope off the edge at `point` on it, where the idle parameter is set to the bound at which the slope is steepest: without an
 * effect on the edge, it enters the slope there linearly. */
static double walker_slope(const Newton *search, const Model *model, double *point) {
    int edge = model->edge, idle = model->idle;
    double slope = search->gradient[edge];
    if (idle < 0) return slope;
    double bend = search->hessian[edge][idle], end = bend > 0.0 ? model->upper[idle] : model->lower[idle];
    slope += bend * (end - point[idle]);
    point[idle] = end;
    return slope;
}

/* After a search ended on the edge: where it was held there, or an idle parameter hides that it can rise, that may be no
 * maximum. Go on without the bound when nothing better is known (returns 1), else drop it; a window that all share drops none. */
static int walker_released(Walker *walker, const Model *model) {
    Newton *search = &walker->search;
    int edge = model->edge;
    if (edge < 0) return 0;
    int held = search->upper[edge] <= model->lower[edge];
    int hidden = model->idle >= 0 && !walker->released && search->point[edge] <= model->lower[edge];
    double from[NEWTON_MOST];
    memcpy(from, search->point, sizeof from);
    if (!(held || hidden) || !(walker_slope(search, model, from) > 0.0)) return 0;
    if (!walker->peers && walker_knows_better(walker, search->value)) {
        search->status = FIT_FAILED;
        return 0;
    }
    walker->released = 1;
    search->upper[edge] = model->upper[edge];
    newton_start(search, from);
    return 1;
}

/* Whether a full Newton step leads to a known maximum. */
static int walker_lands(const Newton *search, const Optimum *known) {
    double rise = known->value - search->value;
    int same = known->status <= FIT_BOUND && fabs(search->predicted - rise) <= 0.1 * fabs(rise);
    for (int i = 0; i < search->size && same; i++)
        same = fabs(search->trial[i] - known->point[i]) <= 0.1 * fabs(search->step[i]) + 1e-9;
    return same;
}

/* Whether the present search is about to land on a maximum of this window that is already known; or is held on the edge, would
 * rise off it, and stays far below what is known; or, one of many in the same window, is late and rises too slowly to matter. */
static int walker_repeats(const Walker *walker, const Model *model) {
    const Newton *search = &walker->search;
    int edge = model->edge;
    double from[NEWTON_MOST];
    memcpy(from, search->point, sizeof from);
    if (!walker->peers && edge >= 0 && search->upper[edge] <= model->lower[edge] &&
        walker_slope(search, model, from) > 0.0 && walker_knows_better(walker, search->value + search->predicted + HOPELESS))
        return 1;
    if (walker->peers && search->passes >= LATE &&
        walker_knows_better(walker, search->value + 5.0 * search->predicted + 3.0))
        return 1;
    if (search->damping != 0.0 || search->reach != 1.0) return 0;
    for (int l = 0; l < (walker->peers ? SHARING : 1); l++) {
        const Walker *other = walker->peers ? &walker->peers[l] : walker;
        for (int k = 0; k < other->at; k++)
            if (walker_lands(search, &other->found[k])) return 1;
    }
    return 0;
}

/* A rival far below the best maximum of the window needs no digits: a step a day is enough to follow it. */
static int walker_beaten(Walker *walker) {
    Newton *search = &walker->search;
    if (!walker->at || walker->at >= walker->carried || search->damping != 0.0 || search->reach != 1.0) return 0;
    if (search->predicted > RIVAL || !walker_knows_better(walker, search->value + search->predicted + 0.1)) return 0;
    newton_move(search->point, search);
    search->value += search->predicted;
    search->status = FIT_OK;
    return 1;
}

/* What is called a maximum must be one: where single precision was not enough, double may not be either, so the last step, which
 * the search took without looking, is looked at. The rise per standard error that is left must be small. */
static void walker_verify(const Walker *walker, const Model *model, long n, Optimum *maximum) {
    const double *z[LANES];
    double start[3 * LANES], point[NEWTON_MOST * LANES], value[LANES], gradient[NEWTON_MOST * LANES];
    double hessian[NEWTON_MOST * NEWTON_MOST * LANES];
    int size = model->size, steep = 0;
    for (int l = 0; l < LANES; l++) {
        z[l] = walker->z;
        for (int i = 0; i < 3; i++) start[i * LANES + l] = walker->start[i];
        for (int i = 0; i < size; i++) point[i * LANES + l] = maximum->point[i];
    }
    model->evaluate(model, z, n, start, point, value, gradient, hessian, 1);
    for (int i = 0; i < size; i++) {
        double rise = gradient[i * LANES], curvature = -hessian[(i * size + i) * LANES];
        int outward = (maximum->point[i] <= model->lower[i] && rise < 0.0) || (maximum->point[i] >= model->upper[i] && rise > 0.0);
        if (!outward && model->lower[i] < model->upper[i])
            steep |= !(fabs(rise) <= STEEP * sqrt(curvature > 1.0 ? curvature : 1.0));
    }
    if (steep && maximum->status <= FIT_BOUND) maximum->status = FIT_NOT_CONVERGED;
}

/* Sort this window's maxima into `best`. */
static void walker_close(Walker *walker, const Model *model, long n, Optimum *result) {
    if (!walker->count) { /* the maxima of the last window that had any stay for the next */
        Optimum none = {{0.0}, 0.0, 0.0, walker->mean, walker->scale, FIT_FAILED, 0.0};
        *result = none;
        return;
    }
    walker->kept = 0;
    for (int taken = 0; taken < walker->count && walker->kept < MOST_STARTS; taken++) {
        int top = -1;
        for (int k = 0; k < walker->count; k++)
            if (walker->found[k].status < FIT_FAILED && (top < 0 || walker->found[k].value > walker->found[top].value)) top = k;
        if (top < 0) break;
        Optimum *next = &walker->found[top], *best = walker->best;
        int kept = walker->kept;
        if (kept && best[0].value - next->value > HOPELESS) break;
        if (!kept || best[kept - 1].value - next->value > (kept > 1 ? SAME_RIVAL : SAME_MAXIMUM)) {
            memcpy(walker->best_curvatures[kept], walker->curvatures[top], sizeof walker->curvatures[top]);
            best[walker->kept++] = *next;
        }
        next->status = FIT_FAILED;
    }
    if (walker->kept && model->estimate && !walker->single) walker_verify(walker, model, n, &walker->best[0]);
    if (walker->kept) walker->best[0].ahead = model->ahead(model, walker->z, n, walker->start, walker->best[0].point);
    *result = walker->kept ? walker->best[0] : walker->found[0];
}

static void walker_begin(Walker *walker, const Model *model, const Stretch *stretch) {
    walker->stretch = stretch;
    walker->done = walker->kept = 0;
    walker->known = 0;
    walker->surveyed = -2;
    walker->surveyed_scale = 1.0;
    newton_within(&walker->search, model->size, model->lower, model->upper);
}

#endif
