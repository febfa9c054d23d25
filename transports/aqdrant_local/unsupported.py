"""What the in-process engine does not do, in one table, and the error that says so.

Handlers look up the class of what they met; the transport looks up operations that have no handler.
"""

from __future__ import annotations

from aqdrant import models
from aqdrant.exceptions import UnsupportedOperation

__all__ = ["UNSUPPORTED", "refuse"]

UNSUPPORTED: dict[type | str, str] = {
    # Inputs that inference turns into vectors before they come here
    models.Document: "inference: a document in place of a vector",
    models.Image: "inference: an image in place of a vector",
    models.InferenceObject: "inference: an object in place of a vector",
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
