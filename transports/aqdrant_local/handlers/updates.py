"""What the handlers of points, vectors and payload share: choosing rows, and the answer."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from typing import cast

import numpy as np

from aqdrant import models
from aqdrant.exceptions import NotFound
from aqdrant_local.engine.arrays import Rows
from aqdrant_local.engine.ids import PointId, encode_ids
from aqdrant_local.engine.segment import Segment
from aqdrant_local.filtering import select_rows
from aqdrant_local.refusals import bad_request, malformed
from aqdrant_local.state import no_shard_keys

__all__ = ["chosen_rows", "existing_rows", "not_empty", "selector_rows", "updated"]


def updated(number: int, wait: bool | None) -> models.UpdateResult:
    """The answer to an update: complete always, though who did not wait is told as by a server."""
    status = models.UpdateStatus.COMPLETED if wait else models.UpdateStatus.ACKNOWLEDGED
    return models.UpdateResult(operation_id=number, status=status)


def not_empty(what: Sized) -> None:
    """Refuse an update of nothing.

    Raises:
        BadRequest: the list of points is empty.
    """
    if not len(what):
        raise bad_request("The update names no points.", parameter="points")


def existing_rows(segment: Segment, ids: Sequence[PointId]) -> Rows:
    """The rows of these points, in their order.

    Raises:
        NotFound: one of them does not exist; nothing is changed then.
    """
    rows = segment.ids.find(encode_ids(ids))
    if (rows < 0).any():
        raise NotFound(f"No point with id {ids[int(np.argmax(rows < 0))]} found")
    return rows


def chosen_rows(
    segment: Segment,
    points: Sequence[models.ExtendedPointId] | None,
    condition: models.Filter | None,
) -> Rows:
    """The rows of points that must exist, and of all that pass the filter.

    Raises:
        BadRequest: neither is given.
        NotFound: a point does not exist.
    """
    if points is None and condition is None:
        raise malformed("Neither points nor a filter is given.", parameter="points")
    if points is None:
        return _filtered(segment, condition)
    not_empty(points)
    return np.unique(existing_rows(segment, cast("Sequence[PointId]", points)))


def selector_rows(segment: Segment, selector: models.PointsSelector) -> Rows:
    """The rows that a selector names; of ids only those that exist."""
    no_shard_keys(selector.shard_key, to_write=True)
    if isinstance(selector, models.FilterSelector):
        return _filtered(segment, selector.filter)
    not_empty(selector.points)
    rows = segment.ids.find(encode_ids(cast("Sequence[PointId]", selector.points)))
    return np.unique(rows[rows >= 0])


def _filtered(segment: Segment, condition: models.Filter | None) -> Rows:
    selection = select_rows(segment, condition)
    return (segment.everything if selection is None else selection).rows
