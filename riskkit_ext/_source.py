"""Tells whether a compiled kernel still matches its source.

``setup.py`` compiles the digest of every kernel's source into the kernel; importing ``riskkit_ext`` compares. The digest
of the browser's kernels stands beside their binary; a test compares.
"""

import hashlib
import re
from pathlib import Path

FOLDER = Path(__file__).parent


def sources(kernel: str) -> list[Path]:
    """Return a kernel's ``.pyx`` and every header of ours that it includes, directly or through another."""
    return _with_headers([FOLDER / f"{kernel}.pyx"])


def page_sources() -> list[Path]:
    """Return what the kernels of the browser are made of: their C, every header of ours in it, and how it is compiled."""
    return _with_headers([*sorted((FOLDER / "wasm").glob("*.c")), FOLDER / "wasm" / "build.py"])


def digest(kernel: str) -> str:
    """SHA-256 (first 16 hex digits) over the sources of a kernel."""
    return _digest(sources(kernel))


def page_digest() -> str:
    """SHA-256 (first 16 hex digits) over the sources of the kernels of the browser."""
    return _digest(page_sources())


def kernels() -> list[str]:
    """Names of the kernels whose source lies beside this file (none in an installation without sources)."""
    return sorted(path.stem for path in FOLDER.glob("*.pyx"))


def _with_headers(found: list[Path]) -> list[Path]:
    for path in found:
        named = re.findall(r'"(\w+\.h)"', path.read_text())
        headers = [folder / name for name in named for folder in (FOLDER / "include", FOLDER / "wasm")]
        found += [header for header in dict.fromkeys(headers) if header.exists() and header not in found]
    return found


def _digest(paths: list[Path]) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:16]
