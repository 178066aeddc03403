"""pyproject.toml, environment.yml and constraints.txt name what the project needs: they must not drift apart."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
CONDA_NAMES = {"arch": "arch-py", "playwright": "playwright-python", "build": "python-build"}
CONDA_ONLY = {"python", "pip", "make", "c-compiler"}


def _parsed(requirements: list[str]) -> dict[str, str]:
    pairs = (re.fullmatch(r"([A-Za-z0-9_-]+)(.*)", line.replace(" ", "")).groups() for line in requirements)
    return {name.lower(): version for name, version in pairs}


def _wanted() -> dict[str, str]:
    return _parsed(PROJECT["dependencies"] + EXTRAS["lab"] + EXTRAS["book"] + EXTRAS["test"])


def test_conda_environment_equals_the_project():
    *plain, last = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    given = _parsed(plain)
    assert given.pop("python") == PROJECT["requires-python"]
    from_pip = _parsed([line for line in last["pip"] if line != "-e ."])
    assert "-e ." in last["pip"]
    given = {name: version for name, version in given.items() if name not in CONDA_ONLY} | from_pip
    assert given == {CONDA_NAMES.get(name, name): version for name, version in _wanted().items()}


def test_the_extras_that_users_rely_on_are_there():
    assert set(EXTRAS) == {"lab", "book", "test", "live", "cluster", "vines", "wasm"}


def test_every_requirement_is_pinned_inside_its_bounds():
    pinned = _parsed((ROOT / "constraints.txt").read_text().split())
    for name, bounds in (_wanted() | _parsed(EXTRAS["live"] + EXTRAS["cluster"] + EXTRAS["vines"])).items():
        assert pinned[name].startswith("=="), name
        version = _numbers(pinned[name])
        for bound in bounds.split(","):
            if bound.startswith(">="):
                assert version >= _numbers(bound), name
            else:
                assert bound.startswith("<"), bound
                assert version < _numbers(bound), name


def test_constraints_hold_nothing_but_names_and_versions():
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+]+", line), line


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
