/* Kendall's tau-b of every pair of d columns of n rows, ties included.
 *
 * Of the n0 = n (n - 1) / 2 pairs of rows let n1 be tied in x, n2 in y, n3 in both, and let D be discordant (x and y strictly
 * in opposite order). Then concordant minus discordant is n0 - n1 - n2 + n3 - 2 D, all whole numbers, and
 *
 *     tau_b = (n0 - n1 - n2 + n3 - 2 D) / (sqrt(n0 - n1) sqrt(n0 - n2))
 *
 * Domain: each column as ranks 0, 1, ..., equal values sharing one, all below n; 2 <= n < 2^32. A constant column has no tau
 * (NaN). The caller checks.
 *
 * Why compiled: D is the number of inversions of y once the rows are sorted by x and, within equal x, by y. A column's order
 * is found once; stable counting sorts then give every pair its order in O(n), and every row a rank of its own: equal y are
 * numbered by x, equal x stand in order of y, so that no tie counts as an inversion. Inversions are counted while the
 * sequence is split stably into its lower and its upper ranks, again and again: every low rank passes the high ones that
 * stand before it. No branch depends on the data and a step costs about a nanosecond. Blocks of at most 64 ranks are a
 * machine word: the bits of the ranks seen so far, of which those above the next rank are counted.
 *
 * Freestanding C11: no allocation, no Python; the caller brings the work space.
 */
#ifndef RISKKIT_KENDALL_H
#define RISKKIT_KENDALL_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define RK_WORD_RANKS 64

/* What is known of one column alone. */
typedef struct {
    const uint32_t *rank; /* (n,) */
    uint32_t *order;      /* (n,) rows in increasing rank */
    uint32_t *below;      /* (n + 1,) how many rows have a rank below this one */
    int64_t tied; /* pairs of rows with equal rank */
} rk_ranked;

/* Sorts a column by its ranks. `below` is used as the cursors of the counting sort, then put right. */
static inline void rk_ranked_fill(rk_ranked *column, ptrdiff_t n)
{
    uint32_t *below = column->below;
    memset(below, 0, (size_t)(n + 1) * sizeof *below);
    for (ptrdiff_t row = 0; row < n; ++row) ++below[column->rank[row] + 1];
    column->tied = 0;
    for (ptrdiff_t rank = 0; rank < n; ++rank) {
        const int64_t rows = below[rank + 1];
        column->tied += rows * (rows - 1) / 2;
        below[rank + 1] += below[rank];
    }
    for (ptrdiff_t row = 0; row < n; ++row) column->order[below[column->rank[row]]++] = (uint32_t)row;
    memmove(below + 1, below, (size_t)n * sizeof *below);
    below[0] = 0;
}

static inline uint64_t rk_count_bits(uint64_t word)
{
    word -= word >> 1 & 0x5555555555555555u;
    word = (word & 0x3333333333333333u) + (word >> 2 & 0x3333333333333333u);
    word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return word * 0x0101010101010101u >> 56;
}

/* Inversions of a sequence that holds each of the ranks low, ..., low + size - 1 once; `other` is as long, both are spoiled. */
static int64_t rk_inversions(uint32_t *rank, uint32_t *other, uint32_t low, uint32_t size)
{
    const uint32_t lower = size / 2, middle = low + lower;
    int64_t passed = 0;
    if (size <= RK_WORD_RANKS) {
        uint64_t seen = 0;
        for (uint32_t i = 0; i < size; ++i) {
            const uint32_t bit = rank[i] - low;
            passed += (int64_t)rk_count_bits(seen >> bit);
            seen |= (uint64_t)1 << bit;
        }
        return passed;
    }
    for (uint32_t i = 0, uppers = 0; i < size; ++i) {
        const uint32_t value = rank[i], is_upper = value >= middle, mask = 0u - is_upper;
        other[((i - uppers) & ~mask) | ((lower + uppers) & mask)] = value; /* a choice in C would become a branch */
        passed += uppers & ~mask;
        uppers += is_upper;
    }
    passed += rk_inversions(other, rank, low, lower);
    return passed + rk_inversions(other + lower, rank + lower, middle, size - lower);
}

/* Rows sorted by y and, within equal y, by x; cursor and by_y: n numbers each. */
static inline const uint32_t *rk_order_within(const rk_ranked *y, const rk_ranked *x, ptrdiff_t n, uint32_t *cursor,
                                              uint32_t *by_y)
{
    if (y->tied == 0) return y->order;
    memcpy(cursor, y->below, (size_t)n * sizeof *cursor);
    for (ptrdiff_t i = 0; i < n; ++i) by_y[cursor[y->rank[x->order[i]]]++] = x->order[i];
    return by_y;
}

/* Pairs of rows tied in both columns, given the order by y, then x. A run of t equal rows adds 0 + 1 + ... + (t - 1). */
static inline int64_t rk_tied_in_both(const rk_ranked *x, const rk_ranked *y, ptrdiff_t n, const uint32_t *order)
{
    int64_t pairs = 0, run = 0;
    for (ptrdiff_t i = 1; i < n; ++i) {
        const uint32_t differ = (x->rank[order[i]] ^ x->rank[order[i - 1]]) | (y->rank[order[i]] ^ y->rank[order[i - 1]]);
        run = (run + 1) & -(int64_t)(differ == 0);
        pairs += run;
    }
    return pairs;
}

/* tau-b of two columns; work: 3 n numbers. */
static inline double rk_tau_b(const rk_ranked *x, const rk_ranked *y, ptrdiff_t n, uint32_t *work)
{
    uint32_t *const sorted = work, *const other = work + n, *const cursor = work + 2 * n;
    const int64_t pairs = (int64_t)n * (n - 1) / 2;
    const uint32_t *order;
    int64_t both = 0, surplus;
    double tau;
    if (x->tied == pairs || y->tied == pairs) return NAN;
    order = rk_order_within(y, x, n, cursor, other);
    if (x->tied && y->tied) both = rk_tied_in_both(x, y, n, order);
    memcpy(cursor, x->below, (size_t)n * sizeof *cursor);
    for (ptrdiff_t i = 0; i < n; ++i) sorted[cursor[x->rank[order[i]]]++] = (uint32_t)i;
    surplus = pairs - x->tied - y->tied + both - 2 * rk_inversions(sorted, other, 0, (uint32_t)n);
    tau = (double)surplus / sqrt((double)(pairs - x->tied)) / sqrt((double)(pairs - y->tied));
    return tau > 1.0 ? 1.0 : tau < -1.0 ? -1.0 : tau;
}

#endif
