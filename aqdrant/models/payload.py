"""Writing payload, deleting its keys, and choosing how much of it to return."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from aqdrant.models._model import Model
from aqdrant.models._unions import Untagged, by_key, declare
from aqdrant.models.filters import Filter
from aqdrant.models.ids import ExtendedPointId, Payload, ShardKeySelector

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
    """Return these payload keys only."""

    include: Sequence[str]


class PayloadSelectorExclude(Model):
    """Return all payload keys but these."""

    exclude: Sequence[str]


class SetPayload(Model):
    """Payload to merge into points, chosen by ids or by a filter."""

    payload: Payload
    points: Untagged[Sequence[ExtendedPointId]] | None = None
    """Ids of the points to change."""
    filter: Filter | None = None
    """Change the points that meet this, in place of ids."""
    shard_key: ShardKeySelector | None = None
    key: str | None = None
    """Path of an object in the payload to write into, in place of the payload itself."""


class DeletePayload(Model):
    """Payload keys to drop from points, chosen by ids or by a filter."""

    keys: Sequence[str]
    """Paths of the keys to drop."""
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
