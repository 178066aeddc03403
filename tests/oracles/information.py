"""Standard errors of a GARCH(1,1) by definition: second derivatives of the likelihood, by differences in 60 digits.

`python tests/oracles/information.py FILE` prints those of Bollerslev and Ghysels' DEM/GBP returns, as the tests have them.
"""

import csv
import sys

import mpmath

STEP = mpmath.mpf(10) ** -14  # of 60 digits: derivatives to more than 20


def terms(y, x):
    """Normal log densities, the variance before the first observation being the mean of e**2 at the current mu."""
    mu, omega, alpha, beta = x
    squares = [(value - mu) ** 2 for value in y]
    h, result = omega + (alpha + beta) * mpmath.fsum(squares) / len(y), []
    for square in squares:
        result.append(-(mpmath.log(2 * mpmath.pi * h) + square / h) / 2)
        h = omega + alpha * square + beta * h
    return result


def moved(x, *moves):
    return [value + sum(sign * STEP for axis, sign in moves if axis == number) for number, value in enumerate(x)]


def scores(y, x):
    """Central differences of the log densities, one list per parameter."""
    pairs = [(terms(y, moved(x, (i, 1))), terms(y, moved(x, (i, -1)))) for i in range(4)]
    return [[(up - down) / (2 * STEP) for up, down in zip(*pair, strict=True)] for pair in pairs]


def hessian(y, x):
    def value(*moves):
        return mpmath.fsum(terms(y, moved(x, *moves)))

    result = mpmath.matrix(4, 4)
    for i in range(4):
        for j in range(i, 4):
            corners = [(a, b, value((i, a), (j, b))) for a in (-1, 1) for b in (-1, 1)]
            result[i, j] = result[j, i] = mpmath.fsum(a * b * corner for a, b, corner in corners) / (4 * STEP**2)
    return result


def maximum(y, x):
    """Newton's method to the last digit that the differences have."""
    for _ in range(4):
        gradient = mpmath.matrix([mpmath.fsum(column) for column in scores(y, x)])
        x = [value - step for value, step in zip(x, mpmath.lu_solve(hessian(y, x), gradient), strict=True)]
    return x


def standard_errors(y, x):
    of = scores(y, x)
    outer = mpmath.matrix(4, 4)
    for i in range(4):
        for j in range(4):
            outer[i, j] = mpmath.fdot(of[i], of[j])
    bread = mpmath.inverse(-hessian(y, x))
    covariances = {"hessian": bread, "opg": mpmath.inverse(outer), "robust": bread * outer * bread}
    return {kind: [mpmath.sqrt(matrix[i, i]) for i in range(4)] for kind, matrix in covariances.items()}


if __name__ == "__main__":
    mpmath.mp.dps = 60
    with open(sys.argv[1], newline="") as file:
        rates = [mpmath.mpf(row["rate"]) for row in csv.DictReader(file)]
    point = maximum(rates, [mpmath.mpf(digits) for digits in ("-0.0061904", "0.0107614", "0.153134", "0.805974")])
    print([mpmath.nstr(value, 16) for value in point])
    for kind, errors in standard_errors(rates, point).items():
        print(kind, [mpmath.nstr(error, 16) for error in errors])
