"""TODO"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from ._model import Model
from ._unions import Untagged, by_key, declare
from .filters import Filter
from .ids import ExtendedPointId, Payload, ShardKeySelector

__all__ = [
    "DeletePayload",
    "PayloadSelector",
    "PayloadSelectorExclude",
    "PayloadSelectorInclude",
    "SetPayload",
    "WithPayloadInterface",
    "WithVector",
]


class PayloadSelectorInclude(Model):
    """TODO"""

    include: Sequence[str]


class PayloadSelectorExclude(Model):
    """TODO"""

    exclude: Sequence[str]


class SetPayload(Model):
    """TODO"""

    payload: Payload
    points: Untagged[Sequence[ExtendedPointId]] | None = None
    filter: Filter | None = None
    shard_key: ShardKeySelector | None = None
    key: str | None = None


class DeletePayload(Model):
    """TODO"""

    keys: Sequence[str]
    points: Untagged[Sequence[ExtendedPointId]] | None = None
    filter: Filter | None = None
    shard_key: ShardKeySelector | None = None


PayloadSelector: TypeAlias = PayloadSelectorInclude | PayloadSelectorExclude
WithPayloadInterface: TypeAlias = bool | Sequence[str] | PayloadSelector
WithVector: TypeAlias = bool | Sequence[str]

declare(PayloadSelector, by_key(include=PayloadSelectorInclude, exclude=PayloadSelectorExclude))
declare(
    WithPayloadInterface, by_key(include=PayloadSelectorInclude, exclude=PayloadSelectorExclude)
)
