"""The durable local store: collections in a folder, as SQLite keeps tables.

Opened by the transport; told of every change by the segments and the handlers, before memory
changes.

General layout: `sharing` gives the clients of one process one open folder. `folder` tells what a
folder is and puts the parts together, `snapshot` reads one beside its writer, `locking` keeps other
processes out. `database` holds a connection for writing and closes idle ones, `connection` and
`files` open, make and recognise files, `errors` says what their errors mean. `catalog` keeps
collections and aliases, `manifest` the settings of a collection, `rows` points, sparse vectors and
multivectors, `blocks` dense vectors. `collection` makes the changes of one collection last,
`loading` reads it, `copies` writes it elsewhere.

The folder
    ``aqdrant.db``       the catalog, a SQLite database.
    ``KEY.aqdrant``      a SQLite database for each collection; KEY is 16 hexadecimal digits.
    ``aqdrant.lock``     locked by the process that writes; JSON of who that is.
    ``-wal`` and ``-shm`` beside a database belong to it.
    ``snapshots/``       what `aqdrant_local.snapshots` keeps.

The format, version 2 (``PRAGMA user_version``; ``application_id`` is 0x61716474, "aqdt", of the
catalog, 0x61716463, "aqdc", of a collection)
    All numbers are little-endian. Nothing is pickled. Each mark is a checksum, because SQLite keeps
    none of its pages; 32 bits, unsigned; of texts it is the CRC-32 of one after the other, of
    numbers that of their digits, a space after each.

    The catalog. ``collections(name, key, mark)``, ``aliases(alias, collection, mark)``,
    ``progress(changes, collections, aliases, mark)``: how often it changed, and how many there are.
    ``unused(key, is_next)``: keys whose files, where there are any, belong to nothing and are
    deleted at the next opening; one of them is for the next collection. So a collection comes and
    goes with one transaction of the catalog, and no file is deleted that it did not give up.
    ``quotas(config, mark)``, once they are set: JSON of `QuotaConfig`.

    A collection. ``settings(key, config, mark)``: JSON of `CollectionConfig`.
    ``progress(changes, operations, points, indexes, mark)``: transactions, numbered updates,
    points and indexes. ``indexes(name, definition, mark)``: payload indexes as JSON of
    `CreateFieldIndex`; they are built again when they are first used.
    ``shards(key, first, shards, state, mark)``: of a collection with custom sharding, once it has a
    key: the key as JSON, and the numbers of its shards.
    ``vectors(id, name, kind, block_rows)``: the vector names; kind is ``dense``,
    ``sparse`` or ``multi``.

    ``points(row, id, version, payload, mark)``: a point lives in a row, and rows of deleted points
    are used again. id is the number as a signed 64-bit one, or a UUID's 16 bytes; in a shard of a
    shard key two bytes of its number, and then 8 of the number or 16 of the UUID; version the
    number of the update that changed it last; payload msgpack of a map, or NULL where it was
    cleared; mark the payload's CRC-32 (0 for NULL) xor both 32-bit words of (id's high half) xor
    (low half) xor (row times 0x9E3779B1) xor (version times 0x85EBCA6B)
    xor (shard times 0xC2B2AE35), modulo 2**64.

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
    One process writes, held by a lock that the system releases when the process dies; on Windows
    too. A reader sees each collection as it was at one moment of its opening or last refresh, and
    the names of one moment for all; it leaves no files, unless a writer runs or was killed.
    On network folders nothing is promised: locks may lie there, and SQLite's WAL asks for a local
    file system. On Windows a file that a reader has open is deleted at the next opening.
"""

from __future__ import annotations

from .collection import CollectionStore
from .folder import FolderStore
from .sharing import Share

__all__ = ["CollectionStore", "FolderStore", "Share"]
