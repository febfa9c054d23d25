"""Models drawn along their type hints: every member of every union, optional fields set and not."""

from __future__ import annotations

import enum
import functools
import types
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Literal, get_args, get_origin, get_type_hints
from uuid import UUID

import hypothesis
import hypothesis.strategies as st
import msgspec
from typing_extensions import TypeIs

from aqdrant import models
from aqdrant.models._bounds import BOUNDS
from aqdrant.models._unions import members, unwrap

EXAMPLES = hypothesis.settings().max_examples
"""What a test of few models draws; those of all models draw a share."""

DEEPEST = 3
"""From this depth on, optional fields stay None and unions take members that end."""

FLOATS = st.floats(allow_nan=False, allow_infinity=False, width=32)
TEXTS = st.text(max_size=6)
COUNTS = st.integers(0, 2**63 - 1)
# Neither midnight nor without a time zone: the official client would make dates of some.
MOMENTS = st.datetimes(
    datetime(1970, 1, 1, 0, 0, 1), datetime(2100, 1, 1), timezones=st.just(UTC)
).map(lambda moment: moment.replace(second=30, microsecond=moment.microsecond // 1000 * 1000))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | FLOATS | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    int: COUNTS,
    float: FLOATS,
    str: TEXTS,
    UUID: st.uuids(),
    datetime: MOMENTS,
    Any: JSON.filter(lambda value: value is not None),
    object: JSON.filter(lambda value: value is not None),
}


Draw = Callable[[st.SearchStrategy[Any]], Any]


def make(draw: Draw, annotation: Any, depth: int) -> Any:
    """Draw a value of a type."""
    parts = choices(annotation)
    if depth >= DEEPEST:
        parts = [part for part in parts if ends(part)] or parts
    part = unwrap(parts[draw(st.integers(0, len(parts) - 1))])
    if part is types.NoneType:
        return None
    if part in PLAIN:
        return draw(PLAIN[part])
    origin, arguments = get_origin(part), get_args(part)
    if origin is Literal:
        return draw(st.sampled_from(arguments))
    # An empty vector is one of any depth.
    least = 1 if arguments and arguments[0] in (float, Sequence[float]) else 0
    size = draw(st.integers(least, least if depth > DEEPEST and not ends(part) else 2))
    if origin in (list, Sequence):
        return [make(draw, arguments[0], depth + 1) for _ in range(size)]
    if origin in (dict, Mapping):
        return {key: make(draw, arguments[1], depth + 1) for key in "ab"[:size]}
    if issubclass(part, enum.Enum):
        return draw(st.sampled_from(part))
    return make_model(draw, part, depth + 1)


def make_model(draw: Draw, kind: type[models.Model], depth: int = 0) -> Any:
    """Draw a model of a kind, with some of its optional fields set.

    None for a field of another default is left out: None is absent, and that default is taken.
    """
    fields: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        hint = hints_of(kind)[field.name]
        if field.required or (depth < DEEPEST and draw(st.booleans())):
            value = make(draw, hint, depth)
            least, most = BOUNDS.get(f"{kind.__name__}.{field.name}", (0, 2**63 - 1))
            if type(value) is int:
                value = least + value % (min(most, 2**63 - 1) - least + 1)
            if value is not None or field.required or field.default is None:
                fields[field.name] = value
    return kind(**fields)


hints_of = functools.cache(get_type_hints)


@functools.cache
def choices(annotation: Any) -> list[Any]:
    """The members of a union that are drawn from."""
    parts = [part for part in members(annotation) if getattr(part, "__name__", "") != "FloatArray"]
    if date in parts or datetime in parts:
        # Text is taken beside moments; the official client has no place for text that is none.
        parts = [part for part in parts if part not in (date, str)]
    if UUID in parts and str in parts:
        parts.remove(str)
    return parts


@functools.cache
def ends(part: Any) -> bool:
    """Whether a member of a union cannot lead back to where it came from."""
    kind = unwrap(part)
    inner = [unwrap(deep) for argument in get_args(kind) for deep in members(argument)]
    return not any(is_model(each) and requires_models(each) for each in (kind, *inner))


@functools.cache
def requires_models(kind: type[models.Model]) -> bool:
    return any(
        is_model(part)
        for field in msgspec.structs.fields(kind)
        if field.required
        for member in members(hints_of(kind)[field.name])
        for part in [unwrap(member), *map(unwrap, get_args(unwrap(member)))]
    )


def is_model(kind: Any) -> TypeIs[type[models.Model]]:
    return isinstance(kind, type) and issubclass(kind, models.Model)
