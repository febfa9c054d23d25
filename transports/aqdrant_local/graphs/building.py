"""How the graphs (HNSW) of one collection are loaded, made, handed over and saved.

Run by `builder` in its thread. A collection's gate is entered for a moment at a time, to read
some vectors or to hand over a graph: what is written meanwhile is searched beside the graph, until
its turn comes. faiss works outside, and is asked for a part of a second's work at a time: then a
build ends where the collection is deleted or closed, or Python ends.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import ref

import numpy as np

from aqdrant_local.engine.arrays import Floats, Rows
from aqdrant_local.engine.dense import DenseVectors
from aqdrant_local.engine.graph import Graph, Shape
from aqdrant_local.locks import Patience

from .settings import due, is_paused, shape_of

if TYPE_CHECKING:
    from aqdrant_local.state import Collection

__all__ = ["Site", "is_exit"]

_PORTION = 0.5  # seconds that the vectors added at once should take
_SMALLEST, _LARGEST = 256, 2048  # of them: each time costs as much as a few
_WORTH_SAVING = 0.05  # share of a graph that its file has not
_MOST_THREADS = 8

_FOREVER = Patience(None)


class _Over(Exception):
    """What is being done is of no use any more."""


def is_exit() -> bool:
    """Whether the interpreter has begun to exit: it waits for its threads then."""
    return not threading.main_thread().is_alive()


class Site:
    """One collection, as the builder's thread sees it: it may be gone at any time.

    Args:
        collection: which.
        inside: held while the thread is in a gate.
    """

    def __init__(self, collection: ref[Collection], inside: threading.RLock) -> None:
        self._collection = collection
        self._inside = inside

    def run(self) -> None:
        """Do all that is due; what goes wrong is told by the collection."""
        try:
            with self.entered() as collection:
                names = list(collection.segment.dense)
            for name in names:
                _Work(self, name).run()
        except _Over:
            return  # where it is to be done in another way, the collection has called again
        except (RuntimeError, MemoryError, ImportError, OSError) as error:
            broken = self._collection()
            if broken is not None:
                broken.graph_failure = f"{type(error).__name__}: {error}"

    @contextmanager
    def entered(self, *, writes: bool = False) -> Generator[Collection]:
        """The collection, inside its gate.

        Raises:
            _Over: nobody wants its graphs.
        """
        collection = self._collection()
        if collection is None or is_exit():
            raise _Over
        gate = collection.gate
        with self._inside, gate.exclusive(_FOREVER) if writes else gate.shared(_FOREVER):
            if collection.is_closed or collection.is_dropped or collection.failure is not None:
                raise _Over
            yield collection


class _Work:
    """What is due about the graph of one vector name."""

    def __init__(self, site: Site, name: str) -> None:
        self._site = site
        self._name = name

    def run(self) -> None:
        """Load it, bring it up to date, save it."""
        self._load()
        while self._step():
            pass
        self._save()

    def _load(self) -> None:
        with self._site.entered() as collection:
            store, shape = self._store(collection), shape_of(collection, self._name)
            files = collection.graph_files
            if shape is None or files is None or store.approximation.graph is not None:
                return
        found = files.load(self._name, shape)
        if found is None:
            return
        graph, rows = found
        rows[(rows < -1) | (rows >= len(store.present))] = -1
        nodes = (rows >= 0).nonzero()[0]
        draft = _Draft(self._site, self._name, store, shape)
        for start in range(0, len(nodes), _LARGEST):
            part = nodes[start : start + _LARGEST]
            draft.compare(graph, part, rows[part])
        draft.hand_over(graph, rows, is_more=False)
        store.approximation.saved = store.approximation.count

    def _step(self) -> bool:
        """Do what is due next; False where nothing is."""
        with self._site.entered() as collection:
            store, files = self._store(collection), collection.graph_files
            wanted = due(collection, self._name)
            if wanted is None or is_paused(collection):
                return False
            if files is not None and files.is_read_only:
                return False
            threads = _threads(collection)
        if wanted.shape is None:
            with self._site.entered(writes=True):
                store.approximation.drop()
        else:
            self._build(store, wanted.shape, threads, is_more=wanted.is_more)
        return True

    def _build(self, store: DenseVectors, shape: Shape, threads: int, *, is_more: bool) -> None:
        draft = _Draft(self._site, self._name, store, shape)
        graph, rows, added = Graph(shape), draft.present, list[Rows]()
        if is_more and draft.graph is not None:
            graph, rows, added = draft.graph.copy(), draft.missing, [draft.rows]
        start, step = 0, _SMALLEST
        while start < len(rows):
            picks, vectors = draft.read(rows[start : start + step])
            began = time.perf_counter()
            graph.add(vectors, threads)
            spent = time.perf_counter() - began
            added.append(picks)
            start += step
            step = min(_LARGEST, max(_SMALLEST, int(step * min(2.0, _PORTION / spent))))
        draft.hand_over(graph, np.concatenate(added), is_more=is_more)

    def _save(self) -> None:
        """Write the graph to the folder, where much of it is not there yet."""
        with self._site.entered() as collection:
            known, files = self._store(collection).approximation, collection.graph_files
            graph, rows, count = known.graph, known.rows, known.count
        if graph is None or files is None or files.is_read_only:
            return
        if abs(count - known.saved) <= len(graph) * _WORTH_SAVING:
            return

        def keep(new: Path, path: Path) -> bool:
            with self._site.entered():
                new.replace(path)
            return True

        if files.save(self._name, graph, rows, keep):
            known.saved = count

    def _store(self, collection: Collection) -> DenseVectors:
        store = collection.segment.dense.get(self._name)
        if store is None:
            raise _Over
        return store


class _Draft:
    """A graph that is being made, and which rows it is made of.

    Args:
        site: whose vectors.
        name: the name of the vectors.
        store: where they are.
        shape: what the graph is to be.
    """

    def __init__(self, site: Site, name: str, store: DenseVectors, shape: Shape) -> None:
        self._site = site
        self._name = name
        self._store = store
        self._shape = shape
        with site.entered():
            known = store.approximation
            known.begin()
            self._moves = known.moves
            self.graph = known.graph
            """The graph at hand."""
            self.rows = known.rows
            """The row of each of its nodes."""
            self.missing = known.rest(store.present, None)
            """Rows with a vector that it does not hold."""
            self.present: Rows = store.present.nonzero()[0]
            """Rows with a vector."""

    def read(self, rows: Rows) -> tuple[Rows, Floats]:
        """Those of some rows that have a vector still, and the vectors as they are compared."""
        with self._entered():
            held = rows[self._store.present[rows]]
            vectors = self._store.compared(held)
            self._store.approximation.note(held)
        return held, vectors

    def compare(self, graph: Graph, nodes: Rows, rows: Rows) -> None:
        """Take those rows for held by a graph whose vectors are the ones of these nodes."""
        with self._entered():
            same = graph.holds(nodes, self._store.compared(rows))
            self._store.approximation.note(rows[same & self._store.present[rows]])

    def hand_over(self, graph: Graph, rows: Rows, *, is_more: bool) -> None:
        """Have the graph searched from now on."""
        with self._entered(writes=True):
            self._store.approximation.adopt(graph, rows, is_more=is_more)

    @contextmanager
    def _entered(self, *, writes: bool = False) -> Generator[None]:
        """Inside the collection's gate, where rows and settings are those of the beginning.

        Raises:
            _Over: they are not.
        """
        with self._site.entered(writes=writes) as collection:
            is_same = collection.segment.dense.get(self._name) is self._store
            if not is_same or self._store.approximation.moves != self._moves:
                raise _Over
            if shape_of(collection, self._name) != self._shape:
                raise _Over
            yield


def _threads(collection: Collection) -> int:
    """Threads that a build takes."""
    given = collection.config.hnsw_config.max_indexing_threads
    if given:
        return given
    has_affinity = hasattr(os, "sched_getaffinity")
    found = len(os.sched_getaffinity(0)) if has_affinity else os.cpu_count()
    return min(found or 1, _MOST_THREADS)
