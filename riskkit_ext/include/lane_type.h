/* A register of WIDTH doubles as the type `lane`, with loads, stores and sums of logarithms. Included once for each width, by a
 * file that has defined WIDTH and TARGET (the attribute that lets the compiler use such registers); the names get the width as
 * a suffix. The arithmetic is written with the ordinary operators; other compilers than GCC and clang get plain doubles. */
#include "lanes.h"

#undef lane
#undef lane_bits
#undef lane_load
#undef lane_store
#undef lane_all
#undef lane_where_negative
#undef lane_gather
#undef lane_zip_low
#undef lane_zip_high
#undef LogSum
#undef log_sum_start
#undef log_sum_carry
#undef log_sum_total
#define lane LANE_PASTE(lane, WIDTH)
#define lane_bits LANE_PASTE(lane_bits, WIDTH)
#define lane_load LANE_PASTE(lane_load, WIDTH)
#define lane_store LANE_PASTE(lane_store, WIDTH)
#define lane_all LANE_PASTE(lane_all, WIDTH)
#define lane_where_negative LANE_PASTE(lane_where_negative, WIDTH)
#define lane_gather LANE_PASTE(lane_gather, WIDTH)
#define lane_zip_low LANE_PASTE(lane_zip_low, WIDTH)
#define lane_zip_high LANE_PASTE(lane_zip_high, WIDTH)
#define LogSum LANE_PASTE(LogSum, WIDTH)
#define log_sum_start LANE_PASTE(log_sum_start, WIDTH)
#define log_sum_carry LANE_PASTE(log_sum_carry, WIDTH)
#define log_sum_total LANE_PASTE(log_sum_total, WIDTH)

#if WIDTH > 1
typedef double lane __attribute__((vector_size(8 * WIDTH)));
typedef uint64_t lane_bits __attribute__((vector_size(8 * WIDTH)));
#else
typedef double lane;
typedef uint64_t lane_bits;
#endif

TARGET ALWAYS_INLINE lane lane_load(const double *from) {
    lane value;
    memcpy(&value, from, sizeof value);
    return value;
}

TARGET ALWAYS_INLINE void lane_store(double *to, lane value) { memcpy(to, &value, sizeof value); }

TARGET ALWAYS_INLINE lane lane_all(double value) {
#if WIDTH > 1
    return value - (lane){0.0}; /* x - 0 is x, also for -0, and compiles to a broadcast */
#else
    return value;
#endif
}

/* `value` where `of` is negative, else 0. */
TARGET ALWAYS_INLINE lane lane_where_negative(lane of, lane value) {
#if WIDTH > 1
    lane_bits bits;
    memcpy(&bits, &value, sizeof bits);
    bits &= (lane_bits)(of < lane_all(0.0));
    memcpy(&value, &bits, sizeof bits);
    return value;
#else
    return of < 0.0 ? value : 0.0;
#endif
}

#if WIDTH > 1 && defined(LANE_SHUFFLES)
/* a0 b0 a1 b1 ... of the lower halves, and of the upper ones. */
TARGET ALWAYS_INLINE lane lane_zip_low(lane a, lane b) {
#if WIDTH == 2
    return __builtin_shufflevector(a, b, 0, 2);
#elif WIDTH == 4
    return __builtin_shufflevector(a, b, 0, 4, 1, 5);
#else
    return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
#endif
}

TARGET ALWAYS_INLINE lane lane_zip_high(lane a, lane b) {
#if WIDTH == 2
    return __builtin_shufflevector(a, b, 1, 3);
#elif WIDTH == 4
    return __builtin_shufflevector(a, b, 2, 6, 3, 7);
#else
    return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
#endif
}
#endif

/* Observations `from` to `from + size - 1`, at most LOG_BLOCK, of WIDTH samples: into[t] has lane l from z[l]. */
TARGET ALWAYS_INLINE void lane_gather(const double *const *z, long from, int size, lane *into) {
#if WIDTH > 1 && defined(LANE_SHUFFLES)
    if (size == LOG_BLOCK) { /* squares of WIDTH by WIDTH are transposed by log2 WIDTH perfect shuffles */
        for (int block = 0; block < LOG_BLOCK; block += WIDTH) {
            lane rows[WIDTH], mixed[WIDTH];
            for (int l = 0; l < WIDTH; l++) rows[l] = lane_load(z[l] + from + block);
            for (int stage = 1; stage < WIDTH; stage *= 2) {
                for (int l = 0; l < WIDTH / 2; l++) {
                    mixed[2 * l] = lane_zip_low(rows[l], rows[l + WIDTH / 2]);
                    mixed[2 * l + 1] = lane_zip_high(rows[l], rows[l + WIDTH / 2]);
                }
                for (int l = 0; l < WIDTH; l++) rows[l] = mixed[l];
            }
            for (int l = 0; l < WIDTH; l++) into[block + l] = rows[l];
        }
        return;
    }
#endif
    double *one = (double *)into;
    for (int l = 0; l < WIDTH; l++)
        for (int t = 0; t < size; t++) one[t * WIDTH + l] = z[l][from + t];
}

typedef struct {
    lane product;
    lane_bits power;
} LogSum;

TARGET ALWAYS_INLINE LogSum log_sum_start(void) {
    LogSum sum;
    memset(&sum, 0, sizeof sum);
    sum.product = lane_all(1.0);
    return sum;
}

TARGET ALWAYS_INLINE void log_sum_carry(LogSum *sum) {
    lane_bits bits;
    memcpy(&bits, &sum->product, sizeof bits);
    sum->power += (bits >> 52) - 1023;
    bits = (bits & UINT64_C(0x000FFFFFFFFFFFFF)) | UINT64_C(0x3FF0000000000000);
    memcpy(&sum->product, &bits, sizeof bits);
}

TARGET ALWAYS_INLINE lane log_sum_total(const LogSum *sum) {
    double product[WIDTH], total[WIDTH];
    int64_t power[WIDTH];
    lane_store(product, sum->product);
    memcpy(power, &sum->power, sizeof power);
    for (int l = 0; l < WIDTH; l++) total[l] = log(product[l]) + (double)power[l] * 0.693147180559945309417232121458;
    return lane_load(total);
}
