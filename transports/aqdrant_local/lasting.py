"""What was written survives a power loss. Used where files are put in their place."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["lasts"]


def lasts(path: Path) -> None:
    """Wait until a file, or the names in a folder, would survive a power loss."""
    if path.is_dir() and os.name == "nt":
        return  # a folder cannot be opened there; NTFS keeps a journal of names itself
    flags = os.O_RDONLY if path.is_dir() else os.O_RDWR
    file = os.open(path, flags | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(file)
    finally:
        os.close(file)
