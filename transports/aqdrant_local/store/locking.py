"""The lock of a folder: one process writes, and others learn which.

Used by `folder`. The lock is the operating system's own and goes when its process goes, however
that happens; the text in the file only tells who has it.
"""

from __future__ import annotations

import os
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from aqdrant.exceptions import FolderInUse, StorageError

__all__ = ["FolderLock"]

_LARGEST_TEXT = 4096
_LOCKED_BYTE = 1 << 30  # Windows keeps others from reading what is locked: far from the text


class _Holder(msgspec.Struct):
    pid: int
    host: str
    since: str


class FolderLock:
    """An exclusive lock on a file, held from construction to `release`.

    Raises:
        FolderInUse: another process has it; the error names it.
        StorageError: the file cannot be opened, or lies where there are no locks.
    """

    def __init__(self, path: Path) -> None:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
        self._file = os.open(path, flags, 0o666)
        try:
            _lock(self._file)
        except BlockingIOError:
            holder = _read(self._file)
            os.close(self._file)
            raise _in_use(path.parent, holder) from None
        except OSError as error:
            os.close(self._file)
            raise StorageError(
                f"The file system cannot lock files: {error.strerror}.",
                target=str(path.parent),
                fix="Keep the folder on a local disk, or open it with read_only=True.",
            ) from error
        since = datetime.now(UTC).isoformat(timespec="seconds")
        holder = _Holder(pid=os.getpid(), host=socket.gethostname(), since=since)
        _write(self._file, msgspec.json.encode(holder))

    def release(self) -> None:
        """Let others have it."""
        _write(self._file, b"")
        _unlock(self._file)
        os.close(self._file)

    def abandon(self) -> None:
        """Close the file in a forked child, where the lock is the parent's."""
        os.close(self._file)


def _in_use(folder: Path, holder: _Holder | None) -> FolderInUse:
    if holder is None:
        who, pid, host, since = "another process", None, None, None
    else:
        pid, host, since = holder.pid, holder.host, holder.since
        who = f"process {pid} on {host}, since {since}"
    return FolderInUse(
        f"The folder is in use by {who}.",
        target=str(folder),
        fix="Close the client there, or open the folder with read_only=True.",
        pid=pid,
        host=host,
        since=since,
    )


def _read(file: int) -> _Holder | None:
    try:
        os.lseek(file, 0, os.SEEK_SET)
        return msgspec.json.decode(os.read(file, _LARGEST_TEXT), type=_Holder)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None  # it is just being written, or was left empty


def _write(file: int, text: bytes) -> None:
    try:
        os.ftruncate(file, 0)
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, text)
    except OSError:
        pass  # a full disk: the lock is what counts


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        os.lseek(file, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error

    def _unlock(file: int) -> None:
        os.lseek(file, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    # Not lockf: its locks go when any other handle of the file is closed in this process, for
    # example by a backup that copies the folder.

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
