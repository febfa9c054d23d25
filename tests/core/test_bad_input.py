"""Every argument of every method, with what it does not take: refused by name, and nothing is run.

Methods and parameters come from the signatures. What is wrong for a parameter follows from its
annotation, so a new method is held to this with no more than a valid argument in `GOOD`.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, aclosing, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aqdrant import AsyncCollection, AsyncQdrantClient, QdrantClient, models
from aqdrant._registry import open_transport
from aqdrant.exceptions import ArgumentError, UnsupportedOperation
from aqdrant.middleware import ForwardingTransport
from aqdrant.models._scalars import kind_of
from aqdrant.testing import ImmediateRecordingTransport, RecordingTransport
from aqdrant.transport import Transport, TransportConfig

LONGEST = 2000
"""Characters of a message at most: a refusal is no dump."""


class FailureOfTheUser(Exception):
    """What a user's own object raises leaves as it is."""


class Failing:
    """Something whose size and elements cannot be had."""

    def __len__(self) -> int:
        raise FailureOfTheUser

    def __iter__(self) -> Iterator[Any]:
        raise FailureOfTheUser


FAILING = Failing()
HUGE = 10**400
MISSPELT = {"must": [{"nested": {"key": "a", "filter": {"must": [{"key": "b", "macth": {}}]}}}]}

NEVER = (object(), b"bytes", 1j, type)
NAMES = (*NEVER, 5, True, math.nan, [], {}, FAILING, "", "a\ud800", ".", "..")
TEXTS = (*NEVER, 5, True, math.nan, [], {}, FAILING, "a\ud800")
BOOLS = (*NEVER, 5, 0.0, math.nan, "yes", [], {}, FAILING)
COUNTS = (*NEVER, "5", True, math.nan, math.inf, 1.5, -1, HUGE, [], {}, FAILING)
FLOATS = (*NEVER, "5", True, math.nan, math.inf, HUGE, [], {}, FAILING)
LONG = "x" * 5000
MODELS = (
    *(*NEVER, 5, True, math.nan, "no such thing", LONG, [], [5], FAILING),
    *({"no_such_key": 1}, {LONG: 1}, {5: 1}, {None: 1}, {b"a": 1}),
)
FILTERS = (
    *MODELS,
    MISSPELT,
    {"must": [{LONG: 1}]},
    {"must": [{"key": LONG, "x": 1}]},
    models.VectorParams(size=2, distance=models.Distance.DOT),
)
ENUMS = (*NEVER, True, math.nan, "no such value", LONG, [], {"a": 1}, FAILING)
SEQUENCES = (
    *NEVER,
    5,
    True,
    math.nan,
    "text",
    {"no_such_key": 1},
    [object()],
    [None],
    ["a", [5]],
    LONG,
)
DICTS = (*NEVER, 5, True, math.nan, "text", [], [5], FAILING)
IDS = (*NEVER, 5, True, math.nan, "text", [object()], [-1], [True], ["no-uuid"], [1.5], [HUGE])

