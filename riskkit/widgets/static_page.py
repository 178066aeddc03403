"""An explorer as one piece of HTML: the module that a live session uses, over answers computed beforehand."""

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from riskkit.checks import FloatArray
from riskkit.errors import DataError
from riskkit.widgets.var_explorer_answer import Answer

SHIM = Path(__file__).parent / "static_page.js"
EXPORT = "export default { render };"
STEPS = 65_535


def static_page(
    module: object, style: object, facts: Mapping[str, Any], state: Mapping[str, Any], answers: Mapping[str, Answer]
) -> str:
    """Return a piece of HTML that needs no kernel, no network and no second file.

    Parameters
    ----------
    module, style : str or path-like content
        Text of the ES module, which ends in ``export default { render };``, and of its style sheet.
    facts, state : dict
        What the live model would hold at the start.
    answers : dict from str to Answer
        One per setting, under its controls' values joined by "|". Verdicts are kept exactly; the paths, which are only
        drawn, to 1/65,535 of their range.
    """
    code = str(module)
    if code.count(EXPORT) != 1:
        raise DataError("the module has no single default export", expected=EXPORT)
    packed = {key: _packed(*answer) for key, answer in answers.items()}
    page = {"facts": facts, "state": state, "answers": packed}
    text = json.dumps(page, default=_bytes, separators=(",", ":"), allow_nan=False).replace("</", "<\\/")
    name = hashlib.sha256(text.encode()).hexdigest()[:12]
    script = code.replace(EXPORT, SHIM.read_text(encoding="utf-8")) + f'\nstart("{name}", render);\n'
    return (
        f'<div data-riskkit-explorer="{name}"><style>{style}</style>'
        f'<script type="application/json">{text}</script></div>\n<script type="module">\n{script}</script>'
    )


def _packed(forecast: Any, verdict: Mapping[str, Any]) -> dict[str, Any]:
    model = forecast.models[0]
    return {"var": _path(forecast.var[model].to_numpy()), "es": _path(forecast.es[model].to_numpy()), "verdict": verdict}


def _path(values: FloatArray) -> dict[str, Any]:
    low, high = float(values.min()), float(values.max())
    step = (high - low) / STEPS or 1.0
    return {"low": low, "step": step, "counts": _bytes(np.rint((values - low) / step).astype("<u2").tobytes())}


def _bytes(value: object) -> str:
    if not isinstance(value, bytes):
        raise TypeError(type(value).__name__)
    return base64.b64encode(value).decode()
