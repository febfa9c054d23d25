"""The cases of the conformance kit, one file a noun."""

from __future__ import annotations

from aqdrant.testing.cases import (
    aliases,
    calls,
    collections,
    errors,
    filters,
    indexes,
    inputs,
    kinds,
    nesting,
    payload,
    places,
    points,
    query,
    schemas,
    shards,
    snapshots,
    stages,
    updates,
    values,
    vectors,
)
from aqdrant.testing.kit import Case

__all__ = ["CASES"]

CASES: tuple[Case, ...] = (
    *collections.case.all,
    *aliases.case.all,
    *points.case.all,
    *updates.case.all,
    *vectors.case.all,
    *payload.case.all,
    *filters.case.all,
    *values.case.all,
    *places.case.all,
    *nesting.case.all,
    *indexes.case.all,
    *schemas.case.all,
    *query.case.all,
    *kinds.case.all,
    *stages.case.all,
    *snapshots.case.all,
    *shards.case.all,
    *inputs.case.all,
    *errors.case.all,
    *calls.case.all,
)
"""Every case; choose by `name` and `needs`."""
