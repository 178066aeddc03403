/* Points of a copula for a page (see garch.c). */
#include <stdlib.h>

#include "copula_points.h"

#include "export.h"

long EXPORT(copula_pair)(int family, double strength, double nu, double skew, long n, double most, double *first,
                         double *second) {
    PairCopula *copula = malloc(sizeof(PairCopula));
    long count = copula ? copula_points(family, strength, nu, skew, n, most, copula, first, second) : 0;
    free(copula);
    return count;
}

double EXPORT(normal_share)(double score) { return normal_probability(score); }
