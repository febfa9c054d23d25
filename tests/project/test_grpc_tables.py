"""What gRPC has: every RPC of the public services stands in the table, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import pytest

from aqdrant._tools import generate_grpc
from aqdrant.operations import ALL_OPERATIONS
from aqdrant_grpc._methods import HEALTH, METHODS, REST_ONLY
from aqdrant_grpc._tables import METHODS as PROTOS


def test_every_operation_is_carried_or_declared_to_be_rest_only() -> None:
    assert METHODS.keys() | REST_ONLY == set(ALL_OPERATIONS)
    assert not METHODS.keys() & REST_ONLY


def test_every_current_rpc_has_an_operation() -> None:
    current = {path for path, row in PROTOS.items() if not row.endswith(" deprecated")}
    assert {method.path for method in METHODS.values()} == current | {HEALTH}
    counts = {name: sum(f".{name}/" in path for path in current) for name in ("Collections",)}
    assert counts == {"Collections": 14}


def test_generated_files_are_fresh(capsys: pytest.CaptureFixture[str]) -> None:
    assert generate_grpc.main(["--check"]) == 0, capsys.readouterr().out[:2000]


def test_a_stale_or_foreign_file_is_seen(tmp_path: Path) -> None:
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages" / "old.py").write_text("")
    found = "".join(generate_grpc.differences({"_tables.py": "x\n"}, tmp_path))
    assert "messages/old.py: nothing generates this file" in found
    assert "+x" in found


def test_prose_of_the_compiler_is_left_out() -> None:
    source = 'class A:\n    """Told."""\n\n    x: int = 1\n    "told"\n'
    assert generate_grpc.strip_prose(source) == "class A:\n\n    x: int = 1\n"
