"""Graphs (HNSW) in files beside a collection's database: a cache, never the truth.

Given to collections when a folder is opened, used by the graph builder. What a file says of a row
counts only where the row's vector is the one in the file, and a file that is not what was written
counts for nothing. So it needs no part in transactions, may be of any age, and may be deleted.

``KEY.NAME.graph``, NAME the CRC-32 of the vector's name in hexadecimal digits: ``aqgraph1``, the
length of a JSON header (uint32) and the header, the row of each node (int64; -1: of none any more),
what faiss writes, and the CRC-32 of all that (uint32). Numbers are little-endian. It is written
under another name, ending in ``.new``, and renamed.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

import msgspec
import numpy as np

from aqdrant_local.engine.arrays import Rows
from aqdrant_local.engine.graph import Graph, Shape

__all__ = ["GraphFiles", "delete_graphs"]

_MAGIC = b"aqgraph1"
_LENGTH = struct.Struct("<I")
_PIECE = 1 << 20


class _Header(msgspec.Struct):
    name: str
    size: int
    distance: str
    m: int
    ef_construct: int
    nodes: int


class GraphFiles:
    """The graphs of one collection.

    Args:
        database: the collection's file.
        is_read_only: whether files are only read.
    """

    def __init__(self, database: Path, *, is_read_only: bool = False) -> None:
        self.is_read_only = is_read_only
        self._database = database

    def load(self, name: str, shape: Shape) -> tuple[Graph, Rows] | None:
        """The graph of a vector name, and the row of each node; None where there is none so."""
        path = self._path(name)
        try:
            if not self.is_read_only:
                _unfinished(path).unlink(missing_ok=True)  # of a process that died
            with path.open("rb") as file:
                return _read(file, _header(name, shape, 0), shape)
        except (OSError, ValueError, EOFError, msgspec.MsgspecError):
            return None

    def save(self, name: str, graph: Graph, rows: Rows, keep: Callable[[Path, Path], bool]) -> bool:
        """Write the graph of a vector name; False where that cannot be, and nothing is changed.

        Args:
            name: the vector's.
            graph: what to write.
            rows: the row of each node.
            keep: gives a new file the name that it is to have, if it is still wanted.
        """
        path = self._path(name)
        new = _unfinished(path)
        try:
            with new.open("wb") as file:
                _write(file, _header(name, graph.shape, len(graph)), graph, rows)
            return keep(new, path)
        except OSError:  # a full disk: the next opening builds it again
            return False
        finally:
            new.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._database.with_name(f"{self._database.stem}.{crc32(name.encode()):08x}.graph")


def delete_graphs(database: Path) -> None:
    """Delete the graphs of a collection, and those half written."""
    for pattern in ("graph", "graph.new"):
        for path in database.parent.glob(f"{database.stem}.*.{pattern}"):
            path.unlink(missing_ok=True)


def _unfinished(path: Path) -> Path:
    return path.with_name(path.name + ".new")


def _header(name: str, shape: Shape, nodes: int) -> _Header:
    return _Header(name, shape.size, shape.distance.value, shape.m, shape.ef_construct, nodes)


class _Summed:
    """A file that is written with the checksum of it all at its end."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._sum = 0

    def write(self, piece: bytes) -> None:
        """Write a piece."""
        self._sum = crc32(piece, self._sum)
        self._file.write(piece)

    def end(self) -> None:
        """Write the checksum."""
        self._file.write(_LENGTH.pack(self._sum))


def _write(file: BinaryIO, header: _Header, graph: Graph, rows: Rows) -> None:
    summed, text = _Summed(file), msgspec.json.encode(header)
    summed.write(_MAGIC + _LENGTH.pack(len(text)) + text)
    for start in range(0, len(rows), _PIECE // 8):
        summed.write(rows[start : start + _PIECE // 8].astype("<i8").tobytes())
    graph.write(summed.write)
    summed.end()


def _read(file: BinaryIO, wanted: _Header, shape: Shape) -> tuple[Graph, Rows]:
    """Read what `_write` wrote.

    Raises:
        ValueError: it is something else.
        EOFError: it is shorter.
    """
    if not _is_whole(file):
        raise ValueError("the checksum is another")
    file.seek(0)
    if _exactly(file, len(_MAGIC)) != _MAGIC:
        raise ValueError("it is no graph")
    (length,) = _LENGTH.unpack(_exactly(file, _LENGTH.size))
    header = msgspec.json.decode(_exactly(file, length), type=_Header)
    wanted.nodes = header.nodes
    if header != wanted:
        raise ValueError("it is another graph")
    rows = np.frombuffer(_exactly(file, 8 * header.nodes), "<i8").astype(np.intp)
    graph = Graph.read(shape, file.read)
    if len(graph) != len(rows):
        raise ValueError("its parts do not fit together")
    return graph, rows


def _is_whole(file: BinaryIO) -> bool:
    """Whether the checksum at the end is that of the rest, which is all in memory never."""
    left = file.seek(0, 2) - _LENGTH.size
    file.seek(0)
    found = 0
    while left > 0:
        piece = file.read(min(_PIECE, left))
        if not piece:
            return False
        found, left = crc32(piece, found), left - len(piece)
    return left == 0 and file.read(_LENGTH.size) == _LENGTH.pack(found)


def _exactly(file: BinaryIO, size: int) -> bytes:
    found = file.read(size)
    if len(found) != size:
        raise EOFError
    return found
