"""Qdrant over gRPC: operations straight to wire bytes and back.

General layout: `transport` runs operations; `channel` and `connection` carry bytes; `calls` turns
operations into requests and answers into results, by `_methods` (one row a call), `shapes` (what
each message is in our models) and `_codec`. `messages` has the generated classes, for native calls.
"""

from aqdrant_grpc.transport import GrpcTransport, open_transport

__all__ = ["GrpcTransport", "open_transport"]
