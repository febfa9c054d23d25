"""Payloads that mean harm: kept as they are, or refused with the limit named, as in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aqdrant import QdrantClient, models
from aqdrant.exceptions import ArgumentError


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


KEPT: dict[str, dict[str, Any]] = {
    "deep": {"v": nested(120)},
    "large": {"v": "x" * 40_000_000},
    "largest_number": {"v": 2**64 - 1},
    "smallest_number": {"v": -(2**63)},
    **{
        repr(key)[:12]: {key: 1} for key in ("", "a.b", "a[]", '"q"', "\0", "\u202e", "x" * 100_000)
    },
}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "500 levels": ({"v": nested(500)}, "126 levels"),
    "100,000 levels": ({"v": nested(100_000)}, "126 levels"),
    "2**64": ({"v": 2**64}, "64 bits"),
    "10**400": ({"v": 10**400}, "64 bits"),
    "surrogate": ({"v": "\ud800"}, "lone surrogate"),
    "surrogate key": ({"\ud800": 1}, "lone surrogate"),
    "nan": ({"v": float("nan")}, "nan"),
    "inf": ({"v": float("-inf")}, "inf"),
}


def opened(path: str | None) -> QdrantClient:
    return QdrantClient(":memory:") if path is None else QdrantClient(path=path)


@pytest.mark.parametrize("name", KEPT)
def test_kept(tmp_path: Path, name: str) -> None:
    for path in (None, str(tmp_path)):
        client = opened(path)
        client.create_collection("c", {})
        client.upsert("c", [models.PointStruct(id=1, vector={}, payload=KEPT[name])])
        if path is not None:
            client.close()
            client = opened(path)
        assert client.retrieve("c", [1])[0].payload == KEPT[name]
        client.close()


@pytest.mark.parametrize("name", REFUSED)
def test_refused(tmp_path: Path, name: str) -> None:
    payload, limit = REFUSED[name]
    for path in (None, str(tmp_path)):
        with opened(path) as client:
            client.create_collection("c", {})
            with pytest.raises(ArgumentError, match=limit):
                client.upsert("c", [models.PointStruct(id=1, vector={}, payload=payload)])
            assert client.count("c").count == 0
