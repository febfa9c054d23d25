"""What does not run in process yet: tables that fail when something starts to work, or stops."""

from __future__ import annotations

from pathlib import Path

import pytest

from aqdrant import AsyncQdrantClient, QdrantClient
from aqdrant.exceptions import BadRequest, NotFound, UnsupportedOperation
from tests.methods import ANSWERED_WITH_ERRORS, ARGUMENTS, NAMES, REFUSED, call, prepare


def is_empty(folder: Path) -> bool:
    return not any(folder.iterdir())


async def prepared() -> AsyncQdrantClient:
    client = AsyncQdrantClient(":memory:")
    await prepare(client)
    return client


@pytest.mark.filterwarnings("ignore:recreate_collection is deprecated")
@pytest.mark.parametrize("name", NAMES)
async def test_method_works_or_is_in_the_table(name: str, tmp_path: Path) -> None:
    client = await prepared()
    if name in REFUSED:
        with pytest.raises(UnsupportedOperation) as caught:
            await call(client, name, tmp_path)
        assert isinstance(caught.value, NotImplementedError)
        assert caught.value.fix or caught.value.operation == name
    elif name in ANSWERED_WITH_ERRORS:
        with pytest.raises((NotFound, BadRequest)):
            await call(client, name, tmp_path)
    else:
        await call(client, name, tmp_path)
    assert is_empty(tmp_path)
    await client.aclose()


def test_table_names_methods() -> None:
    assert set(NAMES) >= REFUSED | ANSWERED_WITH_ERRORS
    assert set(NAMES) >= set(ARGUMENTS)


@pytest.mark.parametrize("name", ["grpc_collections", "grpc_points"])
def test_sync_client_refuses_alike(name: str) -> None:
    client = QdrantClient(":memory:")
    with pytest.raises(UnsupportedOperation):
        getattr(client, name)(*ARGUMENTS.get(name, ()))
    client.close()
