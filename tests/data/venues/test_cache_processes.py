"""What dying and competing processes do to the cache."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from riskkit.data.venues.cache import Fetched, folder, monthly, months

ROOT = Path(__file__).parents[3]
SPAN = months("2000-01", "2000-07")
QUIET = {"TQDM_DISABLE": "1"}


class Source:
    """Gives every month with a price of -1, and remembers which it was asked for."""

    def __init__(self):
        self.asked = []

    def __call__(self, month):
        self.asked.append(month)
        days = pd.date_range(month.start_time, periods=20, tz="UTC")
        return Fetched(pd.DataFrame({"close": -1.0}, index=days), "u", "s", days[0])


# Two processes that write the same months at the same time: the first fetch of a round waits until both have found the
# cache empty. What they write differs, so a mixture would show; and each reads while the other may still write.
FILLING = """
import os, sys, time
from pathlib import Path
import pandas as pd
from riskkit.data.venues.cache import Fetched, monthly, months
me, other, rounds, meeting = sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])
span = months("2023-01", "2023-05")
def fetch(month):
    (meeting / f"{k}-{me}").touch()
    while not (meeting / f"{k}-{other}").exists():
        time.sleep(0.0002)
    days = pd.date_range(month.start_time, periods=20, tz="UTC")
    return Fetched(pd.DataFrame({"close": float(me)}, index=days), me, me, days[0])
def nothing(month):
    raise AssertionError(f"{month} is not in the cache")
for k in range(rounds):
    mine = monthly("venue", f"round{k}", "1d", span, fetch)
    assert len(mine) == 80 and set(mine["close"]) == {float(me)}
    kept = monthly("venue", f"round{k}", "1d", span, nothing)
    assert len(kept) == 80 and kept.index.is_unique
    assert all(len(set(part["close"])) == 1 for _, part in kept.groupby(kept.index.month))
os._exit(0)  # a failed assertion has ended with 1; how Parquet's threads of C++ are torn down at exit is not asked here
"""


def test_two_processes_that_fill_one_cache_never_mix(tmp_path):
    rounds = 40
    command = [sys.executable, "-c", FILLING]
    pair = [
        subprocess.Popen([*command, *names, str(rounds), str(tmp_path)], env=os.environ | QUIET, cwd=ROOT)
        for names in (("1", "2"), ("2", "1"))
    ]
    try:
        assert [process.wait(timeout=60) for process in pair] == [0, 0]
    finally:
        for process in pair:  # one that waits for the other would wait for ever
            process.kill()
    for k in range(rounds):
        source = Source()
        table = monthly("venue", f"round{k}", "1d", months("2023-01", "2023-05"), source)
        assert source.asked == []
        assert table.groupby(table.index.month)["close"].nunique().tolist() == [1, 1, 1, 1]
    assert not list(folder().rglob("*.tmp"))


# A mother that imports once and has a child for each line she is sent. The child says when it begins with a month, and
# kills itself at the fsync or move of that number; 0 is none.
DYING = """
import os, signal, sys
import pandas as pd
from riskkit.data.venues import cache
def say(word):  # whole lines, though mother and child share the pipe
    os.write(1, f"{word}\\n".encode())
def fetch(month):
    say(month)
    days = pd.date_range(month.start_time, periods=20, tz="UTC")
    return cache.Fetched(pd.DataFrame({"close": float(month.ordinal)}, index=days), "u", "s", days[0])
def deadly(call, steps):
    def one(*arguments):
        if next(steps, 0) == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments)
    return one
for line in sys.stdin:
    name, step, os.environ["XDG_CACHE_HOME"] = line.split()
    child = os.fork()
    if child == 0:
        say(os.getpid())
        steps = iter(range(int(step), 0, -1))
        os.fsync, os.replace = deadly(os.fsync, steps), deadly(os.replace, steps)
        cache.monthly("venue", name, "1d", cache.months("2000-01", "2000-07"), fetch)
        os._exit(0)
    sys.stdin.readline()  # until then nobody else can get the number of the child
    os.waitpid(child, 0)
    say("dead")
"""


@pytest.fixture(scope="module")
def deaths():
    """Return a function that lets a child fill a place and die, by its own hand or while it keeps a month."""
    if not hasattr(os, "fork"):
        pytest.skip("no fork on this system")

    def said():
        line = mother.stdout.readline()
        assert line, "the mother is dead"
        return line.strip()

    def die(name, step=0, when=None):
        print(name, step, os.environ["XDG_CACHE_HOME"], file=mother.stdin, flush=True)
        child = int(said())
        if when is not None:
            while said() != str(when):
                pass
            time.sleep(draw.uniform(0.0, 0.006))  # about as long as it takes to keep a month
            os.kill(child, signal.SIGKILL)
        print("bury it", file=mother.stdin, flush=True)
        while said() != "dead":
            pass

    draw, pipe = random.Random(20240312), subprocess.PIPE
    command = [sys.executable, "-c", DYING]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT, env=os.environ | QUIET) as mother:
        yield die
        mother.stdin.close()


def completed(name):
    """Complete what a dead process left, and return which months it had kept whole."""
    path = folder() / "venue" / name / "1d"
    kept = sorted(pd.Period(manifest.stem) for manifest in path.glob("*.json"))
    source = Source()
    closes = monthly("venue", name, "1d", SPAN, source)["close"]
    assert sorted([*kept, *source.asked]) == SPAN
    for month in kept:
        assert closes[str(month)].tolist() == [float(month.ordinal)] * 20
    for month in source.asked:
        assert closes[str(month)].tolist()[0] == -1.0
    assert len(list(path.glob("*.json"))) == len(SPAN)
    return kept


@pytest.mark.parametrize("months_before", [0, 2])
@pytest.mark.parametrize(("step", "left"), [(1, (1, 0)), (2, (1, 0)), (3, (1, 1)), (4, (1, 1))])
def test_a_death_between_two_steps_leaves_a_month_absent(deaths, step, left, months_before):
    """Four steps keep a month: the Parquet file is written and moved, the manifest is written and moved."""
    deaths("mine", 4 * months_before + step)
    path = folder() / "venue" / "mine" / "1d"
    assert len(list(path.glob("*.json"))) == months_before
    assert (len(list(path.glob("*.tmp"))), len(list(path.glob("*.parquet"))) - months_before) == left
    assert completed("mine") == SPAN[:months_before]


def test_a_process_that_is_killed_at_any_moment_leaves_every_month_whole_or_absent(deaths):
    draw = random.Random(20240312)
    for k in range(20):
        deaths(f"round{k}", when=draw.choice(SPAN[:5]))
    for k in range(20):
        completed(f"round{k}")
