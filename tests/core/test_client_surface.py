"""The surface of the clients against the installed official one: names, parameters, defaults."""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable
from typing import Any

import pytest

import aqdrant
from aqdrant._async.former import _NOW

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the official client's own imports
    import qdrant_client

PAIRS = {
    "async": (qdrant_client.AsyncQdrantClient, aqdrant.AsyncQdrantClient),
    "sync": (qdrant_client.QdrantClient, aqdrant.QdrantClient),
}

LEFT_OUT = {
    "DEFAULT_BATCH_SIZE": "a setting of fastembed, not a call; local_inference_batch_size is ours",
}

ONLY_OURS = {
    "aclose": "what async code calls close",
    "refresh": "the official local mode cannot read beside a writer",
    "collection": "the methods for one collection",
    "clear_issues": "hidden under .http there",
    "download_full_snapshot": "hidden under .http there, and broken",
    "download_snapshot": "hidden under .http there, and broken",
    "get_issues": "hidden under .http there",
    "get_point": "hidden under .http there",
    "get_quotas": "hidden under .http there",
    "grpc_health": "native calls of gRPC's health service",
    "grpc_root": "native calls, on the remote client alone there",
    "grpc_snapshots": "native calls, on the remote client alone there",
    "healthz": "hidden under .http there, and broken",
    "scroll_all": "every point, one after the other",
    "scroll_pages": "every point, page by page",
    "livez": "hidden under .http there, and broken",
    "metrics": "hidden under .http there, and broken",
    "readyz": "hidden under .http there, and broken",
    "stream_full_snapshot": "a download piece by piece",
    "stream_snapshot": "a download piece by piece",
    "telemetry": "hidden under .http there",
    "update_quotas": "hidden under .http there",
    "upload_snapshot": "hidden under .http there",
}

UPLOAD: dict[str, Any] = {
    "start": 0,
    "max_failures": 100,
    "raise_failures": True,
    "on_progress": None,
    "result": None,
    "timeout": None,
}
ADDED = {
    "__init__": {
        "transport": None,
        "middleware": None,
        "max_concurrency": None,
        "retries": None,
        "server_version": None,
        "coalesce": False,
        "tracing": False,
        "embedders": None,
    },
    # What their methods take as **kwargs, or refuse though the server takes it.
    "count": {"consistency": None},
    "create_shard_key": {"initial_state": None, "timeout": None},
    "delete_shard_key": {"timeout": None},
    "migrate": {
        "with_aliases": False,
        "resume": False,
        "verify": True,
        "parallel": 1,
        "on_progress": None,
    },
    "upload_collection": UPLOAD,
    "upload_points": UPLOAD,
}

AWAITED = {
    "migrate": "raises NotImplementedError in the official async client",
    "upload_collection": "blocks the event loop in the official async client",
    "upload_points": "blocks the event loop in the official async client",
}


def public(client: type) -> set[str]:
    return {name for name in dir(client) if not name.startswith("_")}


def methods(client: type) -> list[str]:
    return ["__init__", *(name for name in sorted(public(client)) if callable_on(client, name))]


def callable_on(client: type, name: str) -> bool:
    return callable(getattr(client, name)) and name not in LEFT_OUT


def parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    return [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in inspect.signature(function).parameters.values()
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD
    ]


CASES = [(kind, name) for kind, (official, _) in PAIRS.items() for name in methods(official)]


@pytest.mark.parametrize("kind", PAIRS)
def test_names_are_those_of_the_official_client(kind: str) -> None:
    official, ours = PAIRS[kind]
    # `migrate` and `close` are public there on both sides.
    assert public(official) - public(ours) == set(LEFT_OUT)
    assert public(ours) - public(official) == set(ONLY_OURS) - (
        {"aclose"} if kind == "sync" else set()
    )


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_parameters_are_those_of_the_official_client(kind: str, name: str) -> None:
    official, ours = (parameters(getattr(client, name)) for client in PAIRS[kind])
    added = ADDED.get(name, {})
    assert [parameter for parameter in ours if parameter.name not in added] == official
    new = [parameter for parameter in ours if parameter.name in added]
    assert {parameter.name: parameter.default for parameter in new} == added
    # What was added comes after all that was there: calls by position keep their meaning.
    assert ours[len(official) :] == new


@pytest.mark.parametrize("name", methods(PAIRS["async"][0]))
def test_what_is_awaited_there_is_awaited_here(name: str) -> None:
    official, ours = (getattr(client, name) for client in PAIRS["async"])
    if name in AWAITED:
        assert not inspect.iscoroutinefunction(official)
        assert inspect.iscoroutinefunction(ours)
    else:
        assert inspect.iscoroutinefunction(official) == inspect.iscoroutinefunction(ours)


@pytest.mark.parametrize("name", sorted(public(aqdrant.AsyncQdrantClient) - {"aclose"}))
def test_sync_client_has_the_same_signature(name: str) -> None:
    ours, sync = (getattr(client, name) for client in (PAIRS["async"][1], PAIRS["sync"][1]))
    if not callable(ours):
        assert isinstance(inspect.getattr_static(PAIRS["sync"][1], name), property)
        return
    assert parameters(sync) == parameters(ours)
    assert not inspect.iscoroutinefunction(sync)


def test_every_method_is_described() -> None:
    for _, ours in PAIRS.values():
        for name in public(ours):
            assert inspect.getdoc(inspect.getattr_static(ours, name)), name


def test_unknown_arguments_are_refused_by_name() -> None:
    client: Any = aqdrant.AsyncQdrantClient(":memory:")
    with pytest.raises(TypeError, match="filter"):
        client.query_points("texts", filter={})


@pytest.mark.parametrize(("official", "ours"), PAIRS.values(), ids=PAIRS)
def test_former_methods_name_those_of_today(official: type, ours: type[Any]) -> None:
    client = ours(":memory:")
    for name, today in _NOW.items():
        assert not hasattr(official, name)
        assert callable_on(ours, re.split(r"[ ,]", today)[0])
        with pytest.raises(AttributeError, match=re.escape(f"Use {today}.")):
            getattr(client, name)
    with pytest.raises(AttributeError, match=r"has no attribute 'query_point'$"):
        _ = client.query_point
