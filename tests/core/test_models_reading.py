"""Reading what users pass: convenient forms are taken, all others are told where and why."""

from __future__ import annotations

import math
import re
from collections import OrderedDict, UserDict
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from aqdrant import models
from aqdrant.exceptions import ArgumentError
from aqdrant.models._reading import read

UUID_TEXT = "123e4567-e89b-12d3-a456-426614174000"
POINTS = list[models.PointStruct]


def refused(value: Any, annotation: Any, where: str = "x") -> str:
    with pytest.raises(ArgumentError) as caught:
        read(value, annotation, where)
    assert caught.value.parameter is not None
    assert str(caught.value).startswith(caught.value.parameter)
    assert len(str(caught.value)) < 600
    return str(caught.value)


class TestCanonical:
    def test_what_is_canonical_is_returned_as_it_is(self) -> None:
        request = models.QueryRequest(
            query=[0.5, 1.5],
            filter=models.Filter(must=[models.HasIdCondition(has_id=[1, UUID_TEXT])]),
            prefetch=[models.Prefetch(query=models.FusionQuery(fusion=models.Fusion.RRF))],
            limit=3,
        )
        assert read(request, models.QueryRequest, "request") is request

    def test_a_model_is_not_changed_but_copied(self) -> None:
        point = models.PointStruct(id=UUID(UUID_TEXT), vector=(1.0, 2.0))
        taken = read(point, models.PointStruct, "point")
        assert (taken.id, taken.vector) == (UUID_TEXT, [1.0, 2.0])
        assert isinstance(point.id, UUID)
        assert point.vector == (1.0, 2.0)

    def test_none_where_a_default_is_given_is_that_default(self) -> None:
        assert read(models.SearchParams(exact=None), models.SearchParams, "x").exact is False


class TestPointIds:
    @pytest.mark.parametrize(
        ("given", "taken"),
        [
            (0, 0),
            (2**64 - 1, 2**64 - 1),
            (np.int64(7), 7),
            (np.uint64(2**64 - 1), 2**64 - 1),
            (UUID(UUID_TEXT), UUID_TEXT),
            (UUID_TEXT.upper(), UUID_TEXT),
            (UUID_TEXT.replace("-", ""), UUID_TEXT),
            (f"urn:uuid:{UUID_TEXT}", UUID_TEXT),
            (np.str_(UUID_TEXT), UUID_TEXT),
        ],
    )
    def test_taken(self, given: Any, taken: Any) -> None:
        point = read({"id": given, "vector": []}, models.PointStruct, "point")
        assert point.id == taken
        assert type(point.id) is type(taken)

    @pytest.mark.parametrize(
        ("given", "reason"),
        [
            (-1, "out of range"),
            (2**64, "out of range"),
            (True, "bool True"),
            (np.True_, "bool True"),
            (1.0, "float 1.0"),
            ("abc", "'abc'"),
            (None, "None"),
            (b"abc", "bytes"),
        ],
    )
    def test_refused(self, given: Any, reason: str) -> None:
        text = refused([{"id": given, "vector": []}], POINTS, "points")
        assert text.startswith("points[0].id: ")
        assert reason in text

    def test_arrays_and_generators_of_ids(self) -> None:
        ids = models.ExtendedPointId
        assert read(np.arange(3), list[ids], "ids") == [0, 1, 2]
        assert read((n for n in (1, UUID(UUID_TEXT))), list[ids], "ids") == [1, UUID_TEXT]
        assert read({1: "a", 2: "b"}.keys(), list[ids], "ids") == [1, 2]
        assert "str '12'" in refused("12", list[ids], "ids")


