/* Prices and Greeks of a block of options; part of black76.h. */

#if defined(__GNUC__)
#define BLACK_PREFETCH(address, written) __builtin_prefetch(address, written, 3)
#else
#define BLACK_PREFETCH(address, written) (void)0
#endif

typedef struct {
    double in[BLACK_INPUTS][BLACK_BLOCK], log_discount[BLACK_BLOCK];
    double h[BLACK_BLOCK], s[BLACK_BLOCK], root[BLACK_BLOCK], inverse_s[BLACK_BLOCK]; /* |log(F / K)| / s, s, sqrt(T), 1 / s */
    double density[BLACK_BLOCK], value[BLACK_BLOCK], at_near[BLACK_BLOCK], at_far[BLACK_BLOCK]; /* phi(e), BlackTail */
    double delta[BLACK_BLOCK], inverse_forward[BLACK_BLOCK], inverse_root[BLACK_BLOCK];
    double weight[BLACK_BLOCK], d1[BLACK_BLOCK], d2[BLACK_BLOCK]; /* D F phi(d1), d1, d2 */
} BlackBlock;

/* Copy the inputs from row `from` on; what is constant is laid out once. Not 0: something is outside the domain, or NaN. */
ALWAYS_INLINE uint64_t black_load(BlackBlock *block, const double *const *in, const int64_t *step, int64_t from, int64_t rows) {
    uint64_t bad = 0;
    for (int k = 0; k < BLACK_INPUTS; k++) {
        double *to = block->in[k];
        if (step[k])
            for (int64_t i = 0; i < rows; i++) to[i] = in[k][from + i];
        else if (from == 0)
            for (int64_t i = 0; i < rows; i++) to[i] = in[k][0];
        double least = k == BLACK_SIGN ? -1.0 : k == BLACK_YEARS || k == BLACK_VOLATILITY ? 0.0 : BLACK_LEAST;
        double most = k == BLACK_SIGN ? 1.0 : k == BLACK_YEARS ? BLACK_LONGEST : k == BLACK_VOLATILITY ? BLACK_WILDEST : BLACK_MOST;
        if (step[k] || from == 0)
            for (int64_t i = 0; i < rows; i++) bad |= (uint64_t)(to[i] >= least) & (uint64_t)(to[i] <= most) ? 0 : 1;
    }
    if (step[BLACK_DISCOUNT] || from == 0)
        for (int64_t i = 0; i < rows; i++) block->log_discount[i] = normal_log_ratio(block->in[BLACK_DISCOUNT][i], 1.0);
    return bad;
}

/* Ask for the inputs of the block after this one, and for where this one's results go, while there is something else to do. */
ALWAYS_INLINE void black_prefetch(const double *const *in, const int64_t *step, double *const *out, int64_t from, int64_t n) {
    int64_t next = from + BLACK_BLOCK, end = n - next < BLACK_BLOCK ? n : next + BLACK_BLOCK, here = next < n ? next : n;
    for (int k = 0; k < BLACK_INPUTS; k++)
        for (int64_t i = next; step[k] && i < end; i += 8) BLACK_PREFETCH(in[k] + i, 0);
    for (int k = 0; k < BLACK_OUTPUTS; k++)
        for (int64_t i = from; out[k] && i < here; i += 8) BLACK_PREFETCH(out[k] + i, 1);
}

ALWAYS_INLINE void black_distances(BlackBlock *block, int64_t rows) {
    for (int64_t i = 0; i < rows; i++) {
        double x = normal_log_ratio(block->in[BLACK_FORWARD][i], block->in[BLACK_STRIKE][i]);
        double root = sqrt(block->in[BLACK_YEARS][i]), s = block->in[BLACK_VOLATILITY][i] * root;
        double inverse = 1.0 / black_larger(s, 1e-150);
        block->s[i] = s;
        block->h[i] = fabs(x) * inverse;
        block->root[i] = root;
        block->inverse_s[i] = s > 1e-75 ? inverse : 0.0;
    }
}

ALWAYS_INLINE void black_densities(BlackBlock *block, int64_t rows) {
    for (int64_t i = 0; i < rows; i++) block->density[i] = normal_density(0.5 * block->s[i] - block->h[i]);
}

ALWAYS_INLINE void black_tails(BlackBlock *block, int64_t rows) {
    for (int64_t i = 0; i < rows; i++) {
        BlackTail tail = black_tail(block->h[i], block->s[i], block->density[i]);
        block->value[i] = tail.value;
        block->at_near[i] = tail.at_near;
        block->at_far[i] = tail.at_far;
    }
}

ALWAYS_INLINE void black_prices(const BlackBlock *block, int64_t rows, double *price) {
    for (int64_t i = 0; i < rows; i++) {
        double forward = block->in[BLACK_FORWARD][i], strike = block->in[BLACK_STRIKE][i];
        double intrinsic = black_larger(block->in[BLACK_SIGN][i] * (forward - strike), 0.0);
        price[i] = block->in[BLACK_DISCOUNT][i] * (black_smaller(forward, strike) * block->value[i] + intrinsic);
    }
}

