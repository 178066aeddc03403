"""The kernels for the browser: the committed binary is made from these sources."""

import re
import tomllib
from pathlib import Path

from riskkit_ext._source import page_digest, page_sources

ROOT = Path(__file__).parents[2]
BINARY = ROOT / "riskkit" / "widgets" / "engine.wasm"


def test_the_binary_is_as_new_as_its_sources():
    committed = BINARY.with_suffix(".digest").read_text().strip()
    assert committed == page_digest(), "riskkit/widgets/engine.wasm is older than its sources; run 'make wasm' and commit it"


def test_its_sources_are_all_that_is_compiled():
    names = {path.name for path in page_sources()}
    assert {path.name for path in (ROOT / "riskkit_ext" / "wasm").glob("*.*")} == names - {
        path.name for path in (ROOT / "riskkit_ext" / "include").glob("*.h")
    }
    assert {"walk.h", "garch_fit.h", "rolling.h", "ewma.h", "student.h", "box_newton.h"} <= names


def test_it_is_webassembly_that_wants_nothing_and_names_no_folder():
    binary = BINARY.read_bytes()
    assert binary[:4] == b"\0asm"
    assert len(binary) < 200_000
    assert not re.search(rb"/(home|work|root|tmp|usr)/|wasi_snapshot", binary)  # no import: a page hands nothing in


def test_the_compiler_is_pinned_once():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert extras["wasm"] == [line for line in (ROOT / "constraints.txt").read_text().split() if line.startswith("ziglang")]
