"""The store: what is written to a folder is there when it is opened again."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aqdrant import AsyncQdrantClient, QdrantClient, models
from aqdrant.exceptions import ArgumentError, ClientClosed, NotFound, StorageError
from aqdrant_local import LocalTransport
from aqdrant_local.store import Share

from .stored import everything

UUID = "123e4567-e89b-12d3-a456-426614174000"


class Folder:
    """A folder that is opened, and opened again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.client = QdrantClient(path=str(path))

    def reopen(self) -> None:
        self.client.close()
        self.client = QdrantClient(path=str(self.path))

    def check(self) -> None:
        """Reopening changes nothing."""
        before = everything(self.client)
        self.reopen()
        assert everything(self.client) == before


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    folder = Folder(tmp_path / "db")
    yield folder
    folder.client.close()


def create(client: QdrantClient, name: str = "c", size: int = 3) -> None:
    client.create_collection(
        name,
        {
            "": models.VectorParams(size=size, distance=models.Distance.COSINE),
            "other": models.VectorParams(size=2, distance=models.Distance.EUCLID),
        },
        {"words": models.SparseVectorParams(modifier=models.Modifier.IDF)},
    )


def points(ids: list[int | str], seed: int = 0) -> list[models.PointStruct]:
    rng = random.Random(seed)
    made: list[models.PointStruct] = []
    for point_id in ids:
        vector: dict[str, Any] = {}
        if rng.random() < 0.8:
            vector[""] = [rng.gauss(0, 1) for _ in range(3)]
        if rng.random() < 0.5:
            vector["other"] = [rng.gauss(0, 1), 1.0]
        if rng.random() < 0.5:
            indices = rng.sample(range(100), rng.randrange(5))
            vector["words"] = {"indices": indices, "values": [rng.random() for _ in indices]}
        payload = {"n": rng.randrange(5), "text": "é" * rng.randrange(3)}
        made.append(models.PointStruct(id=point_id, vector=vector, payload=payload))
    return made


def test_nothing_is_made_before_the_first_call(tmp_path: Path) -> None:
    client = QdrantClient(path=str(tmp_path / "a" / "db"))
    assert "not opened" in repr(client)
    client.close()
    assert not any(tmp_path.iterdir())


