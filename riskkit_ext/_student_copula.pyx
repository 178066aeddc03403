# cython: boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""Quantiles of Student's t law at many probabilities, and the log-likelihood of its copula.

Formulas, domain and reason: ``include/student_scores.h``, ``distinct_tails.h`` and ``student_copula.h``.
"""

import numpy as np
from libc.stdint cimport int32_t, int64_t
from libc.stdlib cimport calloc, free, malloc

cdef extern from *:
    const char* RISKKIT_SOURCE_DIGEST

cdef extern from "student_copula.h" nogil:
    const int LANES
    const int COPULA_ROWS
    ctypedef struct ScoreCell:
        pass
    int64_t score_cell(double p)
    double score_edge(int64_t cell)
    void score_cells(double eta, double least, double x_least, ScoreCell* cell)
    void student_scores(const ScoreCell* cell, double least, const double* p, int64_t n, double* x)
    ctypedef struct StudentCopula:
        const double* score
        const int32_t* place
        long n
        long d
    ctypedef struct StudentCopulaSums:
        int curious
        double* x
        double* weight
        double* moment
    double student_copula_value(const StudentCopula* sample, double eta, const double* inverse, StudentCopulaSums* sums)

cdef extern from "distinct_tails.h" nogil:
    int64_t distinct_tails(const double* u, int64_t n, int64_t d, int32_t* place, double* tail, int32_t* table, int64_t slots)

source_digest = RISKKIT_SOURCE_DIGEST.decode()


def edge(double p):
    """The last edge of a cell at or before min(p, 1/8): where :func:`scores` wants the quantile as its beginning."""
    return score_edge(score_cell(min(p, 0.125)))


def scores(double eta, double least, double x_least, const double[::1] p, double[::1] out):
    """Write the quantiles of ``p`` into ``out``; ``x_least`` is that of ``least``, an :func:`edge` below all p and 1 - p."""
    cdef Py_ssize_t i, n = p.shape[0]
    cdef ScoreCell* cell
    if out.shape[0] != n or not 0.0 <= eta <= 3.0 or not 1e-300 <= least <= 0.125 or edge(least) != least:
        raise ValueError(f"{out.shape[0]} results for {n} probabilities, eta {eta}, least {least}")
    for i in range(n):
        if not (p[i] >= least and 1.0 - p[i] >= least):
            raise ValueError(f"the probability {p[i]} is nearer to 0 or 1 than {least}")
    cell = <ScoreCell*>malloc((score_cell(0.5) - score_cell(least)) * sizeof(ScoreCell))
    if cell == NULL:
        raise MemoryError
    if n:
        with nogil:
            score_cells(eta, least, x_least, cell)
            student_scores(cell, least, &p[0], n, &out[0])
    free(cell)


def tails(const double[:, ::1] u):
    """The distinct smaller tails of uniforms (n, d), and the places (d, n) of these: twice the number of the tail, and one
    more where u >= 1/2."""
    cdef int64_t n = u.shape[0], d = u.shape[1], slots = 2, found
    cdef int32_t* table
    cdef int32_t[:, ::1] place
    cdef double[::1] tail
    if not 0 < n * d < 1 << 30:
        raise ValueError(f"{n} x {d} uniforms are too few or too many")
    while slots < 2 * n * d:
        slots *= 2
    result, space = np.empty((d, n), np.int32), np.empty(n * d)
    place, tail = result, space
    table = <int32_t*>calloc(slots, sizeof(int32_t))
    if table == NULL:
        raise MemoryError
    with nogil:
        found = distinct_tails(&u[0, 0], n, d, &place[0, 0], &tail[0], table, slots)
        free(table)
    return space[:found], result


def loglikelihood(double eta, const double[:, ::1] score, const int32_t[:, ::1] place, const double[:, ::1] inverse,
                  double[:, ::1] moment=None):
    """The log-likelihood of the observations at ``place`` (d, n) into the scores (m, 2) of :func:`tails`; ``inverse`` (d, d)
    is that of the root of the correlation. The weighted second moment (d, d) is written into ``moment``."""
    cdef StudentCopula sample
    cdef StudentCopulaSums sums
    cdef Py_ssize_t i, j, l, d = place.shape[0], n = place.shape[1], m = score.shape[0]
    cdef double value
    cdef double* work
    cdef double* entry
    if (m < 1 or score.shape[1] != 2 or inverse.shape[0] != d or inverse.shape[1] != d or d < 1 or n < 1 or not eta >= 0.0
            or (moment is not None and (moment.shape[0] != d or moment.shape[1] != d))):
        raise ValueError(f"scores of {m} x {score.shape[1]}, a root of {inverse.shape[0]} x {inverse.shape[1]}, eta {eta}: "
                         f"places are {d} x {n}")
    for j in range(d):
        for i in range(n):
            if not 0 <= place[j, i] < 2 * m:
                raise ValueError(f"place {place[j, i]} is none of {2 * m} scores")
    work = <double*>malloc(((d + 1) * COPULA_ROWS + d * (d + 1) // 2 * LANES) * sizeof(double))
    if work == NULL:
        raise MemoryError
    sample.score, sample.place, sample.n, sample.d = &score[0, 0], &place[0, 0], n, d
    sums.curious = moment is not None
    sums.x, sums.weight, sums.moment = work, work + d * COPULA_ROWS, work + (d + 1) * COPULA_ROWS
    with nogil:
        value = student_copula_value(&sample, eta, &inverse[0, 0], &sums)
        entry = sums.moment
        for i in range(d if sums.curious else 0):
            for j in range(i + 1):
                moment[i, j] = 0.0
                for l in range(LANES):
                    moment[i, j] += entry[l]
                moment[j, i] = moment[i, j]
                entry += LANES
        free(work)
    return value
