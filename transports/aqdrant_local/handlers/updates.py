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
from aqdrant_local.queries.filtering import select_rows
from aqdrant_local.refusals import bad_request, malformed
from aqdrant_local.sharding import to_change
from aqdrant_local.state import Collection

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


def existing_rows(views: Sequence[Segment], ids: Sequence[PointId]) -> list[Rows]:
    """For each view the rows of these points, in their order; -1 where another one has it.

    Raises:
        NotFound: one of them does not exist; nothing is changed then.
    """
    keys = encode_ids(ids)
    found = [view.ids.find(keys) for view in views]
    missing = np.logical_and.reduce([rows < 0 for rows in found])
    if missing.any():
        raise NotFound(f"No point with id {ids[int(np.argmax(missing))]} found")
    return found


def chosen_rows(
    collection: Collection,
    shard_key: models.ShardKeySelector | None,
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
    views = to_change(collection, shard_key)
    if points is None:
        return _filtered(views, condition)
    not_empty(points)
    rows = np.unique(np.concatenate(existing_rows(views, cast("Sequence[PointId]", points))))
    return rows[rows >= 0]


def selector_rows(collection: Collection, selector: models.PointsSelector) -> Rows:
    """The rows that a selector names; of ids only those that exist."""
    views = to_change(collection, selector.shard_key)
    if isinstance(selector, models.FilterSelector):
        return _filtered(views, selector.filter)
    not_empty(selector.points)
    keys = encode_ids(cast("Sequence[PointId]", selector.points))
    rows = np.unique(np.concatenate([view.ids.find(keys) for view in views]))
    return rows[rows >= 0]


def _filtered(views: Sequence[Segment], condition: models.Filter | None) -> Rows:
    found: list[Rows] = []
    for view in views:
        selection = select_rows(view, condition)
        found.append((view.everything if selection is None else selection).rows)
    return found[0] if len(found) == 1 else np.concatenate(found)