class TestVectors:
    @pytest.mark.parametrize(
        "given",
        [(1, 2.5), np.array([1, 2.5]).tolist(), [np.float32(1), np.float64(2.5)], range(1, 3)],
    )
    def test_become_lists(self, given: Any) -> None:
        taken = read({"id": 1, "vector": given}, models.PointStruct, "p").vector
        assert type(taken) is list
        assert taken == list(given)
        assert all(type(number) in (int, float) for number in taken)

    @pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "u1", "i8"])
    @pytest.mark.parametrize("shape", [(3,), (4, 3)])
    def test_arrays_stay_arrays(self, dtype: str, shape: tuple[int, ...]) -> None:
        array = np.ones(shape, dtype=dtype)
        assert read({"id": 1, "vector": array}, models.PointStruct, "p").vector is array
        named = read({"id": 1, "vector": {"a": array}}, models.PointStruct, "p").vector
        assert named["a"] is array

    def test_numbers_of_extended_precision_become_those_of_double(self) -> None:
        array = np.ones(2, np.longdouble)
        taken = read({"id": 1, "vector": array}, models.PointStruct, "p").vector
        assert (taken.dtype, taken.tolist()) == (np.float64, [1.0, 1.0])

    def test_rows_may_be_arrays_in_a_list(self) -> None:
        rows = [np.ones(3), (1, 2, 3), [1.0, 2.0, 3.0]]
        taken = read({"id": 1, "vector": rows}, models.PointStruct, "p").vector
        assert taken[0] is rows[0]
        assert taken[1] == [1, 2, 3]

    @pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
    @pytest.mark.parametrize("as_array", [False, True])
    def test_what_is_not_finite_is_refused_with_its_position(
        self, bad: float, as_array: bool
    ) -> None:
        vector: Any = [0.5] * 300
        vector[123] = bad
        rows: Any = [[0.5] * 300, vector]
        if as_array:
            vector, rows = np.array(vector, dtype="f4"), np.array(rows)
        text = refused([{"id": 1, "vector": vector}], POINTS, "points")
        assert re.match(r"points\[0\]\.vector.*123", text)
        assert str(bad) in text
        text = refused([{"id": 1, "vector": {"a": rows}}], POINTS, "points")
        assert re.match(r"points\[0\]\.vector\.a.*(1.*123|123 in row 1)", text)

    def test_large_and_small_numbers_are_finite(self) -> None:
        for array in (np.full(4, 1e30, "f4"), np.full(4, 1e300), np.full(400, 6e4, "f2")):
            assert read({"id": 1, "vector": array}, models.PointStruct, "p").vector is array

    @pytest.mark.parametrize(
        ("given", "reason"),
        [
            ("abc", "str 'abc'"),
            ([1, "a"], "str 'a', wanted float"),
            ([True, False], "bool True, wanted float"),
            (np.array([True]), "of bool, wanted numbers"),
            (np.array(["a"]), "wanted numbers"),
            (np.ones((1, 1, 1)), r"shape (1, 1, 1), wanted a 1-d or 2-d array"),
            (3.5, "float 3.5"),
            ([1, None], "None, wanted float"),
        ],
    )
    def test_refused(self, given: Any, reason: str) -> None:
        assert reason in refused({"id": 1, "vector": given}, models.PointStruct, "p")

    @pytest.mark.parametrize("name", ["text", "image", "object", "model", "indices", "options"])
    def test_a_vector_may_have_any_name(self, name: str) -> None:
        taken = read({"id": 1, "vector": {name: [1.0, 2.0]}}, models.PointStruct, "p")
        assert taken.vector == {name: [1.0, 2.0]}

    def test_what_can_be_embedded_is_told_from_names(self) -> None:
        def read_vector(value: Any) -> Any:
            return read({"id": 1, "vector": value}, models.PointStruct, "p").vector

        assert isinstance(read_vector({"text": "a", "model": "m"}), models.Document)
        assert isinstance(read_vector({"image": "a", "model": "m"}), models.Image)
        assert isinstance(read_vector({"object": 1, "model": "m"}), models.InferenceObject)
        both = read_vector({"text": {"text": "a", "model": "m"}, "model": [1.0]})
        assert isinstance(both["text"], models.Document)

    def test_sparse_vectors(self) -> None:
        array = np.array([3, 1], dtype=np.uint32)
        sparse = models.SparseVector(indices=array, values=np.ones(2, "f4"))
        assert read(sparse, models.SparseVector, "v") is sparse
        taken = read({"indices": (3, 1), "values": (1, 2)}, models.SparseVector, "v")
        assert (taken.indices, taken.values) == ([3, 1], [1, 2])
        text = refused({"indices": [0.5], "values": [1]}, models.SparseVector, "v")
        assert text.startswith("v.indices[0]: float 0.5")
        text = refused({"indices": [1], "values": [math.nan]}, models.SparseVector, "v")
        assert text.startswith("v.values[0]: float nan")


