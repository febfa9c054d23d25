"""The models against what was sent to a real Qdrant server, and what it answered.

`tests/data/wire/rest/*.jsonl` holds one exchange a line: its name, the operation, the status, the
body of the request and of the answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints

import numpy as np
import pytest

from aqdrant import models, operations
from aqdrant.exceptions import ArgumentError, DecodeError
from aqdrant.models._reading import decode, encode, read
from aqdrant.models._unions import is_union, members, unwrap
from aqdrant.operations._operation import result_type
from tests.meaning import same, without_defaults

WIRE = Path(__file__).parents[1] / "data" / "wire" / "rest"
OPERATIONS = {operation.__name__: operation for operation in operations.ALL_OPERATIONS}

UNKNOWN_KEY = "the server ignores keys that it does not know; what a user mistypes is told"
OTHER_NAME = "a second name that the server takes for a field"
TWO_MEMBERS = "the server takes the first member of two that exclude each other"
NULL = "the server takes null for what its own document says must be there"
REFUSED_HERE = {
    "aliases/two-actions-in-one": TWO_MEMBERS,
    "collections/create-strict-mode-all": UNKNOWN_KEY,
    "collections/create-memory-fields": UNKNOWN_KEY,
    "collections/update-optimizers-legacy-name": OTHER_NAME,
    "collections/update-unknown-field": UNKNOWN_KEY,
    "collections/create-bad-init-from": UNKNOWN_KEY,
    "errors/unknown-field-top": UNKNOWN_KEY,
    "errors/unknown-field-condition": UNKNOWN_KEY,
    "errors/unknown-field-match": UNKNOWN_KEY,
    "errors/unknown-field-range": UNKNOWN_KEY,
    "indexes/create-odd-unknown-param": UNKNOWN_KEY,
    "indexes/create-odd-principal-keyword": UNKNOWN_KEY,
    "indexes/create-odd-tenant-integer": UNKNOWN_KEY,
    "indexes/create-legacy-field-type": OTHER_NAME,
    "inference/upsert-document-extra-field": UNKNOWN_KEY,
    "points/retrieve-with-vectors-alias": OTHER_NAME,
    "points/upsert-vectors-alias": OTHER_NAME,
    "points/upsert-batch-columns": NULL,
    "points/upsert-struct-as-array": "a struct written as a list of its fields",
    "points/upsert-both-forms": TWO_MEMBERS,
    "points/upsert-unknown-field": UNKNOWN_KEY,
    "points/delete-selector-both": TWO_MEMBERS,
    "points/batch-two-keys": TWO_MEMBERS,
    "query/with-vectors-alias": OTHER_NAME,
    "query/params-unknown": UNKNOWN_KEY,
    "query/unknown-field": UNKNOWN_KEY,
    "query/filter-match-two-kinds": TWO_MEMBERS,
    "query/filter-range-unknown-field": UNKNOWN_KEY,
    "query/discover-null-context": NULL,
    "query/context-null": NULL,
    "query/query-two-kinds": TWO_MEMBERS,
    "query/groups-offset": UNKNOWN_KEY,
    "vectors/update-vectors-alias": OTHER_NAME,
    "vectors/delete-vectors-alias": OTHER_NAME,
    "vectors/create-vector-both": TWO_MEMBERS,
    "vectors/create-vector-extra-field": UNKNOWN_KEY,
}
"""Bodies that the server took and the models do not, with the reason."""


class Exchange(NamedTuple):
    name: str
    operation: Any
    status: int
    request: Any
    answer: Any


@cache
def exchanges() -> tuple[Exchange, ...]:
    found: list[Exchange] = []
    for path in sorted(WIRE.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").strip().split("\n"):
            row = json.loads(line)
            name = "".join(part.capitalize() for part in row.pop("operation").split("_"))
            row["name"] = f"{path.stem}/{row['name']}"
            found.append(Exchange(operation=OPERATIONS[name], **row))
    return tuple(found)


def body_type(operation: Any) -> Any:
    return get_type_hints(operation).get("body")


# ---- bodies


def test_there_is_enough_to_compare() -> None:
    bodies = [
        exchange
        for exchange in exchanges()
        if exchange.request is not None and body_type(exchange.operation) is not None
    ]
    assert len(bodies) > 1200
    assert len({exchange.operation for exchange in bodies}) == 29


def test_every_body_means_the_same_after_reading_and_encoding() -> None:
    refused: dict[str, int] = {}
    for exchange in exchanges():
        annotation = body_type(exchange.operation)
        if exchange.request is None or annotation is None:
            continue
        try:
            model = read(exchange.request, annotation, "body")
        except ArgumentError:
            refused[exchange.name] = exchange.status
            continue
        encoded = json.loads(encode(model))
        dumped = model.model_dump(mode="json", by_alias=True)
        expected = without_defaults(exchange.request, encoded, dumped)
        assert same(encoded, expected), exchange.name
        assert read(encoded, annotation, "body") == model, exchange.name
    # Malformed is what the server refuses too; where it does not, the reason is told above.
    accepted = {name for name, status in refused.items() if status < 400}
    assert accepted == set(REFUSED_HERE)
    assert set(refused.values()) - {200, 202} <= {400, 404, 422}
    assert len(refused) < 200


# ---- answers


def answers() -> Iterator[tuple[Exchange, Any, Any]]:
    for exchange in exchanges():
        if exchange.status < 300 and exchange.answer and "result" in exchange.answer:
            yield exchange, result_type(exchange.operation), exchange.answer["result"]


def decoded(result: Any, annotation: Any) -> Any:
    return decode(json.dumps(result).encode(), annotation)


def places(value: Any, annotation: Any, path: tuple[Any, ...] = ()) -> Iterator[Any]:
    """Every place of a decoded result: path, type as annotated, value."""
    yield path, annotation, value
    parts = [unwrap(part) for part in members(annotation)]
    if hasattr(value, "__struct_fields__"):
        hints = get_type_hints(type(value))
        names = zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True)
        for name, alias in names:
            if getattr(value, name) is not None:
                yield from places(getattr(value, name), hints[name], (*path, alias))
    elif isinstance(value, list | dict):
        items = value.items() if isinstance(value, dict) else enumerate(value[:3])
        for part in parts:
            arguments = getattr(part, "__args__", ())
            if arguments and isinstance(value, getattr(part, "__origin__", ())):
                for key, item in items:
                    yield from places(item, arguments[-1], (*path, key))
                return


def replaced(result: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy of a result with another value at one place."""
    if not path:
        return new
    copied = dict(result) if isinstance(result, dict) else list(result)
    copied[path[0]] = replaced(copied[path[0]], path[1:], new)
    return copied


