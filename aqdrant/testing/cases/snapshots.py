"""Snapshots: taken, listed, carried, brought back."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator

from aqdrant import models
from aqdrant import operations as ops
from aqdrant.exceptions import NotFound, StatusError
from aqdrant.testing.cases.data import DOT, point
from aqdrant.testing.kit import Cases, Lab, raises

__all__ = ["case"]

case = Cases("snapshots")

POINTS = [point(1, 1, 0), point(2, 0, 1), point(3, 1, 1)]


async def taken(lab: Lab) -> tuple[str, models.SnapshotDescription]:
    name = await lab.collection(DOT, POINTS)
    made = await lab.client.create_snapshot(name)
    assert made is not None
    return name, made


@case()
async def are_listed_until_they_are_deleted(lab: Lab) -> None:
    name, made = await taken(lab)
    assert made.size > 0
    assert made.name.endswith(".snapshot")
    assert [one.name for one in await lab.client.list_snapshots(name)] == [made.name]
    assert await lab.client.delete_snapshot(name, made.name) is True
    assert await lab.client.list_snapshots(name) == []
    with raises(NotFound):
        await lab.client.delete_snapshot(name, made.name)


@case()
async def of_nothing_are_refused(lab: Lab) -> None:
    missing = lab.name()
    with raises(NotFound):
        await lab.client.create_snapshot(missing)
    with raises(NotFound):
        await lab.client.list_snapshots(missing)
    with raises(NotFound):
        await lab.client.delete_snapshot(missing, "x")


@case()
async def of_everything_are_listed_until_they_are_deleted(lab: Lab) -> None:
    await lab.collection(DOT, POINTS)
    made = await lab.client.create_full_snapshot()
    assert made is not None
    listed = [one.name for one in await lab.client.list_full_snapshots()]
    assert made.name in listed
    assert await lab.client.delete_full_snapshot(made.name) is True
    listed = [one.name for one in await lab.client.list_full_snapshots()]
    assert made.name not in listed
    with raises(NotFound):
        await lab.client.delete_full_snapshot(made.name)


@case("streams")
async def go_out_and_come_back(lab: Lab) -> None:
    name, made = await taken(lab)
    async with lab.client.stream_snapshot(name, made.name) as stream:
        content = b"".join([piece async for piece in stream])
    assert len(content) == made.size
    assert hashlib.sha256(content).hexdigest() == made.checksum
    await lab.client.delete(name, [1, 2])
    assert await lab.client.upload_snapshot(name, content, checksum=made.checksum) is True
    assert await lab.ids(name) == [1, 2, 3]
    new = lab.name()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 5000):
            yield content[start : start + 5000]

    assert await lab.client.upload_snapshot(new, pieces(), priority="snapshot") is True
    assert await lab.ids(new) == [1, 2, 3]
    assert await lab.point(new, 1) == await lab.point(name, 1)


@case("streams")
async def that_are_none_change_nothing(lab: Lab) -> None:
    name, made = await taken(lab)
    with raises(StatusError):
        await lab.client.upload_snapshot(name, b"this is no snapshot")
    with raises(StatusError):
        await lab.client.upload_snapshot(name, b"x", checksum="0" * 64)
    with raises(NotFound):
        async with lab.client.stream_snapshot(name, "none.snapshot") as stream:
            assert [piece async for piece in stream] == []
    assert await lab.ids(name) == [1, 2, 3]
    assert [one.name for one in await lab.client.list_snapshots(name)] == [made.name]


@case("streams")
async def of_a_shard_go_out_and_come_back(lab: Lab) -> None:
    name = await lab.collection(DOT, POINTS)
    made = await lab.client.create_shard_snapshot(name, 0)
    assert made is not None
    assert [one.name for one in await lab.client.list_shard_snapshots(name, 0)] == [made.name]
    async with lab.client.stream_snapshot(name, shard_id=0) as stream:
        content = b"".join([piece async for piece in stream])
    await lab.client.delete(name, [1])
    await lab.client.upload_snapshot(name, content, shard_id=0)
    assert await lab.ids(name) == [1, 2, 3]
    await lab.client.delete(name, [2])
    assert await lab.client.recover_shard_snapshot(name, 0, made.name) is True
    assert await lab.ids(name) == [1, 2, 3]
    assert await lab.client.delete_shard_snapshot(name, 0, made.name) is True
    with raises(NotFound):
        await lab.client.create_shard_snapshot(name, 9)


@case("streams", "transport")
async def are_accepted_from_who_does_not_wait(lab: Lab) -> None:
    name = await lab.collection(DOT, POINTS)
    assert await lab.execute(ops.CreateSnapshot(name, wait=False)) is None
    assert await lab.execute(ops.DeleteSnapshot(name, "none.snapshot", wait=False)) is None
