"""What all figures have in common: template, axes with units, and the source under the title."""

import re

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import plotly.io
import pytest

import riskkit as rk
from riskkit.errors import DataError
from riskkit.plots.canvas import canvas, columns_of, money, percent, positive, source_of, table, time_title, times
from riskkit.plots.palette import DARK, LIGHT

SOURCE = "numbers made up for a test"


@pytest.fixture
def draw(returns, forecast, bars, fundings, chain, book, venues, peg_price, values, sampled, targets):
    """Draw every figure in the look of the moment."""
    return lambda: {
        **figures(returns, forecast),
        "last_and_mark": rk.plots.last_and_mark(bars),
        "funding": rk.plots.funding(fundings),
        "smile": rk.plots.smile(chain),
        "order_book": rk.plots.order_book(book),
        "peg": rk.plots.peg(venues, peg_price),
        "surface_fit": rk.plots.surface_fit(smiles()),
        "survivorship": rk.plots.survivorship(values),
        "stylised_facts": rk.plots.stylised_facts(sampled, targets),
        **models(returns),
        **dependence(returns),
    }


def smiles():
    chain = rk.data.SyntheticMarket().option_chain("BTC", at="2024-03-12")
    chain.attrs["source"] = SOURCE
    return rk.instruments.VolSurface.from_chain(chain)


def dependence(returns):
    rng = np.random.default_rng(2)
    ranks = pd.DataFrame(rng.random((len(returns), 2)), returns.index, ["BTC", "ETH"])
    matrix = pd.DataFrame([[1.0, 0.5], [0.5, 1.0]], ranks.columns, ranks.columns)
    loss = -returns
    return {
        "components": rk.plots.components(matrix, pd.Series([0.8, 0.2]), source=SOURCE),
        "copulas": rk.plots.copulas({"one": ranks, "another": ranks}, source=SOURCE),
        "correlation_matrix": rk.plots.correlation_matrix(matrix, source=SOURCE),
        "correlation_path": rk.plots.correlation_path(ranks, source=SOURCE),
        "tail_concentration": rk.plots.tail_concentration(pd.DataFrame({"data": [0.4, 0.3]}, [0.1, 0.9]), source=SOURCE),
        "hill": rk.plots.hill(rk.tails.hill(loss), source=SOURCE),
        "mean_excess": rk.plots.mean_excess(rk.tails.mean_excess(loss), source=SOURCE),
        "threshold_stability": rk.plots.threshold_stability(rk.tails.threshold_stability(loss), source=SOURCE),
    }


def figures(returns, forecast):
    sigma = returns.abs().rolling(20, min_periods=1).mean().rename("EWMA")
    losses = rk.LossDistribution(-returns.to_numpy())
    prices = 100.0 * np.exp(returns.cumsum()).to_frame("BTC").assign(ETH=lambda frame: frame["BTC"] / 20)
    return {
        "var_breaches": rk.plots.var_breaches(forecast, "low"),
        "breach_calendar": rk.plots.breach_calendar(forecast),
        "volatility": rk.plots.volatility(sigma, returns, days_per_year=365),
        "loss_tail": rk.plots.loss_tail(losses, 0.95, source=SOURCE),
        "loss_tails": rk.plots.loss_tail({"sample": losses, "law": rk.core.law.normal(0.0, 0.01)}, source=SOURCE),
        "price": rk.plots.prices(prices["BTC"], source=SOURCE),
        "prices": rk.plots.prices(prices, source=SOURCE),
        "returns": rk.plots.returns(returns),
        "several returns": rk.plots.returns(pd.DataFrame({"BTC": returns, "ETH": returns}), source=SOURCE),
    }


def models(returns):
    fit = rk.volatility.Garch(dist="normal").fit(returns)
    wild = returns.abs().clip(upper=1.0).rename("state 2")
    rolled = pd.DataFrame({"sigma": returns.abs(), "nu": 4.0, "status": "at a bound"})
    return {
        "autocorrelation": rk.plots.autocorrelation(pd.DataFrame({"size": [0.2, 0.1]}, index=[1, 2]), 300, source=SOURCE),
        "likelihood": rk.plots.likelihood(rk.volatility.landscape(fit)),
        "news_impact": rk.plots.news_impact({"one": fit, "another": fit}),
        "parameters": rk.plots.parameters(rolled, ["sigma", "nu"], source=SOURCE),
        "regimes": rk.plots.regimes(pd.DataFrame({"state 1": 1.0 - wild, "state 2": wild}), returns),
        "term_structure": rk.plots.term_structure(fit.forecast_interval(5, rng=1, draws=50), source=SOURCE),
    }


def test_every_function_is_drawn_here(draw):
    assert set(rk.plots.__all__) <= set(draw())
    assert sorted(rk.plots.__all__) == rk.plots.__all__


