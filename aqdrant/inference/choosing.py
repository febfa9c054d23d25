"""Which embedder serves a model, and which models are left to the server.

Made by the client from its arguments; asked by `layer` for every document.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from anyio import to_thread

from aqdrant.inference.protocol import ANY, Embedder, EmbedderLike, Inputs, Vectors
from aqdrant.inference.terms import TERMS, is_bm25

__all__ = ["Embedders"]


class Embedders:
    """Model name → its embedder.

    A model has the embedder that was given for its name; `qdrant/bm25` is built in; all others
    have the one given for ``"*"``, and by default fastembed.

    Args:
        given: model name, in any case, or ``"*"`` → an embedder or a function.
        is_cloud: what none was given for is left to the server.
        has_server: the server itself embeds `qdrant/bm25`.
        batch_size: inputs that fastembed runs at once.
    """

    def __init__(
        self,
        given: Mapping[str, EmbedderLike] | None = None,
        *,
        is_cloud: bool = False,
        has_server: bool = False,
        batch_size: int | None = None,
    ) -> None:
        own = {name.lower(): _as_embedder(one) for name, one in (given or {}).items()}
        self._other = own.pop(ANY, None)
        self._own = own
        self._is_cloud = is_cloud
        self._has_server = has_server
        self._batch_size = batch_size

    def find(self, model: str) -> Embedder | None:
        """The embedder of a model; None where its documents are left to the server."""
        own = self._own.get(model.lower())
        if own is not None:
            return own
        if is_bm25(model):
            return None if self._has_server or self._is_cloud else TERMS
        if self._other is None:
            if self._is_cloud:
                return None
            from aqdrant.inference.fastembed_models import FastEmbed

            self._other = FastEmbed(batch_size=self._batch_size)
        return self._other


class FunctionEmbedder:
    """An embedder out of a function of the values alone.

    Args:
        function: returns vectors, or an awaitable of them; a plain one runs in a worker thread.
    """

    def __init__(self, function: Callable[[Sequence[Any]], Vectors | Awaitable[Vectors]]) -> None:
        self._function = function
        self._is_async = inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
            getattr(function, "__call__", None)  # noqa: B004  # an object with an async __call__
        )

    async def embed(self, inputs: Inputs, /) -> Vectors:
        """Call the function."""
        if self._is_async:
            vectors = self._function(inputs.values)
        else:
            vectors = await to_thread.run_sync(
                self._function, inputs.values, abandon_on_cancel=True
            )
        return await vectors if inspect.isawaitable(vectors) else vectors


def _as_embedder(given: EmbedderLike) -> Embedder:
    return given if isinstance(given, Embedder) else FunctionEmbedder(given)
