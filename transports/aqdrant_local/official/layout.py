"""A folder of the official client's local mode, opened to be read and never changed.

Used by `importing`. ``meta.json`` has collections and aliases, ``.lock`` is locked by a client that
has the folder open, ``collection/NAME/storage.sqlite`` has one pickled point a row. The official
client 1.20 wrote what this was made by; older ones that keep the same files are read too.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

import numpy as np

from aqdrant import models
from aqdrant.exceptions import FolderInUse, StorageError, StoreDamaged
from aqdrant_local.engine.paths import is_object

from .pickles import read_pickle
from .values import POINT, SPARSE, Instance, PickleRefused, array_of, is_array, plain, uuid_of

__all__ = ["OfficialCollection", "OfficialFolder"]

_META: Final = "meta.json"
_STORAGE: Final = "storage.sqlite"
_ROWS: Final = 500  # points read at once


class OfficialCollection(NamedTuple):
    """What ``meta.json`` says about a collection, and where its points are."""

    name: str
    config: models.CreateCollection
    text_indexes: Mapping[str, models.TextIndexParams]
    storage: Path


class OfficialFolder:
    """A folder, locked against the official client from construction to `close`.

    Raises:
        FolderInUse: an official client has it open.
        StorageError: it is no folder of the official client, or cannot be read.
        StoreDamaged: it is not what the official client writes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.collections: list[OfficialCollection] = []
        if not (path / _META).is_file():
            raise StorageError(
                "The folder is none of qdrant-client's local mode: it has no meta.json.",
                target=str(path),
                fix="Name the folder that was given to QdrantClient(path=...).",
            )
        self._lock = _lock(path)
        try:
            meta = _read_meta(path)
            self.aliases: dict[str, str] = meta["aliases"]
            for name, config in meta["collections"].items():
                indexes = meta.get("text_indexes", {}).get(name, {})
                self.collections.append(_collection(path, name, config, indexes))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            self.close()
            if isinstance(error, StorageError):
                raise
            raise _damaged(path, f"meta.json is not what it should be ({error})") from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let the official client have it again."""
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)

    def points(self, collection: OfficialCollection) -> Iterator[list[models.PointStruct]]:
        """The points of a collection, some at a time, in the order in which they were written.

        The same id may come again: what comes last counts.

        Raises:
            StoreDamaged: a row holds something else than a point.
        """
        with _opened(collection.storage, self.path) as connection:
            cursor = connection.execute("SELECT rowid, point FROM points ORDER BY rowid")
            while rows := cursor.fetchmany(_ROWS):
                yield [self._point(collection.name, row, data) for row, data in rows]

    def _point(self, name: str, row: int, data: object) -> models.PointStruct:
        try:
            if not isinstance(data, bytes):
                raise PickleRefused("it is no bytes")
            return _point(read_pickle(data))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise self._refused(name, row, str(error)) from error
        except PickleRefused as error:
            raise self._refused(name, row, str(error)) from error

    def _refused(self, name: str, row: int, why: str) -> StoreDamaged:
        return StoreDamaged(
            f"Row {row} of collection {name!r} is not read: {why}.",
            target=str(self.path),
            fix="Nothing of it was run. Delete that row, or restore the folder from a copy.",
        )


def _point(value: Any) -> models.PointStruct:
    if not isinstance(value, Instance) or value.named is not POINT:
        raise PickleRefused("it is no point")
    fields = value.fields
    payload = fields.get("payload")
    return models.PointStruct(
        id=_id(fields["id"]),
        vector=_vectors(fields["vector"]),
        payload=None if payload is None else plain(payload),
    )


def _id(value: Any) -> int | str:
    if isinstance(value, Instance):
        return str(uuid_of(value))
    if isinstance(value, str):
        return str(UUID(value))
    if type(value) is not int or not 0 <= value < 2**64:
        raise PickleRefused("its id is neither a number of 64 bits nor a UUID")
    return value


def _vectors(value: Any) -> Any:
    if value is None:
        return {}
    if is_object(value):
        named = {name: _vector(one) for name, one in value.items() if one is not None}
        return named[""] if named.keys() == {""} else named
    return _vector(value)


def _vector(value: Any) -> Any:
    if isinstance(value, Instance) and value.named is SPARSE:
        fields = value.fields
        indices = [int(index) for index in fields["indices"]]
        values = _floats(fields["values"], (1,))
        return models.SparseVector(indices=indices, values=values.tolist())
    found = _floats(array_of(value) if is_array(value) else value, (1, 2))
    return found if found.ndim == 1 else found.tolist()


def _floats(value: Any, dimensions: tuple[int, ...]) -> np.ndarray[Any, np.dtype[np.float32]]:
    if not isinstance(value, list | tuple | np.ndarray):
        raise PickleRefused(f"a vector is {type(value).__name__}")
    with np.errstate(over="ignore"):
        found = np.asarray(value, dtype=np.float32)
    if found.ndim not in dimensions or not np.isfinite(found).all():
        raise PickleRefused("a vector is no list of numbers that float32 holds")
    return found


def _read_meta(path: Path) -> dict[str, Any]:
    try:
        text = (path / _META).read_text(encoding="utf-8")
    except OSError as error:
        raise _unreadable(path, error) from error
    try:
        meta: dict[str, Any] = json.loads(text)
    except RecursionError as error:
        raise _damaged(path, "meta.json is nested too deeply") from error
    strings = all(isinstance(name, str) for pair in meta["aliases"].items() for name in pair)
    if not strings:
        raise ValueError("an alias is no text")
    return meta


def _collection(
    path: Path, name: str, config: Mapping[str, Any], indexes: Mapping[str, Any]
) -> OfficialCollection:
    vectors: Mapping[str, Any] = config.get("vectors") or {}
    if "size" in vectors:
        vectors = _without_datatype(vectors)
    else:
        vectors = {key: _without_datatype(one) for key, one in vectors.items()}
    body = {
        "vectors": vectors,
        "sparse_vectors": config.get("sparse_vectors"),
        "metadata": config.get("metadata"),
    }
    storage = _storage(path, name)
    if not storage.is_file():
        if (storage.parent / "storage.dbm").exists() or list(storage.parent.glob("storage.dbm*")):
            raise StorageError(
                f"Collection {name!r} was written by qdrant-client before 1.1.7, as dbm.",
                target=str(path),
                fix="Open the folder once with a qdrant-client from 1.1.7 to 1.6.",
            )
        raise _damaged(path, f"collection {name!r} has no {_STORAGE}")
    return OfficialCollection(
        name,
        models.CreateCollection.model_validate(body),
        {key: models.TextIndexParams.model_validate(params) for key, params in indexes.items()},
        storage,
    )


def _without_datatype(params: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of vectors; the official client keeps full floats whatever was asked."""
    return {key: value for key, value in params.items() if key != "datatype"}


