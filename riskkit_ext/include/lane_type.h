/* A register of WIDTH numbers as the type `lane`, with loads, stores and sums of logarithms. Included once for each width, by a
 * file that has defined WIDTH, TARGET (the attribute that lets the compiler use such registers) and, for floats instead of
 * doubles, SINGLE (a word); the names get both as a suffix. The arithmetic is written with the ordinary operators; other
 * compilers than GCC and clang get plain numbers. */
#include "lanes.h"

#undef LANE_NAME
#undef LANE_TERMS
#undef lane_real
#undef lane_word
#undef LANE_MANTISSA
#undef LANE_BIAS
#ifdef SINGLE
#define LANE_NAME(name) LANE_PASTE_KIND(name, SINGLE, WIDTH)
#define LANE_TERMS 8 /* of a product between two log_sum_carry: it holds less */
#define lane_real float
#define lane_word uint32_t
#define LANE_MANTISSA 23
#define LANE_BIAS 127
#else
#define LANE_NAME(name) LANE_PASTE(name, WIDTH)
#define LANE_TERMS LOG_BLOCK
#define lane_real double
#define lane_word uint64_t
#define LANE_MANTISSA 52
#define LANE_BIAS 1023
#endif

#undef lane
#undef lane_bits
#undef lane_load
#undef lane_take
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
#define lane LANE_NAME(lane)
#define lane_bits LANE_NAME(lane_bits)
#define lane_take LANE_NAME(lane_take)
#define lane_load LANE_NAME(lane_load)
#define lane_store LANE_NAME(lane_store)
#define lane_all LANE_NAME(lane_all)
#define lane_where_negative LANE_NAME(lane_where_negative)
#define lane_gather LANE_NAME(lane_gather)
#define lane_zip_low LANE_NAME(lane_zip_low)
#define lane_zip_high LANE_NAME(lane_zip_high)
#define LogSum LANE_NAME(LogSum)
#define log_sum_start LANE_NAME(log_sum_start)
#define log_sum_carry LANE_NAME(log_sum_carry)
#define log_sum_total LANE_NAME(log_sum_total)

#if WIDTH > 1
typedef lane_real lane __attribute__((vector_size(sizeof(lane_real) * WIDTH)));
typedef lane_word lane_bits __attribute__((vector_size(sizeof(lane_word) * WIDTH)));
#else
typedef lane_real lane;
typedef lane_word lane_bits;
#endif

/* WIDTH numbers of the register's own kind; and of doubles, rounded to it. */
TARGET ALWAYS_INLINE lane lane_take(const lane_real *from) {
    lane value;
    memcpy(&value, from, sizeof value);
    return value;
}

TARGET ALWAYS_INLINE lane lane_load(const double *from) {
#ifdef SINGLE
    lane_real each[WIDTH];
    for (int l = 0; l < WIDTH; l++) each[l] = (lane_real)from[l];
    return lane_take(each);
#else
    return lane_take(from);
#endif
}

TARGET ALWAYS_INLINE void lane_store(double *to, lane value) {
#ifdef SINGLE
    lane_real each[WIDTH];
    memcpy(each, &value, sizeof value);
    for (int l = 0; l < WIDTH; l++) to[l] = each[l];
#else
    memcpy(to, &value, sizeof value);
#endif
}

TARGET ALWAYS_INLINE lane lane_all(lane_real value) {
#if WIDTH > 1
    return value - (lane){0}; /* x - 0 is x, also for -0, and compiles to a broadcast */
#else
    return value;
#endif
}

/* `value` where `of` is negative, else 0. */
TARGET ALWAYS_INLINE lane lane_where_negative(lane of, lane value) {
#if WIDTH > 1
    lane_bits bits;
    memcpy(&bits, &value, sizeof bits);
    bits &= (lane_bits)(of < lane_all(0));
    memcpy(&value, &bits, sizeof bits);
    return value;
#else
    return of < 0 ? value : 0;
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
TARGET ALWAYS_INLINE void lane_gather(const lane_real *const *z, long from, int size, lane *into) {
#if WIDTH > 1 && defined(LANE_SHUFFLES)
    if (size == LOG_BLOCK) { /* squares of WIDTH by WIDTH are transposed by log2 WIDTH perfect shuffles */
        for (int block = 0; block < LOG_BLOCK; block += WIDTH) {
            lane rows[WIDTH], mixed[WIDTH];
            for (int l = 0; l < WIDTH; l++) rows[l] = lane_take(z[l] + from + block);
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
    lane_real *one = (lane_real *)into;
    for (int l = 0; l < WIDTH; l++)
        for (int t = 0; t < size; t++) one[t * WIDTH + l] = z[l][from + t];
}

typedef struct {
    lane product;
    lane_bits power;
#ifdef SINGLE
    lane_bits broken; /* not 0: the product has left the range */
#endif
} LogSum;

TARGET ALWAYS_INLINE LogSum log_sum_start(void) {
    LogSum sum;
    memset(&sum, 0, sizeof sum);
    sum.product = lane_all(1);
    return sum;
}

TARGET ALWAYS_INLINE void log_sum_carry(LogSum *sum) {
    lane_bits bits;
    memcpy(&bits, &sum->product, sizeof bits);
#ifdef SINGLE
    sum->broken |= (lane_bits)((((bits >> LANE_MANTISSA) + 1) & 0xFE) == 0); /* exponent of infinity, or of 0 */
#endif
    sum->power += (bits >> LANE_MANTISSA) - LANE_BIAS;
    bits = (bits & (((lane_word)1 << LANE_MANTISSA) - 1)) | (lane_word)LANE_BIAS << LANE_MANTISSA;
    memcpy(&sum->product, &bits, sizeof bits);
}

TARGET ALWAYS_INLINE void log_sum_total(const LogSum *sum, double *total) {
    double product[WIDTH];
    lane_word power[WIDTH];
    lane_store(product, sum->product);
    memcpy(power, &sum->power, sizeof power);
    for (int l = 0; l < WIDTH; l++) {
        double signed_power = (double)(int32_t)(uint32_t)power[l];
        total[l] = log(product[l]) + signed_power * 0.693147180559945309417232121458;
    }
#ifdef SINGLE
    memcpy(power, &sum->broken, sizeof power);
    for (int l = 0; l < WIDTH; l++) total[l] = power[l] ? NAN : total[l];
#endif
}
