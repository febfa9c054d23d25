"""The table of handlers, one for each class of operation that the engine runs.

Read by the transport.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias, TypeVar

from aqdrant.operations import Operation
from aqdrant_local.locks import Patience
from aqdrant_local.state import State

__all__ = ["HANDLERS", "Handler", "handles", "no_cost", "off_the_loop"]

R = TypeVar("R")
O = TypeVar("O", bound=Operation[Any])  # noqa: E741  # an operation

Cost: TypeAlias = Callable[[State, O], float]


class Handler(NamedTuple):
    """How an operation is run."""

    run: Callable[[State, Any, Patience], Any]
    """Runs it in the calling thread; waits for locks as far as the patience allows."""
    cost: Callable[[State, Any], float]
    """Estimates the seconds it takes, without a lock and at once."""


HANDLERS: dict[type[Operation[Any]], Handler] = {}


def no_cost(state: State, operation: Operation[Any]) -> float:
    """The cost of what takes a moment whatever the size of the collection."""
    return 0.0


def off_the_loop(state: State, operation: Operation[Any]) -> float:
    """The cost of what asks the disk or the system, however short it is."""
    return math.inf


def handles(
    kind: type[O], *, cost: Cost[O] = no_cost
) -> Callable[[Callable[[State, O, Patience], R]], Callable[[State, O, Patience], R]]:
    """Register the function below as the handler of this class of operations."""

    def register(run: Callable[[State, O, Patience], R]) -> Callable[[State, O, Patience], R]:
        HANDLERS[kind] = Handler(run, cost)
        return run

    return register
