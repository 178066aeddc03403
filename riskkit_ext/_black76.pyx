# cython: boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""European options on a forward: prices, Greeks, implied volatility, and many options in many scenarios.

Formula, domain and reason stand in ``include/black76.h`` and ``include/bachelier.h``. Inputs are arrays of n numbers, or of one
that stands for all; the order of the outputs of :func:`greeks` is that of ``BLACK_PRICE`` and the following.
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
        int64_t row
    int black_widest()
    uint64_t black_values(const double *const *inputs, const int64_t *step, int64_t n, double *const *out, int width)
    void black_revalue(const BlackScenarios *scenarios, const BlackOptions *options, double *out, int width)
    void black_implied(const double *const *inputs, const int64_t *step, int64_t n, double *volatility, double *resolution,
                       int8_t *status, int width)
    uint64_t bachelier_values(const double *const *inputs, const int64_t *step, int64_t n, double *const *out)
    void bachelier_implied(const double *const *inputs, const int64_t *step, int64_t n, double *volatility, double *resolution,
                           int8_t *status)

source_digest = RISKKIT_SOURCE_DIGEST.decode()
widest = black_widest()
outputs = BLACK_OUTPUTS
STATUSES = {
    "ok": IMPLIED_OK, "below_intrinsic": IMPLIED_BELOW_INTRINSIC, "no_information": IMPLIED_NO_INFORMATION,
    "above_bound": IMPLIED_ABOVE_BOUND, "not_a_number": IMPLIED_NOT_A_NUMBER, "not_converged": IMPLIED_NOT_CONVERGED,
}


cdef struct Inputs:
    const double *at[BLACK_INPUTS]
    int64_t step[BLACK_INPUTS]


cdef Inputs laid_out(const double[::1] forward, const double[::1] strike, const double[::1] years, const double[::1] volatility,
                     const double[::1] sign, const double[::1] discount):
    cdef Inputs inputs
    inputs.at[0], inputs.at[1], inputs.at[2] = &forward[0], &strike[0], &years[0]
    inputs.at[3], inputs.at[4], inputs.at[5] = &volatility[0], &sign[0], &discount[0]
    inputs.step[0], inputs.step[1], inputs.step[2] = forward.shape[0] > 1, strike.shape[0] > 1, years.shape[0] > 1
    inputs.step[3], inputs.step[4], inputs.step[5] = volatility.shape[0] > 1, sign.shape[0] > 1, discount.shape[0] > 1
    return inputs


def prices(const double[::1] forward, const double[::1] strike, const double[::1] years, const double[::1] volatility,
           const double[::1] sign, const double[::1] discount, double[::1] out, bint normal=False, int width=black_widest()):
    """Prices into ``out`` (n >= 1); True where all inputs were in the domain. ``normal``: Bachelier's law."""
    cdef Inputs inputs = laid_out(forward, strike, years, volatility, sign, discount)
    cdef double *wanted[BLACK_OUTPUTS]
    cdef uint64_t bad
    cdef int k
    with nogil:
        for k in range(BLACK_OUTPUTS):
            wanted[k] = NULL
        wanted[BLACK_PRICE] = &out[0]
        if normal:
            bad = bachelier_values(inputs.at, inputs.step, out.shape[0], wanted)
        else:
            bad = black_values(inputs.at, inputs.step, out.shape[0], wanted, width)
    return bad == 0


def greeks(const double[::1] forward, const double[::1] strike, const double[::1] years, const double[::1] volatility,
           const double[::1] sign, const double[::1] discount, double[:, ::1] out, bint normal=False, int width=black_widest()):
    """Price and all Greeks into ``out`` (outputs, n >= 1); True where all inputs were in the domain."""
    cdef Inputs inputs = laid_out(forward, strike, years, volatility, sign, discount)
    cdef double *wanted[BLACK_OUTPUTS]
    cdef uint64_t bad
    cdef int k
    with nogil:
        for k in range(BLACK_OUTPUTS):
            wanted[k] = &out[k, 0]
        if normal:
            bad = bachelier_values(inputs.at, inputs.step, out.shape[1], wanted)
        else:
            bad = black_values(inputs.at, inputs.step, out.shape[1], wanted, width)
    return bad == 0


def implied(const double[::1] forward, const double[::1] strike, const double[::1] years, const double[::1] price,
            const double[::1] sign, const double[::1] discount, double[::1] volatility, double[::1] resolution,
            int8_t[::1] status, bint normal=False, int width=black_widest()):
    """The volatility behind each price (n >= 1), by how much of itself rounding moves it, and one of ``STATUSES``."""
    cdef Inputs inputs = laid_out(forward, strike, years, price, sign, discount)
    with nogil:
        if normal:
            bachelier_implied(inputs.at, inputs.step, status.shape[0], &volatility[0], &resolution[0], &status[0])
        else:
            black_implied(inputs.at, inputs.step, status.shape[0], &volatility[0], &resolution[0], &status[0], width)


def revalue(const double[::1] forward, const double[::1] volatility, const double[::1] strike, const double[::1] years,
            const double[::1] sign, const double[::1] factor, double[::1] out, int width=black_widest()):
    """Add the values of P options, each times its ``factor``, in S scenarios of one forward and one volatility to ``out`` (S,)."""
    cdef BlackScenarios scenarios
    cdef BlackOptions options
    scenarios.count, scenarios.forward, scenarios.volatility = forward.shape[0], &forward[0], &volatility[0]
    options.count, options.strike, options.years = strike.shape[0], &strike[0], &years[0]
    options.sign, options.factor, options.row = &sign[0], &factor[0], 0
    with nogil:
        black_revalue(&scenarios, &options, &out[0], width)