class TestBatches:
    def test_columns_stay_columns(self) -> None:
        dense, multi = np.ones((2, 3), "f4"), np.ones((2, 4, 3))
        batch = models.Batch(ids=np.arange(2), vectors=dense, payloads=({"a": 1}, {}))
        taken = read(batch, models.Batch, "points")
        assert taken.vectors is dense
        assert (taken.ids, taken.payloads) == ([0, 1], [{"a": 1}, {}])
        named = {"a": dense, "b": multi, "c": [[1.0], [2.0]]}
        taken = read(models.Batch(ids=[1, 2], vectors=named), models.Batch, "points")
        assert taken.vectors["a"] is dense
        assert taken.vectors["b"] is multi
        sparse = [{"indices": [1], "values": [2]}, models.SparseVector(indices=[1], values=[2])]
        taken = read({"ids": [1, 2], "vectors": {"s": sparse}}, models.Batch, "points")
        assert taken.vectors["s"][0] == taken.vectors["s"][1]

    def test_other_forms(self) -> None:
        rows = [[1.0, 2.0], (3, 4), np.ones(2)]
        assert len(read({"ids": [1, 2, 3], "vectors": rows}, models.Batch, "b").vectors) == 3
        documents = [{"text": "a", "model": "m"}]
        taken = read({"ids": [1], "vectors": documents}, models.Batch, "b")
        assert isinstance(taken.vectors[0], models.Document)
        assert read({"ids": [], "vectors": []}, models.Batch, "b").vectors == []
        assert read({"ids": [], "vectors": {"a": []}}, models.Batch, "b").vectors == {"a": []}

    def test_refused(self) -> None:
        text = refused({"ids": [1], "vectors": [[1.0, math.nan]]}, models.Batch, "points")
        assert text.startswith("points.vectors[0][1]: float nan")
        text = refused({"ids": [1], "vectors": np.ones(3)}, models.Batch, "points")
        assert "shape (3,), wanted a 2-d or 3-d array" in text


class TestPayloads:
    def take(self, value: Any) -> Any:
        return read({"k": value}, models.Payload, "payload")["k"]

    @pytest.mark.parametrize(
        ("given", "taken"),
        [
            (datetime(2024, 1, 2, tzinfo=UTC), "2024-01-02T00:00:00Z"),
            (date(2024, 1, 2), "2024-01-02"),
            (UUID(UUID_TEXT), UUID_TEXT),
            (Decimal("1.50"), "1.50"),
            (np.float32(0.5), 0.5),
            (np.int8(3), 3),
            (np.bool_(True), True),
            (np.str_("a"), "a"),
            (np.arange(3), [0, 1, 2]),
            (np.longdouble(0.5), 0.5),
            (np.datetime64("2024-01-02T03:04:05.000006", "ns"), "2024-01-02T03:04:05.000006"),
            (np.array([1500], "m8[ns]"), ["PT0.000001S"]),
            ((1, (2,)), [1, [2]]),
            ({3}, [3]),
            (models.Distance.DOT, "Dot"),
            (models.GeoPoint(lon=1, lat=2), {"lon": 1, "lat": 2}),
            (OrderedDict(a=1), {"a": 1}),
            (MappingProxyType({"a": 1}), {"a": 1}),
            (None, None),
            (-(2**63), -(2**63)),
            (2**64 - 1, 2**64 - 1),
            ("grüß 😀", "grüß 😀"),
        ],
    )
    def test_taken(self, given: Any, taken: Any) -> None:
        found = self.take(given)
        assert found == taken
        assert type(found) is type(taken)

    @pytest.mark.parametrize(
        ("given", "reason"),
        [
            (math.nan, "float nan, which JSON cannot carry"),
            (math.inf, "float inf"),
            (np.float64("nan"), "float nan"),
            (np.array([1, np.nan]), "float nan"),
            (2**64, "beyond 64 bits"),
            (-(2**63) - 1, "beyond 64 bits"),
            ("a\ud800b", "lone surrogate at 1"),
            ({"\ud800": 1}, "lone surrogate"),
            ({None: 1}, "key None, wanted str"),
            ({True: 1}, "key bool True"),
            ({1: 2, "1": 3}, "key int 1, wanted str"),
            ({UUID(UUID_TEXT): 1}, "wanted str"),
            ({(1, 2): 1}, "key tuple of 2"),
            (object(), "object, which has no form in JSON"),
            (b"abc", "bytes, which has no form in JSON"),
            (1 + 2j, "complex, which has no form"),
            (np.clongdouble(1), "complex, which has no form"),
        ],
    )
    def test_refused(self, given: Any, reason: str) -> None:
        text = refused(
            [{"id": 1, "vector": [], "payload": {"a": [{"b": given}]}}], POINTS, "points"
        )
        assert text.startswith("points[0].payload.a[0].b")
        assert reason in text

    def test_too_deep_and_circular(self) -> None:
        deep: dict[str, Any] = {}
        for _ in range(126):
            deep = {"a": deep}
        read(deep, models.Payload, "payload")
        circle: dict[str, Any] = {}
        circle["a"] = [circle]
        for value in ({"a": deep}, circle):
            assert "nested deeper than 126" in refused(value, models.Payload, "payload")

    def test_is_fresh(self) -> None:
        given = {"a": {"b": [1]}}
        taken = read(given, models.Payload, "payload")
        taken["a"]["b"].append(2)
        assert given == {"a": {"b": [1]}}

    def test_is_a_mapping(self) -> None:
        assert read(UserDict(a=1), models.Payload, "payload") == {"a": 1}
        assert refused([1], models.Payload, "payload").startswith(
            "payload: list of 1, wanted a dict"
        )


