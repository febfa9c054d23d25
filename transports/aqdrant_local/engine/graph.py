"""A graph of near neighbours (HNSW) over vectors: the only module that imports faiss.

Used by `approximation` for searches, by the indexer for building and by the store for saving. A
graph that is searched is never changed: who adds to it adds to a copy.

Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical
Navigable Small World graphs" (2016).
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, Mask, Rows
from .distances import Distance

__all__ = ["Bits", "Graph", "Shape", "can_build"]

Bits = NDArray[np.uint8]
"""One bit for each node, the lowest of a byte first."""

_WAITING = "OMP_WAIT_POLICY"
_LEAST_M = 2  # a node with one link leads nowhere


class Shape(NamedTuple):
    """What a graph is built for, and how."""

    size: int
    distance: Distance
    m: int
    ef_construct: int


def can_build() -> bool:
    """Whether faiss is installed, as far as is known without importing it."""
    if "faiss" in sys.modules:
        return cast("Any", sys.modules["faiss"]) is not None
    return _is_installed()


@lru_cache(maxsize=1)
def _is_installed() -> bool:
    return importlib.util.find_spec("faiss") is not None


@lru_cache(maxsize=1)
def _faiss() -> Any:
    # Threads of OpenMP wait by spinning, for which others do not get their turn on a busy machine:
    # a build took 13 times the processor time. It is settled when the library is loaded.
    is_settled = _WAITING in os.environ
    if not is_settled:
        os.environ[_WAITING] = "passive"
    try:
        return importlib.import_module("faiss")
    finally:
        if not is_settled:
            del os.environ[_WAITING]


class Graph:
    """Vectors as nodes 0, 1, ... in the order in which they were added.

    Cosine keeps them as float16, which a walk does not notice: who ranks by exact scores looks at
    the vectors themselves. The other distances know no bounds and keep them in full.
    """

    def __init__(self, shape: Shape, index: Any = None) -> None:
        self.shape = shape
        self._index = _empty(shape) if index is None else index
        self._kept = _faiss().downcast_index(self._index.storage)  # the vectors

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def nbytes(self) -> int:
        """Bytes held, as far as arrays hold them."""
        return self._codes.nbytes + self._links.nbytes

    def copy(self) -> Graph:
        """One of its own with the same nodes, to add to."""
        return Graph(self.shape, _faiss().clone_index(self._index))

    def add(self, vectors: Floats, threads: int) -> None:
        """Add vectors (n, d) as the next nodes, with so many threads."""
        # A setting of the calling thread alone.
        _faiss().omp_set_num_threads(threads)
        self._index.add(vectors)

    def nearest(self, query: Floats, count: int, ef: int, passing: Bits | None) -> Rows:
        """Nodes near a prepared query (d,), at most `count`, the nearest first as far as it knows.

        Args:
            query: what to look for.
            count: how many to return.
            ef: how many candidates the walk keeps.
            passing: the only nodes to return, though others are walked over.
        """
        faiss = _faiss()
        given: dict[str, Any] = {"efSearch": max(ef, count)}
        if passing is not None:
            given["sel"] = faiss.IDSelectorBitmap(len(passing), faiss.swig_ptr(passing))
        parameters = faiss.SearchParametersHNSW(**given)
        _, found = self._index.search(query[None], count, params=parameters)
        nodes: Rows = found[0].astype(np.intp, copy=False)
        return nodes[nodes >= 0]

    def holds(self, nodes: Rows, vectors: Floats) -> Mask:
        """Whether each of some nodes holds the vector (n, d) at its place."""
        kept = self._codes.reshape(len(self), -1)[nodes]
        same: Mask = (self._kept.sa_encode(vectors) == kept).all(axis=1)
        return same

    @property
    def _codes(self) -> Bits:
        """A view of the vectors as they are kept, which ends with the graph."""
        codes = self._kept.codes
        view: Bits = _faiss().rev_swig_ptr(codes.data(), codes.size())
        return view

    @property
    def _links(self) -> NDArray[np.int32]:
        links = self._index.hnsw.neighbors
        view: NDArray[np.int32] = _faiss().rev_swig_ptr(links.data(), links.size())
        return view

    def write(self, write: Callable[[bytes], object]) -> None:
        """Hand all of it to a function, piece by piece."""
        faiss = _faiss()
        faiss.write_index(self._index, faiss.PyCallbackIOWriter(write))

    @classmethod
    def read(cls, shape: Shape, read: Callable[[int], bytes]) -> Graph:
        """Make a graph of what `write` gave, which a function gives back in pieces of a size.

        Raises:
            ValueError: it is not what was written, or not of this shape.
        """
        faiss = _faiss()
        try:
            index = faiss.read_index(faiss.PyCallbackIOReader(read))
        except (RuntimeError, AssertionError) as error:
            raise ValueError(f"faiss cannot read it: {error}") from error
        like = _empty(shape)
        if type(index) is not type(like):
            raise ValueError("it is another kind of index")
        graph = cls(shape, index)
        if not graph._is_sound(like):
            raise ValueError("its parts do not fit together")
        return graph

    def _is_sound(self, like: Any) -> bool:
        """Whether a walk stays among the nodes: faiss itself does not look."""
        count, hnsw, kept = len(self), self._index.hnsw, self._kept
        width = _faiss().downcast_index(like.storage).code_size
        if (kept.d, kept.metric_type, kept.ntotal) != (like.d, like.metric_type, count):
            return False
        if kept.codes.size() != count * width or hnsw.levels.size() != count:
            return False
        links = self._links
        if hnsw.offsets.size() != count + 1 or not -1 <= hnsw.entry_point < count:
            return False
        within = not len(links) or (int(links.min()) >= -1 and int(links.max()) < count)
        return within and int(hnsw.offsets.at(count)) == len(links)


def _empty(shape: Shape) -> Any:
    faiss, m = _faiss(), max(shape.m, _LEAST_M)
    if shape.distance is Distance.COSINE:
        half = faiss.ScalarQuantizer.QT_fp16
        index = faiss.IndexHNSWSQ(shape.size, half, m, faiss.METRIC_INNER_PRODUCT)
        index.train(np.zeros((1, shape.size), dtype=np.float32))  # float16 learns nothing
    else:
        metrics = {
            Distance.DOT: faiss.METRIC_INNER_PRODUCT,
            Distance.EUCLID: faiss.METRIC_L2,
            Distance.MANHATTAN: faiss.METRIC_L1,
        }
        index = faiss.IndexHNSWFlat(shape.size, m, metrics[shape.distance])
    index.hnsw.efConstruction = shape.ef_construct
    return index
