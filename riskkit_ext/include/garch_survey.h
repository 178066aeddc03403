/* Where a search begins: the peaks of the likelihood on a grid of shares s and persistences p, and of asymmetries with leverage.
 *
 * Of the asymmetries q each pair (s, p) has the best: so a peak is one of the likelihood, not of its cut at q = 1/2, and a window
 * has no more searches with leverage than without. The grid has the two ends of q because a maximum of a nearly constant
 * variance, s below 0.01, mostly lies on one of them; the row of shares at 0.005 is there for the same reason.
 */
#ifndef RISKKIT_GARCH_SURVEY_H
#define RISKKIT_GARCH_SURVEY_H

#include "garch_coordinates.h"

#define GRID_PERSISTENCES 8
#define GRID_ASYMMETRIES 3
static const double grid_persistences[GRID_PERSISTENCES] = {0.1, 0.4, 0.7, 0.85, 0.93, 0.97, 0.99, 0.999};
static const double grid_asymmetries[GRID_ASYMMETRIES] = {0.5, 0.0, 1.0};
static const double grid_shares[7] = {0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 1.0};
static const double grid_shares_leverage[8] = {0.0, 0.005, 0.015, 0.05, 0.1, 0.2, 0.4, 1.0};

/* Points from which a window of its own is searched whether they are peaks or not, one bit each: on thousands of windows they
 * reach nearly all highest maxima to which no peak leads. In a roll that would cost half as much again. */
#define GRID_BIT(row, column) (UINT64_C(1) << ((row) * GRID_PERSISTENCES + (column)))
static const uint64_t grid_standing = GRID_BIT(0, 7) | GRID_BIT(2, 4) | GRID_BIT(4, 3) | GRID_BIT(5, 0) | GRID_BIT(5, 6);
static const uint64_t grid_standing_leverage = GRID_BIT(3, 4) | GRID_BIT(3, 6) | GRID_BIT(4, 6) | GRID_BIT(6, 2) | GRID_BIT(7, 0);

static int garch_rows(const GarchModel *garch) { return garch->leverage ? 8 : 7; }

/* Shares by rows, persistences by columns. omega is such that the path expected from the start variance b has the window's own
 * variance, 1, as its mean: with share 0 that is the deterministic drift of the variance, which is a maximum of its own in one
 * window out of ten. */
static void garch_grid(const GarchModel *garch, long n, double b, double (*points)[NEWTON_MOST]) {
    const double *shares = garch->leverage ? grid_shares_leverage : grid_shares;
    for (int j = 0; j < GRID_PERSISTENCES; j++) {
        double p = grid_persistences[j], faded = (1.0 - pow(p, (double)n)) / ((double)n * (1.0 - p));
        double level = garch->targeting ? 1.0 : (1.0 - b * faded) / (1.0 - faded);
        for (int i = 0; i < garch_rows(garch); i++) {
            double *point = points[i * GRID_PERSISTENCES + j];
            point[0] = 0.0;
            point[1] = (level > 0.01 ? level : 0.01) * (1.0 - p);
            point[2] = p;
            point[3] = shares[i];
            point[4] = 0.15;
            point[5] = 0.5;
        }
    }
}

/* The peaks of the likelihood on the grid: points no lower than their neighbours. The drift row, share 0, is judged by itself:
 * its maxima lie on the bound alpha = 0. */
static uint64_t garch_peaks_of(const double *values, int rows) {
    uint64_t peaks = 0;
    for (int i = 0; i < rows * GRID_PERSISTENCES; i++) {
        int row = i / GRID_PERSISTENCES, column = i % GRID_PERSISTENCES, top = values[i] > -INFINITY, near = row > 0;
        for (int r = row - near; r <= row + near && r < rows; r++)
            for (int c = column - 1; c <= column + 1; c++)
                if (c >= 0 && c < GRID_PERSISTENCES) top = top && values[r * GRID_PERSISTENCES + c] <= values[i];
        if (top) peaks |= UINT64_C(1) << i;
    }
    return peaks;
}

/* The grid, and the recursions of its points before the first and after the last observation of a window, for each asymmetry.
 * What lies between is the window's likelihood, but for the start variance and the unit: those are of the window where the
 * survey began. */
typedef struct {
    double points[GARCH_GRID][NEWTON_MOST];
    GarchGrid grid;
    GarchPaths before[GRID_ASYMMETRIES], after[GRID_ASYMMETRIES];
} GarchSurvey;

_Static_assert(sizeof(GarchSurvey) <= SURVEY_SIZE * sizeof(double), "the survey fits its memory");

