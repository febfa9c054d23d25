"""An embedder of one's own that takes the inputs of all callers together."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from aqdrant.exceptions import ArgumentError
from aqdrant.inference.lane import Lane
from aqdrant.inference.protocol import Inputs, Vectors
from aqdrant.models._scalars import kind_of

__all__ = ["Batched"]


class Batched:
    """A function whose runs are shared by all callers, one after the other in a thread of its own.

    For a model that is faster with many inputs at once, or that must not run twice at a time. Its
    callers may be on any event loop; a cancelled one leaves at once.

    Args:
        function: of the values of a run to one vector for each, an array will do.
        batch_size: values of one run at most.
        window: seconds to wait for other callers' inputs, where the last run had several.

    Raises:
        ArgumentError: it is not a plain function.

    Example:
        >>> model = SentenceTransformer("all-MiniLM-L6-v2")
        >>> client = AsyncQdrantClient(":memory:", embedders={"minilm": Batched(model.encode)})
    """

    def __init__(
        self,
        function: Callable[[Sequence[Any]], Any],
        *,
        batch_size: int = 32,
        window: float = 0.001,
    ) -> None:
        given: Any = function
        if not callable(given) or inspect.iscoroutinefunction(given):
            raise ArgumentError(
                f"function: {kind_of(given)}, wanted a function that returns vectors.",
                parameter="function",
                fix="An async function is passed as an embedder itself.",
            )
        if batch_size < 1:
            raise ArgumentError(
                f"batch_size: {batch_size}, wanted 1 or more.", parameter="batch_size"
            )
        self._lane = Lane(
            lambda _kind, _is_query, values: function(values),
            batch_size=batch_size,
            window=window,
        )

    async def embed(self, inputs: Inputs, /) -> Vectors:
        """Embed the values, together with those of others."""
        return await self._lane.submit(inputs.kind, inputs.is_query, inputs.values)
