/* Rolling Value at Risk, Expected Shortfall and moments of a loss series.
 *
 * Window number i holds n = window losses x[i * step], ..., x[i * step + n - 1]; in descending order x_(0) >= x_(1) >= ...
 * With tail probability t = 1 - level and rank k = the largest j such that j / n <= t,
 *
 *     VaR = x_(k)            the lower quantile inf {l : P(L <= l) >= level}
 *     ES  = (x_(0) + ... + x_(k-1) + (n t - k) x_(k)) / (n t)          the atom at the quantile is split
 *
 * Domain: finite losses whose tail sum is finite (else ES is NaN), 1 <= window, 1 <= step, 0.5 < level < 1. The caller
 * checks.
 *
 * Why compiled: only the k + 1 largest of n losses matter. They stand, with some slack, in a short descending buffer that
 * holds the `size` largest losses of the window as a multiset. A loss that leaves the window is taken out of the buffer
 * when it is not smaller than the buffer's last, a loss that enters is put in likewise; most do neither, and cost two
 * comparisons. The buffer shrinks and grows like a random walk; when fewer than k + 1 are left, one pass over the window
 * refills it. ES is summed anew from the buffer, compensated (two-sum), whenever a loss at or above the quantile has
 * changed: no sum is carried along the series, so nothing drifts.
 *
 * Freestanding C11: no allocation, no Python; the caller brings the buffer of rk_tail_capacity() doubles.
 */
#ifndef RISKKIT_ROLLING_H
#define RISKKIT_ROLLING_H

#include <math.h>
#include <stddef.h>

/* Probabilities closer than this are the same: 500 * (1 - 0.99) counts as 5 although 1 - 0.99 > 0.01 in floating point. */
#define RK_SAME_PROBABILITY 1e-12

typedef struct {
    double *largest; /* descending, `size` of at most `capacity` */
    ptrdiff_t size, capacity;
    ptrdiff_t rank; /* the quantile is largest[rank] */
    int changed;    /* has a loss at or above the quantile changed since ES was summed? */
} rk_tail;

/* Largest k with k / n <= 1 - level: how many of n losses may lie above the quantile. */
static inline ptrdiff_t rk_tail_rank(ptrdiff_t n, double level)
{
    const double tail = 1.0 - level + RK_SAME_PROBABILITY;
    ptrdiff_t rank = (ptrdiff_t)((double)n * tail);
    while (rank > 0 && (double)rank / (double)n > tail) --rank;
    while (rank + 1 < n && (double)(rank + 1) / (double)n <= tail) ++rank;
    return rank;
}

/* Room for the tail and some slack: more of it makes refills rarer, less makes putting in and taking out cheaper. */
static inline ptrdiff_t rk_tail_capacity(ptrdiff_t n, double level)
{
    const ptrdiff_t needed = rk_tail_rank(n, level) + 1;
    const ptrdiff_t wanted = needed + 12 + needed / 4;
    return wanted < n ? wanted : n;
}

static inline rk_tail rk_tail_new(double *buffer, ptrdiff_t n, double level)
{
    return (rk_tail){buffer, 0, rk_tail_capacity(n, level), rk_tail_rank(n, level), 1};
}

/* Restores the heap (smallest on top) below `node`. */
static inline void rk_heap_sink(double *heap, ptrdiff_t size, ptrdiff_t node)
{
    const double value = heap[node];
    for (ptrdiff_t child; (child = 2 * node + 1) < size; node = child) {
        if (child + 1 < size && heap[child + 1] < heap[child]) ++child;
        if (!(heap[child] < value)) break;
        heap[node] = heap[child];
    }
    heap[node] = value;
}

/* Fills the buffer with the `capacity` largest of n losses, n >= capacity, in descending order: O(n log capacity). */
static inline void rk_tail_fill(rk_tail *tail, const double *loss, ptrdiff_t n)
{
    double *heap = tail->largest;
    const ptrdiff_t size = tail->size = tail->capacity;
    for (ptrdiff_t i = 0; i < size; ++i) heap[i] = loss[i];
    for (ptrdiff_t node = size / 2 - 1; node >= 0; --node) rk_heap_sink(heap, size, node);
    for (ptrdiff_t i = size; i < n; ++i)
        if (loss[i] > heap[0]) {
            heap[0] = loss[i];
            rk_heap_sink(heap, size, 0);
        }
    for (ptrdiff_t last = size - 1; last > 0; --last) { /* the smallest goes to the end, then the next */
        const double smallest = heap[0];
        heap[0] = heap[last];
        heap[last] = smallest;
        rk_heap_sink(heap, last, 0);
    }
    tail->changed = 1;
}

/* A loss leaves the window. Below the buffer's last it is not in the buffer; equal to it, any one of the equals may go.
 * What is larger stays, the rest moves up by one: no search and no branch, so the loop runs in vector registers. */
