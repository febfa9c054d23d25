"""Where constructor arguments lead: the same place as the official client, or a clear refusal."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import msgspec
import pytest

from aqdrant import AsyncQdrantClient
from aqdrant._address import Address, parse_address
from aqdrant.exceptions import ArgumentError
from aqdrant.testing import RecordingTransport

PLACES: list[dict[str, Any]] = [
    {},
    {"https": True},
    {"api_key": "k"},
    {"api_key": "k", "https": False, "host": "localhost"},
    {"port": 7000},
    {"port": None},
    {"location": "ex.com"},
    {"location": "ex.com:1234"},
    {"location": "http://ex.com"},
    {"location": "localhost"},
    {"location": "localhost:1234"},
    {"url": "ex.com:1234", "port": 99},
    {"url": "https://ex.com"},
    {"url": "https://ex.com", "port": None},
    {"url": "http://ex.com", "port": None},
    {"url": "https://ex.com", "port": 443},
    {"url": "https://ex.com:443/pre/fix"},
    {"url": "https://ex.com/pre/fix/"},
    {"url": "http://ex.com", "prefix": "/a/b"},
    {"url": "http://ex.com", "https": True},
    {"url": "https://ex.com", "https": False},
    {"url": "[::1]:6333"},
    {"url": "http://[::1]"},
    {"url": "HTTP://EX.com"},
    {"url": "http://10.0.0.1:80"},
    {"host": "ex.com"},
    {"host": "ex.com", "port": 1},
    {"host": "ex.com", "port": None},
    {"host": "ex.com", "https": True, "prefix": "x"},
    {"host": "127.0.0.1"},
]

OFFICIAL = """
import json, sys, warnings
warnings.simplefilter("ignore")
from qdrant_client import QdrantClient
for place in json.load(sys.stdin):
    client = QdrantClient(**place, check_compatibility=False)
    print(client._client.rest_uri)
"""


@pytest.fixture(scope="module")
def official() -> list[str]:
    """The addresses of the official client, from a process of its own: it starts threads."""
    result = subprocess.run(
        [sys.executable, "-c", OFFICIAL],
        input=msgspec.json.encode(PLACES),
        capture_output=True,
        check=True,
        timeout=120,
    )
    return result.stdout.decode().split()


@pytest.mark.filterwarnings("ignore:The API key would be sent")
def test_places_are_those_of_the_official_client(official: list[str]) -> None:
    ours = [AsyncQdrantClient(**place)._config.target for place in PLACES]
    told = [address.rstrip("/") for address in official]
    assert list(zip(PLACES, ours, strict=True)) == list(zip(PLACES, told, strict=True))


def test_slash_at_the_end_of_a_url_is_no_prefix() -> None:
    client = AsyncQdrantClient(url="http://ex.com/", prefix="a")
    assert client._config.target == "http://ex.com:6333/a"


def test_places_that_are_no_servers() -> None:
    assert AsyncQdrantClient(":memory:")._config.scheme == "memory"
    assert AsyncQdrantClient(path=":memory:")._config.scheme == "memory"
    assert AsyncQdrantClient(path="./db")._config.scheme == "file"
    assert AsyncQdrantClient(path="./db")._config.path == "./db"


def test_schemes_of_others_keep_their_parts() -> None:
    config = AsyncQdrantClient(url="tcp+x://ex.com:5/a")._config
    assert (config.scheme, config.host, config.port, config.prefix) == ("tcp+x", "ex.com", 5, "/a")


def test_address_of_nothing_is_the_default() -> None:
    nothing: Any = dict.fromkeys(("location", "url", "host", "path", "port", "prefix"))
    assert parse_address(**nothing, https=True) == Address("https", "localhost")


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"location": ":memory:", "url": "ex.com"}, "url", "location and url are given together"),
    ({"host": "h", "path": "p"}, "path", "host and path are given together"),
    ({"url": ":memory:"}, "url", "location=':memory:'"),
    ({"location": ":mem:"}, "location", "Did you mean ':memory:'"),
    ({"url": ""}, "url", "url is empty"),
    ({"location": "  "}, "location", "location is empty"),
    ({"host": ""}, "host", "host is empty"),
    ({"path": ""}, "path", "path is empty"),
    ({"url": 5}, "url", "url: int, wanted str"),
    ({"path": 5}, "path", "path: int, wanted str"),
    ({"url": "http://"}, "url", "names no host"),
    ({"url": "http://ex.com:port"}, "url", "is no URL"),
    ({"url": "http://ex.com:99999"}, "url", "is no URL"),
    ({"url": "http://[::1"}, "url", "is no URL"),
    ({"url": "http://ex.com/a b"}, "url", "white space"),
    ({"url": "http://ex.com?a=1"}, "url", "query"),
    ({"url": "http://ex.com/a", "prefix": "b"}, "prefix", "Give one of them"),
    ({"host": "http://ex.com"}, "host", "url="),
    ({"host": "ex.com:80"}, "host", "port="),
    ({"host": "ex.com/a"}, "host", "no host name"),
    ({"location": "/data/x"}, "location", "path="),
    ({"location": "./x"}, "location", "path="),
    ({"location": "~/x"}, "location", "path="),
    ({"location": "C:\\x"}, "location", "path="),
    ({"port": "6333"}, "port", "port: str '6333', wanted int"),
    ({"port": 70000}, "port", "wanted 65535 or less"),
    ({"grpc_port": -1}, "grpc_port", "wanted 0 or more"),
    ({"prefix": 1}, "prefix", "prefix: int, wanted str"),
]


@pytest.mark.parametrize(("place", "parameter", "text"), REFUSED, ids=str)
def test_what_cannot_be_read_is_named(place: dict[str, Any], parameter: str, text: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        AsyncQdrantClient(**place)
    assert caught.value.parameter == parameter
    assert text in str(caught.value)


def test_password_in_a_url_is_refused_and_not_told() -> None:
    with pytest.raises(ArgumentError, match="api_key=") as caught:
        AsyncQdrantClient(url="http://user:s3cr3t@ex.com")
    assert "s3cr3t" not in str(caught.value)


def test_transport_of_the_user_needs_no_place() -> None:
    assert AsyncQdrantClient(transport=RecordingTransport())._config.host == "localhost"
