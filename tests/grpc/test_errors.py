"""Errors that were recorded over both protocols: the same kind of error comes of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from aqdrant import operations as ops
from aqdrant.exceptions import AqdrantError, OperationTimeout, StatusError, status_error
from aqdrant_grpc.errors import CODES, read_message
from aqdrant_net import Response

from .pairs import Call, calls

OPERATION = ops.GetCollections()
# The server itself has other statuses on its two ports there.
APART = {"INTERNAL", "UNIMPLEMENTED"}


def grpc_error(call: Call) -> AqdrantError:
    trailers = {
        "grpc-status": str(CODES.index(call.line["status"])),
        "grpc-message": quote(call.line.get("message", "")),
        **dict(call.line.get("trailers", [])),
    }
    answer = Response(200, [])
    answer.trailers = [(name.encode(), text.encode()) for name, text in trailers.items()]
    with pytest.raises(AqdrantError) as caught:
        read_message(answer, OPERATION, 1.0, "http://ex")
    return caught.value


FAILED = [call for call in calls() if not call.is_answered]


@pytest.mark.parametrize("call", FAILED, ids=[call.name for call in FAILED])
def test_errors_are_of_the_kind_that_rest_has(call: Call) -> None:
    error: Any = grpc_error(call)
    if isinstance(error, StatusError):
        assert error.grpc_code == call.line["status"]
        assert error.reason == call.line.get("message", "")
    rest = call.line.get("rest")
    if rest is None or rest["status"] < 400 or call.line["status"] in APART:
        return
    if rest["status"] == 408:
        assert isinstance(error, OperationTimeout)
        return
    expected = status_error(rest["status"], "")
    assert type(error) is type(expected)


def test_when_to_come_back_stands_in_the_trailers() -> None:
    limited = [call for call in FAILED if call.line["status"] == "RESOURCE_EXHAUSTED"]
    assert {getattr(grpc_error(call), "retry_after", None) for call in limited} > {30.0}


@pytest.mark.parametrize("code", ["17", "-1", "", "two", "9" * 5000, "\u0663"])
def test_a_status_that_nobody_knows_is_an_unknown_error(code: str) -> None:
    answer = Response(200, [(b"grpc-status", code.encode())])
    with pytest.raises(StatusError) as caught:
        read_message(answer, OPERATION, 1.0, "http://ex")
    assert caught.value.grpc_code == "UNKNOWN"
