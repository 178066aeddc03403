"""The volatility explorer: controls and messages in Python, and the page that computes the same."""

import re

import numpy as np
import pandas as pd
import pytest

from riskkit.errors import DataError
from riskkit.plots.palette import DARK, LIGHT
from riskkit.widgets import explorer as shared
from riskkit.widgets.volatility_explorer import VolatilityExplorer
from riskkit.widgets.volatility_explorer_answer import LAWS, MODELS, answer, estimate

DAYS = 200
STOCKS = "Stocks </script>"


@pytest.fixture
def explorer(named_returns):
    return VolatilityExplorer(named_returns, days=DAYS)


def test_one_step_of_a_control_is_a_coarse_reply_and_a_whole_one(explorer, named_returns):
    seen = []
    explorer.observe(lambda change: seen.append(change["new"]), names=["reply"])
    explorer.law = "Normal"
    coarse, whole = seen
    query = {"series": STOCKS, "model": "GARCH", "law": "Normal", "window": 400, "horizon": 63}
    assert coarse["query"] == whole["query"] == query
    assert (coarse["step"], whole["step"]) == (8, 1)
    expected = answer(named_returns[STOCKS], "GARCH", "Normal", 400, 63, DAYS)
    np.testing.assert_array_equal(np.frombuffer(whole["sigma"]), expected.sigma)
    np.testing.assert_array_equal(np.frombuffer(whole["term"]), expected.term)
    np.testing.assert_array_equal(np.frombuffer(coarse["term"]), expected.term)
    every_eighth = estimate(named_returns[STOCKS], "GARCH", "Normal", 400, DAYS, step=8)
    np.testing.assert_array_equal(np.frombuffer(coarse["sigma"]), every_eighth.sigma)
    assert coarse["verdict"]["days"] == DAYS / 8
    assert "nu" not in whole
    assert explorer.verdict | {"milliseconds": 0} == expected.verdict | {"milliseconds": 0}


def test_a_new_horizon_estimates_nothing_anew(explorer, monkeypatch):
    monkeypatch.setattr("riskkit.volatility.rolled_fits", lambda *_: pytest.fail("the path was estimated again"))
    seen = []
    explorer.observe(lambda change: seen.append(change["new"]), names=["reply"])
    explorer.horizon = 5
    assert [(one["step"], len(np.frombuffer(one["term"])), len(np.frombuffer(one["sigma"]))) for one in seen] == [
        (1, 5, DAYS)
    ]


def test_facts_hold_what_does_not_change(named_returns):
    facts = VolatilityExplorer(named_returns).facts  # 4,000 days are more than there are
    stocks, coins = facts["series"]
    assert [stocks["days"], coins["days"]] == [620 - 206, 700 - 233]
    assert facts["stops"]["window"] == [100, 150, 200]  # 206 rows are left before the days of the shorter series
    assert [stocks["yearDays"], coins["yearDays"]] == [252, 365]
    np.testing.assert_array_equal(np.frombuffer(coins["shown"]), named_returns["BTC"].iloc[-467:])
    assert facts["models"] == list(MODELS)
    assert facts["laws"] == list(LAWS)


@pytest.mark.parametrize(
    ("name", "value"),
    [("series", "ETH"), ("model", "EGARCH"), ("law", "GED"), ("window", 421), ("window", 49), ("horizon", 0)],
)
def test_controls_refuse_what_cannot_be_answered(explorer, name, value):
    before = explorer.reply
    with pytest.raises(DataError):
        setattr(explorer, name, value)
    assert explorer.reply is before


def test_a_setting_without_an_answer_says_why():
    quiet = pd.Series(np.where(np.arange(600) < 90, np.arange(600) % 7 / 100, 0.0))
    assert "constant" in VolatilityExplorer(quiet, days=90).reply["error"]


@pytest.mark.parametrize(
    ("returns", "message"), [(pd.Series(np.zeros(299)), "too short"), ({}, "named collection"), ([0.1] * 300, "wrong type")]
)
def test_returns_that_cannot_be_explored_are_refused(returns, message):
    with pytest.raises(DataError, match=message):
        VolatilityExplorer(returns, days=100)


def test_the_band_has_the_colours_of_the_palette():
    text = (shared.HERE / "volatility_explorer.css").read_text()
    assert re.search(r"--band: light-dark\((rgba\(.*?\)), (rgba\(.*?\))\)", text).groups() == (LIGHT["band"], DARK["band"])


def test_in_the_book_it_wants_no_kernel(named_returns, monkeypatch):
    monkeypatch.setenv("RISKKIT_BOOK", "1")
    in_book = VolatilityExplorer(named_returns["BTC"], days=DAYS)
    assert in_book.comm is None
    assert set(in_book._repr_mimebundle_()) == {"text/html", "text/plain"}


