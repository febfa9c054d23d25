"""`client.http`: the operations by the API's own names, beside the official client's classes."""

from __future__ import annotations

import inspect
import io
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from aqdrant import AsyncQdrantClient, QdrantClient, models
from aqdrant._async import http_apis
from aqdrant._sync import http_apis as sync_apis
from aqdrant._tools import generate_http
from aqdrant.exceptions import ArgumentError, NotFound
from aqdrant.operations import ALL_OPERATIONS
from aqdrant.testing import RecordingTransport
from tests.rest.canned import canned, client_of, result

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the official client's own imports
    from qdrant_client.http import api_client

FACTS: Final = json.loads(
    (Path(__file__).parents[1] / "data" / "openapi_facts.json").read_text(encoding="utf-8")
)
SELECTED: Final = {"points": [1]}
SENT: Final[dict[str, Any]] = {
    "collection_name": "c",
    "field_name": "key",
    "snapshot_name": "s",
    "vector_name": "v",
    "id": 1,
    "peer_id": 1,
    "shard_id": 0,
    "timeout": 3.0,
    "snapshot": b"content",
    "change_aliases_operation": {"actions": []},
    "cluster_operations": {"drop_replica": {"shard_id": 0, "peer_id": 1}},
    "count_request": {},
    "create_collection": {"vectors": {"size": 2, "distance": "Dot"}},
    "create_field_index": {"field_name": "key"},
    "create_sharding_key": {"shard_key": "a"},
    "delete_payload": {"keys": ["a"], **SELECTED},
    "delete_vectors": {"vector": ["v"], **SELECTED},
    "drop_sharding_key": {"shard_key": "a"},
    "facet_request": {"key": "a"},
    "point_insert_operations": {"points": [{"id": 1, "vector": [1, 2]}]},
    "point_request": {"ids": [1]},
    "points_selector": SELECTED,
    "query_groups_request": {"group_by": "a"},
    "query_request": {"query": [1, 2]},
    "query_request_batch": {"searches": [{"query": 1}]},
    "quota_config": {},
    "scroll_request": {},
    "search_matrix_request": {},
    "set_payload": {"payload": {"a": 1}, **SELECTED},
    "shard_snapshot_recover": {"location": "file:///s"},
    "snapshot_recover": {"location": "file:///s"},
    "update_collection": {},
    "update_operations": {"operations": [{"delete": SELECTED}]},
    "update_vectors": {"points": [{"id": 1, "vector": [1, 2]}]},
    "vector_name_config": {"sparse": {}},
}

QUERIED: Final = {
    "ordering": "weak",
    "consistency": "all",
    "priority": "replica",
    "checksum": "0",
    "_with": "queued",
    "completed_limit": 1,
    "details_level": 1,
}
"""What goes into the query, but for yes and no."""


def groups(apis: object) -> dict[str, object]:
    return {name: group for name, group in vars(apis).items() if name.endswith("_api")}


def methods(group: object) -> Iterator[tuple[str, Any]]:
    return (
        (name, getattr(group, name))
        for name in dir(group)
        if name[0] != "_" and name != "api_client"
    )


def test_generated_files_are_fresh(capsys: pytest.CaptureFixture[str]) -> None:
    assert generate_http.main(["--check"]) == 0, capsys.readouterr().out[:2000]


def test_stale_files_are_told(tmp_path: Path) -> None:
    for side in ("_async", "_sync"):
        (tmp_path / side).mkdir()
    assert generate_http.main(["--check"], tmp_path) == 1


def test_groups_methods_and_parameters_are_those_of_the_official_client() -> None:
    official = api_client.AsyncApis("http://localhost")
    client = AsyncQdrantClient(":memory:")
    assert groups(official).keys() == groups(client.http).keys()
    for name, group in groups(client.http).items():
        theirs = dict(methods(getattr(official, name)))
        ours = dict(methods(group))
        assert ours.keys() == theirs.keys()
        for method, function in ours.items():
            wanted = list(inspect.signature(theirs[method]).parameters)
            got = [p for p in inspect.signature(function).parameters if p in wanted]
            assert got == wanted, method


def test_answers_are_named_as_in_the_official_client() -> None:
    official = api_client.AsyncApis("http://localhost")
    compared = 0
    for name, group in groups(AsyncQdrantClient(":memory:").http).items():
        theirs = dict(methods(getattr(official, name)))
        for method, function in methods(group):
            returned = theirs[method].__annotations__["return"]
            named = getattr(returned, "__name__", str(returned)).strip("'").rpartition(".")[2]
            if named.startswith("Inline"):
                compared += 1
                assert function.__annotations__["return"] == f"models.{named}", method
    assert compared > 50


