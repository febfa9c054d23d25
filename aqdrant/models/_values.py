"""What models do with their values: copy out, compare, show.

Called by `_model`. All three look into lists, mappings and arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, TypeGuard

__all__ = ["convert", "is_same", "show"]

SHOWN = 8
"""So many elements of a list are shown; of numbers, none of a longer one."""


def _is_list(value: object) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, list | tuple)


def _is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(value, Mapping)


def convert(value: Any, dump: Callable[[Any], Any]) -> Any:
    """Copy lists and mappings, and dump the models in them."""
    if hasattr(value, "__struct_fields__"):
        return dump(value)
    if _is_mapping(value):
        return {key: convert(item, dump) for key, item in value.items()}
    if _is_list(value):
        if value and type(value[0]) is float:
            return list(value)
        return [convert(item, dump) for item in value]
    return value


def is_same(a: Any, b: Any) -> bool:
    """Whether two values are equal; an array equals the list of its numbers."""
    if _is_mapping(a) and _is_mapping(b):
        return a.keys() == b.keys() and all(is_same(value, b[key]) for key, value in a.items())
    a, b = _listed(a), _listed(b)
    if _is_list(a) and _is_list(b):
        if len(a) != len(b):
            return False
        if a and type(a[0]) in (float, int) and type(b[0]) in (float, int):
            return list(a) == list(b)
        return all(is_same(x, y) for x, y in zip(a, b, strict=True))
    return bool(a == b)


def _listed(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value


def show(value: Any) -> str:
    """Write a value as `repr` does, but the shape of many numbers in place of the numbers."""
    if isinstance(value, Enum):
        return repr(value.value)
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"<{value.dtype} array {tuple(value.shape)}>" if value.shape else repr(value)
    if _is_list(value):
        return _show_list(value)
    if _is_mapping(value):
        return f"{{{', '.join(f'{key!r}: {show(item)}' for key, item in value.items())}}}"
    return repr(value)


def _show_list(value: Sequence[Any]) -> str:
    count = len(value)
    first = value[0] if count else None
    if count > SHOWN and isinstance(first, int | float):
        return f"<{count} {'floats' if isinstance(first, float) else 'ints'}>"
    if _is_list(first) and first and isinstance(first[0], int | float) and _is_long(value, first):
        return f"<{count} x {len(first)} floats>"
    more = f", ... {count - SHOWN} more" if count > SHOWN else ""
    return f"[{', '.join(show(item) for item in value[:SHOWN])}{more}]"


def _is_long(rows: Sequence[Any], first: Sequence[Any]) -> bool:
    return len(rows) * len(first) > SHOWN
