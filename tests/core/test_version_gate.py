"""What the server's version does not know is refused, and nothing else is touched."""

from __future__ import annotations

import logging
import warnings
from typing import Any

import anyio
import numpy as np
import pytest

from aqdrant import AsyncQdrantClient, models
from aqdrant.exceptions import (
    ArgumentError,
    ConnectionFailed,
    NotFound,
    UnsupportedOperation,
)
from aqdrant.middleware import VersionGate
from aqdrant.middleware.newer_names import find_newer, read_version
from aqdrant.operations import (
    BatchUpdate,
    CountPoints,
    CreateCollection,
    CreateVectorName,
    DeletePoints,
    GetCollections,
    GetQuotas,
    Operation,
    QueryPoints,
    Root,
    SetPayload,
    StreamShardSnapshot,
    UpdateVectors,
    UpsertPoints,
)
from aqdrant.testing import (
    ImmediateRecordingTransport,
    RecordingTransport,
    RemoteRecordingTransport,
)

SLICE = models.Filter(must=[models.SliceCondition(slice=models.Slice(total=2, index=0))])
DELETE_SLICE = DeletePoints("c", models.FilterSelector(filter=SLICE))
COUNT_SLICE = CountPoints("c", models.CountRequest(filter=SLICE))
PLAIN = CountPoints("c", models.CountRequest())


def named(operation: Operation[Any]) -> dict[str, str]:
    return {name: ".".join(map(str, since)) for name, since in find_newer(operation)}


def query(**members: Any) -> QueryPoints:
    return QueryPoints("c", models.QueryRequest(**members))


def create(**members: Any) -> CreateCollection:
    return CreateCollection("c", models.CreateCollection(**members))


def vectors(**members: Any) -> CreateCollection:
    return create(
        vectors={"v": models.VectorParams(size=2, distance=models.Distance.DOT, **members)}
    )


# ---- what is newer


@pytest.mark.parametrize(
    ("operation", "names"),
    [
        (DELETE_SLICE, {"SliceCondition": "1.19"}),
        (COUNT_SLICE, {"SliceCondition": "1.19"}),
        (
            CountPoints(
                "c",
                models.CountRequest(
                    filter=models.Filter(
                        must_not=[
                            models.NestedCondition(
                                nested=models.Nested(
                                    key="a",
                                    filter=models.Filter(
                                        should=[
                                            models.FieldCondition(
                                                key="b", match=models.MatchPrefix(prefix="x")
                                            )
                                        ]
                                    ),
                                )
                            )
                        ]
                    )
                ),
            ),
            {"MatchPrefix": "1.19"},
        ),
        (CountPoints("c", models.CountRequest(), 1), {"CountPoints.consistency": "1.16"}),
        (query(params=models.SearchParams(hnsw_ef=5)), {}),
        (
            query(params=models.SearchParams(acorn=models.AcornSearchParams(enable=True))),
            {"SearchParams.acorn": "1.16"},
        ),
        (
            query(
                prefetch=[models.Prefetch(prefetch=[models.Prefetch(filter=SLICE)])],
                query=models.RrfQuery(rrf=models.Rrf(weights=[1.0, 2.0])),
            ),
            {"RrfQuery": "1.16", "Rrf.weights": "1.17", "SliceCondition": "1.19"},
        ),
        (
            query(
                query=models.FormulaQuery(
                    formula=models.SumExpression(
                        sum=["$score", models.AbsExpression(abs=models.MaxExpression(max=["a"]))]
                    )
                )
            ),
            {"MaxExpression": "1.20"},
        ),
        (vectors(), {}),
        (vectors(datatype=models.Datatype.FLOAT16), {}),
        (vectors(datatype=models.Datatype.TURBO4), {"Datatype.turbo4": "1.19"}),
        (vectors(memory=models.Memory.COLD), {"VectorParams.memory": "1.19"}),
        (
            vectors(
                quantization_config=models.TurboQuantization(
                    turbo=models.TurboQuantQuantizationConfig(bits=models.TurboQuantBitSize.BITS8)
                )
            ),
            {"TurboQuantization": "1.18", "TurboQuantBitSize.bits8": "1.20"},
        ),
        (
            create(metadata={"a": 1}, strict_mode_config=models.StrictModeConfig(enabled=True)),
            {"CreateCollection.metadata": "1.16"},
        ),
        (
            UpsertPoints(
                "c",
                models.PointsList(
                    points=[models.PointStruct(id=1, vector=[1.0])],
                    update_filter=SLICE,
                    update_mode=models.UpdateMode.INSERT_ONLY,
                ),
            ),
            {
                "PointsList.update_filter": "1.16",
                "PointsList.update_mode": "1.17",
                "SliceCondition": "1.19",
            },
        ),
        (
            UpdateVectors(
                "c",
                models.UpdateVectors(
                    points=[models.PointVectors(id=1, vector=[1.0])], update_filter=models.Filter()
                ),
            ),
            {"UpdateVectors.update_filter": "1.16"},
        ),
        (
            BatchUpdate(
                "c",
                models.UpdateOperations(
                    operations=[
                        models.DeleteOperation(delete=models.PointIdsList(points=[1])),
                        models.DeleteOperation(delete=models.FilterSelector(filter=SLICE)),
                    ]
                ),
            ),
            {"SliceCondition": "1.19"},
        ),
        (
            DeletePoints(
                "c",
                models.PointIdsList(
                    points=[1], shard_key=models.ShardKeyWithFallback(target="a", fallback="b")
                ),
            ),
            {"ShardKeyWithFallback": "1.16"},
        ),
        (GetQuotas(), {"GetQuotas": "1.19"}),
        (
            CreateVectorName("c", "v", models.SparseVectorNameConfig(sparse={})),  # type: ignore[arg-type]
            {"CreateVectorName": "1.18"},
        ),
        (StreamShardSnapshot("c", 0), {"StreamShardSnapshot": "1.17"}),
        # The contents of payloads are the user's own, whatever they look like.
        (SetPayload("c", models.SetPayload(payload={"update_filter": [SLICE]}, points=[1])), {}),
    ],
    ids=lambda part: part.name if isinstance(part, Operation) else None,
)
def test_newer_names_are_found(operation: Operation[Any], names: dict[str, str]) -> None:
    assert named(operation) == names


