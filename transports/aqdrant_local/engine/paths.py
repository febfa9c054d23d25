"""Paths into payloads: `a.b`, `a[].b`, `a[0]`, `a."b.c"`.

Parsed, read, written and deleted as the server does.

A path begins with a key; a key is letters, digits, `_` and `-`, or any text in double quotes. `[]`
stands for all elements of an array, `[3]` for one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeAlias, TypeGuard

__all__ = [
    "ALL",
    "Path",
    "delete_at",
    "exclude",
    "include",
    "is_array",
    "is_object",
    "parse_path",
    "select",
    "set_at",
]

Step: TypeAlias = str | int
Path: TypeAlias = tuple[Step, ...]
Payload: TypeAlias = dict[str, Any]

ALL = -1
"""The step `[]`: every element of an array."""

_STEP = re.compile(r'(?P<dot>\.)?(?:"(?P<quoted>[^"]*)"|(?P<plain>[\w\-]+)|\[(?P<index>\d*)\])')
_LARGEST = 2**64


def is_object(value: Any) -> TypeGuard[Payload]:
    """Whether a value of a payload is an object."""
    return isinstance(value, dict)


def is_array(value: Any) -> TypeGuard[list[Any]]:
    """Whether a value of a payload is an array."""
    return isinstance(value, list)


@lru_cache(maxsize=1024)
def parse_path(text: str) -> Path | None:
    """Parse a path; None where the text is none."""
    steps: list[Step] = []
    position = 0
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None:
            return None
        index = match["index"]
        # A dot stands before every key but the first, and before nothing else.
        if bool(match["dot"]) != bool(index is None and steps):
            return None
        if index is None:
            key = match["quoted"]
            if key is None:
                key = match["plain"]
                if not all(char.isalnum() or char in "_-" for char in key):
                    return None
            steps.append(key)
        elif not steps:
            return None
        else:
            number = int(index) if index else ALL
            if number >= _LARGEST:
                return None
            steps.append(number)
        position = match.end()
    return tuple(steps) or None


def select(value: Any, path: Path) -> list[Any]:
    """Every value that the path selects, in document order."""
    found: list[Any] = [value]
    for step in path:
        if not found:
            break
        if isinstance(step, str):
            found = [item[step] for item in found if is_object(item) and step in item]
        elif step == ALL:
            found = [element for item in found if is_array(item) for element in item]
        else:
            found = [item[step] for item in found if is_array(item) and step < len(item)]
    return found


def set_at(payload: Payload, path: Path, values: Payload) -> Payload:
    """Merge `values` into the objects that the path selects, making those that are not there.

    A null takes its key away. Returns the payload, changed in place.
    """
    if path:
        _write(payload, path, values)
    else:
        _merge(payload, values)
    return payload


def _merge(target: Payload, values: Payload) -> None:
    for key, value in values.items():
        if value is None:
            target.pop(key, None)
        else:
            target[key] = value


def _write(parent: Payload, path: Path, values: Payload) -> None:
    name, rest = str(path[0]), path[1:]
    there: Any = parent.get(name)
    if rest and not isinstance(rest[0], str):
        if not is_array(there):
            there = parent[name] = []
        _write_elements(there, rest, values)
        return
    if not is_object(there):
        there = parent[name] = {}
    set_at(there, rest, values)


def _write_elements(array: list[Any], path: Path, values: Payload) -> None:
    step, rest = path[0], path[1:]
    picked = range(len(array)) if step == ALL else [int(step)] if int(step) < len(array) else []
    for position in picked:
        element: Any = array[position]
        if rest and not isinstance(rest[0], str):
            if not is_array(element):
                element = array[position] = []
            _write_elements(element, rest, values)
            continue
        if not is_object(element):
            element = array[position] = {}
        set_at(element, rest, values)


def delete_at(value: Any, path: Path) -> None:
    """Take away what the path selects: a key of objects, or with `[]` all elements of arrays."""
    for parent in select(value, path[:-1]):
        step = path[-1]
        if isinstance(step, str):
            if is_object(parent):
                parent.pop(step, None)
        elif step == ALL and is_array(parent):
            parent.clear()


def include(payload: Payload, paths: Sequence[Path]) -> Payload:
    """A copy with what the paths select alone, and the objects and arrays on the way there."""
    return _filter_object(payload, paths, _reached)


def exclude(payload: Payload, paths: Sequence[Path]) -> Payload:
    """A copy without what the paths select."""
    return _filter_object(payload, paths, _spared)


Rule: TypeAlias = Callable[[Any, list[Path]], tuple[bool, Any]]


def _filter_object(value: Payload, paths: Sequence[Path], rule: Rule) -> Payload:
    result: Payload = {}
    for key, item in value.items():
        kept, part = rule(item, [path[1:] for path in paths if path and path[0] == key])
        if kept:
            result[key] = part
    return result


def _filter_array(value: list[Any], paths: list[Path], rule: Rule) -> list[Any]:
    # An index selects nothing here: the server's selectors know `[]` alone.
    below = [path[1:] for path in paths if path and path[0] == ALL]
    kept = (rule(item, below) for item in value)
    return [part for keep, part in kept if keep]


def _reached(value: Any, paths: list[Path]) -> tuple[bool, Any]:
    if not paths:
        return False, None
    if any(not path for path in paths):
        return True, value
    if is_object(value):
        return True, _filter_object(value, paths, _reached)
    if is_array(value):
        return True, _filter_array(value, paths, _reached)
    return False, None


def _spared(value: Any, paths: list[Path]) -> tuple[bool, Any]:
    if not paths:
        return True, value
    if any(not path for path in paths):
        return False, None
    if is_object(value):
        return True, _filter_object(value, paths, _spared)
    if is_array(value):
        return True, _filter_array(value, paths, _spared)
    return True, value
