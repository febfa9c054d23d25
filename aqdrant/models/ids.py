"""TODO"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias
from uuid import UUID

from ._model import Model
from ._unions import Untagged

__all__ = [
    "ExtendedPointId",
    "Payload",
    "PointIdsList",
    "ShardKey",
    "ShardKeySelector",
    "ShardKeyWithFallback",
]


class ShardKeyWithFallback(Model):
    """TODO"""

    target: ShardKey
    fallback: ShardKey


class PointIdsList(Model):
    """TODO"""

    points: Untagged[Sequence[ExtendedPointId]]
    shard_key: ShardKeySelector | None = None


ExtendedPointId: TypeAlias = int | str | UUID
ShardKey: TypeAlias = int | str
ShardKeySelector: TypeAlias = ShardKey | Sequence[ShardKey] | ShardKeyWithFallback
Payload: TypeAlias = dict[str, Any]
