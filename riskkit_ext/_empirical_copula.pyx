# cython: boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""How many of m draws lie below each of n points in every coordinate.

Formula, domain and reason: ``include/empirical_copula.h``.
"""

from libc.stdint cimport int16_t, int64_t

cdef extern from *:
    const char* RISKKIT_SOURCE_DIGEST

cdef extern from "empirical_copula.h" nogil:
    int64_t rk_draws_below(const int16_t* place, Py_ssize_t m, Py_ssize_t d, Py_ssize_t first, const int16_t* below)

source_digest = RISKKIT_SOURCE_DIGEST.decode()


def draws_below(const int16_t[:, ::1] place, const int64_t[::1] first, const int16_t[:, ::1] below, int64_t[::1] count):
    """Write the number of draws below each point into ``count`` (n,).

    ``place`` (d - 1, m) holds the places of the draws in coordinates 1, 2, ..., ``first`` (n,) the number of draws below
    each point in coordinate 0, ``below`` (n, d - 1) that in the others; ``place`` and ``below`` are shifted by -32768.
    """
    cdef Py_ssize_t n = first.shape[0], others = place.shape[0], m = place.shape[1], i
    if others < 1 or m > 65535 or below.shape[0] != n or below.shape[1] != others or count.shape[0] != n:
        raise ValueError(f"{n} points do not fit {m} draws in {others + 1} coordinates")
    for i in range(n):
        if first[i] < 0 or first[i] > m:
            raise ValueError(f"{first[i]} of {m} draws")
    with nogil:
        for i in range(n):
            count[i] = rk_draws_below(&place[0, 0], m, others + 1, first[i], &below[i, 0]) if first[i] > 0 else 0