WRONG: dict[str, tuple[Any, ...]] = {
    "str": (None, *NAMES),
    "str | None": TEXTS,
    "bool": (None, *BOOLS),
    "bool | None": BOOLS,
    "int": (None, *COUNTS),
    "int | None": COUNTS,
    "float | None": FLOATS,
    "Any": (),
    "list[str] | None": SEQUENCES,
    "Sequence[str]": (None, *SEQUENCES),
    "Sequence[int] | None": (*SEQUENCES, [True], ["1"], [1.5]),
    "Mapping[str, Any]": (
        None,
        *DICTS,
        {b"a": 1},
        {"a": object()},
        {"a": {"b": [{1, 2}, object()]}},
    ),
    "Mapping[str, Any] | None": (*DICTS, {b"a": 1}, {"a": {"b": {"c": object()}}}),
    "FilePath": (None, 5, True, math.nan, [], {}, object(), FAILING, ""),
    "Content": (None, 5, True, math.nan, {}, object(), [b"a"], ""),
    "Progress | None": (5, True, "text", [], object()),
    "OnProgress | None": (5, True, "text", [], object()),
    "UploadResult | None": (5, True, "text", [], object()),
    "Iterable[Mapping[str, Any] | None] | None": (*NEVER, 5, True, math.nan, "text", {"a": 1}),
    "PointsSource": (
        *(None, *NEVER, 5, True, math.nan, "text", {"id": 1, "vector": [1.0]}),
        models.PointStruct(id=1, vector=[1.0]),
    ),
    "VectorsSource": (
        None,
        *NEVER,
        5,
        True,
        math.nan,
        "text",
        np.float32(1),
        np.zeros(3),
        {"a": 5},
    ),
    "PointId": (None, *NEVER, True, math.nan, 1.5, -1, HUGE, "no-uuid", "", [], [1], {}),
    "PointId | None": (*NEVER, True, math.nan, 1.5, -1, HUGE, "no-uuid", "", [], [1], {}),
    "Ids": (None, *IDS, {"no_such_key": 1}),
    "Ids | None": (*IDS, {"no_such_key": 1}),
    "SelectorLike": (None, *IDS, {"no_such_key": 1}, MISSPELT, {"points": ["x"]}, {"filter": 5}),
    "FilterLike | None": FILTERS,
    "PointsLike": (
        *(None, *NEVER, 5, True, math.nan, "text", [5], [{}], [{"id": 1, "vektor": [1.0]}]),
        *([{"id": -1, "vector": [1.0]}], [{"id": 1, "vector": {"a": [math.nan]}}]),
        *([{"id": 1, "vector": [[1.0], ["x"]]}], {"id": 1, "vector": [1.0]}, [None]),
        *([{"id": 1, "vector": [1.0], "payload": {"a": {"b": [object()]}}}], {"ids": [1]}),
        models.Batch(ids=[1, 2], vectors=[[1.0]]),
    ),
    "models.OptimizationsWith | Sequence[models.OptimizationsWith] | None": (
        *(*NEVER, 5, True, math.nan, "no such kind", [5], FAILING),
    ),
    "QueryLike | None": (
        *(*NEVER, True, math.nan, HUGE, -1, "no-uuid", [object()], [math.nan], {"no_such_key": 1}),
        *({"nearest": {"text": 5}}, {"fusion": "no"}, {"recommend": {"positive": ["x"]}}),
        *([[1.0], ["x"]], np.zeros((2, 2, 2)), np.array(["a"]), np.array([np.nan]), "text"),
    ),
    "PrefetchLike | None": (
        *(*NEVER, 5, True, math.nan, "text", [5], {"no_such_key": 1}, [[]]),
        *({"prefetch": [{"prefetch": {"qery": [1.0]}}]}, [{"filter": MISSPELT}]),
    ),
    "models.WithPayloadInterface | Sequence[str] | Mapping[str, Any]": (
        *(*NEVER, 5, math.nan, "text", [5], {"no_such_key": 1}, {"include": [5]}, {"include": "a"}),
    ),
    "models.WithVector | Sequence[str]": (*NEVER, 5, math.nan, "text", [5], {"no_such_key": 1}),
    "models.ShardKey": (None, *NEVER, True, math.nan, 1.5, [], {}, FAILING),
    "models.ShardKeySelector | None": (
        *(*NEVER, True, math.nan, 1.5, [object()], [True], {"no_such_key": 1}),
    ),
    "models.ReadConsistency | str | None": ENUMS,
    "models.PayloadFieldSchema | Mapping[str, Any] | str | None": (
        *(*ENUMS, 5, {"type": "no such type"}, {"type": "text", "tokeniser": "word"}),
        {"type": "integer", "lookup": "yes"},
    ),
    "models.OrderByInterface | Mapping[str, Any] | None": (
        *(*NEVER, 5, True, math.nan, [], {"no_such_key": 1}, {"key": 5}),
    ),
    "models.WithLookupInterface | Mapping[str, Any] | None": (
        *(*NEVER, 5, True, math.nan, [], {"no_such_key": 1}, {"collection": 5}),
    ),
    "models.VectorParams | Mapping[str, models.VectorParams | Mapping[str, Any]] | None": (
        *(*NEVER, 5, True, math.nan, "text", [], [5], {"a": 5}, {"a": {"size": 2}}, FAILING),
        *({"size": "2", "distance": "Dot"}, {"size": 2, "distance": "No"}, {"a": {"sise": 2}}),
        {"a": {"size": 2, "distance": "Dot", "hnsw_config": {"m": -1}}},
    ),
}
"""Annotation → values that are none of it; those not named here are models and enums."""


