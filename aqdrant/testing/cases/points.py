"""Write, read, delete, scroll and count points."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import uuid4

from aqdrant import models, operations
from aqdrant.exceptions import BadRequest, NotFound
from aqdrant.testing.cases.data import CITIES, COSINE, DOT, UUID_TEXT, close, numbers, point
from aqdrant.testing.kit import Cases, Lab, raises

__all__ = ["case"]

case = Cases("points")

LARGEST_ID = 2**64 - 1


@case()
async def upsert_inserts(lab: Lab) -> None:
    name = await lab.collection(DOT)
    result = await lab.client.upsert(name, [point(7, 0.25, -2, a=1)])
    assert isinstance(result, models.UpdateResult)
    assert result.status == models.UpdateStatus.COMPLETED
    record = await lab.point(name, 7)
    assert record.id == 7
    assert record.payload == {"a": 1}
    assert record.vector == [0.25, -2.0]


@case()
async def upsert_replaces_the_whole_point(lab: Lab) -> None:
    name = await lab.collection(DOT, [point(1, 1, 0, a=1, b=2)])
    await lab.client.upsert(name, [point(1, 0, 1, c=3)])
    record = await lab.point(name, 1)
    assert record.payload == {"c": 3}
    assert record.vector == [0.0, 1.0]
    assert (await lab.client.count(name)).count == 1


@case()
async def upsert_of_no_points_changes_nothing(lab: Lab) -> None:
    name = await lab.collection(DOT, [point(1, 1, 0)])
    with suppress(BadRequest):  # A server may refuse it.
        await lab.client.upsert(name, [])
    assert await lab.ids(name) == [1]


@case()
async def the_last_of_equal_ids_stays(lab: Lab) -> None:
    name = await lab.collection(DOT, [point(1, 1, 0, n=1), point(1, 0, 1, n=2)])
    record = await lab.point(name, 1)
    assert record.payload == {"n": 2}
    assert record.vector == [0.0, 1.0]


@case()
async def cosine_vectors_come_back_with_length_one(lab: Lab) -> None:
    name = await lab.collection(COSINE, [point(1, 3, 4)])
    assert close(numbers((await lab.point(name, 1)).vector), [0.6, 0.8])


@case()
async def ids_are_numbers_and_uuids(lab: Lab) -> None:
    ids: list[int | str] = [0, LARGEST_ID, UUID_TEXT]
    name = await lab.collection(DOT, [point(one, 1, 0) for one in ids])
    assert await lab.ids(name) == ids
    records = await lab.client.retrieve(name, ids)
    assert sorted(map(str, (record.id for record in records))) == sorted(map(str, ids))


@case()
async def uuids_come_back_in_one_form(lab: Lab) -> None:
    name = await lab.collection(DOT)
    for written in (UUID_TEXT.upper(), UUID_TEXT.replace("-", ""), f"urn:uuid:{UUID_TEXT}"):
        await lab.client.upsert(name, [point(written, 1, 0)])
        assert await lab.ids(name) == [UUID_TEXT]


@case()
async def retrieve_leaves_out_what_is_missing(lab: Lab) -> None:
    name = await lab.collection(DOT, [point(1, 1, 0), point(2, 0, 1)])
    records = await lab.client.retrieve(name, [2, 99, str(uuid4())])
    assert [record.id for record in records] == [2]
    assert await lab.client.retrieve(name, []) == []


@case()
async def retrieve_gives_what_is_asked_for(lab: Lab) -> None:
    name = await lab.collection(DOT, [point(1, 1, 0, a=1, b={"c": 2, "d": 3})])

    async def payload(with_payload: Any) -> Any:
        (record,) = await lab.client.retrieve(name, [1], with_payload=with_payload)
        assert record.vector is None
        return record.payload

    assert await payload(True) == {"a": 1, "b": {"c": 2, "d": 3}}
    assert not await payload(False)
    assert await payload(["a"]) == {"a": 1}
    assert await payload(["b.c"]) == {"b": {"c": 2}}
    assert await payload(models.PayloadSelectorInclude(include=["b"])) == {"b": {"c": 2, "d": 3}}
    assert await payload(models.PayloadSelectorExclude(exclude=["a", "b.d"])) == {"b": {"c": 2}}


@case()
async def one_point_is_read_whole(lab: Lab) -> None:
    name = await lab.collection(DOT, [point(1, 1, 0, a=1)])
    record = await lab.client.get_point(name, 1)
    assert (record.id, record.payload, record.vector) == (1, {"a": 1}, [1.0, 0.0])
    with raises(NotFound) as caught:
        await lab.client.get_point(name, 2)
    assert caught.error.status_code == 404


@case()
async def delete_by_id(lab: Lab) -> None:
    name = await lab.collection(DOT, CITIES)
    result = await lab.client.delete(name, [1, 99, UUID_TEXT])
    assert result.status == models.UpdateStatus.COMPLETED
    assert await lab.ids(name) == [2, 3, 4, 5]


@case()
async def delete_by_filter(lab: Lab) -> None:
    name = await lab.collection(DOT, CITIES)
    berlin = models.FieldCondition(key="city", match=models.MatchValue(value="Berlin"))
    await lab.client.delete(name, models.Filter(must=[berlin]))
    assert await lab.ids(name) == [2, 4, 5, UUID_TEXT]


@case()
async def deleted_points_come_back_empty(lab: Lab) -> None:
    name = await lab.collection(DOT, [point(1, 1, 0, a=1)])
    await lab.client.delete(name, [1])
    await lab.client.upsert(name, [point(1, 0, 1)])
    record = await lab.point(name, 1)
    assert not record.payload
    assert record.vector == [0.0, 1.0]


@case()
async def scroll_goes_through_all_points_by_pages(lab: Lab) -> None:
    ids = [*range(1, 8), UUID_TEXT]
    name = await lab.collection(DOT, [point(one, 1, 0) for one in reversed(ids)])
    seen: list[int | str] = []
    offset: int | str | None = None
    sizes: list[int] = []
    while True:
        page, offset = await lab.client.scroll(name, limit=3, offset=offset)
        seen += [record.id for record in page]
        sizes.append(len(page))
        if offset is None:
            break
        assert offset == ids[len(seen)]
    assert seen == ids
    assert sizes == [3, 3, 2]


@case()
async def scroll_ends_with_the_last_full_page(lab: Lab) -> None:
    name = await lab.collection(DOT, [point(1, 1, 0), point(2, 1, 0)])
    page, rest = await lab.client.scroll(name, limit=2)
    assert [record.id for record in page] == [1, 2]
    assert rest is None


@case()
async def scroll_filters(lab: Lab) -> None:
    name = await lab.collection(DOT, CITIES)
    berlin = models.FieldCondition(key="city", match=models.MatchValue(value="Berlin"))
    page, rest = await lab.client.scroll(name, models.Filter(must=[berlin]), limit=1)
    assert [record.id for record in page] == [1]
    page, rest = await lab.client.scroll(
        name, models.Filter(must=[berlin]), limit=1, offset=rest, with_vectors=True
    )
    assert [record.id for record in page] == [3]
    assert page[0].vector == [0.0, 1.0]
    assert rest is None


@case()
async def scroll_begins_at_the_next_point(lab: Lab) -> None:
    name = await lab.collection(DOT, [point(one, 1, 0) for one in (1, 5, UUID_TEXT)])
    for offset, ids in ((0, [1, 5, UUID_TEXT]), (2, [5, UUID_TEXT]), (6, [UUID_TEXT])):
        page, rest = await lab.client.scroll(name, offset=offset)
        assert ([record.id for record in page], rest) == (ids, None)
    page, _ = await lab.client.scroll(name, offset="ffffffff-ffff-4fff-bfff-ffffffffffff")
    assert page == []


@case()
async def count_counts(lab: Lab) -> None:
    name = await lab.collection(DOT, CITIES)
    berlin = models.FieldCondition(key="city", match=models.MatchValue(value="Berlin"))
    assert await lab.client.count(name) == models.CountResult(count=6)
    assert (await lab.client.count(name, models.Filter(must=[berlin]))).count == 2
    assert (await lab.client.count(name, exact=False)).count >= 0


@case()
async def updates_of_a_batch_run_in_order(lab: Lab) -> None:
    name = await lab.collection(DOT, [point(1, 1, 0, a=1)])
    results = await lab.client.batch_update_points(
        name,
        [
            models.UpsertOperation(upsert=models.PointsList(points=[point(2, 0, 1)])),
            models.SetPayloadOperation(
                set_payload=models.SetPayload(payload={"b": 2}, points=[1, 2])
            ),
            models.DeletePayloadOperation(
                delete_payload=models.DeletePayload(keys=["a"], points=[1])
            ),
            models.UpdateVectorsOperation(
                update_vectors=models.UpdateVectors(
                    points=[models.PointVectors(id=1, vector=[5.0, 5.0])]
                )
            ),
            models.UpsertOperation(upsert=models.PointsList(points=[point(3, 1, 1)])),
            models.DeleteOperation(delete=models.PointIdsList(points=[3])),
        ],
    )
    assert [result.status for result in results] == [models.UpdateStatus.COMPLETED] * 6
    assert await lab.ids(name) == [1, 2]
    record = await lab.point(name, 1)
    assert record.payload == {"b": 2}
    assert record.vector == [5.0, 5.0]


@case("transport")
async def answer_operations(lab: Lab) -> None:
    name = await lab.collection(DOT)
    body = models.PointsList(points=[point(1, 1, 0, a=1)])
    result = await lab.execute(operations.UpsertPoints(name, body, wait=True))
    assert result.status == models.UpdateStatus.COMPLETED
    records = await lab.execute(operations.GetPoints(name, models.PointRequest(ids=[1])))
    assert [record.id for record in records] == [1]
    assert (await lab.execute(operations.GetPoint(name, 1))).payload == {"a": 1}
    counted = await lab.execute(operations.CountPoints(name, models.CountRequest()))
    assert counted == models.CountResult(count=1)
    page = await lab.execute(operations.ScrollPoints(name, models.ScrollRequest()))
    assert [record.id for record in page.points] == [1]
    await lab.execute(operations.DeletePoints(name, models.PointIdsList(points=[1]), wait=True))
    assert await lab.ids(name) == []
