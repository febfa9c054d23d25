"""Which collections and aliases a folder has.

Used by `folder` and `snapshot`; the tables are described in the package.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import NamedTuple

from aqdrant import models

from .connection import Connection
from .errors import damaged
from .sums import numbers_mark, read_model, text_mark, written_model

__all__ = ["SCHEMA", "Catalog", "Listing"]

_KEY = re.compile("[0-9a-f]{16}")

SCHEMA = """
CREATE TABLE progress(changes INTEGER, collections INTEGER, aliases INTEGER, mark);
CREATE TABLE collections(name TEXT PRIMARY KEY, key TEXT UNIQUE NOT NULL, mark);
CREATE TABLE unused(key TEXT PRIMARY KEY, is_next INTEGER);
CREATE TABLE aliases(alias TEXT PRIMARY KEY, collection TEXT NOT NULL, mark);
"""


class Listing(NamedTuple):
    """What the catalog says at one moment."""

    changes: int
    keys: dict[str, str]
    """Keys of the collections by name, the oldest first."""
    aliases: dict[str, str]
    """Names of the collections by alias."""


class Catalog:
    """The tables of the catalog. Writes run inside a transaction of the caller."""

    def __init__(self, database: Connection) -> None:
        self._database = database

    def begin(self) -> None:
        """Fill the tables of a new catalog."""
        self._database.execute("INSERT INTO progress VALUES (0, 0, 0, ?)", (numbers_mark(0, 0, 0),))
        self._reserve()

    def listing(self) -> Listing:
        """What it says now, read in a transaction of the caller."""
        changes, collections, aliases = self._progress()
        keys = self._texts("SELECT name, key, mark FROM collections ORDER BY rowid")
        names = self._texts("SELECT alias, collection, mark FROM aliases ORDER BY rowid")
        if not all(_KEY.fullmatch(key) for key in keys.values()):
            raise self._damaged()
        if (len(keys), len(names)) != (collections, aliases):
            raise self._damaged()
        return Listing(changes, keys, names)

    def next_key(self) -> str | None:
        """The key of the collection that comes next; its file may be there already, half made."""
        found = self._database.execute("SELECT key FROM unused WHERE is_next").fetchone()
        return None if found is None else found[0]

    def unused_keys(self) -> list[str]:
        """The keys whose files, where there are any, belong to nothing."""
        found = self._database.execute("SELECT key FROM unused").fetchall()
        return [key for (key,) in found if _KEY.fullmatch(str(key))]

    def forget(self, key: str) -> None:
        """Note that the files of an unused key are gone."""
        self._database.execute("DELETE FROM unused WHERE key = ?", (key,))

    def spare(self) -> str:
        """Reserve one more key; its files are deleted at the next opening, unless it is used."""
        key = secrets.token_hex(8)
        self._database.execute("INSERT INTO unused VALUES (?, 0)", (key,))
        return key

    def put(self, name: str, key: str) -> None:
        """Have a collection under a key that was spare, in place of the one it had, if any."""
        changes, collections, aliases = self._progress()
        before = self._database.execute(
            "SELECT key FROM collections WHERE name = ?", (name,)
        ).fetchone()
        self.forget(key)
        if before is None:
            collections += 1
        else:
            self._database.execute("DELETE FROM collections WHERE name = ?", (name,))
            self._database.execute("INSERT INTO unused VALUES (?, 0)", before)
        self._database.execute(
            "INSERT INTO collections VALUES (?, ?, ?)", (name, key, text_mark(name, key))
        )
        self._set_progress(changes + 1, collections, aliases)

    def add(self, name: str, key: str) -> None:
        """Add a collection under the key that was the next one."""
        self.forget(key)
        self._reserve()
        self._database.execute(
            "INSERT INTO collections VALUES (?, ?, ?)", (name, key, text_mark(name, key))
        )
        changes, collections, aliases = self._progress()
        self._set_progress(changes + 1, collections + 1, aliases)

    def drop(self, name: str, key: str) -> None:
        """Take a collection off; its file belongs to nothing from then on."""
        self._database.execute("DELETE FROM collections WHERE name = ?", (name,))
        self._database.execute("INSERT INTO unused VALUES (?, 0)", (key,))
        changes, collections, aliases = self._progress()
        self._set_progress(changes + 1, collections - 1, aliases)

    def set_aliases(self, aliases: Mapping[str, str]) -> None:
        """Replace all aliases."""
        self._database.execute("DELETE FROM aliases")
        self._database.execute_many(
            "INSERT INTO aliases VALUES (?, ?, ?)",
            ((alias, name, text_mark(alias, name)) for alias, name in aliases.items()),
        )
        changes, collections, _ = self._progress()
        self._set_progress(changes + 1, collections, len(aliases))

    def quotas(self) -> models.QuotaConfig:
        """The quotas; those of a new folder where none were ever set."""
        sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'quotas'"
        if not self._database.execute(sql).fetchone():
            return models.QuotaConfig()
        text, mark = self._database.execute("SELECT config, mark FROM quotas").fetchone()
        return read_model(models.QuotaConfig, self._database.path, mark, "", text)

    def set_quotas(self, quotas: models.QuotaConfig) -> None:
        """Replace the quotas."""
        text = written_model(quotas)
        self._database.execute("CREATE TABLE IF NOT EXISTS quotas(config TEXT, mark)")
        self._database.execute("DELETE FROM quotas")
        self._database.execute("INSERT INTO quotas VALUES (?, ?)", (text, text_mark("", text)))

    def _reserve(self) -> None:
        self._database.execute("INSERT INTO unused VALUES (?, 1)", (secrets.token_hex(8),))

    def _progress(self) -> tuple[int, int, int]:
        found = self._database.execute("SELECT * FROM progress").fetchone()
        if found is None or numbers_mark(*found[:3]) != found[3]:
            raise self._damaged()
        changes, collections, aliases, _ = found
        return changes, collections, aliases

    def _set_progress(self, changes: int, collections: int, aliases: int) -> None:
        numbers = (changes, collections, aliases)
        self._database.execute(
            "UPDATE progress SET changes = ?, collections = ?, aliases = ?, mark = ?",
            (*numbers, numbers_mark(*numbers)),
        )

    def _texts(self, sql: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, text, mark in self._database.execute(sql):
            if not isinstance(name, str) or text_mark(name, text) != mark:
                raise self._damaged()
            found[name] = text
        return found

    def _damaged(self) -> Exception:
        return damaged(self._database.path, "its catalog is not what was written")
