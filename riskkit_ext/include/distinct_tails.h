/* The distinct smaller tails min(u, 1 - u) of a sample of uniforms, and where each observation stands among them.
 *
 * A hash table with open addressing, by the bits of the tail; the distinct ones are numbered as they appear. The place of an
 * observation is twice the number of its tail, and one more where u >= 1/2.
 *
 * Domain: 0 < u < 1; n d < 2^30. `slots` is a power of two above n d.
 * Reason: ranks repeat in every column; sorting 15,000 of them costs as much as ten likelihoods.
 */
#ifndef RISKKIT_DISTINCT_TAILS_H
#define RISKKIT_DISTINCT_TAILS_H

#include <stdint.h>
#include <string.h>

/* Of u (n, d) the places (d, n) and the tails (at most n d); `table` (slots) comes filled with zeros. Returns how many. */
static int64_t distinct_tails(const double *u, int64_t n, int64_t d, int32_t *place, double *tail, int32_t *table, int64_t slots) {
    int64_t found = 0;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < d; j++) {
            double value = u[i * d + j], own = value < 0.5 ? value : 1.0 - value;
            uint64_t word;
            memcpy(&word, &own, sizeof word);
            word *= 0x9E3779B97F4A7C15ULL; /* Fibonacci hashing: the upper bits depend on all */
            int64_t slot = (int64_t)(word >> 32) & (slots - 1);
            while (table[slot] && tail[table[slot] - 1] != own) slot = (slot + 1) & (slots - 1);
            if (!table[slot]) {
                tail[found] = own;
                table[slot] = (int32_t)++found;
            }
            place[j * n + i] = 2 * (table[slot] - 1) + (value >= 0.5);
        }
    return found;
}

#endif
