"""The command ``serve``: the in-process engine behind the server sides of REST and gRPC.

Called by `aqdrant.__main__`. The packages of all three are named by text, as in the registry.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from aqdrant._registry import open_transport
from aqdrant.inference.choosing import Embedders
from aqdrant.inference.layer import Inference
from aqdrant.inference.terms import TERMS
from aqdrant.operations import GetCollections
from aqdrant.transport import Transport, TransportConfig

__all__ = ["serve", "with_inference"]

_BM25 = ("qdrant/bm25", "bm25")
_RUNNING = "aqdrant_rest.server.running"
_GRPC = "aqdrant_grpc.server"


async def serve(*, path: str | None, **place: Any) -> None:
    """Serve a folder, or memory where it is None, until SIGTERM or SIGINT.

    Args:
        path: the folder.
        **place: the fields of `aqdrant_rest.server.running.Place`.

    Raises:
        ArgumentError: other machines could reach it, and there is no key.
        StorageError: the folder cannot be used, or another process has it.
    """
    running = import_module(_RUNNING)
    where = running.Place(**place)
    where.check()
    scheme = "memory" if path is None else "file"
    extra = {"is_confined": True}
    transport = open_transport(TransportConfig(scheme=scheme, path=path, extra=extra))
    try:
        # A folder that cannot be used is told here, not to each client of a server that is ready.
        await transport.execute(GetCollections())
    except BaseException:
        await transport.aclose()
        raise
    grpc = None if where.grpc_port is None else import_module(_GRPC).GrpcApplication
    await running.serve(with_inference(transport), where, _say_ready, grpc)


def with_inference(transport: Transport) -> Transport:
    """Resolve documents of the model `qdrant/bm25`, as a server does that knows no other one."""
    return Inference(transport, Embedders(dict.fromkeys(_BM25, TERMS), is_cloud=True))


def _say_ready(*urls: str) -> None:
    print("ready", *urls, flush=True)
