"""Multivectors under one name: each point has some vectors of one size, compared by MaxSim.

Used by the segment. A query is some vectors too: its closeness to a point is the sum, over the
query's vectors, of the closeness of the point's vector that is closest to it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, Mask, Rows, grown
from .distances import (
    Distance,
    as_queries,
    closeness,
    lengths_to_divide_by,
    scan_many,
    scores_of,
    slack,
    squares,
)
from .elements import Datatype, stored_form
from .ids import IdTable
from .ranking import best, candidates, passing
from .selection import Selection

__all__ = ["MultiBatch", "MultiVectors"]

_SPARE = 65_536  # abandoned floats that are not worth rewriting the block for
_PRODUCTS = 1 << 17  # products that are held at once: they stay in the cache
_SHORT = 16  # runs that are folded one by one, longer ones by halves


class MultiBatch:
    """Multivectors end to end: number i is `vectors[starts[i]:starts[i + 1]]`, at least one."""

    __slots__ = ("starts", "vectors")

    def __init__(self, starts: NDArray[np.int64], vectors: Floats) -> None:
        self.starts = starts
        self.vectors = vectors

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def entries(self) -> int:
        """Vectors in it."""
        return len(self.vectors)

    def take(self, picks: Rows) -> MultiBatch:
        """The multivectors at these positions."""
        lengths = np.diff(self.starts)[picks]
        starts, entries = _spread(self.starts[:-1][picks], lengths)
        return MultiBatch(starts, self.vectors[entries])


class MultiVectors:
    """Multivectors of one name, by row. A row without one has its flag in `present` down."""

    def __init__(
        self, size: int, distance: Distance, datatype: Datatype = Datatype.FLOAT32
    ) -> None:
        self.size = size
        self.distance = distance
        self.datatype = datatype
        self.ascending = distance.ascending
        self.count = 0
        self._present: Mask = np.zeros(0, dtype=np.bool_)
        self._starts: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._lengths: NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self._data: Floats = np.zeros((0, size), dtype=np.float32)
        # Of uint8 with Cosine, what the vectors were divided by: those are shown as they came.
        self._scale: Floats | None = None
        if datatype is Datatype.UINT8 and distance is Distance.COSINE:
            self._scale = np.zeros(0, dtype=np.float32)
        self._used = 0
        self._live = 0
        self._longest = 1.0  # no vector's squared length is larger

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        rows = self._present.nbytes + self._starts.nbytes + self._lengths.nbytes
        return rows + self._data.nbytes

    @property
    def floats(self) -> int:
        """Floats held."""
        return self._used * self.size

    @property
    def present(self) -> Mask:
        """Which rows have a multivector, as far as rows were ever written."""
        return self._present

    def prepare(self, vectors: Floats) -> Floats:
        """Turn a multivector (n, d) into what is compared with those that are stored."""
        vectors = stored_form(self.datatype, self.distance, vectors)
        if self._scale is None:
            return vectors
        divisors = lengths_to_divide_by(vectors)
        return vectors if divisors is None else vectors / divisors[:, None]

    def reserve(self, rows: int) -> None:
        """Make room for this many rows."""
        self._present = grown(self._present, rows)
        self._starts = grown(self._starts, rows)
        self._lengths = grown(self._lengths, rows)

    def reserve_entries(self, count: int) -> None:
        """Make room for this many more vectors."""
        self._data = grown(self._data, self._used + count)
        if self._scale is not None:
            self._scale = grown(self._scale, self._used + count)

    def put(self, rows: Rows, batch: MultiBatch) -> None:
        """Store one multivector, in the form that is stored, in each of these rows, each once."""
        if not len(rows):
            return
        count = batch.entries
        self.reserve_entries(count)
        self._leave(rows)
        self._starts[rows] = batch.starts[:-1] + self._used
        self._lengths[rows] = np.diff(batch.starts)
        place = slice(self._used, self._used + count)
        self._data[place] = batch.vectors
        if self._scale is not None:
            divisors = lengths_to_divide_by(batch.vectors)
            self._scale[place] = 1.0 if divisors is None else divisors
            self._data[place] /= self._scale[place, None]
        self._longest = max(self._longest, float(squares(self._data[place]).max()))
        self._present[rows] = True
        self._used += count
        self._live += count
        self.count += len(rows)
        self._tidy()

    def remove(self, rows: Rows) -> None:
        """Take the multivectors of these rows away."""
        self._leave(rows)
        self._present[rows] = False
        self._tidy()

    def kept(self, rows: Rows) -> MultiVectors:
        """A store of these rows alone, in this order."""
        held = self._present[rows].nonzero()[0]
        rest = MultiVectors(self.size, self.distance, self.datatype)
        rest.reserve(len(rows))
        rest.put(held, self.vectors(rows[held]))
        return rest

    def vectors(self, rows: Rows) -> MultiBatch:
        """Stored multivectors of rows that have one."""
        starts, entries = _spread(self._starts[rows], self._lengths[rows])
        vectors = self._data[entries]
        if self._scale is not None:
            vectors = np.rint(vectors * self._scale[entries, None])
        return MultiBatch(starts, vectors)

    def search(
        self,
        ids: IdTable,
        query: Floats,
        limit: int,
        threshold: float | None,
        among: Selection | None,
    ) -> tuple[Floats, Rows]:
        """The `limit` nearest rows to a prepared query (q, d), best first, ties by id.

        Args:
            threshold: no score worse than this, or equal to it.
            among: the only rows to consider; all that have a multivector when None.
        """
        rows = self.held(among)
        values = self.similarities([query], rows)[0]
        rows = rows[candidates(values, limit, self.slack(query))]
        values, rows = best(ids, rows, self.exact([query], rows)[0], limit)
        scores = self.scores_of(values)
        return passing(scores, rows, threshold, ascending=self.ascending)

    def scores_of(self, values: Floats) -> Floats:
        """Turn closeness into the scores that users see."""
        return scores_of(self.distance, values)

    def held(self, among: Selection | None) -> Rows:
        """Rows that have a multivector, of these."""
        if among is None:
            return self._present.nonzero()[0]
        return among.within(self._present[: among.size]).rows

    def slack(self, query: Floats) -> float:
        """How far `similarities` to this query may be from `exact`."""
        return sum(slack(self.distance, vector, self._longest) for vector in query)

    def similarities(self, queries: list[Floats], rows: Rows) -> Floats:
        """Closeness (m, n) of rows that have a multivector to queries, up to rounding."""
        return self._sums(queries, rows, exact=False)

    def sums(self, queries: list[Floats], weights: Floats, rows: Rows) -> Floats | None:
        """None: `similarities` is what there is."""
        return None

    def exact(self, queries: list[Floats], rows: Rows) -> Floats:
        """Closeness (m, n) of rows that have a multivector to queries."""
        return self._sums(queries, rows, exact=True)

    def prepared(self, rows: Rows) -> list[Floats]:
        """What is stored in these rows, as queries."""
        starts, entries = _spread(self._starts[rows], self._lengths[rows])
        return np.split(self._data[entries], starts[1:-1])

    def mutual(self, rows: Rows) -> Callable[[int], Floats]:
        """A function that gives the closeness (n,) of rows, each a query, to that at a position."""
        starts, entries = _spread(self._starts[rows], self._lengths[rows])
        vectors = self._data[entries]
        queries = as_queries(self.distance, vectors)

        def to_one(position: int) -> Floats:
            nearest = np.full(len(vectors), -np.inf, dtype=np.float32)
            for target in vectors[starts[position] : starts[position + 1]]:
                np.maximum(nearest, closeness(self.distance, queries, target), out=nearest)
            sums: Floats = np.add.reduceat(nearest, starts[:-1])
            return sums

        return to_one

    def in_full(self, rows: Rows) -> tuple[MultiVectors, Rows]:
        """A store of float32 with these rows as they are shown, and where they are in it."""
        if self.datatype is Datatype.FLOAT32 or not len(rows):
            return self, rows
        full, places = MultiVectors(self.size, self.distance), np.arange(len(rows))
        full.reserve(len(rows))
        full.put(places, self.vectors(rows))
        return full, places

    def _sums(self, queries: list[Floats], rows: Rows, *, exact: bool) -> Floats:
        vectors = np.concatenate(queries)
        result = np.empty((len(queries), len(rows)), dtype=np.float32)
        bounds = np.cumsum([0, *(len(query) for query in queries)])[:-1]
        lengths = np.cumsum(self._lengths[rows], dtype=np.int64)
        total = int(lengths[-1]) if len(lengths) else 0
        step = max(1, _PRODUCTS // max(1, len(vectors)))
        start = 0
        for reached in range(step, total + step, step):
            end = max(start + 1, int(lengths.searchsorted(reached, "right")))
            peaks = self._peaks(vectors, rows[start:end], exact=exact)
            result[:, start:end] = np.add.reduceat(peaks, bounds, axis=0)
            start = end
            if start >= len(rows):
                break
        return result

    def _peaks(self, vectors: Floats, rows: Rows, *, exact: bool) -> Floats:
        """Of each vector (q), the closeness (q, n) of the closest vector in each of the rows."""
        starts, lengths = self._starts[rows], self._lengths[rows]
        first = int(starts[0])
        places = np.cumsum(lengths) - lengths
        if bool((starts - first == places).all()):  # end to end already, as they were written
            data = self._data[first : first + int(places[-1]) + int(lengths[-1])]
        else:
            data = self._data[_spread(starts, lengths)[1]]
        if exact:
            values = np.stack([closeness(self.distance, data, vector) for vector in vectors])
        else:
            values = scan_many(self.distance, data, vectors)
        longest = int(lengths.max())
        if longest == int(lengths.min()):
            return _folded(values.reshape(len(vectors), len(rows), longest))
        peaks: Floats = np.maximum.reduceat(values, places, axis=1)
        return peaks

    def _leave(self, rows: Rows) -> None:
        held = rows[self._present[rows]]
        self.count -= len(held)
        self._live -= int(self._lengths[held].sum())

    def _tidy(self) -> None:
        if (self._used - self._live) * self.size <= max(_SPARE, self._live * self.size):
            return
        rows = np.flatnonzero(self._present)
        starts, entries = _spread(self._starts[rows], self._lengths[rows])
        self._starts[rows] = starts[:-1]
        self._data = self._data[entries]
        if self._scale is not None:
            self._scale = self._scale[entries]
        self._used = self._live = len(entries)


def _spread(starts: NDArray[np.int64], lengths: NDArray[np.integer]) -> tuple[Rows, Rows]:
    """Where runs begin once they stand end to end (n + 1), and the places of all they have."""
    ends = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths, dtype=np.int64)])
    places: Rows = np.arange(int(ends[-1])) + np.repeat(starts - ends[:-1], lengths)
    return ends, places


def _folded(values: Floats) -> Floats:
    """The maxima (q, n) of (q, n, k): many times faster than reducing short runs."""
    while values.shape[2] > _SHORT:
        half = values.shape[2] // 2
        folded = np.maximum(values[:, :, :half], values[:, :, half : 2 * half])
        if values.shape[2] % 2:
            np.maximum(folded[:, :, 0], values[:, :, -1], out=folded[:, :, 0])
        values = folded
    peaks = values[:, :, 0].copy()
    for place in range(1, values.shape[2]):
        np.maximum(peaks, values[:, :, place], out=peaks)
    return peaks
