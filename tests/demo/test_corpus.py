"""The corpus: what is read from the standard library, and from a folder of our own making."""

from __future__ import annotations

import gc
from collections import Counter
from pathlib import Path

import pytest

from aqdrant._demo.corpus import Entry, read_corpus

SOURCE = '''
"""A module.

With more to say.
"""

class Shape:
    """A shape.

        Indented.
    """

    def area(self):
        """Return the area."""

    def _hidden(self):
        """Not shown."""

    class Corner:
        """Where edges meet."""

async def draw(shape):
    """
    Draw a shape.
    """

def undocumented(): pass

if True:
    def chosen():
        """Say which."""
'''


@pytest.fixture(scope="module")
def library() -> list[Entry]:
    return read_corpus()


def test_the_standard_library_has_thousands_of_texts(library: list[Entry]) -> None:
    assert len(library) > 5000
    kinds = Counter(entry.kind for entry in library)
    assert min(kinds.values()) > 200
    assert set(kinds) == {"module", "class", "function", "method"}


def test_names_are_distinct_and_every_field_says_something(library: list[Entry]) -> None:
    assert len({entry.name for entry in library}) == len(library)
    for entry in library:
        assert entry.name.startswith(entry.module)
        assert entry.summary in entry.text
        assert entry.length == len(entry.text.splitlines()) > 0


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("textwrap", "module"),
        ("textwrap.TextWrapper", "class"),
        ("textwrap.dedent", "function"),
        ("math.sqrt", "function"),
        ("builtins.str.split", "method"),
        ("builtins.dict.fromkeys", "method"),
        ("collections.deque", "class"),
    ],
)
def test_known_things_are_found(library: list[Entry], name: str, kind: str) -> None:
    assert [entry.kind for entry in library if entry.name == name] == [kind]


def test_nothing_private_or_reexported_is_read(library: list[Entry]) -> None:
    names = {entry.name for entry in library}
    assert not [name for name in names if any(part.startswith("_") for part in name.split("."))]
    assert not [name for name in names if name.startswith(("test.", "idlelib.", "sqlite3.Date"))]


def test_a_folder_is_read_without_importing(tmp_path: Path) -> None:
    (tmp_path / "pkg" / "tests").mkdir(parents=True)
    (tmp_path / "pkg" / "__init__.py").write_text(SOURCE + "\nraise SystemExit\n")
    (tmp_path / "pkg" / "_private.py").write_text('"""Private."""')
    (tmp_path / "pkg" / "tests" / "case.py").write_text('"""A test."""')
    (tmp_path / "broken.py").write_text("def (")
    (tmp_path / "binary.py").write_bytes(b"\x00\xff")
    seen: list[tuple[int, int]] = []
    entries = read_corpus(tmp_path, lambda done, total: seen.append((done, total)))
    assert [(entry.name, entry.kind, entry.summary, entry.length) for entry in entries] == [
        ("pkg", "module", "A module.", 3),
        ("pkg.Shape", "class", "A shape.", 3),
        ("pkg.Shape.area", "method", "Return the area.", 1),
        ("pkg.Shape.Corner", "class", "Where edges meet.", 1),
        ("pkg.draw", "function", "Draw a shape.", 1),
        ("pkg.chosen", "function", "Say which.", 1),
    ]
    assert entries[0].text == "A module.\n\nWith more to say."
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_the_garbage_collector_is_left_as_it_was(tmp_path: Path) -> None:
    read_corpus(tmp_path)
    assert gc.isenabled()
