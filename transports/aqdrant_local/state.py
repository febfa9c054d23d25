"""The collections of one engine: settings, segments, locks, aliases.

Held by the transport, used by the handlers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from aqdrant import models
from aqdrant.exceptions import BadRequest, NotFound

from .engine.dense import DenseVectors
from .engine.distances import Distance
from .engine.segment import Segment
from .engine.sparse import SparseVectors
from .locks import Gate, Patience
from .unsupported import refuse

__all__ = [
    "Collection",
    "State",
    "dense_vectors",
    "missing_collection",
    "no_shard_keys",
    "sparse_vectors",
]


def dense_vectors(params: models.VectorParams | models.DenseVectorConfig) -> DenseVectors:
    """Make an empty store for vectors of these settings.

    Raises:
        UnsupportedOperation: the settings ask for what the engine does not do.
    """
    if params.multivector_config is not None:
        raise refuse(params.multivector_config)
    if params.datatype is not None and params.datatype != models.Datatype.FLOAT32:
        raise refuse("datatype")
    return DenseVectors(params.size, Distance(params.distance.value))


def sparse_vectors(params: models.SparseVectorParams | models.SparseVectorConfig) -> SparseVectors:
    """Make an empty store for sparse vectors of these settings."""
    return SparseVectors(idf=params.modifier == models.Modifier.IDF)


class Collection:
    """One collection. Everything but `name` and `gate` is read and written inside the gate."""

    def __init__(
        self,
        name: str,
        config: models.CollectionConfig,
        dense: dict[str, DenseVectors],
        sparse: dict[str, SparseVectors],
    ) -> None:
        self.name = name
        self.config = config
        self.gate = Gate()
        self.segment = Segment(dense, sparse)
        self.schema: dict[str, models.PayloadSchemaParams | models.PayloadSchemaType] = {}
        self.is_dropped = False
        self._operations = 0

    def next_operation(self, steps: int = 1) -> int:
        """Number the update that begins now: it becomes the version of the points it changes."""
        self._operations += steps
        return self._operations

    def still_there(self) -> Collection:
        """Itself.

        Raises:
            NotFound: it was deleted while this call waited for the gate.
        """
        if self.is_dropped:
            raise missing_collection(self.name)
        return self


def missing_collection(name: str) -> NotFound:
    """The error for a collection that is not there."""
    return NotFound(f"Collection `{name}` doesn't exist!")


class State:
    """Collections and aliases by name. Its own lock is held for moments only."""

    def __init__(self) -> None:
        self.collections: dict[str, Collection] = {}
        self.aliases: dict[str, str] = {}
        self.lock = threading.Lock()

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
            return change(collection.still_there())


def no_shard_keys(selector: models.ShardKeySelector | None) -> None:
    """Refuse a shard key: no collection of the engine has any.

    Raises:
        BadRequest: a key was given.
    """
    if selector is None:
        return
    if isinstance(selector, models.ShardKeyWithFallback):
        key: object = selector.target
    else:
        key = selector if isinstance(selector, str | int) else next(iter(selector), None)
    raise BadRequest(f"Shard key {key!r} not found.", parameter="shard_key")
