"""Student's quantiles and the likelihood of its copula, as they are defined; with `mpmath` numbers they are exact."""

from oracles.student import Plain


def quantile_error(x, p, nu):
    """Relative error of ``x`` as the quantile of the lower tail ``p``, in mpmath's precision, to first order."""
    import mpmath as mp

    with mp.workdps(40):
        x, p, nu = mp.mpf(float(x)), mp.mpf(float(p)), mp.mpf(float(nu))
        constant = mp.loggamma((nu + 1) / 2) - mp.loggamma(nu / 2) - mp.log(nu * mp.pi) / 2
        density = mp.exp(constant - (nu + 1) / 2 * mp.log1p(x * x / nu))
        if abs(x) < 0.5:  # near the median the incomplete beta function loses digits
            tail = mp.mpf(1) / 2 + mp.exp(constant) * x * mp.hyp2f1(mp.mpf(1) / 2, (nu + 1) / 2, mp.mpf(3) / 2, -x * x / nu)
        else:
            tail = mp.betainc(nu / 2, mp.mpf(1) / 2, 0, nu / (nu + x * x), regularized=True) / 2
        return float((tail - p) / (density * x))


def copula_loglikelihood(x, correlation, eta, maths=Plain):
    """Log-likelihood of the t copula at scores ``x`` (n, d): the joint density over the margins'; eta = 0: normal."""
    d = len(correlation)
    matrix = [[correlation[i][j] for j in range(d)] for i in range(d)]
    log_det, solved = _eliminated(matrix, x, maths)
    sum_of = -len(x) * log_det / 2
    for row, square in zip(x, solved, strict=True):
        if eta == 0:
            sum_of += -(square - sum(value * value for value in row)) / 2
            continue
        nu = 1 / eta
        constant = maths.loggamma((nu + d) / 2) + (d - 1) * maths.loggamma(nu / 2) - d * maths.loggamma((nu + 1) / 2)
        margins = sum(maths.log(1 + value * value / nu) for value in row)
        sum_of += constant - (nu + d) / 2 * maths.log(1 + square / nu) + (nu + 1) / 2 * margins
    return sum_of


def _eliminated(matrix, rows, maths):
    """Log determinant, and the quadratic form of the inverse at every row: Gauss's elimination."""
    d, log_det = len(matrix), 0
    rows = [[value * 1 for value in row] for row in rows]
    squares = [0 for _ in rows]
    for k in range(d):
        pivot = matrix[k][k]
        log_det += maths.log(pivot)
        squares = [square + row[k] * row[k] / pivot for square, row in zip(squares, rows, strict=True)]
        for i in range(k + 1, d):
            share = matrix[i][k] / pivot
            for row in rows:
                row[i] -= share * row[k]
            matrix[i] = [own - share * other for own, other in zip(matrix[i], matrix[k], strict=True)]
    return log_det, squares