static void garch_grid_begin(const GarchModel *garch, double (*points)[NEWTON_MOST], double b, double mean, double scale,
                             GarchGrid *grid, GarchPaths *paths) {
    memset(paths, 0, sizeof *paths);
    for (int i = 0; i < garch_rows(garch) * GRID_PERSISTENCES; i++) {
        grid->omega[i] = points[i][1];
        grid->alpha[i] = points[i][2] * points[i][3];
        grid->beta[i] = points[i][2] - grid->alpha[i];
        paths->h[i] = points[i][1] + points[i][2] * b;
        paths->first[i] = 1.0;
        paths->second[i] = garch->student;
    }
    grid->mean = mean;
    grid->inverse = 1.0 / scale;
    if (garch->student) {
        GarchShape shape = garch_shape(points[0][4]);
        grid->k = shape.k[0];
        grid->c1 = shape.c1[0];
    }
}

/* Values of the grid on the window y, each point at its best asymmetry; `moved` as in Model. */
static void garch_survey(const GarchModel *garch, GarchSurvey *survey, const double *y, long n, long moved, double b,
                         double mean, double scale, double *values) {
    int width = garch->model.width, student = garch->student, size = garch_rows(garch) * GRID_PERSISTENCES;
    garch_grid(garch, n, b, survey->points);
    if (!moved) garch_grid_begin(garch, survey->points, b, mean, scale, &survey->grid, &survey->before[0]);
    for (int k = 0; k < (garch->leverage ? GRID_ASYMMETRIES : 1); k++) {
        double q = grid_asymmetries[k], cut[GARCH_GRID];
        GarchPaths *before = &survey->before[k], *after = &survey->after[k];
        if (moved) {
            garch_grid_advance(&survey->grid, before, y - moved, moved, q, student, size, width);
            garch_grid_advance(&survey->grid, after, y - moved + n, moved, q, student, size, width);
        } else {
            *before = *after = survey->before[0];
            garch_grid_advance(&survey->grid, after, y, n, q, student, size, width);
        }
        garch_values_of(&survey->grid, before, after, student, size, width, cut);
        for (int i = 0; i < size; i++)
            if (k == 0 || cut[i] > values[i]) {
                values[i] = cut[i];
                survey->points[i][5] = q;
            }
    }
    if (!moved) return;
    GarchGrid grid; /* the drift row lives on the start variance: it is computed exactly for every window */
    GarchPaths before, after;
    garch_grid_begin(garch, survey->points, b, mean, scale, &grid, &before);
    after = before;
    garch_drift_advance(&grid, &after, y, n, student, width);
    garch_values_of(&grid, &before, &after, student, GRID_PERSISTENCES, width, values);
}

/* Whether a share and a persistence are nearest to this point of the grid. The drift row has its own maxima. */
static int garch_near(const Model *model, const double *maximum, const double *start) {
    const GarchModel *garch = (const GarchModel *)model;
    const double *shares = garch->leverage ? grid_shares_leverage : grid_shares;
    int last = garch_rows(garch) - 1, column = 0, row = 0;
    while (grid_persistences[column] < start[2]) column++;
    while (shares[row] < start[3]) row++;
    if ((maximum[3] > 0.0) != (row > 0)) return 0;
    double p = 2.0 * maximum[2] - start[2], s = 2.0 * maximum[3] - start[3]; /* as far again from the point */
    return (column == 0 || p > grid_persistences[column - 1]) &&
           (column == GRID_PERSISTENCES - 1 || p < grid_persistences[column + 1]) && (row == 0 || s > shares[row - 1]) &&
           (row == last || s < shares[row + 1]);
}

/* See Model. */
static int garch_peaks(const Model *model, const double *y, long n, long moved, const double *start, double mean, double scale,
                       double *memory, uint64_t *known, double (*best)[NEWTON_MOST]) {
    const GarchModel *garch = (const GarchModel *)model;
    GarchSurvey *survey = (GarchSurvey *)memory;
    double values[GARCH_GRID];
    garch_survey(garch, survey, y, n, moved > 0 ? moved : 0, start[0], mean, scale, values);
    uint64_t peaks = garch_peaks_of(values, garch_rows(garch));
    uint64_t fresh = peaks & ~*known;
    if (moved < 0) fresh |= garch->leverage ? grid_standing_leverage : grid_standing;
    *known = peaks;
    int count = 0;
    for (; fresh && count < MOST_FRESH; count++) {
        int top = -1;
        for (int i = 0; i < GARCH_GRID; i++)
            if (fresh >> i & 1 && (top < 0 || values[i] > values[top])) top = i;
        memcpy(best[count], survey->points[top], sizeof best[count]);
        fresh &= ~(UINT64_C(1) << top);
    }
    return count;
}

#endif
