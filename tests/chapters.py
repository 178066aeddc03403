"""The prose of a chapter, and the sentences that must stand in it with the numbers that the library gives today."""

import json
from pathlib import Path

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


def cells(chapter: str) -> list[dict]:
    """Return the cells of a chapter."""
    return json.loads((NOTEBOOKS / f"{chapter}.ipynb").read_text())["cells"]


def prose(chapter: str) -> str:
    """Return the text cells of a chapter."""
    return "\n".join("".join(cell["source"]) for cell in cells(chapter) if cell["cell_type"] == "markdown")


def check_quoted(text: str, *sentences: str) -> None:
    """Fail on the first sentence that the text does not hold."""
    for sentence in sentences:
        assert sentence in text, sentence
