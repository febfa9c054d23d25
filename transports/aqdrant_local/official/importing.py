"""Write what a folder of the official client holds into a new folder of ours, whole or not at all.

Called by `aqdrant.folders`, by name. The new folder is made beside its place under another name and
moved there when all is in it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from aqdrant import models, operations
from aqdrant.exceptions import AqdrantError, FolderInUse, StorageError
from aqdrant.transport import TransportConfig
from aqdrant_local import LocalTransport, open_transport
from aqdrant_local.lasting import lasts

from .layout import OfficialCollection, OfficialFolder

__all__ = ["Progress", "import_folder"]

Progress = Callable[[str, int], None]
_SUFFIX = ".importing"


def import_folder(source: str, path: str, progress: Progress | None = None) -> dict[str, int]:
    """See `aqdrant.folders.import_folder`."""
    target, origin = Path(path).absolute(), Path(source).absolute()
    _check(origin, target)
    folder = OfficialFolder(origin)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
        work = Path(tempfile.mkdtemp(_SUFFIX, _prefix(target), target.parent))
        try:
            counts = _fill(folder, work, progress)
            _publish(work, target)
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            raise
    except OSError as error:
        if isinstance(error, AqdrantError):
            raise
        raise StorageError(
            f"The new folder cannot be written: {error.strerror or error}.",
            target=str(target),
            fix="Look at the path, at the room on the disk, and at what this process may do there.",
        ) from error
    finally:
        folder.close()
    return counts


def _check(source: Path, target: Path) -> None:
    place, origin = target.resolve(), source.resolve()
    if place == origin or origin in place.parents:
        raise StorageError(
            "The new folder lies in the one that is imported.",
            target=str(target),
            fix="Name a place outside: what is imported is never changed.",
        )
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise StorageError(
            "There is something at the new folder's place already.",
            target=str(target),
            fix="Name a folder that does not exist, or an empty one.",
        )


def _fill(folder: OfficialFolder, work: Path, progress: Progress | None) -> dict[str, int]:
    transport = _transport(work)
    try:
        for collection in folder.collections:
            _copy(folder, collection, transport, progress or (lambda _name, _count: None))
        _copy_aliases(folder, transport)
        return {
            collection.name: transport.try_execute(
                operations.CountPoints(
                    collection_name=collection.name, body=models.CountRequest(exact=True)
                )
            ).count
            for collection in folder.collections
        }
    finally:
        transport.close()


def _transport(folder: Path) -> LocalTransport:
    # Nothing of it counts before it is closed, and what is closed is on the disk.
    extra = {"durability": "normal"}
    return open_transport(TransportConfig(scheme="file", path=str(folder), extra=extra))


def _copy(
    folder: OfficialFolder,
    collection: OfficialCollection,
    transport: LocalTransport,
    progress: Progress,
) -> None:
    name = collection.name
    try:
        transport.try_execute(
            operations.CreateCollection(collection_name=name, body=collection.config)
        )
        for key, params in collection.text_indexes.items():
            body = models.CreateFieldIndex(field_name=key, field_schema=params)
            transport.try_execute(operations.CreateFieldIndex(collection_name=name, body=body))
        done = 0
        for points in folder.points(collection):
            listed = models.PointsList(points=points)
            transport.try_execute(operations.UpsertPoints(collection_name=name, body=listed))
            done += len(points)
            progress(name, done)
    except AqdrantError as error:
        error.target = error.target or f"collection {name!r}"
        raise


def _copy_aliases(folder: OfficialFolder, transport: LocalTransport) -> None:
    actions = [
        models.CreateAliasOperation(
            create_alias=models.CreateAlias(collection_name=name, alias_name=alias)
        )
        for alias, name in folder.aliases.items()
    ]
    if actions:
        body = models.ChangeAliasesOperation(actions=actions)
        transport.try_execute(operations.UpdateAliases(body=body))


def _publish(work: Path, target: Path) -> None:
    """Move the finished folder to its place, where there may be an empty one."""
    with suppress(FileNotFoundError):
        target.rmdir()
    work.rename(target)
    lasts(target.parent)


def _sweep(target: Path) -> None:
    """Delete what imports to the same place left beside it when they were killed."""
    for left in target.parent.glob(f"{_prefix(target)}*{_SUFFIX}"):
        transport = _transport(left)
        try:
            transport.try_execute(operations.GetCollections())
        except FolderInUse:
            continue
        except AqdrantError:
            pass
        finally:
            transport.close()
        # Moved first: an import that is just about to publish it finds it gone, not half there.
        gone = left.with_name(f"{left.name}.old")
        with suppress(OSError):
            left.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)


def _prefix(target: Path) -> str:
    return f".{target.name}."
