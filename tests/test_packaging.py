"""What a user installs: everything that is needed, nothing that is not, and never a kernel older than its source."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import riskkit_ext
from riskkit_ext._source import digest, kernels, sources

ROOT = Path(__file__).parents[1]


def test_every_kernel_is_compiled_from_this_source():
    assert kernels()
    assert riskkit_ext.stale() == []


def test_a_header_belongs_to_the_digest_of_the_kernels_that_include_it():
    named = {path.name for kernel in kernels() for path in sources(kernel)}
    assert {path.name for path in (ROOT / "riskkit_ext" / "include").glob("*.h")} <= named


def _imported(folder: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(folder)}
    # an editable installation would look for what is missing here in the checkout
    alone = "sys.meta_path[:] = [finder for finder in sys.meta_path if '__editable__' not in finder.__module__]"
    command = [sys.executable, "-c", f"import sys; {alone}; import riskkit_ext"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def copied(tmp_path) -> Path:
    shutil.copytree(ROOT / "riskkit_ext", tmp_path / "riskkit_ext", ignore=shutil.ignore_patterns("__pycache__"))
    assert _imported(tmp_path).returncode == 0
    return tmp_path


def test_a_stale_kernel_is_refused_with_the_command_that_helps(copied):
    kernel = kernels()[0]
    source = copied / "riskkit_ext" / f"{kernel}.pyx"
    source.write_text(source.read_text() + "\n# edited\n")
    done = _imported(copied)
    assert done.returncode == 1
    assert f"the source of {kernel} is newer" in done.stderr
    assert "make ext" in done.stderr
    assert len(digest(kernel)) == 16


def test_an_edited_header_makes_its_kernels_stale(copied):
    header = copied / "riskkit_ext" / "include" / "garch.h"
    header.write_text(header.read_text() + "\n// edited\n")
    done = _imported(copied)
    assert done.returncode == 1
    assert "the source of _garch is newer" in done.stderr


def test_a_kernel_that_was_never_compiled_is_refused_with_the_command_that_helps(copied):
    for compiled in (copied / "riskkit_ext").glob(f"{kernels()[0]}.*.so"):
        compiled.unlink()
    done = _imported(copied)
    assert done.returncode == 1
    assert "run 'make ext'" in done.stderr


def test_every_kernel_has_a_stub_and_an_oracle():
    for kernel in kernels():
        assert (ROOT / "riskkit_ext" / f"{kernel}.pyi").exists(), kernel
        assert (ROOT / "tests" / "oracles" / f"{kernel.lstrip('_')}.py").exists(), kernel


def _packages(root: Path) -> list[Path]:
    return [path.parent for path in root.rglob("__init__.py")]


def test_the_wheel_is_told_about_every_file_that_is_not_python():
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    for folder in _packages(ROOT / "riskkit") + _packages(ROOT / "riskkit_ext"):
        patterns = listed["*"] + listed.get(".".join(folder.relative_to(ROOT).parts), [])
        told = {path for pattern in patterns for path in folder.glob(pattern)}
        for path in [*folder.glob("*"), *folder.glob("include/*"), *folder.glob("tables/*")]:
            if path.is_file() and path.suffix not in {".py", ".so"}:
                assert path in told, f"{path.relative_to(ROOT)} is in no wheel"
