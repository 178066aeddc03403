"""Option prices, Greeks and implied volatilities: against numpy and scipy, QuantLib and vollib where they are installed."""

import importlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from scipy.special import ndtr

from benchmarks.measure import Row, medians
from riskkit.checks import FloatArray
from riskkit.instruments import black76, implied_volatility
from riskkit_ext import _black76

OPTIONS = 1_000_000
CHUNK = 62_500
LOOPED = 4_000  # options that a loop in Python takes; it is linear in them
BOOK, SCENARIOS = 200, 100_000
GREEKS = ("price", "delta", "gamma", "vega", "theta")
WIDTHS = {8: 3.2, 4: 2.6}  # promise against numpy for registers of so many doubles: AVX-512, and AVX2 with FMA
REVALUED = {8: 3.2, 4: 2.1}


def rows() -> Iterator[Row]:
    options = chain()
    for width, at_least in WIDTHS.items():
        if width <= _black76.widest:
            yield _greeks(options, width, at_least)
    yield _threads(options)
    for width, at_least in REVALUED.items():
        if width <= _black76.widest:
            yield _scenarios(width, at_least)
    yield from _loops(options)


def chain() -> list[FloatArray]:
    """Forward, strike, years, volatility, sign and discount of options about as a venue lists them."""
    random = np.random.default_rng(1)
    forward = 60_000 * np.exp(0.05 * random.standard_normal(OPTIONS))
    strike = 60_000 * np.exp(0.4 * random.standard_normal(OPTIONS))
    years, volatility = random.uniform(0.002, 2.0, OPTIONS), random.uniform(0.2, 1.5, OPTIONS)
    return [forward, strike, years, volatility, np.where(random.random(OPTIONS) < 0.5, 1.0, -1.0), np.ones(1)]


def numpys(
    forward: FloatArray, strike: FloatArray, years: FloatArray, volatility: FloatArray, sign: FloatArray
) -> tuple[FloatArray, ...]:
    """Price and four Greeks, each logarithm, root and distribution function computed once."""
    root = np.sqrt(years)
    s = volatility * root
    d1 = np.log(forward / strike) / s + 0.5 * s
    above, weight = ndtr(sign * d1), forward * np.exp(-0.5 * d1 * d1) / np.sqrt(2 * np.pi)
    price = sign * (forward * above - strike * ndtr(sign * (d1 - s)))
    return price, sign * above, weight / (forward * forward * s), weight * root, -0.5 * weight * volatility / root


def _greeks(options: list[FloatArray], width: int, at_least: float) -> Row:
    out = np.empty((len(GREEKS), OPTIONS))
    seconds, peer = medians(
        lambda: _black76.greeks(*options, out, False, width, GREEKS), lambda: numpys(*options[:5]), repeats=5
    )
    error = np.abs(out[0] - numpys(*options[:5])[0]).max()
    name = f"Black-76, price and 4 Greeks, {OPTIONS:,} options, {width} wide, 1 thread"
    note = f"({seconds / OPTIONS * 1e9:.1f} ns an option, prices {error:.0e} apart)"
    return Row(name, seconds, peer, "numpy, scipy ndtr", at_least=at_least, note=note)


def _threads(options: list[FloatArray]) -> Row:
    starts = range(0, OPTIONS, CHUNK)
    parts = [np.empty((len(GREEKS), CHUNK)) for _ in starts]

    def one(number: int) -> None:
        first = number * CHUNK
        inputs = [values[first : first + CHUNK] if len(values) > 1 else values for values in options]
        _black76.greeks(*inputs, parts[number], False, 0, GREEKS)

    with ThreadPoolExecutor(2) as pool:
        seconds, peer = medians(lambda: list(pool.map(one, range(len(parts)))), lambda: numpys(*options[:5]), repeats=5)
    note = f"({seconds / OPTIONS * 1e9:.1f} ns an option)"
    return Row("the same, 2 threads", seconds, peer, "numpy, 1 thread", at_least=3.2, note=note)