def test_vectors_and_points_are_not_gone_through() -> None:
    new = SLICE.must
    vector: list[Any] = [0.5, new]
    assert find_newer(query(query=np.zeros(4, np.float32))) == []
    assert find_newer(query(query=vector)) == []
    assert find_newer(query(query=models.NearestQuery(nearest=vector))) == []
    points: list[Any] = [models.PointStruct(id=1, vector=vector), new]
    assert find_newer(UpsertPoints("c", models.PointsList(points=points))) == []


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("1.19.0", (1, 19)),
        ("v1.18", (1, 18)),
        ("1.20.1-dev+abc", (1, 20)),
        ("1", None),
        ("", None),
        ("dev", None),
        ("1.x", None),
        ("1.99999999999999", None),
    ],
)
def test_versions_are_read(text: str, version: tuple[int, int] | None) -> None:
    assert read_version(text) == version


# ---- what the gate does


async def test_what_is_newer_than_the_server_is_refused() -> None:
    transport = RemoteRecordingTransport(version="1.18.3")
    layer = VersionGate(transport)
    refused: list[Operation[Any]] = [DELETE_SLICE, COUNT_SLICE]
    for operation in refused:
        with pytest.raises(UnsupportedOperation, match=r"SliceCondition \(of 1\.19\)") as caught:
            await layer.execute(operation)
        assert "1.18" in str(caught.value)
        assert caught.value.operation == operation.name
        assert caught.value.fix
    assert transport.operations == [Root()]


async def test_what_the_server_knows_goes_on() -> None:
    transport = RemoteRecordingTransport(version="1.19.0")
    layer = VersionGate(transport)
    await layer.execute(DELETE_SLICE)
    await layer.execute(COUNT_SLICE)
    assert transport.operations == [Root(), DELETE_SLICE, COUNT_SLICE]


async def test_only_what_is_unknown_is_named() -> None:
    layer = VersionGate(RemoteRecordingTransport(version="1.16.1"))
    operation = query(query=models.RrfQuery(rrf=models.Rrf(weights=[1.0])))
    with pytest.raises(UnsupportedOperation) as caught:
        await layer.execute(operation)
    assert "Rrf.weights (of 1.17)" in caught.value.message
    assert "RrfQuery" not in caught.value.message


