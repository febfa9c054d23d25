"""Operations as values: frozen, named, typed, with facts that hold on every wire."""

from __future__ import annotations

import copy
import pickle
import typing
from typing import Any

import msgspec
import pytest

from aqdrant import models, operations
from aqdrant.models._unions import is_union
from aqdrant.operations import ALL_OPERATIONS, Operation, StreamOperation, result_type
from aqdrant.transport import CallOptions, TransportConfig

NOT_IDEMPOTENT = {
    "AppendsOrCounts": {"BatchUpdate"},
    "FailsTheSecondTime": {
        "CreateCollection",
        "DeleteCollection",
        "UpdateAliases",
        "CreateShardKey",
        "DeleteShardKey",
    },
}


def instance(operation: type[Operation[Any]]) -> Operation[Any]:
    """An operation with something in every required field."""
    values: dict[str, Any] = {
        field.name: "name" for field in msgspec.structs.fields(operation) if field.required
    }
    return operation(**values)


@pytest.mark.parametrize("operation", ALL_OPERATIONS, ids=lambda one: one.__name__)
def test_operation_is_a_frozen_value(operation: type[Operation[Any]]) -> None:
    one = instance(operation)
    assert one.name == operation.__name__
    assert one == instance(operation)
    assert pickle.loads(pickle.dumps(one)) == one
    assert copy.copy(one) == one
    for field in operation.__struct_fields__:
        with pytest.raises(AttributeError):
            setattr(one, field, None)
    with pytest.raises(TypeError):
        operation(**dict.fromkeys(["nothing_of_this_name"]))


@pytest.mark.parametrize("operation", ALL_OPERATIONS, ids=lambda one: one.__name__)
def test_operation_tells_its_collection(operation: type[Operation[Any]]) -> None:
    has_collection = "collection_name" in operation.__struct_fields__
    assert instance(operation).target == ("collection 'name'" if has_collection else None)
    if has_collection:
        assert operation.__struct_fields__[0] == "collection_name"


@pytest.mark.parametrize("operation", ALL_OPERATIONS, ids=lambda one: one.__name__)
def test_operation_has_a_result_type(operation: type[Operation[Any]]) -> None:
    result = result_type(operation)
    assert not isinstance(result, str | typing.ForwardRef)
    parts = typing.get_args(result) if is_union(result) else (result,)
    for part in parts:
        origin = typing.get_origin(part) or part
        assert isinstance(origin, type), result


@pytest.mark.parametrize("operation", ALL_OPERATIONS, ids=lambda one: one.__name__)
def test_reads_are_idempotent(operation: type[Operation[Any]]) -> None:
    assert operation.idempotent or operation.writes
    assert operation.__doc__
    assert operation.__doc__.endswith(".")


def test_result_types_of_the_main_calls() -> None:
    assert result_type(operations.QueryPoints) is models.QueryResponse
    assert result_type(operations.QueryBatchPoints) == list[models.QueryResponse]
    assert result_type(operations.CreateCollection) is bool
    assert result_type(operations.GetPoints) == list[models.Record]
    assert result_type(operations.Telemetry) is models.TelemetryData
    with pytest.raises(TypeError, match="names no result"):
        result_type(Operation)


def test_writes_that_do_not_repeat() -> None:
    listed = {name for names in NOT_IDEMPOTENT.values() for name in names}
    for operation in ALL_OPERATIONS:
        is_snapshot = "Snapshot" in operation.__name__
        if operation.writes and not is_snapshot and operation.idempotent:
            assert operation.__name__ not in listed
    for name in listed:
        assert not getattr(operations, name).idempotent


def test_streams_are_told_apart() -> None:
    streams = {one.__name__: one for one in ALL_OPERATIONS if issubclass(one, StreamOperation)}
    assert set(streams) == {
        "GetFullSnapshot",
        "GetShardSnapshot",
        "GetSnapshot",
        "RecoverFromUploadedSnapshot",
        "RecoverShardFromUploadedSnapshot",
        "StreamShardSnapshot",
    }
    for name, stream in streams.items():
        assert stream.uploads is ("Uploaded" in name)
        assert stream.writes is stream.uploads


def test_operations_cover_the_api() -> None:
    exported = {
        value
        for value in vars(operations).values()
        if isinstance(value, type)
        and issubclass(value, Operation)
        and value not in (Operation, StreamOperation)
    }
    assert exported == set(ALL_OPERATIONS)


def test_options_of_a_call_are_a_value() -> None:
    options = CallOptions(timeout=1.0, headers={"a": "b"})
    assert options == CallOptions(timeout=1.0, headers={"a": "b"})
    with pytest.raises(AttributeError):
        options.timeout = 2.0  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(
    ("config", "target"),
    [
        (TransportConfig(scheme="memory"), ":memory:"),
        (TransportConfig(scheme="file", path="./db"), "./db"),
        (TransportConfig(scheme="http", host="h", port=1, prefix="/p"), "http://h:1/p"),
        (TransportConfig(scheme="https", host="::1"), "https://[::1]"),
    ],
)
def test_configuration_tells_its_place_and_no_secret(config: TransportConfig, target: str) -> None:
    assert config.target == target
    secret = msgspec.structs.replace(config, api_key="s3cr3t", headers={"a": "s3cr3t"})
    assert repr(secret) == f"TransportConfig({target!r})"
