"""Tells whether a compiled kernel still matches its source.

``setup.py`` compiles the digest of every kernel's source into the kernel; importing ``riskkit_ext`` compares.
"""

import hashlib
import re
from pathlib import Path

FOLDER = Path(__file__).parent


def sources(kernel: str) -> list[Path]:
    """Return a kernel's ``.pyx`` and every header of ours that it includes, directly or through another."""
    found = [FOLDER / f"{kernel}.pyx"]
    for path in found:
        named = [FOLDER / "include" / name for name in re.findall(r'"(\w+\.h)"', path.read_text())]
        found += [header for header in dict.fromkeys(named) if header.exists() and header not in found]
    return found


def digest(kernel: str) -> str:
    """SHA-256 (first 16 hex digits) over the sources of a kernel."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources(kernel))).hexdigest()[:16]


def kernels() -> list[str]:
    """Names of the kernels whose source lies beside this file (none in an installation without sources)."""
    return sorted(path.stem for path in FOLDER.glob("*.pyx"))
