"""Calls that were recorded over REST and over gRPC: the same requests, the same results."""

from __future__ import annotations

import json
import math
from typing import Any
from uuid import UUID

import msgspec
import pytest
from qdrant_client import grpc as official

from aqdrant.models._reading import decode
from aqdrant.models._scalars import Mismatch
from aqdrant.operations import Operation, result_type
from aqdrant_grpc._methods import METHODS
from aqdrant_grpc._tables import METHODS as PROTOS
from aqdrant_grpc.calls import decode_answer, encode_request, is_supported

from .generated import official_class
from .pairs import Call, calls, operation_of

PAIRS = [call for call in calls() if "rest" in call.line]

OTHER_REQUEST = {
    "query/filter-field-two-conditions",  # over gRPC with the first of them alone
    "snapshots/upsert",  # other points
}
"""Pairs whose requests were not recorded with the same meaning."""


def asked(call: Call) -> tuple[Operation[Any], int | None] | None:
    """The operation of a pair; None where our models refuse it, or gRPC has no such call."""
    try:
        found = operation_of(call.line["rest"])
    except Mismatch:
        return None
    return found if found is not None and is_supported(found[0]) else None


ASKED = [(call, found) for call in PAIRS if (found := asked(call)) is not None]


def test_nearly_all_pairs_are_compared() -> None:
    assert len(PAIRS) > 1500
    assert len(PAIRS) - len(ASKED) < 45  # what a client refuses before it is sent


# ---- requests


def normal(message: Any) -> Any:
    """A message with the server's own defaults written out, and ids in one spelling."""
    name = message.DESCRIPTOR.name
    if name == "PointId" and message.uuid:
        message.uuid = str(UUID(message.uuid))
    for field in {
        "CountPoints": (("exact", True),),
        "SearchParams": (("exact", False), ("indexed_only", False)),
        "QuantizationSearchParams": (("ignore", False),),
        "AcornSearchParams": (("enable", False),),
    }.get(name, ()):
        if not message.HasField(field[0]):
            setattr(message, *field)
    if name == "TextIndexParams":
        message.tokenizer = message.tokenizer or official.TokenizerType.Word  # as over REST
    if name == "StartFrom" and message.HasField("timestamp"):
        message.datetime = message.timestamp.ToJsonString()
    elif name == "StartFrom" and "T" not in message.datetime and message.datetime:
        message.datetime += "T00:00:00Z"
    for field, value in message.ListFields():
        if field.message_type is None or field.message_type.GetOptions().map_entry:
            continue
        for inner in value if field.is_repeated else (value,):
            normal(inner)
    return message


@pytest.mark.parametrize(("call", "found"), ASKED, ids=[call.name for call, _ in ASKED])
def test_requests_mean_the_same(call: Call, found: tuple[Operation[Any], int | None]) -> None:
    if call.name in OTHER_REQUEST:
        return
    operation, timeout = found
    assert METHODS[type(operation)].path == call.method
    kind = official_class(PROTOS[call.method].split(" ")[0])
    ours = kind.FromString(encode_request(operation, timeout))
    assert normal(ours) == normal(kind.FromString(call.request))


# ---- results

