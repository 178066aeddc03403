"""Compiles the kernels for the browser: ``python riskkit_ext/wasm/build.py`` (``make wasm``) with the extra ``wasm``.

Writes ``riskkit/widgets/engine.wasm`` and, beside it, the digest of its sources. The bytes depend on the sources and on the
version of the compiler alone, so that anyone can compare.
"""

import runpy
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = "riskkit/widgets/engine.wasm"
# As setup.py compiles for Python. Two doubles fit a register of every browser since 2023; nothing is contracted, so that
# only the C library's own functions can differ from Python's in the last bit.
FLAGS = [
    *(
        "-target",
        "wasm32-wasi",
        "-mexec-model=reactor",
        "-msimd128",
        "-Wl,--export=malloc,--export=free",
        "-Wl,-z,stack-size=4194304",
    ),
    *("-O3", "-std=c11", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-g0", "-s"),
]


def main() -> int:
    """Compile; say what to install when there is no compiler."""
    sources = sorted(path.relative_to(ROOT).as_posix() for path in Path(__file__).parent.glob("*.c"))
    command = [sys.executable, "-m", "ziglang", "cc", *FLAGS, "-Iriskkit_ext/include", *sources, "-o", BINARY]
    done = subprocess.run(command, cwd=ROOT, check=False)  # in the root: no path of this machine gets into the binary
    if done.returncode:
        print("the kernels for the browser could not be compiled; `make wasm` installs the compiler (extra `wasm`)")
        return done.returncode
    (ROOT / BINARY).chmod(0o644)
    source = runpy.run_path(str(ROOT / "riskkit_ext" / "_source.py"))
    (ROOT / BINARY).with_suffix(".digest").write_text(source["page_digest"]() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
