"""Sparse vectors under one name: what was stored, and inverted lists over it.

Used by the segment.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, Mask, Rows, grown
from .ids import IdTable
from .postings import Postings
from .ranking import best, candidates
from .selection import Selection

__all__ = ["SparseBatch", "SparseQuery", "SparseVectors"]

Indices = NDArray[np.uint32]
SparseQuery: TypeAlias = tuple[Indices, Floats]
"""Sorted indices, each once, and their values."""

_FULL_SCAN = 5000
"""From so many candidates on a server goes through its inverted index, which passes over scores of
zero; fewer, where there is a filter, it scores one by one, and finds those, too."""

_SPARE = 65_536  # abandoned entries that are not worth rewriting the block for


class SparseBatch:
    """Sparse vectors end to end: i has `indices[starts[i]:starts[i + 1]]`, sorted, and values."""

    __slots__ = ("indices", "starts", "values")

    def __init__(self, starts: NDArray[np.int64], indices: Indices, values: Floats) -> None:
        self.starts = starts
        self.indices = indices
        self.values = values

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def entries(self) -> int:
        """Elements in it."""
        return len(self.indices)

    def take(self, picks: Rows) -> SparseBatch:
        """The vectors at these positions."""
        lengths = np.diff(self.starts)[picks]
        starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
        entries = np.arange(int(starts[-1])) + np.repeat(
            self.starts[:-1][picks] - starts[:-1], lengths
        )
        return SparseBatch(starts, self.indices[entries], self.values[entries])


class SparseVectors:
    """Sparse vectors of one name, by row, compared by dot product over the indices in common."""

    ascending = False

    def __init__(self, *, idf: bool) -> None:
        self.idf = idf
        self.count = 0
        self._present: Mask = np.zeros(0, dtype=np.bool_)
        self._starts: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._lengths: NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self._indices: Indices = np.zeros(0, dtype=np.uint32)
        self._values: Floats = np.zeros(0, dtype=np.float32)
        self._used = 0
        self._live = 0
        self._filled = 0  # vectors with an index at all: those alone count as documents
        self._postings: Postings[np.uint32] = Postings(np.uint32, weighted=True)

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        stored = self._indices.nbytes + self._values.nbytes + self._postings.nbytes
        return stored + self._present.nbytes + self._starts.nbytes + self._lengths.nbytes

    @property
    def present(self) -> Mask:
        """Which rows have a vector, as far as rows were ever written."""
        return self._present

    def reserve(self, rows: int) -> None:
        """Make room for this many rows."""
        self._present = grown(self._present, rows)
        self._starts = grown(self._starts, rows)
        self._lengths = grown(self._lengths, rows)
        self._postings.reserve(rows)

    def reserve_entries(self, count: int) -> None:
        """Make room for this many more entries."""
        self._indices = grown(self._indices, self._used + count)
        self._values = grown(self._values, self._used + count)

    def put(self, rows: Rows, batch: SparseBatch) -> None:
        """Store one vector in each of these rows, each row once."""
        if not len(rows):
            return
        total = len(batch.indices)
        self.reserve_entries(total)
        self._leave(rows)
        self._indices[self._used : self._used + total] = batch.indices
        self._values[self._used : self._used + total] = batch.values
        lengths = np.diff(batch.starts)
        self._starts[rows] = batch.starts[:-1] + self._used
        self._lengths[rows] = lengths
        self._present[rows] = True
        self._used += total
        self._live += total
        self._filled += int(np.count_nonzero(lengths))
        self.count += len(rows)
        size = len(self._present)
        self._postings.replace(size, rows, batch.indices, np.repeat(rows, lengths), batch.values)
        self._tidy()

    def remove(self, rows: Rows) -> None:
        """Take the vectors of these rows away."""
        self._leave(rows)
        self._present[rows] = False
        none = np.zeros(0, dtype=np.uint32)
        self._postings.replace(len(self._present), rows, none, rows[:0], self._values[:0])
        self._tidy()

    def kept(self, rows: Rows) -> SparseVectors:
        """A store of these rows alone, in this order."""
        held = self._present[rows].nonzero()[0]
        rest = SparseVectors(idf=self.idf)
        rest.reserve(len(rows))
        rest.put(held, self.vectors(rows[held]))
        return rest

    def vectors(self, rows: Rows) -> SparseBatch:
        """Stored vectors of rows that have one."""
        lengths = self._lengths[rows].astype(np.int64)
        starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
        entries = np.arange(int(starts[-1])) + np.repeat(self._starts[rows] - starts[:-1], lengths)
        return SparseBatch(starts, self._indices[entries], self._values[entries])

    def search(
        self,
        ids: IdTable,
        query: SparseQuery,
        limit: int,
        threshold: float | None,
        among: Selection | None,
    ) -> tuple[Floats, Rows]:
        """The `limit` rows with the largest product among those that share an index with the query.

        Args:
            query: sorted indices, each once, and their values, weighed already.
            threshold: no score worse than this, or equal to it.
            among: the only rows to consider; all rows when None.
        """
        indices, values = query
        scores = self._postings.weighted_sums(indices, values, len(self._present))
        if among is not None:
            scores[: among.size][~among.mask] = -np.inf
        if among is None or len(among) >= _FULL_SCAN:
            scores[scores == 0] = -np.inf
        if threshold is not None:
            scores[scores <= np.float32(threshold)] = -np.inf
        rows = candidates(scores, limit)
        return best(ids, rows, scores[rows], limit)

    def weigh(self, query: SparseQuery, corpus: Selection | None = None) -> SparseQuery:
        """Query values times the inverse document frequency of their indices, where that counts.

        The formula is BM25's: ln((N - n + 0.5) / (n + 0.5) + 1), for N vectors that are
        not empty, of which n have the index. In a corpus empty vectors count, too.

        Args:
            corpus: the only rows to count; all rows when None.
        """
        if not self.idf:
            return query
        indices, values = query
        if corpus is None:
            total = self._filled
            found = self._postings.frequencies(indices).astype(np.float64)
        else:
            inside = corpus.mask & self._present[: corpus.size]
            total = int(np.count_nonzero(inside))
            rows = (self._postings.equal(index) for index in indices.tolist())
            found = np.array([np.count_nonzero(inside[held]) for held in rows], dtype=np.float64)
        weights = np.log((total - found + 0.5) / (found + 0.5) + 1.0)
        return indices, values * weights.astype(np.float32)

    # The rows of a few against the vectors of a few, for queries with examples. What shares no
    # index has closeness 0 here.

    def scores_of(self, values: Floats) -> Floats:
        """Turn closeness into the scores that users see."""
        return values

    def held(self, among: Selection | None) -> Rows:
        """Rows that have a vector, of these."""
        if among is None:
            return self._present.nonzero()[0]
        return among.within(self._present[: among.size]).rows

    def slack(self, query: SparseQuery) -> float:
        """How far `similarities` to this query may be from `exact`: not at all."""
        return 0.0

    def similarities(self, queries: list[SparseQuery], rows: Rows) -> Floats:
        """Closeness (m, n) of rows that have a vector to queries."""
        sums = self.overlaps(queries, rows)
        sums[sums == -np.inf] = 0.0
        return sums

    exact = similarities

    def sums(self, queries: list[SparseQuery], weights: Floats, rows: Rows) -> Floats | None:
        """None: `similarities` is what there is."""
        return None

    def overlaps(self, queries: list[SparseQuery], rows: Rows) -> Floats:
        """Closeness (m, n) as in a search: minus infinity where no index is shared."""
        result = np.empty((len(queries), len(rows)), dtype=np.float32)
        for position, (indices, values) in enumerate(queries):
            sums = self._postings.weighted_sums(indices, values, len(self._present))
            result[position] = sums[rows]
        return result

    def prepared(self, rows: Rows) -> list[SparseQuery]:
        """What is stored in these rows, as queries."""
        batch = self.vectors(rows)
        spans = pairwise(batch.starts.tolist())
        return [(batch.indices[start:end], batch.values[start:end]) for start, end in spans]

    def mutual(self, rows: Rows) -> Callable[[int], Floats]:
        """A function that gives the closeness (n,) of rows to the one at a position."""
        queries = self.prepared(rows)
        return lambda position: self.similarities([queries[position]], rows)[0]

    def in_full(self, rows: Rows) -> tuple[SparseVectors, Rows]:
        """This store and these rows: it has one type of numbers."""
        return self, rows

    def _leave(self, rows: Rows) -> None:
        held = rows[self._present[rows]]
        self.count -= len(held)
        lengths = self._lengths[held]
        self._live -= int(lengths.sum())
        self._filled -= int(np.count_nonzero(lengths))

    def _tidy(self) -> None:
        if self._used - self._live <= max(_SPARE, self._live):
            return
        rows = np.flatnonzero(self._present)
        batch = self.vectors(rows)
        self._starts[rows] = batch.starts[:-1]
        self._indices, self._values = batch.indices, batch.values
        self._used = self._live = len(batch.indices)
