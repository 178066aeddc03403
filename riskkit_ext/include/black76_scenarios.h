/* Options revalued in many scenarios of one forward and one volatility; part of black76.h.
 *
 * A scenario's logarithm and the inverse of its volatility are computed once for all options, so that an option in a scenario costs
 * one division, one exponential and two Mills ratios. Error: 1e-15 max(F, K) max(1, |log F|) / s times vega's part, which is no
 * more than a few 1e-14 of the forward; the relative error far out of the money is that of the difference of two logarithms.
 */

#define BLACK_SCENARIO_BLOCK 1024

typedef struct {
    int64_t count;
    const double *forward, *volatility; /* (count) */
} BlackScenarios;

typedef struct {
    int64_t count;
    const double *strike, *years, *sign, *factor; /* (count): factor is quantity times discount */
    int64_t row; /* what lies between an option's results and the next one's; 0: all are added into one row */
} BlackOptions;

typedef struct {
    double forward[BLACK_SCENARIO_BLOCK], log_forward[BLACK_SCENARIO_BLOCK];
    double volatility[BLACK_SCENARIO_BLOCK], inverse[BLACK_SCENARIO_BLOCK];
    double h[BLACK_SCENARIO_BLOCK], s[BLACK_SCENARIO_BLOCK], density[BLACK_SCENARIO_BLOCK];
} BlackScenarioBlock;

ALWAYS_INLINE void black_scenarios_load(BlackScenarioBlock *block, const BlackScenarios *scenarios, int64_t from, int64_t rows) {
    for (int64_t i = 0; i < rows; i++) {
        double forward = scenarios->forward[from + i], volatility = scenarios->volatility[from + i];
        block->forward[i] = forward;
        block->log_forward[i] = normal_log_ratio(forward, 1.0);
        block->volatility[i] = volatility;
        block->inverse[i] = 1.0 / black_larger(volatility, 1e-75);
    }
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

ALWAYS_INLINE void black_revalue_of(const BlackScenarios *scenarios, const BlackOptions *options, double *out) {
    BlackScenarioBlock block;
    for (int64_t from = 0; from < scenarios->count; from += BLACK_SCENARIO_BLOCK) {
        int64_t left = scenarios->count - from, rows = left < BLACK_SCENARIO_BLOCK ? left : BLACK_SCENARIO_BLOCK;
        black_scenarios_load(&block, scenarios, from, rows);
        for (int64_t p = 0; p < options->count; p++)
            black_scenarios_add(&block, rows, options->strike[p], options->years[p], options->sign[p], options->factor[p],
                                out + p * options->row + from);
    }
}
