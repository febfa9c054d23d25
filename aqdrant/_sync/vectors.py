# Generated from _async/vectors.py by `python -m aqdrant._tools.generate_sync`; do not edit.
"""The sync side of `aqdrant._async.vectors`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aqdrant import models
from aqdrant._async.shaping import FilterLike, SelectorLike
from aqdrant._sync.core import ClientCore

__all__ = ["VectorMethods"]


class VectorMethods(ClientCore):
    """Set and delete vectors; add and drop named vectors."""

    def update_vectors(
        self,
        collection_name: str,
        points: Iterable[models.PointVectors | Mapping[str, Any]],
        wait: bool = True,
        ordering: models.WriteOrdering | str | None = None,
        shard_key_selector: models.ShardKeySelector | None = None,
        update_filter: FilterLike | None = None,
        timeout: float | None = None,
    ) -> models.UpdateResult:
        """Set vectors of points; payloads and the points' other vectors stay.

        Args:
            collection_name: the collection.
            points: ids with their vectors, as models or dicts.
            wait: return when the change can be seen, not when it was accepted.
            ordering: which replica may take the write.
            shard_key_selector: shards to write to.
            update_filter: change only points that this filter matches.
            timeout: seconds for the whole call.

        Raises:
            NotFound: one of the points does not exist. Nothing was changed.
        """
        return self._drive(
            self._async.update_vectors(
                collection_name, points, wait, ordering, shard_key_selector, update_filter, timeout
            )
        )

    def delete_vectors(
        self,
        collection_name: str,
        vectors: Sequence[str],
        points: SelectorLike,
        wait: bool = True,
        ordering: models.WriteOrdering | str | None = None,
        shard_key_selector: models.ShardKeySelector | None = None,
        timeout: float | None = None,
    ) -> models.UpdateResult:
        """Delete vectors of points by name; the points stay.

        Args:
            collection_name: the collection.
            vectors: names of the vectors; the unnamed one is ``""``.
            points: ids, a filter, or either selector.
            wait: return when the change can be seen, not when it was accepted.
            ordering: which replica may take the write.
            shard_key_selector: shards to write to.
            timeout: seconds for the whole call.
        """
        return self._drive(
            self._async.delete_vectors(
                collection_name, vectors, points, wait, ordering, shard_key_selector, timeout
            )
        )

    def create_vector_name(
        self,
        collection_name: str,
        vector_name: str,
        vector_name_config: models.VectorNameConfig | Mapping[str, Any],
        wait: bool = True,
        ordering: models.WriteOrdering | str | None = None,
        timeout: float | None = None,
    ) -> models.UpdateResult:
        """Add a named vector to a collection; its points have none of it yet."""
        return self._drive(
            self._async.create_vector_name(
                collection_name, vector_name, vector_name_config, wait, ordering, timeout
            )
        )

    def delete_vector_name(
        self,
        collection_name: str,
        vector_name: str,
        wait: bool = True,
        ordering: models.WriteOrdering | str | None = None,
        timeout: float | None = None,
    ) -> models.UpdateResult:
        """Drop a named vector from a collection, for all its points."""
        return self._drive(
            self._async.delete_vector_name(collection_name, vector_name, wait, ordering, timeout)
        )
