# cython: boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""Uniforms of an elliptical copula from independent normals and a common shock.

Formula, domain and reason: ``include/elliptical_uniforms.h``.
"""

from libc.stdint cimport int64_t
from libc.stdlib cimport free, malloc

cdef extern from *:
    const char* RISKKIT_SOURCE_DIGEST

cdef extern from "elliptical_uniforms.h" nogil:
    const int TAIL_DEGREE
    const int TAIL_ROWS
    ctypedef struct TailTable:
        const double* cells
        int bits
        double high
    int64_t tail_cell(double t, int bits)
    double tail_uniform(const TailTable* table, double x)
    void elliptical_uniforms(const double* z, const double* g, double shape, int64_t n, int64_t d, const double* root,
                             const TailTable* table, double* workspace, double* u)

source_digest = RISKKIT_SOURCE_DIGEST.decode()
degree = TAIL_DEGREE


cdef TailTable _table(const double[:, ::1] cells, int bits, double high) except *:
    cdef TailTable table
    if (not 0 <= bits <= 20 or not 1.0 <= high < 1e300 or cells.shape[1] != TAIL_DEGREE + 1
            or tail_cell(high, bits) >= cells.shape[0]):
        raise ValueError(f"{cells.shape[0]} x {cells.shape[1]} cells of {bits} bits do not reach to {high}")
    table.cells, table.bits, table.high = &cells[0, 0], bits, high
    return table


def probabilities(const double[::1] x, const double[:, ::1] cells, int bits, double high, double[::1] out):
    """Write the distribution function at ``x`` into ``out``."""
    cdef TailTable table = _table(cells, bits, high)
    cdef Py_ssize_t i
    if out.shape[0] != x.shape[0]:
        raise ValueError(f"{out.shape[0]} results for {x.shape[0]} values")
    with nogil:
        for i in range(x.shape[0]):
            out[i] = tail_uniform(&table, x[i])


def fill(const double[:, ::1] normal, const double[::1] gamma, double shape, const double[:, ::1] root,
         const double[:, ::1] cells, int bits, double high, double[:, ::1] out):
    """Write the uniforms of ``normal`` (n, d) and Gamma variates (n,) of ``shape`` into ``out``; None: no common shock."""
    cdef TailTable table = _table(cells, bits, high)
    cdef Py_ssize_t n = normal.shape[0], d = normal.shape[1]
    cdef const double* shock = NULL
    cdef double* workspace
    if (root.shape[0] != d or root.shape[1] != d or out.shape[0] != n or out.shape[1] != d
            or (gamma is not None and gamma.shape[0] != n)):
        raise ValueError(f"a root of {root.shape[0]} x {root.shape[1]}, results of {out.shape[0]} x {out.shape[1]}: normals are "
                         f"{n} x {d}")
    if n == 0 or d == 0:
        return
    if gamma is not None:
        shock = &gamma[0]
    workspace = <double*>malloc((d + 1) * TAIL_ROWS * sizeof(double))
    if workspace == NULL:
        raise MemoryError
    with nogil:
        elliptical_uniforms(&normal[0, 0], shock, shape, n, d, &root[0, 0], &table, workspace, &out[0, 0])
        free(workspace)
