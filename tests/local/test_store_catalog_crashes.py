"""Collections and aliases that come and go while the writer is killed, or the disk is full.

`AQDRANT_KILLS=300` kills that many in place of a share that fits CI.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from aqdrant import QdrantClient, models
from aqdrant.exceptions import StorageError
from aqdrant_local.store.errors import translated

from .stored import killed_after, run_script

KILLS = int(os.environ.get("AQDRANT_KILLS", "5"))
NAMES = ["a", "b", "c", "d"]
ALIASES = ["x", "y", "z"]
PARAMS = models.VectorParams(size=2, distance=models.Distance.DOT)

WRITER = """
import sys
from tests.local.test_store_catalog_crashes import write
write(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
"""


class Folder(NamedTuple):
    """What a folder holds: per collection the value of each point, per alias the collection."""

    collections: dict[str, dict[int, int]]
    aliases: dict[str, str]


class Model:
    """A folder in dicts, and the operations of a seed, each told by its number and those before."""

    def __init__(self, seed: int, number: int = 0) -> None:
        self.seed, self.number = seed, 0
        self.folder = Folder({}, {})
        while self.number < number:
            self.step()

    def step(self) -> tuple[str, Any]:
        """Do the next operation here, and return what a client has to do."""
        rng = random.Random(f"{self.seed} {self.number}")
        collections, aliases = self.folder
        kind = rng.choice(["collection", "collection", "collection", "alias", "alias", "point"])
        value = self.number
        self.number += 1
        name = rng.choice(NAMES)
        if name not in collections:
            collections[name] = {}
            return "create", name
        if kind == "collection":
            del collections[name]
            for alias in [alias for alias, to in aliases.items() if to == name]:
                del aliases[alias]
            return "delete", name
        if kind == "point":
            collections[name][value % 3] = value
            return "point", (name, value)
        return "aliases", [self._alias(rng, name) for _ in range(rng.choice([1, 2, 5]))]

    def _alias(self, rng: random.Random, name: str) -> dict[str, Any]:
        aliases = self.folder.aliases
        first, second = rng.sample(ALIASES, 2)
        if first not in aliases:
            aliases[first] = name
            return {"create_alias": {"collection_name": name, "alias_name": first}}
        if second in aliases:
            del aliases[first]
            return {"delete_alias": {"alias_name": first}}
        aliases[second] = aliases.pop(first)
        return {"rename_alias": {"old_alias_name": first, "new_alias_name": second}}


def run(client: QdrantClient, kind: str, what: Any) -> None:
    if kind == "create":
        client.create_collection(what, PARAMS)
    elif kind == "delete":
        client.delete_collection(what)
    elif kind == "aliases":
        client.update_collection_aliases(what)
    else:
        name, value = what
        point = models.PointStruct(id=value % 3, vector=[value, 1], payload={"value": value})
        client.upsert(name, [point])


def write(path: str, seed: int, number: int, durability: str) -> None:
    """Write on and on, and tell each operation that was acknowledged."""
    model = Model(seed, number)
    client = QdrantClient(path=path, durability=durability)
    client.get_collections()
    sys.stdout.write("open\n")
    sys.stdout.flush()
    while True:
        run(client, *model.step())
        sys.stdout.write(f"{model.number}\n")
        sys.stdout.flush()


def read(client: QdrantClient) -> Folder:
    collections: dict[str, dict[int, int]] = {}
    for described in client.get_collections().collections:
        records = client.scroll(described.name, with_vectors=True)[0]
        found = {int(record.id): int((record.payload or {})["value"]) for record in records}
        assert [record.vector for record in records] == [[float(v), 1.0] for v in found.values()]
        collections[described.name] = found
    aliases = client.get_aliases().aliases
    return Folder(collections, {alias.alias_name: alias.collection_name for alias in aliases})


def test_collections_and_aliases_survive_kill(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    folder = tmp_path / "db"
    model = Model(seed)
    for _ in range(KILLS):
        durability = rng.choice(["full", "normal"])
        told = killed_after(
            rng.random() * 0.15, WRITER, str(folder), str(seed), str(model.number), durability
        )
        for line in told:
            model.step()
            assert int(line) == model.number
        beside = None
        if rng.random() < 0.5:
            with QdrantClient(path=str(folder), read_only=True) as client:
                beside = read(client)
        with QdrantClient(path=str(folder)) as client:
            found = read(client)
            # The files of what never came to be, or was deleted, are gone.
            assert len(list(folder.glob("*.aqdrant"))) == len(found.collections)
        assert beside in (None, found)
        if found != model.folder:  # the operation in flight was done, and its answer was not told
            model.step()
        assert found == model.folder
    assert model.number > 0


FULL_DISK = """
import resource, sys
from pathlib import Path
from aqdrant import QdrantClient
from aqdrant.exceptions import StorageError
from tests.local.stored import everything
from tests.local.test_store_catalog_crashes import PARAMS
folder, kind = Path(sys.argv[1]), sys.argv[2]
alias = {"create_alias": {"collection_name": "c", "alias_name": "other"}}
changes = {
    "file": lambda: client.create_collection("new", PARAMS),
    "catalog": lambda: client.create_collection("new", PARAMS),
    "aliases": lambda: client.update_collection_aliases([alias]),
    "delete": lambda: client.delete_collection("c"),
}
client = QdrantClient(path=str(folder))
log = folder / "aqdrant.db-wal"
while not log.exists() or log.stat().st_size < 200_000:  # longer than any file of a collection
    client.update_collection_aliases([{"delete_alias": {"alias_name": "alias"}}])
    alias["create_alias"]["alias_name"] = "alias"
    client.update_collection_aliases([alias])
alias["create_alias"]["alias_name"] = "other"
assert all(file.stat().st_size < 180_000 for file in folder.glob("*.aqdrant"))
before = everything(client)
files = len(list(folder.glob("*.aqdrant")))
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
room = 10_000 if kind == "file" else log.stat().st_size + 4_000
resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
for _ in range(2):
    try:
        changes[kind]()
    except StorageError as error:
        assert "try again" in str(error), error
        assert str(folder) in str(error)
    else:
        raise SystemExit("no error")
    assert everything(client) == before
    assert len(list(folder.glob("*.aqdrant"))) == files
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
changes[kind]()
after = everything(client)
assert after != before
client.close()
with QdrantClient(path=str(folder)) as client:
    assert everything(client) == after
    assert len(list(folder.glob("*.aqdrant"))) == len(after) - 1
print("fine")
"""

NO_ROOM_AT_ALL = """
import resource, sys
from pathlib import Path
from aqdrant import QdrantClient
from aqdrant.exceptions import StorageError
folder = Path(sys.argv[1])
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
for room in (0, 10_000):
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    client = QdrantClient(path=str(folder))
    try:
        client.get_collections()
    except StorageError as error:
        assert "try again" in str(error), error
        assert str(folder) in str(error)
    else:
        raise SystemExit("no error")
    assert not (folder / "aqdrant.db").exists()
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
assert not client.get_collections().collections
print("fine")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit of file sizes")
@pytest.mark.parametrize("kind", ["file", "catalog", "aliases", "delete"])
def test_full_disk_leaves_collections_and_aliases(kind: str, tmp_path: Path) -> None:
    with QdrantClient(path=str(tmp_path)) as client:
        for name in ("c", "d"):
            client.create_collection(name, PARAMS)
            client.upsert(name, [models.PointStruct(id=1, vector=[1, 2], payload={"in": name})])
    assert run_script(FULL_DISK, str(tmp_path), kind) == "fine"


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit of file sizes")
def test_folder_is_not_begun_on_a_full_disk(tmp_path: Path) -> None:
    assert run_script(NO_ROOM_AT_ALL, str(tmp_path / "db")) == "fine"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="has no disk that is always full")
def test_file_system_without_room_is_a_full_disk(tmp_path: Path) -> None:
    with (
        pytest.raises(StorageError, match="disk is full") as caught,
        translated(tmp_path),
        Path("/dev/full").open("wb", buffering=0) as file,
    ):
        file.write(b"x")
    assert caught.value.fix
