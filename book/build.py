"""Builds the book: executes the chapters, writes the pages, prints the one to open.

Everything in `_config.yml` and `_toc.yml` is also understood by plain Sphinx and by mystmd; jupyter-book only drives.
"""

import os
import subprocess
import sys
from pathlib import Path

BOOK = Path(__file__).resolve().parent
HTML = BOOK / "_build" / "html"
# RISKKIT_BOOK: figures and explorers show their static form. No progress bars in pages.
ENVIRONMENT = {"RISKKIT_BOOK": "1", "TQDM_DISABLE": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}


def main() -> int:
    """Run jupyter-book with warnings as errors; show its log only when it fails."""
    command = [sys.executable, "-m", "jupyter_book", "build", str(BOOK), "--warningiserror", "--keep-going"]
    print("building the book (a few minutes when the chapters have to be executed)", flush=True)
    done = subprocess.run(
        command, env=os.environ | ENVIRONMENT, cwd=BOOK, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        print(done.stdout)
        return done.returncode
    print(f"open {HTML / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
