"""Entry points that do not hold what they promise: told as errors of ours, with what is behind."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aqdrant import AsyncQdrantClient
from aqdrant.exceptions import ArgumentError, UnsupportedOperation

MODULE = "broken_transport"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path; what is imported from it is forgotten."""
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    sys.modules.pop(MODULE, None)


def install(site: Path, distribution: str, reference: str) -> None:
    """Register the scheme ``broken``."""
    info = site / f"{distribution}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[aqdrant.transports]\nbroken = {reference}\n")


@pytest.mark.parametrize(
    ("source", "told", "cause"),
    [
        ("import no_such_module", "No module named 'no_such_module'", ModuleNotFoundError),
        ("raise RuntimeError('made for aqdrant 9')", "made for aqdrant 9", RuntimeError),
        ("other = 1", "has no attribute 'open'", AttributeError),
        ("open = 5", "gives int, which is no transport", None),
        ("def open(config): return None", "gives NoneType, which is no transport", None),
        ("def open(config): return object", "gives type, which is no transport", None),
    ],
)
async def test_broken_package_is_named(
    site: Path, source: str, told: str, cause: type[Exception] | None
) -> None:
    (site / f"{MODULE}.py").write_text(source)
    install(site, "broken", f"{MODULE}:open")
    client = AsyncQdrantClient("broken://host")
    with pytest.raises(UnsupportedOperation) as caught:
        await client.count("texts")
    assert told in str(caught.value)
    assert f"{MODULE}:open" in str(caught.value)
    assert caught.value.target == "broken://host:6333"
    assert isinstance(caught.value.__cause__, cause or type(None))
    await client.aclose()


async def test_two_packages_for_a_scheme_are_told(site: Path) -> None:
    install(site, "one", "first:open")
    install(site, "two", "second:open")
    client = AsyncQdrantClient("broken://host")
    with pytest.raises(UnsupportedOperation, match=r"several packages.* first:open, second:open"):
        await client.count("texts")


class Half:
    """Lacks ``stream``."""

    async def execute(self, operation: Any, options: Any = None, /) -> Any: ...

    async def aclose(self) -> None: ...


def test_instance_that_lacks_a_method_is_refused() -> None:
    half: Any = Half()
    with pytest.raises(ArgumentError, match=r"transport: Half, wanted .* stream\(\)"):
        AsyncQdrantClient(transport=half)
