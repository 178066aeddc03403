# cython: boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""Exponentially weighted variance of a series, and filtered historical VaR and ES of all its windows.

Formulas, domain and reason: ``include/ewma.h``.
"""

from libc.stdlib cimport free, malloc

cdef extern from *:
    const char* RISKKIT_SOURCE_DIGEST

cdef extern from "ewma.h" nogil:
    void rk_ewma_variance(const double* x, Py_ssize_t n, double decay, double* variance)
    Py_ssize_t rk_filtered_var_es(const double* loss, Py_ssize_t count, Py_ssize_t window, Py_ssize_t step, double level,
                                  double decay, double* work, double* var, double* es)

source_digest = RISKKIT_SOURCE_DIGEST.decode()


def variance(const double[::1] values, double decay, double[::1] out):
    """Write the n + 1 variances of n values: before the first value, ..., after the last."""
    cdef Py_ssize_t n = values.shape[0]
    if n < 1 or out.shape[0] != n + 1:
        raise ValueError(f"{n} values have {n + 1} variances, not {out.shape[0]}")
    with nogil:
        rk_ewma_variance(&values[0], n, decay, &out[0])


def filtered_var_es(const double[::1] loss, Py_ssize_t window, Py_ssize_t step, double level, double decay,
                    double[::1] var, double[::1] es):
    """Write VaR and ES of each window; return the first window without a positive finite variance, else their number."""
    cdef Py_ssize_t count = var.shape[0], good
    cdef double* work
    if not (0.5 < level < 1.0 and 0.0 < decay < 1.0):
        raise ValueError(f"level {level} or decay {decay} is out of range")
    if window < 1 or step < 1 or count != es.shape[0] or (count > 0 and (count - 1) * step + window > loss.shape[0]):
        raise ValueError(f"{count} windows of {window} every {step} do not fit {loss.shape[0]} rows")
    if count == 0:
        return 0
    work = <double*>malloc((2 * window + 1) * sizeof(double))
    if work == NULL:
        raise MemoryError
    with nogil:
        good = rk_filtered_var_es(&loss[0], count, window, step, level, decay, work, &var[0], &es[0])
    free(work)
    return good
