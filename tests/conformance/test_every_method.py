"""Every public method, really called: in process, and over REST and gRPC to the served engine.

In process it is `tests/core/test_not_yet.py`, whose table of what the engine refuses holds here as
well: it is the engine that does not have it, on whatever way the call came.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from aqdrant import AsyncQdrantClient
from aqdrant.exceptions import AqdrantError, BadRequest, NotFound, UnsupportedOperation
from aqdrant.transport import TransportConfig
from aqdrant_grpc import GrpcTransport
from tests.fix_databases import served
from tests.methods import ANSWERED_WITH_ERRORS, NAMES, REFUSED, C, call, prepare

NO_RPC = {
    # Qdrant has these over REST alone.
    "clear_issues",
    "cluster_status",
    "cluster_telemetry",
    "get_issues",
    "get_optimizations",
    "get_quotas",
    "metrics",
    "readyz",
    "recover_current_peer",
    "remove_peer",
    "telemetry",
    "update_quotas",
    # Of a shard's snapshots, and of what is in snapshots, gRPC knows nothing.
    "create_shard_snapshot",
    "delete_shard_snapshot",
    "download_full_snapshot",
    "download_snapshot",
    "list_shard_snapshots",
    "recover_shard_snapshot",
    "recover_snapshot",
    "stream_full_snapshot",
    "stream_snapshot",
    "upload_snapshot",
}
"""What a client of the gRPC port alone refuses, naming REST; with both ports it goes there."""


@asynccontextmanager
async def opened(config: TransportConfig, over: str) -> AsyncGenerator[AsyncQdrantClient]:
    if over == "grpc alone":
        client = AsyncQdrantClient(transport=GrpcTransport(config))
    else:
        client = AsyncQdrantClient(
            host=config.host,
            port=config.port,
            grpc_port=config.grpc_port or 0,
            prefer_grpc=over == "grpc",
        )
    try:
        yield client
    finally:
        await client.aclose()


async def outcome(client: AsyncQdrantClient, name: str, folder: Path) -> AqdrantError | None:
    try:
        await call(client, name, folder)
    except AqdrantError as error:
        return error
    return None


def is_expected(name: str, over: str, error: AqdrantError | None) -> bool:
    if name in REFUSED or (over == "grpc alone" and name in NO_RPC):
        return isinstance(error, UnsupportedOperation)
    if name in ANSWERED_WITH_ERRORS:
        return isinstance(error, (BadRequest, NotFound))
    return error is None


@pytest.mark.one_loop
@pytest.mark.filterwarnings("ignore:recreate_collection is deprecated")
@pytest.mark.parametrize("over", ["rest", "grpc", "grpc alone"])
async def test_every_method_works_or_is_in_a_table(over: str, tmp_path: Path) -> None:
    unexpected: dict[str, AqdrantError | None] = {}
    async with served() as config:
        for name in NAMES:
            async with opened(config, over) as client:
                await prepare(client)
                error = await outcome(client, name, tmp_path)
            if not is_expected(name, over, error):
                unexpected[name] = error
            async with opened(config, over) as client:
                for collection in (C, "new"):
                    await client.delete_collection(collection)
    assert unexpected == {}


def test_tables_name_methods() -> None:
    assert set(NAMES) >= NO_RPC