def _storage(path: Path, name: str) -> Path:
    root = (path / "collection").resolve()
    folder = (root / name).resolve()
    if folder == root or root not in folder.parents:
        raise _damaged(path, f"the collection {name[:80]!r} lies outside of it")
    return folder / _STORAGE


@contextmanager
def _opened(storage: Path, path: Path) -> Generator[sqlite3.Connection]:
    """Open a database to read; a copy, where a writer died and left what SQLite must undo."""
    with tempfile.TemporaryDirectory(prefix="aqdrant-") as folder:
        journal = storage.with_name(f"{_STORAGE}-journal")
        try:
            if journal.exists() and journal.stat().st_size:
                shutil.copyfile(journal, Path(folder, journal.name))
                storage = Path(shutil.copyfile(storage, Path(folder, _STORAGE)))
                address = storage.as_uri()
            else:
                address = f"{storage.as_uri()}?mode=ro"
            connection = sqlite3.connect(address, uri=True, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise _unreadable(path, error) from error
        try:
            yield connection
        except sqlite3.Error as error:
            raise _damaged(path, f"{storage.parent.name}/{_STORAGE}: {error}") from error
        finally:
            connection.close()


def _lock(path: Path) -> int | None:
    """Take the official client's lock as a reader; None where no client ever left one."""
    try:
        file = os.open(path / ".lock", os.O_RDONLY)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, error) from error
    try:
        _share(file)
    except (BlockingIOError, PermissionError):
        os.close(file)
        raise FolderInUse(
            "The folder is in use by a qdrant-client.",
            target=str(path),
            fix="Close the client there, then import again.",
        ) from None
    except OSError:  # a file system without locks: as good as no lock
        return file
    return file


if sys.platform == "win32":

    def _share(file: int) -> None:
        os.read(file, 1)  # refused while another process has these bytes locked

else:
    import fcntl

    def _share(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)


def _damaged(path: Path, what: str) -> StoreDamaged:
    return StoreDamaged(
        f"The folder is damaged: {what}.",
        target=str(path),
        fix="Restore it from a copy, or open it with the qdrant-client that wrote it.",
    )


def _unreadable(path: Path, error: OSError | sqlite3.Error) -> StorageError:
    text = error.strerror if isinstance(error, OSError) else None
    return StorageError(
        f"The folder cannot be read: {text or error}.",
        target=str(path),
        fix="Look at the path, and at what this process may do there.",
    )