def _scenarios(width: int, at_least: float) -> Row:
    random = np.random.default_rng(2)
    forward = 60_000 * np.exp(0.03 * random.standard_normal(SCENARIOS))
    volatility = 0.6 * np.exp(0.1 * random.standard_normal(SCENARIOS))
    strike, years = 60_000 * np.exp(0.3 * random.standard_normal(BOOK)), random.uniform(0.01, 1.0, BOOK)
    sign, factor = np.where(random.random(BOOK) < 0.5, 1.0, -1.0), random.standard_normal(BOOK)

    def ours() -> FloatArray:
        total = np.zeros(SCENARIOS)
        _black76.revalue(forward, volatility, strike, years, sign, factor, total, width)
        return total

    def numpys() -> FloatArray:
        total, logarithm = np.zeros(SCENARIOS), np.log(forward)
        for k, t, w, q in zip(strike, years, sign, factor, strict=True):
            s = volatility * np.sqrt(t)
            d1 = (logarithm - np.log(k)) / s + 0.5 * s
            total += q * w * (forward * ndtr(w * d1) - k * ndtr(w * (d1 - s)))
        return total

    seconds, peer = medians(ours, numpys, repeats=3)
    name = f"{BOOK} options in {SCENARIOS:,} scenarios, {width} wide, 1 thread"
    note = f"({seconds / BOOK / SCENARIOS * 1e9:.1f} ns a value, {np.abs(ours() - numpys()).max():.0e} apart)"
    return Row(name, seconds, peer, "numpy, log F once", at_least=at_least, note=note)


def _loops(options: list[FloatArray]) -> Iterator[Row]:
    """Peers that take one option at a time; implied volatilities of prices out of the money."""
    forward, strike, years, volatility = options[:4]
    sign = np.where(strike > forward, 1.0, -1.0)
    price = np.asarray(black76(forward, strike, years, volatility, sign))
    told = np.flatnonzero(price > 1e-6 * forward)[:LOOPED]  # the peers refuse smaller ones
    first = [values[told].tolist() for values in (price, forward, strike, years, volatility, sign)]
    quantlib, vollib = _installed("QuantLib"), _installed("vollib.black.implied_volatility")
    out = np.empty((len(GREEKS), OPTIONS))
    if quantlib is not None:
        yield _loop(
            lambda: _black76.greeks(*options, out, which=GREEKS), lambda: _quantlib_greeks(quantlib, *first),
            f"price and 4 Greeks, {OPTIONS:,} options", "QuantLib BlackCalculator", 300,
        )  # fmt: skip
    for peer, name, at_least in ((quantlib, "QuantLib", 20), (vollib, "vollib", 250)):
        if peer is not None:
            loop = _quantlib_implied if name == "QuantLib" else _vollib_implied
            yield _loop(
                lambda: implied_volatility(price, forward, strike, years, sign),
                lambda peer=peer, loop=loop: loop(peer, *first),
                f"implied volatility, {OPTIONS:,} prices, checked arguments", name, at_least,
            )  # fmt: skip


def _loop(ours: Callable[[], object], peer: Callable[[], object], name: str, peer_name: str, at_least: float) -> Row:
    seconds, looped = medians(ours, peer, repeats=3)
    return Row(
        name, seconds, looped * OPTIONS / LOOPED, peer_name, at_least=at_least, note=f"({seconds / OPTIONS * 1e9:.0f} ns)"
    )


def _installed(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        print(f"{name.partition('.')[0]} is not installed: left out")
        return None


def _quantlib_greeks(quantlib: Any, _price: Any, forward: Any, strike: Any, years: Any, volatility: Any, sign: Any) -> None:
    for f, k, t, v, w in zip(forward, strike, years, volatility, sign, strict=True):
        kind = quantlib.Option.Call if w > 0 else quantlib.Option.Put
        calculator = quantlib.BlackCalculator(quantlib.PlainVanillaPayoff(kind, k), f, v * t**0.5, 1.0)
        _ = (
            calculator.value(),
            calculator.deltaForward(),
            calculator.gammaForward(),
            calculator.vega(t),
            calculator.theta(f, t),
        )


def _quantlib_implied(quantlib: Any, price: Any, forward: Any, strike: Any, years: Any, _volatility: Any, sign: Any) -> None:
    for p, f, k, t, w in zip(price, forward, strike, years, sign, strict=True):
        kind = quantlib.Option.Call if w > 0 else quantlib.Option.Put
        quantlib.blackFormulaImpliedStdDev(kind, k, f, p, 1.0, 0.0, 0.6 * t**0.5, 1e-12, 100)


def _vollib_implied(vollib: Any, price: Any, forward: Any, strike: Any, years: Any, _volatility: Any, sign: Any) -> None:
    for p, f, k, t, w in zip(price, forward, strike, years, sign, strict=True):
        vollib.implied_volatility(p, f, k, 0.0, t, "c" if w > 0 else "p")