async def test_version_is_not_asked_for_until_it_matters() -> None:
    transport = RemoteRecordingTransport()
    layer = VersionGate(transport)
    await layer.execute(PLAIN)
    await layer.execute(GetCollections())
    assert Root() not in transport.operations


async def test_version_is_read_again_after_a_new_connection() -> None:
    transport = RemoteRecordingTransport(version="1.19.0")
    layer = VersionGate(transport, connections=transport)
    await layer.execute(DELETE_SLICE)
    await layer.execute(DELETE_SLICE)
    assert transport.operations.count(Root()) == 1
    transport.answer(Root, models.VersionInfo(title="older", version="1.18.3"))
    await layer.execute(DELETE_SLICE)
    transport.connections_made += 1
    with pytest.raises(UnsupportedOperation):
        await layer.execute(DELETE_SLICE)
    assert transport.operations.count(Root()) == 2


async def test_asking_makes_the_first_connection_itself() -> None:
    transport = RemoteRecordingTransport()
    transport.connections_made = 0

    def connect(_: Operation[Any]) -> models.VersionInfo:
        transport.connections_made += 1
        return models.VersionInfo(title="", version="1.19.0")

    transport.answer(Root, connect)
    layer = VersionGate(transport, connections=transport)
    for _ in range(3):
        await layer.execute(DELETE_SLICE)
    assert transport.operations.count(Root()) == 1


async def test_question_carries_the_headers_of_the_call() -> None:
    transport = RemoteRecordingTransport()
    client = AsyncQdrantClient(transport=transport, headers={"a": "b"}, timeout=7)
    await client.delete("c", SLICE, timeout=9)
    asked, deleted = transport.calls
    assert asked.operation == Root()
    assert asked.options == deleted.options


