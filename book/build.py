"""Builds the book: executes the chapters, writes the pages, prints the one to open.

Everything in `_config.yml` and `_toc.yml` is also understood by plain Sphinx and by mystmd; jupyter-book only drives.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

BOOK = Path(__file__).resolve().parent
HTML = BOOK / "_build" / "html"
STAMP = BOOK / "_build" / "built"  # as old as the sources that the pages show
DRIVER = "from jupyter_book.cli.main import main; main()"  # the package cannot be run with -m
# RISKKIT_BOOK: figures and explorers show their static form. No progress bars in pages.
ENVIRONMENT = {"RISKKIT_BOOK": "1", "TQDM_DISABLE": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}


def environment() -> dict[str, str]:
    """Environment of the build: chapters run in their own folder, so a relative RISKKIT_DATA is made absolute."""
    own = {"RISKKIT_DATA": str(Path(os.environ["RISKKIT_DATA"]).resolve())} if os.environ.get("RISKKIT_DATA") else {}
    # the chapters import the library of this checkout, wherever the interpreter's own copy lies
    path = os.pathsep.join(filter(None, [str(BOOK.parent), os.environ.get("PYTHONPATH")]))
    return os.environ | ENVIRONMENT | own | {"PYTHONPATH": path}


def main() -> int:
    """Run jupyter-book with warnings as errors; show its log only when it fails."""
    command = [sys.executable, "-c", DRIVER, "build", str(BOOK), "--warningiserror", "--keep-going"]
    started = time.time()
    STAMP.unlink(missing_ok=True)
    print("building the book (a few minutes when the chapters have to be executed)", flush=True)
    done = subprocess.run(
        command, env=environment(), cwd=BOOK, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        print(done.stdout)
        _show_failures()
        return done.returncode
    STAMP.touch()
    os.utime(STAMP, (started, started))
    print(f"open {HTML / 'index.html'}")
    return 0


def _show_failures() -> None:
    """Print the traceback of every chapter that failed: the log only says where it was written."""
    for report in sorted((HTML / "reports").rglob("*.log")):
        print(f"--- {report.relative_to(HTML / 'reports')}\n{report.read_text()}")


if __name__ == "__main__":
    sys.exit(main())