def test_both_sides_have_every_operation_of_the_api() -> None:
    for module in (http_apis, sync_apis):
        kinds = [getattr(module, name) for name in module.__all__ if name != "HttpApis"]
        found = [name for kind in kinds for name in vars(kind) if name[0] != "_"]
        assert sorted(found) == sorted(FACTS["operations"])


async def test_every_operation_is_called() -> None:
    transport = RecordingTransport({kind: f"result of {kind.__name__}" for kind in ALL_OPERATIONS})
    async with AsyncQdrantClient(transport=transport) as client:
        for _, group in sorted(groups(client.http).items()):
            for _, method in methods(group):
                await called(method)
    made = [call.operation for call in transport.calls]
    assert {type(operation) for operation in made} == set(ALL_OPERATIONS)
    assert len(made) == len(ALL_OPERATIONS) == 69
    assert {call.options.timeout for call in transport.calls} == {3.0}
    assert all(
        field is not None
        for operation in made
        for field in (getattr(operation, name) for name in operation.__struct_fields__)
    )


async def called(method: Any) -> None:
    wanted = inspect.signature(method).parameters
    answer = method(**{name: SENT.get(name, QUERIED.get(name, True)) for name in wanted})
    if not inspect.isawaitable(answer):
        async with answer as stream:
            assert [chunk async for chunk in stream]
        return
    said = await answer
    if not isinstance(said, str):
        said = said["result"] if isinstance(said, dict) else said.result
    assert said == "result of " + "".join(part.title() for part in method.__name__.split("_"))


async def test_calls_go_to_any_transport_with_the_words_of_the_server(tmp_path: Path) -> None:
    async with AsyncQdrantClient(path=tmp_path) as client:
        await use(client.http)
    async with canned(lambda _: result({"count": 5})) as server, client_of(server) as client:
        answer = await client.http.points_api.count_points("c", timeout=2, count_request={})
        assert (answer.result, answer.status, answer.time) == (
            models.CountResult(count=5),
            "ok",
            0.1,
        )
        assert server.seen[-1].target == "/collections/c/points/count?timeout=2"
        server.answer = lambda _: (202, b'{"status":"accepted","time":0.5}', "")
        later = await client.http.snapshots_api.create_snapshot("c", wait=False)
        assert (later.result, later.status, later.time) == (None, "accepted", 0.5)


async def use(http: http_apis.HttpApis) -> None:
    two = {"size": 2, "distance": "Dot"}
    made = await http.collections_api.create_collection("c", create_collection={"vectors": two})
    assert made == models.InlineResponse2001(result=True, status="ok", time=made.time)
    assert made.time is not None
    point = models.PointStruct(id=1, vector=[1, 2])
    points = models.PointsList(points=[point])
    written = await http.points_api.upsert_points("c", wait=True, point_insert_operations=points)
    assert isinstance(written, models.InlineResponse2008)
    assert written.result is not None
    assert written.result.status == "completed"
    listed = await http.collections_api.get_collections()
    assert listed.model_dump()["result"] == {"collections": [{"name": "c"}]}
    assert (await http.service_api.root()).version
    with pytest.raises(NotFound):
        await http.collections_api.get_collection("none")


async def test_bad_arguments_are_named_as_they_were_given() -> None:
    async with AsyncQdrantClient(":memory:") as client:
        points, snapshots = client.http.points_api, client.http.snapshots_api
        with pytest.raises(ArgumentError, match=r"^point_insert_operations: None, wanted"):
            await points.upsert_points("c", point_insert_operations=None)  # type: ignore[arg-type]
        with pytest.raises(ArgumentError, match=r"^collection_name is empty"):
            await points.count_points("", count_request={})
        with pytest.raises(ArgumentError, match=r"^count_request: unknown key 'filtr'"):
            await points.count_points("c", count_request={"filtr": {}})
        with pytest.raises(ArgumentError, match=r"^shard_id: str .zero., wanted int"):
            await snapshots.list_shard_snapshots("c", "zero")  # type: ignore[arg-type]


def test_sync_twin(tmp_path: Path) -> None:
    with QdrantClient(path=tmp_path) as client:
        client.create_collection("c", models.VectorParams(size=2, distance=models.Distance.DOT))
        assert client.http.collections_api.collection_exists("c").result
        taken = client.http.snapshots_api.create_snapshot("c").result
        assert taken is not None
        with client.http.snapshots_api.get_snapshot("c", taken.name) as stream:
            content = b"".join(stream)
        client.delete_collection("c")
        for snapshot in (content, io.BytesIO(content)):
            sent = client.http.snapshots_api.recover_from_uploaded_snapshot("d", snapshot=snapshot)
            assert sent.result is True
        assert [c.name for c in client.get_collections().collections] == ["d"]
