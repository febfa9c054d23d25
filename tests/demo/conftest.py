"""A small library for the demo to read, and caches that are not the user's."""

from __future__ import annotations

from pathlib import Path

import pytest

from aqdrant._demo import corpus

SOURCE = '''
"""Files and dates."""

def copy_file(source, target):
    """Copy a file with all its metadata."""

def move_file(source, target):
    """Move a file to another folder."""

def parse_date(text):
    """Parse a date from text."""

class DateParser:
    """Parse dates of many formats from texts."""

    def parse(self, text):
        """Return the first date found in a text."""

class FileTree:
    """A tree of files and folders."""
'''


@pytest.fixture
def small_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Read a library of seven docstrings in place of the installed Python's; its only file."""
    file = tmp_path / "library" / "things.py"
    file.parent.mkdir()
    file.write_text(SOURCE)
    paths = {"stdlib": str(file.parent)}
    monkeypatch.setattr(corpus.sysconfig, "get_paths", lambda: paths)
    monkeypatch.setattr(corpus, "_IN_C", ())
    return file


@pytest.fixture(autouse=True)
def caches(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of caches for this test alone, also for the programs that it starts."""
    folder = tmp_path_factory.mktemp("caches")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder
