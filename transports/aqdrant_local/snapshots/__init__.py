"""Snapshots: collections, shards and whole engines in one file each, taken and brought back.

Used by `handlers/snapshots` and by the transport, for uploads and downloads.

General layout: `shelf` is where the snapshots of an engine lie, `archive` what a snapshot's file
is, `taking` writes one, `fetching` gets one from where a caller says it is, `restoring` makes
collections of it. `streams` carries content in and out.

A snapshot is a ZIP file, stored without compression, of ``aqdrant-snapshot.json`` (`Contents`) and
of a SQLite database for each collection, as a folder has it (`aqdrant_local.store`). Each
collection is as it was at one moment. Taking one holds up neither readers nor writers: of a folder
the file is copied beside them, of a collection in memory the arrays are copied first.

A folder keeps its snapshots below ``snapshots/``, an engine in memory in a temporary folder that
goes when its client is closed. A snapshot appears there under its name when it is whole. It stays
when its collection is deleted, and is listed again when there is one of that name. What was
uploaded is not kept, once it is restored.

A collection that is restored has the settings, indexes and points of the snapshot, all of them at
once: a failure, or a kill, leaves what was there before.
"""

from __future__ import annotations
