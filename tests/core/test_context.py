"""Headers going out and statistics coming back, for the task that asked and its children alone."""

from __future__ import annotations

from typing import Any

import anyio
import pytest
from anyio.abc import TaskGroup
from anyio.lowlevel import checkpoint

from aqdrant import AsyncQdrantClient, collect_stats, context_headers
from aqdrant.context import CallStats, current_headers, is_collecting, report
from aqdrant.exceptions import ArgumentError
from aqdrant.operations import CountPoints, Operation
from aqdrant.testing import RecordingTransport


def stats(name: str) -> CallStats:
    return CallStats(operation=name, time=0.5)


async def test_headers_nest_and_inner_ones_win() -> None:
    transport = RecordingTransport()
    client = AsyncQdrantClient(transport=transport)
    await client.count("c")
    with context_headers({"a": "1", "b": "1"}):
        with context_headers({"b": "2", "c": "2"}):
            await client.count("c")
        await client.count("c")
    await client.count("c")
    assert [dict(call.options.headers) for call in transport.calls] == [
        {},
        {"a": "1", "b": "2", "c": "2"},
        {"a": "1", "b": "1"},
        {},
    ]


async def test_headers_go_with_streams() -> None:
    transport = RecordingTransport()
    client = AsyncQdrantClient(transport=transport)
    with context_headers({"a": "1"}):
        async with client.stream_snapshot("c", "s"):
            pass
    assert transport.calls[0].options.headers == {"a": "1"}


async def test_headers_follow_the_task() -> None:
    transport = RecordingTransport()
    client = AsyncQdrantClient(transport=transport)

    async def call(name: str) -> None:
        with context_headers({"task": name}):
            await checkpoint()
            await client.count(name)

    with context_headers({"parent": "p"}):
        async with anyio.create_task_group() as tasks:
            for name in "abc":
                tasks.start_soon(call, name)
    assert current_headers() == {}
    seen = {call.operation.collection_name: call.options.headers for call in transport.calls}  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    assert seen == {name: {"parent": "p", "task": name} for name in "abc"}


def test_headers_end_with_an_error() -> None:
    with pytest.raises(ZeroDivisionError), context_headers({"a": "1"}):
        raise ZeroDivisionError
    assert current_headers() == {}


def test_headers_are_a_copy() -> None:
    given = {"a": "1"}
    with context_headers(given):
        given["a"] = "2"
        assert current_headers() == {"a": "1"}


@pytest.mark.parametrize("bad", [{"a": 1}, {1: "a"}, [("a", "b")], "a", None, {"a": b"b"}])
def test_headers_are_text(bad: Any) -> None:
    with pytest.raises(ArgumentError, match=r"^headers"), context_headers(bad):
        pass


def test_collectors_nest() -> None:
    assert not is_collecting()
    report(stats("nobody"))
    with collect_stats() as outer:
        assert is_collecting()
        report(stats("a"))
        with collect_stats() as inner:
            report(stats("b"))
        report(stats("c"))
    report(stats("nobody"))
    assert [one.operation for one in outer] == ["a", "b", "c"]
    assert [one.operation for one in inner] == ["b"]
    assert not is_collecting()


async def test_stats_include_tasks_started_inside_and_no_others() -> None:
    def reporting(operation: Operation[Any]) -> Any:
        report(stats(operation.target or ""))
        return None

    client = AsyncQdrantClient(transport=RecordingTransport({CountPoints: reporting}))
    seen: dict[str, list[CallStats]] = {}

    async def call(name: str) -> None:
        with collect_stats() as own:
            await checkpoint()
            await client.count(name)
            await checkpoint()
        seen[name] = own

    def start_inside(tasks: TaskGroup) -> None:
        with collect_stats() as collected:
            for name in "abc":
                tasks.start_soon(call, name)
        seen["all inside"] = collected

    async with anyio.create_task_group() as tasks:
        start_inside(tasks)
        tasks.start_soon(call, "outside")
    for name in ("a", "b", "c", "outside"):
        assert [one.operation for one in seen[name]] == [f"collection {name!r}"]
    assert sorted(one.operation[-2] for one in seen["all inside"]) == ["a", "b", "c"]


def test_stats_are_values() -> None:
    assert stats("a") == stats("a")
    with pytest.raises(AttributeError):
        stats("a").time = 1.0  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
