"""Queries, one by one and in batches."""

from __future__ import annotations

from aqdrant import models
from aqdrant.operations import QueryBatchPoints, QueryPoints
from aqdrant_local import costs
from aqdrant_local.locks import Patience
from aqdrant_local.querying import check_query, look_up, run_query, within
from aqdrant_local.state import State

from ._table import handles


@handles(QueryPoints, cost=costs.of_query)
def query_points(state: State, operation: QueryPoints, patience: Patience) -> models.QueryResponse:
    """Answer one query."""
    request = operation.body
    check_query(request)
    foreign = look_up(state, request, patience)
    collection = state.find(operation.collection_name)
    with collection.gate.shared(patience):
        return run_query(state, collection.still_there(), request, foreign)


@handles(QueryBatchPoints, cost=costs.of_queries)
def query_batch_points(
    state: State, operation: QueryBatchPoints, patience: Patience
) -> list[models.QueryResponse]:
    """Answer several queries over one state of the collection."""
    requests = operation.body.searches
    for request in requests:
        check_query(request)
    foreign = [look_up(state, request, patience) for request in requests]
    collection = state.find(operation.collection_name)
    with collection.gate.shared(patience):
        collection.still_there()
        responses: list[models.QueryResponse] = []
        for index, (request, found) in enumerate(zip(requests, foreign, strict=True)):
            patience.next_step()
            with within(f"requests[{index}]"):
                responses.append(run_query(state, collection, request, found))
        return responses
