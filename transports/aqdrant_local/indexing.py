"""Payload indexes of a collection: what they are, what they change, what they hold.

Called by the handlers of indexes, collections, facets and ordered reads, and by whatever brings the
indexes of a collection back. Filters read columns with or without an index; an index decides how
text is cut into words, and is what orders and facets need.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aqdrant import models
from aqdrant.exceptions import BadRequest

from .engine import indexed
from .engine.arrays import Rows
from .engine.columns import PayloadColumn
from .engine.paths import ALL, Path
from .queries.filtering import path_of
from .state import Collection
from .texts import text_index

__all__ = [
    "add_index",
    "check_schema",
    "described_indexes",
    "drop_index",
    "index_of",
    "kind_of",
    "prepare_index",
]

Kind = models.PayloadSchemaType
Values = tuple[NDArray[Any], Rows]


def kind_of(schema: models.PayloadFieldSchema) -> models.PayloadSchemaType:
    """The type of an index."""
    if isinstance(schema, models.PayloadSchemaType):
        return schema
    return models.PayloadSchemaType(schema.type.value)


def check_schema(path: Path, schema: models.PayloadFieldSchema) -> None:
    """Refuse parameters that no index can have.

    Raises:
        BadRequest: parameters contradict each other.
        UnsupportedOperation: they ask for what the engine does not do.
    """
    if isinstance(schema, models.PayloadSchemaType):
        return
    if isinstance(schema, models.IntegerIndexParams) and schema.lookup is schema.range is False:
        raise _invalid("An integer index needs `lookup` or `range`.", "Leave one of them on.")
    if isinstance(schema, models.TextIndexParams):
        text_index(schema)
    if schema.nested is not None:
        array = path_of(schema.nested)
        below = array if array[-1] == ALL else (*array, ALL)
        if path[: len(below)] != below or len(path) == len(below):
            raise _invalid(
                "The key is not inside the elements of `nested`.",
                "For the key offers[].price, nested is offers.",
            )


def _invalid(message: str, fix: str) -> BadRequest:
    return BadRequest(message, status_code=422, parameter="field_schema", fix=fix)


def add_index(collection: Collection, name: str, schema: models.PayloadFieldSchema) -> None:
    """Put an index on record, in place of one of another type, and let it do what it does.

    Raises:
        UnsupportedOperation: the text of the index cannot be cut into words here.
    """
    path = path_of(name)
    texts = None
    if kind_of(schema) == Kind.TEXT:
        texts = text_index(schema if isinstance(schema, models.TextIndexParams) else None)
    collection.keep_schema(name, schema)
    collection.segment.set_index(path, kind_of(schema).value, texts)


def prepare_index(collection: Collection, name: str) -> None:
    """Read what an index on record holds, so that the first to ask does not wait for it."""
    _held_rows(collection, path_of(name), kind_of(collection.schema[name]))


def drop_index(collection: Collection, name: str) -> None:
    """Take an index off the record; nothing happens where there is none."""
    if name in collection.schema:
        collection.keep_schema(name, None)
        collection.segment.set_index(path_of(name), None)


def index_of(collection: Collection, path: Path) -> models.PayloadFieldSchema | None:
    """The index on record for a payload key, however the key is written."""
    found = (schema for name, schema in collection.schema.items() if path_of(name) == path)
    return next(found, None)


def described_indexes(collection: Collection) -> dict[str, models.PayloadIndexInfo]:
    """The indexes on record, with the number of points that each holds."""
    described: dict[str, models.PayloadIndexInfo] = {}
    for name, schema in collection.schema.items():
        rows = _held_rows(collection, path_of(name), kind_of(schema))
        mask = np.zeros(collection.segment.size, dtype=np.bool_)
        mask[rows] = True
        described[name] = models.PayloadIndexInfo(
            data_type=kind_of(schema),
            params=None if isinstance(schema, Kind) else _shown(schema),
            points=int(np.count_nonzero(mask)),
        )
    return described


def _shown(schema: models.PayloadSchemaParams) -> models.PayloadSchemaParams:
    """Parameters as a server shows them, of texts with the tokenizer that is the default."""
    shown = schema.model_copy(deep=True)
    if isinstance(shown, models.TextIndexParams) and shown.tokenizer is None:
        shown.tokenizer = models.TokenizerType.WORD
    return shown


def _held_rows(collection: Collection, path: Path, kind: models.PayloadSchemaType) -> Rows:
    column = collection.segment.column(path)
    if kind == Kind.GEO:
        return indexed.places(column)
    if kind == Kind.TEXT:
        return indexed.texts(column, collection.segment.texts[path].tokenizer)
    return VALUES[kind](column)[1]


VALUES: dict[models.PayloadSchemaType, Callable[[PayloadColumn], Values]] = {
    Kind.KEYWORD: indexed.keywords,
    Kind.INTEGER: indexed.integers,
    Kind.FLOAT: indexed.floats,
    Kind.BOOL: indexed.bools,
    Kind.DATETIME: indexed.dates,
    Kind.UUID: indexed.uuids,
}
"""Index type → the values that it holds of a column, beside the row of each."""