/* The slope by the forward, from the smaller of Phi(d1) and Phi(-d1), which has all its digits. */
ALWAYS_INLINE void black_deltas(BlackBlock *block, int64_t rows) {
    for (int64_t i = 0; i < rows; i++) {
        double forward = block->in[BLACK_FORWARD][i], strike = block->in[BLACK_STRIKE][i], sign = block->in[BLACK_SIGN][i];
        double discount = block->in[BLACK_DISCOUNT][i], s = block->s[i], h = block->h[i], e = 0.5 * s - h, b = 0.5 * s + h;
        double inverse = 1.0 / forward, density = block->density[i] * (black_smaller(forward, strike) * inverse);
        double small = density * (forward > strike ? block->at_far[i] : block->at_near[i]);
        double near = e > NORMAL_MILLS_C ? 1.0 - small : small, d1_above = forward > strike ? 1.0 - small : near; /* Phi(d1) */
        double large = e > NORMAL_MILLS_C ? small : 1.0 - small, d1_below = forward > strike ? small : large; /* Phi(-d1) */
        block->delta[i] = discount * (sign > 0.0 ? d1_above : -d1_below);
        block->inverse_forward[i] = inverse;
        block->weight[i] = discount * forward * density;
        block->d1[i] = forward > strike ? b : e;
        block->d2[i] = forward > strike ? -e : -b;
    }
}

/* Derivatives of second order and by volatility, where they are wanted; 1 / sigma = sqrt(T) / s. */
ALWAYS_INLINE void black_curvatures(const BlackBlock *block, int64_t from, int64_t rows, double *const *out) {
    const double *weight = block->weight, *d1 = block->d1, *d2 = block->d2, *over = block->inverse_forward;
    const double *root = block->root, *inverse_s = block->inverse_s;
    double *gamma = out[BLACK_GAMMA], *vega = out[BLACK_VEGA], *vanna = out[BLACK_VANNA], *volga = out[BLACK_VOLGA];
    if (gamma)
        for (int64_t i = 0; i < rows; i++) gamma[from + i] = weight[i] * over[i] * (over[i] * inverse_s[i]);
    if (vega)
        for (int64_t i = 0; i < rows; i++) vega[from + i] = weight[i] * root[i];
    if (vanna)
        for (int64_t i = 0; i < rows; i++) vanna[from + i] = -weight[i] * over[i] * d2[i] * root[i] * inverse_s[i];
    if (volga)
        for (int64_t i = 0; i < rows; i++) volga[from + i] = weight[i] * root[i] * d1[i] * d2[i] * root[i] * inverse_s[i];
}

/* Derivatives by the time that passes; the rate r = -log(D) / T stays. */
ALWAYS_INLINE void black_decays(BlackBlock *block, const double *price, int64_t from, int64_t rows, double *const *out) {
    const double *weight = block->weight, *volatility = block->in[BLACK_VOLATILITY], *log_discount = block->log_discount;
    double *theta = out[BLACK_THETA], *charm = out[BLACK_CHARM], *inverse = block->inverse_root;
    for (int64_t i = 0; i < rows; i++) inverse[i] = black_inverse(block->root[i]);
    if (theta)
        for (int64_t i = 0; i < rows; i++) {
            double interest = log_discount[i] * (inverse[i] * inverse[i]) * price[i];
            theta[from + i] = -0.5 * weight[i] * volatility[i] * inverse[i] - interest;
        }
    if (charm)
        for (int64_t i = 0; i < rows; i++) {
            double pull = 0.5 * weight[i] * block->d2[i] * block->inverse_forward[i];
            charm[from + i] = inverse[i] * inverse[i] * (pull - log_discount[i] * block->delta[i]);
        }
}

ALWAYS_INLINE void black_greeks(BlackBlock *block, const double *price, int64_t from, int64_t rows, double *const *out) {
    double *delta = out[BLACK_DELTA], *adjusted = out[BLACK_PREMIUM_ADJUSTED_DELTA];
    black_deltas(block, rows);
    if (delta)
        for (int64_t i = 0; i < rows; i++) delta[from + i] = block->delta[i];
    if (adjusted)
        for (int64_t i = 0; i < rows; i++) adjusted[from + i] = block->delta[i] - price[i] * block->inverse_forward[i];
    black_curvatures(block, from, rows, out);
    black_decays(block, price, from, rows, out);
}

ALWAYS_INLINE uint64_t black_values_of(const double *const *in, const int64_t *step, int64_t n, double *const *out) {
    BlackBlock block;
    double own[BLACK_BLOCK];
    uint64_t bad = 0;
    int wanted = 0;
    for (int k = BLACK_DELTA; k < BLACK_OUTPUTS; k++) wanted |= out[k] != 0;
    for (int64_t from = 0; from < n; from += BLACK_BLOCK) {
        int64_t rows = n - from < BLACK_BLOCK ? n - from : BLACK_BLOCK;
        double *price = out[BLACK_PRICE] ? out[BLACK_PRICE] + from : own;
        bad |= black_load(&block, in, step, from, rows);
        black_prefetch(in, step, out, from, n);
        black_distances(&block, rows);
        black_densities(&block, rows);
        black_tails(&block, rows);
        black_prices(&block, rows, price);
        if (wanted) black_greeks(&block, price, from, rows, out);
    }
    return bad;
}
