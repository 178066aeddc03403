"""What the build must have written, read without a browser (the build executes each chapter, once)."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TOC = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text())
PAGES = [TOC["root"], *(entry["file"] for entry in TOC["chapters"])]
CHAPTERS = [name for name in PAGES if name.startswith("notebooks/")]
LOADS = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "video": "src"}


class _Loads(HTMLParser):
    """Collects what a browser fetches for a page without being asked."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attributes):
        if tag in LOADS:
            self.found += [value for key, value in attributes if key == LOADS[tag] and value]


def _code_cells(name: str) -> list[dict]:
    cells = json.loads((ROOT / f"{name}.ipynb").read_text())["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code" and "".join(cell["source"]).strip()]


def test_every_chapter_is_in_the_book():
    chapters = {f"notebooks/{path.stem}" for path in (ROOT / "notebooks").glob("[0-9]*.ipynb")}
    assert set(CHAPTERS) == chapters


def test_every_chapter_is_committed_without_outputs():
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        for cell in _code_cells(f"notebooks/{path.stem}"):
            assert cell["outputs"] == [], path.name
            assert cell["execution_count"] is None, path.name


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_whole(built_book: Path, name):
    html = (built_book / f"{name}.html").read_text()
    assert "Traceback" not in html
    assert 'class="output traceback' not in html
    assert "jupyter.widget-view" not in html  # a progress bar or a live widget, which would be an empty place here
    assert html.count('class="cell_input') == (len(_code_cells(name)) if name in CHAPTERS else 0)


@pytest.mark.parametrize("name", [*PAGES, "search", "genindex"])
def test_the_page_names_no_host_and_every_file_it_names_is_there(built_book: Path, name):
    page = built_book / f"{name}.html"
    loads = _Loads()
    loads.feed(page.read_text())
    assert len(loads.found) > 10
    for target in loads.found:
        assert not re.match(r"(https?:)?//", target), target
        if not target.startswith(("data:", "#")):
            assert (page.parent / target.split("?")[0].split("#")[0]).exists(), target


def test_every_reference_is_cited_by_a_key_that_exists():
    keys = set(re.findall(r"^@\w+\{(\w+),", (ROOT / "book" / "references.bib").read_text(), flags=re.MULTILINE))
    for name in CHAPTERS:
        cited = re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", (ROOT / f"{name}.ipynb").read_text())
        assert {key.strip() for group in cited for key in group.split(",")} <= keys
