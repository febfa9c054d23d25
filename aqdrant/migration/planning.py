"""What a migration has to make, and what stands against it, known before anything is written.

Called by `aqdrant._async.migration`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec

from aqdrant import models
from aqdrant.exceptions import AqdrantError, ArgumentError

if TYPE_CHECKING:
    from aqdrant._async.client import AsyncQdrantClient

__all__ = ["MigrationResult", "Plan", "make_collections", "make_plans"]


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
    keys: dict[models.ShardKey, int] = {}
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
        ArgumentError: the target has one already.
        UnsupportedOperation: the source cannot tell its shard keys.
    """
    if names is None:
        names = sorted(one.name for one in (await source.get_collections()).collections)
    present = {one.name for one in (await target.get_collections()).collections}
    plans: list[Plan] = []
    for name in names:
        info = await source.get_collection(name)
        plan = Plan(name=name, info=info, is_there=name in present)
        if info.config.params.sharding_method == models.ShardingMethod.CUSTOM:
            plan.keys = await _shard_keys(source, name)
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
            await _check_same_vectors(target, plan)
    if with_aliases:
        await _plan_aliases(source, target, plans, present)
    return plans


async def make_collections(target: AsyncQdrantClient, plans: list[Plan], *, resume: bool) -> None:
    """Make the collections and their indexes, still without points.

    What the target refuses it refuses before a collection of its own is touched: those that are to
    be replaced are made under another name first.
    """
    made: list[str] = []
    try:
        for plan in plans:
            if plan.is_there and resume:
                await _make_keys(target, plan)
                continue
            name = f"{plan.name}-{uuid4().hex[:8]}" if plan.is_there else plan.name
            await target.create_collection(name, **plan.creation())
            made.append(name)
            await _make_parts(target, name, plan)
    except AqdrantError as error:
        for name in made:
            await target.delete_collection(name)
        error.add_note("The target refused a collection of the migration; nothing was changed.")
        raise
    for plan in plans:
        if plan.is_there and not resume:
            trial = next(name for name in made if name.startswith(f"{plan.name}-"))
            await target.delete_collection(trial)
            await target.delete_collection(plan.name)
            await target.create_collection(plan.name, **plan.creation())
            await _make_parts(target, plan.name, plan)


async def _shard_keys(source: AsyncQdrantClient, name: str) -> dict[models.ShardKey, int]:
    listed = (await source.list_shard_keys(name)).shard_keys or []
    info = await source.collection_cluster_info(name)
    shards = {one.shard_id: one.shard_key for one in info.local_shards}
    shards |= {one.shard_id: one.shard_key for one in info.remote_shards}
    counts = Counter(shards.values())
    return {one.key: counts[one.key] or 1 for one in listed}


async def _make_keys(target: AsyncQdrantClient, plan: Plan) -> None:
    """Make the shard keys that a collection lacks."""
    if plan.keys:
        there = await _shard_keys(target, plan.name)
        for key, shards in plan.keys.items():
            if key not in there:
                await target.create_shard_key(plan.name, key, shards_number=shards)


async def _make_parts(target: AsyncQdrantClient, name: str, plan: Plan) -> None:
    """Make the shard keys and the indexes: these cannot be made where there are no shards."""
    for key, shards in plan.keys.items():
        await target.create_shard_key(name, key, shards_number=shards)
    for field, index in plan.info.payload_schema.items():
        schema: Any = index.data_type if index.params is None else index.params
        await target.create_payload_index(name, field, schema)


async def _check_same_vectors(target: AsyncQdrantClient, plan: Plan) -> None:
    if not plan.is_there:
        return
    theirs = (await target.get_collection(plan.name)).config.params
    ours = plan.info.config.params
    same = theirs.vectors == ours.vectors and (theirs.sparse_vectors or {}) == (
        ours.sparse_vectors or {}
    )
    same = same and theirs.sharding_method == ours.sharding_method
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
    for plan in plans:
        found = await source.get_collection_aliases(plan.name)
        plan.aliases = [one.alias_name for one in found.aliases]
        for alias in plan.aliases:
            if theirs.get(alias, plan.name) != plan.name or alias in present:
                raise ArgumentError(
                    f"the target has {alias!r} already, which is an alias of {plan.name!r} here.",
                    parameter="with_aliases",
                )


def _plain(model: models.Model | None) -> Mapping[str, Any] | None:
    return None if model is None else model.model_dump(exclude_none=True)
