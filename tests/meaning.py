"""Whether two JSON bodies mean the same to a Qdrant server."""

from __future__ import annotations

from typing import Any
from uuid import UUID


def same(ours: Any, theirs: Any) -> bool:
    """Equal by value: numbers as numbers, ids as ids; what is null is absent."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        keys = ours.keys() | theirs.keys()
        return all(same(ours.get(key), theirs.get(key)) for key in keys)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    if isinstance(ours, str) and isinstance(theirs, str):
        return ours == theirs or is_same_id(ours, theirs)
    return bool(ours == theirs)


def is_same_id(ours: str, theirs: str) -> bool:
    try:
        return UUID(ours) == UUID(theirs)
    except ValueError:
        return False


def without_defaults(given: Any, encoded: Any, dumped: Any) -> Any:
    """What was given, less the members that a model leaves out because they are its default."""
    if isinstance(given, dict) and isinstance(encoded, dict) and isinstance(dumped, dict):
        return {
            key: without_defaults(value, encoded.get(key), dumped.get(key))
            for key, value in given.items()
            if key in encoded or not same(value, dumped.get(key))
        }
    lists = isinstance(given, list) and isinstance(encoded, list) and isinstance(dumped, list)
    if lists and len(given) == len(encoded) == len(dumped):
        return list(map(without_defaults, given, encoded, dumped))
    return given
