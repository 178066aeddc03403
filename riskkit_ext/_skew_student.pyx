# cython: boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""The skew Student-t law: density with derivatives, quantiles and distribution function of a margin.

Formula, domain and reason stand in ``include/skew_student.h``.
"""

from libc.math cimport asinh, fabs, fmax, fmin, sqrt
from libc.stdlib cimport free, malloc

cdef extern from *:
    const char* RISKKIT_SOURCE_DIGEST

cdef extern from "skew_student.h" nogil:
    ctypedef struct Mills:
        pass
    ctypedef struct Margin:
        pass
    long mills_count(double k, double most)
    Mills mills_make(double k, double most, double *node)
    void skew_student_density(const Mills *table, double nu, double d, const double *q, const double *a, long n,
                              double *value, double *by_q, double *by_a)
    double margin_reach(double nu, double logit)
    long margin_count(double nu, double skew, double first, double last)
    Margin margin_make(const Mills *table, double nu, double skew, double first, double last, double *node)
    void margin_quantiles(const Margin *margin, double nu, const double *logit, long n, double *x)
    void margin_logits(const Margin *margin, double nu, const double *x, long n, double *logit)

source_digest = RISKKIT_SOURCE_DIGEST.decode()


def density(const double[::1] q, const double[::1] a, double nu, double d, double[::1] value, double[::1] by_q,
            double[::1] by_a):
    """Log density less -log|P|/2 of points with quadratic forms ``q`` and skew terms ``a`` (n,), and its derivatives."""
    cdef long t, n = q.shape[0]
    cdef double most = 0.0
    cdef double *node
    cdef Mills table
    if n == 0:
        return
    for t in range(n):
        most = fmax(most, fabs(a[t]) / sqrt(nu + q[t]))
    node = <double *> malloc(3 * mills_count(nu + d, most) * sizeof(double))
    if node == NULL:
        raise MemoryError
    with nogil:
        table = mills_make(nu + d, most, node)
        skew_student_density(&table, nu, d, &q[0], &a[0], n, &value[0], &by_q[0], &by_a[0])
        free(node)


cdef int _margin(const double *at, long n, double skew, double nu, double first, double last, bint quantile,
                 double *out) noexcept nogil:
    """Quantiles of logits, or logits of values; 0 where the memory is too small."""
    cdef double *ratio = <double *> malloc(3 * mills_count(nu + 1.0, fabs(skew)) * sizeof(double))
    cdef double *node = <double *> malloc(4 * margin_count(nu, skew, first, last) * sizeof(double))
    cdef Mills table
    cdef Margin margin
    if ratio != NULL and node != NULL:
        table = mills_make(nu + 1.0, fabs(skew), ratio)
        margin = margin_make(&table, nu, skew, first, last, node)
        if quantile:
            margin_quantiles(&margin, nu, at, n, out)
        else:
            margin_logits(&margin, nu, at, n, out)
    free(ratio)
    free(node)
    return ratio != NULL and node != NULL


def quantiles(const double[::1] logit, double skew, double nu, double[::1] x):
    """The values ``x`` (n,) below which u of a margin lies, from log(u / (1 - u)) (n,); sorted ones are fastest."""
    cdef long t, n = logit.shape[0]
    cdef double low = -1.0, high = 1.0
    if n == 0:
        return
    for t in range(n):
        low = fmin(low, logit[t])
        high = fmax(high, logit[t])
    if not _margin(&logit[0], n, skew, nu, -margin_reach(nu, low), margin_reach(nu, -high), True, &x[0]):
        raise MemoryError


def logits(const double[::1] x, double skew, double nu, double[::1] logit):
    """log(u / (1 - u)) (n,) of the share u of a margin below ``x`` (n,)."""
    cdef long t, n = x.shape[0]
    cdef double low = -1.0, high = 1.0
    if n == 0:
        return
    for t in range(n):
        low = fmin(low, x[t])
        high = fmax(high, x[t])
    if not _margin(&x[0], n, skew, nu, asinh(low / sqrt(nu)), asinh(high / sqrt(nu)), False, &logit[0]):
        raise MemoryError