APART = {
    # The states had come apart: gRPC refused, or could not carry, an earlier call of the file.
    "aliases/aliases-after-delete-by-alias",
    "cluster/cluster-info-custom-end",
    "cluster/cluster-info-resharding",
    "collections/get-info-updated",
    "collections/get-info-updated-2",
    "collections/list-end",
    "collections/list-many",
    "indexes/get-end",
    "indexes/get-text",
    "indexes/text-defaults-the",
    "indexes/text-phrase-off-the",
    "indexes/text-stemmer-only-fox-upper",
    "indexes/text-stemmer-only-the",
    "inference/count",
    "points/count",
    "points/count-after-delete",
    "points/count-approx",
    "points/count-consistency-timeout",
    "points/count-exact",
    "points/get-after-bad-vectors",
    "points/get-batch-named-int-rows",
    "points/get-both-forms",
    "points/get-duplicate-payload-key",
    "points/get-f32-overflow",
    "points/get-floats",
    "points/get-multi-two-int-rows",
    "points/get-payload-values",
    "points/get-surrogate-pair",
    "points/query-f32-overflow",
    "points/retrieve-payload-exclude",
    "points/retrieve-payload-empty-list",
    "points/retrieve-payload-include",
    "points/retrieve-payload-include-empty",
    "points/retrieve-payload-index-key",
    "points/retrieve-payload-list",
    "points/retrieve-payload-nested",
    "points/retrieve-payload-quoted-key",
    "points/scroll-default",
    "points/scroll-limit-null",
    "points/scroll-offset-between",
    "points/scroll-page-2",
    "vectors/delete-by-ids-and-filter-after",
    "vectors/update-filter-after",
    # The server chooses anew each time.
    "query/count-range-approx",
    # JSON has no infinity, and gRPC no null beside an empty list.
    "points/get-f16-values",
    "cluster/shard-keys-auto",
}


def difference(rest: Any, grpc: Any, unordered: bool, path: str = "result") -> str | None:
    """Where two results differ, in type or in value."""
    if type(rest) is not type(grpc):
        return f"{path}: {rest!r} over REST, {grpc!r} over gRPC"
    if isinstance(rest, msgspec.Struct):
        # Numbers of updates count what the two servers were asked before.
        names = set(rest.__struct_fields__) - {"operation_id", "version"}
        pairs = [(f".{n}", getattr(rest, n), getattr(grpc, n)) for n in sorted(names)]
    elif isinstance(rest, dict) and rest.keys() == grpc.keys():
        pairs = [(f".{key}", rest[key], grpc[key]) for key in rest]
    elif isinstance(rest, list) and len(rest) == len(grpc):
        if unordered:
            rest, grpc = sorted(rest, key=_name), sorted(grpc, key=_name)
        pairs = [(f"[{i}]", *both) for i, both in enumerate(zip(rest, grpc, strict=True))]
    elif isinstance(rest, float) and math.isclose(rest, grpc, rel_tol=1e-5, abs_tol=1e-6):
        return None
    else:
        return None if rest == grpc else f"{path}: {rest!r} over REST, {grpc!r} over gRPC"
    found = (difference(a, b, unordered, path + step) for step, a, b in pairs)
    return next((text for text in found if text), None)


def _name(value: Any) -> str:
    return repr(getattr(value, "id", value))


ANSWERED = [
    (call, found[0])
    for call, found in ASKED
    if call.is_answered and call.line["rest"]["status"] < 300 and not call.line.get("volatile")
]


@pytest.mark.parametrize(("call", "operation"), ANSWERED, ids=[call.name for call, _ in ANSWERED])
def test_results_are_equal(call: Call, operation: Operation[Any]) -> None:
    answer = call.line["rest"]["answer"]
    text = json.dumps(answer.get("result", answer)).encode()
    expected = decode(text, result_type(type(operation)))
    try:
        result, _ = decode_answer(operation, call.answer)
    except LookupError as error:
        result = error
    found = difference(expected, result, bool(call.line.get("unordered")))
    assert bool(found) == (call.name in APART), found


@pytest.mark.parametrize("call", calls(), ids=lambda call: call.name)
def test_every_recorded_answer_is_read(call: Call) -> None:
    kinds = {method.path: kind for kind, method in METHODS.items()}
    if not call.is_answered or call.method not in kinds:
        return
    message = official_class(PROTOS[call.method].split(" ")[1]).FromString(call.answer)
    rest = call.line.get("rest")
    found = asked(call) if rest else None
    if found is not None:
        _, fields = decode_answer(found[0], call.answer) if call.name not in APART else (0, {})
        assert fields.get("time", message.time) == message.time
