"""Payloads: set, overwritten, deleted, cleared."""

from __future__ import annotations

from typing import Any

from aqdrant import models
from aqdrant.testing.cases.data import DOT, point
from aqdrant.testing.kit import Cases, Lab

__all__ = ["case"]

case = Cases("payload")


async def two(lab: Lab) -> str:
    """A collection of two points with the payload ``{"a": 1, "b": {"c": 2}}``."""
    return await lab.collection(
        DOT, [point(1, 1, 0, a=1, b={"c": 2}), point(2, 0, 1, a=1, b={"c": 2})]
    )


async def of(lab: Lab, name: str) -> dict[Any, Any]:
    records, _ = await lab.client.scroll(name)
    return {record.id: record.payload or {} for record in records}


@case()
async def is_set_key_by_key(lab: Lab) -> None:
    name = await two(lab)
    result = await lab.client.set_payload(name, {"a": 5, "z": [None]}, [1])
    assert result.status == models.UpdateStatus.COMPLETED
    assert (await of(lab, name))[1] == {"a": 5, "b": {"c": 2}, "z": [None]}
    assert (await of(lab, name))[2] == {"a": 1, "b": {"c": 2}}


@case()
async def loses_a_key_that_is_set_to_null(lab: Lab) -> None:
    name = await two(lab)
    await lab.client.set_payload(name, {"a": None}, [1])
    assert (await of(lab, name))[1] == {"b": {"c": 2}}


@case()
async def is_set_under_a_path(lab: Lab) -> None:
    name = await two(lab)
    await lab.client.set_payload(name, {"d": [3]}, [1], key="b")
    assert (await of(lab, name))[1] == {"a": 1, "b": {"c": 2, "d": [3]}}


@case()
async def is_set_by_filter(lab: Lab) -> None:
    name = await two(lab)
    await lab.client.set_payload(
        name, {"z": 1}, models.Filter(must=[models.HasIdCondition(has_id=[2])])
    )
    assert (await of(lab, name))[2] == {"a": 1, "b": {"c": 2}, "z": 1}
    assert "z" not in (await of(lab, name))[1]


@case()
async def is_overwritten(lab: Lab) -> None:
    name = await two(lab)
    await lab.client.overwrite_payload(name, {"z": 1}, [1])
    assert await of(lab, name) == {1: {"z": 1}, 2: {"a": 1, "b": {"c": 2}}}


@case()
async def loses_keys(lab: Lab) -> None:
    name = await two(lab)
    await lab.client.delete_payload(name, ["a", "b.c", "missing"], [1])
    assert await of(lab, name) == {1: {"b": {}}, 2: {"a": 1, "b": {"c": 2}}}


@case()
async def is_cleared(lab: Lab) -> None:
    name = await two(lab)
    await lab.client.clear_payload(name, [1])
    assert await of(lab, name) == {1: {}, 2: {"a": 1, "b": {"c": 2}}}


@case()
async def keeps_every_kind_of_json(lab: Lab) -> None:
    payload: dict[str, Any] = {
        "": "empty key",
        "null": None,
        "bools": [True, False],
        "ints": [0, -1, 2**63 - 1, -(2**63)],
        "floats": [0.1, -1e300, 5e-324],
        "text": 'ключ \U0001f600 \x00 \\ "',
        "deep": {"a": [{"b": [[], {}, [None]]}]},
        "with.dot": 1,
    }
    name = await lab.collection(DOT)
    await lab.client.upsert(name, [models.PointStruct(id=1, vector=[1.0, 0.0], payload=payload)])
    assert (await of(lab, name))[1] == payload


@case()
async def given_back_is_a_copy(lab: Lab) -> None:
    name = await two(lab)
    given = (await of(lab, name))[1]
    given["b"]["c"] = "changed"
    assert (await of(lab, name))[1] == {"a": 1, "b": {"c": 2}}


@case()
async def taken_is_a_copy(lab: Lab) -> None:
    name = await two(lab)
    payload = {"deep": {"list": [1]}}
    await lab.client.overwrite_payload(name, payload, [1])
    payload["deep"]["list"].append(2)
    assert (await of(lab, name))[1] == {"deep": {"list": [1]}}
