"""Point ids, shard keys and payloads: the small types that every other noun refers to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias
from uuid import UUID

from aqdrant.models._model import Model
from aqdrant.models._unions import Untagged

__all__ = [
    "ExtendedPointId",
    "Payload",
    "PointId",
    "PointIdsList",
    "ShardKey",
    "ShardKeySelector",
    "ShardKeyWithFallback",
]


class ShardKeyWithFallback(Model):
    """A shard key to read from, and the one to use while its shard is not active."""

    target: ShardKey
    """The key to read from."""
    fallback: ShardKey
    """The key to read from while the target's shard is not active."""


class PointIdsList(Model):
    """Points chosen by their ids."""

    points: Untagged[Sequence[ExtendedPointId]]
    shard_key: ShardKeySelector | None = None


ExtendedPointId: TypeAlias = int | str | UUID
PointId: TypeAlias = ExtendedPointId
ShardKey: TypeAlias = int | str
ShardKeySelector: TypeAlias = ShardKey | Sequence[ShardKey] | ShardKeyWithFallback
Payload: TypeAlias = dict[str, Any]
