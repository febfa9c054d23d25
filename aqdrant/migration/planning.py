"""What a migration has to make, and what stands against it, known before anything is written.

Called by `aqdrant._async.migration`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import anyio
import msgspec

from aqdrant import models
from aqdrant.exceptions import AqdrantError, ArgumentError

if TYPE_CHECKING:
    from aqdrant._async.client import AsyncQdrantClient

__all__ = ["MigrationResult", "Plan", "make_collections", "make_plans"]

_CLEANING: Final = 10.0
"""Seconds in which what was made has to be gone again."""


class MigrationResult(msgspec.Struct, kw_only=True):
    """What has been carried of one collection."""

    collection: str
    points: int = 0
    """Points that were written."""
    skipped: int = 0
    """Points that were there already, where a migration was resumed."""
    total: int | None = None
    """Points of the source when it began."""
    bytes: int = 0
    seconds: float = 0.0
    indexes: list[str] = []
    aliases: list[str] = []
    is_verified: bool = False
    is_finished: bool = False


class Plan(msgspec.Struct, kw_only=True):
    """One collection to carry."""

    name: str
    info: models.CollectionInfo
    is_there: bool
    """The target has a collection of this name."""
    aliases: list[str] = []
    shard_keys: dict[models.ShardKey, int] = {}
    """How many shards each key has, where the collection has custom sharding."""

    def creation(self) -> dict[str, Any]:
        """The arguments of `create_collection` for a copy."""
        config, params = self.info.config, self.info.config.params
        return {
            "vectors_config": params.vectors,
            "sparse_vectors_config": params.sparse_vectors,
            "shard_number": params.shard_number,
            "sharding_method": params.sharding_method,
            "replication_factor": params.replication_factor,
            "write_consistency_factor": params.write_consistency_factor,
            "on_disk_payload": params.on_disk_payload,
            "payload": params.payload,
            "id_tracker": params.id_tracker,
            "hnsw_config": _plain(config.hnsw_config),
            "optimizers_config": _plain(config.optimizer_config),
            "wal_config": _plain(config.wal_config),
            "quantization_config": config.quantization_config,
            "strict_mode_config": _plain(config.strict_mode_config),
            "metadata": config.metadata,
        }


async def make_plans(
    source: AsyncQdrantClient,
    target: AsyncQdrantClient,
    names: list[str] | None,
    *,
    recreate: bool,
    resume: bool,
    with_aliases: bool,
) -> list[Plan]:
    """Look at both sides.

    Raises:
        NotFound: the source has no collection of one of the names.
        ArgumentError: the target has one already; what is wanted contradicts itself.
    """
    if recreate and resume:
        raise ArgumentError(
            "resume goes on with the collections that recreate_on_collision replaces.",
            parameter="resume",
            fix="Pass one of the two.",
        )
    if names is None:
        names = sorted(one.name for one in (await source.get_collections()).collections)
    present = {one.name for one in (await target.get_collections()).collections}
    plans: list[Plan] = []
    for name in dict.fromkeys(names):
        info = await source.get_collection(name)
        plan = Plan(name=name, info=info, is_there=name in present)
        if info.config.params.sharding_method == models.ShardingMethod.CUSTOM:
            plan.shard_keys = await _shard_keys(source, name)
        plans.append(plan)
    collisions = [plan.name for plan in plans if plan.is_there]
    if collisions and not (recreate or resume):
        raise ArgumentError(
            f"the target has {', '.join(map(repr, collisions))} already.",
            parameter="collection_names",
            fix="recreate_on_collision=True replaces them, resume=True goes on with them.",
        )
    if resume:
        for plan in plans:
            await _check_same(target, plan)
    if with_aliases:
        await _plan_aliases(source, target, plans, present)
    return plans


async def make_collections(target: AsyncQdrantClient, plans: list[Plan], *, resume: bool) -> None:
    """Make the collections and their indexes, still without points.

    What the target refuses it refuses before a collection of its own is touched: those that are to
    be replaced are made under another name first, and that is gone before any is replaced.
    """
    made: list[str] = []
    try:
        for plan in plans:
            if plan.is_there and resume:
                continue
            name = f"{plan.name}-{uuid4().hex[:8]}" if plan.is_there else plan.name
            made.append(name)
            await _make(target, name, plan)
            if plan.is_there:
                await target.delete_collection(name)
                made.remove(name)
    except BaseException as error:
        with anyio.move_on_after(_CLEANING, shield=True):
            for name in made:
                with suppress(AqdrantError):
                    await target.delete_collection(name)
        if isinstance(error, AqdrantError):
            error.add_note("The target refused a collection of the migration; nothing was changed.")
        raise
    for plan in plans:
        if plan.is_there and resume:
            # What stopped the migration may have stopped it before this was done.
            await _complete(target, plan)
        elif plan.is_there:
            await target.delete_collection(plan.name)
            await _make(target, plan.name, plan)


async def _make(target: AsyncQdrantClient, name: str, plan: Plan) -> None:
    await target.create_collection(name, **plan.creation())
    await _add(target, name, plan.shard_keys, plan.info.payload_schema)


async def _complete(target: AsyncQdrantClient, plan: Plan) -> None:
    there = (await target.get_collection(plan.name)).payload_schema
    schema = {key: one for key, one in plan.info.payload_schema.items() if key not in there}
    present = await _shard_keys(target, plan.name) if plan.shard_keys else {}
    keys = {key: shards for key, shards in plan.shard_keys.items() if key not in present}
    await _add(target, plan.name, keys, schema)


async def _shard_keys(client: AsyncQdrantClient, name: str) -> dict[models.ShardKey, int]:
    listed = (await client.list_shard_keys(name)).shard_keys or []
    info = await client.collection_cluster_info(name)
    shards = {one.shard_id: one.shard_key for one in info.local_shards}
    shards |= {one.shard_id: one.shard_key for one in info.remote_shards}
    counts = Counter(shards.values())
    return {one.key: counts[one.key] or 1 for one in listed}


async def _add(
    target: AsyncQdrantClient,
    name: str,
    shard_keys: Mapping[models.ShardKey, int],
    schema: Mapping[str, models.PayloadIndexInfo],
) -> None:
    # Keys first: no index can be made where there are no shards.
    for key, shards in shard_keys.items():
        await target.create_shard_key(name, key, shards_number=shards)
    for field, index in schema.items():
        kind: Any = index.data_type if index.params is None else index.params
        await target.create_payload_index(name, field, kind)


async def _check_same(target: AsyncQdrantClient, plan: Plan) -> None:
    if not plan.is_there:
        return
    theirs = (await target.get_collection(plan.name)).config.params
    ours = plan.info.config.params
    same = theirs.vectors == ours.vectors and (theirs.sparse_vectors or {}) == (
        ours.sparse_vectors or {}
    )
    custom = models.ShardingMethod.CUSTOM
    same = same and (theirs.sharding_method == custom) == (ours.sharding_method == custom)
    if not same:
        raise ArgumentError(
            f"collection {plan.name!r} of the target has other vectors, or another sharding, than"
            " its source.",
            parameter="resume",
        )


async def _plan_aliases(
    source: AsyncQdrantClient, target: AsyncQdrantClient, plans: list[Plan], present: set[str]
) -> None:
    theirs = {one.alias_name: one.collection_name for one in (await target.get_aliases()).aliases}
    taken = present | {plan.name for plan in plans}
    for plan in plans:
        found = await source.get_collection_aliases(plan.name)
        plan.aliases = [one.alias_name for one in found.aliases]
        for alias in plan.aliases:
            if theirs.get(alias, plan.name) != plan.name or alias in taken:
                raise ArgumentError(
                    f"the target has, or gets, another {alias!r} than the alias of {plan.name!r}"
                    " here.",
                    parameter="with_aliases",
                )


def _plain(model: models.Model | None) -> Mapping[str, Any] | None:
    return None if model is None else model.model_dump(exclude_none=True)
