"""Qdrant over gRPC: operations straight to wire bytes and back.

General layout: `transport` runs operations; `channel` and `connection` carry bytes; `calls` turns
operations into requests and answers into results, by `_methods` (one row a call), `shapes` (what
each message is in our models) and `_codec`. `messages` and `services` are generated, for native
calls, which `native` makes.
"""

from aqdrant_grpc.transport import GrpcTransport, open_transport

__all__ = ["GrpcTransport", "open_transport"]
