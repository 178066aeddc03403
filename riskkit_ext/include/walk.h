/* Maximum likelihood on the windows of one series, LANES windows at a time.
 *
 * A stretch is a run of consecutive windows. Its first window, and every `audit`-th after it, is searched from all peaks of the
 * model's grid of starting points; the distinct maxima found are kept, best first. Each other window is searched from the maxima
 * of the window before it (three Newton passes the best, one or two the others) and from those peaks of the grid that were no
 * peaks before: so a maximum that is born, or that overtakes the highest, is seen on that day. Following one maximum alone misses
 * the highest on up to a third of the windows. Between audits the grid is not computed anew: the observations that enter and
 * leave are added and subtracted (see peaks). No window is ever searched from what a later one has shown.
 *
 * Every lane walks its own stretch with its own Newton search; the lanes share the vectorised evaluation and a lane that ends
 * takes the next stretch. So the answer on a stretch does not depend on what ran beside it, and any split of the stretches over
 * threads gives the same bits. Each window is standardised to mean 0 and variance 1 inside: the search does not see the unit.
 */
#ifndef RISKKIT_WALK_H
#define RISKKIT_WALK_H

#include "box_newton.h"
#include "lanes.h"

#define MOST_STARTS 6
#define MOST_FRESH 10 /* starts of a window besides the maxima of the one before */
#define SAME_MAXIMUM 1e-7 /* log-likelihoods closer than this belong to the same maximum */
#define SAME_RIVAL 1e-5   /* the same for two that are not the highest, which are known to fewer digits */
#define RIVAL 1e-2        /* a gain below which one step is enough for a maximum that cannot become the highest */
#define SURVEY_SIZE 2560  /* doubles in which a model keeps its grid from window to window */
#define LATE 8           /* passes after which a search must promise to catch up with its peers */
#define HOPELESS 8.0      /* a maximum this much lower than the best is not followed */

/* A model, in the coordinates in which it is searched: parameter 0 is a location, parameter 1 the logarithm of a scale
 * (log_scale) or a variance, the others have no unit. A parameter whose bounds are equal is not searched. A model with numbers
 * of its own is a struct that begins with this one: its functions get the pointer to it. */
typedef struct Model {
    int width;                 /* doubles in the widest register to be used */
    int audit;                 /* windows from one search of the whole grid to the next */
    int size, log_scale, edge; /* edge: see walker_search; -1 for none */
    int idle;                  /* parameter that has no effect on the edge; -1 for none */
    int centred;               /* whether a window is standardised about its mean, or about 0 */
    double lower[NEWTON_MOST], upper[NEWTON_MOST];
    /* numbers (3 x LANES) of one lane's window, standardised by `scale`, that stay fixed; 0 when it cannot be used */
    int (*prepare)(const struct Model *model, const double *z, long n, double scale, double *start);
    /* of the lanes whose bit in `busy` is set */
    void (*evaluate)(const struct Model *model, const double *z, long n, const double *start, const double *point, double *value,
                     double *gradient, double *hessian, unsigned busy);
    /* peaks of the grid on the window y that are not in *known, at most MOST_FRESH, best first; *known becomes the present
     * peaks. `survey` holds what the grid was `moved` observations ago; moved = 0: begin anew; -1: so, and with the points from
     * which every window is searched that has none before it */
    int (*peaks)(const struct Model *model, const double *y, long n, long moved, const double *start, double mean, double scale,
                 double *survey, uint64_t *known, double (*best)[NEWTON_MOST]);
    /* the next step's variance; fills in the coordinates of the maximum that are not searched */
    double (*ahead)(const struct Model *model, const double *z, long n, const double *start, double *point);
} Model;

/* A maximum, in units of the standardised window; all doubles, so that a row of an array can hold it. */
typedef struct {
    double point[NEWTON_MOST], value, ahead, mean, scale, status, passes;
} Optimum;

typedef struct {
    long window, count; /* first window, number of windows */
    long part, parts;   /* of the first window take only every parts-th start: for one window shared by all lanes */
} Stretch;

/* Sum of (y - centre)^power, power 1 or 2, in eight parts: no chain of n dependent additions, and the same bits at any width. */
ALWAYS_INLINE double window_sum(const double *y, long n, double centre, int power) {
    double parts[8] = {0.0}, sum = 0.0;
    for (long t = 0; t < n; t += 8)
        for (int k = 0; k < 8 && t + k < n; k++) {
            double away = y[t + k] - centre;
            parts[k] += power == 1 ? away : away * away;
        }
    for (int k = 0; k < 8; k++) sum += parts[k];
    return sum;
}

static void window_moments(const Model *model, const double *y, long n, double *mean, double *scale) {
    *mean = model->centred ? window_sum(y, n, 0.0, 1) / (double)n : 0.0;
    double spread = sqrt(window_sum(y, n, *mean, 2) / (double)n);
    *scale = spread > 1e-14 * fabs(*mean) ? spread : 0.0;
}

