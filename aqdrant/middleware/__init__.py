"""What stands between the client and its transport: transports that hold a transport.

`build_chain` is called once by a client. A layer whose option is off is not built and costs
nothing.
"""

from __future__ import annotations

from aqdrant.middleware.chain import SLOTS, Layer, Slot, build_chain, check_slots
from aqdrant.middleware.deadline import Deadline
from aqdrant.middleware.layer import ForwardingTransport
from aqdrant.middleware.limiter import Limiter
from aqdrant.middleware.tracing import Tracing

__all__ = [
    "SLOTS",
    "Deadline",
    "ForwardingTransport",
    "Layer",
    "Limiter",
    "Slot",
    "Tracing",
    "build_chain",
    "check_slots",
]
