"""TLS: whom a client trusts, what it shows of itself, and that contexts are built once."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme

from aqdrant.exceptions import ArgumentError, ConnectionFailed, TLSFailed
from aqdrant_rest.tls import tls_context

from .canned import Canned, canned, connect


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def context(authority: trustme.CA) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(made)
    return made


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


async def count(server: Canned, **options: Any) -> int:
    async with connect(f"https://{server.server.origin}", **options) as client:
        return (await client.count("texts")).count


async def test_authority_of_the_user_is_trusted(context: ssl.SSLContext, trusted: Path) -> None:
    async with canned(tls=context) as server:
        assert await count(server, verify=str(trusted)) == 5
        assert await count(server, verify=trusted) == 5
        own = ssl.create_default_context(cafile=str(trusted))
        assert await count(server, verify=own) == 5
        assert await count(server, verify=False) == 5


async def test_unknown_authority_is_told_with_the_option(context: ssl.SSLContext) -> None:
    async with canned(tls=context) as server:
        with pytest.raises(TLSFailed, match="verify=") as caught:
            await count(server)
    assert isinstance(caught.value, ConnectionFailed)
    assert caught.value.processed is False
    assert server.seen == []


async def test_foreign_name_is_told(authority: trustme.CA, trusted: Path) -> None:
    foreign = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("elsewhere.example").configure_cert(foreign)
    async with canned(tls=foreign) as server:
        with pytest.raises(TLSFailed, match="certificate"):
            await count(server, verify=str(trusted))


async def test_client_shows_its_certificate(
    authority: trustme.CA, context: ssl.SSLContext, trusted: Path, tmp_path: Path
) -> None:
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    ours = authority.issue_cert("client@example.org")
    both, key = tmp_path / "both.pem", tmp_path / "key.pem"
    ours.private_key_and_cert_chain_pem.write_to_path(str(both))
    ours.private_key_pem.write_to_path(str(key))
    async with canned(tls=context) as server:
        for cert in (str(both), both, (str(both), str(key))):
            assert await count(server, verify=str(trusted), cert=cert) == 5
        with pytest.raises(ConnectionFailed):
            await count(server, verify=str(trusted))


@pytest.mark.parametrize("option", ["verify", "cert"])
async def test_file_that_is_none_is_told(option: str, tmp_path: Path) -> None:
    (tmp_path / "junk").write_text("no certificate")
    options: dict[str, Any]
    for name in ("junk", "nowhere"):
        options = {option: str(tmp_path / name)}
        async with connect("https://localhost", **options) as client:
            with pytest.raises(ArgumentError, match="PEM") as caught:
                await client.info()
        assert caught.value.parameter == option


def test_contexts_are_built_once_for_the_same_options(trusted: Path) -> None:
    assert tls_context(True, None) is tls_context(True, None)
    assert tls_context(str(trusted), None) is tls_context(str(trusted), None)
    assert tls_context(True, None) is not tls_context(False, None)
    assert tls_context(False, None).verify_mode is ssl.CERT_NONE
    assert tls_context(True, None).verify_mode is ssl.CERT_REQUIRED


async def test_many_first_calls_open_one_pool(context: ssl.SSLContext, trusted: Path) -> None:
    import anyio

    async with (
        canned(tls=context) as server,
        connect(f"https://{server.server.origin}", verify=str(trusted), pool_size=2) as client,
        anyio.create_task_group() as group,
    ):
        for _ in range(20):
            group.start_soon(client.count, "texts")
    assert server.server.accepted <= 2
    assert len(server.seen) == 20
