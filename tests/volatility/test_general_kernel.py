"""The kernel of the general engine: derivatives against differences, the likelihood against slow twins."""

from dataclasses import replace

import numpy as np
import pytest
from oracles import general as oracle

from riskkit.core.innovation import DISTS, Innovation
from riskkit.volatility import Garch, Gjr
from riskkit.volatility.aparch import Aparch
from riskkit.volatility.component import ComponentGarch
from riskkit.volatility.egarch import Egarch
from riskkit.volatility.specification import kernel_model, recursion_of

SPECS = {
    "garch": Garch(),
    "gjr": Gjr(),
    "targeted": Gjr(targeting=True),
    "egarch": Egarch(),
    "aparch": Aparch(),
    "component": ComponentGarch(),
}
KINDS = {0: "linear", 1: "exponential", 2: "power", 3: "component"}
OWN = {
    "garch": [0.05, 0.05, 0.0, 0.85, 0.0],
    "gjr": [0.05, 0.05, 0.08, 0.85, 0.0],
    "targeted": [0.0, 0.05, 0.08, 0.85, 0.0],
    "egarch": [-0.02, 0.15, -0.08, 0.95, 0.0],
    "aparch": [0.05, 0.08, 0.3, 0.88, 1.3],
    "component": [0.02, 0.98, 0.04, 0.05, 0.8],
}
SHAPES = {"normal": [], "t": [0.15], "skewt": [0.15, -0.1], "ged": [0.7]}


def kernel_case(model, dist, mean, gaps):
    """A kernel model, its data and a point inside."""
    spec = replace(SPECS[model], dist=dist, mean=mean)
    random = np.random.default_rng(11)  # of which no shock comes near a kink of a density or of a recursion
    y, regressors = random.standard_normal(40), np.abs(random.standard_normal((40, 2)))
    if gaps:
        y[[0, 7, 8, 30]] = np.nan
    kernel = kernel_model(spec, 2, 1.1)
    own = [value for value, searched in zip(OWN[model], recursion_of(spec).searched, strict=True) if searched]
    lags = {"zero": 0, "constant": 1, "ar1": 2}[mean]
    point = np.array([*[0.05, 0.1][:lags], *own, 0.02, 0.03, *SHAPES[dist]])
    start = np.array([1.1, -0.1, 0.05, 1.0, 0.2, 0.3]) * ([1, *[lags > 0, lags > 1, lags > 0, lags > 1, lags > 1]])
    return spec, kernel, (y, regressors, start), point


def difference(function, point, number):
    """Fourth-order central difference."""
    steps = np.array([2.0, 1.0, -1.0, -2.0])
    values = [function(point + 1e-4 * step * np.eye(len(point))[number]) for step in steps]
    return (8.0 * (values[1] - values[2]) - (values[0] - values[3])) / 1.2e-3


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("mean", ["zero", "constant", "ar1"])
@pytest.mark.parametrize("dist", DISTS)
@pytest.mark.parametrize("model", SPECS)
def test_derivatives(model, dist, mean, gaps):
    """Gradient and Hessian against differences of value and gradient; scores add up to the gradient."""
    _, kernel, data, point = kernel_case(model, dist, mean, gaps)
    size = kernel.size
    gradient, hessian = np.empty(size), np.empty((size, size))
    value = kernel.derivatives(*data, point, gradient, hessian)
    assert kernel.value(*data, point) == pytest.approx(value, rel=1e-14)

    def slopes(x):
        result = np.empty(size)
        kernel.derivatives(*data, x, result, np.empty((size, size)))
        return result

    for i in range(size):
        assert gradient[i] == pytest.approx(difference(lambda x: kernel.value(*data, x), point, i), rel=1e-6, abs=1e-6)
        np.testing.assert_allclose(hessian[i], difference(slopes, point, i), rtol=1e-4, atol=1e-5 * np.abs(hessian).max())
    np.testing.assert_array_equal(hessian, hessian.T)
    scores = np.zeros((len(data[0]), size))
    kernel.path(*data, point, np.empty((len(data[0]) + 1, 2)), scores)
    np.testing.assert_allclose(scores.sum(axis=0), gradient, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("model", SPECS)
def test_derivatives_by_coordinates_of_the_search(model):
    _, kernel, data, _ = kernel_case(model, "skewt", "ar1", gaps=False)
    size = kernel.size
    own = {"egarch": [0.1, 0.15, -0.1, 0.9]}.get(model, [0.05, 0.9, 0.4, 0.2, 0.8])
    searched = recursion_of(SPECS[model]).searched
    middle = own if model == "egarch" else [v for v, s in zip(own, searched, strict=True) if s]
    point = np.array([0.05, 0.1, *middle, 0.02, 0.03, 0.15, -0.1])
    gradient, hessian = np.empty(size), np.empty((size, size))
    kernel.evaluate(*data, point, gradient, hessian)

    def slopes(x):
        result = np.empty(size)
        kernel.evaluate(*data, x, result, np.empty((size, size)))
        return result

    def value(x):
        return kernel.evaluate(*data, x, np.empty(size), np.empty((size, size)))

    for i in range(size):
        assert gradient[i] == pytest.approx(difference(value, point, i), rel=1e-6, abs=1e-6)
        np.testing.assert_allclose(hessian[i], difference(slopes, point, i), rtol=1e-4, atol=1e-5 * np.abs(hessian).max())


@pytest.mark.parametrize("dist", DISTS)
@pytest.mark.parametrize("model", [name for name in SPECS if name != "targeted"])
def test_likelihood_is_that_of_the_slow_twin(model, dist):
    """With gaps, regressors and an AR(1) mean."""
    spec, kernel, (y, regressors, _), point = kernel_case(model, dist, "ar1", gaps=True)
    law = Innovation(dist, *(1.0 / SHAPES[dist][0],) if SHAPES[dist] else (), *SHAPES[dist][1:])
    names = [*("mu", "phi"), *recursion_of(spec).names]
    params = dict(zip(names, point, strict=False))
    shapes = {"normal": [], "t": [law.nu], "ged": [law.nu], "skewt": [law.nu, law.skew]}[dist]
    need = {
        "linear": lambda z: z * z * (z < 0),
        "exponential": abs,
        "power": lambda z: (abs(z) - params["gamma"] * z) ** params["delta"],
        "component": lambda z: 0.0,
    }[kind := KINDS[recursion_of(spec).kind]]
    e = oracle.residuals(y, params)[1:]
    added = regressors[1:] @ point[len(names) : len(names) + 2]
    h = oracle.variances(kind, e, params, 1.3, oracle.moment(dist, need, shapes), added)
    value = kernel.value(y, regressors, np.array([1.3, 0.0, 0.0, 0.0, 0.0, 0.0]), point)
    assert value == pytest.approx(oracle.loglikelihood(dist, e, h, shapes), rel=1e-10)
