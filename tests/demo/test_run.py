"""The main job on a small corpus, through the real client and the engine in memory."""

from __future__ import annotations

import io

import pytest

from aqdrant import AsyncQdrantClient
from aqdrant._demo import run
from aqdrant._demo.run import FILTERED_KIND, build_index, find, run_demo, upload
from aqdrant._demo.show import Screen

pytestmark = pytest.mark.usefixtures("small_library")


async def test_both_vectors_find_and_a_filter_holds() -> None:
    index = await build_index(Screen(io.StringIO()))
    assert len(index.entries) == 7
    async with AsyncQdrantClient(":memory:") as client:
        await upload(client, index, Screen(io.StringIO()))
        hits = await find(client, index.bm25, "date parsing", 3)
        assert {hit.name for hit in hits[:2]} <= {
            "things.parse_date",
            "things.DateParser",
            "things.DateParser.parse",
        }
        assert hits[0].score >= hits[1].score >= hits[2].score > 0
        assert await find(client, index.bm25, "zzz qqq", 3) == []
        (info,) = [await client.get_collection(run.COLLECTION)]
        assert info.points_count == 7
        assert "kind" in info.payload_schema


async def test_the_whole_demo_prints_each_query_twice() -> None:
    stream = io.StringIO()
    await run_demo("copy files", limit=2, screen=Screen(stream))
    lines = stream.getvalue().splitlines()
    assert lines[1].startswith("read 7 docstrings of 1 modules")
    first = next(i for i, line in enumerate(lines) if line.startswith("copy files ("))
    second = next(i for i, line in enumerate(lines) if f"[kind = {FILTERED_KIND}]" in line)
    assert lines[first + 1].split()[1] == lines[second + 1].split()[1] == "things.copy_file"
    assert lines[second + 2].split()[1] == "things.move_file"
    assert second == first + 4


async def test_without_words_the_demo_asks_its_own() -> None:
    stream = io.StringIO()
    await run_demo("", screen=Screen(stream))
    for query in run.QUERIES:
        assert stream.getvalue().count(query) >= 2
