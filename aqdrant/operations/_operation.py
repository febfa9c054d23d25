"""What every operation is: the typed struct of one API call.

Built by the client, carried through the middleware, run by a transport. An operation holds what is
true on every wire; methods, paths and messages stand in the transports' tables.
"""

from __future__ import annotations

from typing import Any, ClassVar, ForwardRef, Generic, TypeVar, get_args, get_origin

import msgspec

from aqdrant import models

__all__ = ["Operation", "StreamOperation", "result_type"]

R = TypeVar("R")


class Operation(msgspec.Struct, Generic[R], frozen=True):
    """One call of the API, and the type of its result.

    Fields are the parameters of path and query by Qdrant's names, and `body`, the model of the JSON
    body. Deadlines and headers belong to the call, not to the operation: see `CallOptions`.
    """

    idempotent: ClassVar[bool] = True
    """Running it twice leaves the state of running it once: it may be retried."""

    writes: ClassVar[bool] = False
    """It changes something."""

    @property
    def name(self) -> str:
        """The name in logs and errors, for example ``"QueryPoints"``."""
        return type(self).__name__

    @property
    def target(self) -> str | None:
        """What the operation is about, for logs and errors."""
        collection = getattr(self, "collection_name", None)
        return f"collection {collection!r}" if collection is not None else None


class StreamOperation(Operation[R], frozen=True):
    """A call whose content is too large for a value: `Transport.stream` runs it."""

    uploads: ClassVar[bool] = False
    """The content goes to the server; otherwise it comes from there."""


def result_type(operation: type[Operation[Any]]) -> Any:
    """The type of an operation's result, as written between its brackets."""
    for parent in getattr(operation, "__orig_bases__", ()):
        origin = get_origin(parent)
        if isinstance(origin, type) and issubclass(origin, Operation):
            result = get_args(parent)[0]
            # Telemetry models load late: their operations name them by text.
            return (
                getattr(models, result.__forward_arg__)
                if isinstance(result, ForwardRef)
                else result
            )
    raise TypeError(f"{operation.__name__} names no result")
