"""What stands between the client and its transport: transports that hold a transport.

`build_chain` is called once by a client. A layer whose option is off is not built and costs
nothing.
"""

from __future__ import annotations

from aqdrant.middleware.budget import RetryBudget
from aqdrant.middleware.chain import SLOTS, Layer, Slot, build_chain, check_slots
from aqdrant.middleware.coalescing import Coalescing
from aqdrant.middleware.deadline import Deadline
from aqdrant.middleware.layer import ForwardingTransport
from aqdrant.middleware.limiter import Limiter
from aqdrant.middleware.retry import Retry
from aqdrant.middleware.router import Router
from aqdrant.middleware.spans import Spans
from aqdrant.middleware.tracing import Tracing
from aqdrant.middleware.version_gate import VersionGate

__all__ = [
    "SLOTS",
    "Coalescing",
    "Deadline",
    "ForwardingTransport",
    "Layer",
    "Limiter",
    "Retry",
    "RetryBudget",
    "Router",
    "Slot",
    "Spans",
    "Tracing",
    "VersionGate",
    "build_chain",
    "check_slots",
]
