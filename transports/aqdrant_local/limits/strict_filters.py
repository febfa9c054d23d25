"""What a filter asks of indexes, told from its conditions alone. Called by strict mode."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from aqdrant import models
from aqdrant_local.queries.conditions import conditions_of

__all__ = ["NUMBERS", "flattened", "looked_at", "size_of"]

Kind = models.PayloadSchemaType

NUMBERS = (Kind.FLOAT, Kind.INTEGER)
"""Types of index that know ranges of numbers."""


def flattened(condition: models.Filter, prefix: tuple[str, ...] = ()) -> Iterator[tuple[Any, str]]:
    """The conditions of a filter, those inside of others too, with where their keys begin."""
    for part in conditions_of(condition):
        if isinstance(part, models.Filter):
            yield from flattened(part, prefix)
        elif isinstance(part, models.NestedCondition):
            key = part.nested.key
            array = key if key.endswith("[]") else f"{key}[]"
            yield from flattened(part.nested.filter, (*prefix, array))
        else:
            yield part, "".join(f"{step}." for step in prefix)


def size_of(condition: Any) -> int:
    """How many ids or values a condition lists."""
    if isinstance(condition, models.HasIdCondition):
        return len(condition.has_id)
    match = getattr(condition, "match", None)
    if isinstance(match, models.MatchAny):
        return len(match.any)
    return len(match.except_) if isinstance(match, models.MatchExcept) else 0


def looked_at(condition: Any) -> tuple[str | None, Sequence[Kind]]:
    """The key of a condition, and the types of index that serve it; any where there are none."""
    if isinstance(condition, models.IsEmptyCondition):
        return condition.is_empty.key, ()
    if isinstance(condition, models.IsNullCondition):
        return condition.is_null.key, ()
    if not isinstance(condition, models.FieldCondition):
        return None, ()
    if condition.match is not None:
        return condition.key, _matching(condition.match)
    if condition.range is not None:
        is_number = isinstance(condition.range, models.Range)
        return condition.key, NUMBERS if is_number else (Kind.DATETIME,)
    is_place = condition.geo_radius or condition.geo_bounding_box or condition.geo_polygon
    return condition.key, (Kind.GEO,) if is_place is not None else ()


def _matching(match: models.Match) -> Sequence[Kind]:
    if isinstance(match, models.MatchText | models.MatchTextAny | models.MatchPhrase):
        return (Kind.TEXT,)
    if isinstance(match, models.MatchPrefix | models.MatchSubstring):
        return (Kind.KEYWORD,)
    listed: Any
    if isinstance(match, models.MatchValue):
        listed = [match.value]
    else:
        listed = match.any if isinstance(match, models.MatchAny) else match.except_
    if listed and isinstance(listed[0], bool):
        return (Kind.BOOL,)
    if listed and isinstance(listed[0], int):
        return (Kind.INTEGER,)
    return (Kind.KEYWORD, Kind.UUID)
