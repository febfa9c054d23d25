"""What a server tells about itself, told by the engine."""

from __future__ import annotations

from aqdrant import models
from aqdrant.operations import Healthz, Livez, Readyz, Root
from aqdrant_local.locks import Patience
from aqdrant_local.state import State

from ._table import handles

_SEMANTICS = "1.20.0"
"""Of this version a server would be that knows all that the engine does."""


@handles(Root)
def root(state: State, operation: Root, patience: Patience) -> models.VersionInfo:
    """Name the engine, and the version of the server whose semantics it follows."""
    return models.VersionInfo(title="aqdrant in-process engine", version=_SEMANTICS)


@handles(Healthz)
def healthz(state: State, operation: Healthz, patience: Patience) -> str:
    """Say what a healthy server says."""
    return "healthz check passed"


@handles(Livez)
def livez(state: State, operation: Livez, patience: Patience) -> str:
    """Say what a live server says."""
    return "healthz check passed"


@handles(Readyz)
def readyz(state: State, operation: Readyz, patience: Patience) -> str:
    """Say what a ready server says."""
    return "all shards are ready"