def wrong(annotation: str) -> tuple[Any, ...]:
    """What a parameter with this annotation does not take."""
    known = WRONG.get(annotation)
    if known is not None:
        return known
    optional = annotation.endswith("| None")
    bare = annotation.removesuffix(" | None")
    if bare.startswith(("Sequence[models.", "Iterable[")):
        values = SEQUENCES
    elif bare.startswith("Mapping[str, models."):
        values = (*DICTS, {5: {}}, {"a": 5}, {"a": {"no_such_key": 1}})
    elif bare.endswith("| Mapping[str, Any]"):
        values = MODELS
    elif bare.endswith("| str"):
        values = (*ENUMS, 5)
    else:
        raise LookupError(f"say in WRONG what is no {annotation}")
    return values if optional else (None, *values)


GOOD: dict[str, Any] = {
    "batch_update_points.update_operations": [{"clear_payload": {"points": [1]}}],
    "cluster_collection_update.cluster_operation": {"drop_replica": {"shard_id": 1, "peer_id": 1}},
    "create_shard_key.shard_key": "key",
    "create_vector_name.vector_name_config": {"dense": {"size": 2, "distance": "Dot"}},
    "delete_shard_key.shard_key": "key",
    "delete_vectors.vectors": ["v"],
    "get_point.id": 1,
    "query_batch_points.requests": [models.QueryRequest()],
    "set_payload.payload": {"a": 1},
    "overwrite_payload.payload": {"a": 1},
    "stream_snapshot.snapshot_name": "s",
    "update_collection_aliases.change_aliases_operations": [],
    "update_quotas.config": {},
    "update_vectors.points": [{"id": 1, "vector": [1.0, 2.0]}],
    "upload_collection.vectors": [[1.0, 2.0]],
    "upload_points.points": [{"id": 1, "vector": [1.0, 2.0]}],
    "upsert.points": [{"id": 1, "vector": [1.0, 2.0]}],
    "collection_name": "texts",
    "content": b"content",
    "field_name": "field",
    "group_by": "field",
    "ids": [1],
    "key": "field",
    "keys": ["field"],
    "location": "file:///snapshot",
    "path": "snapshot",
    "peer_id": 1,
    "points": [1],
    "points_selector": [1],
    "shard_id": 1,
    "snapshot_name": "s",
    "vector_name": "v",
}
"""A valid argument of every parameter without a default, by method or for all of them."""

NOT_YET = {
    *("get_embedding_size", "migrate", "list_text_models", "list_image_models"),
    *("list_late_interaction_text_models", "list_late_interaction_multimodal_models"),
    "list_sparse_models",
}
UNREAD = {
    ("close", "grpc_grace"),
    ("upload_points", "method"),
    ("upload_collection", "method"),
    ("upload_collection", "ids"),  # read with the vectors, batch by batch
}
"""Accepted for compatibility, whatever they are."""

METHODS = {
    name: method
    for name, method in inspect.getmembers(AsyncQdrantClient, callable)
    if not name.startswith("_") and name not in NOT_YET
}


