"""Snapshots through our server, on a real socket: what forms it takes, what other engines fetch."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from aqdrant import AsyncQdrantClient, models
from aqdrant.exceptions import BadRequest, InternalServerError
from aqdrant_local import LocalTransport
from aqdrant_rest.server.running import Place, serve_until

POINTS = [models.PointStruct(id=number, vector=[float(number), 1.0]) for number in range(5)]
ZEROS = "0" * 64


@asynccontextmanager
async def serving() -> AsyncGenerator[tuple[httpx.AsyncClient, str, str]]:
    """A server of a collection `s` with a snapshot: a client, its URL, the snapshot's name."""
    engine = LocalTransport(is_confined=True)
    ended, is_ready = anyio.Event(), anyio.Event()
    urls: list[str] = []

    def ready(url: str) -> None:
        urls.append(url)
        is_ready.set()

    local = AsyncQdrantClient(transport=engine)
    vectors = models.VectorParams(size=2, distance=models.Distance.DOT)
    await local.create_collection("s", vectors)
    await local.upsert("s", POINTS)
    made = await local.create_snapshot("s")
    assert made is not None
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(serve_until, ended.wait, engine, Place(port=0, api_key="k"), ready)
        await is_ready.wait()
        try:
            async with httpx.AsyncClient(base_url=urls[0], headers={"api-key": "k"}) as client:
                yield client, urls[0], made.name
        finally:
            ended.set()


async def count(client: httpx.AsyncClient, name: str) -> Any:
    answer = await client.post(f"/collections/{name}/points/count", json={})
    return answer.json().get("result", {}).get("count")


async def test_forms_are_taken_as_qdrant_takes_them() -> None:
    async with serving() as (client, _, name):
        content = (await client.get(f"/collections/s/snapshots/{name}")).content
        file = {"snapshot": (name, content)}
        upload = "/collections/new/snapshots/upload"
        answer = await client.post(upload, params={"priority": "snapshot"}, files=file)
        assert (answer.status_code, answer.json()["result"]) == (200, True)
        assert await count(client, "new") == len(POINTS)
        more = {"snapshot": ("a", content), "other": ("b", b"x")}
        answer = await client.post(upload, files=more, data={"first": "y"})
        assert answer.status_code == 200
        answer = await client.post(upload, params={"wait": "false"}, files=file)
        assert (answer.status_code, answer.json()["status"]) == (202, "accepted")
        shard = "/collections/s/shards/0/snapshots/upload"
        assert (await client.post(shard, files=file)).status_code == 200


async def test_parts_of_a_snapshot_are_sent() -> None:
    async with serving() as (client, _, name):
        path = f"/collections/s/snapshots/{name}"
        whole = await client.get(path)
        content, size = whole.content, len(whole.content)
        assert whole.headers["accept-ranges"] == "bytes"
        assert whole.headers["content-disposition"] == f'attachment; filename="{name}"'
        for asked, start, end in (
            ("bytes=0-99", 0, 100),
            ("bytes=-10", size - 10, size),
            (f"bytes={size - 5}-", size - 5, size),
            (f"bytes=7-{size + 9}", 7, size),
        ):
            part = await client.get(path, headers={"range": asked})
            assert (part.status_code, part.content) == (206, content[start:end])
            assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
        for asked in ("bytes=5-2", "bytes=0-1,4-5", "items=0-1", "bytes=-"):
            assert (await client.get(path, headers={"range": asked})).content == content
        newer = {"range": "bytes=0-1", "if-range": '"another"'}
        assert (await client.get(path, headers=newer)).content == content
        nothing = await client.get(path, headers={"range": f"bytes={size}-"})
        assert (nothing.status_code, nothing.headers["content-range"]) == (416, f"bytes */{size}")
        assert (await client.get("/collections//s/snapshots/")).json()["result"][0]["name"] == name