@pytest.mark.parametrize(
    "answer", [models.VersionInfo(title="", version="dev"), NotFound("no such path.")]
)
async def test_unknown_version_refuses_writes_and_lets_reads_go(
    answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    transport = RemoteRecordingTransport({Root: answer})
    layer = VersionGate(transport, connections=transport)
    with caplog.at_level(logging.WARNING, "aqdrant.version"):
        for _ in range(2):
            with pytest.raises(UnsupportedOperation, match=r"not tell its version.*server_version"):
                await layer.execute(DELETE_SLICE)
            await layer.execute(COUNT_SLICE)
    assert transport.operations == [Root(), COUNT_SLICE, COUNT_SLICE]
    (record,) = caplog.records
    assert record.getMessage().startswith("CountPoints uses SliceCondition (of 1.19): a server")


async def test_server_that_is_not_there_is_told_as_such() -> None:
    transport = RemoteRecordingTransport()
    transport.answer(
        Root, ConnectionFailed("refused."), models.VersionInfo(title="", version="1.19.0")
    )
    layer = VersionGate(transport)
    with pytest.raises(ConnectionFailed):
        await layer.execute(DELETE_SLICE)
    await layer.execute(DELETE_SLICE)


async def test_version_that_is_given_is_not_asked_for() -> None:
    transport = RemoteRecordingTransport()
    layer = VersionGate(transport, (1, 18), connections=transport)
    with pytest.raises(UnsupportedOperation):
        await layer.execute(DELETE_SLICE)
    assert transport.operations == []


def test_who_answers_at_once_does_so_unless_the_version_matters() -> None:
    transport = ImmediateRecordingTransport()
    layer = VersionGate(transport, (1, 19))
    assert layer.try_execute(PLAIN) == models.CountResult(count=0)
    assert layer.try_execute(COUNT_SLICE) is NotImplemented


# ---- in a client


async def test_client_of_a_server_has_a_gate() -> None:
    transport = RemoteRecordingTransport(version="1.18.3")
    client = AsyncQdrantClient(transport=transport)
    with pytest.raises(UnsupportedOperation):
        await client.delete("c", SLICE)
    assert transport.operations == [Root()]


async def test_client_of_what_runs_in_process_has_none() -> None:
    transport = RecordingTransport()
    await AsyncQdrantClient(transport=transport).delete("c", SLICE)
    assert transport.operations == [DELETE_SLICE_BY_CLIENT]


DELETE_SLICE_BY_CLIENT = DeletePoints("c", models.FilterSelector(filter=SLICE), wait=True)


async def test_client_takes_the_version() -> None:
    for kind in (RecordingTransport, RemoteRecordingTransport):
        transport = kind()
        client = AsyncQdrantClient(transport=transport, server_version="1.18.3")
        with pytest.raises(UnsupportedOperation):
            await client.delete("c", SLICE)
        await client.count("c")
        assert Root() not in transport.operations


@pytest.mark.parametrize("version", ["", "new", "1", 1.18, (1, 18)])
def test_version_is_checked(version: Any) -> None:
    with pytest.raises(ArgumentError) as caught:
        AsyncQdrantClient(":memory:", server_version=version)
    assert caught.value.parameter == "server_version"


# ---- the check of compatibility


@pytest.mark.parametrize("version", ["1.17.1", "1.15.0", "1.21.0", "2.19.0", "0.19.0"])
async def test_far_version_is_warned_about_once(version: str) -> None:
    transport = RemoteRecordingTransport(version=version)
    client = AsyncQdrantClient(transport=transport)

    async def count() -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(client.count, "c")

    with pytest.warns(UserWarning, match=version.rpartition(".")[0]) as caught:
        await count()
    assert len(caught) == 1
    assert "check_compatibility=False" in str(caught[0].message)
    await client.count("c")
    assert transport.operations.count(Root()) == 1


@pytest.mark.parametrize("version", ["1.18.0", "1.19.3", "1.20.0", "dev"])
async def test_near_version_is_not(version: str) -> None:
    transport = RemoteRecordingTransport(version=version)
    client = AsyncQdrantClient(transport=transport)
    await client.count("c")
    await client.count("c")
    assert len(transport.calls) == 3


async def test_check_points_at_the_users_line() -> None:
    client = AsyncQdrantClient(transport=RemoteRecordingTransport(version="1.15.0"))
    with pytest.warns(UserWarning, match=r"1\.15") as caught:
        await client.count("c")
    assert caught[0].filename == __file__


async def test_check_can_be_turned_off() -> None:
    transport = RemoteRecordingTransport(version="1.15.0")
    client = AsyncQdrantClient(transport=transport, check_compatibility=False)
    await client.count("c")
    assert Root() not in transport.operations


async def test_check_follows_the_first_call_that_succeeds() -> None:
    transport = RemoteRecordingTransport({CountPoints: NotFound("gone.")})
    client = AsyncQdrantClient(transport=transport)
    with pytest.raises(NotFound):
        await client.count("c")
    assert Root() not in transport.operations
    await client.get_collections()
    assert transport.operations[1:] == [GetCollections(), Root()]


async def test_check_that_fails_is_made_again_and_disturbs_nobody() -> None:
    transport = RemoteRecordingTransport()
    version = models.VersionInfo(title="", version="1.15.0")
    transport.answer(Root, ConnectionFailed("lost."), version)
    client = AsyncQdrantClient(transport=transport, retries=0)
    assert (await client.count("c")).count == 0
    with pytest.warns(UserWarning, match=r"1\.15"):
        assert (await client.count("c")).count == 0


async def test_check_that_hangs_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aqdrant.middleware.version_gate._WAIT", 0.01)

    async def hang(_: Operation[Any]) -> None:
        await anyio.sleep_forever()

    client = AsyncQdrantClient(transport=RemoteRecordingTransport({Root: hang}))
    assert (await client.count("c")).count == 0


async def test_version_read_by_the_gate_is_checked_without_another_question() -> None:
    transport = RemoteRecordingTransport(version="1.21.0")
    client = AsyncQdrantClient(transport=transport)
    with pytest.warns(UserWarning, match=r"1\.21"):
        await client.delete("c", SLICE)
    assert transport.operations == [Root(), DELETE_SLICE_BY_CLIENT]


async def test_warnings_as_errors_come_out() -> None:
    client = AsyncQdrantClient(transport=RemoteRecordingTransport(version="1.15.0"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning):
            await client.count("c")