static void window_load(const Model *model, const double *y, long n, int lanes, double *z, double *mean, double *scale) {
    window_moments(model, y, n, mean, scale);
    double inverse = *scale > 0.0 ? 1.0 / *scale : 0.0;
    for (long t = 0; t < n; t++) z[t * lanes] = (y[t] - *mean) * inverse;
}

typedef struct Walker {
    const struct Walker *peers; /* LANES walkers when all lanes share one window */
    const Stretch *stretch;     /* none: the lane rests */
    long done;
    int count, carried, at, kept; /* starts of this window, those from the window before, the present one; maxima kept */
    int peaks; /* fresh starts of this window: peers ask the first of them */
    double fresh[MOST_FRESH][NEWTON_MOST];
    double starts[MOST_STARTS + MOST_FRESH][NEWTON_MOST];
    Optimum found[MOST_STARTS + MOST_FRESH], best[MOST_STARTS]; /* maxima of this window; distinct ones, best first */
    int released; /* whether the present search has left the edge once */
    uint64_t known;
    long surveyed; /* window that the survey holds, -1: none */
    double surveyed_scale; /* of the window in whose unit it is; an outlier that comes or goes changes the unit too much */
    double survey[SURVEY_SIZE];
    double mean, scale;
    Newton search;
} Walker;

