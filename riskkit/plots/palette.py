"""The colours of every figure and explorer, by what they stand for.

Okabe and Ito's colour-blind safe set, a little darker on white and a little lighter on black, so that every line has a
contrast of at least 3:1 against its background (WCAG 2.2, 1.4.11) and any two lines stay apart in protan, deutan and
tritan vision. Meaning never rests on colour alone: ES is dashed, breaches have a marker of their own.

Source: Okabe, M. and Ito, K. (2008). Color universal design. https://jfly.uni-koeln.de/color/
"""

from collections.abc import Mapping
from types import MappingProxyType

LIGHT: Mapping[str, str] = MappingProxyType(
    {
        "paper": "#ffffff",
        "ink": "#1f2328",
        "muted": "#57606a",
        "grid": "#e4e7eb",
        "axis": "#b4bcc6",
        "loss": "#8c959f",
        "band": "rgba(0, 114, 178, 0.16)",
        "var": "#0072b2",  # blue
        "breach": "#d55e00",  # vermillion
        "gain": "#009e73",  # bluish green
        "es": "#8f3f7d",  # reddish purple
        "other": "#333a44",
    }
)

DARK: Mapping[str, str] = MappingProxyType(
    {
        "paper": "#14181e",
        "ink": "#dbe2e9",
        "muted": "#9ca4af",
        "grid": "#29313d",
        "axis": "#48566b",
        "loss": "#78828e",
        "band": "rgba(86, 180, 233, 0.20)",
        "var": "#56b4e9",
        "breach": "#ff8c42",
        "gain": "#009f74",
        "es": "#d98cbb",
        "other": "#d0d7de",
    }
)

# The order in which several series are drawn.
LINES = ("var", "breach", "gain", "es", "other")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
