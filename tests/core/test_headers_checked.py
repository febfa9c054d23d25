"""Headers: what would break a request or smuggle in another header is refused, and not shown."""

from __future__ import annotations

from typing import Any

import pytest

from aqdrant import AsyncQdrantClient
from aqdrant.context import context_headers, current_headers
from aqdrant.exceptions import ArgumentError


@pytest.mark.parametrize(
    "headers",
    [{"a": "s3cr3t\r\nEvil: 1"}, {"a": "s3cr3t\n"}, {"a": "s3cr3t\0"}],
)
def test_value_of_several_lines_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(ArgumentError, match=r"headers\.a has a line break") as caught:
        AsyncQdrantClient("http://localhost", headers=headers)
    assert "s3cr3t" not in str(caught.value)
    with pytest.raises(ArgumentError), context_headers(headers):
        pass


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\r\nb", "\u00e9"])
def test_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ArgumentError, match="is no name"):
        AsyncQdrantClient("http://localhost", headers={name: "x"})


@pytest.mark.parametrize("headers", [5, [], (), [("a", "b")], "a"])
def test_headers_are_a_dict(headers: Any) -> None:
    with pytest.raises(ArgumentError, match=r"headers: .* wanted a dict"):
        AsyncQdrantClient("http://localhost", headers=headers)


def test_key_with_the_end_of_its_file_is_refused() -> None:
    with pytest.raises(ArgumentError, match="api_key has a line break") as caught:
        AsyncQdrantClient("http://localhost", api_key="s3cr3t\n")
    assert "s3cr3t" not in str(caught.value)


def test_inner_header_wins_in_any_capitals() -> None:
    with context_headers({"X-Trace": "outer", "other": "1"}), context_headers({"x-trace": "inner"}):
        assert current_headers() == {"other": "1", "x-trace": "inner"}
