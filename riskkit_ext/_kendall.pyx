# cython: boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""Kendall's tau-b of every pair of columns.

Formula, domain and reason: ``include/kendall.h``.
"""

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc

cdef extern from *:
    const char* RISKKIT_SOURCE_DIGEST

cdef extern from "kendall.h" nogil:
    ctypedef struct rk_ranked:
        uint32_t* order
        uint32_t* rank
        uint32_t* below
        int64_t tied
    void rk_ranked_fill(rk_ranked* column, const double* value, Py_ssize_t n, uint64_t* keys, uint32_t* rows)
    double rk_tau_b(const rk_ranked* x, const rk_ranked* y, Py_ssize_t n, uint32_t* work)

source_digest = RISKKIT_SOURCE_DIGEST.decode()


cdef void _all_pairs(const double* values, Py_ssize_t d, Py_ssize_t n, rk_ranked* columns, uint64_t* keys,
                     uint32_t* space, double[:, ::1] tau) noexcept nogil:
    cdef Py_ssize_t i, j
    cdef uint32_t* work = space + 3 * d * n
    for i in range(d):
        columns[i].order = space + 3 * i * n
        columns[i].rank = columns[i].order + n
        columns[i].below = columns[i].rank + n
        rk_ranked_fill(&columns[i], values + i * n, n, keys, work)
        tau[i, i] = 1.0
        for j in range(i):
            tau[i, j] = tau[j, i] = rk_tau_b(&columns[i], &columns[j], n, work)


def tau_b(const double[:, ::1] values, double[:, ::1] tau):
    """Write tau-b of every two of the d columns, given as the rows of ``values`` (d, n), into ``tau`` (d, d)."""
    cdef Py_ssize_t d = values.shape[0], n = values.shape[1]
    cdef rk_ranked* columns
    cdef uint64_t* keys
    cdef uint32_t* space
    if tau.shape[0] != d or tau.shape[1] != d or n < 2 or n >= 4294967295:
        raise ValueError(f"{d} columns of {n} rows do not fit a matrix of {tau.shape[0]} x {tau.shape[1]}")
    if d == 0:
        return
    columns = <rk_ranked*>malloc(d * sizeof(rk_ranked))
    keys = <uint64_t*>malloc(2 * n * sizeof(uint64_t))
    space = <uint32_t*>calloc(3 * (d + 1) * n, sizeof(uint32_t))
    try:
        if columns == NULL or keys == NULL or space == NULL:
            raise MemoryError
        with nogil:
            _all_pairs(&values[0, 0], d, n, columns, keys, space, tau)
    finally:
        free(columns)
        free(keys)
        free(space)