class TestNumbers:
    @pytest.mark.parametrize("given", [np.int64(3), 3.0, np.float32(3)])
    def test_whole_numbers(self, given: Any) -> None:
        taken = read({"limit": given}, models.QueryRequest, "q").limit
        assert (taken, type(taken)) == (3, int)

    @pytest.mark.parametrize("given", [True, np.True_, 3.5, "3", -1, 2**64, np.array([3]), [3]])
    def test_no_count(self, given: Any) -> None:
        assert refused({"limit": given}, models.QueryRequest, "q").startswith("q.limit: ")

    def test_bools(self) -> None:
        assert read({"exact": np.True_}, models.SearchParams, "p").exact is True
        assert "int 1, wanted bool" in refused({"exact": 1}, models.SearchParams, "p")

    def test_floats(self) -> None:
        taken = read({"gte": np.float32(0.5), "lt": Decimal(3)}, models.Range, "r")
        assert (taken.gte, type(taken.gte)) == (0.5, float)
        assert (taken.lt, type(taken.lt)) == (3.0, float)
        assert "float inf, wanted a finite number" in refused({"lt": math.inf}, models.Range, "r")
        assert "bool True, wanted float" in refused({"lt": True}, models.Range, "r")
        assert "bits" in refused({"lt": 10**400}, models.Range, "r")

    def test_match_values(self) -> None:
        for given in (True, 3, -3, "a"):
            taken = read({"value": given}, models.Match, "m").value
            assert taken == given
            assert type(taken) is type(given)
        assert read({"value": np.int64(3)}, models.Match, "m").value == 3
        assert "float 0.5" in refused({"value": 0.5}, models.Match, "m")
        assert "no more than 64 bits" in refused({"value": 2**64}, models.Match, "m")

    def test_match_lists(self) -> None:
        assert read({"any": np.array([1, -2])}, models.Match, "m").any == [1, -2]
        assert read({"any": ("a", "b")}, models.Match, "m").any == ["a", "b"]
        assert read({"except": {"a"}}, models.Match, "m").except_ == ["a"]
        assert refused({"any": ["a", 1]}, models.Match, "m").startswith("m.any[1]: int 1")


