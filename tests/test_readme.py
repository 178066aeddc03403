"""The README keeps its word: its example runs as it is printed."""

import re
from pathlib import Path

README = (Path(__file__).parents[1] / "README.md").read_text()


def test_the_example_runs(capsys):
    (example,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert len(example.strip().splitlines()) <= 10 + 1
    exec(compile(example, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "historical" in printed
    assert "GARCH-t" in printed


def test_every_room_named_is_there():
    import riskkit as rk

    for room in set(re.findall(r"`rk\.(\w+)`", README)):
        assert hasattr(rk, room), room


def test_every_linked_file_is_there():
    root = Path(__file__).parents[1]
    prose = re.sub(r"```.*?```", "", README, flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#:]+)\)", prose):
        assert (root / target).exists(), target
