"""The generator of the sync side, on small samples."""

from __future__ import annotations

import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from aqdrant._tools.generate_sync import GenerationError, generate, main

CORE = '''
"""The core."""

class ClientCore:
    """Holds the configuration."""

    def __init__(self, location: str | None = None, *, transport: Transport | None = None) -> None:
        """Keep the configuration."""
        self._x = location

    async def _execute(self, operation): ...

    @property
    def options(self) -> dict[str, int]:
        """The options."""
        return {}

    async def aclose(self) -> None:
        """Close the client."""

    async def close(self) -> None:
        """Close the client, as `aclose` does."""

    async def __aenter__(self): ...
'''

POINTS = '''
"""Points."""

from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias

from aqdrant import models
from aqdrant._async.core import ClientCore
from aqdrant._async.shaping import unused
from aqdrant._portal import on_loop
from aqdrant.transport import ByteStream

LIMIT = 10
Name: TypeAlias = str | int
Content: TypeAlias = Name | AsyncIterable[bytes]


class PointMethods(ClientCore):
    """Write points.

    Example:
        >>> async with AsyncQdrantClient() as client:
        ...     await client.count("a")
        ...     async for point in client.each("a"):
        ...         print(point)
    """

    async def count(self, name: Name, *names: str, exact: bool = True, **more: Any) -> int:
        """Count them with an async client."""
        return 1

    async def write(
        self,
        name: str,
        points: Mapping[str, models.PointStruct | Mapping[str, Any]]
        | Sequence[models.PointStruct | Mapping[str, Any]]
        | None = None,
    ) -> None:
        """Write them."""

    async def search_with_a_long_name(
        self, first_parameter: str, second_parameter: str = "a", limit: int = LIMIT
    ) -> list[models.ScoredPoint]:
        """Search."""
        return []

    async def fits_without_async(self, first_parameter: str, second_parameter: str = "ab") -> float:
        """Fit, or not, in a line."""
        return 1.0

    @on_loop
    async def upload(self, name: str, content: Content) -> bool:
        """Upload."""
        return True

    async def each(self, name: str) -> AsyncIterator[int]:
        """Iterate."""
        yield 1

    def download(self, name: str) -> AbstractAsyncContextManager[ByteStream]:
        """Download."""
        raise NotImplementedError

    @classmethod
    def kinds(cls) -> list[str]:
        """List the kinds."""
        return []

    def size(self, name: str, /) -> int:
        """Tell a size."""
        return 1
'''

CLIENT = '''
from aqdrant._async.points import PointMethods

class AsyncQdrantClient(PointMethods):
    """A client."""
'''

SOURCES = {
    "client": CLIENT,
    "core": CORE.replace('"""The core."""', '"""The core."""\n\nfrom x import Transport'),
    "points": POINTS,
    "shaping": "def unused(): ...\n",
}


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return generate(SOURCES)


def method_of(files: dict[str, str], name: str) -> str:
    """One method of the points, dedented."""
    lines = files["points.py"].splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith(f"    def {name}("))
    end = next(
        (
            index
            for index in range(start + 1, len(lines))
            if lines[index].startswith(("    def", "    @"))
        ),
        len(lines),
    )
    return textwrap.dedent("\n".join(lines[start:end])).strip()


def test_modules_with_client_classes_are_generated(files: dict[str, str]) -> None:
    assert sorted(files) == ["client.py", "core.py", "points.py"]
    assert all(text.startswith("# Generated from _async/") for text in files.values())


def test_imports_are_those_that_are_needed(files: dict[str, str]) -> None:
    head = files["points.py"].partition("\n\n\nclass ")[0]
    assert head.partition("annotations\n\n")[2] == textwrap.dedent("""\
        from collections.abc import Iterable, Iterator, Mapping, Sequence
        from contextlib import AbstractContextManager
        from typing import Any, TypeAlias

        from aqdrant import models
        from aqdrant._async.points import LIMIT, Name
        from aqdrant._async.points import PointMethods as AsyncMethods
        from aqdrant._sync._streams import SyncByteStream, to_async
        from aqdrant._sync.core import ClientCore

        __all__ = ["PointMethods"]

        Content: TypeAlias = Name | Iterable[bytes]""")


def test_every_kind_of_argument_is_passed_on(files: dict[str, str]) -> None:
    assert method_of(files, "count") == textwrap.dedent('''\
        def count(self, name: Name, *names: str, exact: bool = True, **more: Any) -> int:
            """Count them with a client."""
            return self._drive(self._async.count(name, *names, exact=exact, **more))''')


def test_trailing_comma_keeps_a_signature_split(files: dict[str, str]) -> None:
    assert method_of(files, "write") == textwrap.dedent('''\
        def write(
            self,
            name: str,
            points: Mapping[str, models.PointStruct | Mapping[str, Any]]
            | Sequence[models.PointStruct | Mapping[str, Any]]
            | None = None,
        ) -> None:
            """Write them."""
            self._drive(self._async.write(name, points))''')


