"""Where the snapshots of an engine lie, and what is told of them.

Held by the state, used by the other modules here.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4
from weakref import finalize

from aqdrant import models
from aqdrant.exceptions import NotFound, StorageError
from aqdrant_local.lasting import lasts

__all__ = ["Shelf", "collection_place", "shard_place", "stem_of", "sum_of"]

SUFFIX = ".snapshot"
_SUM = ".checksum"
_PART = ".part"
_PLAIN = re.compile("[A-Za-z0-9_-]{1,100}")
_LONGEST_SLUG = 40


class Shelf:
    """Files of snapshots, below a folder; a place is a path below it.

    Args:
        folder: it is made when it is first written to; None for a temporary one.
        is_read_only: another process writes there.
    """

    def __init__(self, folder: Path | None = None, *, is_read_only: bool = False) -> None:
        self._given = folder
        self._is_read_only = is_read_only
        self._folder = folder
        self._lock = threading.Lock()
        self._taken: set[Path] = set()  # names of files that are being written
        self._finalizer: finalize[..., Shelf] | None = None

    @property
    def is_temporary(self) -> bool:
        """Whether there is a folder that goes with it."""
        return self._finalizer is not None

    @property
    def root(self) -> Path:
        """The folder."""
        with self._lock:
            if self._folder is None:
                import tempfile  # only here, as what it loads takes time

                self._folder = Path(tempfile.mkdtemp(prefix="aqdrant-"))
                self._finalizer = finalize(self, _remove, self._folder, os.getpid())
            return self._folder

    def listed(self, place: str) -> list[models.SnapshotDescription]:
        """The snapshots of a place, the oldest first."""
        if self._folder is None:
            return []
        found = [file for file in (self._folder / place).glob(f"*{SUFFIX}") if file.is_file()]
        with_times = sorted((file.stat().st_mtime_ns, file.name, file) for file in found)
        return [_described(file) for _, _, file in with_times]

    def find(self, place: str, name: str) -> Path:
        """The file of a snapshot, or that of its checksum.

        Raises:
            NotFound: there is none.
        """
        names = {one.name for one in self.listed(place)}
        if name not in names and name.removesuffix(_SUM) not in names:
            raise NotFound(f"Snapshot {name} not found")
        return self.root / place / name

    def remove(self, place: str, name: str) -> None:
        """Delete a snapshot.

        Raises:
            NotFound: there is none.
        """
        file = self.find(place, name)
        if not name.endswith(SUFFIX):
            raise NotFound(f"Snapshot {name} not found")
        with _told(file):
            file.unlink(missing_ok=True)
            _sum_file(file).unlink(missing_ok=True)

    def add(
        self, place: str, stem: str, write: Callable[[Path], None]
    ) -> models.SnapshotDescription:
        """Keep a snapshot, under a name that says what it is of and when it was taken.

        Args:
            place: where it belongs.
            stem: how its name begins.
            write: writes the file.
        """
        file = self._reserved(self.root / place, stem)
        try:
            with self.scratch() as part, _told(file):
                write(part)
                lasts(part)
                _sum_file(file).write_text(sum_of(part), encoding="ascii")
                part.replace(file)
                lasts(file.parent)
            return _described(file)
        finally:
            self._taken.discard(file)

    @contextmanager
    def scratch(self) -> Generator[Path]:
        """A name for a file that goes afterwards."""
        if self._is_read_only:
            import tempfile

            with tempfile.TemporaryDirectory(prefix="aqdrant-") as folder:
                yield Path(folder) / "part"
            return
        root = self.root
        path = root / f"{uuid4().hex}{_PART}"
        with _told(path):
            root.mkdir(parents=True, exist_ok=True)
        try:
            yield path
        finally:
            for file in root.glob(f"{path.name}*"):  # and what SQLite keeps beside it
                file.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Delete what a process left that died while it wrote; nobody else may write then."""
        if self._folder is not None:
            for file in self._folder.glob(f"*{_PART}*"):
                file.unlink(missing_ok=True)

    def close(self) -> None:
        """Delete a temporary folder, with all snapshots."""
        with self._lock:
            if self._finalizer is not None:
                self._finalizer()
            self._folder, self._finalizer = self._given, None

    def _reserved(self, folder: Path, stem: str) -> Path:
        """A name that no snapshot has: a second one of the same second gets a number."""
        with _told(folder):
            folder.mkdir(parents=True, exist_ok=True)
        moment = datetime.now(UTC).strftime("%Y-%m-%d-%H-%M-%S")
        with self._lock:
            number, name = 1, f"{stem}-{moment}"
            while (file := folder / f"{name}{SUFFIX}") in self._taken or file.exists():
                number += 1
                name = f"{stem}-{moment}-{number}"
            self._taken.add(file)
        return file


def collection_place(collection: str) -> str:
    """The place of a collection's snapshots: a name that every file system tells from others."""
    slug = re.sub("[^A-Za-z0-9_-]", "_", collection)[:_LONGEST_SLUG]
    return f"{slug}-{hashlib.sha256(collection.encode('utf-8', 'replace')).hexdigest()[:12]}"


def shard_place(collection: str, shard: int) -> str:
    """The place of a shard's snapshots."""
    return f"{collection_place(collection)}/shards/{shard}"


def stem_of(collection: str) -> str:
    """How the name of a snapshot begins, of a collection whose own may be no name for a file."""
    return collection if _PLAIN.fullmatch(collection) else collection_place(collection)


def sum_of(file: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _described(file: Path) -> models.SnapshotDescription:
    state = file.stat()
    try:
        checksum = _sum_file(file).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        checksum = None
    made = datetime.fromtimestamp(int(state.st_mtime), UTC).replace(tzinfo=None)
    return models.SnapshotDescription(
        name=file.name, creation_time=made.isoformat(), size=state.st_size, checksum=checksum
    )


def _sum_file(file: Path) -> Path:
    return file.with_name(file.name + _SUM)


@contextmanager
def _told(path: Path) -> Generator[None]:
    """Raise what the file system says as an error of ours."""
    try:
        yield
    except OSError as error:
        if isinstance(error, StorageError):
            raise
        raise StorageError(
            f"The snapshot cannot be written: {error.strerror or error}; nothing was changed.",
            target=str(path.parent),
            fix="Make room, or give this process the right to write there.",
        ) from error


def _remove(folder: Path, process: int) -> None:
    """Delete a temporary folder, unless this is a forked child: it is the parent's."""
    if os.getpid() == process:
        import shutil

        shutil.rmtree(folder, ignore_errors=True)
