"""Models of the official client, as packages that are written for it make them.

They are read like the dicts that they stand for. Called by the readers, where nothing of ours came.
"""

from __future__ import annotations

from typing import Any, Final

__all__ = ["fields_of", "is_named"]

_PACKAGE: Final = "qdrant_client."


def is_named(value: object, name: str) -> bool:
    """Whether this is the model of `qdrant_client` that has this name."""
    return type(value).__name__ == name and type(value).__module__.startswith(_PACKAGE)


def fields_of(value: object) -> dict[str, Any] | None:
    """Give the members of a model of `qdrant_client` that are set; None for anything else."""
    kind: Any = type(value)
    if not kind.__module__.startswith(_PACKAGE):
        return None
    # Of pydantic 2, or of 1; messages of gRPC have neither.
    fields = getattr(kind, "model_fields", None) or getattr(kind, "__fields__", None)
    if fields is None:
        return None
    named = ((field.alias or name, getattr(value, name)) for name, field in fields.items())
    return {name: given for name, given in named if given is not None}
