"""Snapshots of collections, of shards and of everything.

What writes and reads them is imported when the first is taken: SQLite, ZIP and HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from aqdrant import models
from aqdrant import operations as ops
from aqdrant.exceptions import NotFound, StatusError
from aqdrant.operations import StreamOperation
from aqdrant_local.locks import Patience
from aqdrant_local.snapshots.shelf import collection_place, shard_place
from aqdrant_local.state import Collection, State

from ._table import handles, off_the_loop
from .collections import check_name

__all__ = ["found_file", "restored"]

R = TypeVar("R")


def _unless_told(wait: bool | None, work: Callable[[], R]) -> R | None:
    """Do it at once in any case; who does not wait is not told how it ended."""
    if wait is not False:
        return work()
    with suppress(StatusError):
        work()
    return None


# ---- of a collection


@handles(ops.ListSnapshots, cost=off_the_loop)
def list_snapshots(
    state: State, operation: ops.ListSnapshots, patience: Patience
) -> list[models.SnapshotDescription]:
    """List the snapshots of a collection."""
    return state.shelf.listed(collection_place(state.find(operation.collection_name).name))


@handles(ops.CreateSnapshot, cost=off_the_loop)
def create_snapshot(
    state: State, operation: ops.CreateSnapshot, patience: Patience
) -> models.SnapshotDescription | None:
    """Take a snapshot of a collection."""
    from aqdrant_local.snapshots.taking import take_collection

    collection = state.find(operation.collection_name)
    return _unless_told(operation.wait, lambda: take_collection(state, collection, patience))


@handles(ops.DeleteSnapshot, cost=off_the_loop)
def delete_snapshot(state: State, operation: ops.DeleteSnapshot, patience: Patience) -> bool | None:
    """Delete a snapshot of a collection."""
    place = collection_place(state.find(operation.collection_name).name)
    return _deleted(state, place, operation.snapshot_name, operation.wait)


@handles(ops.RecoverFromSnapshot, cost=off_the_loop)
def recover_from_snapshot(
    state: State, operation: ops.RecoverFromSnapshot, patience: Patience
) -> bool | None:
    """Restore a collection from a snapshot that this process can reach."""
    name = operation.collection_name
    return _recovered(state, operation, collection_place(name), None, patience)


# ---- of a shard


@handles(ops.ListShardSnapshots, cost=off_the_loop)
def list_shard_snapshots(
    state: State, operation: ops.ListShardSnapshots, patience: Patience
) -> list[models.SnapshotDescription]:
    """List the snapshots of a shard."""
    return state.shelf.listed(_shard_place(state, operation))


@handles(ops.CreateShardSnapshot, cost=off_the_loop)
def create_shard_snapshot(
    state: State, operation: ops.CreateShardSnapshot, patience: Patience
) -> models.SnapshotDescription | None:
    """Take a snapshot of a shard."""
    from aqdrant_local.snapshots.taking import take_shard

    collection, shard = _shard(state, operation), operation.shard_id
    return _unless_told(operation.wait, lambda: take_shard(state, collection, shard, patience))


@handles(ops.DeleteShardSnapshot, cost=off_the_loop)
def delete_shard_snapshot(
    state: State, operation: ops.DeleteShardSnapshot, patience: Patience
) -> bool | None:
    """Delete a snapshot of a shard."""
    place = _shard_place(state, operation)
    return _deleted(state, place, operation.snapshot_name, operation.wait)


@handles(ops.RecoverShardFromSnapshot, cost=off_the_loop)
def recover_shard_from_snapshot(
    state: State, operation: ops.RecoverShardFromSnapshot, patience: Patience
) -> bool | None:
    """Restore a shard from a snapshot that this process can reach."""
    place = _shard_place(state, operation)
    return _recovered(state, operation, place, operation.shard_id, patience)


# ---- of everything


@handles(ops.ListFullSnapshots, cost=off_the_loop)
def list_full_snapshots(
    state: State, operation: ops.ListFullSnapshots, patience: Patience
) -> list[models.SnapshotDescription]:
    """List the snapshots of all collections together."""
    return state.shelf.listed("")


@handles(ops.CreateFullSnapshot, cost=off_the_loop)
def create_full_snapshot(
    state: State, operation: ops.CreateFullSnapshot, patience: Patience
) -> models.SnapshotDescription | None:
    """Take a snapshot of all collections and aliases."""
    from aqdrant_local.snapshots.taking import take_full

    return _unless_told(operation.wait, lambda: take_full(state, patience))


@handles(ops.DeleteFullSnapshot, cost=off_the_loop)
def delete_full_snapshot(
    state: State, operation: ops.DeleteFullSnapshot, patience: Patience
) -> bool | None:
    """Delete a snapshot of all collections."""
    return _deleted(state, "", operation.snapshot_name, operation.wait)


# ---- content that is streamed


@contextmanager
def found_file(
    state: State, operation: StreamOperation[Any], patience: Patience
) -> Generator[Path]:
    """The file that a download carries.

    Raises:
        NotFound: there is no such snapshot.
    """
    if isinstance(operation, ops.GetFullSnapshot):
        yield state.shelf.find("", operation.snapshot_name)
    elif isinstance(operation, ops.GetSnapshot):
        name = state.find(operation.collection_name).name
        yield state.shelf.find(collection_place(name), operation.snapshot_name)
    elif isinstance(operation, ops.GetShardSnapshot):
        yield state.shelf.find(_shard_place(state, operation), operation.snapshot_name)
    elif isinstance(operation, ops.StreamShardSnapshot):
        from aqdrant_local.snapshots.taking import write_shard

        collection = _shard(state, operation)
        with state.shelf.scratch() as file:
            write_shard(state, collection, operation.shard_id, file, patience)
            yield file
    else:
        raise TypeError(f"{operation.name} downloads nothing")


def restored(
    file: Path,
    state: State,
    operation: ops.RecoverFromUploadedSnapshot | ops.RecoverShardFromUploadedSnapshot,
    patience: Patience,
) -> bool | None:
    """Restore a collection, or one shard of it, from a file that was uploaded."""
    from aqdrant_local.snapshots.fetching import check_sum, valid_sum

    wanted = valid_sum(operation.checksum)
    shard: int | None = None
    if isinstance(operation, ops.RecoverShardFromUploadedSnapshot):
        _shard(state, operation)
        shard = operation.shard_id

    def work() -> bool:
        check_sum(file, wanted)
        _restore(state, operation.collection_name, shard, file, "upload", patience)
        return True

    return _unless_told(operation.wait, work)


# ---- parts


def _deleted(state: State, place: str, name: str, wait: bool | None) -> bool | None:
    def work() -> bool:
        state.shelf.remove(place, name)
        return True

    return _unless_told(wait, work)


def _recovered(
    state: State,
    operation: ops.RecoverFromSnapshot | ops.RecoverShardFromSnapshot,
    place: str,
    shard: int | None,
    patience: Patience,
) -> bool | None:
    from aqdrant_local.snapshots.fetching import check_sum, fetched, valid_sum

    body = operation.body
    wanted = valid_sum(body.checksum)

    def work() -> bool:
        with fetched(state, place, body.location, body.api_key, patience) as file:
            check_sum(file, wanted)
            _restore(state, operation.collection_name, shard, file, body.location, patience)
        return True

    return _unless_told(operation.wait, work)


def _restore(
    state: State, name: str, shard: int | None, file: Path, shown: str, patience: Patience
) -> None:
    from aqdrant_local.snapshots.restoring import recover_collection, recover_shard

    if shard is None:
        check_name(name)
        recover_collection(state, name, file, shown, patience)
    else:
        recover_shard(state, state.find(name), shard, file, shown, patience)


def _shard(state: State, operation: Any) -> Collection:
    """The collection, if it has this shard.

    Raises:
        NotFound: it has not.
    """
    collection = state.find(operation.collection_name)
    if operation.shard_id not in collection.shard_ids:
        raise NotFound(f"shard {operation.shard_id} not found")
    return collection


def _shard_place(state: State, operation: Any) -> str:
    return shard_place(_shard(state, operation).name, operation.shard_id)
