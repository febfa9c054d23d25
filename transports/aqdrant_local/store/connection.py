"""A connection to one SQLite file, and statements on it.

`database` keeps one for writing; `snapshot` opens one to read, `files` one to make a file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from aqdrant.exceptions import ClientClosed

__all__ = ["Connection"]


class Connection:
    """Statements on an open file, by one thread at a time."""

    def __init__(self, path: Path, raw: sqlite3.Connection | None) -> None:
        self.path = path
        self._raw = raw

    @property
    def raw(self) -> sqlite3.Connection:
        """The connection itself.

        Raises:
            ClientClosed: the store was closed.
        """
        if self._raw is None:
            raise ClientClosed("The client is closed.", target=str(self.path.parent))
        return self._raw

    def execute(self, sql: str, values: Any = ()) -> sqlite3.Cursor:
        """Run one statement."""
        return self.raw.execute(sql, values)

    def execute_many(self, sql: str, values: Iterable[Any]) -> None:
        """Run one statement for each of the values."""
        self.raw.executemany(sql, values)

    def pages(self, sql: str, values: Any = (), *, size: int = 512) -> Iterator[list[Any]]:
        """The rows of a query, some at a time."""
        cursor = self.execute(sql, values)
        while rows := cursor.fetchmany(size):
            yield rows
