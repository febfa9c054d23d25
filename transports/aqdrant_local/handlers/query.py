"""Queries, one by one and in batches."""

from __future__ import annotations

from aqdrant import models
from aqdrant.operations import QueryBatchPoints, QueryPoints
from aqdrant_local import costs
from aqdrant_local.locks import Patience
from aqdrant_local.queries.answering import Foreign, look_up, run_query
from aqdrant_local.queries.batches import scan_together
from aqdrant_local.queries.planning import Node, check_query, nodes_of
from aqdrant_local.refusals import within
from aqdrant_local.sharding import seen
from aqdrant_local.state import State

from ._table import handles


@handles(QueryPoints, cost=costs.of_query)
def query_points(state: State, operation: QueryPoints, patience: Patience) -> models.QueryResponse:
    """Answer one query."""
    nodes = nodes_of(operation.body)
    check_query(nodes)
    foreign = look_up(state, nodes, patience)
    collection = state.find(operation.collection_name)
    with collection.gate.shared(patience):
        view = seen(collection.still_there(), operation.body.shard_key)
        return run_query(state, view, operation.body, nodes, foreign)


@handles(QueryBatchPoints, cost=costs.of_queries)
def query_batch_points(
    state: State, operation: QueryBatchPoints, patience: Patience
) -> list[models.QueryResponse]:
    """Answer several queries over one state of the collection."""
    requests = operation.body.searches
    plans: list[tuple[models.QueryRequest, list[Node], Foreign]] = []
    for index, request in enumerate(requests):
        nodes = nodes_of(request)
        with within(f"requests[{index}]"):
            check_query(nodes)
        plans.append((request, nodes, look_up(state, nodes, patience)))
    collection = state.find(operation.collection_name)
    with collection.gate.shared(patience):
        collection.still_there()
        responses: list[models.QueryResponse] = []
        for index, (plan, known) in enumerate(
            zip(plans, scan_together(collection, requests), strict=True)
        ):
            patience.next_step()
            with within(f"requests[{index}]"):
                view = seen(collection, requests[index].shard_key)
                responses.append(run_query(state, view, *plan, known))
        return responses
