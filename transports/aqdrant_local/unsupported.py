"""What the in-process engine does not do, in one table, and the error that says so.

Handlers look up the class of what they met; the transport looks up operations that have no handler.
"""

from __future__ import annotations

from aqdrant import models
from aqdrant.exceptions import UnsupportedOperation

__all__ = ["UNSUPPORTED", "refuse"]

UNSUPPORTED: dict[type | str, str] = {
    # Queries
    models.RecommendQuery: "the recommend query",
    models.DiscoverQuery: "the discover query",
    models.ContextQuery: "the context query",
    models.FormulaQuery: "the formula query",
    models.SampleQuery: "the sample query",
    models.RelevanceFeedbackQuery: "the relevance feedback query",
    models.TextQuery: "the text query",
    models.Mmr: "maximal marginal relevance",
    models.IdfCorpusParams: "a corpus for the inverse document frequency",
    # Inputs that inference turns into vectors before they come here
    models.Document: "inference: a document in place of a vector",
    models.Image: "inference: an image in place of a vector",
    models.InferenceObject: "inference: an object in place of a vector",
    # Settings of collections
    models.MultiVectorConfig: "multivectors",
    models.StrictModeConfig: "strict mode",
    "datatype": "vector datatypes other than float32",
    "sharding": "custom sharding",
    # Parameters of indexes
}
"""What is met → what it is called."""

_ELSEWHERE = ("rest", "grpc")


def refuse(what: object) -> UnsupportedOperation:
    """The error for something in the table, met as an instance or under its key."""
    key = what if isinstance(what, str) else type(what)
    name = UNSUPPORTED.get(key, f"{type(what).__name__}")
    return UnsupportedOperation(
        f"The in-process engine of this version does not support {name}.",
        supported_by=_ELSEWHERE,
        fix="A Qdrant server does.",
    )
