"""An explorer as one piece of HTML: the module that a live session uses, over the kernels compiled for the browser."""

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from riskkit.errors import DataError

HERE = Path(__file__).parent
EXPORT = re.compile(r"^export (default )?\{[^}]*\};$", re.MULTILINE)


def static_page(module: object, style: object, answer: str, facts: Mapping[str, Any], state: Mapping[str, Any]) -> str:
    """Return a piece of HTML that needs no kernel, no network and no second file.

    Parameters
    ----------
    module, style : str or path-like content
        Text of the ES module, whose one export is ``export default { render };``, and of its style sheet.
    answer : str
        Name of a module beside this file whose one export is the function
        ``answer(engine, facts, setting, part) -> reply``: what Python would answer.
    facts, state : dict
        What the live model would hold at the start; bytes are doubles. Where there are ``facts["series"]``, each holds
        ``returns`` and ``times``, and in ``days`` how many of the last returns are shown.
    """
    parts = [script("engine.js"), script(answer), _without_export(str(module), "the explorer"), _text("static_page.js")]
    page = {"facts": facts, "state": state, "engine": _engine()}
    text = json.dumps(page, default=_doubles, separators=(",", ":"), allow_nan=False).replace("</", "<\\/")
    name = hashlib.sha256(text.encode()).hexdigest()[:12]
    return (
        f'<div data-riskkit-explorer="{name}"><style>{style}</style>'
        f'<script type="application/json">{text}</script></div>\n'
        f'<script type="module">\n{"".join(parts)}start("{name}", render, answer);\n</script>'
    )


def page_engine() -> dict[str, str]:
    """Return the ES module that runs the kernels in a page, ``code``, and what its ``openEngine`` wants, ``binary``."""
    return {"code": _text("engine.js"), "binary": _engine()}


def script(name: str) -> str:
    """Return a module beside this file without its export, to stand before others in one module."""
    return _without_export(_text(name), name)


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _without_export(code: str, name: str) -> str:
    """The modules of a page stand in one script: there is nothing to import from."""
    plain, count = EXPORT.subn("", code)
    if count != 1:
        raise DataError(f"{name} has not exactly one export", got=f"{count}", expected="export { name };")
    return plain


@lru_cache(maxsize=1)
def _engine() -> str:
    """The compiled kernels, gzipped, as text."""
    return base64.b64encode(gzip.compress((HERE / "engine.wasm").read_bytes(), mtime=0)).decode()


def _doubles(value: object) -> dict[str, str]:
    if not isinstance(value, bytes):
        raise TypeError(type(value).__name__)
    return {"doubles": base64.b64encode(value).decode()}
