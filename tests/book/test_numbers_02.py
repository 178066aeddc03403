"""Every number that the prose of chapter 2 quotes is computed here again and looked up in the prose.

What the chapter says of Bitcoin holds in the invented market and in the real one: these tests run on both.
"""

import chapters
import numpy as np
import pandas as pd
import pytest
from arch import arch_model
from chapters import check_quoted
from scipy import stats

import riskkit as rk
from riskkit.core import FitStatus
from riskkit.volatility import Garch, Gjr, MarkovSwitching, landscape, roll

NORMAL, STUDENT, ASYMMETRIC = Garch(dist="normal"), Garch(dist="t"), Gjr(dist="t")


@pytest.fixture(scope="module")
def prose() -> str:
    return chapters.prose("02_volatility")


@pytest.fixture(scope="module")
def index():
    return rk.data.returns(rk.data.load("equities"))["S&P 500"].dropna()


@pytest.fixture(scope="module")
def june(index):
    return NORMAL.fit(index.loc[:"2017-06-15"].tail(400))


@pytest.fixture(scope="module")
def pair(index):
    return [STUDENT.fit(index.loc[:day].tail(1000)) for day in ("2017-10-16", "2018-02-09")]


@pytest.fixture(params=["invented", "real"])
def crypto(request, monkeypatch):
    """The folder of prices that the chapter reads: none, or the real one."""
    monkeypatch.delenv("RISKKIT_DATA", raising=False)
    if request.param == "real":
        monkeypatch.setenv("RISKKIT_DATA", str(request.getfixturevalue("real_data")))
    return request.param


@pytest.fixture
def returns(crypto):
    return rk.data.returns(rk.data.load("crypto"))


@pytest.fixture
def bitcoin(returns):
    return returns["BTC"].dropna()


def test_three_days_in_june(prose, index):
    rolled = roll(index, NORMAL, window=400)
    first, second, third = (100 * value for value in rolled["var"].loc["2017-06-15":"2017-06-19"])
    assert index.loc["2017-06-14":"2017-06-16"].abs().max() < 0.0025
    alpha = rolled["alpha"]
    assert 0.23 < alpha["2017-06-15"] < 0.25
    assert alpha["2017-06-16"] < 1e-9
    check_quoted(
        prose,
        f"a 99 % VaR of {first:.2f} %, of {second:.2f} %, and of {third:.2f} %",
        "by more than a quarter of a per cent",
        "$\\alpha$ drops from a quarter to nothing",
    )


def test_returns_forget_and_sizes_do_not(prose, bitcoin, index):
    band = 1.96 / np.sqrt(len(bitcoin))
    lags = range(1, 41)
    known, size, square = (
        np.array([series.autocorr(lag) for lag in lags]) for series in (bitcoin, bitcoin.abs(), bitcoin**2)
    )
    assert (np.abs(known) > band).sum() < 10
    assert np.abs(known).max() < 2 * band
    assert size[:28].min() > band
    assert (square < size).mean() > 0.9
    assert all(rk.volatility.arch_lm(series)["p_value"] < 1e-6 for series in (bitcoin, index))
    check_quoted(prose, "both p-values of the test, in the table, are below one in a million", "step out of it by little")


def test_the_bound_and_the_law_of_shocks(prose, bitcoin):
    normal, student = NORMAL.fit(bitcoin), STUDENT.fit(bitcoin)
    assert student.status is FitStatus.BOUND
    assert student.persistence == pytest.approx(1.0, abs=1e-12)
    assert student.loglikelihood > normal.loglikelihood + 100
    assert student.params["nu"] < 4
    thin, fat = normal.loss_distribution(), student.loss_distribution()
    assert fat.var(0.95) < thin.var(0.95)
    assert fat.var(0.999) / thin.var(0.999) == pytest.approx(5 / 3, abs=0.05)
    check_quoted(prose, "At 95 % t asks for less than the normal law, at one day in a thousand for two thirds more")


def test_the_trap_of_the_standardised_t(prose, bitcoin):
    fit = STUDENT.fit(bitcoin)
    mu, nu = fit.params["mu"], fit.params["nu"]
    root = np.sqrt((nu - 2) / nu)
    right, forgotten = (scale * fit.next_sigma * stats.t.ppf(0.99, nu) - mu for scale in (root, 1.0))
    assert fit.loss_distribution().var(0.99) == pytest.approx(right, rel=1e-6)
    assert forgotten > 1.4 * right
    check_quoted(prose, "the forgotten root costs more than 40 % of VaR")