def test_long_signature_and_call_are_split(files: dict[str, str]) -> None:
    assert method_of(files, "search_with_a_long_name") == textwrap.dedent('''\
        def search_with_a_long_name(
            self, first_parameter: str, second_parameter: str = "a", limit: int = LIMIT
        ) -> list[models.ScoredPoint]:
            """Search."""
            return self._drive(
                self._async.search_with_a_long_name(first_parameter, second_parameter, limit)
            )''')


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("upload", "return self._run(self._async.upload(name, to_async(content)))"),
        ("each", "return self._iterate(self._async.each(name))"),
        ("download", "return self._open_stream(self._async.download(name))"),
        ("kinds", "return AsyncMethods.kinds()"),
        ("size", "return self._async.size(name)"),
    ],
)
def test_each_kind_of_method_has_its_driver(files: dict[str, str], name: str, last: str) -> None:
    assert method_of(files, name).splitlines()[-1].strip() == last


def test_types_become_their_sync_twins(files: dict[str, str]) -> None:
    assert method_of(files, "each").startswith("def each(self, name: str) -> Iterator[int]:")
    download = "def download(self, name: str) -> AbstractContextManager[SyncByteStream]:"
    assert method_of(files, "download").startswith(download)


def test_examples_lose_await_and_async(files: dict[str, str]) -> None:
    example = """
        >>> with QdrantClient() as client:
        ...     client.count("a")
        ...     for point in client.each("a"):
        ...         print(point)
    """
    assert example in files["points.py"]


def test_core_and_client(files: dict[str, str]) -> None:
    core, client = files["core.py"], files["client.py"]
    assert "class ClientCore(Facade):" in core
    assert "self._attach(AsyncQdrantClient(location, transport=transport))" in core
    assert "return self._async.options" in core
    assert "self._shut(self._async.close())" in core
    assert '"""Close the client. Closing again does nothing."""' in core
    assert "aclose" not in core
    assert "_execute" not in core
    assert "__aenter__" not in core
    assert "class QdrantClient(PointMethods):" in client
    assert "from aqdrant._sync.points import PointMethods" in client


def test_output_is_what_ruff_leaves_unchanged(files: dict[str, str], tmp_path: Path) -> None:
    pytest.importorskip("ruff")
    for name, text in files.items():
        (tmp_path / name).write_text(text)
        compile(text, name, "exec")
    ruff = [sys.executable, "-m", "ruff"]
    options = ["--isolated", "--line-length=100", str(tmp_path)]
    subprocess.run([*ruff, "format", "--check", *options], check=True, capture_output=True)
    subprocess.run([*ruff, "check", "--select=I,F", *options], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("method", "complaint"),
    [
        ("    @cached\n    def a(self) -> int: ...", "@cached"),
        ("    def a(self) -> AbstractAsyncContextManager[int]: ...", "no sync form of Abstract"),
        ('    async def a(self) -> int:\n        """To await."""', r"points.py:\d+: .*'await'"),
    ],
)
def test_what_has_no_sync_form_is_refused(method: str, complaint: str) -> None:
    source = f"class PointMethods(ClientCore):\n{method}\n"
    with pytest.raises(GenerationError, match=complaint):
        generate({**SOURCES, "points": source})


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for folder in ("_async", "_sync"):
        (tmp_path / folder).mkdir()
    for name, text in SOURCES.items():
        (tmp_path / "_async" / f"{name}.py").write_text(text)
    (tmp_path / "_sync" / "_facade.py").write_text("by hand\n")
    assert main([], tmp_path) == 0
    return tmp_path


def test_fresh_files_pass(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"], package) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_text(path.read_text() + "stale = 1\n"),
        lambda path: path.write_text(path.read_text().replace("self, name", "self, other", 1)),
        lambda path: path.unlink(),
        lambda path: shutil.copy(path, path.with_name("orphan.py")),
    ],
    ids=["trailing line", "changed", "missing", "orphan"],
)
def test_stale_files_fail_and_are_written_anew(
    package: Path, spoil: object, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(spoil)
    spoil(package / "_sync" / "points.py")
    before = {path: path.read_text() for path in (package / "_sync").glob("*.py")}
    assert main(["--check"], package) == 1
    assert capsys.readouterr().out != ""
    assert before == {path: path.read_text() for path in (package / "_sync").glob("*.py")}
    assert main([], package) == 0
    assert main(["--check"], package) == 0
    assert (package / "_sync" / "_facade.py").read_text() == "by hand\n"


def test_files_of_the_package_are_fresh() -> None:
    assert main(["--check"]) == 0