def test_every_figure_says_source_axes_and_wears_the_template(draw):
    for name, figure in draw().items():
        assert isinstance(figure, go.Figure), name
        assert f"Source: {SOURCE}" in figure.layout.title.subtitle.text.replace("<br>", " "), name
        assert figure.layout.template == plotly.io.templates["riskkit"], name
        assert figure.layout.title.text, name
        assert "$" not in figure.to_json(), name
        assert all(axis.title.text for axis in figure.select_yaxes()), name
        assert list(figure.select_xaxes())[-1].title.text, name
        assert len(figure.data) > 0, name
        assert all(len(trace.x) > 0 for trace in figure.data), name
        assert len(figure.layout.title.text) <= 60, name  # a phone is 390 px wide


@pytest.mark.parametrize(("scheme", "palette"), [("riskkit", LIGHT), ("riskkit_dark", DARK)])
def test_dark_is_plotlys_own_switch_and_every_colour_can_be_exchanged(draw, monkeypatch, scheme, palette):
    monkeypatch.setattr(plotly.io.templates, "default", scheme)
    for name, figure in draw().items():
        assert figure.layout.template == plotly.io.templates[scheme], name
        drawn = figure.to_dict()
        del drawn["layout"]["template"]
        used = re.findall(r"#[0-9a-fA-F]{3,8}|rgba?\([^)]*\)", str(drawn))
        assert used, name
        assert set(used) <= set(palette.values()), name
        assert "color:" not in str(drawn), name  # the page exchanges whole strings, not parts of a text


def test_long_sources_are_folded_for_narrow_pages():
    figure = canvas("Title", source="word " * 40)
    lines = figure.layout.title.subtitle.text.split("<br>")
    assert len(lines) > 2
    assert max(map(len, lines)) <= 58
    assert figure.layout.margin.t >= 54 + 16 * len(lines)


def test_the_source_is_the_argument_else_what_the_data_say(returns):
    assert source_of(None, returns) == SOURCE
    assert source_of("mine", returns) == "mine"
    assert source_of(None, pd.Series([1.0]), None) == "unknown"
    other = pd.Series([1.0])
    other.attrs["source"] = "other"
    assert source_of(None, other, returns, None, other) == f"other; {SOURCE}"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([1.0, 2.0], "wrong type"),
        (pd.Series([], dtype=float), "too short"),
        (pd.Series([1.0]), "too short"),
        (pd.DataFrame(index=range(3)), "too short"),
        (pd.Series([1.0, np.inf]), "cannot be drawn"),
        (pd.Series([np.nan, np.nan]), "cannot be drawn"),
        (pd.Series(["a", "b"]), "not numeric"),
        (pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], columns=["a", "a"]), "duplicate columns"),
        (pd.Series([1.0, 2.0], index=[1, 0]), "not sorted"),
        (pd.Series([1.0, 2.0], index=[1, 1]), "duplicate index"),
    ],
)
def test_what_cannot_be_drawn_is_refused(data, message):
    with pytest.raises(DataError, match=message):
        table("data", data)


def test_wanted_columns_are_named_when_they_lack():
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [1.0, 0.0]})
    assert list(columns_of("data", frame, ("a",))) == ["a"]
    with pytest.raises(DataError, match="data lacks c, d; got columns a, b; expected a, c, d"):
        columns_of("data", frame, ("a", "c", "d"))
    with pytest.raises(DataError, match="data has the wrong type; got Series"):
        columns_of("data", frame["a"], ("a",))
    with pytest.raises(DataError, match=r"data\['b'\] is not positive; got 0"):
        positive("data", frame)


def test_missing_values_stay_and_become_gaps():
    frame = table("data", pd.Series([1.0, np.nan, 2.0]))
    assert frame["value"].isna().tolist() == [False, True, False]
    assert np.isnan(rk.plots.prices(frame["value"], source="s").data[0].y[1])


def test_times_are_short_and_utc():
    days = pd.date_range("2024-01-01", periods=2, tz="UTC")
    assert times(days).tolist() == ["2024-01-01", "2024-01-02"]
    hours = pd.date_range("2024-01-01", periods=2, freq="h", tz="Europe/Berlin")
    assert times(hours).tolist() == ["2023-12-31T23:00:00", "2024-01-01T00:00:00"]
    assert times(pd.RangeIndex(3)).tolist() == [0, 1, 2]
    assert (time_title(days), time_title(pd.RangeIndex(3))) == ("Date (UTC)", "Step")


def test_units_and_levels_in_words():
    assert money("return") == ("% of position", ".1%")
    assert money("USD")[0] == "USD"
    assert [percent(level) for level in (0.99, 0.975, 0.999)] == ["99 %", "97.5 %", "99.9 %"]