CHANGES: dict[str, Callable[[QdrantClient], object]] = {
    "insert": lambda client: client.upsert("c", points([100, 2**64 - 1, UUID], 5)),
    "replace": lambda client: client.upsert("c", points(list(range(30)), 7)),
    "delete": lambda client: client.delete("c", [3, 4, UUID]),
    "delete_by_filter": lambda client: client.delete(
        "c", models.Filter(must=[models.FieldCondition(key="n", match=models.MatchValue(value=1))])
    ),
    "set_payload": lambda client: client.set_payload("c", {"a": {"b": [1, None]}}, [1, 2]),
    "overwrite_payload": lambda client: client.overwrite_payload("c", {"z": 2**64 - 1}, [1, 5]),
    "clear_payload": lambda client: client.clear_payload("c", [1, 6]),
    "delete_payload": lambda client: client.delete_payload("c", ["n"], [1, 6]),
    "update_vectors": lambda client: client.update_vectors(
        "c", [{"id": 1, "vector": {"": [1, 2, 3], "words": {"indices": [7], "values": [1]}}}]
    ),
    "delete_vectors": lambda client: client.delete_vectors("c", ["", "words"], list(range(20))),
    "index": lambda client: client.create_payload_index(
        "c", "n", {"type": "integer", "lookup": True, "range": False}
    ),
    "aliases": lambda client: client.update_collection_aliases(
        [{"create_alias": {"collection_name": "c", "alias_name": "ä"}}]
    ),
    "settings": lambda client: client.update_collection(
        "c",
        hnsw_config={"m": 7},
        metadata={"a": [1, None]},
        vectors_config={"": {"on_disk": True}},
        sparse_vectors_config={"words": {"modifier": "none"}},
    ),
    "vector_name": lambda client: client.create_vector_name(
        "c", "new", {"dense": {"size": 5, "distance": "Dot"}}
    ),
    "sparse_name": lambda client: client.create_vector_name("c", "new", {"sparse": {}}),
    "delete_vector_name": lambda client: client.delete_vector_name("c", "words"),
    "collection": lambda client: client.create_collection("d", {}),
    "delete_collection": lambda client: client.delete_collection("c"),
    "batch": lambda client: client.batch_update_points(
        "c", [{"delete": {"points": [1]}}, {"clear_payload": {"points": [2]}}]
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_change_lasts(folder: Folder, change: str) -> None:
    create(folder.client)
    folder.client.upsert("c", points([*range(25), UUID]))
    CHANGES[change](folder.client)
    folder.check()
    if change != "delete_collection":
        plain = models.PointStruct(id=1000, vector={"": [1, 2, 3]}, payload={"n": 1})
        folder.client.upsert("c", [plain])
        folder.check()


def test_update_of_nothing_is_numbered(folder: Folder) -> None:
    create(folder.client)
    folder.client.upsert("c", points([1]))
    first = folder.client.delete("c", [7]).operation_id
    folder.reopen()
    assert first is not None
    assert folder.client.delete("c", [7]).operation_id == first + 1


def test_text_index_cuts_texts_after_reopening(folder: Folder) -> None:
    create(folder.client)
    plain = [models.PointStruct(id=1, vector={}, payload={"t": "Running dogs, and cats"})]
    folder.client.upsert("c", plain)
    params = {
        "type": "text",
        "tokenizer": "word",
        "stemmer": {"type": "snowball", "language": "english"},
    }
    folder.client.create_payload_index("c", "t", params)
    wanted = {"must": [{"key": "t", "match": {"text": "dog run"}}]}
    assert folder.client.count("c", wanted).count == 1
    folder.check()
    assert folder.client.count("c", wanted).count == 1
    folder.client.delete_payload_index("c", "t")
    folder.check()
    assert folder.client.count("c", wanted).count == 0


def test_many_changes_last(folder: Folder, seed: int) -> None:
    rng = random.Random(seed)
    create(folder.client)
    memory = QdrantClient(":memory:")
    create(memory)
    for step in range(150):
        ids: list[int | str] = [rng.randrange(120) for _ in range(rng.choice([1, 3, 60]))]
        kind, held = rng.randrange(6), [1]
        for client in (folder.client, memory):
            held = [record.id for record in client.scroll("c", limit=50)[0]]
            if kind < 3 or not held:
                client.upsert("c", points(ids, step))
            elif kind == 3:
                client.delete("c", ids)
            elif kind == 4:
                client.set_payload("c", {"step": step}, held)
            else:
                client.delete_vectors("c", ["", "words"], held)
        if step % 30 == 29:
            folder.check()
            assert everything(folder.client) == everything(memory)
    memory.close()


def test_folder_answers_as_memory_does(folder: Folder, seed: int) -> None:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(3000, 24)).astype(np.float32)
    memory = QdrantClient(":memory:")
    for client in (folder.client, memory):
        for distance in models.Distance:
            client.create_collection(distance, models.VectorParams(size=24, distance=distance))
            for ids in (range(3000), range(700, 2100, 7)):
                batch = models.Batch(ids=list(ids), vectors=vectors[list(ids)[::-1]])
                client.upsert(distance, batch)
    folder.reopen()
    for distance in models.Distance:
        answers = [
            client.query_points(distance, vectors[0], with_vectors=True)
            for client in (folder.client, memory)
        ]
        assert answers[0] == answers[1]
    memory.close()


def test_deleting_gives_memory_and_disk_back(folder: Folder) -> None:
    vectors = np.ones((12_000, 1024), dtype=np.float32)
    params = models.VectorParams(size=1024, distance=models.Distance.DOT)
    # A graph would give back what it has a moment later, in its own time.
    never = models.OptimizersConfigDiff(indexing_threshold=0)
    folder.client.create_collection("c", params, optimizers_config=never)
    for start in range(0, 12_000, 4000):
        part = slice(start, start + 4000)
        ids = list(range(start, start + 4000))
        folder.client.upsert("c", models.Batch(ids=ids, vectors=vectors[part]))
    large = sum(file.stat().st_size for file in folder.path.iterdir())
    # About the vectors' own size, but for the log of what was written last.
    kept = sum(file.stat().st_size for file in folder.path.glob("*.aqdrant"))
    assert vectors.nbytes * 0.9 < kept < vectors.nbytes * 1.15
    folder.client.delete("c", list(range(100, 12_000)))
    folder.check()
    folder.client.upsert("c", [models.PointStruct(id=5, vector=[2.0] * 1024)])
    folder.check()
    assert folder.client.count("c").count == 100
    folder.client.close()
    assert sum(file.stat().st_size for file in folder.path.iterdir()) < large / 10


def test_operations_go_on_counting(folder: Folder) -> None:
    create(folder.client)
    first = folder.client.upsert("c", points([1])).operation_id
    folder.reopen()
    second = folder.client.upsert("c", points([1])).operation_id
    assert (first, second) == (1, 2)


def test_refused_change_leaves_the_folder(folder: Folder) -> None:
    create(folder.client)
    folder.client.upsert("c", points([1, 2]))
    before = everything(folder.client)
    for change in (
        lambda: folder.client.upsert("c", [{"id": 9, "vector": [1, 2]}]),
        lambda: folder.client.set_payload("c", {"a": 1}, [1, 99]),
        lambda: folder.client.create_collection("\ud800", {}),
        lambda: folder.client.create_payload_index("c", "\ud800", "keyword"),
    ):
        with pytest.raises((ArgumentError, NotFound)):
            change()
        assert everything(folder.client) == before
    folder.reopen()
    assert everything(folder.client) == before


def test_batch_that_is_refused_keeps_what_came_before(folder: Folder) -> None:
    create(folder.client)
    folder.client.upsert("c", points([1, 2]))
    with pytest.raises(NotFound):
        folder.client.batch_update_points(
            "c",
            [{"delete": {"points": [1]}}, {"set_payload": {"payload": {"a": 1}, "points": [99]}}],
        )
    assert folder.client.count("c").count == 1
    folder.check()


def test_hostile_payloads_are_kept(folder: Folder) -> None:
    deep: Any = 1
    for _ in range(100):
        deep = [deep]
    payload = {"": deep, "\0\u202e": 2**64 - 1, "a.b[]": -(2**63), '"': "\0" * 70_000, "f": 1e308}
    create(folder.client)
    folder.client.upsert("c", [models.PointStruct(id=1, vector={}, payload=payload)])
    folder.reopen()
    assert folder.client.retrieve("c", [1])[0].payload == payload


def test_clients_of_a_folder_share_it(folder: Folder, tmp_path: Path) -> None:
    create(folder.client)
    link = tmp_path / "link"
    link.symlink_to(folder.path)
    other = QdrantClient(path=str(link))
    other.upsert("c", points([1]))
    assert folder.client.count("c").count == 1
    other.close()
    other.close()
    folder.client.upsert("c", points([2]))
    with pytest.raises(ClientClosed):
        other.count("c")
    with pytest.raises(StorageError, match="durability"):
        QdrantClient(path=str(folder.path), durability="normal").count("c")


def test_folder_that_was_deleted_is_another_one(folder: Folder) -> None:
    create(folder.client)
    folder.path.rename(folder.path.with_name("gone"))
    other = QdrantClient(path=str(folder.path))
    assert other.get_collections().collections == []
    folder.client.upsert("c", points([2]))
    other.close()


def test_client_that_nobody_closes_lets_go(tmp_path: Path) -> None:
    transport = LocalTransport(share=Share(str(tmp_path)))
    client = QdrantClient(transport=transport)
    create(client)
    del transport, client
    assert not (tmp_path / "aqdrant.db-wal").exists()
    assert (tmp_path / "aqdrant.lock").read_bytes() == b""


def test_read_only_sees_the_state_at_its_opening(folder: Folder) -> None:
    create(folder.client)
    folder.client.upsert("c", points([1]))
    reader = QdrantClient(path=str(folder.path), read_only=True)
    assert everything(reader) == everything(folder.client)
    folder.client.upsert("c", points([2]))
    assert reader.count("c").count == 1
    with pytest.raises(StorageError, match="read_only"):
        reader.delete("c", [1])
    reader.close()
    folder.client.close()
    reader = QdrantClient(path=str(folder.path), read_only=True)
    assert reader.count("c").count == 2
    reader.close()


async def test_async_client_keeps_a_folder(tmp_path: Path) -> None:
    for turn in range(2):
        async with AsyncQdrantClient(path=str(tmp_path / "db"), durability="normal") as client:
            if not turn:
                params = models.VectorParams(size=3, distance=models.Distance.DOT)
                await client.create_collection("c", params)
                await client.upsert("c", [models.PointStruct(id=1, vector=[1, 2, 3])])
            found = (await client.query_points("c", [1, 0, 0])).points
            assert [(point.id, point.score) for point in found] == [(1, 1.0)]


@pytest.mark.parametrize(
    "options", [{"durability": "Full"}, {"read_only": 1}, {"durability": None}, {"fsync": True}]
)
def test_options_are_checked(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        QdrantClient(path="never-opened", **options)
