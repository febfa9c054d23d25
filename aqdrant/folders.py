"""Folders of other programs made folders of ours.

Called by users and by the command line. The reading itself belongs to the in-process engine, which
the core names by text alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from typing import Any

__all__ = ["import_folder"]

_IMPORTER = "aqdrant_local.official"


def import_folder(
    source: str | os.PathLike[str],
    path: str | os.PathLike[str],
    *,
    progress: Callable[[str, int], None] | None = None,
) -> dict[str, int]:
    """Make a folder for `QdrantClient(path=...)` of one of qdrant-client's local mode.

    Collections with their settings and metadata, points with all vectors and payloads, aliases and
    text indexes are taken over. The points are pickles; they are read by a reader that knows what
    points are made of and runs nothing, and refuses whatever else a pickle holds. qdrant-client
    need not be installed. Vectors become float32, as that client compares them, whatever `datatype`
    their collection names.

    It works in the caller's thread until all is done; in async code run it by
    `anyio.to_thread.run_sync`.

    Args:
        source: the folder of the official client. It is only read, and no official client may have
            it open meanwhile.
        path: the folder to make; it must not exist, or be empty. It appears when all is in it.
        progress: called now and then with the name of a collection and how many of its points were
            read.

    Returns:
        The number of points by collection.

    Raises:
        FolderInUse: an official client has the folder open.
        StoreDamaged: it holds something that the official client does not write.
        StorageError: there is no such folder, or the new one cannot be made.
        UnsupportedOperation: a collection has settings that the in-process engine does not know.
    """
    importer: Any = import_module(_IMPORTER)
    counts: dict[str, int] = importer.import_folder(os.fspath(source), os.fspath(path), progress)
    return counts