ASKED = """async (setting) => {
    const { model } = document.querySelector("[data-riskkit-explorer]");
    for (const [name, value] of Object.entries(setting)) model.set(name, value);
    await model.save_changes();
    const reply = model.get("reply");
    const plain = (value) => (ArrayBuffer.isView(value) ? [...value] : value);
    return Object.fromEntries(Object.entries(reply).map(([key, value]) => [key, plain(value)]));
}"""
AT_REST = """() => {
    const { model } = document.querySelector("[data-riskkit-explorer]") ?? {};
    return model?.get("reply")?.step === 1;
}"""


def with_gaps(named_returns):
    """A series that did not move for so long that some windows hold nothing else."""
    return named_returns["BTC"].where(np.arange(700) >= 520, 0.0)


@pytest.fixture(scope="module")
def opened(chromium, named_returns, tmp_path_factory):
    html = VolatilityExplorer(named_returns | {"gaps": with_gaps(named_returns)}, days=DAYS).to_html()
    path = tmp_path_factory.mktemp("volatility") / "page.html"
    path.write_text(f'<!doctype html><html data-theme="light"><meta charset="utf-8"><body>{html}', encoding="utf-8")
    context = chromium.new_context(offline=True, viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.said, page.asked = [], []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_function(AT_REST)
    yield page
    assert page.said == []
    assert [url for url in page.asked if not url.startswith("blob:")] == [path.as_uri()]
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(("window", "horizon"), [(250, 21), (400, 1)])
def test_the_page_computes_what_python_computes(opened, named_returns, model, law, window, horizon):
    setting = {"series": "BTC", "model": model, "law": law, "window": window, "horizon": horizon}
    reply = opened.evaluate(ASKED, setting)
    expected = answer(named_returns["BTC"], model, law, window, horizon, DAYS)
    assert reply["query"] == setting
    assert reply["step"] == 1
    for name, values in ({"sigma": expected.sigma, "term": expected.term} | expected.paths).items():
        np.testing.assert_allclose(reply[name], values, rtol=1e-9, atol=1e-9 if name == "gamma" else 0.0, err_msg=name)
    for name, value in expected.verdict.items():
        if name != "milliseconds":
            assert reply["verdict"][name] == (pytest.approx(value, rel=1e-9) if isinstance(value, float) else value), name


@pytest.mark.browser
def test_a_failed_fit_is_a_gap_here_and_there(opened, named_returns):
    setting = {"series": "gaps", "model": "GARCH", "law": "Normal", "window": 250, "horizon": 1}
    reply = opened.evaluate(ASKED, setting)
    expected = answer(with_gaps(named_returns), "GARCH", "Normal", 250, 1, DAYS)
    assert reply["verdict"]["failed_fits"] == expected.verdict["failed_fits"] == 21
    np.testing.assert_allclose(reply["sigma"], expected.sigma, rtol=1e-9)
    assert np.isnan(expected.sigma[:21]).all()
    explorer = opened.locator(".riskkit-explorer")
    assert "NaN" not in explorer.locator("svg.tall path.band").get_attribute("d")
    assert "10.5\u00a0% failed or did not end" in explorer.locator(".findings").inner_text()


@pytest.mark.browser
def test_keys_move_the_numbers_and_the_charts(opened):
    explorer = opened.locator(".riskkit-explorer")
    opened.evaluate(ASKED, {"series": "BTC", "model": "GJR", "law": "Student-t", "window": 300, "horizon": 21})
    assert explorer.locator("svg:visible").count() == 5
    before = (
        explorer.locator("svg.tall path.band").get_attribute("d"),
        explorer.locator("svg.term path.var").get_attribute("d"),
    )
    explorer.locator(".window input").focus()
    opened.keyboard.press("ArrowRight")
    opened.wait_for_function(
        "before => document.querySelector('svg.tall path.band').getAttribute('d') !== before", arg=before[0]
    )
    opened.wait_for_function(AT_REST)
    assert explorer.locator(".window output").inner_text() == "350 days"
    explorer.locator(".horizon input").focus()
    opened.keyboard.press("Home")
    opened.wait_for_function(
        "before => document.querySelector('svg.term path.var').getAttribute('d') !== before", arg=before[1]
    )
    assert explorer.locator(".horizon input").get_attribute("aria-valuetext") == "1 day"
    explorer.locator(".law select").select_option("Normal")
    opened.wait_for_function("getComputedStyle(document.querySelector('svg.nu')).display === 'none'")
    assert "Normal, by assumption." in explorer.locator(".findings").inner_text()


@pytest.mark.browser
def test_it_fits_a_phone_and_follows_the_page_into_the_dark(opened):
    assert opened.evaluate("document.documentElement.scrollWidth") == 390
    band = "getComputedStyle(document.querySelector('.riskkit-explorer path.band')).fill"
    light = opened.evaluate(band)
    opened.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert opened.evaluate(band) != light
    unnamed = "[...document.querySelectorAll('select, input')].filter((one) => !one.labels.length && !one.ariaLabel).length"
    assert opened.evaluate(unnamed) == 0
