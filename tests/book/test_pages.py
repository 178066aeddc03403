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


@contextmanager
def opened(chromium, built_book: Path, page_name: str, *, width: int = 1280, scheme: str = "light"):
    """Yield the page, and what it asked for beyond its own files or complained about."""
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: message.type == "error" and complaints.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    page.on("request", lambda request: request.url.startswith(("file:", "data:", "blob:")) or complaints.append(request.url))
    page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
    page.goto((built_book / f"{page_name}.html").as_uri())
    page.wait_for_load_state("load")
    page.wait_for_timeout(600)
    yield page, complaints
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_the_page_asks_for_nothing_and_complains_of_nothing(chromium, built_book, screens, name):
    with opened(chromium, built_book, name) as (page, complaints):
        assert complaints == []
        text = page.inner_text("main")
        assert "Traceback" not in text
        assert len(text) > 400
        page.screenshot(path=screens / f"{Path(name).name}-light.png", full_page=True)


@pytest.mark.parametrize("name", PAGES)
def test_the_page_fits_a_telephone(chromium, built_book, screens, name):
    with opened(chromium, built_book, name, width=390) as (page, complaints):
        assert complaints == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.screenshot(path=screens / f"{Path(name).name}-390.png", full_page=True)


def test_mathematics_is_typeset(chromium, built_book):
    with opened(chromium, built_book, CHAPTER) as (page, _):
        page.wait_for_selector("mjx-container")
        assert page.locator("mjx-container").count() >= 10
        assert page.locator("mjx-merror").count() == 0


def test_figures_are_drawn_and_follow_the_theme(chromium, built_book, screens):
    with opened(chromium, built_book, CHAPTER) as (page, complaints):
        page.wait_for_selector(".js-plotly-plot .main-svg")
        assert page.locator(".js-plotly-plot").count() >= 5
        title = "document.querySelector('.js-plotly-plot .gtitle').style.fill"
        light = page.evaluate(title)
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
        page.wait_for_timeout(1500)
        assert page.evaluate(title) != light
        page.screenshot(path=screens / "01-dark.png", full_page=True)
        assert complaints == []


def test_search_works_without_a_server(chromium, built_book):
    with opened(chromium, built_book, "search") as (page, _):
        page.goto((built_book / "search.html").as_uri() + "?q=breach")
        page.wait_for_selector("#search-results li a")
        assert "VaR you can trust" in page.inner_text("#search-results")


def test_every_slider_of_the_explorer_moves_its_numbers(chromium, built_book, screens):
    with opened(chromium, built_book, CHAPTER) as (page, complaints):
        explorer = page.locator(".riskkit-explorer").first
        explorer.scroll_into_view_if_needed()
        verdict = explorer.locator(".headline")
        seen = {verdict.inner_text()}
        for slider in explorer.locator("input[type=range]:not([disabled])").all():
            slider.focus()
            slider.press("ArrowLeft")
            page.wait_for_timeout(200)
            assert verdict.inner_text() not in seen, slider.get_attribute("aria-label")
            seen.add(verdict.inner_text())
        assert len(seen) >= 3
        explorer.screenshot(path=screens / "explorer-light.png")
        assert complaints == []
