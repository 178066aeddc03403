"""The colours: contrast against their background, and apart for colour-blind readers."""

import itertools
import re

import numpy as np
import pytest

from riskkit.plots.palette import DARK, DASHES, LIGHT, LINES

PALETTES = {"light": LIGHT, "dark": DARK}
# Machado, Oliveira and Fernandes (2009), table 1, severity 1.0; they act on linear RGB.
VISION = {
    "usual": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(colour):
    values = np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    light, dark = sorted((float(TO_XYZ[1] @ linear(colour)) for colour in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(rgb):
    ratio = TO_XYZ @ np.clip(rgb, 0.0, 1.0) / WHITE
    f = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_contrast_of_black_on_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)


@pytest.mark.parametrize("scheme", PALETTES)
@pytest.mark.parametrize(("role", "least"), [(line, 3.0) for line in (*LINES, "loss")] + [("ink", 7.0), ("muted", 4.5)])
def test_what_must_be_seen_stands_out_from_the_paper(scheme, role, least):
    palette = PALETTES[scheme]
    assert contrast(palette[role], palette["paper"]) >= least


@pytest.mark.parametrize("scheme", PALETTES)
@pytest.mark.parametrize("vision", VISION)
def test_lines_stay_apart_in_every_vision(scheme, vision):
    matrix = np.array(VISION[vision])
    seen = {line: lab(matrix @ linear(PALETTES[scheme][line])) for line in LINES}
    distances = {pair: np.linalg.norm(seen[pair[0]] - seen[pair[1]]) for pair in itertools.combinations(LINES, 2)}
    assert min(distances.values()) > 15.0, distances


def test_both_palettes_name_the_same_roles_and_can_be_exchanged():
    assert list(LIGHT) == list(DARK)
    for palette in PALETTES.values():
        assert len(set(palette.values())) == len(palette)  # a colour stands for one role: it can be exchanged by itself
        assert all(re.fullmatch(r"#[0-9a-f]{6}|rgba\([\d., ]+\)", colour) for colour in palette.values())
    assert not set(LIGHT.values()) & set(DARK.values())
    assert len(DASHES) == len(LINES)
