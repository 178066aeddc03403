/* Where a search begins: the peaks of the likelihood on a grid of shares s and persistences p, and of asymmetries with leverage.
 *
 * Of the asymmetries q each pair (s, p) has the best: so a peak is one of the likelihood, not of its cut at q = 1/2, and a window
 * has no more searches with leverage than without. The grid has the two ends of q because a maximum of a nearly constant
 * variance, s below 0.01, mostly lies on one of them; the row of shares at 0.005 is there for the same reason.
 */
#ifndef RISKKIT_GARCH_SURVEY_H
#define RISKKIT_GARCH_SURVEY_H

#include "garch_coordinates.h"

#define LARGEST_ROUGH 1e4 /* start variance of the grid: products of more leave the range of single precision */
#define GRID_PERSISTENCES 8
#define GRID_ASYMMETRIES 3
#define GRID_ETA 0.15
#define FUTILE 60.0 /* a peak so much below the highest leads to no maximum that matters; of 81,600 windows it was 47 at most */
static const double grid_persistences[GRID_PERSISTENCES] = {0.1, 0.4, 0.7, 0.85, 0.93, 0.97, 0.99, 0.999};
static const double grid_asymmetries[GRID_ASYMMETRIES] = {0.5, 0.0, 1.0};
static const double grid_shares[7] = {0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 1.0};
static const double grid_shares_leverage[8] = {0.0, 0.005, 0.015, 0.05, 0.1, 0.2, 0.4, 1.0};

/* Points from which a window of its own is searched whether they are peaks or not, one bit each: on thousands of windows they
 * reach nearly all highest maxima to which no peak leads. In a roll that would cost half as much again. */
#define GRID_BIT(row, column) (UINT64_C(1) << ((row) * GRID_PERSISTENCES + (column)))
static const uint64_t grid_standing =
    GRID_BIT(0, 7) | GRID_BIT(2, 4) | GRID_BIT(4, 3) | GRID_BIT(5, 0) | GRID_BIT(5, 6) | GRID_BIT(6, 1);
static const uint64_t grid_standing_leverage = GRID_BIT(3, 4) | GRID_BIT(3, 6) | GRID_BIT(6, 2) | GRID_BIT(7, 0) | GRID_BIT(7, 1);

static int garch_rows(const GarchModel *garch) { return garch->leverage ? 8 : 7; }

/* The part of a start variance in the mean of the path expected from it, for each persistence. */
static void garch_fading(long n, double *faded) {
    for (int j = 0; j < GRID_PERSISTENCES; j++) {
        double p = grid_persistences[j];
        faded[j] = (1.0 - pow(p, (double)n)) / ((double)n * (1.0 - p));
    }
}

/* omega for each persistence, such that the path expected from the start variance b has the window's own variance, 1, as its
 * mean: with share 0 that is the deterministic drift of the variance, which is a maximum of its own in one window out of ten. */
static void garch_levels(const GarchModel *garch, const double *faded, double b, double *omega) {
    for (int j = 0; j < GRID_PERSISTENCES; j++) {
        double level = garch->targeting ? 1.0 : (1.0 - b * faded[j]) / (1.0 - faded[j]);
        omega[j] = (level > 0.01 ? level : 0.01) * (1.0 - grid_persistences[j]);
    }
}

/* Point i of the grid: shares by rows, persistences by columns. */
static void garch_grid_point(const GarchModel *garch, const double *omega, int i, double q, double *point) {
    int column = i % GRID_PERSISTENCES, row = i / GRID_PERSISTENCES;
    point[0] = 0.0;
    point[1] = omega[column];
    point[2] = grid_persistences[column];
    point[3] = garch->leverage ? grid_shares_leverage[row] : grid_shares[row];
    point[4] = GRID_ETA;
    point[5] = q;
}

/* The peaks of the likelihood on the grid: points no lower than their neighbours. The drift row, share 0, is judged by itself:
 * its maxima lie on the bound alpha = 0. */
static uint64_t garch_peaks_of(const double *values, int rows) {
    enum { ROW = GRID_PERSISTENCES + 2 };
    double padded[10 * ROW], across[10 * ROW]; /* with a margin, and the highest of a point and its two neighbours in the row */
    uint64_t peaks = 0;
    for (int i = 0; i < (rows + 2) * ROW; i++) padded[i] = -INFINITY;
    for (int row = 0; row < rows; row++)
        memcpy(padded + (row + 1) * ROW + 1, values + row * GRID_PERSISTENCES, GRID_PERSISTENCES * sizeof *values);
    across[0] = across[(rows + 2) * ROW - 1] = -INFINITY;
    for (int i = 1; i < (rows + 2) * ROW - 1; i++) {
        double side = padded[i - 1] > padded[i + 1] ? padded[i - 1] : padded[i + 1];
        across[i] = side > padded[i] ? side : padded[i];
    }
    for (int row = 0; row < rows; row++)
        for (int column = 0; column < GRID_PERSISTENCES; column++) {
            int i = (row + 1) * ROW + 1 + column;
            double above = row ? across[i + ROW] : -INFINITY, below = row ? across[i - ROW] : -INFINITY;
            int top = padded[i] > -INFINITY && padded[i] >= across[i] && padded[i] >= above && padded[i] >= below;
            peaks |= (uint64_t)top << (row * GRID_PERSISTENCES + column);
        }
    return peaks;
}

