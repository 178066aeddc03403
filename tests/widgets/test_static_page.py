"""The explorer without a kernel: one piece of HTML that opens from a file, asks nobody, and shows Python's numbers."""

import base64
import json
import re

import numpy as np
import pytest

from riskkit.errors import DataError
from riskkit.widgets.static_page import STEPS, _path, static_page
from riskkit.widgets.var_explorer import GRID, VarExplorer
from riskkit.widgets.var_explorer_answer import MODELS, answer

DAYS = 260


@pytest.fixture(scope="module")
def explorer(named_returns):
    return VarExplorer(named_returns, days=DAYS)


@pytest.fixture(scope="module")
def html(explorer):
    return explorer.to_html()


@pytest.fixture(scope="module")
def data(html):
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL).group(1))


def test_it_asks_nobody(html):
    assert set(re.findall(r"https?://[^\"'\s]*", html)) == {"http://www.w3.org/2000/svg"}
    assert "import " not in html.replace("important", "")
    assert html.count("<script") == html.count("</script>") == 2


def test_it_is_small_enough(html):
    settings = 2 * (4 * 5 + 5 * 4)  # windows of the grid that fit x levels, and decays of the one model that has them
    assert len(html) < 60_000 + settings * 2 * 8 * DAYS  # per setting two paths of 16 bits in base64, and a verdict


def test_the_whole_grid_is_there_and_says_so(data, named_returns):
    windows = [250]  # 620 rows less 260 days leave 360
    assert data["facts"]["stops"] == {name: list(stops) for name, stops in GRID.items()} | {"window": windows}
    per_series = len(windows) * len(GRID["level"]) * (len(MODELS) - 1 + len(GRID["decay"]))
    assert len(data["answers"]) == 2 * per_series
    assert f"this page moves over {2 * per_series} precomputed backtests" in data["facts"]["note"]
    assert "A live session" in data["facts"]["note"]
    assert data["state"]["window"] == 250


def test_verdicts_are_exact(data, named_returns):
    for key, kept in data["answers"].items():
        series, model, level, window, decay = key.split("|")
        if model in ("Normal", "Filtered historical (EWMA)"):
            verdict = answer(named_returns[series], model, float(level), int(window), float(decay), DAYS).verdict
            assert kept["verdict"] == verdict


def test_paths_are_kept_to_a_65535th_of_their_range():
    values = np.random.default_rng(2).standard_normal(1000)
    packed = _path(values)
    counts = np.frombuffer(base64.b64decode(packed["counts"]), dtype="<u2")
    back = packed["low"] + counts * packed["step"]
    assert np.abs(back - values).max() <= 0.51 * np.ptp(values) / STEPS
    assert _path(np.full(3, 0.02))["low"] == 0.02


def test_the_same_explorer_makes_the_same_page(explorer, html):
    assert explorer.to_html() == html


def test_a_module_without_its_export_is_refused():
    with pytest.raises(DataError, match="no single default export"):
        static_page("function render() {}", "", {}, {}, {})


@pytest.fixture(scope="module")
def opened(chromium, html, tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    text = f'<!doctype html><html data-theme="light"><meta charset="utf-8"><body>{html}<hr>{html}</body></html>'
    (folder / "page.html").write_text(text, encoding="utf-8")
    address = (folder / "page.html").as_uri()
    context = chromium.new_context(offline=True, viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.said, page.asked = [], []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url) if request.url != address else None)
    page.goto(address)
    page.wait_for_selector(".riskkit-explorer .headline")
    yield page
    assert page.said == []
    assert page.asked == []
    context.close()


def headline(verdict):
    return f"{verdict['breaches']} breaches in {DAYS} days; {verdict['expected']:.6g} expected"


@pytest.mark.browser
def test_a_key_press_shows_the_number_that_python_computed(opened, named_returns):
    stocks = named_returns["Stocks </script>"]
    first, second = (opened.locator(".riskkit-explorer").nth(number) for number in (0, 1))
    shown = first.locator(".headline")
    before = answer(stocks, "Historical simulation", 0.99, 250, 0.94, DAYS).verdict
    after = answer(stocks, "Historical simulation", 0.975, 250, 0.94, DAYS).verdict
    assert before["breaches"] != after["breaches"]
    assert shown.inner_text() == headline(before)
    first.locator(".level input").focus()
    opened.keyboard.press("ArrowLeft")
    assert shown.inner_text() == headline(after)
    assert first.locator(".level output").inner_text() == "97.5\u00a0%"
    assert first.locator(".level input").get_attribute("aria-valuetext") == "97.5\u00a0%"
    assert second.locator(".headline").inner_text() == headline(before)  # two of them on a page keep to themselves
    p = f"{after['p_kupiec']:.4f}" if after["p_kupiec"] < 0.01 else f"{after['p_kupiec']:.3f}"
    assert f"exact p\u00a0=\u00a0{p}" in first.locator(".finding").first.inner_text()
    assert first.locator("svg path.tick").get_attribute("d").count("M") == after["breaches"]


def assert_off_axis(explorer, forecast):
    """What is higher than 1.5 times the largest loss is drawn along the top, and said."""
    top, highest = 1.5 * forecast.loss.max(), forecast.es.iloc[:, 0].max()
    said = " ".join(explorer.locator("svg text").all_text_contents())
    assert (f"ES up to {100 * highest:.0f}\u00a0%" in said) == (highest > top)


@pytest.mark.browser
def test_decay_moves_only_the_model_that_has_one(opened, named_returns):
    explorer = opened.locator(".riskkit-explorer").nth(1)
    decay = explorer.locator(".decay input")
    assert decay.is_disabled()
    assert explorer.locator(".decay output").inner_text() == "only in Filtered historical (EWMA)"
    explorer.locator(".series select").select_option("BTC")
    explorer.locator(".model select").select_option("Filtered historical (EWMA)")
    assert decay.is_enabled()
    decay.focus()
    opened.keyboard.press("End")
    expected = answer(named_returns["BTC"], "Filtered historical (EWMA)", 0.99, 250, 0.99, DAYS)
    assert explorer.locator(".headline").inner_text() == headline(expected.verdict)
    var, es = expected.forecast.var.iloc[-1, 0], expected.forecast.es.iloc[-1, 0]
    assert_off_axis(explorer, expected.forecast)
    assert f"VaR {100 * var:.2f}\u00a0%, ES {100 * es:.2f}\u00a0%" in explorer.locator(".readout").inner_text()


@pytest.mark.browser
def test_it_fits_a_phone_and_follows_the_page_into_the_dark(opened):
    assert opened.evaluate("document.documentElement.scrollWidth") == 390
    colour = "getComputedStyle(document.querySelector('.riskkit-explorer')).backgroundColor"
    assert opened.evaluate(colour) == "rgb(255, 255, 255)"
    opened.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert opened.evaluate(colour) == "rgb(20, 24, 30)"
    waiting = "document.querySelectorAll('.riskkit-explorer.waiting').length"
    assert opened.evaluate(waiting) == 0
