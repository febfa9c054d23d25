"""The tool that keeps the table of what newer servers brought, and the table itself."""

from __future__ import annotations

from typing import Any

import pytest

from aqdrant import models, operations
from aqdrant._tools.since_table import (
    ALL_OPERATIONS,
    HARMLESS,
    Types,
    build_rows,
    build_table,
    find_lost,
    name_operations,
    only_new,
)
from aqdrant.middleware._since import ROWS

FACTS = {
    "operations": {
        "count_points": ["POST", "/points/count", {}, "CountRequest"],
        "get_quotas": ["GET", "/quotas", {}, None],
        "get_optimizations": ["GET", "/optimizations", {}, None],
    }
}
SINCE = {
    "GET /quotas": "1.19",
    "GET /optimizations ?with": "1.17",
    "POST /points/count ?consistency": "1.16",
    "POST /points/count ?timeout": "1.17",
    "POST /search ?gone": "1.17",
    "Filter.must": "1.7",
    "Memory": "1.19",
    "Memory=cold": "1.19",
    "Memory=pinned": "1.20",
    "SliceCondition": "1.19",
    "SliceCondition.slice": "1.19",
    "CollectionInfo.created_at": "1.20",
}


def build() -> dict[str, Any]:
    return dict(build_rows(Types(ALL_OPERATIONS), name_operations(only_new(SINCE), FACTS)))


def test_rows_lead_from_operations_to_what_is_new() -> None:
    rows = build()
    assert rows["SliceCondition"] == ("1.19", {})
    assert rows["Filter"] == ("", dict.fromkeys(("should", "min_should", "must", "must_not"), ""))
    assert rows["operation CountPoints"] == ("", {"body": "", "consistency": "1.16"})
    assert rows["operation GetQuotas"] == ("1.19", {})
    assert rows["operation GetOptimizations"] == ("", {"with_": "1.17"})
    assert rows["Memory"] == ("1.19", {"pinned": "1.20"})
    assert rows["VectorParams"].fields["memory"] == ""


def test_answers_and_what_is_old_have_no_row() -> None:
    rows = build()
    assert not {"CollectionInfo", "PointStruct", "Record", "operation GetPoint"} & set(rows)


@pytest.mark.parametrize(
    ("name", "since", "is_lost"),
    [
        ("Condition.slice", "1.19", False),
        ("SliceCondition.total", "1.19", True),
        ("Memory=Cold", "1.19", False),
        ("Memory=MemoryUnknown", "1.19", False),
        ("Memory=Pinned", "1.20", False),
        ("Memory=Pinned", "1.18", True),
        ("rpc Points.GetQuotas", "1.19", False),
        ("rpc Points.GetPoint", "1.19", True),
        ("CountPoints.consistency", "1.16", False),
        ("CountPoints.timeout", "1.17", False),
        ("CountPoints.other", "1.16", True),
        ("CountResponse.time", "1.19", False),
    ],
)
def test_names_of_the_other_protocol_lead_to_the_same_rows(
    name: str, since: str, is_lost: bool
) -> None:
    assert find_lost({name: since}, build()) == ([name] if is_lost else [])


def test_name_that_leads_nowhere_stops_the_tool() -> None:
    with pytest.raises(ValueError, match=r"Filter\.new"):
        build_table({"rest": SINCE, "grpc": {"Filter.new": "1.20"}}, FACTS)


def test_table_is_written_as_a_module() -> None:
    scope: dict[str, Any] = {}
    exec(build_table({"rest": SINCE, "grpc": {}}, FACTS), scope)
    assert scope["ROWS"] == build()


def test_table_names_what_there_is() -> None:
    for label, (_, names) in ROWS.items():
        kind: Any = (
            getattr(operations, label.removeprefix("operation "))
            if label.startswith("operation ")
            else getattr(models, label)
        )
        is_struct = hasattr(kind, "__struct_fields__")
        known = kind.__struct_fields__ if is_struct else [member.value for member in kind]
        assert set(names) <= set(known)


def test_points_are_not_looked_into() -> None:
    """A class in the table is looked into for each instance: of points there are many."""
    many = {"PointStruct", "PointVectors", "Batch", "SparseVector", "Document", "Record"}
    assert not (many | set(HARMLESS)) & set(ROWS)