static inline void rk_tail_remove(rk_tail *tail, double x)
{
    double *largest = tail->largest;
    if (tail->size == 0 || x < largest[tail->size - 1]) return;
    if (tail->size <= tail->rank || x >= largest[tail->rank]) tail->changed = 1;
    --tail->size;
    for (ptrdiff_t i = 0; i < tail->size; ++i) largest[i] = largest[i] > x ? largest[i] : largest[i + 1];
}

/* A loss enters the window. Below the buffer's last it may stay out: the buffer still holds the largest. What is smaller
 * moves down by one; the last of a full buffer drops out. */
static inline void rk_tail_insert(rk_tail *tail, double x)
{
    double *largest = tail->largest;
    if (tail->size == 0 || x < largest[tail->size - 1]) return;
    if (tail->size <= tail->rank || x >= largest[tail->rank]) tail->changed = 1;
    if (tail->size < tail->capacity) largest[tail->size++] = -INFINITY;
    for (ptrdiff_t i = tail->size - 1; i > 0; --i) {
        const double moved = largest[i - 1] < x ? largest[i - 1] : x;
        largest[i] = largest[i] > moved ? largest[i] : moved;
    }
    if (x > largest[0]) largest[0] = x;
}

/* Adds a term to a sum and keeps what rounding has lost (Knuth's two-sum). */
static inline void rk_add(double term, double *sum, double *lost)
{
    const double old = *sum, next = old + term, part = next - old;
    *sum = next;
    *lost += (old - (next - part)) + (term - part);
}

/* Sum of n terms as if in twice the precision (Ogita, Rump and Oishi 2005), in four lanes. */
static inline double rk_exact_sum(const double *terms, ptrdiff_t n)
{
    double sum[4] = {0.0}, lost[4] = {0.0};
    ptrdiff_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (int lane = 0; lane < 4; ++lane) rk_add(terms[i + lane], &sum[lane], &lost[lane]);
    for (; i < n; ++i) rk_add(terms[i], &sum[0], &lost[0]);
    for (int lane = 1; lane < 4; ++lane) {
        rk_add(sum[lane], &sum[0], &lost[0]);
        lost[0] += lost[lane];
    }
    return sum[0] + lost[0];
}

/* ES of n losses whose rank + 1 largest are given in descending order. */
static inline double rk_tail_es(const double *largest, ptrdiff_t rank, ptrdiff_t n, double level)
{
    const double probability = 1.0 - level, quantile = largest[rank];
    const double weight = (double)n * probability, rest = probability - (double)rank / (double)n;
    double es;
    if (rank == 0) return quantile;
    es = rk_exact_sum(largest, rank);
    es = rest > RK_SAME_PROBABILITY ? (es + (weight - (double)rank) * quantile) / weight : es / (double)rank;
    return es < quantile ? quantile : es; /* a mean of equal numbers may round below them; NaN (overflow) stays NaN */
}

/* VaR and ES of `count` windows; buffer: rk_tail_capacity(window, level) doubles. */
static inline void rk_rolling_var_es(const double *loss, ptrdiff_t count, ptrdiff_t window, ptrdiff_t step, double level,
                                     double *buffer, double *var, double *es)
{
    rk_tail tail = rk_tail_new(buffer, window, level);
    double shortfall = 0.0;
    for (ptrdiff_t i = 0; i < count; ++i, loss += step) {
        if (i > 0 && step < window)
            for (ptrdiff_t j = -step; j < 0; ++j) {
                rk_tail_remove(&tail, loss[j]);
                rk_tail_insert(&tail, loss[j + window]);
            }
        if (i == 0 || step >= window || tail.size <= tail.rank) rk_tail_fill(&tail, loss, window);
        if (tail.changed) {
            shortfall = rk_tail_es(tail.largest, tail.rank, window, level);
            tail.changed = 0;
        }
        var[i] = tail.largest[tail.rank];
        es[i] = shortfall;
    }
}

/* Sum of (x - shift), or of its square, over n losses: four running sums, always in the same order. */
static inline double rk_sum(const double *x, ptrdiff_t n, double shift, int squared)
{
    double sums[4] = {0.0};
    ptrdiff_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (int lane = 0; lane < 4; ++lane) {
            const double term = x[i + lane] - shift;
            sums[lane] += squared ? term * term : term;
        }
    for (; i < n; ++i) sums[0] += squared ? (x[i] - shift) * (x[i] - shift) : x[i] - shift;
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/* Mean and standard deviation (divisor window - 1, window >= 2) of `count` windows, each from its own losses in two
 * passes, the second corrected for what the mean has lost (Chan, Golub and LeVeque 1983): nothing is carried along. */
static inline void rk_rolling_moments(const double *loss, ptrdiff_t count, ptrdiff_t window, ptrdiff_t step, double *mean,
                                      double *deviation)
{
    const double n = (double)window;
    for (ptrdiff_t i = 0; i < count; ++i, loss += step) {
        const double rough = rk_sum(loss, window, 0.0, 0) / n;
        const double left = rk_sum(loss, window, rough, 0); /* zero but for rounding */
        mean[i] = rough + left / n;
        deviation[i] = sqrt((rk_sum(loss, window, rough, 1) - left * left / n) / (n - 1.0));
    }
}

#endif
