"""From what a user passes to the models that operations carry.

Called by every method of the client. All of it runs before anything is sent: a wrong argument
leaves as `ArgumentError`, named by the parameter it came in.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeAlias, TypeGuard, TypeVar
from uuid import UUID

import msgspec

from aqdrant import models
from aqdrant.exceptions import ArgumentError
from aqdrant.models._official import fields_of, is_named
from aqdrant.models._reading import STRICT, read, reader
from aqdrant.models._scalars import MAX_UNSIGNED, Mismatch, is_array, is_listlike, kind_of

__all__ = [
    "FilterLike",
    "Ids",
    "Pause",
    "PointId",
    "PointsLike",
    "SelectorLike",
    "at_least",
    "build",
    "check_iterable",
    "checked_name",
    "flag",
    "is_mapping",
    "nearest",
    "optional",
    "points_body",
    "read",
    "read_in_turns",
    "selector",
]

M = TypeVar("M", bound=msgspec.Struct)
Pause: TypeAlias = Callable[[], Awaitable[None]]

PointId: TypeAlias = int | str | UUID
Ids: TypeAlias = Iterable[PointId] | models.FloatArray
FilterLike: TypeAlias = models.Filter | Mapping[str, Any]
SelectorLike: TypeAlias = Ids | FilterLike | models.PointIdsList | models.FilterSelector
PointsLike: TypeAlias = (
    models.Batch | Iterable[models.PointStruct | Mapping[str, Any]] | Mapping[str, Any]
)

_TURN = 128
"""Points read before the event loop has its turn: a millisecond or two of work."""


def build(model: type[M], parameters: Mapping[str, str], /, **values: Any) -> M:
    """Make a model out of arguments; None stays absent.

    Args:
        model: the model to make.
        parameters: field → the name its argument has for the user, where the two differ.
        **values: field → the argument as it came.

    Raises:
        ArgumentError: an argument is not what its field takes, or None where one is needed.
    """
    try:
        body: M = reader(model, STRICT)(values)
    except Mismatch as mismatch:
        field = str(mismatch.steps.pop())
        raise mismatch.error(parameters.get(field, field)) from None
    except RecursionError:
        names = ", ".join(parameters.get(name, name) for name in values)
        raise ArgumentError(f"one of {names} is nested too deeply.") from None
    return body


def is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether this is a dict, or like one."""
    return isinstance(value, Mapping)


def optional(value: Any, annotation: Any, parameter: str) -> Any:
    """Read an argument that may be None."""
    return None if value is None else read(value, annotation, parameter)


def checked_name(value: Any, parameter: str) -> str:
    """A name that becomes part of a path: text, not empty, not one that a path gives a meaning."""
    name: str = read(value, str, parameter)
    if not name:
        raise ArgumentError(f"{parameter} is empty.", parameter=parameter)
    if name in (".", ".."):
        raise ArgumentError(f"{parameter}: {name!r} is no name.", parameter=parameter)
    return name


def flag(value: Any, parameter: str) -> bool:
    """A bool, and nothing that is merely true or false."""
    chosen: bool = read(value, bool, parameter)
    return chosen


def at_least(minimum: int, value: Any, parameter: str) -> int:
    """A whole number that is not below a minimum, and that 64 bits can hold."""
    number: int = read(value, int, parameter)
    if not minimum <= number <= MAX_UNSIGNED:
        wanted = f"{minimum} or more" if number < minimum else "2**64 - 1 or less"
        raise ArgumentError(
            f"{parameter}: {kind_of(number)}, wanted {wanted}.", parameter=parameter
        )
    return number


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint at the name that was probably meant."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"Did you mean {near[0]!r}?" if near else "It has no name like that."


