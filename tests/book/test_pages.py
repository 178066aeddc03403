"""Every page of the built book, opened from file:// in a real browser with the network blocked."""

from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
TOC = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text())
PAGES = [TOC["root"], *(entry["file"] for entry in TOC["chapters"])]
CHAPTER = "notebooks/01_var_you_can_trust"
LOCAL = ("file:", "data:", "blob:")
# the theme's scripts, the mathematics and the figures have all come to rest
AT_REST = """() => document.readyState === 'complete'
    && [...document.querySelectorAll('.math')].every(el => el.querySelector('mjx-container'))
    && [...document.querySelectorAll('.plotly-graph-div')].every(el => el.querySelector('.main-svg'))"""

# large boxes of the page whose own ground is bright: white cards in a dark page
BRIGHT = """() => [...document.querySelectorAll('main *')].filter(el => {
    const [r, g, b, a = 1] = getComputedStyle(el).backgroundColor.match(/[\\d.]+/g).map(Number);
    const box = el.getBoundingClientRect();
    return box.width > 60 && box.height > 20 && a > 0.5 && (r + g + b) / 3 > 128 && el.tagName !== 'IMG';
}).map(el => `${el.tagName}.${el.className}`)"""


@contextmanager
def opened(chromium, page_path: Path, *, width: int = 1280, scheme: str = "light", query: str = ""):
    """Yield the page at rest and the list of what it complained about or asked of a network."""
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
    page = context.new_page()
    complaints: list[str] = []
    context.route(lambda url: not url.startswith(LOCAL), lambda route: route.abort())
    page.on("request", lambda request: request.url.startswith(LOCAL) or complaints.append(f"asked {request.url}"))
    page.on("requestfailed", lambda request: complaints.append(f"failed {request.url}"))
    page.on("console", lambda message: message.type == "error" and complaints.append(f"console {message.text}"))
    page.on("pageerror", lambda error: complaints.append(f"error {error}"))
    page.goto(page_path.as_uri() + query)
    page.wait_for_function(AT_REST)
    yield page, complaints
    assert complaints == []
    context.close()


@pytest.mark.parametrize("name", [*PAGES, "index"])
def test_the_page_asks_for_nothing_and_complains_of_nothing(chromium, built_book, screens, name):
    with opened(chromium, built_book / f"{name}.html") as (page, _):
        page.wait_for_selector("main")
        assert len(page.inner_text("main")) > 400
        page.screenshot(path=screens / f"{Path(name).name}-light.png", full_page=True)


@pytest.mark.parametrize("name", PAGES)
def test_the_page_fits_a_telephone(chromium, built_book, screens, name):
    with opened(chromium, built_book / f"{name}.html", width=390) as (page, _):
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.evaluate("window.scrollTo(500, 0)")
        assert page.evaluate("window.scrollX") == 0
        page.screenshot(path=screens / f"{Path(name).name}-390.png", full_page=True)


def test_mathematics_is_typeset(chromium, built_book):
    with opened(chromium, built_book / f"{CHAPTER}.html") as (page, _):
        assert page.locator("mjx-container").count() >= 10
        assert page.locator("mjx-merror").count() == 0
        assert "$" not in page.inner_text("main p >> nth=0")
        fonts = page.evaluate("document.fonts.ready.then(fonts => [...fonts].filter(f => f.status === 'error').length)")
        assert fonts == 0


def test_figures_are_drawn_and_follow_the_switch(chromium, built_book, screens):
    with opened(chromium, built_book / f"{CHAPTER}.html") as (page, _):
        assert page.locator(".js-plotly-plot").count() >= 5
        colour = "getComputedStyle(document.querySelector('.js-plotly-plot .gtitle')).fill"
        ground = "getComputedStyle(document.body).backgroundColor"
        light = page.evaluate(colour), page.evaluate(ground)
        page.locator(".theme-switch-button >> visible=true").first.click()  # automatic -> light or dark
        if page.evaluate("document.documentElement.dataset.theme") != "dark":
            page.locator(".theme-switch-button >> visible=true").first.click()
        page.wait_for_function(f"{colour} !== '{light[0]}'")
        assert page.evaluate(ground) != light[1]
        page.screenshot(path=screens / "01-dark.png", full_page=True)


def test_a_dark_system_opens_a_dark_page(chromium, built_book):
    with opened(chromium, built_book / f"{CHAPTER}.html", scheme="dark") as (page, _):
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"
        page.wait_for_function(
            "document.querySelector('.js-plotly-plot')._fullLayout.template.layout.meta.riskkit.scheme === 'dark'"
        )
        assert page.evaluate(BRIGHT) == []


def test_a_figure_is_as_wide_as_its_column(chromium, built_book):
    with opened(chromium, built_book / f"{CHAPTER}.html", width=390) as (page, _):
        drawn = page.evaluate(
            "[...document.querySelectorAll('.js-plotly-plot')].filter(el => el.offsetParent)"
            ".map(el => el.querySelector('.main-svg').getBoundingClientRect().right)"
        )
        assert drawn
        assert max(drawn) <= 390


def test_search_works_without_a_server(chromium, built_book):
    with opened(chromium, built_book / "search.html", query="?q=breach") as (page, _):
        page.wait_for_selector("#search-results li a")
        assert "VaR you can trust" in page.inner_text("#search-results")
        page.locator("#search-results li a").first.click()
        page.wait_for_selector("main h1 >> visible=true")


def test_solutions_are_folded_and_open(chromium, built_book):
    with opened(chromium, built_book / f"{CHAPTER}.html") as (page, _):
        solutions = page.locator("main details:has(pre)")
        assert solutions.count() >= 3
        code = solutions.first.locator("pre").first
        assert not code.is_visible()
        solutions.first.locator("summary").click()
        code.wait_for(state="visible")


def test_every_slider_of_the_explorer_moves_its_numbers(chromium, built_book, screens):
    with opened(chromium, built_book / f"{CHAPTER}.html") as (page, _):
        explorer = page.locator(".riskkit-explorer").first
        explorer.scroll_into_view_if_needed()
        verdict = explorer.locator(".headline")
        said = [verdict.inner_text()]
        for slider in explorer.locator("input[type=range]:not([disabled])").all():
            slider.focus()
            slider.press("Home")  # one of the fine stops need not change a count
            page.wait_for_function("!document.querySelector('.riskkit-explorer.waiting')")
            assert verdict.inner_text() not in said, slider.get_attribute("aria-label")
            said.append(verdict.inner_text())
        assert len(said) >= 3
        explorer.screenshot(path=screens / "explorer-light.png")
