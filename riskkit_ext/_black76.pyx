# cython: boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""European options on a forward: prices, Greeks, implied volatility, and many options in many scenarios.

Formula, domain and reason stand in ``include/black76.h``, ``include/bachelier.h`` and ``include/normal.h``. Inputs are arrays
of n numbers, or of one that stands for all. ``width`` is the number of doubles in a register, 0 the most that the processor
has.
"""

from libc.stdint cimport int8_t, int64_t, uint64_t

cdef extern from *:
    const char* RISKKIT_SOURCE_DIGEST

cdef extern from "bachelier.h" nogil:
    enum: BLACK_INPUTS
    enum: BLACK_OUTPUTS
    enum: BLACK_PRICE
    enum: IMPLIED_OK
    enum: IMPLIED_BELOW_INTRINSIC
    enum: IMPLIED_NO_INFORMATION
    enum: IMPLIED_ABOVE_BOUND
    enum: IMPLIED_NOT_A_NUMBER
    enum: IMPLIED_NOT_CONVERGED
    ctypedef struct BlackScenarios:
        int64_t count
        const double *forward
        const double *volatility
    ctypedef struct BlackOptions:
        int64_t count
        const double *strike
        const double *years
        const double *sign
        const double *factor
    ctypedef struct Mills:
        double at_a
        double at_b
        double decline
    int black_widest()
    uint64_t black_values(const double *const *inputs, const int64_t *step, int64_t n, double *const *out, int width)
    uint64_t black_revalue(const BlackScenarios *scenarios, const BlackOptions *options, double *out, int width)
    void black_implied(const double *const *inputs, const int64_t *step, int64_t n, double *volatility, double *resolution,
                       int8_t *status, int width)
    uint64_t bachelier_values(const double *const *inputs, const int64_t *step, int64_t n, double *const *out)
    void bachelier_implied(const double *const *inputs, const int64_t *step, int64_t n, double *volatility, double *resolution,
                           int8_t *status)
    Mills normal_mills(double a, double b, double gap)
    double normal_density(double z)
    double normal_log_ratio(double a, double b)

source_digest = RISKKIT_SOURCE_DIGEST.decode()
widest = black_widest()
OUTPUTS = ("price", "delta", "premium_adjusted_delta", "gamma", "vega", "theta", "vanna", "volga", "charm")
outputs = BLACK_OUTPUTS
STATUSES = {
    "ok": IMPLIED_OK, "below_intrinsic": IMPLIED_BELOW_INTRINSIC, "no_information": IMPLIED_NO_INFORMATION,
    "above_bound": IMPLIED_ABOVE_BOUND, "not_a_number": IMPLIED_NOT_A_NUMBER, "not_converged": IMPLIED_NOT_CONVERGED,
}


cdef struct Inputs:
    const double *at[BLACK_INPUTS]
    int64_t step[BLACK_INPUTS]


cdef int _point(Inputs *inputs, int k, const double[::1] values, int64_t n) except -1:
    if values.shape[0] != n and values.shape[0] != 1:
        raise ValueError(f"input {k} has {values.shape[0]} numbers; expected {n}, or 1")
    inputs.at[k], inputs.step[k] = &values[0], values.shape[0] != 1
    return 0


cdef Inputs laid_out(int64_t n, const double[::1] forward, const double[::1] strike, const double[::1] years,
                     const double[::1] fourth, const double[::1] sign, const double[::1] discount) except *:
    cdef Inputs inputs
    if n < 1:
        raise ValueError("nothing to compute")
    _point(&inputs, 0, forward, n)
    _point(&inputs, 1, strike, n)
    _point(&inputs, 2, years, n)
    _point(&inputs, 3, fourth, n)
    _point(&inputs, 4, sign, n)
    _point(&inputs, 5, discount, n)
    return inputs


cdef int chosen(int width) noexcept:
    return width if 0 < width < black_widest() else black_widest()


cdef bint inside(const Inputs *inputs, int64_t n, double *const *wanted, bint normal, int width) noexcept nogil:
    if normal:
        return bachelier_values(inputs.at, inputs.step, n, wanted) == 0
    return black_values(inputs.at, inputs.step, n, wanted, width) == 0


def prices(const double[::1] forward, const double[::1] strike, const double[::1] years, const double[::1] volatility,
           const double[::1] sign, const double[::1] discount, double[::1] out, bint normal=False, int width=0):
    """Prices into ``out`` (n >= 1). True where all inputs were in the domain; else the results mean nothing. ``normal``:
    Bachelier's law."""
    cdef int64_t n = out.shape[0]
    cdef Inputs inputs = laid_out(n, forward, strike, years, volatility, sign, discount)
    cdef double *wanted[BLACK_OUTPUTS]
    cdef bint good
    cdef int k, registers = chosen(width)
    for k in range(BLACK_OUTPUTS):
        wanted[k] = NULL
    wanted[BLACK_PRICE] = &out[0]
    with nogil:
        good = inside(&inputs, n, wanted, normal, registers)
    return good


