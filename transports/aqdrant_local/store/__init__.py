"""The durable local store: collections in a folder, as SQLite keeps tables.

Opened by the transport; told of every change by the segments and the handlers, before memory
changes.

General layout: `sharing` gives the clients of one process one open folder. `folder` tells what a
folder is and puts the parts together, `locking` keeps other processes out, `database` holds the
connection, its transactions and what its errors mean. `catalog` keeps collections, settings and
aliases, `rows` points, sparse vectors and multivectors, `blocks` dense vectors. `collection` makes
the changes of one collection last, `loading` reads it.

The folder
    ``aqdrant.db``       a SQLite database; ``-wal`` and ``-shm`` beside it belong to it.
    ``aqdrant.lock``     locked by the process that writes; JSON of who that is.

The format, version 1 (``PRAGMA user_version``; ``application_id`` is 0x61716474, "aqdt")
    All numbers are little-endian. Nothing is pickled. Each mark is a checksum, because SQLite keeps
    none of its pages; 32 bits, unsigned.

    ``collections(id, name, config, mark)``: settings as JSON of `CollectionConfig`; mark is the
    CRC-32 of name and settings. ``progress(collection, operations, points)``: how many updates
    there were, and how many points there are. ``aliases(alias, collection, mark)``.
    ``indexes(collection, name, definition, mark)``: payload indexes as JSON of `CreateFieldIndex`;
    they are built again when they are first used.
    ``vectors(id, collection, name, kind, block_rows)``: the vector names; kind is ``dense``,
    ``sparse`` or ``multi``.

    ``points_C(row, id, version, payload, mark)`` for collection C: a point lives in a row, and rows
    of deleted points are used again. id is the number as a signed 64-bit one, or a UUID's 16 bytes;
    version the number of the update that changed it last; payload msgpack of a map, or NULL where
    it was cleared; mark the payload's CRC-32 (0 for NULL) xor both 32-bit words of
    (id's high half) xor (low half) xor (row times 0x9E3779B1) xor (version times
    0x85EBCA6B), modulo 2**64.

    ``dense_V(block, marks, vectors)`` for vector name V: block B holds the rows from B times
    ``block_rows`` on, float32 end to end, as they are compared (cosine: of length 1). A row without
    a vector has mark 0; the others have the sum of each word i of the vector, as an integer, times
    (2i + 1) times 0x9E3779B1, and of the row times 0x3C6EF362, modulo 2**32, the lowest bit set.
    A block in which no row ever had a vector may be missing.

    ``sparse_V(row, vector, mark)``: indices (uint32, ascending), then as many float32 values; mark
    is their CRC-32, begun with the row.

    ``multi_V(row, vector, mark)``: the vectors of a multivector, float32 end to end; mark as above.

    Vectors of float16 and uint8 are float32 here, too, of numbers that those can hold; of uint8 as
    they came, with cosine as well.

What is promised
    Each operation is one transaction: it is there whole or not at all, whatever ends the process.
    An operation that was answered survives the death of the process; with ``durability="full"``
    (the default) a power loss too, as far as the disk keeps what it says it wrote;
    with ``"normal"`` the newest operations may be missing after a power loss, never torn.
    One process writes, held by a lock that the system releases when the process dies. On network
    folders this is as good as their locks are; SQLite's WAL itself asks for a local file system, so
    a folder must not be used from two hosts at once.
"""

from __future__ import annotations

from .collection import CollectionStore
from .folder import FolderStore
from .sharing import Share

__all__ = ["CollectionStore", "FolderStore", "Share"]
