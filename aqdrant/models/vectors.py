"""TODO"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from ._model import Model
from ._unions import Untagged, declare
from .ids import ExtendedPointId
from .text import StemmingAlgorithm, StopwordsInterface, TokenizerType

__all__ = [
    "BatchVectorStruct",
    "Bm25Config",
    "Document",
    "DocumentOptions",
    "FloatArray",
    "Image",
    "InferenceObject",
    "SparseVector",
    "Vector",
    "VectorInput",
    "VectorOutput",
    "VectorStruct",
    "VectorStructOutput",
]


class FloatArray(Protocol):
    """What the models ask of an array: numpy's fits, and so does whatever else has these members."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    @property
    def ndim(self) -> int: ...

    def __len__(self) -> int: ...

    def tolist(self) -> Any: ...


class SparseVector(Model):
    """TODO"""

    indices: Untagged[Sequence[int] | FloatArray]
    values: Untagged[Sequence[float] | FloatArray]


class Document(Model):
    """TODO"""

    text: str
    model: str
    options: Untagged[DocumentOptions] | None = None


class Image(Model):
    """TODO"""

    image: Any
    model: str
    options: Mapping[str, Any] | None = None


class InferenceObject(Model):
    """TODO"""

    object: Any
    model: str
    options: Mapping[str, Any] | None = None


class Bm25Config(Model):
    """TODO"""

    k: float | None = 1.2
    b: float | None = 0.75
    avg_len: float | None = 256
    tokenizer: TokenizerType | None = None
    language: str | None = None
    lowercase: bool | None = None
    ascii_folding: bool | None = None
    stopwords: StopwordsInterface | None = None
    stemmer: Untagged[StemmingAlgorithm] | None = None
    min_token_len: int | None = None
    max_token_len: int | None = None


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
    # A vector may be named "text" or "image": only a model's name beside it makes it an input of inference.
    if isinstance(mapping.get("model"), str):
        kinds: dict[str, type] = {"text": Document, "image": Image, "object": InferenceObject}
        return next((kind for key, kind in kinds.items() if key in mapping), None)
    return SparseVector if "indices" in mapping and "values" in mapping else None


declare(Vector, _pick)
declare(VectorStruct, _pick)
