# Generated from _async/migration.py by `python -m aqdrant._tools.generate_sync`; do not edit.
"""The sync side of `aqdrant._async.migration`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aqdrant._async.migration import OnMigration
from aqdrant._sync.core import ClientCore
from aqdrant.migration.planning import MigrationResult

__all__ = ["MigrationMethods"]


class MigrationMethods(ClientCore):
    """Copy collections to another client."""

    def migrate(
        self,
        dest_client: Any,
        collection_names: Sequence[str] | None = None,
        batch_size: int = 100,
        recreate_on_collision: bool = False,
        *,
        with_aliases: bool = False,
        resume: bool = False,
        verify: bool = True,
        parallel: int = 1,
        on_progress: OnMigration | None = None,
    ) -> list[MigrationResult]:
        """Copy collections to another client, between any two transports.

        Configuration, payload indexes, shard keys and points are carried. Pages are read while
        others are written. What cannot be carried is refused before anything is written.

        Args:
            dest_client: the other client, of the same kind as this one.
            collection_names: the collections; all of them by default.
            batch_size: points read and written at once.
            recreate_on_collision: replace collections that the other client has.
            with_aliases: carry aliases, too.
            resume: go on with collections that are there: points that the other client has, by
                their ids, are left as they are.
            verify: compare the numbers of points, and the content of some, in the end.
            parallel: batches under way at once.
            on_progress: called with the result so far after each batch, as by `upload_points`.

        Returns:
            One result for each collection.

        Raises:
            NotFound: there is no such collection here.
            ArgumentError: the other client has one already.
            UnsupportedOperation: a collection has what cannot be carried, or what the other
                side does not know; nothing was written.
            MigrationFailed: the copy is not what the source is.
        """
        return self._run(
            self._async.migrate(
                dest_client,
                collection_names,
                batch_size,
                recreate_on_collision,
                with_aliases=with_aliases,
                resume=resume,
                verify=verify,
                parallel=parallel,
                on_progress=on_progress,
            )
        )
