"""The calibrations: targets, each with its source, and the parameters that were chosen to meet them."""

import json
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any


@cache
def calibration(name: str = "calibration") -> MappingProxyType[str, Any]:
    """Return a table of ``data/``: "calibration" (spot) or "calibration_derivatives"."""
    text = (files("riskkit.data") / "tables" / f"{name}.json").read_text(encoding="utf-8")
    return MappingProxyType(json.loads(text))