def test_leverage_in_the_index(prose, index):
    fit = ASYMMETRIC.fit(index)
    gamma, error = fit.params["gamma"], fit.standard_errors("robust")["gamma"]
    assert round(gamma / error) == 8
    assert fit.params["alpha"] < 1e-6
    assert rk.volatility.sign_bias(STUDENT.fit(index)).loc["joint", "p_value"] < 1e-6
    check_quoted(prose, f"On the index $\\gamma$ is {gamma:.2f}, eight standard errors from zero")


def test_no_leverage_in_bitcoin(prose, bitcoin, crypto):
    fit = ASYMMETRIC.fit(bitcoin)
    ratio = fit.params["gamma"] / fit.standard_errors("robust")["gamma"]
    assert abs(ratio) < 1 if crypto == "real" else ratio < -3
    assert rk.volatility.sign_bias(STUDENT.fit(bitcoin))["p_value"].min() > 0.05
    check_quoted(prose, "In the real market $\\gamma$ is less than one standard error from zero", "leans the other way")


def test_two_hills(prose, june, index):
    found = landscape(june, share=np.linspace(0.0, 0.55, 60) ** 2)
    high, low = (found.maxima.loc[number] for number in (1, 2))
    lives = np.log(0.5) / np.log(found.maxima["persistence"])
    assert high["share"] == 0.0
    # every way between the hills crosses every share between theirs
    crossed = found.surface.loc[:, : low["share"]].max()
    assert np.sqrt(2 * (high["loglikelihood"] - crossed.min())) == pytest.approx(4, abs=0.3)
    student = landscape(STUDENT.fit(june.observed)).maxima["loglikelihood"]
    check_quoted(
        prose,
        f"Two hills, {high['loglikelihood'] - low['loglikelihood']:.2f} of log-likelihood apart",
        "leads down by four standard errors",
        f"half of a shock is forgotten in {lives[2]:.0f} days; on the other in {lives[1]:.0f}",
        f"Tomorrow's $\\sigma$ is {100 * low['next_sigma']:.2f} % or {100 * high['next_sigma']:.2f} %",
        f"the second hill of this window lies {student[1] - student[2]:.1f} lower",
    )


def test_two_hills_are_rare_with_a_thousand_days(prose, index):
    nodes = {"persistence": np.array([0.8, 0.9]), "share": np.array([0.1, 0.2])}
    rivals = 0
    for end in range(1000, len(index) + 1, 100):
        found = landscape(NORMAL.fit(index.iloc[end - 1000 : end]), **nodes).maxima["loglikelihood"]
        rivals += len(found) > 1 and found[1] - found[2] < 1
    assert rivals <= 1  # of 41
    check_quoted(prose, "with 1,000 days such pairs are rare")


def test_what_arch_says_of_decimals_and_of_june(prose, index, june):
    def loglikelihood(series: pd.Series, unit: float) -> float:
        peer = arch_model(unit * series, rescale=False).fit(disp="off", show_warning=False)
        assert peer.convergence_flag == 0
        return peer.loglikelihood + len(series) * np.log(unit)

    ours = NORMAL.fit(index).loglikelihood
    assert loglikelihood(index, 1.0) < ours - 1000
    assert loglikelihood(index, 100.0) == pytest.approx(ours, abs=1e-3)
    lower_hill = landscape(june).maxima.loc[2, "loglikelihood"]
    assert loglikelihood(june.observed, 100.0) == pytest.approx(lower_hill, abs=1e-3)
    check_quoted(prose, "Its flag 0 means success", "on the window of June, in per cent too, it reports the lower hill")


def test_errors_and_stability(prose, index):
    normal, student = (spec.fit(index) for spec in (NORMAL, STUDENT))
    outer, _, sandwich = (normal.standard_errors(kind)["alpha"] for kind in ("opg", "hessian", "robust"))
    assert sandwich / outer == pytest.approx(2, abs=0.15)
    told = [f"{student.standard_errors(kind)['alpha']:.4f}" for kind in ("opg", "hessian", "robust")]
    stable = rk.volatility.nyblom(student)
    assert stable["statistic"].drop("joint").idxmax() == "nu"
    assert stable.loc["joint", "statistic"] > stable.loc["joint", "critical_1"]
    check_quoted(
        prose,
        f"the sandwich is {sandwich:.4f} and the outer product {outer:.4f}, half of it",
        f"With t the three are {told[0]}, {told[1]} and {told[2]}",
        "least of all $\\nu$",
    )


