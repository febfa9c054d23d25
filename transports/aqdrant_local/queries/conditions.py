"""What a filter holds, told from its conditions alone: keys, ids, values.

Called by filters and by the estimates of costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from aqdrant import models
from aqdrant_local.engine.paths import ALL, Path, parse_path
from aqdrant_local.engine.strings import View, uuid_of

__all__ = [
    "Look",
    "conditions_of",
    "elements_of",
    "has_slices",
    "is_taken",
    "listed",
    "listed_in",
    "looks_of",
    "values_of",
]

_TYPES = {"keyword": str, "integer": int, "bool": bool}
"""Type of an index → the type of the values that it knows."""


class Look(NamedTuple):
    """A payload key that a filter looks at, and what of its strings it asks."""

    chain: tuple[Path, ...]
    """Paths of arrays of objects, each within an element of the one before; the key is last."""
    view: View | None

    @property
    def path(self) -> Path:
        """The whole path, from the root of a payload."""
        *arrays, path = self.chain
        return (*(step for array in arrays for step in elements_of(array)), *path)


def looks_of(condition: models.Filter | None) -> list[Look]:
    """The payload keys that a filter looks at."""
    if condition is None:
        return []
    found: list[Look] = []
    for part in conditions_of(condition):
        if isinstance(part, models.Filter):
            found += looks_of(part)
        elif isinstance(part, models.FieldCondition):
            path = parse_path(part.key)
            found += [Look((path,), _view(part))] if path else []
        elif isinstance(part, models.NestedCondition):
            path = parse_path(part.nested.key)
            inner = looks_of(part.nested.filter) if path else []
            found += [Look((path or (), *look.chain), look.view) for look in inner]
    return found


def has_slices(condition: models.Filter) -> bool:
    """Whether the filter hashes ids."""
    return any(
        has_slices(part)
        if isinstance(part, models.Filter)
        else isinstance(part, models.SliceCondition)
        for part in conditions_of(condition)
    )


def _view(condition: models.FieldCondition) -> View | None:
    if isinstance(condition.range, models.DatetimeRange):
        return "moments"
    if isinstance(condition.match, models.MatchPrefix):
        return "order"
    if isinstance(condition.match, models.MatchSubstring):
        return "blob"
    if isinstance(condition.match, models.MatchText | models.MatchTextAny | models.MatchPhrase):
        return "words"
    return None


def elements_of(array: Path) -> Path:
    """The path of the elements of an array."""
    return array if array[-1] == ALL else (*array, ALL)


def values_of(match: models.Match) -> Sequence[bool | int | str]:
    """The values that a condition names, each whole."""
    if isinstance(match, models.MatchValue):
        return (match.value,)
    if isinstance(match, models.MatchAny):
        return match.any
    return match.except_ if isinstance(match, models.MatchExcept) else ()


def is_taken(kind: str, test: models.Match | models.RangeInterface) -> bool:
    """Whether an index of this type answers a test, so that the payloads are not looked at."""
    if isinstance(test, models.Range):
        return kind in ("integer", "float")
    if isinstance(test, models.DatetimeRange):
        return kind == "datetime"
    values = values_of(test)
    if kind == "uuid":
        return bool(values) and all(
            isinstance(value, str) and uuid_of(value) is not None for value in values
        )
    if kind == "text":
        return isinstance(test, models.MatchText | models.MatchTextAny | models.MatchPhrase)
    return bool(values) and all(type(value) is _TYPES.get(kind) for value in values)


def listed_in(condition: models.Filter | None) -> int:
    """How many ids and values a filter lists."""
    count = 0
    for part in () if condition is None else conditions_of(condition):
        if isinstance(part, models.Filter):
            count += listed_in(part)
        elif isinstance(part, models.NestedCondition):
            count += listed_in(part.nested.filter)
        elif isinstance(part, models.HasIdCondition):
            count += len(part.has_id)
        elif isinstance(part, models.FieldCondition):
            match = part.match
            count += len(match.any) if isinstance(match, models.MatchAny) else 0
            count += len(match.except_) if isinstance(match, models.MatchExcept) else 0
    return count


def conditions_of(condition: models.Filter) -> list[models.Condition]:
    """The conditions of a filter, whatever they are there for."""
    parts = [*listed(condition.must), *listed(condition.should), *listed(condition.must_not)]
    return parts + (list(condition.min_should.conditions) if condition.min_should else [])


def listed(
    conditions: Sequence[models.Condition] | models.Condition | None,
) -> Sequence[models.Condition]:
    """The conditions of one clause, which may be one alone."""
    if conditions is None:
        return ()
    if isinstance(conditions, models.Model):
        return (conditions,)
    return conditions
