"""Texts and images in, vectors out: documents of a call are embedded before a transport sees it.

General layout: `layer` is the middleware; `walking` finds documents in an operation's body and puts
vectors in their places; `choosing` knows which embedder serves a model; `protocol` is what an
embedder has to be. `fastembed_models` runs ONNX models by fastembed, each in a `lane` of its own,
as `batched` does a function of the user's; `terms` is `qdrant/bm25`. The client builds the layer at
its first call; nothing heavy is imported before a document is met.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aqdrant.inference.protocol import Embedder, EmbedderLike, Inputs, Vectors

if TYPE_CHECKING:
    from aqdrant.inference.batched import Batched
    from aqdrant.inference.choosing import Embedders
    from aqdrant.inference.fastembed_models import FastEmbed
    from aqdrant.inference.layer import Inference

__all__ = [
    "Batched",
    "Embedder",
    "EmbedderLike",
    "Embedders",
    "FastEmbed",
    "Inference",
    "Inputs",
    "Vectors",
]

_LATE = {
    "Batched": "batched",
    "Embedders": "choosing",
    "FastEmbed": "fastembed_models",
    "Inference": "layer",
}
"""What the import of aqdrant itself does without."""


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
