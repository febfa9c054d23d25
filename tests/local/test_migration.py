"""Collections copied from one engine to another: what is carried, refused, resumed, verified."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import pytest
from anyio.lowlevel import checkpoint

from aqdrant import AsyncQdrantClient, QdrantClient, models
from aqdrant.exceptions import ArgumentError, MigrationFailed, NotFound, UnsupportedOperation
from aqdrant.middleware import ForwardingTransport
from aqdrant.migration import MigrationResult
from aqdrant.operations import (
    CreateCollection,
    CreateFieldIndex,
    UpsertPoints,
)
from aqdrant_local import LocalTransport

C = "texts"
COUNT = 250


@pytest.fixture
async def source(seed: int) -> AsyncIterator[AsyncQdrantClient]:
    random = np.random.default_rng(seed)
    async with AsyncQdrantClient(":memory:") as client:
        await client.create_collection(
            C,
            {"dense": {"size": 8, "distance": "Cosine"}},
            sparse_vectors_config={"words": {"modifier": "idf"}},
            metadata={"made": "by a test"},
        )
        await client.create_payload_index(C, "kind", "keyword")
        points: list[Any] = [
            {
                "id": n,
                "vector": {
                    "dense": random.normal(size=8),
                    "words": {"indices": [n, n + 7], "values": [1.0, 0.5]},
                },
                "payload": {"kind": f"k{n % 3}", "nested": {"list": [n, None]}},
            }
            for n in range(COUNT - 1)
        ]
        await client.upload_points(C, points)
        await client.upsert(C, [{"id": COUNT, "vector": {}}])  # a point without vectors
        yield client


async def content(client: AsyncQdrantClient) -> list[models.Record]:
    return [record async for record in client.scroll_all(C, with_vectors=True)]


@pytest.mark.parametrize("parallel", [1, 3])
async def test_everything_is_carried(source: AsyncQdrantClient, parallel: int) -> None:
    await source.update_collection_aliases(
        [{"create_alias": {"collection_name": C, "alias_name": "current"}}]
    )
    told: list[tuple[int, bool]] = []
    async with AsyncQdrantClient(":memory:") as target:
        (result,) = await source.migrate(
            target,
            batch_size=100,
            with_aliases=True,
            parallel=parallel,
            on_progress=lambda r: told.append((r.points, r.is_finished)),
        )
        assert isinstance(result, MigrationResult)
        assert (result.points, result.total, result.is_verified) == (COUNT, COUNT, True)
        assert (result.indexes, result.aliases) == (["kind"], ["current"])
        assert told[-1] == (COUNT, True)
        ours, theirs = await content(source), await content(target)
        assert [record.id for record in theirs] == [record.id for record in ours]
        assert [record.payload for record in theirs] == [record.payload for record in ours]
        for one, other in zip(ours[:-1], theirs[:-1], strict=True):
            vectors: tuple[Any, Any] = one.vector, other.vector
            assert vectors[0]["words"] == vectors[1]["words"]
            assert vectors[0]["dense"] == pytest.approx(vectors[1]["dense"], rel=1e-5)
        here, there = await source.get_collection(C), await target.get_collection(C)
        assert there.config.params == here.config.params
        assert there.config.metadata == {"made": "by a test"}
        assert there.payload_schema.keys() == here.payload_schema.keys()
        assert (await target.count("current")).count == COUNT


async def test_interrupted_migration_is_taken_up_where_it_was(
    source: AsyncQdrantClient,
) -> None:
    # An engine that a client is given takes batches as they are.
    async with AsyncQdrantClient(transport=LocalTransport()) as target:
        with anyio.CancelScope() as scope:

            def cancel(result: MigrationResult) -> None:
                if result.points >= 100:
                    scope.cancel()

            await source.migrate(target, batch_size=50, on_progress=cancel)
        assert scope.cancelled_caught
        carried = (await target.count(C)).count
        assert 100 <= carried < COUNT
        await target.delete_payload_index(C, "kind")
        (result,) = await source.migrate(target, batch_size=50, resume=True)
        assert (result.skipped, result.points) == (carried, COUNT - carried)
        assert result.is_verified
        assert (await target.get_collection(C)).payload_schema.keys() == {"kind"}


async def test_cancelled_while_collections_are_made_leaves_none(
    source: AsyncQdrantClient,
) -> None:
    transport = Choosy()
    async with AsyncQdrantClient(transport=transport) as target:
        with anyio.CancelScope() as scope:
            transport.on_index = scope.cancel
            await source.migrate(target)
        assert scope.cancelled_caught
        assert (await target.get_collections()).collections == []


async def test_collection_is_not_copied_onto_itself(
    source: AsyncQdrantClient, tmp_path: Path
) -> None:
    async with (
        AsyncQdrantClient(path=str(tmp_path)) as one,
        AsyncQdrantClient(path=str(tmp_path)) as other,
    ):
        for client, target in ((source, source), (one, other)):
            with pytest.raises(ArgumentError, match="same database"):
                await client.migrate(target, recreate_on_collision=True)
    assert (await source.count(C)).count == COUNT


async def test_collision_is_refused_or_replaced(source: AsyncQdrantClient) -> None:
    async with AsyncQdrantClient(":memory:") as target:
        await target.create_collection(C, models.VectorParams(size=1, distance=models.Distance.DOT))
        await target.upsert(C, [{"id": 1, "vector": [1.0]}])
        with pytest.raises(ArgumentError, match="the target has 'texts' already"):
            await source.migrate(target)
        assert (await target.count(C)).count == 1
        await source.migrate(target, [C], recreate_on_collision=True)
        assert (await target.count(C)).count == COUNT
        assert len((await target.get_collections()).collections) == 1


async def test_interrupted_replacement_leaves_nothing_under_another_name(
    source: AsyncQdrantClient,
) -> None:
    params = models.VectorParams(size=1, distance=models.Distance.DOT)
    transport = Choosy()
    async with AsyncQdrantClient(transport=transport) as target:
        for name in (C, "zebra"):
            await target.create_collection(name, params)
        await source.create_collection("zebra", params)
        made: list[str] = []
        with anyio.CancelScope() as scope:

            def cancel() -> None:
                made.append("index")
                if len(made) == 2:  # after that of the trial
                    scope.cancel()

            transport.on_index = cancel
            await source.migrate(target, recreate_on_collision=True)
        assert scope.cancelled_caught
        names = [one.name for one in (await target.get_collections()).collections]
        assert sorted(names) == [C, "zebra"]


async def test_strict_collection_is_carried_in_its_own_limits(source: AsyncQdrantClient) -> None:
    strict = models.StrictModeConfig(
        enabled=True, max_query_limit=20, upsert_max_batchsize=10, search_allow_exact=False
    )
    await source.update_collection(C, strict_mode_config=strict)
    transport = Choosy()
    async with AsyncQdrantClient(transport=transport) as target:
        (result,) = await source.migrate(target)
        assert (result.points, result.total, result.is_verified) == (COUNT, COUNT, True)
        assert max(transport.sizes) == 10


async def test_missing_collection_is_refused_before_anything_is_made(
    source: AsyncQdrantClient,
) -> None:
    async with AsyncQdrantClient(":memory:") as target:
        with pytest.raises(NotFound):
            await source.migrate(target, [C, "none"])
        with pytest.raises(ArgumentError, match="one of the two"):
            await source.migrate(target, recreate_on_collision=True, resume=True)
        await source.update_collection_aliases(
            [{"create_alias": {"collection_name": C, "alias_name": "current"}}]
        )
        with pytest.raises(ArgumentError, match="another 'current'"):
            await source.migrate(target, ["current", C], with_aliases=True)
        assert (await target.get_collections()).collections == []
        assert [one.collection for one in await source.migrate(target, [C, C])] == [C]


class Choosy(ForwardingTransport):
    """An engine that refuses some creations, or loses some points."""

    on_index: Callable[[], object] | None = None

    def __init__(self, refused: str = "", lost: bool = False) -> None:
        super().__init__(LocalTransport())
        self._refused = refused
        self._lost = lost
        self.sizes: list[int] = []
        """Points of each upsert."""

    async def execute(self, operation: Any, *options: Any) -> Any:
        if isinstance(operation, CreateCollection) and operation.collection_name == self._refused:
            raise UnsupportedOperation("not here.")
        if isinstance(operation, CreateFieldIndex) and self.on_index is not None:
            self.on_index()
            await checkpoint()
        if isinstance(operation, UpsertPoints):
            body: Any = operation.body
            self.sizes.append(len(body.points))
            rest = models.PointsList(points=body.points[1:]) if self._lost else body
            return await self.inner.execute(UpsertPoints(operation.collection_name, rest), *options)
        given: Any = operation
        return await self.inner.execute(given, *options)

    def try_execute(self, *_: Any) -> Any:
        return NotImplemented


async def test_what_the_target_refuses_leaves_it_as_it_was(source: AsyncQdrantClient) -> None:
    await source.create_collection(
        "zebra", models.VectorParams(size=1, distance=models.Distance.DOT)
    )
    async with AsyncQdrantClient(transport=Choosy(refused="zebra")) as target:
        with pytest.raises(UnsupportedOperation) as caught:
            await source.migrate(target)
        assert "nothing was changed" in caught.value.__notes__[0]
        assert (await target.get_collections()).collections == []


async def test_lost_points_are_noticed_and_carried_by_a_resumption(
    source: AsyncQdrantClient,
) -> None:
    transport = Choosy(lost=True)
    async with AsyncQdrantClient(transport=transport) as target:
        with pytest.raises(MigrationFailed, match=f"the source has {COUNT} points"):
            await source.migrate(target)
        missing = COUNT - (await target.count(C)).count
        assert missing > 0
        transport._lost = False
        (result,) = await source.migrate(target, resume=True)
        assert (result.points, result.skipped) == (missing, COUNT - missing)
        assert result.is_verified


async def test_changed_content_is_noticed(source: AsyncQdrantClient) -> None:
    async with AsyncQdrantClient(":memory:") as target:
        await source.migrate(target)
        await target.set_payload(C, {"kind": "other"}, list(range(COUNT - 1)))
        with pytest.raises(MigrationFailed, match="is not what it is in the source"):
            await source.migrate(target, resume=True)
        await target.upsert(C, [{"id": 10**6, "vector": {}}])
        with pytest.raises(MigrationFailed, match="points of its own"):
            await source.migrate(target, resume=True)


async def test_resumption_wants_the_same_vectors(source: AsyncQdrantClient) -> None:
    async with AsyncQdrantClient(":memory:") as target:
        await target.create_collection(C, models.VectorParams(size=1, distance=models.Distance.DOT))
        with pytest.raises(ArgumentError, match="other vectors"):
            await source.migrate(target, resume=True)


async def test_target_is_a_client_of_the_same_kind(source: AsyncQdrantClient) -> None:
    with pytest.raises(ArgumentError, match="wanted a client"):
        await source.migrate(5)
    with QdrantClient(":memory:") as target, pytest.raises(ArgumentError, match="a sync client"):
        await source.migrate(target)


def test_sync_clients_migrate_into_a_folder(tmp_path: Path) -> None:
    with QdrantClient(":memory:") as source, QdrantClient(path=str(tmp_path)) as target:
        source.create_collection(C, models.VectorParams(size=2, distance=models.Distance.DOT))
        source.upload_collection(C, np.ones((500, 2), "f4"), ids=range(500))
        (result,) = source.migrate(target)
        assert result.points == 500
    with QdrantClient(path=str(tmp_path)) as again:
        assert again.count(C).count == 500


async def test_shard_keys_are_carried() -> None:
    async with AsyncQdrantClient(":memory:") as source, AsyncQdrantClient(":memory:") as target:
        size = models.VectorParams(size=1, distance=models.Distance.DOT)
        await source.create_collection(C, size, sharding_method="custom")
        await source.create_payload_index(C, "n", "integer")
        for key, count in (("a", 30), (7, 20), ("7", 0)):
            await source.create_shard_key(C, key, shards_number=2)
            points = [{"id": n, "vector": [n], "payload": {"key": key}} for n in range(count)]
            await source.upload_points(C, points, shard_key_selector=key)
        (result,) = await source.migrate(target, batch_size=7)
        assert (result.points, result.total, result.is_verified) == (50, 50, True)
        await compare_keys(source, target)
        # Resumed, it carries what is missing, keys too.
        await target.delete_shard_key(C, "7")
        await target.delete(C, [3, 4], shard_key_selector=7)
        (result,) = await source.migrate(target, resume=True)
        assert (result.points, result.skipped) == (2, 48)
        await compare_keys(source, target)


async def compare_keys(source: AsyncQdrantClient, target: AsyncQdrantClient) -> None:
    for key in ("a", 7, "7"):
        here = await source.scroll(C, limit=99, with_vectors=True, shard_key_selector=key)
        assert await target.scroll(C, limit=99, with_vectors=True, shard_key_selector=key) == here
    shards = (await target.collection_cluster_info(C)).local_shards
    assert [shard.shard_key for shard in shards].count("a") == 2
    assert (await target.get_collection(C)).payload_schema["n"].data_type == "integer"
