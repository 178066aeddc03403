"""Builds the Cython kernels; everything else stands in pyproject.toml."""

import runpy
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup

ROOT = Path(__file__).parent
source = runpy.run_path(str(ROOT / "riskkit_ext" / "_source.py"))

# -O3 without fast-math, ISO C (gnu11 would contract a*b+c to one rounding on some CPUs): the same bits on every CPU,
# but for the passes over wide registers, which say themselves that they may (garch.h).
# -g0: Python's own flags ask for debugging symbols, nine tenths of the wheel.
FLAGS = ["-O3", "-std=c11", "-fno-math-errno", "-fno-trapping-math", "-g0"]


def kernel(path):
    return Extension(
        f"riskkit_ext.{path.stem}",
        sources=[str(path.relative_to(ROOT))],
        depends=[str(header.relative_to(ROOT)) for header in source["sources"](path.stem)],
        include_dirs=["riskkit_ext/include"],
        define_macros=[("RISKKIT_SOURCE_DIGEST", '"' + source["digest"](path.stem) + '"')],
        extra_compile_args=FLAGS,
    )


setup(
    ext_modules=cythonize(
        [kernel(path) for path in sorted((ROOT / "riskkit_ext").glob("*.pyx"))],
        build_dir="build/cython",
        quiet=True,
        compiler_directives={"language_level": "3", "embedsignature": True},
    )
)
