/* Options revalued in many scenarios of one forward and one volatility; part of black76.h.
 *
 * A scenario's logarithm and the inverse of its volatility are computed once for all options, so that an option in a scenario costs
 * one division, one exponential and two Mills ratios. Error: a few 1e-16 max(1, |log F|) of the forward; the relative error far
 * out of the money is that of the difference of two logarithms.
 */

#define BLACK_SCENARIO_BLOCK 1024

typedef struct {
    int64_t count;
    const double *forward, *volatility; /* (count) */
} BlackScenarios;

typedef struct {
    int64_t count;
    const double *strike, *years, *sign, *factor; /* (count): factor is quantity times discount */
} BlackOptions;

typedef struct {
    double forward[BLACK_SCENARIO_BLOCK], log_forward[BLACK_SCENARIO_BLOCK];
    double volatility[BLACK_SCENARIO_BLOCK], inverse[BLACK_SCENARIO_BLOCK];
    double h[BLACK_SCENARIO_BLOCK], s[BLACK_SCENARIO_BLOCK], density[BLACK_SCENARIO_BLOCK];
} BlackScenarioBlock;

/* Not 0: something is outside the domain of black76.h, or NaN. */
ALWAYS_INLINE uint64_t black_options_check(const BlackOptions *options) {
    uint64_t bad = 0;
    for (int64_t p = 0; p < options->count; p++) {
        double strike = options->strike[p], years = options->years[p], sign = options->sign[p], factor = options->factor[p];
        bad |= !(strike >= BLACK_LEAST && strike <= BLACK_MOST && years >= 0.0 && years <= BLACK_LONGEST && fabs(sign) == 1.0
                 && fabs(factor) <= BLACK_MOST);
    }
    return bad;
}

ALWAYS_INLINE uint64_t black_scenarios_load(BlackScenarioBlock *block, const BlackScenarios *scenarios, int64_t from,
                                            int64_t rows) {
    uint64_t bad = 0;
    for (int64_t i = 0; i < rows; i++) {
        double forward = scenarios->forward[from + i], volatility = scenarios->volatility[from + i];
        bad |= (uint64_t)(forward >= BLACK_LEAST) & (uint64_t)(forward <= BLACK_MOST) & (uint64_t)(volatility >= 0.0)
                       & (uint64_t)(volatility <= BLACK_WILDEST)
                   ? 0
                   : 1;
    }
    for (int64_t i = 0; i < rows; i++) {
        double forward = scenarios->forward[from + i], volatility = scenarios->volatility[from + i];
        block->forward[i] = forward;
        block->log_forward[i] = normal_log_ratio(forward, 1.0);
        block->volatility[i] = volatility;
        block->inverse[i] = 1.0 / black_larger(volatility, 1e-75);
    }
    return bad;
}

/* Add the option's value, in every scenario of the block, to `out`. */
ALWAYS_INLINE void black_scenarios_add(BlackScenarioBlock *block, int64_t rows, double strike, double years, double sign,
                                       double factor, double *out) {
    double log_strike = normal_log_ratio(strike, 1.0), root = sqrt(years), inverse_root = 1.0 / black_larger(root, 1e-75);
    for (int64_t i = 0; i < rows; i++) {
        block->s[i] = block->volatility[i] * root;
        block->h[i] = fabs(block->log_forward[i] - log_strike) * (block->inverse[i] * inverse_root);
    }
    for (int64_t i = 0; i < rows; i++) block->density[i] = normal_density(0.5 * block->s[i] - block->h[i]);
    for (int64_t i = 0; i < rows; i++) {
        double forward = block->forward[i], value = black_tail(block->h[i], block->s[i], block->density[i]).value;
        out[i] += factor * (black_smaller(forward, strike) * value + black_larger(sign * (forward - strike), 0.0));
    }
}

ALWAYS_INLINE uint64_t black_revalue_of(const BlackScenarios *scenarios, const BlackOptions *options, double *out) {
    BlackScenarioBlock block;
    uint64_t bad = black_options_check(options);
    for (int64_t from = 0; from < scenarios->count; from += BLACK_SCENARIO_BLOCK) {
        int64_t left = scenarios->count - from, rows = left < BLACK_SCENARIO_BLOCK ? left : BLACK_SCENARIO_BLOCK;
        bad |= black_scenarios_load(&block, scenarios, from, rows);
        for (int64_t p = 0; p < options->count; p++)
            black_scenarios_add(&block, rows, options->strike[p], options->years[p], options->sign[p], options->factor[p],
                                out + from);
    }
    return bad;
}
