"""Snapshots taken. Called by the handlers and by downloads of a snapshot that is taken for them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

import numpy as np

from aqdrant import models
from aqdrant.exceptions import NotFound
from aqdrant_local.engine.arrays import Rows
from aqdrant_local.engine.portions import portions
from aqdrant_local.locks import Patience
from aqdrant_local.sharding import PEER
from aqdrant_local.state import Collection, State
from aqdrant_local.store.copies import copy_file, reader, write_copy

from .archive import Contents, Stored, write_archive
from .shelf import collection_place, shard_place, stem_of

__all__ = ["take_collection", "take_full", "take_shard", "write_shard"]


def take_collection(
    state: State, collection: Collection, patience: Patience
) -> models.SnapshotDescription:
    """Take a snapshot of a collection."""
    with state.shelf.scratch() as file:
        stored = _copied(collection, file, 0, patience)
        contents = Contents("collection", [stored])
        name = collection.name
        return state.shelf.add(
            collection_place(name),
            f"{stem_of(name)}-{PEER}",
            lambda target: write_archive(target, contents, {stored.file: file}),
        )


def take_full(state: State, patience: Patience) -> models.SnapshotDescription:
    """Take a snapshot of all collections and aliases, of those that there are at one moment."""
    with state.gate.shared(patience):
        collections, aliases = list(state.collections.values()), dict(state.aliases)
    with ExitStack() as stack:
        held: list[Stored] = []
        files: dict[str, Path] = {}
        for number, collection in enumerate(collections):
            patience.next_step()
            file = stack.enter_context(state.shelf.scratch())
            try:
                stored = _copied(collection, file, number, patience)
            except NotFound:  # deleted since
                aliases = {alias: to for alias, to in aliases.items() if to != collection.name}
                continue
            held.append(stored)
            files[stored.file] = file
        contents = Contents("full", held, aliases)
        return state.shelf.add(
            "", "full-snapshot", lambda target: write_archive(target, contents, files)
        )


def take_shard(
    state: State, collection: Collection, shard: int, patience: Patience
) -> models.SnapshotDescription:
    """Take a snapshot of one shard."""
    name = collection.name
    return state.shelf.add(
        shard_place(name, shard),
        f"{stem_of(name)}-shard-{shard}",
        lambda target: write_shard(state, collection, shard, target, patience),
    )


def write_shard(
    state: State, collection: Collection, shard: int, target: Path, patience: Patience
) -> None:
    """Write a snapshot of one shard into a file."""
    with state.shelf.scratch() as file:
        with collection.gate.shared(patience):
            rows = collection.still_there().rows_of_shard(shard)
            frozen, points = _frozen(collection), list(portions(collection.segment, rows))
        write_copy(frozen, points, file)
        stored = Stored(collection.name, _file_name(0), len(rows))
        write_archive(target, Contents("shard", [stored], shard=shard), {stored.file: file})


def _copied(collection: Collection, file: Path, number: int, patience: Patience) -> Stored:
    """Copy a collection into a database; inside its gate only as long as that has to be."""
    with ExitStack() as stack:
        with collection.gate.shared(patience):
            count, store = collection.still_there().segment.count, collection.store
            finish: Callable[[], None]
            if store is not None:
                finish = partial(copy_file, stack.enter_context(closing(reader(store.path))), file)
            else:
                points = list(portions(collection.segment, _all_rows(collection)))
                finish = partial(write_copy, _frozen(collection), points, file)
        finish()
    return Stored(collection.name, _file_name(number), count)


def _frozen(collection: Collection) -> Collection:
    """Settings and indexes as they are now."""
    frozen = copy.copy(collection)
    frozen.schema = dict(collection.schema)
    return frozen


def _all_rows(collection: Collection) -> Rows:
    return np.flatnonzero(collection.segment.alive)


def _file_name(number: int) -> str:
    return f"collections/{number}.aqdrant"
