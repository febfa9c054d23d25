"""Facets: how often each value of a payload key occurs."""

from __future__ import annotations

from aqdrant import models
from aqdrant.operations import Facet
from aqdrant_local import costs
from aqdrant_local.locks import Patience
from aqdrant_local.queries.filtering import select_rows
from aqdrant_local.queries.ordering import count_values
from aqdrant_local.refusals import out_of_range
from aqdrant_local.sharding import seen
from aqdrant_local.state import State

from ._table import handles


@handles(Facet, cost=costs.of_facet)
def facet(state: State, operation: Facet, patience: Patience) -> models.FacetResponse:
    """Count points by the values of a key, always exactly."""
    body = operation.body
    limit = 10 if body.limit is None else body.limit
    if limit < 1:
        raise out_of_range("limit", limit, 1)
    collection = state.find(operation.collection_name)
    with collection.gate.shared(patience):
        view = seen(collection.still_there(), body.shard_key, newest=False)
        selection = select_rows(view.segment, body.filter)
        return models.FacetResponse(hits=count_values(view, body.key, selection, limit))
