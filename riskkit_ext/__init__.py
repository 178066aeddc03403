"""The engine room: Cython kernels, arrays in, arrays out.

Nothing here knows a Series, a model or an option: the rooms of ``riskkit`` check arguments, allocate outputs and call a
kernel once per block. Each kernel states its formula, its domain and why it is compiled at the top of its file.
"""

import importlib

from riskkit_ext._source import digest, kernels


def _compiled(name: str) -> str | None:
    """Digest of the source from which a kernel was compiled, None when it never was."""
    try:
        return importlib.import_module(f"riskkit_ext.{name}").source_digest
    except ModuleNotFoundError:
        return None


def stale() -> list[str]:
    """Kernels whose source has changed since they were compiled, or that were not compiled at all."""
    return [name for name in kernels() if _compiled(name) != digest(name)]


def _refuse_stale() -> None:
    changed = stale()
    if changed:
        raise ImportError(
            f"riskkit_ext: the source of {', '.join(changed)} is newer than its compiled form, or was never compiled; "
            "run 'make ext' to rebuild."
        )


_refuse_stale()