def test_the_law_on_days_it_has_not_seen(prose, bitcoin):
    seen, new = bitcoin.iloc[:-1000], bitcoin.iloc[-1000:]
    carried = (spec.fit(seen).append(new) for spec in (NORMAL, STUDENT))
    transforms = (rk.volatility.probability_integral_transform(fit).tail(1000) for fit in carried)
    normal, student = (rk.volatility.uniformity(values)["p_value"]["Kolmogorov-Smirnov"] for values in transforms)
    assert normal < 1e-4
    assert student > 0.05
    check_quoted(prose, "reject the normal law at any level you like, and have nothing against the t")


def test_the_calm_and_the_shaken_day(prose, pair):
    rng = np.random.default_rng(2)
    (calm, shaken), (low, high) = pair, zip(*(_year_ahead(fit, rng) for fit in pair), strict=True)
    now, level = ([100 * np.sqrt(252) * value for value in told] for told in zip(*map(_levels, pair), strict=True))
    ahead = [100 * np.sqrt(252) * fit.forecast(250)["sigma"].iloc[-1] for fit in pair]
    check_quoted(
        prose,
        f"On the calm day $\\sigma$ is {now[0]:.0f} % per year and the level {level[0]:.0f} %, "
        f"half of the way is done in {calm.half_life:.0f} days",
        f"In February it is {now[1]:.0f} %, the level {level[1]:.0f} %, and the half-life {shaken.half_life:.0f} days",
        f"A year ahead the forecasts are {ahead[0]:.0f} % and {ahead[1]:.0f} %",
        f"reach from {low[0]:.0f} % to {high[0]:.0f} % and from {low[1]:.0f} % to {high[1]:.0f} %",
    )


def _year_ahead(fit, rng):
    return tuple(100 * np.sqrt(252) * fit.forecast_interval(250, rng=rng).loc[250, ["low", "high"]])


def _levels(fit):
    return fit.next_sigma, fit.unconditional_volatility


def test_ten_days(prose, pair):
    rng = np.random.default_rng(3)
    paths = [_ten_days(fit, rng, "law") for fit in pair]
    rule = [100 * np.sqrt(10) * fit.loss_distribution().var(0.99) for fit in pair]
    drawn = _ten_days(pair[0], rng, "bootstrap")
    # the chapter's own draws differ from these by less than the last digit it quotes
    assert paths == pytest.approx([3.7, 18.4], rel=0.03)
    assert drawn == pytest.approx(4.6, rel=0.03)
    assert -6 < pair[0].standardised.min() < -5.5
    check_quoted(
        prose,
        f"On the calm day the rule is too low, {rule[0]:.1f} % against 3.7 %",
        f"a little too high, {rule[1]:.1f} % against 18.4 %",
        "The ten-day VaR rises, from 3.7 % to 4.6 %",
        "one of almost six standard deviations down",
    )


def _ten_days(fit, rng, shocks):
    return 100 * rk.LossDistribution(-fit.simulate(100_000, 10, rng=rng, shocks=shocks).sum(axis=0)).var(0.99)


def test_hourly_data_lead(prose, bitcoin, crypto):
    hourly = rk.data.returns(rk.data.load("crypto_hourly"))["BTC"]
    realised = rk.volatility.realised_variance(hourly, least=20).dropna()
    daily = bitcoin[bitcoin.index.isin(realised.index)]
    realised, seen, new = realised[daily.index], daily.iloc[:-500], daily.iloc[-500:]
    specs = (rk.volatility.Egarch(), rk.volatility.ComponentGarch(), STUDENT, ASYMMETRIC)
    runs = [spec.fit(daily) for spec in (rk.volatility.Ewma(), rk.volatility.RiskMetrics2006())]
    sigma = {type(run.spec).__name__: run.sigma for run in runs + [spec.fit(seen).append(new) for spec in specs]}
    har = rk.volatility.Har(lags=(1, 7, 30), log=True)
    expected = {day: har.fit(realised[realised.index < day]).forecast()["sigma"].iloc[0] for day in new.index}
    sigma["Har"] = pd.Series(expected)
    score = {name: (np.log(one**2) + realised / one**2)[new.index].mean() for name, one in sigma.items()}
    assert min(score, key=score.get) == "Har"
    # an estimated model beats the fixed one in the invented market, and loses to it in the real one
    assert (score["Garch"] < score["Ewma"]) == (crypto == "invented")
    check_quoted(
        prose,
        "HAR leads, in the invented market and in the real one",
        "Behind it the order differs from market to market",
    )


