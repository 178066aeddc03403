/* Exponential, logarithm and the normal law in steps that a compiler makes vectors of: no branch, no call, no table.
 *
 *     density  phi(z) = exp(-z^2 / 2) / sqrt(2 pi)
 *     Mills    Y(z) = Phi(-z) / phi(z) = sqrt(pi / 2) erfcx(z / sqrt 2)
 *     decline  (Y(a) - Y(b)) / (b - a), which is -Y'(a) where b = a
 *
 * With r = 1 / (z + k) and t = 1 - 2 (k - c) r, which maps -c <= z <= infinity to -1 <= t <= 1, Y(z) = r Q(t) where Q is a
 * polynomial of degree 23 fitted in the relative maximum norm (error 2e-16). One pass of Horner's scheme gives Q(t_a) and, from its
 * partial sums, the divided difference of Q between t_a and t_b; so the decline has its digits however close a and b are.
 *
 * Domain: each function says its own. Errors: a few units in the last place (1e-15); of phi z^2 more, as z^2 is rounded.
 * Reason: options want these by the million, and erfc of the C library costs more than a whole option here.
 */
#ifndef RISKKIT_NORMAL_H
#define RISKKIT_NORMAL_H

#include "lanes.h"

#define NORMAL_ROOT_HALF_PI 1.2533141373155002512
#define NORMAL_ONE_OVER_ROOT_TWO_PI 0.39894228040143267794
#define NORMAL_MILLS_K 5.5
#define NORMAL_MILLS_C 0.3 /* the least argument is minus this */
#define NORMAL_EXPONENT_BIAS 0x4330000000000000ULL /* 2^52: an integer added to its bits is added to the number */

ALWAYS_INLINE uint64_t normal_word(double x) {
    uint64_t word;
    memcpy(&word, &x, sizeof word);
    return word;
}

ALWAYS_INLINE double normal_double(uint64_t word) {
    double x;
    memcpy(&x, &word, sizeof x);
    return x;
}

/* exp(x) for x <= 0; below -708 it is 0. */
ALWAYS_INLINE double normal_exp(double x) {
    const double shift = 6755399441055744.0; /* 1.5 * 2^52: adding it rounds to a whole number, in the lowest bits */
    double kept = x < -708.0 ? -708.0 : x;
    double moved = kept * 1.4426950408889634 + shift, whole = moved - shift;
    double r = (kept - whole * 0x1.62e42fefap-1) - whole * 0x1.cf79abc9e3b39p-40; /* less whole log 2, in two parts */
    double sum = 0x1.af786c30b3c3cp-26;
    sum = sum * r + 0x1.28b410d73d492p-22;
    sum = sum * r + 0x1.71dde761afc1bp-19;
    sum = sum * r + 0x1.a01991a02d38fp-16;
    sum = sum * r + 0x1.a01a01b80612dp-13;
    sum = sum * r + 0x1.6c16c18800884p-10;
    sum = sum * r + 0x1.111111110db6ap-7;
    sum = sum * r + 0x1.555555554f0b8p-5;
    sum = sum * r + 0x1.5555555555562p-3;
    sum = sum * r + 0x1.0000000000011p-1;
    double power = normal_double((normal_word(moved) << 52) + 0x3FF0000000000000ULL);
    double value = ((sum * r + 1.0) * r + 1.0) * power;
    return x < -708.0 ? 0.0 : value;
}

