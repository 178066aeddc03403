# cython: boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""Rolling historical VaR and ES, and rolling moments, of one loss series.

Formulas, domain and reason: ``include/rolling.h``. The results hold one entry per window; window i starts at row i * step.
"""

from libc.stdlib cimport free, malloc

cdef extern from *:
    const char* RISKKIT_SOURCE_DIGEST

cdef extern from "rolling.h" nogil:
    Py_ssize_t rk_tail_rank(Py_ssize_t n, double level)
    Py_ssize_t rk_tail_capacity(Py_ssize_t n, double level)
    void rk_rolling_var_es(const double* loss, Py_ssize_t count, Py_ssize_t window, Py_ssize_t step, double level,
                           double* buffer, double* var, double* es)
    void rk_rolling_moments(const double* loss, Py_ssize_t count, Py_ssize_t window, Py_ssize_t step, double* mean,
                            double* deviation)

source_digest = RISKKIT_SOURCE_DIGEST.decode()


cdef Py_ssize_t _fitting(Py_ssize_t rows, Py_ssize_t window, Py_ssize_t step, Py_ssize_t least, Py_ssize_t count,
                         Py_ssize_t other) except -1:
    """Return the number of windows after making sure that none reads or writes outside its array."""
    if window < least or step < 1 or count != other or (count > 0 and (count - 1) * step + window > rows):
        raise ValueError(f"{count} windows of {window} every {step} do not fit {rows} rows and {other} results")
    return count


def tail_rank(Py_ssize_t n, double level):
    """Number of n equally likely losses that may lie above the quantile at ``level``."""
    if n < 1 or not 0.5 < level < 1.0:
        raise ValueError(f"no tail of {n} losses at level {level}")
    return rk_tail_rank(n, level)


def var_es(const double[::1] loss, Py_ssize_t window, Py_ssize_t step, double level, double[::1] var, double[::1] es):
    """Write VaR and ES of each window into ``var`` and ``es``."""
    cdef Py_ssize_t count = _fitting(loss.shape[0], window, step, 1, var.shape[0], es.shape[0])
    cdef double* buffer
    if not 0.5 < level < 1.0:
        raise ValueError(f"level {level} is not in (0.5, 1)")
    if count == 0:
        return
    buffer = <double*>malloc(rk_tail_capacity(window, level) * sizeof(double))
    if buffer == NULL:
        raise MemoryError
    with nogil:
        rk_rolling_var_es(&loss[0], count, window, step, level, buffer, &var[0], &es[0])
    free(buffer)


def moments(const double[::1] loss, Py_ssize_t window, Py_ssize_t step, double[::1] mean, double[::1] deviation):
    """Write mean and standard deviation (divisor window - 1) of each window into ``mean`` and ``deviation``."""
    cdef Py_ssize_t count = _fitting(loss.shape[0], window, step, 2, mean.shape[0], deviation.shape[0])
    if count == 0:
        return
    with nogil:
        rk_rolling_moments(&loss[0], count, window, step, &mean[0], &deviation[0])