def value_at(model: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        if hasattr(model, "__struct_fields__"):
            index = model.__struct_encode_fields__.index(step)
            model = getattr(model, model.__struct_fields__[index])
        else:
            model = model[step]
    return model


def test_every_answer_decodes() -> None:
    count = 0
    for exchange, annotation, result in answers():
        model = decoded(result, annotation)
        count += 1
        if hasattr(model, "__struct_fields__"):
            dumped = model.model_dump(mode="json", by_alias=True)
            for key in result.keys() & dumped.keys():
                assert same_times(dumped[key], result[key]), (exchange.name, key)
    assert count > 700


def same_times(ours: Any, theirs: Any) -> bool:
    """As `same`, less the members that no model has, and moments by value."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return all(same_times(ours[key], theirs.get(key)) for key in ours if key in theirs)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same_times, ours, theirs))
    if isinstance(ours, str) and isinstance(theirs, str) and ours[:19] == theirs[:19]:
        return True
    return same(ours, theirs)


def test_unknown_members_are_ignored_everywhere() -> None:
    for exchange, annotation, result in answers():
        model = decoded(result, annotation)
        spoiled = result
        for path, _, value in places(model, annotation):
            if hasattr(value, "__struct_fields__"):
                there = value_of(spoiled, path)
                spoiled = replaced(spoiled, path, {**there, "brand_new": {"a": [1]}})
        assert decoded(spoiled, annotation) == model, exchange.name


def value_of(result: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        result = result[step]
    return result


def is_open_union(annotation: Any) -> bool:
    """Whether an unknown member may arrive here: a union with models and without mappings."""
    parts = [unwrap(part) for part in members(annotation) if part is not type(None)]
    kinds = [part for part in parts if hasattr(part, "__struct_fields__")]
    mappings = [part for part in parts if getattr(part, "__origin__", None) is dict]
    return is_union(unwrap(annotation)) and len(parts) > 1 and bool(kinds) and not mappings


@pytest.mark.parametrize("kind", ["enum", "union"])
def test_unknown_enum_values_and_union_members_arrive_as_they_are(kind: str) -> None:
    seen: set[Any] = set()
    for exchange, annotation, result in answers():
        model = decoded(result, annotation)
        for path, place_type, value in places(model, annotation):
            names = tuple(step for step in path if isinstance(step, str))
            key = (annotation, names[-2:])
            if key in seen:
                continue
            new: Any = "brand_new"
            if kind == "union":
                if not hasattr(value, "__struct_fields__") or not is_open_union(place_type):
                    continue
                new = {"brand_new": {"a": 1}}
            elif not isinstance(value, Enum):
                continue
            seen.add(key)
            other = decoded(replaced(result, path, new), annotation)
            arrived = value_at(other, path)
            assert arrived == new, (exchange.name, path)
            assert type(arrived) is type(new)
            if path:
                assert type(other) is type(model)
    assert len(seen) > (25 if kind == "enum" else 5)


def test_what_is_absent_is_none() -> None:
    result = decoded({"status": "completed"}, models.UpdateResult)
    assert result == models.UpdateResult(operation_id=None, status=models.UpdateStatus.COMPLETED)


def test_an_overflown_score_is_none() -> None:
    answer = {"points": [{"id": 1, "version": 0, "score": None}]}
    assert decoded(answer, models.QueryResponse).points[0].score is None


@pytest.mark.parametrize("text", [b'{"status": "new", "oper', b"{", b"<html>", b""])
def test_what_is_no_json_is_told(text: bytes) -> None:
    # In the first one a value of a newer server comes before the end.
    with pytest.raises(DecodeError, match="not JSON"):
        decode(text, models.UpdateResult)


ROWS = [[1, 0], [0, 1]]


@pytest.mark.parametrize(
    "rows",
    [ROWS, ((1, 0), (0, 1)), np.array(ROWS), [np.array(row, "uint8") for row in ROWS]],
    ids=["lists", "tuples", "array", "arrays"],
)
def test_multivector_of_whole_numbers_is_not_sent_as_a_sparse_vector(rows: Any) -> None:
    """Qdrant takes two rows for indices and values where the first has no decimal point."""
    for place in (
        models.PointStruct(id=1, vector={"tokens": rows}),
        models.PointVectors(id=1, vector={"tokens": rows}),
        models.Batch(ids=[1], vectors={"tokens": [rows]}),
        models.QueryRequest(query=rows),
        models.Prefetch(query=models.NearestQuery(nearest=rows)),
    ):
        sent = encode(read(place, type(place), "x"))
        assert b"[[1.0,0.0],[0" in sent