/* The grid, and the recursions of its points before the first and after the last observation of a window, for each asymmetry.
 * What lies between is the window's likelihood, but for the start variance and the unit: those are of the window where the
 * survey began. */
typedef struct {
    double faded[GRID_PERSISTENCES], omega[GRID_PERSISTENCES];
    double asymmetries[GARCH_GRID]; /* the best one of each point */
    GarchGrid grid;
    GarchPaths before[GRID_ASYMMETRIES], after[GRID_ASYMMETRIES];
} GarchSurvey;

_Static_assert(sizeof(GarchSurvey) <= SURVEY_SIZE * sizeof(double), "the survey fits its memory");

/* The first `points` of the grid before an observation. */
static void garch_grid_begin(const GarchModel *garch, const double *omega, int points, double b, double mean, double scale,
                             GarchGrid *grid, GarchPaths *paths) {
    double start = b < LARGEST_ROUGH ? b : LARGEST_ROUGH, point[NEWTON_MOST];
    memset(paths, 0, sizeof *paths);
    for (int i = 0; i < points; i++) {
        garch_grid_point(garch, omega, i, 0.5, point);
        double alpha = point[2] * point[3];
        grid->omega[i] = (float)point[1];
        grid->alpha[i] = (float)alpha;
        grid->beta[i] = (float)(point[2] - alpha);
        paths->h[i] = (float)(point[1] + point[2] * start);
        paths->first[i] = paths->second[i] = 1.0F;
    }
    grid->mean = mean;
    grid->inverse = 1.0 / scale;
    grid->k = (float)(GRID_ETA / (1.0 - 2.0 * GRID_ETA));
    grid->c1 = 0.5 * (1.0 + GRID_ETA) / GRID_ETA;
}

/* The highest value in the first rows of the grid. */
static double garch_highest(const double *values, int rows) {
    double across[GRID_PERSISTENCES], highest;
    memcpy(across, values, sizeof across);
    for (int row = 1; row < rows; row++)
        for (int j = 0; j < GRID_PERSISTENCES; j++) {
            double value = values[row * GRID_PERSISTENCES + j];
            across[j] = value > across[j] ? value : across[j];
        }
    highest = across[0];
    for (int j = 1; j < GRID_PERSISTENCES; j++) highest = across[j] > highest ? across[j] : highest;
    return highest;
}

/* The drift row of the window y, which lives on the start variance: computed exactly for every window. */
static void garch_survey_drift(const GarchModel *garch, const double *omega, const double *y, long n, double b, double mean,
                               double scale, double *values) {
    GarchGrid grid;
    GarchPaths before, after;
    garch_grid_begin(garch, omega, GRID_PERSISTENCES, b, mean, scale, &grid, &before);
    after = before;
    garch_drift_advance(&grid, &after, y, n, garch->student, garch->width_single);
    garch_values_of(&grid, &before, &after, garch->student, GRID_PERSISTENCES, garch->width_single, values);
}

/* Values of the grid on the window y, each point at its best asymmetry; `moved` as in Model. The drift row is left as it is carried
 * where that is far below the highest point. */
static void garch_survey(const GarchModel *garch, GarchSurvey *survey, const double *y, long n, long moved, double b,
                         double mean, double scale, double *values) {
    int width = garch->width_single, student = garch->student, size = garch_rows(garch) * GRID_PERSISTENCES;
    if (!moved) garch_fading(n, survey->faded);
    garch_levels(garch, survey->faded, b, survey->omega);
    if (!moved) garch_grid_begin(garch, survey->omega, size, b, mean, scale, &survey->grid, &survey->before[0]);
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
                survey->asymmetries[i] = q;
            }
    }
    if (moved && !(garch_highest(values, 1) < garch_highest(values, garch_rows(garch)) - 1.5 * FUTILE))
        garch_survey_drift(garch, survey->omega, y, n, b, mean, scale, values);
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
    double highest = garch_highest(values, garch_rows(garch));
    for (; fresh && count < MOST_FRESH; count++) {
        int top = -1;
        for (int i = 0; i < GARCH_GRID; i++)
            if (fresh >> i & 1 && (top < 0 || values[i] > values[top])) top = i;
        if (moved >= 0 && values[top] < highest - FUTILE) {
            *known &= ~fresh; /* until they have risen */
            break;
        }
        garch_grid_point(garch, survey->omega, top, survey->asymmetries[top], best[count]);
        fresh &= ~(UINT64_C(1) << top);
    }
    return count;
}

#endif
