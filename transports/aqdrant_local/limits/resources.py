"""How much memory and disk there is, and how much of it is used; None where nobody tells.

Called by quotas, strict mode and telemetry.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

__all__ = ["disk_percent", "memory_percent", "resident_bytes", "total_memory"]

_STATUS = "/proc/self/statm"


def resident_bytes() -> int | None:
    """Memory that this process holds."""
    try:
        with open(_STATUS, encoding="ascii") as file:  # noqa: PTH123  # no file of anyone's
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):
        return None


def total_memory() -> int | None:
    """Memory of this machine."""
    if sys.platform == "win32":
        return None
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return None


def memory_percent() -> int | None:
    """The share of the machine's memory that this process holds."""
    held, total = resident_bytes(), total_memory()
    return None if held is None or not total else held * 100 // total


def disk_percent(folder: Path | None) -> int | None:
    """The used share of the disk that a folder is on."""
    if folder is None:
        return None
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return None
    return usage.used * 100 // usage.total
