/* Every window of a series: blocks of windows, each begun by a fresh search, then a repair across the block borders.
 *
 *   1. cold     the first window of a block is searched from the model's grid of starts;
 *   2. forward  the optimum is carried through the block, and one window further, by warm starts (one chain per block);
 *   3. repair   where the chain arrives at the next block's first window with another optimum than the fresh search found
 *               there, the better one of the two is carried into the other's block, and each window keeps the better.
 *
 * Blocks are independent in 1 and 2, so they may be split over threads with the same bits.
 */
#ifndef RISKKIT_ROLL_H
#define RISKKIT_ROLL_H

#include "chains.h"

#define SAME_MAXIMUM 1e-8 /* log-likelihoods closer than this belong to the same maximum */
#define CHAINS_AT_ONCE 64

typedef struct {
    const Model *model;
    const double *y;
    long step, n, windows, block; /* window i is y[i * step .. i * step + n - 1] */
} Roll;

/* The best optimum of one window, searched afresh. workspace: n * LANES doubles. */
static Optimum search_afresh(const Model *model, const double *y, long n, double *workspace) {
    double mean, scale, starts[MOST_STARTS][NEWTON_MOST] = {{0.0}}, start[3 * LANES] = {0.0};
    Chain chains[MOST_STARTS];
    Optimum optima[MOST_STARTS];
    window_load(y, n, LANES, workspace, &mean, &scale);
    if (!(scale > 0.0)) { /* a constant window has no maximum */
        Optimum none = {{0.0}, 0.0, 0.0, mean, 0.0, FIT_FAILED, 0.0};
        memcpy(none.point, model->ordinary, sizeof none.point);
        return none;
    }
    model->prepare(workspace, n, start);
    int found = model->starts(workspace, n, start, starts), best = 0;
    for (int k = 0; k < found; k++) {
        chains[k].window = 0;
        chains[k].direction = chains[k].count = 1;
        memcpy(chains[k].point, starts[k], sizeof starts[k]);
    }
    chains_run(model, y, 0, n, chains, found, optima, workspace);
    for (int k = 1; k < found; k++)
        if (optima[k].value > optima[best].value) best = k;
    return optima[best];
}

static long roll_blocks(const Roll *roll) { return (roll->windows + roll->block - 1) / roll->block; }

/* Windows in block j, with the first one of the next block where there is one. */
static long roll_length(const Roll *roll, long j) {
    long left = roll->windows - j * roll->block;
    return left > roll->block ? roll->block + 1 : left;
}

static Chain roll_chain(const Roll *roll, long j, const Optimum *from, long direction) {
    Chain chain = {direction > 0 ? j * roll->block : (j + 1) * roll->block, direction, roll_length(roll, j), {0.0}};
    memcpy(chain.point, from->point, sizeof chain.point);
    return chain;
}

/* Steps 1 and 2 for the blocks first .. last - 1. Block j has its row j of `cold` and its rows from j * (block + 1) on of
 * `forward`. workspace: n * LANES doubles. */
static void roll_forward(const Roll *roll, long first, long last, Optimum *cold, Optimum *forward, double *workspace) {
    Chain chains[CHAINS_AT_ONCE];
    for (long j = first; j < last; j++)
        cold[j] = search_afresh(roll->model, roll->y + j * roll->block * roll->step, roll->n, workspace);
    for (long j = first; j < last; j += CHAINS_AT_ONCE) {
        long count = last - j < CHAINS_AT_ONCE ? last - j : CHAINS_AT_ONCE;
        for (long k = 0; k < count; k++) chains[k] = roll_chain(roll, j + k, &cold[j + k], 1);
        chains_run(roll->model, roll->y, roll->step, roll->n, chains, count, forward + j * (roll->block + 1), workspace);
    }
}

/* Carry an optimum through block j and keep the better one of each window. */
static void roll_carry(const Roll *roll, long j, const Optimum *from, long direction, Optimum *forward, Optimum *carried,
                       double *workspace) {
    Chain chain = roll_chain(roll, j, from, direction);
    Optimum *rows = forward + j * (roll->block + 1);
    chains_run(roll->model, roll->y, roll->step, roll->n, &chain, 1, carried, workspace);
    for (long k = 0; k < chain.count; k++) {
        Optimum *row = &rows[direction > 0 ? k : chain.count - 1 - k];
        if (carried[k].value > row->value + SAME_MAXIMUM || row->status == FIT_FAILED) *row = carried[k];
    }
}

/* Step 3, then the optimum of every window into `results`. carried: block + 1 optima. */
static void roll_repair(const Roll *roll, Optimum *forward, Optimum *carried, Optimum *results, double *workspace) {
    long blocks = roll_blocks(roll), height = roll->block + 1;
    for (long j = 1; j < blocks; j++) {
        const Optimum *arrived = &forward[(j - 1) * height + roll->block], *fresh = &forward[j * height];
        if (arrived->value > fresh->value + SAME_MAXIMUM) roll_carry(roll, j, arrived, 1, forward, carried, workspace);
    }
    for (long j = blocks - 1; j > 0; j--) {
        const Optimum *arrived = &forward[(j - 1) * height + roll->block], *fresh = &forward[j * height];
        if (fresh->value > arrived->value + SAME_MAXIMUM) roll_carry(roll, j - 1, fresh, -1, forward, carried, workspace);
    }
    for (long i = 0; i < roll->windows; i++) results[i] = forward[(i / roll->block) * height + i % roll->block];
}

#endif
