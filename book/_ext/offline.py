"""Sphinx extension of the book: nothing is fetched from a network, and no result outlives the code that made it."""

import hashlib
import os
import shutil
from pathlib import Path

import plotly
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.fileutil import copy_asset

ROOT = Path(__file__).resolve().parents[2]
CACHES = ROOT / "book" / "_build" / ".jupyter_cache"
SOURCES = (
    "riskkit/**/*.py",
    "riskkit/**/*.js",
    "riskkit/**/*.css",
    "riskkit/**/*.wasm",
    "riskkit_ext/*.py*",
    "riskkit_ext/include/*.h",
    "data/*",
)
CONTENT_NETWORKS = ("unpkg.com", "sphinx-thebe.js", "cdn.jsdelivr.net", "cdnjs.cloudflare.com")


def sources_digest() -> str:
    """Digest of everything but the notebook itself that decides what a chapter shows."""
    files = sorted({path for pattern in SOURCES for path in ROOT.glob(pattern) if path.is_file() and path.suffix != ".pyc"})
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    folder = os.environ.get("RISKKIT_DATA", "")
    digest.update(folder.encode())
    # a reader's own files may be large: their names, sizes and times say enough
    for path in sorted(Path(folder).rglob("*")) if folder else []:
        digest.update(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}".encode())
    return digest.hexdigest()[:16]


def configure(app: Sphinx, config: Config) -> None:
    """Key the cache of executed notebooks on the sources and forget the results of older sources."""
    cache = CACHES / sources_digest()
    for older in set(CACHES.glob("*")) - {cache}:
        shutil.rmtree(older, ignore_errors=True)
    config.nb_execution_cache_path = str(cache)
    config.nb_ipywidgets_js = {}  # require.js and the widget manager would come from a content network


def execute_again(app: Sphinx, env: object, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """Read the chapters again when the sources changed: Sphinx alone would keep pages whose notebook did not change."""
    stamp = Path(app.doctreedir) / "sources_digest"
    digest = sources_digest()
    if stamp.exists() and stamp.read_text() == digest:
        return []
    app.connect("build-finished", lambda app, exception: exception or stamp.write_text(digest))
    return [name for name in app.env.found_docs if name.startswith("notebooks/")]


def only_local_scripts(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Load plotly where the page draws with it; drop scripts that stand ready to call a content network."""
    # in place: it is the list that add_js_file appends to
    context["script_files"][:] = [
        script
        for script in context["script_files"]
        if not any(host in f"{script} {getattr(script, 'attributes', {}).get('body', '')}" for host in CONTENT_NETWORKS)
    ]
    if "Plotly." in context.get("body", ""):
        app.add_js_file("plotly.min.js", priority=400)


def copy_plotly(app: Sphinx, exception: Exception | None) -> None:
    """Put the plotly library of the installed package beside the pages."""
    if exception is None and app.builder.format == "html":
        copy_asset(str(Path(plotly.__file__).parent / "package_data" / "plotly.min.js"), str(Path(app.outdir) / "_static"))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("config-inited", configure, priority=900)
    app.connect("env-get-outdated", execute_again)
    app.connect("html-page-context", only_local_scripts, priority=900)
    app.connect("build-finished", copy_plotly)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