BAD_FORMS: list[tuple[dict[str, Any], int, str]] = [
    ({"json": {"a": 1}}, 415, "ContentTypeIncompatible"),
    ({"files": {"file": ("x", b"x")}}, 400, "Required field is missing: snapshot"),
    ({"files": {"snapshot": ("x", b"no snapshot")}}, 400, "no snapshot of aqdrant"),
    ({"files": {"snapshot": ("x", b"")}}, 400, "no snapshot of aqdrant"),
    (
        {"files": {"snapshot": ("x", b"x")}, "params": {"checksum": ZEROS}},
        400,
        "checksum mismatch",
    ),
    ({"files": {"snapshot": ("x", b"x")}, "params": {"checksum": "abc"}}, 422, "64 digits"),
    ({"files": {"snapshot": ("x", b"x")}, "params": {"priority": "nope"}}, 400, "nope"),
    (
        {
            "content": b"--b\r\ncontent-disposition: form-data; name=snapshot\r\n\r\nabc",
            "headers": {"content-type": "multipart/form-data; boundary=b"},
        },
        400,
        "incomplete",
    ),
    (
        {"content": b"abc", "headers": {"content-type": "multipart/form-data; boundary=b"}},
        400,
        "Multipart stream is broken",
    ),
    ({"content": b"abc", "headers": {"content-type": "multipart/form-data"}}, 415, "Content"),
]


@pytest.mark.parametrize(("request_", "status", "text"), BAD_FORMS)
async def test_bad_forms_are_refused(request_: dict[str, Any], status: int, text: str) -> None:
    async with serving() as (client, _, _):
        answer = await client.post("/collections/s/snapshots/upload", **request_)
        assert (answer.status_code, text in answer.text) == (status, True), answer.text
        assert await count(client, "s") == len(POINTS)


async def test_who_does_not_wait_is_accepted() -> None:
    async with serving() as (client, _, name):
        for method, path in (
            ("POST", "/collections/s/snapshots"),
            ("DELETE", "/collections/s/snapshots/nope.snapshot"),
            ("POST", "/snapshots"),
            ("DELETE", f"/collections/s/snapshots/{name}"),
        ):
            answer = await client.request(method, path, params={"wait": "false"})
            assert answer.status_code == 202
            assert answer.json()["status"] == "accepted"


async def test_checksum_is_a_file_too() -> None:
    async with serving() as (client, _, name):
        (told,) = (await client.get("/collections/s/snapshots")).json()["result"]
        answer = await client.get(f"/collections/s/snapshots/{name}.checksum")
        assert answer.text == told["checksum"]
        for missing in ("nope.snapshot", "..%2Fx", f"{name}.checksum.checksum"):
            answer = await client.get(f"/collections/s/snapshots/{missing}")
            assert answer.status_code == 404


async def test_other_machines_name_no_files_of_this_one(tmp_path: Path) -> None:
    async with serving() as (client, _, name):
        content = (await client.get(f"/collections/s/snapshots/{name}")).content
        outside = tmp_path / "x.snapshot"
        await anyio.Path(outside).write_bytes(content)
        recover = "/collections/s/snapshots/recover"
        for location in (outside.as_uri(), str(outside), "file:///etc/hostname"):
            answer = await client.put(recover, json={"location": location})
            assert answer.status_code == 403
            assert "Forbidden: Snapshot file path must be inside" in answer.text
        for location in ("nothing.snapshot", "pyproject.toml", ".."):
            answer = await client.put(recover, json={"location": location})
            assert (answer.status_code, f"{location} not found" in answer.text) == (404, True)
        answer = await client.put(recover, json={"location": name})
        assert answer.status_code == 200


async def test_snapshot_is_fetched_from_another_server() -> None:
    async with serving() as (_, url, name), AsyncQdrantClient(":memory:") as here:
        location = f"{url}/collections/s/snapshots/{name}"
        assert await here.recover_snapshot("copy", location, api_key="k") is True
        assert (await here.count("copy")).count == len(POINTS)
        with pytest.raises(BadRequest, match="status - 401"):
            await here.recover_snapshot("copy", location)
        with pytest.raises(BadRequest, match="status - 404 Not Found"):
            await here.recover_snapshot("copy", f"{url}/nothing", api_key="k")
        with pytest.raises(BadRequest, match="checksum mismatch"):
            await here.recover_snapshot("copy", location, api_key="k", checksum=ZEROS)
        with pytest.raises(InternalServerError, match="Http request error"):
            await here.recover_snapshot("copy", "http://127.0.0.1:9/x.snapshot")
        assert (await here.count("copy")).count == len(POINTS)