def selector(
    value: Any, parameter: str, shard_key: Any = None
) -> models.PointIdsList | models.FilterSelector:
    """Ids in any iterable, a filter, or either selector, as a selector."""
    shard_key = optional(shard_key, models.ShardKeySelector, "shard_key_selector")
    value = _selector_of_mapping(_own(value, parameter), parameter)
    if isinstance(value, models.Filter):
        value = models.FilterSelector(filter=value)
    if not isinstance(value, models.PointIdsList | models.FilterSelector):
        if not is_listlike(value):
            raise ArgumentError(
                f"{parameter}: {kind_of(value)}, wanted a list of point ids or a Filter.",
                parameter=parameter,
            )
        value = models.PointIdsList(points=read(value, list[models.ExtendedPointId], parameter))
    chosen: models.PointIdsList | models.FilterSelector = read(
        value, models.PointsSelector, parameter
    )
    return chosen if shard_key is None else msgspec.structs.replace(chosen, shard_key=shard_key)


def _selector_of_mapping(value: Any, parameter: str) -> Any:
    if not is_mapping(value):
        return value
    if "points" in value:
        return read(value, models.PointIdsList, parameter)
    if "filter" in value:
        return read(value, models.FilterSelector, parameter)
    return read(value, models.Filter, parameter)


async def points_body(
    points: Any, shard_key: Any, update_filter: Any, update_mode: Any, pause: Pause
) -> models.PointsList | models.PointsBatch:
    """The body of an upsert: a batch of columns, or a list of points."""
    names = {"batch": "points", "shard_key": "shard_key_selector"}
    rest = {"shard_key": shard_key, "update_filter": update_filter, "update_mode": update_mode}
    points = _body_of_mapping(_own(points, "points"))
    if isinstance(points, models.PointsList | models.PointsBatch):
        given = {name: value for name, value in points if value is not None}
        rest |= {name: value for name, value in given.items() if rest.get(name) is None}
        points = rest.pop("points", None) if "points" in rest else rest.pop("batch")
    if isinstance(points, models.Batch):
        columns = build(models.PointsBatch, names, batch=points, **rest)
        _check_columns(columns.batch)
        return columns
    body = build(models.PointsList, names, points=(), **rest)
    body.points = await read_in_turns(points, models.PointStruct, "points", pause)
    return body


def _own(value: Any, parameter: str) -> Any:
    """A model of the official client as ours of the same name; anything else as it is."""
    given = fields_of(value)
    kind = None if given is None else getattr(models, type(value).__name__, None)
    return value if kind is None else read(given, kind, parameter)


def _body_of_mapping(value: Any) -> Any:
    """A dict of one of the forms that hold several points, read; anything else as it is."""
    if not is_mapping(value):
        return value
    for key, kind in (("ids", models.Batch), ("points", models.PointsList)):
        if key in value:
            return read(value, kind, "points")
    return read(value, models.PointsBatch, "points") if "batch" in value else value


async def read_in_turns(
    items: Iterable[Any], kind: type[M], parameter: str, pause: Pause
) -> list[M]:
    """Read many models, and let the event loop have its turn in between."""
    check_iterable(items, kind, parameter)
    read_item = reader(kind, STRICT)
    taken: list[M] = []
    for index, item in enumerate(items):
        if index % _TURN == _TURN - 1:
            await pause()
        try:
            taken.append(read_item(item))
        except Mismatch as mismatch:
            raise mismatch.inside(index).error(parameter) from None
    return taken


def check_iterable(items: Any, kind: type[msgspec.Struct], parameter: str) -> None:
    """Refuse what holds no elements, and a single point."""
    is_single = isinstance(items, kind) or is_mapping(items) or is_named(items, kind.__name__)
    if is_single or not is_listlike(items):
        raise ArgumentError(
            f"{parameter}: {kind_of(items)}, wanted an iterable of {kind.__name__}.",
            parameter=parameter,
            fix="Wrap a single point in a list." if is_single else None,
        )


def _check_columns(batch: models.Batch) -> None:
    """Columns of a batch are as long as each other."""
    count = len(batch.ids)
    columns: dict[str, Any] = {"points.payloads": batch.payloads}
    if isinstance(batch.vectors, Mapping):
        columns |= {f"points.vectors.{name}": column for name, column in batch.vectors.items()}
    else:
        columns["points.vectors"] = batch.vectors
    for parameter, column in columns.items():
        if column is None:
            continue
        length = int(column.shape[0]) if is_array(column) else len(column)
        if length != count:
            raise ArgumentError(
                f"{parameter} has {length} entries and points.ids has {count}.", parameter=parameter
            )
