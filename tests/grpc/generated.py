"""Messages of any kind with random content, as dicts of their fields, and as official messages."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from qdrant_client import grpc as official

from aqdrant_grpc._schema import Field, fields_of, is_enum, is_message, numbers_of

DEPTH = 5

_SCALARS: dict[str, Callable[[random.Random], Any]] = {
    "bool": lambda rng: rng.random() < 0.5,
    "string": lambda rng: rng.choice(["", "a", "Zürich ☃", "x" * 200]),
    "float": lambda rng: struct.unpack("<f", struct.pack("<f", rng.uniform(-5, 5)))[0],
    "double": lambda rng: rng.choice([0.0, -0.0, rng.uniform(-5, 5), 1e300]),
    "int64": lambda rng: rng.choice([0, 1, -1, 127, 128, 2**63 - 1, -(2**63)]),
    "int32": lambda rng: rng.choice([0, -1, 2**31 - 1, -(2**31)]),
    "uint64": lambda rng: rng.choice([0, 1, 300, 2**64 - 1]),
    "uint32": lambda rng: rng.choice([0, 1, 16384, 2**32 - 1]),
}


def official_class(message: str) -> Any:
    """The official client's class of a message."""
    if message == "google.protobuf.Timestamp":
        return Timestamp
    found: Any = official
    for part in message.split("."):
        found = getattr(found, part)
    return found


def make(rng: random.Random, message: str, depth: int = 0) -> dict[str, Any]:
    """Fields of a message, some of them absent, one at most of each oneof."""
    if message == "google.protobuf.Timestamp":
        # Python's datetimes have no nanoseconds.
        return {"seconds": rng.randint(-(10**9), 10**10), "nanos": rng.randint(0, 999_999) * 1000}
    fields: dict[str, Any] = {}
    taken: set[str] = set()
    for field in rng.sample(fields_of(message), len(fields_of(message))):
        is_deep = depth >= DEPTH and is_message(field.type)
        if rng.random() < 0.4 or is_deep or field.oneof in taken:
            continue
        if field.oneof:
            taken.add(field.oneof)
        if field.label == "*":
            fields[field.name] = [_one(rng, field, depth) for _ in range(rng.randint(0, 3))]
        elif field.label == ">":
            keys = [_SCALARS["string"](rng) for _ in range(rng.randint(0, 3))]
            fields[field.name] = {key: _one(rng, field, depth) for key in keys}
        else:
            fields[field.name] = _one(rng, field, depth)
    return fields


def _one(rng: random.Random, field: Field, depth: int) -> Any:
    if is_message(field.type):
        return make(rng, field.type, depth + 1)
    if is_enum(field.type):
        return rng.choice([*numbers_of(field.type).values(), 77])
    return _SCALARS[field.type](rng)


def as_official(message: str, fields: dict[str, Any]) -> Any:
    """The official message with these fields."""
    built = official_class(message)()
    for field in fields_of(message):
        if field.name not in fields:
            continue
        value = fields[field.name]
        if field.label == "*":
            getattr(built, field.name).extend([_official(field, item) for item in value])
        elif field.label == ">":
            for key, item in value.items():
                getattr(built, field.name)[key].CopyFrom(_official(field, item))
        elif is_message(field.type):
            getattr(built, field.name).CopyFrom(_official(field, value))
        else:
            setattr(built, field.name, value)
    return built


def _official(field: Field, value: Any) -> Any:
    return as_official(field.type, value) if is_message(field.type) else value


def with_defaults(message: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields as they are decoded: with those that cannot be absent."""
    full: dict[str, Any] = {}
    for field in fields_of(message):
        if field.name in fields:
            full[field.name] = _with_defaults(field, fields[field.name])
        elif field.label in ("*", ">"):
            full[field.name] = [] if field.label == "*" else {}
        elif not field.label:
            full[field.name] = {"string": "", "bool": False}.get(field.type, 0)
    return full


def _with_defaults(field: Field, value: Any) -> Any:
    if not is_message(field.type):
        return value
    if field.label == "*":
        return [with_defaults(field.type, item) for item in value]
    if field.label == ">":
        return {key: with_defaults(field.type, item) for key, item in value.items()}
    return with_defaults(field.type, value)
