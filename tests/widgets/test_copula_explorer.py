"""The copula explorer: controls and messages in Python, and the page that computes the same."""

import numpy as np
import pandas as pd
import pytest

from riskkit.errors import DataError
from riskkit.widgets.copula_explorer import STOPS, CopulaExplorer
from riskkit.widgets.copula_explorer_answer import FAMILIES, SCORES, answer

SOURCE = "numbers made up for a test"
CONTROLS = ("pair", "family", "tau", "nu", "skew", "fall")


@pytest.fixture(scope="session")
def coins():
    rng = np.random.default_rng(3)
    shocks = rng.multivariate_normal(np.zeros(3), 0.7 + 0.3 * np.eye(3), size=400)
    values = 0.03 * shocks * np.sqrt(4.0 / rng.chisquare(4.0, (400, 1)))
    frame = pd.DataFrame(values, pd.date_range("2024-01-01", periods=400, tz="UTC"), ["BTC", "ETH </script>", "SOL"])
    frame.attrs["source"] = SOURCE
    return frame


@pytest.fixture
def explorer(coins):
    return CopulaExplorer(coins)


def margins(explorer):
    table = explorer.facts["margins"]
    return tuple(np.frombuffer(table[name]) for name in explorer.facts["pairs"][explorer.pair]["names"])


def test_it_begins_at_the_strength_of_the_data(explorer, coins):
    tau = coins.iloc[:, :2].corr("kendall").iloc[0, 1]
    assert explorer.pair == "BTC and ETH </script>"
    assert abs(explorer.tau - tau) <= 0.025 + 1e-12
    assert explorer.facts["pairs"][explorer.pair]["tau"] == pytest.approx(tau, rel=1e-12)
    assert explorer.facts["source"] == SOURCE
    assert len(explorer.facts["pairs"]) == 6


def test_one_step_of_a_control_is_one_reply(explorer):
    seen = []
    explorer.observe(lambda change: seen.append(change["new"]), names=["reply"])
    explorer.family = "Clayton"
    assert len(seen) == 1
    query = {"pair": explorer.pair, "family": "Clayton", "tau": explorer.tau, "nu": 4.0, "skew": -1.0, "fall": 0.1}
    assert seen[0]["query"] == query
    expected = answer(margins(explorer), "Clayton", explorer.tau, 4.0, -1.0, 0.1)
    np.testing.assert_array_equal(np.frombuffer(seen[0]["drawn"]).reshape(2, -1), expected.drawn)
    np.testing.assert_array_equal(np.frombuffer(seen[0]["crashed"]).reshape(2, -1), expected.crashed)
    assert explorer.verdict == expected.verdict


@pytest.mark.parametrize(
    ("name", "value"), [("pair", "BTC"), ("family", "Joe"), ("tau", 0.0), ("nu", 1.0), ("skew", 6.0), ("fall", 0.5)]
)
def test_controls_refuse_what_cannot_be_answered(explorer, name, value):
    before = explorer.reply
    with pytest.raises(DataError):
        setattr(explorer, name, value)
    assert explorer.reply is before


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda frame: frame[["BTC"]], "joins two assets"),
        (lambda frame: frame.iloc[:249], "too short"),
        (lambda frame: frame.mask(frame > 0.1), "NaN"),
        (lambda frame: frame.assign(SOL=0.0), "constant"),
        (lambda frame: frame.to_numpy(), "wrong type"),
        (lambda frame: pd.concat(dict.fromkeys("abcdefg", frame["BTC"]), axis=1), "joins two assets"),
    ],
)
def test_returns_that_cannot_be_joined_are_refused(coins, spoil, message):
    with pytest.raises(DataError, match=message):
        CopulaExplorer(spoil(coins))


def test_in_the_book_it_wants_no_kernel(coins, monkeypatch):
    monkeypatch.setenv("RISKKIT_BOOK", "1")
    in_book = CopulaExplorer(coins)
    assert in_book.comm is None
    assert set(in_book._repr_mimebundle_()) == {"text/html", "text/plain"}


