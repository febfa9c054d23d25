"""What a client's collections hold, in a form to compare, and programs that use a folder."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from aqdrant import QdrantClient, models

ROOT = Path(__file__).resolve().parents[2]


def environment() -> dict[str, str]:
    """What a program of the tests needs to find the packages."""
    return os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'transports'}"}


def versions(client: QdrantClient, name: str, info: models.CollectionInfo) -> list[Any]:
    """The points with a dense vector, and which update changed each last."""
    vectors = info.config.params.vectors
    named = {"": vectors} if isinstance(vectors, models.VectorParams) else vectors or {}
    found: list[Any] = []
    for using, params in named.items():
        query = [1.0] * params.size
        points = client.query_points(
            name, query, using=using, limit=100_000, search_params=models.SearchParams(exact=True)
        ).points
        found.append([(point.id, point.version, point.score) for point in points])
    return found


def everything(client: QdrantClient) -> dict[str, Any]:
    """All that can be read: points, vectors, settings, indexes, aliases."""
    found: dict[str, Any] = {"aliases": client.get_aliases()}
    for described in client.get_collections().collections:
        name = described.name
        points, _ = client.scroll(name, limit=1_000_000, with_vectors=True)
        info = client.get_collection(name)
        # Graphs come in their own time.
        info.status, info.indexed_vectors_count = models.CollectionStatus.GREEN, None
        found[name] = (points, info, versions(client, name, info))
    return found


def killed_after(seconds: float, program: str, *arguments: str) -> list[str]:
    """Run a writer, kill it so long after it told that it is open, and return what it told then."""
    writer = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdout=subprocess.PIPE,
        env=environment(),
        cwd=ROOT,
    )
    assert writer.stdout is not None
    told = [writer.stdout.readline().decode()]
    assert told == ["open\n"]
    time.sleep(seconds)
    writer.kill()
    told += writer.stdout.read().decode().splitlines(keepends=True)
    writer.wait()
    writer.stdout.close()
    return [line.strip() for line in told[1:] if line.endswith("\n")]


def run_script(script: str, *arguments: str) -> str:
    """What a program writes before it ends well."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        env=environment(),
        cwd=ROOT,
        text=True,
        check=False,
        timeout=60,
    )
    assert not done.returncode, done.stderr[-2000:]
    return done.stdout.strip()
