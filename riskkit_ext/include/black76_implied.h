/* The volatility behind a price (Black 1976); part of black76.h.
 *
 * The value out of the money over min(F, K), p(s) of s = sigma sqrt(T), grows from 0 to 1, with p' = phi(e) (black76.h). It is
 * solved in an objective that is nearly straight in s wherever p is (the idea of Jaeckel 2015, "Let's be rational"):
 *
 *     p small: with y = |log(F / K)|, below its inflection     1 / sqrt(-log(p / min(y, 1))), which starts as s sqrt(2) / y
 *       at s^2 = 2 y, or below about s = y where y < 1
 *     p above 1/2                                              sqrt(-log(1 - p)), which ends as s / sqrt(8)
 *     between                                                  p
 *
 * by Householder's step of third order (exact second and third derivatives, error to the fourth power), kept inside a bracket
 * that each value narrows. When a step is below 1e-3 of s, one Newton step on p itself, or on 1 - p, takes off what the logarithm
 * rounded.
 *
 * `resolution`: by how much of itself the volatility moves when the price moves by half a unit in its last place; the error is a
 * few times 1e-16 and a few times that. Whoever reads an option in the money has lost what the price rounded away.
 */

#define BLACK_TRIES 100
#define BLACK_CLOSE 1e-3
#define IMPLIED_NORMAL_EDGE 0.0833154705876863 /* P(1) of the normal law, bachelier.h */

enum {
    IMPLIED_OK,
    IMPLIED_BELOW_INTRINSIC,
    IMPLIED_NO_INFORMATION,
    IMPLIED_ABOVE_BOUND,
    IMPLIED_NOT_A_NUMBER,
    IMPLIED_NOT_CONVERGED
};
enum { IMPLIED_STRAIGHT, IMPLIED_LOW, IMPLIED_HIGH }; /* the objective */

typedef struct {
    double in[BLACK_INPUTS][BLACK_BLOCK]; /* the price stands where the volatility does */
    double y[BLACK_BLOCK], p[BLACK_BLOCK], rest[BLACK_BLOCK], goal[BLACK_BLOCK]; /* |log(F / K)|; p; 1 - p; -log of the smaller */
    double kind[BLACK_BLOCK], s[BLACK_BLOCK], low[BLACK_BLOCK], high[BLACK_BLOCK], next[BLACK_BLOCK], at[BLACK_BLOCK];
    double found[BLACK_BLOCK], slope[BLACK_BLOCK];
    int64_t row[BLACK_BLOCK]; /* of the block */
} BlackSolve;

/* What a price says before any search, and p. Rounding of a price in the money is 2^-51 of it, the discounting included. */
static int black_implied_begin(const double *in, double *p, double *rest) {
    double price = in[BLACK_VOLATILITY] / in[BLACK_DISCOUNT], most = black_smaller(in[BLACK_FORWARD], in[BLACK_STRIKE]);
    double intrinsic = black_larger(in[BLACK_SIGN] * (in[BLACK_FORWARD] - in[BLACK_STRIKE]), 0.0), outside = price - intrinsic;
    double rounding = intrinsic > 0.0 ? 0x1p-51 * price : 0.0;
    *p = outside / most;
    *rest = (most - outside) / most;
    if (price != price) return IMPLIED_NOT_A_NUMBER;
    if (*rest <= 0.0) return IMPLIED_ABOVE_BOUND;
    if (outside < -rounding) return IMPLIED_BELOW_INTRINSIC;
    if (outside <= rounding || *p < 1e-290) return IMPLIED_NO_INFORMATION;
    return in[BLACK_YEARS] == 0.0 ? IMPLIED_ABOVE_BOUND : IMPLIED_OK;
}

/* Y(z) to a hundredth of itself. */
ALWAYS_INLINE double black_rough_mills(double z) { return 1.0 / (0.63662 * z + sqrt(0.13204 * z * z + 0.63662)); }

/* The first s. In the low objective a straight line through 0 and the place where it begins; between, the normal law's at the
 * strike; above, Polya's normal law with the right slope at the inflection. */