/* log(a / b) of positive normal numbers, with all its digits where a is near b: a - b is exact there. */
ALWAYS_INLINE double normal_log_ratio(double a, double b) {
    const uint64_t fraction = 0x000FFFFFFFFFFFFFULL, one = 0x3FF0000000000000ULL;
    uint64_t word_a = normal_word(a), word_b = normal_word(b);
    double power_a = normal_double((word_a >> 52) + NORMAL_EXPONENT_BIAS);
    double power = power_a - normal_double((word_b >> 52) + NORMAL_EXPONENT_BIAS);
    double x = normal_double((word_a & fraction) | one), y = normal_double((word_b & fraction) | one);
    double root = 1.4142135623730951;
    power += (x > root * y ? 1.0 : 0.0) - (y > root * x ? 1.0 : 0.0);
    double doubled_x = y > root * x ? 2.0 * x : x, doubled_y = x > root * y ? 2.0 * y : y;
    double u = (doubled_x - doubled_y) / (doubled_x + doubled_y), square = u * u; /* log of the rest is 2 artanh(u) */
    double sum = 0x1.0c0e19c89c7cdp-4;
    sum = sum * square + 0x1.0fbd8f0759b26p-4;
    sum = sum * square + 0x1.3b1c3f6dc9989p-4;
    sum = sum * square + 0x1.745cf8d3ae904p-4;
    sum = sum * square + 0x1.c71c7201d2587p-4;
    sum = sum * square + 0x1.2492492476856p-3;
    sum = sum * square + 0x1.9999999999a3ap-3;
    sum = sum * square + 0x1.5555555555555p-2;
    double rest = 2.0 * u + 2.0 * u * square * sum;
    return power * 0x1.62e42fefap-1 + (power * 0x1.cf79abc9e3b39p-40 + rest);
}

/* phi(z); 0 where |z| > 37.6. */
ALWAYS_INLINE double normal_density(double z) { return NORMAL_ONE_OVER_ROOT_TWO_PI * normal_exp(-0.5 * z * z); }

typedef struct {
    double at_a, at_b; /* Y(a), Y(b) */
    double decline;    /* (Y(a) - Y(b)) / (b - a) */
} Mills;

#define NORMAL_MILLS_TERMS(even_term, odd_term) \
    even_slope = even_slope * u_b + even; \
    odd_slope = odd_slope * u_b + odd; \
    even = even * u_a + (even_term); \
    odd = odd * u_a + (odd_term);

/* Domain: -NORMAL_MILLS_C <= a <= b <= 1e152, gap = b - a. The even and the odd powers are summed side by side. */
ALWAYS_INLINE Mills normal_mills(double a, double b, double gap) {
    const double spread = 2.0 * (NORMAL_MILLS_K - NORMAL_MILLS_C);
    double from_a = a + NORMAL_MILLS_K, from_b = b + NORMAL_MILLS_K, both = 1.0 / (from_a * from_b);
    double r_a = both * from_b, r_b = both * from_a;
    double t_a = 1.0 - spread * r_a, t_b = 1.0 - spread * r_b, u_a = t_a * t_a, u_b = t_b * t_b;
    double even = 0x1.55ec95bc03d3ep-29, odd = 0x1.25a02eab1a0ffp-29, even_slope = even, odd_slope = odd;
    even = even * u_a - 0x1.da8d3db0a34e4p-26;
    odd = odd * u_a - 0x1.d25a7cc0cf6d5p-26;
    NORMAL_MILLS_TERMS(0x1.6072c1d934a76p-23, 0x1.bdff387bfb25dp-23)
    NORMAL_MILLS_TERMS(-0x1.e8a18f57cba45p-22, -0x1.79078c2dfd6b2p-20)
    NORMAL_MILLS_TERMS(-0x1.5317e983d5483p-18, 0x1.409efdfa66cddp-17)
    NORMAL_MILLS_TERMS(0x1.05d68aa213dbdp-13, -0x1.0431f9002dcd0p-14)
    NORMAL_MILLS_TERMS(-0x1.a4f04364fb026p-10, 0x1.157a085712621p-12)
    NORMAL_MILLS_TERMS(0x1.21c08d57d9718p-7, 0x1.feacc53211652p-10)
    NORMAL_MILLS_TERMS(0x1.6e26df0f35931p-3, -0x1.c87666d586296p-5)
    NORMAL_MILLS_TERMS(0x1.948aeb2f57bf2p-1, -0x1.ad2cb89870f4ep-2)
    NORMAL_MILLS_TERMS(0x1.b160535e6186dp+0, -0x1.3fc7dff62a048p+0)
    NORMAL_MILLS_TERMS(0x1.058a8da1445e1p+1, -0x1.fd98964bafe3ap+0)
    double q = even + t_a * odd, slope = odd + (t_a + t_b) * (even_slope + t_b * odd_slope);
    Mills mills;
    mills.at_a = r_a * q;
    mills.at_b = r_b * (q + spread * gap * both * slope);
    mills.decline = both * (q - spread * r_b * slope);
    return mills;
}

#endif
