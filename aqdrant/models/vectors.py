"""Vectors as callers give them and as answers hold them, and what a server can embed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from aqdrant.models._model import Model, QuickMeta
from aqdrant.models._unions import Untagged, declare
from aqdrant.models.ids import ExtendedPointId
from aqdrant.models.text import StemmingAlgorithm, StopwordsInterface, TokenizerType

__all__ = [
    "BatchVectorStruct",
    "Bm25Config",
    "Document",
    "DocumentOptions",
    "FloatArray",
    "Image",
    "InferenceObject",
    "NumericVector",
    "NumericVectorInput",
    "NumericVectorStruct",
    "SparseVector",
    "Vector",
    "VectorInput",
    "VectorOutput",
    "VectorStruct",
    "VectorStructOutput",
]


ModelInput: TypeAlias = object
"""What only the model in use has to understand."""


class FloatArray(Protocol):
    """What models ask of an array: numpy's fits, and whatever else has these members."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""
        ...

    @property
    def ndim(self) -> int:
        """The number of axes."""
        ...

    def __len__(self) -> int: ...

    def tolist(self) -> Any:
        """The elements as nested lists."""
        ...


class SparseVector(Model, metaclass=QuickMeta):
    """A vector given by its non-zero elements alone."""

    indices: Untagged[Sequence[int] | FloatArray]
    """Positions of the non-zero elements: distinct, 0 to 2**32 - 1."""
    values: Untagged[Sequence[float] | FloatArray]
    """The elements, as many as indices."""


class Document(Model):
    """Text that an inference model turns into a vector."""

    text: str
    model: str
    """Name of the model, for example ``"qdrant/bm25"``."""
    options: Untagged[DocumentOptions] | None = None
    """Options of the model; `Bm25Config` for the built-in one."""


class Image(Model):
    """An image that an inference model turns into a vector."""

    image: ModelInput
    """Base64 or a data URI, or a URL for a server; in process also a path, bytes, a PIL image."""
    model: str
    options: Mapping[str, Any] | None = None


class InferenceObject(Model):
    """Anything that an inference model of its own kind turns into a vector."""

    object: ModelInput
    model: str
    options: Mapping[str, Any] | None = None


class Bm25Config(Model):
    """Options of the built-in `qdrant/bm25` model."""

    k: float | None = 1.2
    """How fast repetitions of a word stop counting."""
    b: float | None = 0.75
    """How much long texts are held back, 0 to 1."""
    avg_len: float | None = 256
    """Mean length of a text in words."""
    tokenizer: TokenizerType | None = None
    language: str | None = None
    """Language of stop words and stemmer; English by default."""
    lowercase: bool | None = None
    ascii_folding: bool | None = None
    """Whether accents are dropped."""
    stopwords: StopwordsInterface | None = None
    stemmer: Untagged[StemmingAlgorithm] | None = None
    min_token_len: int | None = None
    """Shorter words are dropped."""
    max_token_len: int | None = None
    """Longer words are dropped."""


Vector: TypeAlias = (
    Sequence[float]
    | SparseVector
    | Sequence[Sequence[float]]
    | Document
    | Image
    | InferenceObject
    | FloatArray
)
VectorInput: TypeAlias = (
    Sequence[float]
    | SparseVector
    | Sequence[Sequence[float]]
    | ExtendedPointId
    | Document
    | Image
    | InferenceObject
    | FloatArray
)
VectorStruct: TypeAlias = (
    Sequence[float]
    | Sequence[Sequence[float]]
    | Mapping[str, Vector]
    | Document
    | Image
    | InferenceObject
    | FloatArray
)
NumericVector: TypeAlias = Sequence[float] | SparseVector | Sequence[Sequence[float]] | FloatArray
NumericVectorInput: TypeAlias = NumericVector | ExtendedPointId
NumericVectorStruct: TypeAlias = (
    Sequence[float] | Sequence[Sequence[float]] | Mapping[str, NumericVector] | FloatArray
)
VectorOutput: TypeAlias = list[float] | SparseVector | list[list[float]]
VectorStructOutput: TypeAlias = list[float] | list[list[float]] | dict[str, VectorOutput]
BatchVectorStruct: TypeAlias = (
    Sequence[Sequence[float]]
    | Sequence[Sequence[Sequence[float]]]
    | Mapping[str, Sequence[Vector] | FloatArray]
    | Sequence[Document]
    | Sequence[Image]
    | Sequence[InferenceObject]
    | FloatArray
)
DocumentOptions: TypeAlias = Mapping[str, Any] | Bm25Config


def _pick(mapping: Mapping[str, Any]) -> type | None:
    # A vector may be named "text" or "image": only a model's name beside it makes it an input of
    # inference.
    if isinstance(mapping.get("model"), str):
        kinds: dict[str, type] = {"text": Document, "image": Image, "object": InferenceObject}
        return next((kind for key, kind in kinds.items() if key in mapping), None)
    # No member where a point's vectors are named: "indices" is a name there.
    return SparseVector if "indices" in mapping and "values" in mapping else None


declare(Vector, _pick)
declare(VectorStruct, _pick)
