"""Updates with a mode or a filter: which points a write spares."""

from __future__ import annotations

from typing import Any

from aqdrant import models
from aqdrant.testing.cases.data import DOT, point
from aqdrant.testing.cases.rows import is_in, match
from aqdrant.testing.kit import Cases, Lab

__all__ = ["case"]

case = Cases("updates")

_SIX = models.Filter.model_validate({"must": is_in("v", gte=6)})


async def _two(lab: Lab) -> str:
    return await lab.collection(DOT, [point(1, 1, 0, v=7), point(2, 1, 0, v=5)])


async def _stored(lab: Lab, name: str) -> dict[Any, tuple[Any, Any]]:
    """Id → the value that tells who wrote the point, and its vector."""
    records, _ = await lab.client.scroll(name, with_vectors=True)
    return {record.id: ((record.payload or {}).get("v"), record.vector) for record in records}


_OLD = {1: (7, [1.0, 0.0]), 2: (5, [1.0, 0.0])}


@case()
async def insert_only_spares_points_that_exist(lab: Lab) -> None:
    name = await _two(lab)
    both = [point(1, 0, 1), point(3, 0, 1)]
    await lab.client.upsert(name, both, update_mode=models.UpdateMode.INSERT_ONLY)
    assert await _stored(lab, name) == {**_OLD, 3: (None, [0.0, 1.0])}


@case()
async def update_only_spares_points_that_are_new(lab: Lab) -> None:
    name = await _two(lab)
    both = [point(1, 0, 1), point(3, 0, 1)]
    await lab.client.upsert(name, both, update_mode=models.UpdateMode.UPDATE_ONLY)
    assert await _stored(lab, name) == {**_OLD, 1: (None, [0.0, 1.0])}


@case()
async def of_either_mode_spare_none(lab: Lab) -> None:
    name = await _two(lab)
    both = [point(1, 0, 1), point(3, 0, 1)]
    await lab.client.upsert(name, both, update_mode=models.UpdateMode.UPSERT)
    new = (None, [0.0, 1.0])
    assert await _stored(lab, name) == {**_OLD, 1: new, 3: new}


@case()
async def filters_judge_points_that_exist(lab: Lab) -> None:
    name = await _two(lab)
    points = [point(n, 0, 1, v=10 * n) for n in (1, 2, 3)]
    await lab.client.upsert(name, points, update_filter=_SIX)
    assert await _stored(lab, name) == {
        1: (10, [0.0, 1.0]),
        2: _OLD[2],
        3: (30, [0.0, 1.0]),
    }


@case()
async def filters_join_with_modes(lab: Lab) -> None:
    for mode, written in (("update_only", {1}), ("insert_only", {3})):
        name = await _two(lab)
        batch = {"ids": [1, 2, 3], "vectors": [[0, 1]] * 3}
        chosen: Any = models.UpdateMode(mode)
        await lab.client.upsert(name, batch, update_filter=_SIX, update_mode=chosen)
        new = dict.fromkeys(written, (None, [0.0, 1.0]))
        assert await _stored(lab, name) == {**_OLD, **new}, mode


@case()
async def filters_spare_vectors(lab: Lab) -> None:
    name = await _two(lab)
    changed = [models.PointVectors(id=n, vector=[0.0, 1.0]) for n in (1, 2)]
    await lab.client.update_vectors(name, changed, update_filter=_SIX)
    assert await _stored(lab, name) == {1: (7, [0.0, 1.0]), 2: _OLD[2]}


@case()
async def filters_see_what_the_batch_wrote_before(lab: Lab) -> None:
    name = await _two(lab)
    five = models.Filter.model_validate({"must": match("v", value=5)})
    vectors = [models.PointVectors(id=n, vector=[0.0, 1.0]) for n in (1, 2)]
    spared = models.PointsList(points=[point(1, 1, 1), point(3, 1, 1, v=5)])
    spared.update_mode = models.UpdateMode.INSERT_ONLY
    await lab.client.batch_update_points(
        name,
        [
            models.SetPayloadOperation(set_payload=models.SetPayload(payload={"v": 5}, points=[1])),
            models.SetPayloadOperation(set_payload=models.SetPayload(payload={"v": 6}, points=[2])),
            models.UpdateVectorsOperation(
                update_vectors=models.UpdateVectors(points=vectors, update_filter=five)
            ),
            models.UpsertOperation(upsert=spared),
        ],
    )
    assert await _stored(lab, name) == {
        1: (5, [0.0, 1.0]),
        2: (6, [1.0, 0.0]),
        3: (5, [1.0, 1.0]),
    }
