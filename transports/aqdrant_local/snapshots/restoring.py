"""Collections made of snapshots. Called by the handlers of recoveries, and at the end of uploads.

Everything is read and checked before anything changes; then one transaction makes the change.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from aqdrant import models
from aqdrant.exceptions import BadRequest, StorageError
from aqdrant_local.engine.portions import portions
from aqdrant_local.locks import Patience
from aqdrant_local.state import Collection, State, named_params
from aqdrant_local.store.copies import read_copy

from .archive import Archive, Stored, damaged, opened

__all__ = ["recover_collection", "recover_shard"]


def recover_collection(state: State, name: str, file: Path, shown: str, patience: Patience) -> None:
    """Have a collection as a snapshot has it, new or in place of the one of that name.

    A snapshot of everything gives it back the aliases, too, that nothing else has by now.

    Raises:
        BadRequest: the file is no such snapshot, or its vectors are not those of the collection.
    """
    with opened(file, shown) as archive:
        stored = archive.one(name)
        with _landed(state, name, archive, stored) as fresh:
            if fresh.segment.count != stored.points:
                raise damaged(shown)
            while not _put(state, fresh, shown, patience):
                patience.next_step()
            held = archive.contents.aliases.items()
            lost = [alias for alias, to in held if to == stored.name == fresh.name]
            if lost:
                _name_again(state, fresh.name, lost, patience)


def recover_shard(
    state: State, collection: Collection, shard: int, file: Path, shown: str, patience: Patience
) -> None:
    """Have the points of a shard as a snapshot has them.

    Raises:
        BadRequest: the file is no such snapshot, or its vectors are not those of the collection.
    """
    if len(collection.shard_ids) == 1 and not collection.is_sharded:
        recover_collection(state, collection.name, file, shown, patience)
        return
    with opened(file, shown) as archive, state.shelf.scratch() as copy:
        archive.extract(archive.one(collection.name), copy)
        with _whole(archive):
            fresh = read_copy(copy, collection.name)
    rows = np.flatnonzero(fresh.segment.alive)

    def change(collection: Collection) -> None:
        number = collection.next_operation()
        collection.segment.remove(collection.rows_of_shard(shard))
        for portion in portions(fresh.segment, rows):
            write = portion.write
            write.keys = write.keys.in_shard(shard)
            collection.segment.upsert(write, number)

    with collection.gate.exclusive(patience):
        _check_alike(collection.still_there(), fresh, shown)
        collection.run(change, whole=True)


def _name_again(state: State, name: str, aliases: list[str], patience: Patience) -> None:
    with state.gate.exclusive(patience):
        taken = state.aliases.keys() | state.collections.keys()
        free = dict.fromkeys((alias for alias in aliases if alias not in taken), name)
        if free and name in state.collections:
            state.keep_aliases({**state.aliases, **free})


def _put(state: State, fresh: Collection, shown: str, patience: Patience) -> bool:
    """Have a collection; not where one of its name has come or gone since it was looked for."""
    before = state.collections.get(fresh.name)
    if before is None:
        with state.gate.exclusive(patience):
            if fresh.name in state.aliases:
                raise BadRequest(
                    f"Alias `{fresh.name}` exists already", parameter="collection_name"
                )
            if fresh.name in state.collections:
                return False
            state.put(fresh)
            return True
    with before.gate.exclusive(patience):
        if before.is_dropped:
            return False
        _check_alike(before, fresh, shown)
        with state.gate.exclusive(patience):
            state.put(fresh)
            return True


@contextmanager
def _landed(state: State, name: str, archive: Archive, stored: Stored) -> Generator[Collection]:
    """The collection of a snapshot: in the folder, where there is one, and of no name yet."""
    found = state.peek(name)
    name = name if found is None else found.name
    store = state.store
    if store is None:
        with state.shelf.scratch() as file:
            archive.extract(stored, file)
            with _whole(archive):
                fresh = read_copy(file, name)
        yield fresh
        return
    with store.landing() as (key, file):
        archive.extract(stored, file)
        with _whole(archive):
            fresh = store.adopted(name, key)
        yield fresh


@contextmanager
def _whole(archive: Archive) -> Generator[None]:
    """Call what is wrong with the database of a snapshot the snapshot's fault."""
    try:
        yield
    except StorageError as error:
        problem = damaged(archive.shown)
        problem.message = f"{problem.message} ({error.message})"
        raise problem from error


def _check_alike(before: Collection, fresh: Collection, shown: str) -> None:
    old, new = (_vectors(one.config.params) for one in (before, fresh))
    if old != new:
        raise BadRequest(
            f"Snapshot {shown!r} is not compatible with the existing collection: its vectors are"
            f" {new}, those of the collection {old}.",
            fix="Recover it under another name, or delete the collection first.",
        )


def _vectors(params: models.CollectionParams) -> dict[str, str]:
    """What the vectors of a collection are, by name."""
    dense = {
        name: f"{'multi' if one.multivector_config else 'dense'} {one.size} {one.distance}"
        for name, one in named_params(params.vectors).items()
    }
    return dense | dict.fromkeys(params.sparse_vectors or {}, "sparse")
