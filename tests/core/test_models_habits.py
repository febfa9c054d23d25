"""What people are used to from pydantic's models: dump, validate, copy, compare, pickle, show."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import json
import pickle
from typing import Any

import numpy as np
import pytest

from aqdrant import models
from aqdrant.exceptions import ArgumentError


def point(vector: Any = None) -> models.PointStruct:
    return models.PointStruct(
        id=1, vector=[0.5, 1.5] if vector is None else vector, payload={"city": "Oslo", "n": None}
    )


FILTER = models.Filter(
    must=[models.FieldCondition(key="city", match=models.MatchValue(value="Oslo"))],
    must_not=models.FieldCondition(key="n", range=models.Range(gte=1)),
)


class TestDump:
    def test_dumps_nested_models_and_keeps_none(self) -> None:
        dumped = FILTER.model_dump()
        assert dumped["must"][0]["match"] == {"value": "Oslo"}
        assert dumped["should"] is None
        assert dumped["must_not"]["range"] == {"lt": None, "gt": None, "gte": 1, "lte": None}

    def test_leaves_out_none(self) -> None:
        assert FILTER.model_dump(exclude_none=True) == {
            "must": [{"key": "city", "match": {"value": "Oslo"}}],
            "must_not": {"key": "n", "range": {"gte": 1}},
        }
        assert FILTER.model_dump(exclude_unset=True) == FILTER.model_dump(exclude_none=True)

    def test_nulls_of_a_payload_are_data(self) -> None:
        assert point().model_dump(exclude_none=True)["payload"] == {"city": "Oslo", "n": None}

    def test_leaves_out_defaults(self) -> None:
        params = models.SearchParams(exact=False, hnsw_ef=64)
        assert params.model_dump(exclude_defaults=True) == {"hnsw_ef": 64}

    def test_includes_and_excludes_fields(self) -> None:
        assert point().model_dump(include={"id"}) == {"id": 1}
        assert set(point().model_dump(exclude={"vector", "payload"})) == {"id"}

    def test_names_fields_by_alias(self) -> None:
        condition = models.MatchExcept(except_=["a"])
        assert condition.model_dump() == {"except_": ["a"]}
        assert condition.model_dump(by_alias=True) == {"except": ["a"]}

    def test_python_mode_keeps_what_json_mode_turns(self) -> None:
        params = models.VectorParams(size=2, distance=models.Distance.DOT)
        assert params.model_dump()["distance"] is models.Distance.DOT
        assert type(params.model_dump(mode="json")["distance"]) is str
        array = np.array([1.0, 2.0], dtype=np.float32)
        assert point(array).model_dump()["vector"] is array
        assert point(array).model_dump(mode="json")["vector"] == [1.0, 2.0]

    def test_dumps_json(self) -> None:
        text = point(np.array([1, 2])).model_dump_json(exclude_none=True)
        assert json.loads(text) == {
            "id": 1,
            "vector": [1, 2],
            "payload": {"city": "Oslo", "n": None},
        }
        assert "\n" in point().model_dump_json(indent=2)

    def test_a_dump_shares_no_containers(self) -> None:
        original = point()
        original.model_dump()["payload"]["city"] = "Bergen"
        assert original.payload == {"city": "Oslo", "n": None}


class TestValidate:
    def test_reads_dicts_models_and_both_mixed(self) -> None:
        mixed = models.Filter.model_validate(
            {
                "must": [{"key": "city", "match": models.MatchValue(value="Oslo")}],
                "must_not": FILTER.must_not,
            }
        )
        assert mixed == FILTER

    def test_reads_json(self) -> None:
        assert models.Filter.model_validate_json(FILTER.model_dump_json()) == FILTER
        assert models.Filter.model_validate_json(FILTER.model_dump_json().encode()) == FILTER

    def test_refuses_an_unknown_key_and_names_the_nearest(self) -> None:
        with pytest.raises(ArgumentError, match=r"QueryRequest: unknown key 'filtr'.*'filter'\?"):
            models.QueryRequest.model_validate({"filtr": {}})

    def test_refuses_what_is_no_json(self) -> None:
        with pytest.raises(ArgumentError, match="Filter: not JSON"):
            models.Filter.model_validate_json("{")

    def test_an_error_is_a_value_error(self) -> None:
        with pytest.raises(ValueError, match="PointStruct needs 'vector'"):
            models.PointStruct.model_validate({"id": 1})

    def test_a_constructor_refuses_an_unknown_keyword(self) -> None:
        told = "unknown key 'filtr' in QueryRequest .did you mean 'filter'"
        with pytest.raises(ArgumentError, match=told) as caught:
            models.QueryRequest(filtr={})  # type: ignore[call-arg]
        assert isinstance(caught.value, TypeError)
        # Made by the thousand, these are left to msgspec.
        with pytest.raises(TypeError, match="'idd'"):
            models.PointStruct(idd=1)  # type: ignore[call-arg]

    def test_a_constructor_refuses_what_is_missing(self) -> None:
        with pytest.raises(ArgumentError, match="Nested needs 'key'"):
            models.Nested(filter=models.Filter())  # type: ignore[call-arg]

    def test_a_constructor_refuses_positional_arguments(self) -> None:
        with pytest.raises(TypeError, match="MatchValue takes its fields by name: value"):
            models.MatchValue("Oslo")  # type: ignore[misc]


class TestAliases:
    def test_the_constructor_takes_both_names(self) -> None:
        assert models.MatchExcept(**{"except": ["a"]}) == models.MatchExcept(except_=["a"])

    def test_json_takes_the_alias(self) -> None:
        text = '{"shard_id": 1, "from": 2, "to": 3, "sync": true}'
        transfer = models.ShardTransferInfo.model_validate_json(text)
        assert transfer.from_ == 2
        assert json.loads(transfer.model_dump_json(by_alias=True, exclude_none=True)) == json.loads(
            text
        )

    def test_an_unknown_name_is_still_refused(self) -> None:
        with pytest.raises(TypeError, match="'exept'"):
            models.MatchExcept(exept=["a"])  # type: ignore[call-arg]


class TestCopy:
    def test_copies_with_updates(self) -> None:
        copied = point().model_copy(update={"id": 2})
        assert (copied.id, copied.vector) == (2, point().vector)

    def test_a_copy_is_shallow_unless_deep(self) -> None:
        original = point()
        assert original.model_copy().payload is original.payload
        assert original.model_copy(deep=True).payload is not original.payload

    def test_refuses_an_unknown_field(self) -> None:
        with pytest.raises(ArgumentError, match="did you mean 'payload'"):
            point().model_copy(update={"payloads": {}})

    @pytest.mark.parametrize(
        "vector",
        [
            [0.5, 1.5],
            np.array([0.5, 1.5], dtype=np.float32),
            {"a": np.ones((2, 3)), "b": models.SparseVector(indices=np.arange(2), values=[1, 2])},
        ],
        ids=["list", "array", "named"],
    )
    def test_copies_and_pickles_are_equal(self, vector: Any) -> None:
        original = point(vector)
        for made in (
            pickle.loads(pickle.dumps(original)),
            copy.copy(original),
            copy.deepcopy(original),
        ):
            assert made == original
            assert not made != original  # noqa: SIM202  # != is asked of the model
            assert type(made.vector) is type(original.vector)

    def test_other_models_and_other_kinds_differ(self) -> None:
        one, other = models.Record(id=1), models.Record(id=2)
        assert one != other
        assert one != models.PointStruct(id=1, vector={})
        assert one != {"id": 1}

    def test_aliased_models_pickle(self) -> None:
        condition = models.MatchExcept(except_=[1, 2])
        assert pickle.loads(pickle.dumps(condition)) == condition

    def test_dataclasses_sees_fields(self) -> None:
        assert [field.name for field in dataclasses.fields(point())] == ["id", "vector", "payload"]
        assert dataclasses.asdict(FILTER) == FILTER.model_dump()
        assert dataclasses.replace(point(), id=2) == point().model_copy(update={"id": 2})


class TestEquality:
    def test_looks_into_arrays(self) -> None:
        array = np.array([0.5, 1.5], dtype=np.float32)
        assert point(array) == point(array.copy())
        assert point(array) == point([0.5, 1.5])
        assert point(array) != point(array + 1)
        assert point({"a": array}) == point({"a": [0.5, 1.5]})
        assert point(np.ones((2, 2))) == point([np.ones(2), [1.0, 1.0]])
        assert point(np.ones((2, 2))) != point(np.ones((2, 3)))

    def test_kinds_differ(self) -> None:
        assert models.MatchText(text="a") != models.MatchPhrase(phrase="a")
        assert models.MatchText(text="a") != {"text": "a"}

    def test_models_cannot_be_hashed(self) -> None:
        with pytest.raises(TypeError, match="unhashable"):
            hash(point())


@pytest.mark.parametrize(
    ("former", "options", "expected"),
    [
        ("dict", {"exclude_none": True}, {"has_id": [1]}),
        ("json", {}, '{"has_id":[1]}'),
        ("copy", {"update": {"has_id": [2]}}, models.HasIdCondition(has_id=[2])),
        ("parse_obj", {"obj": {"has_id": [3]}}, models.HasIdCondition(has_id=[3])),
        ("parse_raw", {"json_data": b'{"has_id":[4]}'}, models.HasIdCondition(has_id=[4])),
    ],
)
def test_names_of_pydantic_1_warn_and_work(
    former: str, options: dict[str, Any], expected: object
) -> None:
    condition = models.HasIdCondition(has_id=[1])
    owner = type(condition) if former.startswith("parse") else condition
    method = getattr(owner, former)
    with pytest.warns(DeprecationWarning, match=f"{former} is now model_"):
        assert method(**options) == expected
    with pytest.raises(AttributeError, match="no attribute 'dictt'"):
        owner.dictt  # noqa: B018  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


class TestShow:
    def test_iterates_as_pydantic(self) -> None:
        assert dict(point()) == {
            "id": 1,
            "vector": [0.5, 1.5],
            "payload": {"city": "Oslo", "n": None},
        }

    @pytest.mark.parametrize(
        ("vector", "shown"),
        [
            ([0.5] * 384, "<384 floats>"),
            ([[0.5] * 128] * 20, "<20 x 128 floats>"),
            (np.ones(384, dtype=np.float32), "<float32 array (384,)>"),
            (np.ones((20, 128)), "<float64 array (20, 128)>"),
            ({"a": [0.5] * 384}, "{'a': <384 floats>}"),
            (
                models.SparseVector(indices=list(range(100)), values=[0.5] * 100),
                "SparseVector(indices=<100 ints>, values=<100 floats>)",
            ),
            ([0.5, 1.5], "[0.5, 1.5]"),
        ],
    )
    def test_repr_gives_the_shape_of_vectors(self, vector: Any, shown: str) -> None:
        assert repr(models.PointStruct(id=1, vector=vector)) == (
            f"PointStruct(id=1, vector={shown})"
        )

    def test_repr_of_many_points_is_short(self) -> None:
        many = models.PointsList(points=[point([0.5] * 384)] * 1000)
        assert "... 992 more" in repr(many)
        assert len(repr(many)) < 1000

    def test_repr_leaves_out_none_and_shows_enum_values(self) -> None:
        assert repr(models.VectorParams(size=2, distance=models.Distance.DOT)) == (
            "VectorParams(size=2, distance='Dot')"
        )

    def test_rich_shows_the_same(self) -> None:
        shown = models.PointStruct(id=1, vector=[0.5] * 384).__rich_repr__()
        assert [(name, repr(value)) for name, value in shown] == [
            ("id", "1"),
            ("vector", "<384 floats>"),
        ]


def test_signature_tells_what_a_union_takes() -> None:
    shown = inspect.signature(models.Filter).parameters
    assert "FieldCondition | IsEmptyCondition" in str(shown["must"])
    assert "id: int | str | UUID," in str(inspect.signature(models.PointStruct))
    assert not any("Untagged" in str(parameter) for parameter in shown.values())


def test_enums_are_text() -> None:
    assert models.Distance.COSINE == "Cosine"
    assert f"{models.Distance.COSINE}" == "Cosine"
    assert models.Distance("Cosine") is models.Distance.COSINE
