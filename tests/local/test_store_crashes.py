"""A writer that is killed at any moment: what it acknowledged is there, and all else is whole.

`AQDRANT_KILLS=300` kills that many in place of a share that fits CI.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aqdrant import QdrantClient, models
from aqdrant.exceptions import StorageError
from aqdrant_local.engine import segment

from .stored import killed_after, run_script

KILLS = int(os.environ.get("AQDRANT_KILLS", "5"))
IDS = 60

WRITER = """
import sys
from tests.local.test_store_crashes import write
write(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
"""


def operation(seed: int, number: int) -> tuple[str, list[int], int]:
    """The operation of this number: its kind, the points that it is about, a value."""
    rng = random.Random(f"{seed} {number}")
    kind = rng.choice(["upsert", "upsert", "upsert", "delete", "payload", "batch", "large"])
    count = rng.choice([1, 2, 7, 50] if kind == "delete" else [1, 2, 7])
    if kind == "large":
        count = IDS
    return kind, rng.sample(range(IDS), count), number


def run(client: QdrantClient, seed: int, number: int) -> None:
    kind, ids, value = operation(seed, number)
    here = [] if kind in ("upsert", "large") else [r.id for r in client.retrieve("c", ids)]
    if kind in ("upsert", "large"):
        client.upsert(
            "c",
            [
                models.PointStruct(
                    id=point_id,
                    vector={
                        "": [float(value), float(point_id)] * 256,
                        "words": models.SparseVector(indices=[value], values=[1.0]),
                    },
                    payload={"value": value},
                )
                for point_id in ids
            ],
        )
    elif kind == "delete":
        client.delete("c", ids)
    elif kind == "payload" and here:
        client.set_payload("c", {"set": value}, here)
    elif kind == "batch":
        client.batch_update_points(
            "c",
            [
                {"delete": {"points": ids}},
                {"upsert": {"points": [{"id": ids[0], "vector": {}, "payload": {"b": value}}]}},
            ],
        )


def apply(model: dict[int, Any], seed: int, number: int) -> None:
    """What the operation does, told in a dict of id → (payload, number in the vector)."""
    kind, ids, value = operation(seed, number)
    if kind in ("upsert", "large"):
        model.update({point_id: ({"value": value}, value) for point_id in ids})
    elif kind == "delete":
        for point_id in ids:
            model.pop(point_id, None)
    elif kind == "payload":
        for point_id in ids:
            if point_id in model:
                payload, vector = model[point_id]
                model[point_id] = ({**payload, "set": value}, vector)
    elif kind == "batch":
        for point_id in ids:
            model.pop(point_id, None)
        model[ids[0]] = ({"b": value}, None)


def read(client: QdrantClient) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for record in client.scroll("c", limit=1000, with_vectors=True)[0]:
        vector: Any = record.vector
        number = None
        if vector:
            number = int(vector[""][0])
            assert vector[""] == [float(number), float(record.id)] * 256
            assert vector["words"].indices == [number]
        found[int(record.id)] = (record.payload, number)
    return found


def write(path: str, seed: int, number: int, durability: str) -> None:
    """Write on and on, and tell each operation that was acknowledged."""
    segment._PACK_FROM = 4  # rows move often
    client = QdrantClient(path=path, durability=durability)
    client.get_collections()
    sys.stdout.write("open\n")
    sys.stdout.flush()
    while True:
        run(client, seed, number)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        number += 1


def test_what_was_acknowledged_survives_kill(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    path = str(tmp_path / "db")
    with QdrantClient(path=path) as client:
        client.create_collection(
            "c",
            models.VectorParams(size=512, distance=models.Distance.DOT),
            {"words": models.SparseVectorParams()},
        )
    model: dict[int, Any] = {}
    number = 0
    for _ in range(KILLS):
        durability = rng.choice(["full", "normal"])
        told = killed_after(rng.random() * 0.15, WRITER, path, str(seed), str(number), durability)
        for line in told:
            assert int(line) == number
            apply(model, seed, number)
            number += 1
        with QdrantClient(path=path) as client:
            found = read(client)
        if found != model:  # the operation in flight was written, and its answer was not told
            apply(model, seed, number)
            number += 1
        assert found == model


FULL_DISK = """
import resource, sys
from pathlib import Path
from aqdrant import QdrantClient, models
from aqdrant.exceptions import StorageError
from tests.local.stored import everything
path, kind = sys.argv[1:]
client = QdrantClient(path=path)
before = everything(client)
size = max(file.stat().st_size for file in Path(path).iterdir())
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 200_000, hard))
vectors = [[float(n % 7)] * 512 for n in range(500)]
points = models.Batch(ids=list(range(500)), vectors=vectors)
batch = [{"delete": {"points": [1, 2]}}, {"upsert": {"batch": points}}]
try:
    if kind == "upsert":
        client.upsert("c", points)
    else:
        client.batch_update_points("c", batch)
except StorageError as error:
    assert "try again" in str(error), error
    assert path in str(error)
else:
    raise SystemExit("no error")
assert everything(client) == before
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
client.upsert("c", points)
assert client.count("c").count == 500
after = everything(client)
client.close()
assert everything(QdrantClient(path=path)) == after
print("fine")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit of file sizes")
@pytest.mark.parametrize("kind", ["upsert", "batch"])
def test_full_disk_changes_nothing(kind: str, tmp_path: Path) -> None:
    with QdrantClient(path=str(tmp_path)) as client:
        client.create_collection("c", models.VectorParams(size=512, distance=models.Distance.DOT))
        client.upsert("c", models.Batch(ids=[1, 2, 3], vectors=np.ones((3, 512))))
    assert run_script(FULL_DISK, str(tmp_path), kind) == "fine"


def test_interrupt_between_disk_and_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = QdrantClient(path=str(tmp_path))
    client.create_collection("c", models.VectorParams(size=2, distance=models.Distance.DOT))
    client.upsert("c", [models.PointStruct(id=1, vector=[1, 2])])

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(segment.Segment, "_write_vectors", interrupted)
        with pytest.raises(KeyboardInterrupt):
            client.upsert("c", [models.PointStruct(id=i, vector=[3, 4]) for i in (1, 2)])
    found = [record.vector for record in client.scroll("c", with_vectors=True)[0]]
    assert found == [[3.0, 4.0], [3.0, 4.0]]
    client.upsert("c", [models.PointStruct(id=3, vector=[5, 6])])
    client.close()
    with QdrantClient(path=str(tmp_path)) as client:
        assert client.count("c").count == 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_forked_child_leaves_the_folder_to_its_parent(tmp_path: Path) -> None:
    client = QdrantClient(path=str(tmp_path))
    client.create_collection("c", models.VectorParams(size=2, distance=models.Distance.DOT))
    child = os.fork()
    if not child:
        try:
            client.count("c")
        except StorageError as error:
            if "fork" in str(error):
                client.close()
                os._exit(0)
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    client.upsert("c", [models.PointStruct(id=1, vector=[1, 2])])
    client.close()
    with QdrantClient(path=str(tmp_path)) as client:
        assert client.count("c").count == 1
