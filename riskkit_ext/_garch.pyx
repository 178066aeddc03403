# cython: boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""Maximum likelihood of GARCH(1,1) and GJR with normal or Student-t innovations: one window, or every window of a series.

Formula, domain and reason stand in ``include/garch.h`` and ``include/garch_pass.h`` (one pass), ``include/garch_coordinates.h``
(what is searched), ``include/garch_fit.h`` (starts), ``include/box_newton.h`` (the search) and ``include/walk.h`` (all windows).
A search moves in ``(mu, omega, p, s, eta, q)`` of the standardised window; a row of an optimum is that point, the log-likelihood,
the next variance, the mean and the scale by which the window was standardised, the status and the number of points from which
it was searched. Natural points, and derivatives by them, are in ``(mu, omega, alpha, beta, eta, gamma)`` of the standardised
window.
"""

cimport cython

cdef extern from *:
    const char* RISKKIT_SOURCE_DIGEST

cdef extern from "walk.h" nogil:
    ctypedef struct CModel "Model":
        int width
        int size
        double lower[6]
        double upper[6]
    ctypedef struct Optimum:
        pass
    enum: LANES
    enum: WORKSPACE
    int MOST_STARTS
    void fit_window(const CModel *model, const double *y, long n, Optimum *found, double *workspace)
    void fit_windows(const CModel *model, const double *y, long step, long n, long first, long last, long block,
                     Optimum *results, double *workspace)

cdef extern from "search.h" nogil:
    void search_window(const CModel *model, const double *y, long n, const double *starts, long count, Optimum *found,
                       double *workspace)

cdef extern from "garch_fit.h" nogil:
    ctypedef struct GarchModel:
        CModel model
        int student
        int leverage
    int garch_widest()
    GarchModel garch_model(bint student, bint leverage, bint zero_mean, int start, double start_variance, bint targeting,
                           int width)
    void garch_evaluate(const double *const *z, long n, const double *start, const double *point, double *value, double *gradient,
                        double *hessian, bint student, bint leverage, int width, unsigned busy)
    void garch_path(const double *z, long n, const double *start, const double *point, bint student, bint leverage,
                    double *variance, double *scores)

cdef extern from "garch_information.h" nogil:
    ctypedef struct GarchInformation:
        pass
    void garch_information(const GarchModel *garch, const double *z, long n, const double *start, const double *point,
                           double *workspace, GarchInformation *found)

source_digest = RISKKIT_SOURCE_DIGEST.decode()
OPTIMUM_SIZE = 12
INFORMATION_SIZE = 110
lanes = WORKSPACE
widest = garch_widest()
most_starts = MOST_STARTS


@cython.final
cdef class Model:
    """What is fitted.

    ``student``: Student-t innovations, else normal. ``leverage``: GJR, else GARCH. ``zero_mean``: mu is 0 in the unit of the
    data; windows are then scaled by their root mean square and not centred. ``start``, the variance before the first
    observation: 0 weighted mean of the first 75 squares, 1 the window's variance, 2 mean square about the current mu, 3
    ``start_variance``, in the unit of the data squared, at most 1e15 times the window's variance. ``targeting``: omega is
    (1 - p) times the window's variance, p at most 1 - 1e-6. ``width``: at most so many doubles in a register (0: as many as
    the processor has).

    ``size`` coordinates are walked, ``lower`` and ``upper`` bound all six; where the two are equal nothing is searched.
    """

    cdef GarchModel garch

    def __cinit__(self, bint student, bint leverage=False, bint zero_mean=False, int start=0, double start_variance=0.0,
                  bint targeting=False, int width=0):
        cdef int widest = garch_widest()
        self.garch = garch_model(student, leverage, zero_mean, start, start_variance, targeting,
                                 width if 0 < width < widest else widest)

    @property
    def size(self):
        """Coordinates of the search: 4 for normal innovations, 5 for Student-t, 6 with leverage."""
        return self.garch.model.size

    @property
    def lower(self):
        """Lower bounds of (mu, omega, p, s, eta, q), in units of the standardised window."""
        return [self.garch.model.lower[i] for i in range(6)]

    @property
    def upper(self):
        """Upper bounds."""
        return [self.garch.model.upper[i] for i in range(6)]


def fit(Model model, const double[::1] y, double[::1] workspace, double[:, ::1] out):
    """Search the maxima of one window afresh, best first; unused rows of ``out`` have status 3.

    ``y`` (n,), n >= 1; ``workspace`` (n * lanes,); ``out`` (most_starts, OPTIMUM_SIZE).
    """
    cdef GarchModel garch = model.garch
    garch.model.width = min(garch.model.width, 4)  # one window has few searches: two registers of four end sooner than one of 8
    with nogil:
        fit_window(&garch.model, &y[0], y.shape[0], <Optimum *> &out[0, 0], &workspace[0])


def search(Model model, const double[::1] y, const double[:, ::1] starts, double[::1] workspace, double[:, ::1] out):
    """Where Newton's method ends from each of the ``starts`` (k, 6), none of them dropped; ``out`` (k, OPTIMUM_SIZE).

    ``starts`` are points of the standardised window; ``y`` (n,); ``workspace`` (n * lanes,).
    """
    with nogil:
        search_window(&model.garch.model, &y[0], y.shape[0], &starts[0, 0], starts.shape[0], <Optimum *> &out[0, 0],
                      &workspace[0])


def derivatives(Model model, const double[::1] z, const double[::1] start, const double[::1] point, double[::1] workspace,
                double[::1] gradient, double[:, ::1] hessian):
    """Log-likelihood at the natural parameters ``point`` (6,) with start variance ``start`` (3,), a quadratic in mu.

    ``gradient`` (6,) and ``hessian`` (6, 6) are filled; ``workspace`` (n * lanes,); the log-likelihood is returned.
    """
    cdef double starts[3 * LANES]
    cdef double points[6 * LANES]
    cdef double values[LANES]
    cdef double gradients[6 * LANES]
    cdef double hessians[36 * LANES]
    cdef const double *samples[LANES]
    cdef long i, j, l
    with nogil:
        for l in range(LANES):
            samples[l] = &z[0]
            for i in range(3):
                starts[i * LANES + l] = start[i]
            for i in range(6):
                points[i * LANES + l] = point[i]
        garch_evaluate(samples, z.shape[0], starts, points, values, gradients, hessians, model.garch.student,
                       model.garch.leverage, model.garch.model.width, 1)
        for i in range(6):
            gradient[i] = gradients[i * LANES]
            for j in range(6):
                hessian[i, j] = hessians[(i * 6 + j) * LANES]
    return values[0]


def path(Model model, const double[::1] z, const double[::1] start, const double[::1] point, double[::1] variance,
         double[:, ::1] scores):
    """Fill ``variance`` (n + 1,), the last one ahead of the data, and the ``scores`` (n, 6) of every observation."""
    with nogil:
        garch_path(&z[0], z.shape[0], &start[0], &point[0], model.garch.student, model.garch.leverage, &variance[0],
                   &scores[0, 0])


def information(Model model, const double[::1] z, const double[::1] start, const double[::1] point, double[::1] workspace,
                double[::1] out):
    """What is known of the optimum ``point`` (6,), in the coordinates of the search, of the standardised series ``z``.

    ``out`` (INFORMATION_SIZE,): the log-likelihood, the steepest rise left, and the covariance of the natural parameters
    (6 x 6) three times: robust, from the Hessian, from the outer products of the scores. ``workspace`` (n * lanes,).
    """
    with nogil:
        garch_information(&model.garch, &z[0], z.shape[0], &start[0], &point[0], &workspace[0], <GarchInformation *> &out[0])


def roll(Model model, const double[::1] y, long step, long window, long first, long last, long block, double[::1] workspace,
         double[:, ::1] out):
    """The best optimum of the windows ``first`` to ``last - 1``; window i is ``y[i * step : i * step + window]``.

    Every stretch of ``block`` windows begins with a fresh search: calls with ``first`` a multiple of ``block`` may share the
    work. ``workspace`` (window * lanes,) is this call's own; ``out`` (last - first, OPTIMUM_SIZE).
    """
    with nogil:
        fit_windows(&model.garch.model, &y[0], step, window, first, last, block, <Optimum *> &out[0, 0], &workspace[0])
