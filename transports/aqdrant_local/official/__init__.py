"""Folders of the official client's local mode: recognised, and read without running a pickle.

General layout: `importing` makes a folder of ours of one, `layout` reads its files, `pickles` the
opcodes of a point, `values` what the points are made of.
"""

from __future__ import annotations

from .importing import import_folder

__all__ = ["import_folder"]