def greeks(const double[::1] forward, const double[::1] strike, const double[::1] years, const double[::1] volatility,
           const double[::1] sign, const double[::1] discount, double[:, ::1] out, bint normal=False, int width=0,
           which=OUTPUTS):
    """The rows ``which`` (names of OUTPUTS, each once) into ``out`` (rows, n >= 1); True as for ``prices``."""
    cdef int64_t n = out.shape[1]
    cdef Inputs inputs = laid_out(n, forward, strike, years, volatility, sign, discount)
    cdef double *wanted[BLACK_OUTPUTS]
    cdef bint good
    cdef int k, row, registers = chosen(width)
    if len(which) != out.shape[0] or len(set(which)) != len(which):
        raise ValueError(f"{out.shape[0]} rows of results for {which}")
    for k in range(BLACK_OUTPUTS):
        wanted[k] = NULL
    for row in range(out.shape[0]):
        k = OUTPUTS.index(which[row])
        wanted[k] = &out[row, 0]
    with nogil:
        good = inside(&inputs, n, wanted, normal, registers)
    return good


def implied(const double[::1] forward, const double[::1] strike, const double[::1] years, const double[::1] price,
            const double[::1] sign, const double[::1] discount, double[::1] volatility, double[::1] resolution,
            int8_t[::1] status, bint normal=False, int width=0):
    """The volatility behind each price (n >= 1), by how much of itself rounding moves it, and one of ``STATUSES``. All inputs
    but the price are in the domain: the caller has checked it."""
    cdef int64_t n = status.shape[0]
    cdef Inputs inputs = laid_out(n, forward, strike, years, price, sign, discount)
    cdef int registers = chosen(width)
    if volatility.shape[0] != n or resolution.shape[0] != n:
        raise ValueError(f"{volatility.shape[0]} volatilities, {resolution.shape[0]} resolutions, {n} statuses")
    with nogil:
        if normal:
            bachelier_implied(inputs.at, inputs.step, n, &volatility[0], &resolution[0], &status[0])
        else:
            black_implied(inputs.at, inputs.step, n, &volatility[0], &resolution[0], &status[0], registers)


def revalue(const double[::1] forward, const double[::1] volatility, const double[::1] strike, const double[::1] years,
            const double[::1] sign, const double[::1] factor, double[::1] out, int width=0):
    """Add the values of P options, each times its ``factor`` (quantity and discount), in S scenarios of one forward and one
    volatility to ``out`` (S,); True as for ``prices``. A forward times c is a strike over c; a volatility times c, a time
    times c^2."""
    cdef int64_t count = strike.shape[0]
    cdef BlackScenarios scenarios
    cdef BlackOptions options
    cdef int registers = chosen(width)
    cdef bint good
    if (years.shape[0] != count or sign.shape[0] != count or factor.shape[0] != count
            or volatility.shape[0] != forward.shape[0]):
        raise ValueError(f"{count} strikes, {years.shape[0]} times, {sign.shape[0]} signs, {factor.shape[0]} factors; "
                         f"{forward.shape[0]} forwards, {volatility.shape[0]} volatilities")
    if out.shape[0] != forward.shape[0]:
        raise ValueError(f"{out.shape[0]} results for {forward.shape[0]} scenarios")
    if count == 0 or forward.shape[0] == 0:
        return True
    scenarios.count, scenarios.forward, scenarios.volatility = forward.shape[0], &forward[0], &volatility[0]
    options.count, options.strike, options.years = count, &strike[0], &years[0]
    options.sign, options.factor = &sign[0], &factor[0]
    with nogil:
        good = black_revalue(&scenarios, &options, &out[0], registers) == 0
    return good


def normal(const double[::1] z, double[::1] density, double[::1] mills, double[::1] decline):
    """phi(z), Y(z) and -Y'(z) of normal.h, z >= -0.3."""
    cdef Py_ssize_t i
    cdef Mills found
    if density.shape[0] != z.shape[0] or mills.shape[0] != z.shape[0] or decline.shape[0] != z.shape[0]:
        raise ValueError(f"results do not fit {z.shape[0]} numbers")
    for i in range(z.shape[0]):
        found = normal_mills(z[i], z[i], 0.0)
        density[i], mills[i], decline[i] = normal_density(z[i]), found.at_a, found.decline


def log_ratio(const double[::1] a, const double[::1] b, double[::1] out):
    """log(a / b) of positive normal numbers."""
    cdef Py_ssize_t i
    if b.shape[0] != a.shape[0] or out.shape[0] != a.shape[0]:
        raise ValueError(f"{a.shape[0]} numbers, {b.shape[0]} numbers, {out.shape[0]} results")
    for i in range(a.shape[0]):
        out[i] = normal_log_ratio(a[i], b[i])
