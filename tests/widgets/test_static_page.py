"""The explorer without a kernel: one piece of HTML that opens from a file, asks nobody, and shows Python's numbers."""

import base64
import json
import re

import numpy as np
import pandas as pd
import pytest

from riskkit.errors import DataError
from riskkit.widgets.static_page import static_page
from riskkit.widgets.var_explorer import STOPS, VarExplorer
from riskkit.widgets.var_explorer_answer import MODELS, answer

DAYS = 260
SETTINGS = [(0.99, 250, 0.94), (0.975, 100, 0.8), (0.999, 360, 0.995), (0.9, 330, 0.9)]  # level, window, decay
ASKED = """async (setting) => {
    const { model } = document.querySelector("[data-riskkit-explorer]");
    for (const [name, value] of Object.entries(setting)) model.set(name, value);
    await model.save_changes();
    const { var: var_, es, ...rest } = model.get("reply");
    return { var: [...(var_ ?? [])], es: [...(es ?? [])], ...rest };
}"""


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
    assert len(html) < 150_000 + 2 * 1.4 * 8 * 1_000  # two series of at most 700 returns and 260 times


def test_what_python_would_be_given_is_there(data, named_returns):
    facts = data["facts"]
    assert facts["stops"] == {name: list(stops) for name, stops in STOPS.items()} | {"window": list(range(100, 361, 10))}
    for one in facts["series"]:
        assert one["days"] == DAYS
        returns = np.frombuffer(base64.b64decode(one["returns"]["doubles"]))
        np.testing.assert_array_equal(returns, named_returns[one["name"]].to_numpy()[-DAYS - 360 :])
    assert "No Python is running" in facts["note"]
    assert "re-runs 260 one-day-ahead forecasts in your browser" in facts["note"]
    assert data["state"]["window"] == 360  # the stop nearest to 500


def test_the_same_explorer_makes_the_same_page(explorer, html):
    assert explorer.to_html() == html


def test_a_module_without_its_export_is_refused():
    with pytest.raises(DataError, match="not exactly one export"):
        static_page("function render() {}", "", "var_explorer_answer.js", {}, {})


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


@pytest.fixture(scope="module")
def alone(chromium, named_returns, tmp_path_factory):
    """A page with one explorer of three series, the last with a long run of equal returns."""
    quiet = pd.Series(np.where(np.arange(700) < 560, 0.0, np.tile([0.01, -0.02], 350)))
    html = VarExplorer(named_returns | {"quiet": quiet}, days=DAYS).to_html()
    path = tmp_path_factory.mktemp("alone") / "page.html"
    path.write_text(f'<!doctype html><meta charset="utf-8"><body>{html}</body>', encoding="utf-8")
    page = chromium.new_context(offline=True).new_page()
    page.goto(path.as_uri())
    page.wait_for_selector(".riskkit-explorer .headline")
    yield page
    page.context.close()


@pytest.mark.browser
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("level", "window", "decay"), SETTINGS)
def test_the_page_computes_what_python_computes(alone, named_returns, model, level, window, decay):
    setting = {"series": "BTC", "model": model, "level": level, "window": window, "decay": decay}
    reply = alone.evaluate(ASKED, setting)
    forecast, verdict = answer(named_returns["BTC"], model, level, window, decay, DAYS)
    assert reply["query"] == setting
    np.testing.assert_allclose(reply["var"], forecast.var[model], rtol=1e-9)
    np.testing.assert_allclose(reply["es"], forecast.es[model], rtol=1e-9)
    assert set(reply["verdict"]) == set(verdict)
    for name, value in verdict.items():
        assert reply["verdict"][name] == (pytest.approx(value, rel=1e-9) if isinstance(value, float) else value), name


@pytest.mark.browser
def test_a_window_that_does_not_fit_is_refused(alone):
    reply = alone.evaluate(ASKED, {"series": "BTC", "model": "Normal", "level": 0.99, "window": 500, "decay": 0.94})
    assert "too short" in reply["error"]


@pytest.mark.browser
@pytest.mark.parametrize("model", MODELS)
def test_where_python_has_no_answer_the_page_has_none(alone, model):
    reply = alone.evaluate(ASKED, {"series": "quiet", "model": model, "level": 0.99, "window": 150, "decay": 0.94})
    if model == "Historical simulation":
        assert len(reply["var"]) == DAYS
    else:
        assert "constant" in reply["error"]
        assert alone.locator(".headline").inner_text() == "No answer for these settings"


def settled(explorer):
    explorer.evaluate(
        "root => new Promise(done => (function look() {"
        " root.classList.contains('waiting') ? setTimeout(look, 5) : done(); })())"
    )


def headline(verdict):
    return f"{verdict['breaches']} breaches in {DAYS} days; {verdict['expected']:.6g} expected"


@pytest.mark.browser
def test_a_key_press_shows_the_number_that_python_computed(opened, named_returns):
    stocks = named_returns["Stocks </script>"]
    first, second = (opened.locator(".riskkit-explorer").nth(number) for number in (0, 1))
    shown = first.locator(".headline")
    before = answer(stocks, "Historical simulation", 0.99, 360, 0.94, DAYS).verdict
    after = answer(stocks, "Historical simulation", 0.9, 360, 0.94, DAYS).verdict
    assert before["breaches"] != after["breaches"]
    assert shown.inner_text() == headline(before)
    first.locator(".level input").focus()
    opened.keyboard.press("Home")
    settled(first)
    assert shown.inner_text() == headline(after)
    assert first.locator(".level output").inner_text() == "90\u00a0%"
    assert first.locator(".level input").get_attribute("aria-valuetext") == "90\u00a0%"
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
    settled(explorer)
    expected = answer(named_returns["BTC"], "Filtered historical (EWMA)", 0.99, 360, 0.995, DAYS)
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
