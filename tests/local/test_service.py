"""What the engine tells of itself: telemetry, metrics, quotas; and limits by them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aqdrant import AsyncQdrantClient, models
from aqdrant.exceptions import ArgumentError, InsufficientStorage
from aqdrant_local.limits import quotas

DOT = models.VectorParams(size=2, distance=models.Distance.DOT)
POINT = models.PointStruct(id=1, vector={"": [1.0, 1.0]}, payload={"n": 1})


async def prepared(folder: Path | None = None) -> AsyncQdrantClient:
    client = (
        AsyncQdrantClient(":memory:") if folder is None else AsyncQdrantClient(path=str(folder))
    )
    await client.create_collection("ab", DOT, {'wo"rds': {}})
    return client


async def test_telemetry_tells_more_the_more_is_asked() -> None:
    client = await prepared()
    await client.upsert("ab", [POINT])
    await client.create_collection("keys", DOT, sharding_method="custom")
    await client.create_shard_key("keys", "k")
    told = [await client.telemetry(details_level=level) for level in range(4)]
    assert [one.collections.number_of_collections for one in told] == [2, 2, 2, 2]
    assert told[0].collections.collections is None
    assert told[0].app is not None
    assert told[0].app.version == "1.20.0"
    aggregated: Any = (told[1].collections.collections or [])[0]
    assert aggregated.vectors == 1
    described: Any = (told[2].collections.collections or [])[0]
    assert (described.id, described.shards) == ("ab", None)
    sharded: Any = told[3].collections.collections or []
    assert [(one.id, one.key) for one in sharded[1].shards] == [(1, "k")]
    assert sharded[0].shards[0].local.num_points == 1
    hidden: Any = (await client.telemetry(anonymize=True, details_level=2)).collections.collections
    assert all(one.id.isdecimal() for one in hidden)
    both = await client.cluster_telemetry()
    assert set(both.collections) == {"ab", "keys"}
    await client.aclose()


async def test_metrics_are_prometheus() -> None:
    client = await prepared()
    await client.upsert("ab", [POINT])
    text = await client.metrics()
    assert 'collection_points{id="ab"} 1\n' in text
    assert 'collection_vectors{collection="ab",vector="wo\\"rds"} 0\n' in text
    assert "# TYPE collections_total gauge\ncollections_total 1\n" in text
    assert '"ab"' not in await client.metrics(anonymize=True)
    await client.aclose()


async def test_optimizations_have_nothing_to_do() -> None:
    client = await prepared()
    told = await client.get_optimizations("ab")
    assert (told.running, told.queued, told.idle_segments) == ([], None, None)
    assert await client.get_issues() == {"issues": []}
    assert await client.clear_issues() is True
    await client.aclose()


@pytest.mark.parametrize("resource", ["disk", "memory"])
async def test_quotas_hold_growth_until_it_has_shrunk(
    resource: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await prepared(tmp_path)
    used = 50
    monkeypatch.setattr(quotas, f"{resource}_percent", lambda *_: used)
    name = "max_disk_usage_percent" if resource == "disk" else "max_resident_memory_percent"
    assert await client.update_quotas({"enabled": True, name: 60, "release_margin_percent": 20})
    status = await client.get_quotas()
    assert getattr(status.config, name) == 60
    await client.upsert("ab", [POINT])
    used = 60
    for _ in range(2):
        with pytest.raises(InsufficientStorage, match="exceeding the configured limit of 60%"):
            await client.upsert("ab", [POINT])
    upsert = models.UpsertOperation(upsert=models.PointsList(points=[POINT]))
    with pytest.raises(InsufficientStorage):
        await client.batch_update_points("ab", [upsert])
    used = 45  # below the limit, but not by the margin
    with pytest.raises(InsufficientStorage):
        await client.set_payload("ab", {"a": 1}, [1])
    await client.delete("ab", [1])  # what gives room is never held
    used = 39
    await client.upsert("ab", [POINT])
    await client.aclose()
    client = AsyncQdrantClient(path=str(tmp_path))  # they are kept with the folder
    assert (await client.get_quotas()).config == status.config
    await client.update_quotas({"enabled": False})
    used = 99
    await client.upsert("ab", [POINT])
    await client.aclose()


async def test_quotas_are_percentages() -> None:
    client = await prepared()
    for bad in ({"max_disk_usage_percent": 0}, {"max_resident_memory_percent": 101}):
        with pytest.raises(ArgumentError, match="from 1 to 100"):
            await client.update_quotas(bad)
    with pytest.raises(ArgumentError, match="from 0 to 100"):
        await client.update_quotas({"release_margin_percent": 101})
    await client.aclose()


async def test_strict_mode_limits_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    client = await prepared()
    monkeypatch.setattr(quotas, "memory_percent", lambda: 80)
    for limit, is_enabled in ((81, True), (80, False)):
        rules = {"enabled": is_enabled, "max_resident_memory_percent": limit}
        await client.update_collection("ab", strict_mode_config=rules)
        await client.upsert("ab", [POINT])
    await client.update_collection("ab", strict_mode_config={"enabled": True})
    with pytest.raises(InsufficientStorage, match="strict mode"):
        await client.upsert("ab", [POINT])
    await client.delete("ab", [1])
    await client.aclose()