ALWAYS_INLINE void black_implied_start(BlackSolve *solve, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        double y = solve->y[i], p = solve->p[i], rest = solve->rest[i], middle = sqrt(2.0 * y), scale = black_smaller(y, 1.0);
        double there = black_larger(0.5 - NORMAL_ONE_OVER_ROOT_TWO_PI * black_rough_mills(middle), 1e-300);
        double edge = y < 1.0 ? IMPLIED_NORMAL_EDGE : there, place = y < 1.0 ? y : middle;
        double kind = p < edge * scale ? IMPLIED_LOW : p > 0.5 ? IMPLIED_HIGH : IMPLIED_STRAIGHT;
        double goal = normal_log_ratio(kind == IMPLIED_LOW ? black_larger(scale, 1e-300) : 1.0, kind == IMPLIED_HIGH ? rest : p);
        double share = black_smaller(rest / (1.0 - there), 1.0);
        double bend = 1.5707963267948966 * normal_log_ratio(1.0, share * black_larger(2.0 - share, 1.0));
        double above = middle + 2.0 * (1.0 - there * share) * sqrt(black_larger(bend, 0.0));
        double between = y < 1.0 ? 2.5066282746310002 * (p + 0.5 * y) : above;
        double below = place * sqrt(normal_log_ratio(1.0, edge) / goal);
        solve->kind[i] = kind;
        solve->goal[i] = goal;
        solve->s[i] = black_larger(kind == IMPLIED_LOW ? below : kind == IMPLIED_HIGH ? above : between, 1e-140);
        solve->low[i] = 0.0;
        solve->high[i] = 1e300;
    }
}

/* Householder's step for the objective; `next` is where it leads, or the middle of the bracket. */
ALWAYS_INLINE void black_implied_steps(BlackSolve *solve, int64_t count) {
    for (int64_t i = 0; i < count; i++) solve->at[i] = normal_density(0.5 * solve->s[i] - solve->y[i] / solve->s[i]);
    for (int64_t i = 0; i < count; i++) {
        double s = solve->s[i], h = solve->y[i] / s, e = 0.5 * s - h, b = 0.5 * s + h, p1 = solve->at[i], kind = solve->kind[i];
        BlackTail tail = black_tail(h, s, p1);
        double rest = e > NORMAL_MILLS_C ? p1 * (tail.at_near + tail.at_far) : 1.0 - tail.value;
        double error = kind == IMPLIED_HIGH ? rest - solve->rest[i] : solve->p[i] - tail.value;
        double low = error > 0.0 ? s : solve->low[i], high = error > 0.0 ? solve->high[i] : s;
        double u = black_larger(kind == IMPLIED_HIGH ? rest : tail.value, 1e-300), d = p1 / u;
        double scale = kind == IMPLIED_LOW ? black_smaller(solve->y[i], 1.0) : 1.0;
        double l = black_larger(normal_log_ratio(black_larger(scale, 1e-300), u), 1e-300);
        double power = kind == IMPLIED_HIGH ? -0.5 : -1.5;
        double ratio = (kind == IMPLIED_HIGH ? solve->goal[i] / l : l / solve->goal[i]);
        double bend = -d * (1.0 + power / l), third = d * d * (1.0 + power / l - power / (l * l)) + bend * bend;
        double move = kind == IMPLIED_STRAIGHT ? error / p1 : 2.0 * (sqrt(ratio) - 1.0) * l / d;
        double second = kind == IMPLIED_STRAIGHT ? 0.0 : kind == IMPLIED_HIGH ? -bend : bend;
        double r2 = -e * b / s, r3 = r2 * r2 + (e * b - b * b - e * e) / (s * s);
        double h2 = r2 + second, h3 = r3 + 3.0 * second * r2 + (kind == IMPLIED_STRAIGHT ? 0.0 : third);
        double to = s + move * (1.0 + 0.5 * h2 * move) / (1.0 + move * (h2 + h3 * move / 6.0));
        double middle = high < 1e299 ? 0.5 * (low + high) : 2.0 * s, checked = to >= low ? to : middle;
        solve->next[i] = checked <= high ? checked : middle;
        solve->at[i] = fabs(move);
        solve->low[i] = low;
        solve->high[i] = high;
    }
}

