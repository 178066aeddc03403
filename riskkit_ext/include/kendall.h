/* Kendall's tau-b of every pair of d columns of n rows, ties included.
 *
 * Of the n0 = n (n - 1) / 2 pairs of rows let n1 be tied in x, n2 in y, n3 in both, and let D be discordant (x and y strictly
 * in opposite order). Then concordant minus discordant is n0 - n1 - n2 + n3 - 2 D, all whole numbers, and
 *
 *     tau_b = (n0 - n1 - n2 + n3 - 2 D) / (sqrt(n0 - n1) sqrt(n0 - n2))
 *
 * Domain: finite values, 2 <= n < 2^32. A constant column has no tau (NaN). The caller checks.
 *
 * Why compiled: D is the number of inversions of y once the rows are sorted by x and, within equal x, by y. A column's order
 * is found once, by a radix sort; stable counting sorts then give every pair its order in O(n), and every row a rank of its own: equal y are
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
    uint32_t *order; /* (n,) rows in increasing value */
    uint32_t *rank;  /* (n,) of each row: 0, 1, ..., equal values share one */
    uint32_t *below; /* (n,) how many rows have a rank below this one */
    int64_t tied;    /* pairs of rows with equal value */
} rk_ranked;

/* A whole number that stands in the order of the doubles; -0 is 0. */
static inline uint64_t rk_sortable(double value)
{
    uint64_t bits;
    value += 0.0;
    memcpy(&bits, &value, sizeof bits);
    return bits ^ ((0 - (bits >> 63)) | (uint64_t)1 << 63); /* negative: all bits turned, else the sign alone */
}

/* Moves the rows into the order of one byte of their keys, stably; a byte that all share moves nothing and returns 0. */
static inline int rk_sort_by_byte(const uint32_t *count, int shift, ptrdiff_t n, const uint64_t *key, const uint32_t *row,
                                  uint64_t *key_out, uint32_t *row_out)
{
    uint32_t place[256], sum = 0;
    if (count[key[0] >> shift & 255] == (uint32_t)n) return 0;
    for (int byte = 0; byte < 256; ++byte) {
        place[byte] = sum;
        sum += count[byte];
    }
    for (ptrdiff_t i = 0; i < n; ++i) {
        const uint32_t to = place[key[i] >> shift & 255]++;
        key_out[to] = key[i];
        row_out[to] = row[i];
    }
    return 1;
}

/* Rows in increasing value; keys: 2 n numbers, the sorted keys are returned; rows: n numbers. */
static inline const uint64_t *rk_sort(const double *value, ptrdiff_t n, uint64_t *keys, uint32_t *rows, uint32_t *order)
{
    uint32_t count[8][256] = {{0}};
    uint64_t *key = keys, *key_out = keys + n;
    uint32_t *row = order, *row_out = rows;
    for (ptrdiff_t i = 0; i < n; ++i) {
        key[i] = rk_sortable(value[i]);
        row[i] = (uint32_t)i;
        for (int byte = 0; byte < 8; ++byte) ++count[byte][key[i] >> 8 * byte & 255];
    }
    for (int byte = 0; byte < 8; ++byte)
        if (rk_sort_by_byte(count[byte], 8 * byte, n, key, row, key_out, row_out)) {
            uint64_t *const keys_before = key;
            uint32_t *const rows_before = row;
            key = key_out, key_out = keys_before;
            row = row_out, row_out = rows_before;
        }
    if (row != order) memcpy(order, row, (size_t)n * sizeof *row);
    return key;
}

/* Ranks one column; keys: 2 n numbers, rows: n numbers. */
static inline void rk_ranked_fill(rk_ranked *column, const double *value, ptrdiff_t n, uint64_t *keys, uint32_t *rows)
{
    const uint64_t *const key = rk_sort(value, n, keys, rows, column->order);
    uint32_t rank = 0;
    column->tied = 0;
    column->below[0] = 0;
    for (ptrdiff_t i = 0; i < n; ++i) {
        if (i > 0 && key[i] != key[i - 1]) column->below[++rank] = (uint32_t)i;
        column->tied += i - (ptrdiff_t)column->below[rank];
        column->rank[column->order[i]] = rank;
    }
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
    uint64_t last = (uint64_t)x->rank[order[0]] << 32 | y->rank[order[0]];
    for (ptrdiff_t i = 1; i < n; ++i) {
        const uint64_t next = (uint64_t)x->rank[order[i]] << 32 | y->rank[order[i]];
        run = (run + 1) & -(int64_t)(next == last);
        pairs += run;
        last = next;
    }
    return pairs;
}

/* tau-b of two columns; work: 3 n numbers. */
static double rk_tau_b(const rk_ranked *x, const rk_ranked *y, ptrdiff_t n, uint32_t *work)
{
    uint32_t *const sorted = work, *const other = work + n, *const cursor = work + 2 * n;
    const int64_t pairs = (int64_t)n * (n - 1) / 2;
    const uint32_t *order;
    int64_t both = 0, surplus;
    double tau;
    if (x->tied == pairs || y->tied == pairs) return NAN;
    if (x->tied == 0 && y->tied > 0) return rk_tau_b(y, x, n, work); /* equal y cost a sort more than equal x */
    order = rk_order_within(y, x, n, cursor, other);
    if (x->tied && y->tied) both = rk_tied_in_both(x, y, n, order);
    memcpy(cursor, x->below, (size_t)n * sizeof *cursor);
    for (ptrdiff_t i = 0; i < n; ++i) sorted[cursor[x->rank[order[i]]]++] = (uint32_t)i;
    surplus = pairs - x->tied - y->tied + both - 2 * rk_inversions(sorted, other, 0, (uint32_t)n);
    tau = (double)surplus / sqrt((double)(pairs - x->tied)) / sqrt((double)(pairs - y->tied));
    return tau > 1.0 ? 1.0 : tau < -1.0 ? -1.0 : tau;
}

#endif