class TestFilters:
    def test_single_conditions_and_lists(self) -> None:
        condition = {"key": "a", "match": {"value": 1}}
        whole = models.FieldCondition(key="a", match=models.MatchValue(value=1))
        assert read({"must": condition}, models.Filter, "f").must == whole
        assert read({"must": (condition,)}, models.Filter, "f").must == [whole]
        assert read({"must": iter([whole, condition])}, models.Filter, "f").must == [whole, whole]

    def test_every_kind_of_condition(self) -> None:
        conditions: list[tuple[dict[str, Any], type]] = [
            ({"key": "a", "is_empty": True}, models.FieldCondition),
            ({"is_empty": {"key": "a"}}, models.IsEmptyCondition),
            ({"is_null": {"key": "a"}}, models.IsNullCondition),
            ({"has_id": [1]}, models.HasIdCondition),
            ({"has_vector": "a"}, models.HasVectorCondition),
            ({"slice": {"total": 2, "index": 0}}, models.SliceCondition),
            ({"nested": {"key": "a", "filter": {}}}, models.NestedCondition),
            ({"must_not": []}, models.Filter),
            ({"min_should": {"conditions": [], "min_count": 1}}, models.Filter),
        ]
        for given, kind in conditions:
            assert type(read(given, models.Condition, "c")) is kind

    def test_ranges_of_numbers_and_moments(self) -> None:
        def read_range(value: Any) -> Any:
            return read({"key": "a", "range": value}, models.FieldCondition, "c").range

        assert isinstance(read_range({"gte": 1}), models.Range)
        assert isinstance(read_range({"gte": "2024-01-01"}), models.DatetimeRange)
        assert isinstance(read_range({"gte": datetime.now(UTC)}), models.DatetimeRange)

    def test_long_keys_do_not_fill_the_message(self) -> None:
        key = "k" * 10_000
        text = refused({"must": [{key: 1}]}, models.Filter, "filter")
        assert text.startswith("filter.must[0]: ")
        assert "kkk..." in refused({key: 1}, models.Filter, "filter")
        where = refused({key: math.nan}, models.Payload, "payload")
        assert where.startswith("payload.kkk")
        assert max(map(len, (text, where))) < 500

    def test_errors_say_where_and_what(self) -> None:
        cases = {
            "must[0]: unknown key 'kye' in Condition (did you mean 'key' of FieldCondition?)": {
                "must": [{"kye": "a"}]
            },
            "must[0]: a dict with 'match' is no Condition; it needs one of: key, is_empty": {
                "must": [{"match": {"value": 1}}]
            },
            "must[1]: int 3, wanted Condition (a dict with one of: key, is_empty": {
                "must": [{"has_id": [1]}, 3]
            },
            "must: str 'a', wanted Condition (a list of these or a dict with one of": {"must": "a"},
            "must[0].match: unknown key 'valeu' in Match (did you mean 'value' of MatchValue?)": {
                "must": [{"key": "a", "match": {"valeu": 1}}]
            },
            "must.range: unknown key 'gtee' in Range (did you mean 'gte'?)": {
                "must": {"key": "a", "range": {"gtee": 1}}
            },
            "unknown key 'msut' in Filter (did you mean 'must'?)": {"msut": []},
            "min_should: MinShould needs 'min_count'": {"min_should": {"conditions": []}},
        }
        for text, given in cases.items():
            assert text in refused(given, models.Filter, "f")

    def test_errors_are_the_same_every_time(self) -> None:
        texts = {refused({"must": [3]}, models.Filter, "f") for _ in range(5)}
        assert len(texts) == 1


class TestQueries:
    @pytest.mark.parametrize(
        ("given", "kind"),
        [
            ([0.5, 1.5], list),
            ((1, 2), list),
            ([[1.0, 2.0]], list),
            (np.ones(2), np.ndarray),
            (1, int),
            (np.int64(1), int),
            (UUID(UUID_TEXT), str),
            ({"indices": [1], "values": [0.5]}, models.SparseVector),
            ({"text": "a", "model": "m"}, models.Document),
            ({"text": "a"}, models.TextQuery),
            ({"nearest": 1}, models.NearestQuery),
            ({"recommend": {"positive": [1, [0.5], np.ones(2)]}}, models.RecommendQuery),
            (
                {"discover": {"target": 1, "context": {"positive": 1, "negative": 2}}},
                models.DiscoverQuery,
            ),
            ({"context": [{"positive": 1, "negative": 2}]}, models.ContextQuery),
            ({"order_by": "a"}, models.OrderByQuery),
            ({"fusion": "rrf"}, models.FusionQuery),
            ({"rrf": {"k": 2}}, models.RrfQuery),
            ({"sample": "random"}, models.SampleQuery),
            (
                {"formula": {"sum": ["$score", 1, {"key": "a", "match": {"value": 1}}]}},
                models.FormulaQuery,
            ),
        ],
        ids=str,
    )
    def test_taken(self, given: Any, kind: type) -> None:
        assert type(read(given, models.QueryInterface, "query")) is kind

    def test_members_of_formulas(self) -> None:
        query = read(
            {"formula": {"sum": ["$score", 1, {"key": "a", "is_null": True}, {"must": []}]}},
            models.Query,
            "query",
        )
        assert [type(part) for part in query.formula.sum] == [
            str,
            int,
            models.FieldCondition,
            models.Filter,
        ]

    def test_refused(self) -> None:
        assert "wanted QueryInterface (" in refused(object(), models.QueryInterface, "query")
        assert "Document(text=" in refused("a text", models.QueryInterface, "query")
        alone = models.IsNullCondition(is_null=models.PayloadField(key="a"))
        assert "Filter(must=[...])" in refused(alone, models.Filter, "query_filter")
        assert "did you mean 'nearest' of NearestQuery?" in refused(
            {"nearst": 1}, models.QueryInterface, "query"
        )
        assert "did you mean 'rrf'?" in refused({"fusion": "rff"}, models.Query, "query")
        text = refused({"recommend": {"positive": [1, "x"]}}, models.Query, "query")
        assert text.startswith("query.recommend.positive[1]: str 'x', wanted VectorInput (")

    def test_single_prefetch(self) -> None:
        taken = read({"prefetch": {"prefetch": {"query": 1}}}, models.QueryRequest, "q")
        assert taken.prefetch.prefetch.query == 1


