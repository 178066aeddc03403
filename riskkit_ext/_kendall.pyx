# cython: boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""Kendall's tau-b of every pair of columns.

Formula, domain and reason: ``include/kendall.h``.
"""

from libc.stdint cimport int64_t, uint32_t
from libc.stdlib cimport free, malloc

cdef extern from *:
    const char* RISKKIT_SOURCE_DIGEST

cdef extern from "kendall.h" nogil:
    ctypedef struct rk_ranked:
        const uint32_t* rank
        uint32_t* order
        uint32_t* below
        int64_t tied
    void rk_ranked_fill(rk_ranked* column, Py_ssize_t n)
    double rk_tau_b(const rk_ranked* x, const rk_ranked* y, Py_ssize_t n, uint32_t* work)

source_digest = RISKKIT_SOURCE_DIGEST.decode()


cdef void _all_pairs(const uint32_t* rank, Py_ssize_t d, Py_ssize_t n, rk_ranked* columns, uint32_t* space,
                     double[:, ::1] tau) noexcept nogil:
    cdef Py_ssize_t i, j
    cdef uint32_t* work = space + d * (2 * n + 1)
    for i in range(d):
        columns[i].rank = rank + i * n
        columns[i].order = space + i * (2 * n + 1)
        columns[i].below = columns[i].order + n
        rk_ranked_fill(&columns[i], n)
    for i in range(d):
        tau[i, i] = 1.0
        for j in range(i):
            tau[i, j] = tau[j, i] = rk_tau_b(&columns[i], &columns[j], n, work)


def tau_b(const uint32_t[:, ::1] rank, double[:, ::1] tau):
    """Write tau-b of every two of the d columns, given as the rows of ``rank`` (d, n), into ``tau`` (d, d)."""
    cdef Py_ssize_t d = rank.shape[0], n = rank.shape[1], i, j
    cdef rk_ranked* columns
    cdef uint32_t* space
    cdef uint32_t largest = 0
    if tau.shape[0] != d or tau.shape[1] != d or n < 2 or n >= 4294967295:
        raise ValueError(f"{d} columns of {n} rows do not fit a matrix of {tau.shape[0]} x {tau.shape[1]}")
    for i in range(d):
        for j in range(n):
            largest = max(largest, rank[i, j])
    if largest >= n:
        raise ValueError(f"rank {largest} of {n} rows")
    if d == 0:
        return
    columns = <rk_ranked*>malloc(d * sizeof(rk_ranked))
    space = <uint32_t*>malloc((d * (2 * n + 1) + 3 * n) * sizeof(uint32_t))
    if columns == NULL or space == NULL:
        free(columns)
        free(space)
        raise MemoryError
    with nogil:
        _all_pairs(&rank[0, 0], d, n, columns, space, tau)
    free(columns)
    free(space)
