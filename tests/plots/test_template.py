"""The template, the renderer of the book, and the script that re-colours a page."""

import re
from pathlib import Path

import plotly.io
import plotly.offline
import pytest

import riskkit as rk
from riskkit.plots.palette import DARK, LIGHT
from riskkit.plots.template import BookRenderer, register, scheme

SCRIPT = Path(__file__).parents[2] / "book" / "_static" / "riskkit-plots.js"


@pytest.fixture
def default_renderer():
    kept = plotly.io.renderers.default
    yield kept
    plotly.io.renderers.default = kept


def test_templates_are_known_to_plotly_and_change_nothing_else():
    assert {"riskkit", "riskkit_dark"} <= set(plotly.io.templates)
    assert plotly.io.templates.default == "plotly"
    assert scheme() == "light"


def test_both_sets_of_colours_travel_with_the_figure():
    for name in ("riskkit", "riskkit_dark"):
        carried = plotly.io.templates[name].layout.meta["riskkit"]
        assert carried["light"] == list(LIGHT.values())
        assert carried["dark"] == list(DARK.values())
    assert plotly.io.templates["riskkit_dark"].layout.meta["riskkit"]["scheme"] == "dark"


def test_outside_the_book_the_renderer_is_left_alone(default_renderer, monkeypatch):
    monkeypatch.delenv("RISKKIT_BOOK", raising=False)
    register()
    assert plotly.io.renderers.default == default_renderer


def test_in_the_book_a_figure_is_html_without_plotly_and_network(default_renderer, monkeypatch, returns):
    monkeypatch.setenv("RISKKIT_BOOK", "1")
    register()
    assert plotly.io.renderers.default == "riskkit_book"
    bundle = BookRenderer().to_mimebundle(rk.plots.returns(returns).to_dict())
    assert list(bundle) == ["text/html"]
    html = bundle["text/html"]
    assert len(html) < 60_000
    assert not re.findall(r"https?://(?!www\.w3\.org)[^\"' ]*", html)
    assert "Plotly.newPlot" in html


def test_the_script_knows_no_colour():
    text = SCRIPT.read_text()
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", text)
    assert "http" not in text


@pytest.mark.browser
def test_the_page_recolours_and_fits_its_figures(chromium, tmp_path, forecast):
    figures = [rk.plots.var_breaches(forecast, "low"), rk.plots.breach_calendar(forecast)]
    html = "".join(BookRenderer().to_mimebundle(figure.to_dict())["text/html"] for figure in figures)
    (tmp_path / "plotly.min.js").write_text(plotly.offline.get_plotlyjs())
    page_text = f"""<!doctype html><html data-theme="light"><meta charset="utf-8"><body>
        <script src="plotly.min.js"></script><script src="{SCRIPT.as_uri()}"></script>
        <div id="column" style="width: 800px">{html}</div></body></html>"""
    (tmp_path / "page.html").write_text(page_text)
    look = """() => [...document.querySelectorAll(".js-plotly-plot")].map((gd) =>
        [gd._fullLayout.paper_bgcolor, gd._fullData.at(-1).marker.color ?? "", gd._fullLayout.width])"""
    context = chromium.new_context(offline=True, viewport={"width": 900, "height": 900})
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((tmp_path / "page.html").as_uri())
    page.wait_for_function("document.querySelectorAll('.main-svg').length >= 2")
    assert page.evaluate(look)[0] == [LIGHT["paper"], LIGHT["breach"], 800]
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_timeout(300)
    assert page.evaluate(look)[0] == [DARK["paper"], DARK["breach"], 800]
    assert page.evaluate(look)[1][0] == DARK["paper"]
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    page.evaluate("document.getElementById('column').style.width = '360px'")
    page.wait_for_timeout(500)
    assert page.evaluate(look)[0] == [LIGHT["paper"], LIGHT["breach"], 360]
    assert said == []
    context.close()
