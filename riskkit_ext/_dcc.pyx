# cython: boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""Dynamic conditional correlation: log-likelihood of a sample with its exact gradient, and the path of Q.

Formulas, domain and reason: ``include/dcc.h``. A point is ``(a, b, g, nu)``; a symmetric matrix of d rows is packed: entry
``(i, j)``, j <= i, stands at ``i (i + 1) / 2 + j``.
"""

from libc.math cimport sqrt
from libc.stdlib cimport free, malloc

cdef extern from *:
    const char* RISKKIT_SOURCE_DIGEST

cdef extern from "dcc.h" nogil:
    enum: LANES
    ctypedef struct DccSample:
        int kind
        int student
        int d
        long n
        long length
        const double* z
        const double* target
        const double* falls
        const double* before
        const double* falls_before
    int dcc_widest()
    long dcc_workspace(int d)
    double dcc_evaluate(const DccSample* sample, const double* at, double* gradient, double* scores, double* target,
                        double* workspace, int width)

source_digest = RISKKIT_SOURCE_DIGEST.decode()
lanes = LANES
widest = dcc_widest()
kinds = ("dcc", "cdcc", "adcc")


def evaluate(int kind, bint student, Py_ssize_t n, const double[:, :, ::1] z, const double[:, ::1] matrices,
             const double[::1] point, double[::1] gradient=None, double[:, ::1] scores=None, double[::1] target=None,
             int width=0):
    """Return the log-likelihood, NaN where a Q is not positive definite.

    ``z`` (length, d, lanes): stretch l holds the observations from ``l * length`` on, zeros behind the last of the ``n``.
    ``matrices`` (4, m): target, mean of the falls' products, and what a row before the first observation adds to either.
    Written where given: ``gradient`` (4,), ``scores`` (n, 4) (with a gradient), ``target`` (m,).
    """
    cdef Py_ssize_t d = z.shape[1], m = d * (d + 1) // 2
    cdef DccSample sample
    cdef double* work
    cdef double* slope = NULL
    cdef double* each = NULL
    cdef double* aim = NULL
    cdef double value
    if not 0 <= kind <= 2 or d < 1 or z.shape[2] != LANES or n < 1 or not n <= z.shape[0] * LANES < n + z.shape[0] * LANES:
        raise ValueError(f"kind {kind} or sample {(z.shape[0], z.shape[1], z.shape[2])} of {n} observations is unusable")
    if matrices.shape[0] != 4 or matrices.shape[1] != m or point.shape[0] != 4:
        raise ValueError(f"{d} variables have matrices (4, {m}) and points of 4")
    if (gradient is not None and gradient.shape[0] != 4) or (target is not None and target.shape[0] != m):
        raise ValueError(f"a gradient has 4 numbers, a target {m}")
    if scores is not None and (gradient is None or scores.shape[0] != n or scores.shape[1] != 4):
        raise ValueError(f"scores are ({n}, 4) and come with a gradient")
    sample.kind, sample.student, sample.d, sample.n, sample.length = kind, student, <int>d, n, z.shape[0]
    sample.z = &z[0, 0, 0]
    sample.target, sample.falls = &matrices[0, 0], &matrices[1, 0]
    sample.before, sample.falls_before = &matrices[2, 0], &matrices[3, 0]
    if gradient is not None:
        slope = &gradient[0]
    if scores is not None:
        each = &scores[0, 0]
    if target is not None:
        aim = &target[0]
    work = <double*>malloc(dcc_workspace(<int>d) * sizeof(double))
    if work == NULL:
        raise MemoryError
    with nogil:
        value = dcc_evaluate(&sample, &point[0], slope, each, aim, work, width if 0 < width < dcc_widest() else dcc_widest())
    free(work)
    return value


def path(int kind, const double[:, ::1] z, const double[:, ::1] matrices, const double[::1] point, double[:, :, ::1] q):
    """Write Q of every observation of ``z`` (n, d), and of the one after the last, into ``q`` (n + 1, d, d)."""
    cdef Py_ssize_t n = z.shape[0], d = z.shape[1], t, i, j, e
    cdef double a = point[0], b = point[1], g = point[2], x, zi, zj
    if not 0 <= kind <= 2 or q.shape[0] != n + 1 or q.shape[1] != d or q.shape[2] != d or matrices.shape[1] != d * (d + 1) // 2:
        raise ValueError(f"{n} observations of {d} variables have a path ({n + 1}, {d}, {d})")
    with nogil:
        for i in range(d):
            for j in range(i + 1):
                e = i * (i + 1) // 2 + j
                q[0, i, j] = q[0, j, i] = matrices[0, e] + a * matrices[2, e] + g * matrices[3, e]
        for t in range(n):
            for i in range(d):
                for j in range(i + 1):
                    e = i * (i + 1) // 2 + j
                    zi, zj = z[t, i], z[t, j]
                    if kind == 1:
                        zi, zj = zi * sqrt(q[t, i, i]), zj * sqrt(q[t, j, j])
                    x = b * (q[t, i, j] - matrices[0, e]) + a * (zi * zj - matrices[0, e])
                    if kind == 2:
                        x += g * ((zi * zj if zi < 0.0 and zj < 0.0 else 0.0) - matrices[1, e])
                    q[t + 1, i, j] = q[t + 1, j, i] = matrices[0, e] + x
