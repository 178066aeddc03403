/* The empirical copula of m draws at n points: the share of draws that are at most the point in every coordinate.
 *
 * Coordinates are compared as places: draw s is the r-th smallest in coordinate j, point i lies above t of the draws there,
 * and the draw counts iff r < t in every coordinate. The draws stand in the order of coordinate 0, so that there only the
 * first t can count, and nothing needs to be compared.
 *
 * Domain: 1 <= d, 0 <= m <= 65535; places shifted by -32768 into 16 bits with a sign. The caller checks.
 *
 * Why compiled: n m d comparisons, eight in one instruction, on numbers a quarter as long as doubles, and no array of that
 * size ever stands in memory: a strip of draws stays in the first cache while all coordinates pass over it.
 *
 * Freestanding C11: no allocation, no Python.
 */
#ifndef RISKKIT_EMPIRICAL_COPULA_H
#define RISKKIT_EMPIRICAL_COPULA_H

#include <stddef.h>
#include <stdint.h>

#define RK_STRIP 1024 /* draws: measured, 512 to 4096 cost the same */

/* place[(j - 1) * m + s] of coordinates j = 1, ..., d - 1; first: draws below the point in coordinate 0; below[j - 1]. */
static inline int64_t rk_draws_below(const int16_t *place, ptrdiff_t m, ptrdiff_t d, ptrdiff_t first, const int16_t *below)
{
    int64_t total = 0;
    if (d == 1) return first;
    for (ptrdiff_t start = 0; start < first; start += RK_STRIP) {
        const ptrdiff_t size = first - start < RK_STRIP ? first - start : RK_STRIP;
        int16_t counts[RK_STRIP], sum = 0; /* at most RK_STRIP: fits */
        for (ptrdiff_t s = 0; s < size; ++s) counts[s] = place[start + s] < below[0];
        for (ptrdiff_t j = 1; j < d - 1; ++j) {
            const int16_t *const column = place + j * m + start, bound = below[j];
            for (ptrdiff_t s = 0; s < size; ++s) counts[s] = (int16_t)(counts[s] & (column[s] < bound));
        }
        for (ptrdiff_t s = 0; s < size; ++s) sum = (int16_t)(sum + counts[s]);
        total += sum;
    }
    return total;
}

#endif
