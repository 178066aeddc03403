"""The engine room: Cython kernels, arrays in, arrays out.

Nothing here knows a Series, a model or an option: the rooms of ``riskkit`` check arguments, allocate outputs and call a
kernel once per block. Each kernel states its formula, its domain and why it is compiled at the top of its file.
"""

import importlib

from riskkit_ext._source import digest, kernels


def stale() -> list[str]:
    """Kernels whose source has changed since they were compiled."""
    return [name for name in kernels() if importlib.import_module(f"riskkit_ext.{name}").source_digest != digest(name)]


def _refuse_stale() -> None:
    changed = stale()
    if changed:
        raise ImportError(
            f"riskkit_ext: the source of {', '.join(changed)} is newer than its compiled form; run 'make ext' to rebuild."
        )


_refuse_stale()
