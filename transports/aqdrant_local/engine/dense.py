"""Dense vectors under one name: one contiguous float32 block, and exact search over it.

Used by the segment.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .approximation import Approach, Approximation
from .arrays import Floats, Mask, Rows, grown
from .distances import (
    Distance,
    as_queries,
    closeness,
    closeness_of_each,
    lengths_to_divide_by,
    normalized_one,
    scan,
    scan_many,
    scan_rows,
    scan_sums,
    scores_of,
    slack,
    squares,
)
from .elements import Datatype, stored_form
from .ids import IdTable
from .ranking import best, candidates, passing
from .selection import Selection

__all__ = ["DenseVectors"]

_GATHER_BELOW = 0.15  # share of the rows under which copying them out is cheaper than scanning all

# What a walk through a graph costs beside a scan, measured: see benchmarks/local_hnsw.py.
_LINKS = 20  # vectors that are compared for each candidate
_STEP = 1000  # floats that could be scanned while the next of them is fetched
_GATHERED = 4  # times as long as in a scan takes a row that is copied out
_SPARE = 4  # times as many candidates are kept as wanted rows would be among them


class DenseVectors:
    """Vectors (rows, d) of one name. A row without a vector has its flag in `present` down."""

    def __init__(
        self, size: int, distance: Distance, datatype: Datatype = Datatype.FLOAT32
    ) -> None:
        self.size = size
        self.distance = distance
        self.datatype = datatype
        self.ascending = distance.ascending
        # uint8 with Cosine: what is compared was divided, and is shown as it came.
        self._is_scaled = datatype is Datatype.UINT8 and distance is Distance.COSINE
        self._has_lengths = distance is Distance.EUCLID or self._is_scaled
        self.count = 0
        self._end = 0  # rows from here on were never written
        self._data: Floats = np.zeros((0, size), dtype=np.float32)
        self._present: Mask = np.zeros(0, dtype=np.bool_)
        # Squared lengths, for Euclid; divisors, where vectors are shown as they came.
        self._lengths: Floats = np.zeros(0, dtype=np.float32)
        self._longest = 1.0  # no vector's squared length is larger
        self.approximation = Approximation()

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        own = self._data.nbytes + self._present.nbytes + self._lengths.nbytes
        return own + self.approximation.nbytes

    @property
    def present(self) -> Mask:
        """Which rows have a vector, as far as rows were ever written."""
        return self._present

    def to_store(self, vectors: Floats) -> tuple[Floats, Floats | None]:
        """What vectors (n, d) are stored as, and what it is divided by; None for one."""
        if self.datatype is not Datatype.FLOAT32:
            return stored_form(self.datatype, self.distance, vectors), None
        return vectors, lengths_to_divide_by(vectors) if self.distance is Distance.COSINE else None

    def prepare_one(self, vector: Floats) -> Floats:
        """Turn one vector (d,) into what is compared."""
        if self.datatype is not Datatype.FLOAT32:
            vector = stored_form(self.datatype, self.distance, vector[None])[0]
            return normalized_one(vector) if self._is_scaled else vector
        return normalized_one(vector) if self.distance is Distance.COSINE else vector

    def reserve(self, rows: int) -> None:
        """Make room for this many rows."""
        self._data = grown(self._data, rows)
        self._present = grown(self._present, rows)
        if self._has_lengths:
            self._lengths = grown(self._lengths, rows)
        self.approximation.reserve(rows)

    def put(self, rows: Rows | slice, vectors: Floats, divisors: Floats | None) -> None:
        """Store vectors (n, d), divided by `divisors` (n,), in these rows, each row once."""
        if not len(vectors):
            return
        self.count += len(vectors) - int(np.count_nonzero(self._present[rows]))
        self._end = max(self._end, rows.stop if isinstance(rows, slice) else int(rows.max()) + 1)
        if self._is_scaled:
            divisors = lengths_to_divide_by(vectors)
            self._lengths[rows] = 1.0 if divisors is None else divisors
        if divisors is None:
            self._data[rows] = vectors
        elif isinstance(rows, slice):
            np.divide(vectors, divisors[:, None], out=self._data[rows])
        else:
            self._data[rows] = vectors / divisors[:, None]
        self._present[rows] = True
        self.approximation.forget(rows)
        if self.distance is not Distance.COSINE:
            lengths = squares(vectors)
            self._longest = max(self._longest, float(lengths.max()))
            if self.distance is Distance.EUCLID:
                self._lengths[rows] = lengths

    def remove(self, rows: Rows) -> None:
        """Take the vectors of these rows away."""
        self.count -= int(np.count_nonzero(self._present[rows]))
        self._present[rows] = False
        self.approximation.forget(rows)

    def keep(self, rows: Rows) -> None:
        """Keep these rows alone, in this order, and give back the memory of the rest."""
        self._data = self._data[rows]
        self._present = self._present[rows]
        self._end = len(rows)
        if self._has_lengths:
            self._lengths = self._lengths[rows]
        self.approximation.keep(rows)

    def vectors(self, rows: Rows) -> Floats:
        """Stored vectors (n, d) of rows that have one."""
        if self._is_scaled:
            whole: Floats = np.rint(self._data[rows] * self._lengths[rows, None])
            return whole
        return self._data[rows]

    def search(
        self,
        ids: IdTable,
        query: Floats,
        limit: int,
        threshold: float | None,
        among: Selection | None,
        scanned: Floats | None = None,
        approach: Approach | None = None,
    ) -> tuple[Floats, Rows]:
        """The `limit` nearest rows to a prepared query as `(scores, rows)`, best first, ties by id.

        Args:
            threshold: no score worse than this, or equal to it.
            among: the only rows to consider; all rows that have a vector when None.
            scanned: what `scan_all` gave for this query, which is overwritten.
            approach: how a graph may be used; None looks at all rows.
        """
        near = None
        if approach is not None and scanned is None:
            near = self._near(query, limit, among, approach)
        if near is not None:
            values, rows = self._among(ids, query, limit, near)
        else:
            values, rows = self._nearest(ids, query, limit, among, scanned)
        return passing(self.scores_of(values), rows, threshold, ascending=self.ascending)

    def scan_all(self, queries: Floats) -> Floats:
        """Closeness (q, n) of all rows that were ever written to prepared queries."""
        return scan_many(self.distance, self._data[: self._end], queries, self._squares)

    def is_scanned_for(self, among: Selection | None) -> bool:
        """Whether a search among these rows goes through all that were ever written."""
        fewest = self._end * _GATHER_BELOW
        return self.count >= fewest and (among is None or len(among) >= fewest)

    # The rows of a few against the vectors of a few, for queries with examples

    def scores_of(self, values: Floats) -> Floats:
        """Turn closeness into the scores that users see."""
        return scores_of(self.distance, values)

    def held(self, among: Selection | None) -> Rows:
        """Rows that have a vector, of these."""
        if among is None:
            return self._present[: self._end].nonzero()[0]
        return among.within(self._present[: among.size]).rows

    def slack(self, query: Floats) -> float:
        """How far `similarities` to this query may be from `exact`."""
        return slack(self.distance, query, self._longest)

    def similarities(self, queries: list[Floats], rows: Rows) -> Floats:
        """Closeness (m, n) of rows that have a vector to queries, up to rounding."""
        if len(rows) < self._end * _GATHER_BELOW:
            lengths = None if self._squares is None else self._squares[rows]
            return scan_many(self.distance, self._data[rows], np.stack(queries), lengths)
        values = self.scan_all(np.stack(queries))
        return values if len(rows) == self._end else values[:, rows]

    def sums(self, queries: list[Floats], weights: Floats, rows: Rows) -> Floats | None:
        """Sums (k, n) of the closeness of rows to queries by weights (k, m), up to rounding.

        None for Manhattan: there no vector stands for a sum of others.
        """
        if self.distance is Distance.MANHATTAN:
            return None
        picks = rows if len(rows) < self._end * _GATHER_BELOW else slice(self._end)
        lengths = None if self._squares is None else self._squares[picks]
        values = scan_sums(self.distance, self._data[picks], np.stack(queries), weights, lengths)
        return values if values.shape[1] == len(rows) else values[:, rows]

    def exact(self, queries: list[Floats], rows: Rows) -> Floats:
        """Closeness (m, n) of rows that have a vector to queries."""
        return closeness_of_each(self.distance, self._data[rows], np.stack(queries))

    def mutual(self, rows: Rows) -> Callable[[int], Floats]:
        """A function that gives the closeness (n,) of rows, each a query, to that at a position."""
        vectors = self._data[rows]
        queries = as_queries(self.distance, vectors)
        return lambda position: closeness(self.distance, queries, vectors[position])

    def in_full(self, rows: Rows) -> tuple[DenseVectors, Rows]:
        """A store of float32 with these rows as they are shown, and where they are in it."""
        if self.datatype is Datatype.FLOAT32 or not len(rows):
            return self, rows
        full, places = DenseVectors(self.size, self.distance), np.arange(len(rows))
        full.reserve(len(rows))
        full.put(places, self.vectors(rows), None)
        return full, places

    def compared(self, rows: Rows) -> Floats:
        """A copy of what is compared (n, d) of these rows."""
        return self._data[rows]

    def prepared(self, rows: Rows) -> list[Floats]:
        """What is stored in these rows, as queries."""
        return list(self._data[rows])

    @property
    def _squares(self) -> Floats | None:
        return self._lengths[: self._end] if self.distance is Distance.EUCLID else None

    def walk(self, limit: int, passing: int | None, approach: Approach) -> int:
        """Candidates that a walk through the graph keeps; 0 where looking at the rows is quicker.

        Args:
            limit: how many rows are wanted.
            passing: how many pass a filter; None without one.
            approach: how a graph may be used.
        """
        covered = self.approximation.count
        if not covered or (passing is not None and passing < approach.fewest):
            return 0
        ef, compared = max(approach.ef, limit), self._end
        if passing is not None:
            # Only a share of the candidates passes.
            ef = max(ef, _SPARE * limit * covered // max(1, passing))
            if passing < self._end * _GATHER_BELOW:
                compared = passing * _GATHERED
        return ef if self._walked(ef) < compared * self.size else 0

    def effort(self, limit: int, approach: Approach | None) -> int:
        """Floats that could be scanned while a search without a filter goes on."""
        ef = 0 if approach is None else self.walk(limit, None, approach)
        if not ef:
            return self.count * self.size
        return self._walked(ef) + (self.count - self.approximation.count) * self.size

    def _walked(self, ef: int) -> int:
        return ef * _LINKS * (self.size + _STEP)

    def _near(
        self, query: Floats, limit: int, among: Selection | None, approach: Approach
    ) -> Rows | None:
        """Rows among which the nearest are; None where all have to be looked at."""
        known, mask = self.approximation, None if among is None else among.mask
        ef = self.walk(limit, None if among is None else len(among), approach)
        if not ef and approach.unindexed is None:
            return None
        rest = known.rest(self._present, mask)
        is_skipped = approach.unindexed is not None and len(rest) > approach.unindexed
        near = known.near(query, limit, ef, self._present, mask) if ef else None
        if near is None:
            return known.covered(mask) if is_skipped else None
        return near if is_skipped else np.concatenate([near, rest])

    def _nearest(
        self,
        ids: IdTable,
        query: Floats,
        limit: int,
        among: Selection | None,
        scanned: Floats | None,
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
        if scanned is None:
            scanned = scan(self.distance, self._data[:size], query, self._squares)
        values = scanned
        if among is not None:
            values[~among.mask[:size]] = -np.inf
        if self.count < size:
            values[~present] = -np.inf
        picks = candidates(values, limit, slack(self.distance, query, self._longest))
        exact = closeness(self.distance, self._data[picks], query)
        return best(ids, picks, exact, limit)

    def _among(self, ids: IdTable, query: Floats, limit: int, rows: Rows) -> tuple[Floats, Rows]:
        if len(rows) > limit * 2:
            values = scan_rows(self.distance, self._data, rows, query, self._squares)
            rows = rows[candidates(values, limit, slack(self.distance, query, self._longest))]
        return best(ids, rows, closeness(self.distance, self._data[rows], query), limit)
