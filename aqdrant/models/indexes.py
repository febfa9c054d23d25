"""Payload indexes: their kinds and options."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from aqdrant.models._model import Model
from aqdrant.models._unions import Untagged, by_tag, declare
from aqdrant.models.quantization import Memory
from aqdrant.models.text import StemmingAlgorithm, StopwordsInterface, TokenizerType

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


class PayloadSchemaType(StrEnum):
    """The kind of a payload index."""

    KEYWORD = "keyword"
    INTEGER = "integer"
    FLOAT = "float"
    GEO = "geo"
    TEXT = "text"
    BOOL = "bool"
    DATETIME = "datetime"
    UUID = "uuid"


class KeywordIndexType(StrEnum):
    """The tag of keyword indexes."""

    KEYWORD = "keyword"


class IntegerIndexType(StrEnum):
    """The tag of integer indexes."""

    INTEGER = "integer"


class FloatIndexType(StrEnum):
    """The tag of float indexes."""

    FLOAT = "float"


class GeoIndexType(StrEnum):
    """The tag of geo indexes."""

    GEO = "geo"


class TextIndexType(StrEnum):
    """The tag of full-text indexes."""

    TEXT = "text"


class BoolIndexType(StrEnum):
    """The tag of bool indexes."""

    BOOL = "bool"


class DatetimeIndexType(StrEnum):
    """The tag of datetime indexes."""

    DATETIME = "datetime"


class UuidIndexType(StrEnum):
    """The tag of UUID indexes."""

    UUID = "uuid"


class TextScoringType(StrEnum):
    """How a full-text index scores."""

    BM25 = "bm25"


class CreateFieldIndex(Model):
    """A payload index to build."""

    field_name: str
    """Path of a payload key."""
    field_schema: Untagged[PayloadFieldSchema] | None = None


class PayloadIndexInfo(Model):
    """A payload index that exists."""

    data_type: PayloadSchemaType
    params: Untagged[PayloadSchemaParams] | None = None
    points: int
    """How many points have the key."""


class KeywordIndexParams(Model):
    """Options of an index of exact strings."""

    type: KeywordIndexType
    is_tenant: bool | None = None
    """Store points of one value close together."""
    on_disk: bool | None = None
    memory: Memory | None = None
    enable_hnsw: bool | None = None
    """Whether the graph gets links for filters on this key; True by default."""
    prefix: bool | None = None
    """Whether prefixes can be matched quickly."""
    nested: str | None = None
    """Path of an array of objects, each of which is indexed by itself."""


class IntegerIndexParams(Model):
    """Options of an index of integers."""

    type: IntegerIndexType
    lookup: bool | None = None
    """Whether single values are looked up quickly; True by default."""
    range: bool | None = None
    """Whether ranges are looked up quickly; True by default."""
    is_principal: bool | None = None
    """Store points in the order of this key."""
    on_disk: bool | None = None
    memory: Memory | None = None
    enable_hnsw: bool | None = None
    nested: str | None = None
    """Path of an array of objects, each of which is indexed by itself."""


class FloatIndexParams(Model):
    """Options of an index of floats."""

    type: FloatIndexType
    is_principal: bool | None = None
    """Store points in the order of this key."""
    on_disk: bool | None = None
    memory: Memory | None = None
    enable_hnsw: bool | None = None
    nested: str | None = None
    """Path of an array of objects, each of which is indexed by itself."""


class GeoIndexParams(Model):
    """Options of an index of places."""

    type: GeoIndexType
    on_disk: bool | None = None
    memory: Memory | None = None
    enable_hnsw: bool | None = None
    nested: str | None = None
    """Path of an array of objects, each of which is indexed by itself."""


class TextIndexParams(Model):
    """Options of a full-text index."""

    type: TextIndexType
    tokenizer: TokenizerType | None = None
    min_token_len: int | None = None
    max_token_len: int | None = None
    lowercase: bool | None = None
    """Whether case is ignored; True by default."""
    ascii_folding: bool | None = None
    """Whether accents are ignored; False by default."""
    phrase_matching: bool | None = None
    """Whether positions are kept, so that phrases can be matched."""
    stopwords: StopwordsInterface | None = None
    on_disk: bool | None = None
    memory: Memory | None = None
    stemmer: Untagged[StemmingAlgorithm] | None = None
    enable_hnsw: bool | None = None
    scoring: TextScoringInterface | None = None
    """Whether to keep what text queries are scored by."""
    nested: str | None = None
    """Path of an array of objects, each of which is indexed by itself."""


class BoolIndexParams(Model):
    """Options of an index of booleans."""

    type: BoolIndexType
    on_disk: bool | None = None
    memory: Memory | None = None
    enable_hnsw: bool | None = None
    nested: str | None = None
    """Path of an array of objects, each of which is indexed by itself."""


class DatetimeIndexParams(Model):
    """Options of an index of moments."""

    type: DatetimeIndexType
    is_principal: bool | None = None
    """Store points in the order of this key."""
    on_disk: bool | None = None
    memory: Memory | None = None
    enable_hnsw: bool | None = None
    nested: str | None = None
    """Path of an array of objects, each of which is indexed by itself."""


class UuidIndexParams(Model):
    """Options of an index of UUIDs."""

    type: UuidIndexType
    is_tenant: bool | None = None
    """Store points of one value close together."""
    on_disk: bool | None = None
    memory: Memory | None = None
    enable_hnsw: bool | None = None
    nested: str | None = None
    """Path of an array of objects, each of which is indexed by itself."""


class TextScoringParams(Model):
    """What a full-text index keeps in order to score."""

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
