/* Points of a copula for a page (see garch.c). */
#include <stdlib.h>

#include "copula_points.h"

#include "export.h"

/* Whether there was memory for its tables. */
int EXPORT(copula_pair)(int family, double strength, double nu, double skew, long n, double most, double *first,
                        double *second) {
    PairCopula *copula = malloc(sizeof(PairCopula));
    if (!copula) return 0;
    copula_points(family, strength, nu, skew, n, most, copula, first, second);
    free(copula);
    return 1;
}

double EXPORT(normal_share)(double score) { return normal_probability(score); }
