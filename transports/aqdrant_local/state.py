"""The collections of one engine: settings, segments, locks, aliases.

Held by the transport, used by the handlers.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar
from uuid import uuid4

import numpy as np

from aqdrant import models
from aqdrant.exceptions import AqdrantError, BadRequest, NotFound

from .engine.arrays import Rows
from .engine.dense import DenseVectors
from .engine.distances import Distance
from .engine.elements import Datatype
from .engine.multivectors import MultiVectors
from .engine.segment import Segment, Vectors
from .engine.sparse import SparseVectors
from .graphs.builder import BUILDER
from .locks import Gate, Patience
from .snapshots.shelf import Shelf

if TYPE_CHECKING:
    from .store import CollectionStore, FolderStore
    from .store.graph_files import GraphFiles

__all__ = [
    "Collection",
    "IndexSchema",
    "Placed",
    "State",
    "dense_vectors",
    "empty_stores",
    "missing_collection",
    "named_params",
    "sparse_vectors",
]

R = TypeVar("R")

IndexSchema: TypeAlias = models.PayloadSchemaParams | models.PayloadSchemaType


def dense_vectors(
    params: models.VectorParams | models.DenseVectorConfig,
) -> DenseVectors | MultiVectors:
    """Make an empty store for vectors, or multivectors, of these settings."""
    known = {datatype.value: datatype for datatype in Datatype}
    datatype = known.get("" if params.datatype is None else params.datatype.value, Datatype.FLOAT32)
    distance = Distance(params.distance.value)
    if params.multivector_config is not None:
        return MultiVectors(params.size, distance, datatype)
    return DenseVectors(params.size, distance, datatype)


def sparse_vectors(params: models.SparseVectorParams | models.SparseVectorConfig) -> SparseVectors:
    """Make an empty store for sparse vectors of these settings."""
    return SparseVectors(idf=params.modifier == models.Modifier.IDF)


def named_params(vectors: models.VectorsConfig | None) -> Mapping[str, models.VectorParams]:
    """Settings of dense vectors by name."""
    if vectors is None:
        return {}
    return {"": vectors} if isinstance(vectors, models.VectorParams) else vectors


def empty_stores(params: models.CollectionParams) -> dict[str, Vectors]:
    """Make empty stores for all vectors that a collection has."""
    stores: dict[str, Vectors] = {}
    for name, dense in named_params(params.vectors).items():
        stores[name] = dense_vectors(dense)
    for name, sparse in (params.sparse_vectors or {}).items():
        stores[name] = sparse_vectors(sparse)
    return stores


Measured: TypeAlias = tuple[int, int, int]
"""Points, bytes of vectors and bytes of payload, when strict mode last looked."""


class Placed(NamedTuple):
    """Where the points of a shard key are."""

    first: int
    """The number of the first shard."""
    shards: int
    """How many; what follows the first is empty."""
    state: models.ReplicaState

    @property
    def numbers(self) -> range:
        """The numbers of all its shards."""
        return range(self.first, self.first + self.shards)

    @property
    def last(self) -> int:
        """The number of the last one."""
        return self.first + self.shards - 1


class Collection:
    """One collection. Everything but `name` and `gate` is read and written inside the gate."""

    def __init__(
        self,
        name: str,
        config: models.CollectionConfig,
        stores: Mapping[str, Vectors],
    ) -> None:
        self.name = name
        self.config = config
        self.gate = Gate()
        self.segment = Segment(stores)
        self.schema: dict[str, IndexSchema] = {}
        self.shards: dict[int | str, Placed] = {}  # of a collection with custom sharding, by key
        self.is_dropped = False
        self.is_closed = False
        self.graph_files: GraphFiles | None = None
        self.graph_failure: str | None = None  # why no more graphs are made
        self.store: CollectionStore | None = None
        self.failure: AqdrantError | None = None  # why it can be used no more
        self.operations = 0
        # Of reads and of writes under strict mode: the limit, how many were left, and when.
        self.allowances: dict[str, tuple[int, float, float]] = {}
        self.measured: Measured = (0, 0, 0)
        self.looks = 0  # at what was measured

    def next_operation(self, steps: int = 1) -> int:
        """Number the update that begins now: it becomes the version of the points it changes."""
        self.operations += steps
        return self.operations

    def run(self, change: Callable[[Collection], R], *, whole: bool = False) -> R:
        """Run a change inside the gate, on disk and in memory or in neither.

        Args:
            change: what to run; each write of the segment or the settings lasts by itself.
            whole: several writes last together.
        """
        self.still_there()
        try:
            if self.store is None:
                return change(self)
            return self.store.run(partial(change, self), whole=whole)
        finally:
            BUILDER.wake(self)

    def keep_config(self, config: models.CollectionConfig) -> None:
        """Replace the settings."""
        if self.store is not None:
            self.store.save_config(config)
        self.config = config
        self.graph_failure = None

    def keep_schema(self, name: str, schema: IndexSchema | None) -> None:
        """Put an index on record, or take it off."""
        if self.store is not None:
            self.store.save_index(name, schema)
        if schema is None:
            self.schema.pop(name, None)
        else:
            self.schema[name] = schema

    def keep_shards(self, shards: dict[int | str, Placed]) -> None:
        """Replace the shard keys."""
        if self.store is not None:
            self.store.save_shards(shards)
        self.shards = shards

    def add_vectors(self, name: str, vectors: Vectors, config: models.CollectionConfig) -> None:
        """Begin to hold vectors under one more name, with settings that say so."""
        if self.store is not None:
            self.store.add_vectors(name, vectors, config)
        self.config = config
        self.segment.add_vectors(name, vectors)

    def drop_vectors(self, name: str, config: models.CollectionConfig) -> None:
        """Forget a vector name and all under it, with settings that say so."""
        if self.store is not None:
            self.store.drop_vectors(name, config)
        self.config = config
        self.segment.drop_vectors(name)

    def become(self, other: Collection) -> None:
        """Hold what another collection holds, which is of no use after that."""
        self.config, self.segment, self.schema = other.config, other.segment, other.schema
        self.shards, self.operations, self.failure = other.shards, other.operations, None
        self.graph_files, self.graph_failure = other.graph_files, None
        self.store = other.store
        if self.store is not None:
            self.store.serve(self)

    @property
    def is_sharded(self) -> bool:
        """Whether points are told apart by shard keys."""
        return self.config.params.sharding_method == models.ShardingMethod.CUSTOM

    @property
    def shard_ids(self) -> Sequence[int]:
        """The numbers of the shards."""
        if not self.is_sharded:
            return range(self.config.params.shard_number or 1)
        return [number for placed in self.shards.values() for number in placed.numbers]

    def rows_of_shard(self, shard: int) -> Rows:
        """The rows of the points in a shard; without shard keys all lie in the first one."""
        held = self.segment.ids.shards(self.segment.size)
        return np.flatnonzero(self.segment.alive & (held == shard))

    def still_there(self) -> Collection:
        """Itself.

        Raises:
            NotFound: it was deleted while this call waited for the gate.
            StorageError: it could not be read again after a write that failed.
        """
        if self.failure is not None:
            raise self.failure
        if self.is_dropped:
            raise missing_collection(self.name)
        return self


def missing_collection(name: str) -> NotFound:
    """The error for a collection that is not there."""
    return NotFound(f"Collection `{name}` doesn't exist!")


class State:
    """Collections and aliases by name, replaced inside `gate`, read without it.

    Who needs a collection's gate as well enters that one first.
    """

    def __init__(self, shelf: Shelf | None = None) -> None:
        self.collections: dict[str, Collection] = {}
        self.aliases: dict[str, str] = {}
        self.gate = Gate()
        self.store: FolderStore | None = None
        self.shelf = Shelf() if shelf is None else shelf
        self.is_confined = False
        """Whether callers may name no files but snapshots of the shelf: they are other machines."""
        self.quotas = models.QuotaConfig()
        self.exceeded = models.QuotaExceeded()
        self.opened = datetime.now(UTC)
        self.id = str(uuid4())

    def peek(self, name: str) -> Collection | None:
        """The collection of this name or alias, if there is one."""
        found = self.collections.get(name)
        return found if found is not None else self.collections.get(self.aliases.get(name, ""))

    def find(self, name: str) -> Collection:
        """The collection of this name or alias.

        Raises:
            NotFound: there is none.
        """
        found = self.peek(name)
        if found is None:
            raise missing_collection(name)
        return found

    def update(
        self, name: str, patience: Patience, change: Callable[[Collection], models.UpdateResult]
    ) -> models.UpdateResult:
        """Run a change of a collection as its only writer."""
        collection = self.find(name)
        with collection.gate.exclusive(patience):
            # Of several shard keys each takes a write of its own.
            return collection.run(change, whole=collection.is_sharded)

    @contextmanager
    def numbering(
        self, name: str, patience: Patience, *, but: type[BadRequest] | tuple[()] = ()
    ) -> Generator[None]:
        """Have an update that is refused for what its collection holds take a number, as a server.

        Args:
            name: the collection.
            patience: how long to wait for it.
            but: what a server finds out before.
        """
        try:
            yield
        except (NotFound, BadRequest) as error:
            collection = self.peek(name)
            is_late = isinstance(error, NotFound) or (
                error.parameter == "vector"
                and error.status_code == BadRequest.default_status
                and error.reason is None
            )
            if collection is not None and is_late and not isinstance(error, but):
                with collection.gate.exclusive(patience):
                    collection.next_operation()
            raise

    def add(self, collection: Collection) -> None:
        """Add a new collection, inside the gate."""
        with self._lasting() as store:
            if store is not None:
                store.create(collection)
            self.collections[collection.name] = collection

    def drop(self, collection: Collection) -> None:
        """Delete a collection and its aliases, inside this gate and the collection's."""
        with self._lasting() as store:
            kept = {alias: to for alias, to in self.aliases.items() if to != collection.name}
            if store is not None:
                store.drop(collection, kept)
            collection.is_dropped = True
            del self.collections[collection.name]
            self.aliases = kept

    def put(self, collection: Collection) -> None:
        """Have a collection in place of the one of its name, if any, inside this gate and its."""
        before = self.collections.get(collection.name)
        with self._lasting() as store:
            if store is not None:
                store.put(collection, before)
            if before is None:
                self.collections[collection.name] = collection
            else:
                # Whoever makes a graph of it now makes it of the other from here on.
                with collection.gate.exclusive(Patience(None)):
                    before.become(collection)
                    collection.is_dropped = True
        BUILDER.wake(self.collections[collection.name])

    def keep_quotas(self, quotas: models.QuotaConfig) -> None:
        """Replace the quotas, inside the gate."""
        with self._lasting() as store:
            if store is not None:
                store.save_quotas(quotas)
            self.quotas, self.exceeded = quotas, models.QuotaExceeded()

    def keep_aliases(self, aliases: Mapping[str, str]) -> None:
        """Replace the aliases, inside the gate."""
        with self._lasting() as store:
            if store is not None:
                store.save_aliases(aliases)
            self.aliases = dict(aliases)

    @contextmanager
    def _lasting(self) -> Generator[FolderStore | None]:
        """Make a change on disk and then here; where it ends between the two, they agree again."""
        try:
            yield self.store
        except BaseException:
            if self.store is not None:
                self.store.reconcile(self)
            raise
