"""Warnings that point at the user's line, however many frames of ours lie between.

Called by the constructor and by methods with deprecated names; the sync client adds frames.
"""

from __future__ import annotations

import sys
import warnings

__all__ = ["warn"]


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn about the first line outside this package."""
    level = 2
    frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]  # the one way to count frames
    while frame.f_back is not None and _is_ours(frame.f_back.f_globals.get("__name__", "")):
        frame = frame.f_back
        level += 1
    warnings.warn(message, category, stacklevel=level + 1)


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] == "aqdrant"
