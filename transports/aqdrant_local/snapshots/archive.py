"""The file of a snapshot: a ZIP of databases, and JSON that says what they are.

Written by `taking`, read by `restoring`.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from aqdrant.exceptions import AqdrantError, BadRequest, StorageError
from aqdrant.transport import USER_AGENT

__all__ = ["Archive", "Contents", "Kind", "Stored", "opened", "write_archive"]

FORMAT = 1
_CONTENTS = "aqdrant-snapshot.json"
_LARGEST_CONTENTS = 64 << 20
_TAR_MAGIC = slice(257, 262)
_PIECE = 1 << 20

Kind: TypeAlias = Literal["collection", "shard", "full"]


class Stored(msgspec.Struct):
    """One collection in a snapshot."""

    name: str
    file: str
    points: int


class Contents(msgspec.Struct):
    """What a snapshot says about itself, in JSON."""

    kind: Kind
    collections: list[Stored]
    aliases: dict[str, str] = {}
    shard: int | None = None
    format: int = FORMAT
    written_by: str = USER_AGENT


def write_archive(target: Path, contents: Contents, files: Mapping[str, Path]) -> None:
    """Write a snapshot of these databases, by their names in it."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, strict_timestamps=False) as packed:
        packed.writestr(_CONTENTS, msgspec.json.format(msgspec.json.encode(contents)))
        for name, path in files.items():
            packed.write(path, name)


class Archive:
    """A snapshot that is open for reading."""

    def __init__(self, packed: zipfile.ZipFile, contents: Contents, shown: str) -> None:
        self.contents = contents
        self.shown = shown
        self._packed = packed

    def extract(self, stored: Stored, target: Path) -> None:
        """Write the database of a collection into a file.

        Raises:
            BadRequest: it is not what was written.
            StorageError: the disk does not take it.
        """
        try:
            with self._packed.open(stored.file) as content, target.open("wb") as file:
                shutil.copyfileobj(content, file, _PIECE)
        except (zipfile.BadZipFile, KeyError, EOFError, NotImplementedError) as error:
            raise damaged(self.shown) from error
        except OSError as error:
            raise StorageError(
                f"The snapshot cannot be unpacked: {error.strerror or error}; nothing was changed.",
                target=str(target.parent),
                fix="Make room, then try again.",
            ) from error

    def one(self, collection: str) -> Stored:
        """The collection to make one of this name from.

        Raises:
            BadRequest: it has several, and none of this name.
        """
        held = self.contents.collections
        if self.contents.kind != "full" and len(held) == 1:
            return held[0]
        for stored in held:
            if stored.name == collection:
                return stored
        names = ", ".join(repr(stored.name) for stored in held[:10]) or "none"
        raise BadRequest(
            f"Snapshot {self.shown!r} has no collection {collection!r}; it has {names}.",
            fix="Recover one of these.",
        )


@contextmanager
def opened(path: Path, shown: str) -> Generator[Archive]:
    """Open a snapshot, called `shown` in errors.

    Raises:
        BadRequest: it is none of ours, of another version, cut short or damaged.
    """
    with path.open("rb") as file:
        head = file.read(512)
        if head[_TAR_MAGIC] == b"ustar":
            raise BadRequest(
                f"Snapshot {shown!r} is a tar archive, as a Qdrant server writes them; the"
                " in-process engine reads its own.",
                fix="Recover it on a Qdrant server, and copy the collection from there:"
                " client.migrate(...).",
            )
        if not head.startswith(b"PK\3\4"):
            raise BadRequest(
                f"Snapshot {shown!r} is no snapshot of aqdrant's in-process engine.",
                fix="Name a file that create_snapshot or download_snapshot wrote.",
            )
        file.seek(0)
        try:
            with zipfile.ZipFile(file) as packed:
                yield Archive(packed, _contents(packed, shown), shown)
        except zipfile.BadZipFile as error:
            raise damaged(shown) from error


def damaged(shown: str) -> AqdrantError:
    """The error for a snapshot that is not what was written."""
    return BadRequest(
        f"Snapshot {shown!r} is damaged, or its end is missing; nothing was changed.",
        fix="Compare its SHA-256 with that of its description, and copy or download it again.",
    )


def _contents(packed: zipfile.ZipFile, shown: str) -> Contents:
    known = {info.filename: info for info in packed.infolist()}
    info = known.get(_CONTENTS)
    if info is None or any(one.compress_type != zipfile.ZIP_STORED for one in known.values()):
        raise BadRequest(
            f"Snapshot {shown!r} is a ZIP file of another program.",
            fix="Name a file that create_snapshot or download_snapshot wrote.",
        )
    if info.file_size > _LARGEST_CONTENTS:
        raise damaged(shown)
    text = packed.read(info)
    try:
        version = msgspec.json.decode(text, type=_Version).format
    except msgspec.DecodeError as error:
        raise damaged(shown) from error
    if version != FORMAT:
        raise BadRequest(
            f"Snapshot {shown!r} has format {version}; this aqdrant reads {FORMAT}.",
            fix="Upgrade aqdrant." if version > FORMAT else "Read it with the aqdrant of its time.",
        )
    try:
        return msgspec.json.decode(text, type=Contents)
    except msgspec.DecodeError as error:
        raise damaged(shown) from error


class _Version(msgspec.Struct):
    format: int
