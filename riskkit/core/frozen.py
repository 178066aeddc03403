"""Keeps a frozen result frozen on its way to another process."""

from typing import Any

import numpy as np


def restore(result: object, state: dict[str, Any]) -> None:
    """Put a pickled result together again, bit for bit, with its arrays read-only: pickling forgets that they were.

    Used as ``__setstate__`` of the frozen types.
    """
    for value in state.values():
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
    result.__dict__.update(state)
