"""Shard keys: labels that points are written under and chosen by.

Called by the handlers. All points of a key lie in the first of its shards. In each key the same id
may be another point; of those that a read looks at together it sees the newest, but counts of
points and values take them all, as on a server.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from aqdrant import models
from aqdrant.exceptions import BadRequest, NotFound
from aqdrant.operations import Operation

from .engine.ids import MOST_SHARDS
from .engine.segment import Segment
from .refusals import bad_request, malformed
from .state import Collection, Placed, State

__all__ = [
    "PEER",
    "Shard",
    "chosen_shards",
    "cost_of_view",
    "create_key",
    "drop_key",
    "seen",
    "shards_of",
    "shown_key",
    "to_change",
]

PEER = 1
"""The id of the only peer."""

Key = int | str

_TOO_LARGE = 2**64
_ROW = 2e-8  # seconds
_UNORDERED_ROW = 2e-7


def chosen_shards(
    collection: Collection, selector: models.ShardKeySelector | None, *, to_write: bool = False
) -> Sequence[int]:
    """The shards that a selector names; all of them where a read has none.

    Raises:
        BadRequest: there is no such key, or a write names none.
        NotFound: neither a key nor the one in place of it is there.
    """
    known = collection.shards
    if selector is None:
        if to_write and collection.is_sharded:
            raise BadRequest(
                "Shard key not specified",
                parameter="shard_key",
                fix="Give shard_key_selector=: the collection has custom sharding.",
            )
        return [placed.first for placed in known.values()]
    if isinstance(selector, models.ShardKeyWithFallback):
        for key in (selector.target, selector.fallback):
            if key in known:
                return [known[key].first]
        raise NotFound(
            f"Neither target shard key {shown_key(selector.target)} nor fallback shard key "
            f"{shown_key(selector.fallback)} exist"
        )
    keys: list[Key] = [selector] if isinstance(selector, str | int) else list(selector)
    if not keys:
        raise BadRequest("Empty shard keys selection", parameter="shard_key")
    for key in keys:
        if key not in known:
            problem = f"Shard key {shown_key(key)} not found"
            raise (BadRequest if to_write else bad_request)(problem, parameter="shard_key")
    return list(dict.fromkeys(known[key].first for key in keys))


def seen(
    collection: Collection, selector: models.ShardKeySelector | None, *, newest: bool = True
) -> Collection:
    """The collection as far as a read sees it, inside its gate.

    Args:
        collection: the collection.
        selector: the shard keys that are asked for.
        newest: of points with the same id only the newest is seen; counts take them all.

    Raises:
        BadRequest: there is no such key.
        NotFound: neither a key nor the one in place of it is there.
    """
    if not collection.is_sharded:
        if selector is not None:
            chosen_shards(collection, selector)
        return collection
    view = copy.copy(collection)
    shards = chosen_shards(collection, selector)
    view.segment = collection.segment.of_shards(shards, newest=newest)
    view.segment.shard_keys = {placed.first: key for key, placed in collection.shards.items()}
    return view


def cost_of_view(state: State, operation: Operation[Any]) -> float:
    """Estimate the seconds until it is known which points of a collection an operation sees."""
    collection = state.peek(getattr(operation, "collection_name", ""))
    if collection is None or not collection.is_sharded:
        return 0.0
    ids = collection.segment.ids
    return collection.segment.size * (_ROW if ids.is_ordered else _UNORDERED_ROW)


def to_change(collection: Collection, selector: models.ShardKeySelector | None) -> list[Segment]:
    """What an update chooses its points from: the segment, or each shard that it names.

    Raises:
        BadRequest: there is no such key, or none is named where there have to be.
        NotFound: neither a key nor the one in place of it is there.
    """
    shards = chosen_shards(collection, selector, to_write=True)
    if not collection.is_sharded:
        return [collection.segment]
    return [collection.segment.of_shards([shard]) for shard in shards]


def shown_key(key: Key) -> str:
    """A key as the server writes it in errors."""
    return f'"{key}"' if isinstance(key, str) else str(key)


def create_key(collection: Collection, body: models.CreateShardingKey) -> None:
    """Begin a shard key, inside the gate.

    Raises:
        BadRequest: there is one already, the collection has no custom sharding, or a setting is
            wrong.
    """
    _must_be_custom(collection)
    key = body.shard_key
    if isinstance(key, int) and not 0 <= key < _TOO_LARGE:
        raise malformed(
            f"A shard key is a text, or a number from 0 to 2**64 - 1, not {key}.",
            parameter="shard_key",
        )
    for name in ("shards_number", "replication_factor"):
        if getattr(body, name) == 0:
            raise malformed(f"{name} must be 1 or more, not 0.", parameter=name)
    if body.shard_key in collection.shards:
        shown = shown_key(body.shard_key)
        problem = f"Sharding key {shown} already exists for collection {collection.name}"
        raise bad_request(problem, parameter="shard_key")
    for peer in body.placement or ():
        if peer != PEER:
            raise bad_request(f"Peer {peer} does not exist", parameter="placement")
    count = body.shards_number or collection.config.params.shard_number or 1
    first = 1 + max((placed.last for placed in collection.shards.values()), default=0)
    if first + count > MOST_SHARDS:
        raise bad_request(
            f"The collection would have more than {MOST_SHARDS} shards.", parameter="shards_number"
        )
    state = body.initial_state or models.ReplicaState.ACTIVE
    placed = Placed(first, count, state)
    collection.keep_shards({**collection.shards, body.shard_key: placed})


def drop_key(collection: Collection, key: Key) -> None:
    """Drop a shard key and all points under it, inside the gate.

    Raises:
        BadRequest: there is none, or the collection has no custom sharding.
    """
    _must_be_custom(collection)
    if key not in collection.shards:
        problem = f"Sharding key {shown_key(key)} does not exist for collection {collection.name}"
        raise bad_request(problem, parameter="shard_key")
    rows = collection.rows_of_shard(collection.shards[key].first)
    collection.segment.remove(rows)
    kept = {known: placed for known, placed in collection.shards.items() if known != key}
    collection.keep_shards(kept)


class Shard(NamedTuple):
    """One shard, as the cluster of one node tells of it."""

    number: int
    key: Key | None
    state: models.ReplicaState
    points: int


def shards_of(collection: Collection) -> list[Shard]:
    """The shards of a collection, inside its gate."""
    segment, active = collection.segment, models.ReplicaState.ACTIVE
    held = segment.ids.shards(segment.size)[segment.alive]
    counts: list[int] = np.bincount(
        held, minlength=1 + max(collection.shard_ids, default=0)
    ).tolist()
    if not collection.is_sharded:
        return [Shard(number, None, active, counts[number]) for number in collection.shard_ids]
    return [
        Shard(number, key, placed.state, counts[number])
        for key, placed in collection.shards.items()
        for number in placed.numbers
    ]


def _must_be_custom(collection: Collection) -> None:
    if not collection.is_sharded:
        problem = "Shard Key cannot be created with Auto sharding method"
        raise bad_request(problem, parameter="shard_key")
