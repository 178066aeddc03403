"""Sphinx extension of the book: nothing is fetched from a network, and no result outlives the code that made it."""

import hashlib
import os
from pathlib import Path

import plotly
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.fileutil import copy_asset

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("riskkit/**/*.py", "riskkit/**/*.js", "riskkit/**/*.css", "riskkit_ext/*.pyx", "riskkit_ext/include/*.h", "data/*")


def sources_digest() -> str:
    """Digest of everything but the notebook itself that decides what a chapter shows."""
    files = sorted(path for pattern in SOURCES for path in ROOT.glob(pattern) if path.is_file())
    digest = hashlib.sha256(os.environ.get("RISKKIT_DATA", "").encode())
    for path in files:
        digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def configure(app: Sphinx, config: Config) -> None:
    """Key the cache of executed notebooks on the sources; drop what would be loaded from a content network."""
    config.nb_execution_cache_path = str(ROOT / "book" / "_build" / ".jupyter_cache" / sources_digest())
    config.nb_ipywidgets_js = {}


def copy_plotly(app: Sphinx, exception: Exception | None) -> None:
    """Put the plotly library of the installed package beside the pages."""
    if exception is None and app.builder.format == "html":
        copy_asset(str(Path(plotly.__file__).parent / "package_data" / "plotly.min.js"), str(Path(app.outdir) / "_static"))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("config-inited", configure, priority=900)
    app.connect("build-finished", copy_plotly)
    app.add_js_file("plotly.min.js", priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
