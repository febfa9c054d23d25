"""Dense vectors under one name: one contiguous float32 block, and exact search over it.

Used by the segment.
"""

from __future__ import annotations

import numpy as np

from .arrays import Floats, Mask, Rows, grown
from .distances import (
    Distance,
    closeness,
    lengths_to_divide_by,
    normalized_one,
    scan,
    scan_rows,
    scores_of,
    slack,
    squares,
)
from .ids import IdTable
from .ranking import best, candidates
from .selection import Selection

__all__ = ["DenseVectors"]

_GATHER_BELOW = 0.15  # share of the rows under which copying them out is cheaper than scanning all


class DenseVectors:
    """Vectors (rows, d) of one name. A row without a vector has its flag in `present` down."""

    def __init__(self, size: int, distance: Distance) -> None:
        self.size = size
        self.distance = distance
        self.count = 0
        self._end = 0  # rows from here on were never written
        self._data: Floats = np.zeros((0, size), dtype=np.float32)
        self._present: Mask = np.zeros(0, dtype=np.bool_)
        self._lengths: Floats = np.zeros(0, dtype=np.float32)  # squared, for Euclid alone
        self._longest = 1.0  # no vector's squared length is larger

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self._data.nbytes + self._present.nbytes + self._lengths.nbytes

    @property
    def present(self) -> Mask:
        """Which rows have a vector, as far as rows were ever written."""
        return self._present

    def divisors(self, vectors: Floats) -> Floats | None:
        """What vectors (n, d) are divided by when they are stored; None for one."""
        return lengths_to_divide_by(vectors) if self.distance is Distance.COSINE else None

    def prepare_one(self, vector: Floats) -> Floats:
        """Turn one vector (d,) into what is stored and compared."""
        return normalized_one(vector) if self.distance is Distance.COSINE else vector

    def reserve(self, rows: int) -> None:
        """Make room for this many rows."""
        self._data = grown(self._data, rows)
        self._present = grown(self._present, rows)
        if self.distance is Distance.EUCLID:
            self._lengths = grown(self._lengths, rows)

    def put(self, rows: Rows | slice, vectors: Floats, divisors: Floats | None) -> None:
        """Store vectors (n, d), divided by `divisors` (n,), in these rows, each row once."""
        if not len(vectors):
            return
        self.count += len(vectors) - int(np.count_nonzero(self._present[rows]))
        self._end = max(self._end, rows.stop if isinstance(rows, slice) else int(rows.max()) + 1)
        if divisors is None:
            self._data[rows] = vectors
        elif isinstance(rows, slice):
            np.divide(vectors, divisors[:, None], out=self._data[rows])
        else:
            self._data[rows] = vectors / divisors[:, None]
        self._present[rows] = True
        if self.distance is not Distance.COSINE:
            lengths = squares(vectors)
            self._longest = max(self._longest, float(lengths.max()))
            if self.distance is Distance.EUCLID:
                self._lengths[rows] = lengths

    def remove(self, rows: Rows) -> None:
        """Take the vectors of these rows away."""
        self.count -= int(np.count_nonzero(self._present[rows]))
        self._present[rows] = False

    def keep(self, rows: Rows) -> None:
        """Keep these rows alone, in this order, and give back the memory of the rest."""
        self._data = self._data[rows]
        self._present = self._present[rows]
        self._end = len(rows)
        if self.distance is Distance.EUCLID:
            self._lengths = self._lengths[rows]

    def vectors(self, rows: Rows) -> Floats:
        """Stored vectors (n, d) of rows that have one."""
        return self._data[rows]

    def search(
        self,
        ids: IdTable,
        query: Floats,
        limit: int,
        threshold: float | None,
        among: Selection | None,
    ) -> tuple[Floats, Rows]:
        """The `limit` nearest rows to a prepared query as `(scores, rows)`, best first, ties by id.

        Args:
            threshold: no score worse than this.
            among: the only rows to consider; all rows that have a vector when None.
        """
        values, rows = self._nearest(ids, query, limit, among)
        scores = scores_of(self.distance, values)
        if threshold is not None:
            bound = np.float32(threshold)
            good = scores < bound if self.distance.ascending else scores > bound
            scores, rows = scores[good], rows[good]
        return scores, rows

    def score(self, query: Floats, rows: Rows) -> Floats:
        """Scores (n,) of rows that have a vector."""
        return scores_of(self.distance, closeness(self.distance, self._data[rows], query))

    def _nearest(
        self, ids: IdTable, query: Floats, limit: int, among: Selection | None
    ) -> tuple[Floats, Rows]:
        size = self._end
        present = self._present[:size]
        if among is not None and len(among) < size * _GATHER_BELOW:
            rows = among.rows
            if self.count < among.size:
                rows = rows[self._present[rows]]
            return self._among(ids, query, limit, rows)
        if self.count < size * _GATHER_BELOW:
            held = present if among is None else present & among.mask[:size]
            return self._among(ids, query, limit, held.nonzero()[0])
        lengths = self._lengths[:size] if self.distance is Distance.EUCLID else None
        values = scan(self.distance, self._data[:size], query, lengths)
        if among is not None:
            values[~among.mask[:size]] = -np.inf
        if self.count < size:
            values[~present] = -np.inf
        picks = candidates(values, limit, slack(self.distance, query, self._longest))
        exact = closeness(self.distance, self._data[picks], query)
        return best(ids, picks, exact, limit)

    def _among(self, ids: IdTable, query: Floats, limit: int, rows: Rows) -> tuple[Floats, Rows]:
        if len(rows) > limit * 2:
            lengths = self._lengths if self.distance is Distance.EUCLID else None
            values = scan_rows(self.distance, self._data, rows, query, lengths)
            rows = rows[candidates(values, limit, slack(self.distance, query, self._longest))]
        return best(ids, rows, closeness(self.distance, self._data[rows], query), limit)