def test_levels_of_the_real_market(prose, monkeypatch, real_data):
    monkeypatch.setenv("RISKKIT_DATA", str(real_data))
    bitcoin = rk.data.returns(rk.data.load("crypto"))["BTC"].dropna()
    years = bitcoin.groupby(bitcoin.index.year).std() * np.sqrt(365)
    check_quoted(
        prose,
        f"In the real market Bitcoin's volatility was {years[2018]:.2f} per year in 2018 and {years[2025]:.2f} in 2025",
    )


def test_a_break_looks_like_memory(prose):
    level = np.repeat([0.83, 0.42], 1500) / np.sqrt(365)
    for seed in range(3):
        halved = pd.Series(level * np.random.default_rng(seed).standard_normal(3000))
        assert f"{NORMAL.fit(halved).persistence:.3f}" in ("0.998", "0.999")
    check_quoted(prose, "The persistence is 0.999, and there is nothing to persist")


def test_regimes_of_the_index(prose, index):
    chain = MarkovSwitching(states=2).fit(index.loc[:"2006"])
    calm, wild = 100 * chain.sigma_annual(252)
    assert chain.states["expected_duration"].between(126, 252).all()
    probability = 100 * chain.filter(index.loc["2007":])["state 2"]
    year = probability.groupby(probability.index.year).mean()
    check_quoted(
        prose,
        f"the calm level is {calm:.0f} % per year, the wild one {wild:.0f} %, and either lasts for most of a year",
        f"gave the wild one {year[2007]:.0f} % on the average day of 2007, {year[2008]:.0f} % in 2008 and "
        f"{year[2017]:.0f} % in 2017, and on the Friday before Lehman {probability['2008-09-12']:.0f} %",
    )


def test_the_states_of_bitcoin_are_short(prose, bitcoin):
    durations = MarkovSwitching(states=2).fit(bitcoin).states["expected_duration"]
    assert 2 < durations.min() < durations.max() < 30
    check_quoted(prose, "The states of Bitcoin last for days or a few weeks, not for years.")


def test_every_day_anew(prose, bitcoin):
    walked = roll(bitcoin, STUDENT, window=1000)
    persistence = walked["alpha"] + walked["beta"]
    assert 1800 < len(walked) < 2100
    assert (walked["status"] == "at a bound").mean() > 0.4
    assert 1 < np.log(0.5) / np.log(persistence.min()) < 4
    assert walked["nu"].min() > 2.45
    assert walked["nu"].max() < 5.5
    check_quoted(prose, "some two thousand estimates", "$\\nu$ wanders between 2.5 and 5.5")


def test_what_the_explorer_shows(prose, index, bitcoin):
    def jumps(spec: Garch, window: int) -> int:
        rolled = roll(index, spec, window).tail(4000)
        return int(((rolled["alpha"] + rolled["beta"]).diff().abs() > 0.05).sum())

    assert jumps(NORMAL, 950) == jumps(STUDENT, 950) == 0
    gamma = roll(bitcoin, ASYMMETRIC, 950)["gamma"]
    assert roll(index, ASYMMETRIC, 950)["gamma"].min() > 0.0
    assert gamma.min() < 0.0 < gamma.max()
    check_quoted(
        prose,
        f"by more than 0.05 from one day to the next on {jumps(NORMAL, 400)} of 4,000 days",
        f"With Student-t it is {jumps(STUDENT, 400)}, and with 950 days none, under either law",
    )


def test_the_chapter_is_within_its_size(prose):
    cells = chapters.cells("02_volatility")
    code = ["".join(cell["source"]).splitlines() for cell in cells if cell["cell_type"] == "code"]
    assert 25 <= len(cells) <= 40
    assert 1500 <= len(prose.split()) <= 2500
    assert max(map(len, code)) <= 10
    assert max(len(line) for lines in code for line in lines) <= 79
