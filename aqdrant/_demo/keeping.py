"""Where the demo keeps its collections, and whether those of an earlier run still hold.

Called by `aqdrant._demo.run`. A mark in the metadata of the collections says what they were made
of; it is written last, so collections that were left half made have none.
"""

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from anyio import CancelScope

from aqdrant import AsyncQdrantClient
from aqdrant._version import __version__
from aqdrant.exceptions import ArgumentError, FolderInUse, StorageError

MARK: Final = "aqdrant demo"
UNFINISHED: Final = "being made"
_LAYOUT: Final = 1  # of the collections; another number has them made anew


class Place(NamedTuple):
    """A folder to keep the collections in."""

    folder: Path
    is_default: bool
    """Whether nobody asked for it: then memory will do where it cannot be used."""


class Kept(NamedTuple):
    """The open collections."""

    client: AsyncQdrantClient
    is_complete: bool
    """Whether an earlier run has filled them from the same sources."""
    notice: str
    """What to tell about the place, where it is not the wanted one."""


def default_folder() -> Path:
    """Return the demo's folder among the user's caches, one for each version of Python."""
    home = Path.home()
    if configured := os.environ.get("XDG_CACHE_HOME"):
        caches = Path(configured)
    elif sys.platform == "win32":
        caches = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    else:
        caches = home / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    return caches / "aqdrant" / f"demo-{sys.version_info.major}.{sys.version_info.minor}"


def shown(folder: Path) -> str:
    """Return a folder's path, with `~` for the user's own."""
    try:
        return str(Path("~") / folder.relative_to(Path.home()))
    except (RuntimeError, ValueError):
        return str(folder)


def make_mark(sources: Iterable[str]) -> str:
    """Return a text that differs when sources, this program or the interpreter do."""
    parts = [str(_LAYOUT), __version__, sys.version, *sources]
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


async def open_place(place: Place | None, mark: str, names: tuple[str, ...]) -> Kept:
    """Open the folder, or memory where there is none; the caller closes the client.

    A folder that another process holds, or that cannot be written to, is read if it is complete.

    Args:
        place: Where to keep the collections; None for memory.
        mark: What they are to be made of.
        names: The collections.

    Raises:
        StorageError: The folder was asked for and cannot be used.
        ArgumentError: It has a collection of such a name that is not the demo's.
    """
    if place is None:
        return Kept(AsyncQdrantClient(":memory:"), False, "")
    path = str(place.folder)
    try:
        client = AsyncQdrantClient(path=path)
        return Kept(client, await _is_complete(client, mark, names), "")
    except StorageError as error:
        refused = error
    with suppress(StorageError):
        client = AsyncQdrantClient(path=path, read_only=True)
        if await _is_complete(client, mark, names):
            return Kept(client, True, f"{refused.message} It is only read.")
        await client.aclose()
    if not place.is_default and not isinstance(refused, FolderInUse):
        raise refused
    return Kept(AsyncQdrantClient(":memory:"), False, f"{refused.message} Nothing is kept.")


async def _is_complete(client: AsyncQdrantClient, mark: str, names: tuple[str, ...]) -> bool:
    """Say whether all collections were filled from the same sources; close where that fails."""
    try:
        held: list[object] = []
        for name in names:
            if await client.collection_exists(name):
                metadata = (await client.get_collection(name)).config.metadata or {}
                if MARK not in metadata:
                    raise ArgumentError(
                        f"the folder has a collection {name!r} that is not the demo's.",
                        fix="Name another folder with --folder.",
                    )
                held.append(metadata[MARK])
    except BaseException:
        with CancelScope(shield=True):
            await client.aclose()
        raise
    return held == [mark] * len(names)
