"""What of a store of dense vectors a graph answers for, and what has to be looked at beside it.

Held by `dense`; the indexer makes the graphs. A row is *covered* while the graph holds the vector
that the row has now: writing or deleting a vector uncovers its row, at no more cost than a flag.
So a graph of any age is safe to search: what it says is the covered rows alone, all others that
have a vector are looked at one by one, and every score comes from the vectors themselves.

Read inside the collection's gate by many, changed by its writer; `note` is the indexer's, inside
as a reader, as nothing that other readers look at changes by it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .arrays import Floats, Mask, Rows, grown
from .graph import Bits, Graph

__all__ = ["Approach", "Approximation"]


class Approach(NamedTuple):
    """How a search may use a graph."""

    ef: int
    """Candidates that a walk keeps."""
    fewest: int
    """Rows below which a filter leaves so few that all are looked at."""
    unindexed: int | None = None
    """Rows without a graph above which they are skipped; None skips none."""


class _Passing(NamedTuple):
    """What of a graph and beside it may be found without a filter."""

    bits: Bits | None
    """The nodes of covered rows; None where those are all nodes."""
    rest: Rows
    """Rows with a vector that are not covered."""


class Approximation:
    """A graph over some of the rows of a store, or none."""

    def __init__(self) -> None:
        self.graph: Graph | None = None
        self.count = 0  # rows that are covered
        self.moves = 0  # how often rows got other numbers
        self.saved = 0  # rows that were covered when the graph was saved
        self._rows: Rows = np.zeros(0, dtype=np.intp)  # of each node; -1: of none any more
        self._is_straight = True  # each node has its own number for a row
        self._covered: Mask = np.zeros(0, dtype=np.bool_)
        self._draft: Mask | None = None  # rows that a graph to come holds as they are now
        self._passing: _Passing | None = None

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        own = self._rows.nbytes + self._covered.nbytes
        return own if self.graph is None else own + self.graph.nbytes

    @property
    def rows(self) -> Rows:
        """The row of each node, -1 where it is none's any more. Never changed in place."""
        return self._rows

    @property
    def stale(self) -> int:
        """Nodes that are walked over and never returned."""
        return 0 if self.graph is None else len(self.graph) - self.count

    # What writers say

    def forget(self, rows: Rows | slice) -> None:
        """Uncover rows whose vectors are changed."""
        if self._draft is not None:
            self._draft[rows] = False
        if self.graph is not None:
            self.count -= int(np.count_nonzero(self._covered[rows]))
            self._covered[rows] = False
        self._passing = None

    def reserve(self, rows: int) -> None:
        """Make room for this many rows."""
        self._covered = grown(self._covered, rows)
        if self._draft is not None:
            self._draft = grown(self._draft, rows)

    def keep(self, rows: Rows) -> None:
        """Follow rows that move to 0, 1, ...; a graph that is being made misses them."""
        moved = np.full(len(self._covered) + 1, -1, dtype=np.intp)  # the last: of no row
        moved[rows] = np.arange(len(rows), dtype=np.intp)
        self._covered = self._covered[rows]
        self._draft = None
        self._set_rows(moved[self._rows])
        self.moves += 1
        self.saved = 0

    # What the indexer says

    def begin(self) -> None:
        """Begin to note the rows of a graph to come."""
        self._draft = np.zeros(len(self._covered), dtype=np.bool_)

    def note(self, rows: Rows) -> None:
        """The graph to come holds these rows as they are now."""
        if self._draft is not None:
            self._draft[rows] = True

    def adopt(self, graph: Graph, rows: Rows, *, is_more: bool) -> None:
        """Take a graph whose node i was read from `rows[i]`, as the collection's writer.

        Args:
            graph: what answers from now on.
            rows: -1 for none; of several nodes of a row the last one counts.
            is_more: it began as a copy of the graph at hand, which noted the rows since.
        """
        noted = np.zeros_like(self._covered) if self._draft is None else self._draft
        self._covered = noted | self._covered if is_more else noted
        self._draft = None
        last = np.full(len(noted) + 1, -1, dtype=np.intp)
        nodes = np.arange(len(rows), dtype=np.intp)
        last[rows] = nodes  # of an index that repeats, the last value stays
        self.graph, self.count = graph, int(np.count_nonzero(self._covered))
        self._set_rows(np.where((rows >= 0) & (last[rows] == nodes), rows, -1))

    def drop(self) -> None:
        """Do without a graph, as the collection's writer."""
        self.graph, self._draft, self.count = None, None, 0
        self._covered[:] = False
        self._set_rows(np.zeros(0, dtype=np.intp))

    # What searches ask

    def rest(self, present: Mask, among: Mask | None) -> Rows:
        """Rows with a vector that are not covered, of those in a mask."""
        rest = self._all(present).rest
        return rest if among is None else rest[among[rest]]

    def covered(self, among: Mask | None) -> Rows:
        """Covered rows, of those in a mask."""
        rows = self._covered.nonzero()[0]
        return rows if among is None else rows[among[rows]]

    def near(
        self, query: Floats, limit: int, ef: int, present: Mask, among: Mask | None
    ) -> Rows | None:
        """Covered rows near a prepared query, of those in a mask; None where too few were found.

        More than `limit`, as a graph knows distances by approximation.
        """
        graph = self.graph
        if graph is None:
            return None
        bits, fewest = self._all(present).bits, min(limit, self.count)
        if among is not None:
            passing = self._among(among)
            bits, fewest = _packed(passing), min(limit, int(np.count_nonzero(passing)))
        count = min(limit + limit // 2 + 8, len(graph))
        nodes = graph.nearest(query, count, ef, bits) if fewest else np.zeros(0, dtype=np.intp)
        return None if len(nodes) < fewest else self._rows[nodes]

    def _among(self, mask: Mask) -> Mask:
        """The nodes of covered rows that a mask of rows has."""
        size = min(len(mask), len(self._covered))
        passing = mask[:size] & self._covered[:size]
        if self._is_straight:
            return passing[: len(self._rows)]
        found: Mask = np.append(passing, np.zeros(len(self._covered) + 1 - size, dtype=np.bool_))
        return found[self._rows]  # -1 is the last, which is no row's

    def _all(self, present: Mask) -> _Passing:
        known = self._passing  # one of several readers at once may be the last to set it
        if known is None:
            is_whole = self.graph is not None and self.count == len(self.graph)
            bits = None if is_whole else _packed(self._among(self._covered))
            rest = (present & ~self._covered[: len(present)]).nonzero()[0]
            known = self._passing = _Passing(bits, rest)
        return known

    def _set_rows(self, rows: Rows) -> None:
        self._rows = rows
        self._is_straight = bool((rows == np.arange(len(rows))).all())
        self._passing = None


def _packed(passing: Mask) -> Bits:
    return np.packbits(passing, bitorder="little")
