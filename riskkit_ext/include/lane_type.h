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
