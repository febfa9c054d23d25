"""Dense vectors by latent semantic analysis: a truncated SVD of the term-document matrix, in numpy.

Called by `aqdrant._demo.run`. After Deerwester et al., "Indexing by latent semantic analysis"
(1990); the SVD is the randomised one of Halko, Martinsson and Tropp, "Finding structure with
randomness" (2011), algorithms 4.4 and 5.1.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
Integers: TypeAlias = NDArray[np.int64]
Progress: TypeAlias = Callable[[int, int], None]

_OVERSAMPLED: Final = 16
_POWER_STEPS: Final = 2
_ROWS_AT_ONCE: Final = 512


class SparseRows(NamedTuple):
    """A matrix of few entries: those of row i stand in `starts[i]:starts[i + 1]`."""

    starts: Integers
    columns: Integers
    values: Floats
    width: int

    @property
    def height(self) -> int:
        return len(self.starts) - 1


class LatentSemanticModel:
    """Map bags of terms to unit vectors in which texts on one topic lie close together.

    Args:
        documents: The terms of each document, repetitions included; a term is any number.
        dimensions: The wanted length of the vectors; less comes out of fewer documents or terms.
        seed: Of the random projection.
        progress: Called with the passes over the matrix that are done, and of all.

    Attributes:
        vectors: The documents' vectors, `(n, d)`, rows of length 1 (0 for one without known terms).
    """

    def __init__(
        self,
        documents: Sequence[Sequence[int]],
        dimensions: int = 256,
        seed: int = 0,
        progress: Progress | None = None,
    ) -> None:
        counts = [Counter(terms) for terms in documents]
        frequency = Counter(term for count in counts for term in count)
        # A term of one document links it with no other.
        known = sorted(term for term, number in frequency.items() if number > 1)
        self._columns = {term: column for column, term in enumerate(known)}
        held = np.array([frequency[term] for term in known], dtype=np.float32)
        self._idf: Floats = np.log((1 + len(documents)) / (1 + held)).astype(np.float32) + 1
        matrix = self._weigh(counts)
        self._basis = _right_singular_vectors(matrix, dimensions, seed, progress)
        self.vectors: Floats = _unit_rows(_multiply(matrix, self._basis))

    @property
    def dimensions(self) -> int:
        """The length of the vectors."""
        return int(self._basis.shape[1])

    @property
    def terms(self) -> list[int]:
        """The known terms, one for each of `directions`."""
        return list(self._columns)

    @property
    def directions(self) -> Floats:
        """What each known term adds to a text that has it, `(terms, d)`."""
        directions: Floats = self._idf[:, None] * self._basis
        return directions

    def fold_in(self, terms: Sequence[int]) -> Floats:
        """Return the unit vector, `(d,)`, of a text that was not among the documents.

        All zeros when no term of it is known.
        """
        counts = {term: n for term, n in Counter(terms).items() if term in self._columns}
        columns = [self._columns[term] for term in counts]
        return fold(list(counts.values()), self.directions[columns])

    def _weigh(self, counts: Sequence[Counter[int]]) -> SparseRows:
        """Return rows of unit length of `(1 + log count) * idf`."""
        rows = [
            sorted((self._columns[term], n) for term, n in row.items() if term in self._columns)
            for row in counts
        ]
        starts = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(row) for row in rows], out=starts[1:])
        columns = np.array([column for row in rows for column, _ in row], dtype=np.int64)
        tallies = np.array([n for row in rows for _, n in row], dtype=np.float32)
        values: Floats = (1 + np.log(tallies)) * self._idf[columns]
        of_row = np.repeat(np.arange(len(rows)), np.diff(starts))
        lengths = np.sqrt(np.bincount(of_row, weights=values**2, minlength=len(rows)))
        values = (values / lengths[of_row]).astype(np.float32)
        return SparseRows(starts, columns, values, len(self._columns))


def fold(counts: Sequence[int], directions: Floats) -> Floats:
    """Return the unit vector, `(d,)`, of a text whose terms occur so often.

    Args:
        counts: How often each term occurs.
        directions: Of the same terms, as the model has them.
    """
    weights = 1 + np.log(np.array(counts, dtype=np.float32))
    folded: Floats = _unit_rows((weights @ directions)[None])[0]
    return folded


def _right_singular_vectors(
    matrix: SparseRows, dimensions: int, seed: int, progress: Progress | None
) -> Floats:
    """Return the leading right singular vectors, `(width, d)`, d at most `dimensions`."""
    passes = 2 + 2 * _POWER_STEPS

    def report(done: int) -> None:
        if progress is not None:
            progress(done, passes)

    width = min(dimensions + _OVERSAMPLED, matrix.height, matrix.width)
    transposed = _transpose(matrix)
    random = np.random.default_rng(seed)
    sketch: Floats = random.standard_normal((matrix.width, width), dtype=np.float32)
    sketch = _orthonormal(_multiply(matrix, sketch))
    report(1)
    for step in range(_POWER_STEPS):
        sketch = _orthonormal(_multiply(transposed, sketch))
        report(2 + 2 * step)
        sketch = _orthonormal(_multiply(matrix, sketch))
        report(3 + 2 * step)
    basis = _orthonormal(_multiply(transposed, sketch))[:, :dimensions]
    report(passes)
    return basis


def _multiply(matrix: SparseRows, dense: Floats) -> Floats:
    """Return the product of a sparse and a dense matrix, `(height, dense.shape[1])`."""
    product: Floats = np.zeros((matrix.height, dense.shape[1]), dtype=np.float32)
    for first in range(0, matrix.height, _ROWS_AT_ONCE):
        last = min(first + _ROWS_AT_ONCE, matrix.height)
        starts = matrix.starts[first : last + 1]
        begin, end = starts[0], starts[-1]
        filled = np.flatnonzero(np.diff(starts))  # reduceat gives an empty row its neighbour's sum
        if len(filled):
            terms = dense[matrix.columns[begin:end]]
            terms *= matrix.values[begin:end, None]
            product[first + filled] = np.add.reduceat(terms, starts[:-1][filled] - begin, axis=0)
    return product


def _transpose(matrix: SparseRows) -> SparseRows:
    order = np.argsort(matrix.columns, kind="stable")
    rows = np.repeat(np.arange(matrix.height), np.diff(matrix.starts))
    starts = np.zeros(matrix.width + 1, dtype=np.int64)
    np.cumsum(np.bincount(matrix.columns, minlength=matrix.width), out=starts[1:])
    return SparseRows(starts, rows[order], matrix.values[order], matrix.height)


def _orthonormal(columns: Floats) -> Floats:
    """Return an orthonormal basis of what the columns span, `(n, r)`, largest direction first.

    By the eigenvectors of the small Gram matrix, at half the cost of a QR; what single precision
    cannot tell from nothing is left out.
    """
    wide = columns.astype(np.float64)
    squares, rotation = np.linalg.eigh(wide.T @ wide)
    order = np.argsort(squares)[::-1]
    order = order[squares[order] > squares.max(initial=0) * 1e-10]
    basis: Floats = (wide @ (rotation[:, order] / np.sqrt(squares[order]))).astype(np.float32)
    return basis


def _unit_rows(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(lengths > 0, lengths, 1)).astype(np.float32)