ASKED = """async (setting) => {
    const { model } = document.querySelector("[data-riskkit-explorer]");
    for (const [name, value] of Object.entries(setting)) model.set(name, value);
    await model.save_changes();
    const { query, drawn, crashed, verdict } = model.get("reply");
    return { query, verdict, drawn: [...drawn], crashed: [...crashed] };
}"""


@pytest.fixture(scope="module")
def opened(chromium, coins, tmp_path_factory):
    path = tmp_path_factory.mktemp("copula") / "page.html"
    html = CopulaExplorer(coins).to_html()
    path.write_text(f'<!doctype html><html data-theme="light"><meta charset="utf-8"><body>{html}', encoding="utf-8")
    context = chromium.new_context(offline=True, viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.said, page.asked = [], []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_selector(".riskkit-explorer .headline")
    yield page
    assert page.said == []
    assert page.asked == [path.as_uri()]
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    ("tau", "nu", "skew", "fall"), [(0.5, 4.0, -1.0, 0.1), (0.85, 1.5, 0.6, 0.0), (0.05, 30.0, -1.0, 0.4)]
)
def test_the_page_computes_what_python_computes(opened, coins, family, tau, nu, skew, fall):
    setting = {"pair": "SOL and BTC", "family": family, "tau": tau, "nu": nu, "skew": skew, "fall": fall}
    reply = opened.evaluate(ASKED, setting)
    explorer = CopulaExplorer(coins)
    explorer.pair = "SOL and BTC"
    expected = answer(margins(explorer), family, tau, nu, skew, fall)
    assert reply["query"] == setting
    np.testing.assert_allclose(reply["drawn"], expected.drawn.ravel(), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(reply["crashed"], expected.crashed.ravel(), rtol=1e-9, atol=1e-9)
    for name, value in expected.verdict.items():
        assert reply["verdict"][name] == (pytest.approx(value, rel=1e-9) if isinstance(value, float) else value), name


@pytest.mark.browser
def test_keys_move_the_numbers_and_the_points(opened):
    explorer = opened.locator(".riskkit-explorer")
    opened.evaluate(ASKED, {"family": "Student-t", "tau": 0.5, "nu": 4.0, "skew": -1.0, "fall": 0.1})
    points, words = explorer.locator("path.crashed").first, explorer.locator(".findings")
    before = points.get_attribute("d"), words.inner_text()
    explorer.locator(".fall input").focus()
    opened.keyboard.press("ArrowRight")
    opened.wait_for_function("before => document.querySelector('path.crashed').getAttribute('d') !== before", arg=before[0])
    assert explorer.locator(".fall output").inner_text() == "11\u00a0% or more"
    assert words.inner_text() != before[1]
    assert explorer.locator(".skew input").is_disabled()
    explorer.locator(".family select").select_option("Skew-t")
    assert explorer.locator(".skew input").is_enabled()
    opened.keyboard.press("Tab")
    opened.evaluate(ASKED, {"fall": 0.0})
    assert points.get_attribute("d") == ""
    assert "Set a fall" in words.inner_text()


@pytest.mark.browser
def test_it_fits_a_phone_and_follows_the_page_into_the_dark(opened):
    assert opened.evaluate("document.documentElement.scrollWidth") == 390
    colour = "getComputedStyle(document.querySelector('.riskkit-explorer path.crashed')).stroke"
    light = opened.evaluate(colour)
    opened.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert opened.evaluate(colour) != light
    unnamed = "[...document.querySelectorAll('select, input')].filter((one) => !one.labels.length && !one.ariaLabel).length"
    assert opened.evaluate(unnamed) == 0


def test_stops_stay_inside_what_the_kernel_answers():
    margin = 0.03 * SCORES
    for tau in (STOPS["tau"][0], STOPS["tau"][-1]):
        for family in FAMILIES:
            for nu in (STOPS["nu"][0], STOPS["nu"][-1]):
                for skew in (STOPS["skew"][0], STOPS["skew"][-1]):
                    verdict = answer((margin, margin), family, tau, nu, skew, 0.05).verdict
                    assert all(np.isfinite(value) for value in verdict.values() if value is not None)
                    assert verdict["es"] >= verdict["var"]
                    assert verdict["es"] <= verdict["alone"] * (1.0 + 1e-12)