def arguments(name: str) -> dict[str, Any]:
    """Valid arguments of a method."""
    given: dict[str, Any] = {}
    for parameter in inspect.signature(METHODS[name]).parameters.values():
        specific = f"{name}.{parameter.name}"
        if specific in GOOD:
            given[parameter.name] = GOOD[specific]
        elif parameter.name != "self" and parameter.default is parameter.empty:
            given[parameter.name] = GOOD[parameter.name]
    return given


def attempts(name: str) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Each parameter with each of its wrong values, and the arguments to call with."""
    for parameter in inspect.signature(METHODS[name]).parameters.values():
        if parameter.name == "self" or (name, parameter.name) in UNREAD:
            continue
        for value in wrong(parameter.annotation):
            yield parameter.name, value, {**arguments(name), parameter.name: value}


class Watch(ForwardingTransport):
    """Counts what comes through."""

    ran = 0

    async def execute(self, *args: Any) -> Any:
        self.ran += 1
        return await super().execute(*args)

    def stream(self, *args: Any) -> Any:
        self.ran += 1
        return super().stream(*args)

    def try_execute(self, *args: Any) -> Any:
        self.ran += 1
        return super().try_execute(*args)


TRANSPORTS: dict[str, Callable[[], Transport]] = {
    "recording": RecordingTransport,
    "immediate": ImmediateRecordingTransport,
    "memory": lambda: open_transport(TransportConfig(scheme="memory")),
}


def complaint(error: Exception | None, parameter: str, value: Any) -> str | None:
    """What is wrong about a refusal, or None."""
    if error is None:
        return "was taken"
    if isinstance(error, FailureOfTheUser):
        return None
    if not isinstance(error, ArgumentError):
        return f"raised {error!r}"
    text = str(error)
    path = error.parameter or ""
    if not path.startswith(parameter) or path[len(parameter) :][:1] not in ("", ".", "["):
        return f"is told of {path!r}: {text}"
    if path not in text:
        return f"is not named: {text}"
    if len(text) > LONGEST:
        return f"is told at length: {text[:LONGEST]}"
    return None


async def call(method: Callable[..., Any], given: dict[str, Any]) -> None:
    """Call a method, and open what it opens."""
    result = method(**given)
    if isinstance(result, AbstractAsyncContextManager):
        async with result:
            pass
    elif isinstance(result, AsyncGenerator):
        async with aclosing(result):
            await anext(result, None)
    elif not isinstance(result, AsyncCollection):
        await result


@pytest.mark.one_loop
@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("name", METHODS)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_wrong_argument_is_refused_by_name(name: str, transport: str) -> None:
    watch = Watch(TRANSPORTS[transport]())
    client = AsyncQdrantClient(transport=watch)
    complaints: list[str] = []
    for parameter, value, given in attempts(name):
        watch.ran = 0
        error: Exception | None = None
        try:
            await call(getattr(client, name), given)
        except Exception as caught:  # noqa: BLE001  whatever is no ArgumentError is a finding
            error = caught
        found = complaint(error, parameter, value)
        if found is None and watch.ran:
            found = f"was refused after {watch.ran} calls: {error}"
        if found is not None:
            complaints.append(f"{parameter} = {kind_of(value)} {found}")
    await client.aclose()
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_sync_client_refuses_alike(name: str) -> None:
    watch = Watch(ImmediateRecordingTransport())
    client = QdrantClient(transport=watch)
    for parameter, value, given in attempts(name) if hasattr(client, name) else ():
        if parameter == "content" and isinstance(value, list):
            continue  # which sync code may pass
        try:
            opened = getattr(client, name)(**given)
            if isinstance(opened, AbstractContextManager):
                opened.__enter__()
            elif isinstance(opened, Iterator):
                next(opened, None)
        except (ArgumentError, FailureOfTheUser):
            continue
        pytest.fail(f"{parameter} = {kind_of(value)} was taken")
    assert watch.ran == 0
    client.close()


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_arguments_that_are_varied_are_right(name: str, tmp_path: Path) -> None:
    client = AsyncQdrantClient(transport=RecordingTransport())
    given = arguments(name)
    if "path" in given:
        given["path"] = tmp_path / "snapshot"
    with suppress(UnsupportedOperation):  # where the fake has no answer
        await call(getattr(client, name), given)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (MISSPELT, "query_filter.must[0].nested.filter.must[0]"),
        ({"must": {"key": "a", "match": {"value": object()}}}, "query_filter.must.match.value"),
        ({"should": [{"has_id": [1, -1]}]}, "query_filter.should[0].has_id[1]"),
    ],
)
async def test_path_leads_to_the_value(value: Any, path: str) -> None:
    client = AsyncQdrantClient(transport=RecordingTransport())
    with pytest.raises(ArgumentError) as caught:
        await client.query_points("texts", query_filter=value)
    assert caught.value.parameter == path
    assert str(caught.value).startswith(f"{path}: ")


async def test_condition_that_stands_alone_is_told_where_it_goes() -> None:
    client = AsyncQdrantClient(transport=RecordingTransport())
    alone: Any = models.FieldCondition(key="a", match=models.MatchValue(value=1))
    with pytest.raises(ArgumentError, match="point ids or a Filter"):
        await client.delete("texts", alone)
    with pytest.raises(ArgumentError, match=r"Filter\(must="):
        await client.count("texts", alone)


async def test_collection_outlives_a_recreation_that_cannot_be() -> None:
    async with AsyncQdrantClient(":memory:") as client:
        await client.create_collection("texts")
        wrong: Any = {"sise": 2, "distance": "Dot"}
        with (
            pytest.warns(DeprecationWarning, match="recreate_collection"),
            pytest.raises(ArgumentError, match="sise"),
        ):
            await client.recreate_collection("texts", wrong)
        assert await client.collection_exists("texts")


async def test_number_is_no_file_to_upload(tmp_path: Path) -> None:
    client = AsyncQdrantClient(transport=RecordingTransport())
    with (tmp_path / "snapshot").open("wb") as file:
        wrong: Any = file.fileno()
        with pytest.raises(ArgumentError, match="content: int"):
            await client.upload_snapshot("texts", wrong)
        file.write(b"still open")


async def test_chunk_that_is_no_bytes_ends_an_upload() -> None:
    async def chunks() -> AsyncIterator[Any]:
        yield b"one"
        yield "two"

    client = AsyncQdrantClient(transport=RecordingTransport())
    with pytest.raises(ArgumentError, match="content: a chunk is str 'two', wanted bytes"):
        await client.upload_snapshot("texts", chunks())


@pytest.mark.parametrize(
    ("method", "arguments", "told"),
    [
        ("query_points", {"prefetch": {"limit": 0}}, "prefetch.limit: int 0, wanted an int from 1"),
        (
            "scroll",
            {"scroll_filter": {"must": {"slice": {"total": 0, "index": 0}}}},
            "total: int 0",
        ),
        ("create_collection", {"vectors_config": {"size": 0, "distance": "Dot"}}, "size: int 0"),
        ("create_collection", {"shard_number": 2**32}, "shard_number: int 4294967296"),
        ("create_shard_key", {"shard_key": "a", "shards_number": 0}, "shards_number: int 0"),
    ],
)
async def test_number_beyond_its_bounds_is_not_sent(
    method: str, arguments: dict[str, Any], told: str
) -> None:
    transport = RecordingTransport()
    async with AsyncQdrantClient(transport=transport) as client:
        with pytest.raises(ArgumentError) as caught:
            await getattr(client, method)("texts", **arguments)
    assert told in str(caught.value)
    assert transport.calls == []