class TestOtherUnions:
    def test_schemas(self) -> None:
        schema = models.PayloadFieldSchema
        assert read("keyword", schema, "s") is models.PayloadSchemaType.KEYWORD
        taken = read({"type": "integer", "lookup": False}, schema, "s")
        assert isinstance(taken, models.IntegerIndexParams)
        assert "did you mean 'keyword'?" in refused("keywrd", schema, "s")
        assert refused({"type": "keywrd"}, schema, "s").startswith("s.type: str 'keywrd', wanted")
        assert "needs one of: type" in refused({"lookup": True}, schema, "s")

    def test_vectors_config(self) -> None:
        config = models.VectorsConfig
        params = {"size": 3, "distance": "Cosine"}
        assert isinstance(read(params, config, "v"), models.VectorParams)
        assert isinstance(read({"size": params}, config, "v")["size"], models.VectorParams)
        assert "did you mean 'distance'?" in refused({"size": 3, "distanc": "Dot"}, config, "v")
        text = refused({"a": {"size": 3, "distance": "cosine"}}, config, "v")
        assert text.startswith("v.a.distance: str 'cosine', wanted Distance: 'Cosine'")
        assert "did you mean 'Cosine'?" in text

    def test_selectors(self) -> None:
        payload = models.WithPayloadInterface
        assert read(("a", "b"), payload, "w") == ["a", "b"]
        assert read({"include": ("a",)}, payload, "w").include == ["a"]
        assert "str 'a', wanted" in refused("a", payload, "w")
        selector = models.PointsSelector
        assert isinstance(read({"points": np.arange(2)}, selector, "s"), models.PointIdsList)
        assert isinstance(read({"filter": {}}, selector, "s"), models.FilterSelector)

    def test_shard_keys(self) -> None:
        selector = models.ShardKeySelector
        assert read("a", selector, "k") == "a"
        assert read(("a", 1), selector, "k") == ["a", 1]
        taken = read({"target": "a", "fallback": "b"}, selector, "k")
        assert isinstance(taken, models.ShardKeyWithFallback)


class TestDepth:
    def test_nested_filters(self) -> None:
        for wrap in (
            lambda inner: {"must": [inner]},
            lambda inner: {"nested": {"key": "a", "filter": {"must": inner}}},
            lambda inner: models.Filter(must_not=inner),
        ):
            deep: Any = {}
            for _ in range(1000):
                deep = wrap(deep)
            assert "nested deeper than 126 levels" in refused(deep, models.Condition, "filter")

    def test_nested_prefetches_and_formulas(self) -> None:
        prefetch, formula = models.Prefetch(), {"neg": 1.0}
        for _ in range(200):
            prefetch = models.Prefetch(prefetch=prefetch)
            formula = {"neg": formula}
        assert "nested deeper" in refused(prefetch, models.Prefetch, "prefetch")
        assert "nested deeper" in refused({"formula": formula}, models.Query, "query")

    def test_circular_models(self) -> None:
        circle = models.Filter()
        circle.must = [circle]
        assert "nested deeper" in refused(circle, models.Filter, "filter")

    def test_sane_depths_work(self) -> None:
        deep: Any = {"must": []}
        for _ in range(50):
            deep = {"must": [deep]}
        read(deep, models.Filter, "filter")

    def test_a_recursion_limit_that_is_near_is_no_other_error(self) -> None:
        deep: Any = {}
        for _ in range(55):
            deep = {"must": [deep]}

        def dig(levels: int) -> None:
            if levels:
                return dig(levels - 1)
            return read(deep, models.Filter, "filter")

        with pytest.raises(ArgumentError, match="nested too deeply"):
            dig(850)