/* Take each step; what has come close is written down, the others move to the front. */
static int64_t black_implied_sort(BlackSolve *solve, int64_t count) {
    int64_t kept = 0;
    for (int64_t i = 0; i < count; i++) {
        double next = solve->next[i];
        if (solve->at[i] <= BLACK_CLOSE * next) {
            solve->found[solve->row[i]] = next;
            continue;
        }
        solve->s[kept] = next;
        solve->y[kept] = solve->y[i];
        solve->p[kept] = solve->p[i];
        solve->rest[kept] = solve->rest[i];
        solve->goal[kept] = solve->goal[i];
        solve->kind[kept] = solve->kind[i];
        solve->low[kept] = solve->low[i];
        solve->high[kept] = solve->high[i];
        solve->row[kept++] = solve->row[i];
    }
    return kept;
}

/* One Newton step on p, or on 1 - p where that is the smaller; `slope` is p' there. */
ALWAYS_INLINE void black_implied_polish(BlackSolve *solve, const double *y, const double *p, const double *rest, int64_t count) {
    double *s = solve->found;
    for (int64_t i = 0; i < count; i++) solve->slope[i] = normal_density(0.5 * s[i] - y[i] / s[i]);
    for (int64_t i = 0; i < count; i++) {
        double h = y[i] / s[i], density = solve->slope[i];
        BlackTail tail = black_tail(h, s[i], density);
        double beyond = 0.5 * s[i] - h > NORMAL_MILLS_C ? density * (tail.at_near + tail.at_far) : 1.0 - tail.value;
        double error = p[i] > 0.5 ? beyond - rest[i] : p[i] - tail.value;
        s[i] += error / density;
    }
}

/* Volatility, resolution and status of `rows` options from row `from` on; their inputs are laid out in solve->in. */
ALWAYS_INLINE void black_implied_block(BlackSolve *solve, int64_t from, int64_t rows, double *volatility, double *resolution,
                                       int8_t *status) {
    double y[BLACK_BLOCK], p[BLACK_BLOCK], rest[BLACK_BLOCK];
    int64_t count = 0, searched, which[BLACK_BLOCK];
    for (int64_t i = 0; i < rows; i++)
        solve->at[i] = fabs(normal_log_ratio(solve->in[BLACK_FORWARD][i], solve->in[BLACK_STRIKE][i]));
    for (int64_t i = 0; i < rows; i++) {
        double in[BLACK_INPUTS];
        for (int k = 0; k < BLACK_INPUTS; k++) in[k] = solve->in[k][i];
        status[from + i] = (int8_t)black_implied_begin(in, p + count, rest + count);
        volatility[from + i] = resolution[from + i] = NAN;
        y[count] = solve->at[i];
        which[count] = i;
        count += status[from + i] == IMPLIED_OK;
    }
    for (int64_t i = 0; i < count; i++) {
        solve->y[i] = y[i];
        solve->p[i] = p[i];
        solve->rest[i] = rest[i];
        solve->row[i] = i;
        solve->found[i] = 1.0;
    }
    searched = count;
    black_implied_start(solve, searched);
    for (int tries = 0; tries < BLACK_TRIES && searched; tries++) {
        black_implied_steps(solve, searched);
        searched = black_implied_sort(solve, searched);
    }
    for (int64_t i = 0; i < searched; i++) status[from + which[solve->row[i]]] = IMPLIED_NOT_CONVERGED;
    black_implied_polish(solve, y, p, rest, count);
    for (int64_t i = 0; i < count; i++) {
        int64_t k = which[i];
        if (status[from + k] != IMPLIED_OK) continue;
        double s = solve->found[i], most = black_smaller(solve->in[BLACK_FORWARD][k], solve->in[BLACK_STRIKE][k]);
        volatility[from + k] = s / sqrt(solve->in[BLACK_YEARS][k]);
        double price = solve->in[BLACK_VOLATILITY][k] / solve->in[BLACK_DISCOUNT][k];
        resolution[from + k] = 0x1p-53 * price / (most * solve->slope[i] * s);
    }
}

ALWAYS_INLINE void black_implied_of(const double *const *in, const int64_t *step, int64_t n, double *volatility,
                                    double *resolution, int8_t *status) {
    BlackSolve solve;
    for (int64_t from = 0; from < n; from += BLACK_BLOCK) {
        int64_t rows = n - from < BLACK_BLOCK ? n - from : BLACK_BLOCK;
        for (int k = 0; k < BLACK_INPUTS; k++)
            for (int64_t i = 0; i < rows; i++) solve.in[k][i] = in[k][(from + i) * step[k]];
        black_implied_block(&solve, from, rows, volatility, resolution, status);
    }
}
