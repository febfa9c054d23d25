"""What an embedder is: inputs of one model in, one vector for each out.

`choosing` turns what a user passes into this; `layer` calls it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, Literal, Protocol, TypeAlias, runtime_checkable

import msgspec

from aqdrant import models
from aqdrant.exceptions import ArgumentError
from aqdrant.models._scalars import is_mapping, kind_of

__all__ = [
    "ANY",
    "Embedder",
    "EmbedderLike",
    "Inputs",
    "Kind",
    "Vectors",
    "checked_embedders",
]

ANY: Final = "*"
"""The name under which an embedder serves every model that has none of its own."""

Kind: TypeAlias = Literal["text", "image", "object"]
Vectors: TypeAlias = Sequence[models.NumericVector] | models.FloatArray
"""One vector for each input; an array ``(n, d)``, or ``(n, m, d)`` for multivectors, will do."""


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """What one call wants of one model."""

    model: str
    """The model's name, as the document has it."""
    values: Sequence[Any]
    """Texts, images or objects, of one kind."""
    kind: Kind = "text"
    options: Mapping[str, Any] = {}
    """The documents' options; inputs with other options come apart."""
    is_query: bool = False
    """Some models embed what is looked for otherwise than what is stored."""


@runtime_checkable
class Embedder(Protocol):
    """Turns inputs into vectors: an HTTP service, a model of one's own.

    It is called on the event loop, by many tasks at once, and is cancelled with its caller.

    Example:
        >>> class Service:
        ...     async def embed(self, inputs: Inputs) -> Vectors:
        ...         answer = await http.post("/embed", json={"texts": inputs.values})
        ...         return answer.json()
        >>> client = AsyncQdrantClient(":memory:", embedders={"my-model": Service()})
    """

    async def embed(self, inputs: Inputs, /) -> Vectors:
        """Embed the values, in their order.

        Returns:
            As many vectors as there are values: dense ``(d,)``, multivectors ``(m, d)``, or
            `SparseVector`.
        """
        ...


EmbedderLike: TypeAlias = Embedder | Callable[[Sequence[Any]], Vectors | Awaitable[Vectors]]
"""An embedder, or a function of the values alone; a plain function runs in a worker thread."""


def checked_embedders(given: Any) -> dict[str, EmbedderLike] | None:
    """Check what a user passed as the client's embedders.

    Raises:
        ArgumentError: it is no mapping of names to embedders or functions.
    """
    if given is None:
        return None
    if not is_mapping(given):
        raise ArgumentError(
            f"embedders: {kind_of(given)}, wanted a dict: model name → embedder or function.",
            parameter="embedders",
            fix=f"For every model: {{{ANY!r}: ...}}.",
        )
    for name, one in given.items():
        is_one = isinstance(one, Embedder) or callable(one)
        if not isinstance(name, str) or not is_one or isinstance(one, type):
            raise ArgumentError(
                f"embedders[{name!r}]: {kind_of(one)}, wanted an object with an async embed(), or"
                " a function.",
                parameter="embedders",
            )
    return dict(given)
