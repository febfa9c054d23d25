"""TODO"""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias
from uuid import UUID

from ._model import Model
from ._unions import Untagged, by_tag, declare
from .quantization import Memory
from .text import StemmingAlgorithm, StopwordsInterface, TokenizerType

__all__ = [
    "BoolIndexParams",
    "BoolIndexType",
    "CreateFieldIndex",
    "DatetimeIndexParams",
    "DatetimeIndexType",
    "FloatIndexParams",
    "FloatIndexType",
    "GeoIndexParams",
    "GeoIndexType",
    "IntegerIndexParams",
    "IntegerIndexType",
    "KeywordIndexParams",
    "KeywordIndexType",
    "PayloadFieldSchema",
    "PayloadIndexInfo",
    "PayloadSchemaParams",
    "PayloadSchemaType",
    "TextIndexParams",
    "TextIndexType",
    "TextScoringInterface",
    "TextScoringParams",
    "TextScoringType",
    "UuidIndexParams",
    "UuidIndexType",
]


class PayloadSchemaType(str, Enum):
    """TODO"""

    KEYWORD = "keyword"
    INTEGER = "integer"
    FLOAT = "float"
    GEO = "geo"
    TEXT = "text"
    BOOL = "bool"
    DATETIME = "datetime"
    UUID = "uuid"


class KeywordIndexType(str, Enum):
    """TODO"""

    KEYWORD = "keyword"


class IntegerIndexType(str, Enum):
    """TODO"""

    INTEGER = "integer"


class FloatIndexType(str, Enum):
    """TODO"""

    FLOAT = "float"


class GeoIndexType(str, Enum):
    """TODO"""

    GEO = "geo"


class TextIndexType(str, Enum):
    """TODO"""

    TEXT = "text"


class BoolIndexType(str, Enum):
    """TODO"""

    BOOL = "bool"


class DatetimeIndexType(str, Enum):
    """TODO"""

    DATETIME = "datetime"


class UuidIndexType(str, Enum):
    """TODO"""

    UUID = "uuid"


class TextScoringType(str, Enum):
    """TODO"""

    BM25 = "bm25"


class CreateFieldIndex(Model):
    """TODO"""

    field_name: str
    field_schema: Untagged[PayloadFieldSchema] | None = None


class PayloadIndexInfo(Model):
    """TODO"""

    data_type: PayloadSchemaType
    params: Untagged[PayloadSchemaParams] | None = None
    points: int


class KeywordIndexParams(Model):
    """TODO"""

    type: KeywordIndexType
    is_tenant: bool | None = None
    on_disk: bool | None = None
    memory: Memory | None = None
    enable_hnsw: bool | None = None
    prefix: bool | None = None
    nested: str | None = None


class IntegerIndexParams(Model):
    """TODO"""

    type: IntegerIndexType
    lookup: bool | None = None
    range: bool | None = None
    is_principal: bool | None = None
    on_disk: bool | None = None
    memory: Memory | None = None
    enable_hnsw: bool | None = None
    nested: str | None = None


class FloatIndexParams(Model):
    """TODO"""

    type: FloatIndexType
    is_principal: bool | None = None
    on_disk: bool | None = None
    memory: Memory | None = None
    enable_hnsw: bool | None = None
    nested: str | None = None


class GeoIndexParams(Model):
    """TODO"""

    type: GeoIndexType
    on_disk: bool | None = None
    memory: Memory | None = None
    enable_hnsw: bool | None = None
    nested: str | None = None


class TextIndexParams(Model):
    """TODO"""

    type: TextIndexType
    tokenizer: TokenizerType | None = None
    min_token_len: int | None = None
    max_token_len: int | None = None
    lowercase: bool | None = None
    ascii_folding: bool | None = None
    phrase_matching: bool | None = None
    stopwords: StopwordsInterface | None = None
    on_disk: bool | None = None
    memory: Memory | None = None
    stemmer: Untagged[StemmingAlgorithm] | None = None
    enable_hnsw: bool | None = None
    scoring: TextScoringInterface | None = None
    nested: str | None = None


class BoolIndexParams(Model):
    """TODO"""

    type: BoolIndexType
    on_disk: bool | None = None
    memory: Memory | None = None
    enable_hnsw: bool | None = None
    nested: str | None = None


class DatetimeIndexParams(Model):
    """TODO"""

    type: DatetimeIndexType
    is_principal: bool | None = None
    on_disk: bool | None = None
    memory: Memory | None = None
    enable_hnsw: bool | None = None
    nested: str | None = None


class UuidIndexParams(Model):
    """TODO"""

    type: UuidIndexType
    is_tenant: bool | None = None
    on_disk: bool | None = None
    memory: Memory | None = None
    enable_hnsw: bool | None = None
    nested: str | None = None


class TextScoringParams(Model):
    """TODO"""

    type: TextScoringType


PayloadSchemaParams: TypeAlias = (
    KeywordIndexParams
    | IntegerIndexParams
    | FloatIndexParams
    | GeoIndexParams
    | TextIndexParams
    | BoolIndexParams
    | DatetimeIndexParams
    | UuidIndexParams
)
PayloadFieldSchema: TypeAlias = PayloadSchemaType | PayloadSchemaParams
TextScoringInterface: TypeAlias = bool | TextScoringParams

declare(
    PayloadSchemaParams,
    by_tag(
        "type",
        keyword=KeywordIndexParams,
        integer=IntegerIndexParams,
        float=FloatIndexParams,
        geo=GeoIndexParams,
        text=TextIndexParams,
        bool=BoolIndexParams,
        datetime=DatetimeIndexParams,
        uuid=UuidIndexParams,
    ),
)
