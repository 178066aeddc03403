"""On a bare machine, make says what is missing instead of failing halfway; on a ready one it is silent."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TARGETS = ["book", "test", "lab", "app", "bench", "data", "ext", "wasm", "lint", "clean"]
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="no make on this machine")


def _make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *words], cwd=folder, capture_output=True, text=True, check=False)


def _python(folder: Path, *, refuses: str) -> str:
    """Return a python that fails for commands with a certain word in them, and is this one otherwise."""
    fake = folder / "python"
    cases = f'*{refuses}*) exit 1;; --version) echo Python 3.9.2;; *) exec "{sys.executable}" "$@";;'
    fake.write_text(f'#!/bin/sh\ncase "$*" in {cases} esac\n')
    fake.chmod(0o755)
    return str(fake)


@pytest.fixture
def bare(tmp_path) -> Path:
    """A checkout without an environment."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt", "setup.py"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def _refused(folder: Path, *words: str) -> str:
    done = _make(folder, "test", *words)
    assert done.returncode != 0
    assert not (folder / ".venv").exists()
    return done.stdout


def test_without_python(bare):
    assert "there is no 'python9' here" in _refused(bare, "PYTHON=python9")


def test_with_an_old_python(bare):
    said = _refused(bare, f"PYTHON={_python(bare, refuses='version_info')}")
    assert "needs Python 3.11, 3.12 or 3.13" in said
    assert "is Python 3.9.2" in said


def test_without_a_compiler(bare):
    assert "needs a C compiler (cc9)" in _refused(bare, "CC=cc9")


def test_without_the_headers_of_python(bare):
    assert "python3-dev" in _refused(bare, f"PYTHON={_python(bare, refuses='Python.h')}")


def test_without_the_venv_module(bare):
    assert "python3-venv" in _refused(bare, f"PYTHON={_python(bare, refuses='ensurepip')}")


def test_silent_when_nothing_changed(bare):
    (bare / ".venv" / "bin").mkdir(parents=True)
    (bare / ".venv" / "bin" / "python").symlink_to("/bin/true")
    for marker in (".installed", ".ext"):
        (bare / ".venv" / marker).touch()
    done = _make(bare, "-s", "ext")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_changed_kernel_is_built_again(bare):
    test_silent_when_nothing_changed(bare)
    (bare / "riskkit_ext").mkdir()
    kernel = bare / "riskkit_ext" / "_new.pyx"
    kernel.touch()
    later = (bare / ".venv" / ".ext").stat().st_mtime + 10
    os.utime(kernel, (later, later))
    assert _make(bare, "-s", "ext").stdout == "building the kernels\n"


def test_data_is_fetched_by_the_library(bare):
    (bare / ".venv" / "bin").mkdir(parents=True)
    (bare / ".venv" / "bin" / "python").symlink_to("/bin/echo")
    for marker in (".installed", ".ext"):
        (bare / ".venv" / marker).touch()
    assert _make(bare, "-s", "data").stdout == "-m riskkit.data\n"


def test_the_compiler_of_the_page_is_fetched_only_when_it_is_missing(bare):
    (bare / ".venv" / "bin").mkdir(parents=True)
    for marker in (".installed", ".ext"):
        (bare / ".venv" / marker).touch()
    python = bare / ".venv" / "bin" / "python"
    for known, said in ((0, ""), (1, "-m pip install -qq -c constraints.txt ziglang\n")):
        python.write_text(f'#!/bin/sh\ncase "$*" in *"import ziglang"*) exit {known};; *) echo "$@";; esac\n')
        python.chmod(0o755)
        assert _make(bare, "-s", "wasm").stdout == f"{said}riskkit_ext/wasm/build.py\n"


def test_what_was_fetched_survives_the_cleaning(bare):
    for folder in ("build", "artefacts", "data/cache/binance"):
        (bare / folder).mkdir(parents=True)
    assert _make(bare, "clean").returncode == 0
    assert sorted(path.name for path in bare.iterdir() if path.is_dir()) == ["data"]
    assert (bare / "data/cache/binance").is_dir()


@pytest.mark.parametrize("target", TARGETS)
def test_help_names_every_target(target):
    assert f"\n{target} " in "\n" + _make(ROOT, "help").stdout
