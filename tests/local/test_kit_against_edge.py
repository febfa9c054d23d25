"""The conformance kit's tables of filters, held against the real engine: what the kit claims."""

from __future__ import annotations

from contextlib import closing

import pytest

from aqdrant import models
from aqdrant.testing.cases import filters, nesting, places, values
from aqdrant.testing.cases.rows import Row, Table

from .edge import EdgeOracle

VECTORS = {"": models.VectorParams(size=2, distance=models.Distance.DOT)}
ROWS = [
    (table, row)
    for table in (*filters.TABLES, values.TABLE, places.TABLE, places.EDGES, nesting.TABLE)
    for row in table.rows
]


@pytest.mark.parametrize(("table", "row"), ROWS, ids=[row.name for _, row in ROWS])
def test_the_kit_claims_what_the_engine_does(table: Table, row: Row) -> None:
    with closing(EdgeOracle(VECTORS, {})) as edge:
        edge.upsert(table.points)
        found = edge.ids(models.Filter.model_validate(row.filter))
        assert sorted(found, key=str) == sorted(row.ids, key=str)
