"""The server's side of the codec on recorded calls: requests to operations, results to answers."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import pytest

from aqdrant import operations as ops
from aqdrant.operations import Operation
from aqdrant_grpc._methods import HEALTH, METHODS
from aqdrant_grpc._tables import METHODS as PROTOS
from aqdrant_grpc.calls import decode_answer, encode_request
from aqdrant_grpc.server.framing import Refused
from aqdrant_grpc.server.replies import encode_result
from aqdrant_grpc.server.requests import BODIES, OPERATIONS, read_operation

from .generated import official_class
from .pairs import Call, calls
from .test_pairs import ANSWERED, ASKED, OTHER_REQUEST, difference, normal


def test_every_call_of_the_table_is_served() -> None:
    assert set(OPERATIONS) == {method.path for method in METHODS.values()} - {HEALTH}
    with_body = {kind for kind in OPERATIONS.values() if "body" in kind.__struct_fields__}
    assert set(BODIES) == with_body


@pytest.mark.parametrize(("call", "found"), ASKED, ids=[call.name for call, _ in ASKED])
def test_requests_are_read_as_they_were_meant(
    call: Call, found: tuple[Operation[Any], int | None]
) -> None:
    if call.name in OTHER_REQUEST or call.method == HEALTH:
        return
    kind = official_class(PROTOS[call.method].split(" ")[0])
    try:
        asked = read_operation(OPERATIONS[call.method], call.request)
    except Refused as error:
        if call.is_answered or error.code != call.line["status"]:
            raise
        return
    timeout = None if asked.timeout is None else int(asked.timeout)
    again = kind.FromString(encode_request(asked.operation, timeout))
    expected = kind.FromString(call.request)
    if timeout is None and "timeout" in kind.DESCRIPTOR.fields_by_name:
        expected.ClearField("timeout")  # 0 is none, where it is taken
    assert normal(again) == normal(expected)


@pytest.mark.parametrize(("call", "operation"), ANSWERED, ids=[call.name for call, _ in ANSWERED])
def test_results_are_written_as_they_were_read(call: Call, operation: Operation[Any]) -> None:
    if call.method == HEALTH or isinstance(operation, ops.GetPoint):
        return
    result, recorded = decode_answer(operation, call.answer)
    content = b"".join(encode_result(type(operation), result, perf_counter()))
    again, fields = decode_answer(operation, content)
    assert difference(result, again, unordered=False) is None
    if call.file not in ("usage", "inference_remote"):  # servers that report it
        assert fields.keys() == recorded.keys()
    assert fields.get("time", 1.0) > 0
    # Other clients know no defaults of ours: all that was told is told.
    message = official_class(PROTOS[call.method].split(" ")[1])
    ours, theirs = (message.FromString(each) for each in (content, call.answer))
    for one in (ours, theirs):
        for name in {"time", "usage"}.intersection(one.DESCRIPTOR.fields_by_name):
            one.ClearField(name)
    assert ours == theirs


STRICTER = {
    "errors/filter-condition-unset",  # taken for one that all points meet
    "errors/query-nan",
    "errors/upsert-nan",
    "errors/upsert-update-mode-unknown",
}
"""What a real server takes and ours refuses, which no one can have meant."""


@pytest.mark.parametrize("call", calls(), ids=lambda call: call.name)
def test_every_recorded_request_is_read_or_refused(call: Call) -> None:
    kind = OPERATIONS.get(call.method)
    if kind is None:
        return
    is_refused = False
    try:
        read_operation(kind, call.request)
    except Refused:
        is_refused = True
    if call.is_answered:
        assert is_refused == (call.name in STRICTER)