/* Whether a point higher than `value` has been reached in this window, by another search of this walker or of a peer. */
static int walker_knows_better(const Walker *walker, double value) {
    for (int l = 0; l < (walker->peers ? LANES : 1); l++) {
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
    newton_start(&walker->search, from);
}

/* Open the next window; leaves count = 0 when there is nothing to search. z: this lane's column. */
static void walker_open(Walker *walker, const Model *model, const double *y, long step, long n, double *z, double *start) {
    const Stretch *stretch = walker->stretch;
    walker->at = walker->count = 0;
    window_load(model, y + (stretch->window + walker->done) * step, n, LANES, z, &walker->mean, &walker->scale);
    if (!(walker->scale > 0.0)) return; /* a constant window has no maximum */
    if (!model->prepare(model, z, n, walker->scale, start)) return;
    walker_carry(walker, model);
    double drawn = walker->scale / walker->surveyed_scale;
    int follows = walker->done % model->audit && walker->surveyed == walker->done - 1 && drawn > 0.8 && drawn < 1.25;
    if (!follows) {
        walker->known = 0;
        walker->surveyed_scale = walker->scale;
    }
    const Walker *asked = walker->peers ? walker->peers : walker;
    if (asked == walker)
        walker->peaks = model->peaks(model, y + (stretch->window + walker->done) * step, n,
                                     follows ? step : walker->done ? 0 : -1, start, walker->mean, walker->scale, walker->survey,
                                     &walker->known, walker->fresh);
    walker->surveyed = walker->done;
    for (int k = (int)stretch->part; k < asked->peaks; k += (int)stretch->parts)
        memcpy(walker->starts[walker->count++], asked->fresh[k], sizeof asked->fresh[k]);
    if (walker->count) walker_search(walker, model);
}

static void walker_record(Walker *walker, const Model *model) {
    Optimum *found = &walker->found[walker->at++];
    memset(found, 0, sizeof *found);
    for (int i = 0; i < model->size; i++) found->point[i] = walker->search.point[i];
    found->value = walker->search.value;
    found->status = walker->search.status;
    found->passes = walker->search.passes;
    found->mean = walker->mean;
    found->scale = walker->scale;
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
 * maximum. Go on without the bound when nothing better is known (returns 1), else drop it;
 * a window that all lanes share drops none. */
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

/* Whether the present search is about to land on a maximum of this window that is already known; or is held on the edge, would rise
 * off it, and stays far below what is known; or, one of many in the same window, is late and rises too slowly to matter. */
static int walker_repeats(const Walker *walker, const Model *model) {
    const Newton *search = &walker->search;
    int edge = model->edge;
    double from[NEWTON_MOST];
    memcpy(from, search->point, sizeof from);
    if (!walker->peers && edge >= 0 && search->upper[edge] <= model->lower[edge] && walker_slope(search, model, from) > 0.0 &&
        walker_knows_better(walker, search->value + search->predicted + HOPELESS))
        return 1;
    if (walker->peers && search->passes >= LATE && walker_knows_better(walker, search->value + 5.0 * search->predicted + 3.0))
        return 1;
    if (search->damping != 0.0 || search->reach != 1.0) return 0;
    for (int l = 0; l < (walker->peers ? LANES : 1); l++) {
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

/* Sort this window's maxima into `best`. */
static void walker_close(Walker *walker, const Model *model, const double *z, long n, const double *start, Optimum *result) {
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
        if (!kept || best[kept - 1].value - next->value > (kept > 1 ? SAME_RIVAL : SAME_MAXIMUM)) best[walker->kept++] = *next;
        next->status = FIT_FAILED;
    }
    if (walker->kept) walker->best[0].ahead = model->ahead(model, z, n, start, walker->best[0].point);
    *result = walker->kept ? walker->best[0] : walker->found[0];
}

static void walker_begin(Walker *walker, const Model *model, const Stretch *stretch) {
    walker->stretch = stretch;
    walker->done = walker->kept = 0;
    walker->known = 0;
    walker->surveyed = -1;
    walker->surveyed_scale = 1.0;
    walker->search.size = model->size;
    memcpy(walker->search.lower, model->lower, sizeof model->lower);
    memcpy(walker->search.upper, model->upper, sizeof model->upper);
    walker->search.fixed = 0;
    for (int i = 0; i < model->size; i++) walker->search.fixed |= (unsigned)(model->lower[i] >= model->upper[i]) << i;
}

/* Walk the stretches over the windows y[window * step .. window * step + n - 1]; the best maximum of window i goes to
 * results[i - offset]. The last stretch of each lane leaves its maxima in `walkers`. workspace: n * LANES doubles. */
static void walk(const Model *model, const double *y, long step, long n, const Stretch *stretches, long count,
                 Optimum *results, long offset, double *workspace, Walker *walkers) {
    double start[3 * LANES] = {0.0}, point[NEWTON_MOST * LANES], value[LANES];
    double gradient[NEWTON_MOST * LANES], hessian[NEWTON_MOST * NEWTON_MOST * LANES];
    long next = 0;
    for (int l = 0; l < LANES; l++) {
        walkers[l].stretch = 0;
        walkers[l].at = walkers[l].count = 0;
        walkers[l].peers = stretches[0].parts > 1 ? walkers : 0;
        for (int i = 0; i < NEWTON_MOST; i++) point[i * LANES + l] = 0.5 * (model->lower[i] + model->upper[i]);
    }
    for (long t = 0; t < n * LANES; t++) workspace[t] = t & 1 ? 1.0 : -1.0; /* harmless in a lane that rests */
    for (;;) {
        unsigned busy = 0;
        for (int l = 0; l < LANES; l++) {
            Walker *walker = &walkers[l];
            double *z = workspace + l, *fixed = start + l;
            while (walker->stretch ? walker->at == walker->count : next < count) {
                if (!walker->stretch) {
                    walker_begin(walker, model, &stretches[next++]);
                } else {
                    long window = walker->stretch->window + walker->done++;
                    walker_close(walker, model, z, n, fixed, &results[window - offset]);
                    if (walker->done == walker->stretch->count) {
                        walker->stretch = 0;
                        continue;
                    }
                }
                walker_open(walker, model, y, step, n, z, fixed);
            }
            if (!walker->stretch) continue;
            busy |= 1u << l;
            for (int i = 0; i < model->size; i++) point[i * LANES + l] = walker->search.trial[i];
        }
        if (!busy) break;
        model->evaluate(model, workspace, n, start, point, value, gradient, hessian, busy);
        for (int l = 0; l < LANES; l++) {
            Walker *walker = &walkers[l];
            if (!walker->stretch) continue;
            int ended = newton_feed(&walker->search, value[l], gradient + l, hessian + l, LANES);
            if (!ended && walker_repeats(walker, model)) {
                walker->search.status = FIT_FAILED;
                ended = 1;
            }
            ended = ended || walker_beaten(walker);
            if (ended && !walker_released(walker, model)) walker_record(walker, model);
        }
    }
}

/* All maxima of one window, best first, into `found` (MOST_STARTS; unused rows have status FIT_FAILED). */
static void fit_window(const Model *model, const double *y, long n, Optimum *found, double *workspace) {
    Walker walkers[LANES];
    Stretch stretches[LANES];
    Optimum first;
    for (int l = 0; l < LANES; l++) {
        Stretch share = {0, 1, l, LANES};
        stretches[l] = share;
        walkers[l].kept = 0;
    }
    walk(model, y, 0, n, stretches, LANES, &first, 0, workspace, walkers);
    Optimum none = {{0.0}, 0.0, 0.0, first.mean, first.scale, FIT_FAILED, 0.0};
    int taken[LANES] = {0};
    for (int k = 0; k < MOST_STARTS; k++) found[k] = none;
    for (int k = 0; k < MOST_STARTS; k++) {
        int from = -1;
        for (int l = 0; l < LANES; l++) {
            while (k && taken[l] < walkers[l].kept && found[k - 1].value - walkers[l].best[taken[l]].value <= SAME_MAXIMUM)
                taken[l]++;
            if (taken[l] < walkers[l].kept &&
                (from < 0 || walkers[l].best[taken[l]].value > walkers[from].best[taken[from]].value)) from = l;
        }
        if (from < 0) return;
        found[k] = walkers[from].best[taken[from]++];
        double mean, scale, start[3 * LANES] = {0.0};
        window_load(model, y, n, LANES, workspace, &mean, &scale);
        model->prepare(model, workspace, n, scale, start);
        found[k].ahead = model->ahead(model, workspace, n, start, found[k].point);
    }
}

#define STRETCHES_AT_ONCE 64

/* The best maximum of each of the windows first .. last - 1, in stretches of `block` windows, into `results`. */
static void fit_windows(const Model *model, const double *y, long step, long n, long first, long last, long block,
                        Optimum *results, double *workspace) {
    Walker walkers[LANES];
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
