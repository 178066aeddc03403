"""The drawing in ARCHITECTURE.md is the truth: rooms import only the floors below, and files stay small."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def _contracts(folder: Path) -> subprocess.CompletedProcess[str]:
    # in a process of its own: the linter imports the packages that lie in `folder`
    code = "import sys; sys.path.insert(0, '.'); import importlinter.cli as cli; sys.exit(cli.lint_imports(no_cache=True))"
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)


def test_the_import_contract_holds():
    done = _contracts(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("room", "line", "broken"),
    [
        ("riskkit/core/market.py", "import riskkit.risk", "riskkit.core is not allowed to import riskkit.risk"),
        ("riskkit/volatility/ewma.py", "import riskkit.tails", "riskkit.volatility is not allowed to import riskkit.tails"),
        ("riskkit/widgets/__init__.py", "import riskkit_ext", "Windows never open onto the engine room BROKEN"),
        ("riskkit_ext/_source.py", "import riskkit.core", "The engine room imports nothing of riskkit BROKEN"),
    ],
)
def test_a_planted_violation_is_caught(tmp_path, room, line, broken):
    for package in ("riskkit", "riskkit_ext"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("*.so", "__pycache__", "tables"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    planted = tmp_path / room
    planted.write_text(planted.read_text() + f"\n{line}\n")
    done = _contracts(tmp_path)
    assert done.returncode == 1
    assert broken in done.stdout


def test_importing_the_library_does_not_import_what_is_seldom_needed():
    code = (
        "import sys, riskkit; print(sorted({'arch', 'statsmodels', 'plotly', 'anywidget', 'requests'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _python_files() -> list[Path]:
    return sorted((ROOT / "riskkit").rglob("*.py")) + sorted((ROOT / "riskkit_ext").glob("*.py*"))


def test_files_stay_small():
    long = {path.name: count for path in _python_files() if (count := len(path.read_text().splitlines())) > 400}
    assert long == {}


def test_functions_stay_small():
    long = {}
    for path in _python_files():
        if path.suffix != ".py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
                if lines > 40:
                    long[f"{path.name}:{node.name}"] = lines
    assert long == {}


def test_nothing_in_the_data_room_runs_what_it_reads():
    forbidden = {"pickle", "marshal", "shelve", "eval", "exec", "compile", "read_pickle", "to_pickle", "extractall"}
    for path in (ROOT / "riskkit" / "data").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = {node.id} if isinstance(node, ast.Name) else {node.attr} if isinstance(node, ast.Attribute) else set()
            names |= {name.name for name in node.names} if isinstance(node, ast.Import | ast.ImportFrom) else set()
            used_on_re = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "re"
            assert used_on_re or not names & forbidden, f"{path.name}: {names & forbidden}"
