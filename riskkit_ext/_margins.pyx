# cython: boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""Quantiles of margins from tables, and the loss of a portfolio straight from a copula's draws.

Formulas, domain and reason: ``include/margins.h``.
"""

cimport cython
import numpy as np
from libc.stdint cimport int64_t
from libc.stdlib cimport free, malloc

cdef extern from *:
    const char* RISKKIT_SOURCE_DIGEST

cdef extern from "margins.h" nogil:
    const int MARGIN_DEGREE
    const int MARGIN_PIECES
    ctypedef struct _Margin "Margin":
        const double* cells
        int64_t first
        int64_t count
        int bits
        int uniform
        double[2] edge
        double low
        double high
        int body
        const double* p
        const double* x
        const int64_t* guide
        int64_t points
        int64_t bins
    int64_t margin_cell(const _Margin* margin, double t)
    double margin_quantile(const _Margin* margin, double x)
    void margins_losses(const double* x, int64_t n, int64_t d, const _Margin* margins, const double* weights,
                        int simple, double* losses)
    void margins_elliptical(const double* z, int64_t n, int64_t d, const double* root, const double* radius,
                            const _Margin* margins, const double* weights, int simple, double* workspace, double* losses)
    const int MARGIN_ROWS

source_digest = RISKKIT_SOURCE_DIGEST.decode()
degree = MARGIN_DEGREE
most_pieces = MARGIN_PIECES


@cython.final
cdef class Margin:
    """The table of one margin; see ``include/margins.h``. Arrays are kept, not copied."""

    cdef _Margin table
    cdef const double[:, :, :, ::1] cells
    cdef const double[::1] p
    cdef const double[::1] x
    cdef const int64_t[::1] guide
    cdef tuple made_of

    def __init__(self, const double[:, :, :, ::1] cells, int bits, int64_t first, const double[::1] edges, double low,
                 double high, bint uniform, int body, const double[::1] p, const double[::1] x, const int64_t[::1] guide):
        cdef Py_ssize_t pieces = edges.shape[0] + 1, number
        if (cells.shape[0] != pieces or pieces > MARGIN_PIECES or cells.shape[1] != 2 or cells.shape[2] < 1
                or cells.shape[3] != MARGIN_DEGREE + 1 or not 0 <= bits <= 20 or body >= pieces):
            raise ValueError(f"{cells.shape[0]} x {cells.shape[1]} x {cells.shape[2]} x {cells.shape[3]} cells make no table")
        if body >= 0 and (p.shape[0] < 2 or p.shape[0] != x.shape[0] or guide.shape[0] < 2):
            raise ValueError(f"{p.shape[0]} and {x.shape[0]} points make no body")
        for number in range(guide.shape[0]):
            if not 0 <= guide[number] < max(p.shape[0] - 1, 1):
                raise ValueError(f"the guide leaves the body: {guide[number]}")
        self.cells, self.p, self.x, self.guide = cells, p, x, guide
        self.made_of = (np.asarray(cells), bits, first, np.asarray(edges), low, high, uniform, body, np.asarray(p),
                        np.asarray(x), np.asarray(guide))
        self.table.cells = &cells[0, 0, 0, 0]
        self.table.bits, self.table.first, self.table.count = bits, first, cells.shape[2]
        if margin_cell(&self.table, low) < 0 or margin_cell(&self.table, high) >= cells.shape[2] or not low <= high:
            raise ValueError(f"the table does not reach from {low} to {high}")
        self.table.low, self.table.high = low, high
        self.table.uniform, self.table.body = uniform, body if body >= 0 else -1
        for number in range(MARGIN_PIECES - 1):
            self.table.edge[number] = edges[number] if number < pieces - 1 else float("inf")
        if body >= 0:
            self.table.p, self.table.x, self.table.guide = &p[0], &x[0], &guide[0]
            self.table.points, self.table.bins = p.shape[0], guide.shape[0] - 1

    def __reduce__(self):
        return Margin, self.made_of

    def quantiles(self, const double[::1] x, double[::1] out):
        """Write the quantile at every uniform, or every score, into ``out``."""
        cdef Py_ssize_t i
        if out.shape[0] != x.shape[0]:
            raise ValueError(f"{out.shape[0]} results for {x.shape[0]} values")
        with nogil:
            for i in range(x.shape[0]):
                out[i] = margin_quantile(&self.table, x[i])


cdef _Margin* _tables(margins) except NULL:
    """The tables side by side; to be freed."""
    cdef _Margin* tables = <_Margin*>malloc(max(len(margins), 1) * sizeof(_Margin))
    cdef Py_ssize_t j
    if tables == NULL:
        raise MemoryError
    try:
        for j in range(len(margins)):
            tables[j] = (<Margin?>margins[j]).table
    except BaseException:
        free(tables)
        raise
    return tables


def losses(const double[:, ::1] x, margins, const double[::1] weights, bint simple, double[::1] out):
    """Write minus the weighted sum of the margins' values at the draws ``x`` (n, d) into ``out`` (n,); ``simple``: of the
    simple returns whose logarithms they are."""
    cdef Py_ssize_t d = x.shape[1]
    cdef _Margin* tables
    if len(margins) != d or weights.shape[0] != d or out.shape[0] != x.shape[0]:
        raise ValueError(f"{len(margins)} margins, {weights.shape[0]} weights, {out.shape[0]} results: draws are "
                         f"{x.shape[0]} x {d}")
    if x.shape[0] == 0 or d == 0:
        return
    tables = _tables(margins)
    with nogil:
        margins_losses(&x[0, 0], x.shape[0], d, tables, &weights[0], simple, &out[0])
    free(tables)


def elliptical_losses(const double[:, ::1] z, const double[:, ::1] root, const double[::1] radius, margins,
                      const double[::1] weights, bint simple, double[::1] out):
    """The same at the scores ``radius * root @ z`` of independent normals ``z`` (n, d); ``root`` (d, d) is lower."""
    cdef Py_ssize_t n = z.shape[0], d = z.shape[1]
    cdef _Margin* tables
    cdef double* workspace
    if (len(margins) != d or weights.shape[0] != d or out.shape[0] != n or radius.shape[0] != n or root.shape[0] != d
            or root.shape[1] != d):
        raise ValueError(f"{len(margins)} margins, {weights.shape[0]} weights, a root of {root.shape[0]} x {root.shape[1]}, "
                         f"{radius.shape[0]} radii, {out.shape[0]} results: draws are {n} x {d}")
    if n == 0 or d == 0:
        return
    workspace = <double*>malloc((d + 1) * MARGIN_ROWS * sizeof(double))
    if workspace == NULL:
        raise MemoryError
    try:
        tables = _tables(margins)
        with nogil:
            margins_elliptical(&z[0, 0], n, d, &root[0, 0], &radius[0], tables, &weights[0], simple, workspace, &out[0])
        free(tables)
    finally:
        free(workspace)
