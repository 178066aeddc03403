/* Lanes: the same arithmetic on several independent problems at once.
 *
 * The numbers of LANES problems (windows, starting points) lie side by side, the problem innermost: x[i * LANES + lane]; each
 * has its own data. How many of them one machine register holds is another matter: the passes over the data are written once
 * (see lane_type.h), compiled for registers of 2, 4 and 8 doubles, and chosen by the processor that runs. A problem's numbers are
 * the same bits whatever runs in the lanes beside it. Registers of 4 and 8 belong to processors that fuse a * b + c into one
 * rounding: their last digits are not those of 2, and an optimum agrees to 1e-9.
 */
#ifndef RISKKIT_LANES_H
#define RISKKIT_LANES_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#define LANES 8

#define LANE_PASTE_NAMES(name, width) name##_##width
#define LANE_PASTE(name, width) LANE_PASTE_NAMES(name, width)
#define LANE_PASTE_THREE(name, kind, width) name##_##kind##_##width
#define LANE_PASTE_KIND(name, kind, width) LANE_PASTE_THREE(name, kind, width)

#if defined(__GNUC__)
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#else
#define ALWAYS_INLINE static inline
#endif

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define LANE_SHUFFLES
#endif
#endif

/* Doubles, and floats, in a register that every processor of the kind has (SSE2, NEON, simd128); without vector types in the
 * compiler 1. */
#if defined(__GNUC__) && !defined(RISKKIT_PLAIN_DOUBLES)
#define LANE_NARROWEST 2
#define LANE_NARROWEST_SINGLE 4
#else
#define LANE_NARROWEST 1
#define LANE_NARROWEST_SINGLE 1
#endif
#if LANE_NARROWEST == 2 && defined(__x86_64__)
#define LANES_DISPATCHED
#endif

/* Sum of logarithms as the logarithm of a product: one multiplication per term; every LOG_BLOCK terms the exponent of the
 * product is moved into an integer. Domain: positive normal numbers with |log10| < 19, so that LOG_BLOCK of them cannot
 * overflow. */
#define LOG_BLOCK 16

#endif
