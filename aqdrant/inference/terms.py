"""`qdrant/bm25`: texts as sparse vectors of their words, without fastembed.

Called by `layer`; short texts are embedded where the call is, many of them in a worker thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from anyio import to_thread

from aqdrant import models
from aqdrant.bm25 import Bm25
from aqdrant.exceptions import ArgumentError, UnsupportedOperation
from aqdrant.inference.protocol import Inputs
from aqdrant.models._reading import read

__all__ = ["TERMS", "TermEmbedder", "is_bm25"]

_MOMENT: Final = 10_000
"""Characters whose words are found in about a millisecond."""
_KEPT: Final = 64
"""Sets of options whose encoders, with the words that they have met, are kept."""
_encoders: dict[bytes, Bm25] = {}
_key = msgspec.json.Encoder(order="deterministic").encode


def is_bm25(model: str) -> bool:
    """Whether a server takes this name for its built-in model."""
    return model.lower() in ("qdrant/bm25", "bm25")


class TermEmbedder:
    """Embeds texts as the built-in model of a server does."""

    async def embed(self, inputs: Inputs, /) -> Sequence[models.SparseVector]:
        """Embed texts; many of them, and the first, which read word lists, in a worker thread."""
        config = _config(inputs)
        if _key(config) in _encoders and sum(map(len, inputs.values)) <= _MOMENT:
            return self.embed_now(inputs)
        return await to_thread.run_sync(self.embed_now, inputs, abandon_on_cancel=True)

    def embed_now(self, inputs: Inputs) -> list[models.SparseVector]:
        """Embed texts in this thread.

        Raises:
            ArgumentError: the inputs are no texts, or an option is wrong.
            UnsupportedOperation: the options need something that is not here.
        """
        encoder = _encoder(_config(inputs), inputs.model)
        embed = encoder.embed_query if inputs.is_query else encoder.embed_document
        vectors = map(embed, inputs.values)
        return [models.SparseVector(indices=one.indices, values=one.values) for one in vectors]


TERMS: Final = TermEmbedder()


def _config(inputs: Inputs) -> models.Bm25Config:
    if inputs.kind != "text":
        raise ArgumentError(
            f"{inputs.model} embeds texts alone, and this is an {inputs.kind}.",
            parameter=inputs.kind,
            fix="Pass a Document.",
        )
    config: models.Bm25Config = read(inputs.options, models.Bm25Config, "options")
    return config


def _encoder(config: models.Bm25Config, model: str) -> Bm25:
    key = _key(config)
    encoder = _encoders.get(key)
    if encoder is not None:
        return encoder
    try:
        encoder = Bm25(**config.model_dump(exclude_none=True))
    except ValueError as error:
        raise ArgumentError(f"{model}: {error}.", parameter="options") from error
    except (ImportError, NotImplementedError) as error:
        raise UnsupportedOperation(f"{model}: {error}.", supported_by=("rest", "grpc")) from error
    if len(_encoders) >= _KEPT:
        _encoders.clear()
    _encoders[key] = encoder
    return encoder
