/* Prices and Greeks of a block of options; part of black76.h. */

typedef struct {
    double in[BLACK_INPUTS][BLACK_BLOCK], log_discount[BLACK_BLOCK];
    double h[BLACK_BLOCK], s[BLACK_BLOCK], density[BLACK_BLOCK];                /* |log(F / K)| / s, s, phi(e) */
    double value[BLACK_BLOCK], at_near[BLACK_BLOCK], at_far[BLACK_BLOCK];       /* BlackTail */
    double delta[BLACK_BLOCK], weight[BLACK_BLOCK], d1[BLACK_BLOCK], d2[BLACK_BLOCK]; /* weight: D F phi(d1) */
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

ALWAYS_INLINE void black_distances(BlackBlock *block, int64_t rows) {
    for (int64_t i = 0; i < rows; i++) {
        double x = normal_log_ratio(block->in[BLACK_FORWARD][i], block->in[BLACK_STRIKE][i]);
        double s = block->in[BLACK_VOLATILITY][i] * sqrt(block->in[BLACK_YEARS][i]);
        block->s[i] = s;
        block->h[i] = fabs(x) / black_larger(s, 1e-150);
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
        double density = block->density[i] * (black_smaller(forward, strike) / forward);
        double small = density * (forward > strike ? block->at_far[i] : block->at_near[i]);
        double near = e > NORMAL_MILLS_C ? 1.0 - small : small, d1_above = forward > strike ? 1.0 - small : near; /* Phi(d1) */
        double large = e > NORMAL_MILLS_C ? small : 1.0 - small, d1_below = forward > strike ? small : large; /* Phi(-d1) */
        block->delta[i] = discount * (sign > 0.0 ? d1_above : -d1_below);
        block->weight[i] = discount * forward * density;
        block->d1[i] = forward > strike ? b : e;
        block->d2[i] = forward > strike ? -e : -b;
    }
}

/* Derivatives of second order and by volatility, where they are wanted. */
ALWAYS_INLINE void black_curvatures(const BlackBlock *block, int64_t from, int64_t rows, double *const *out) {
    const double *weight = block->weight, *d1 = block->d1, *d2 = block->d2, *forward = block->in[BLACK_FORWARD];
    const double *volatility = block->in[BLACK_VOLATILITY], *years = block->in[BLACK_YEARS];
    double *gamma = out[BLACK_GAMMA], *vega = out[BLACK_VEGA], *vanna = out[BLACK_VANNA], *volga = out[BLACK_VOLGA];
    if (gamma)
        for (int64_t i = 0; i < rows; i++)
            gamma[from + i] = weight[i] * black_inverse(block->s[i]) / (forward[i] * forward[i]);
    if (vega)
        for (int64_t i = 0; i < rows; i++) vega[from + i] = weight[i] * sqrt(years[i]);
    if (vanna)
        for (int64_t i = 0; i < rows; i++)
            vanna[from + i] = -weight[i] * d2[i] * black_inverse(volatility[i]) / forward[i];
    if (volga)
        for (int64_t i = 0; i < rows; i++)
            volga[from + i] = weight[i] * sqrt(years[i]) * d1[i] * d2[i] * black_inverse(volatility[i]);
}

/* Derivatives by the time that passes; the rate r = -log(D) / T stays. */
ALWAYS_INLINE void black_decays(const BlackBlock *block, const double *price, int64_t from, int64_t rows, double *const *out) {
    const double *weight = block->weight, *years = block->in[BLACK_YEARS];
    double *theta = out[BLACK_THETA], *charm = out[BLACK_CHARM];
    if (theta)
        for (int64_t i = 0; i < rows; i++) {
            double inverse = black_inverse(years[i]);
            double decay = 0.5 * weight[i] * block->in[BLACK_VOLATILITY][i] * sqrt(inverse);
            theta[from + i] = -block->log_discount[i] * inverse * price[i] - decay;
        }
    if (charm)
        for (int64_t i = 0; i < rows; i++) {
            double inverse = black_inverse(years[i]), pull = 0.5 * weight[i] * block->d2[i] / block->in[BLACK_FORWARD][i];
            charm[from + i] = inverse * (pull - block->log_discount[i] * block->delta[i]);
        }
}

ALWAYS_INLINE void black_greeks(BlackBlock *block, const double *price, int64_t from, int64_t rows, double *const *out) {
    double *delta = out[BLACK_DELTA], *adjusted = out[BLACK_PREMIUM_ADJUSTED_DELTA];
    black_deltas(block, rows);
    if (delta)
        for (int64_t i = 0; i < rows; i++) delta[from + i] = block->delta[i];
    if (adjusted)
        for (int64_t i = 0; i < rows; i++) adjusted[from + i] = block->delta[i] - price[i] / block->in[BLACK_FORWARD][i];
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
        black_distances(&block, rows);
        black_densities(&block, rows);
        black_tails(&block, rows);
        black_prices(&block, rows, price);
        if (wanted) black_greeks(&block, price, from, rows, out);
    }
    return bad;
}
