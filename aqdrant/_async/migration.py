"""The method that copies collections to another client."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from aqdrant import models
from aqdrant._async.core import ClientCore
from aqdrant._async.shaping import at_least, flag, optional
from aqdrant._portal import in_portal, on_loop
from aqdrant.exceptions import ArgumentError
from aqdrant.migration.copying import Copy
from aqdrant.migration.planning import MigrationResult, Plan, make_collections, make_plans
from aqdrant.models._scalars import kind_of
from aqdrant.uploads.bars import check_progress, close_bar

if TYPE_CHECKING:
    from aqdrant._async.client import AsyncQdrantClient

__all__ = ["MigrationMethods"]

OnMigration: TypeAlias = Callable[[MigrationResult], object]


class MigrationMethods(ClientCore):
    """Copy collections to another client."""

    @on_loop
    async def migrate(
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
        target = _target_of(dest_client)
        source = cast("AsyncQdrantClient", self)
        _check_apart(source, target)
        names = optional(collection_names, list[str], "collection_names")
        check_progress(on_progress)
        resume, verify = flag(resume, "resume"), flag(verify, "verify")
        size, at_once = at_least(1, batch_size, "batch_size"), at_least(0, parallel, "parallel")
        plans = await make_plans(
            source,
            target,
            names,
            recreate=flag(recreate_on_collision, "recreate_on_collision"),
            resume=resume,
            with_aliases=flag(with_aliases, "with_aliases"),
        )
        await make_collections(target, plans, resume=resume)
        results: list[MigrationResult] = []
        try:
            for plan in plans:
                copy = Copy(source, target, plan, resume=resume, on_progress=on_progress)
                await copy.carry(size, at_once)
                if verify:
                    await copy.verify()
                await _make_aliases(target, plan)
                copy.result.aliases = plan.aliases
                await copy.finish()
                results.append(copy.result)
        finally:
            close_bar(on_progress)
        return results


async def _make_aliases(target: AsyncQdrantClient, plan: Plan) -> None:
    if plan.aliases:
        make = partial(models.CreateAlias, collection_name=plan.name)
        created = [make(alias_name=alias) for alias in plan.aliases]
        await target.update_collection_aliases(
            [models.CreateAliasOperation(create_alias=one) for one in created]
        )


def _check_apart(source: Any, target: Any) -> None:
    """Refuse to copy onto itself: what is to be replaced would be gone before it is read."""
    ours, theirs = source._given_transport, target._given_transport
    is_same = source is target or (ours is not None and ours is theirs)
    if ours is None and theirs is None and source._config.scheme != "memory":
        is_same = is_same or source._config.target == target._config.target
    if is_same:
        raise ArgumentError(
            "dest_client is of the same database as this one.",
            parameter="dest_client",
            fix="A collection keeps its name in a migration, so it goes to another database.",
        )


def _target_of(client: Any) -> AsyncQdrantClient:
    """The async client to write to: the given one, or the one that a sync client holds."""
    inner = getattr(client, "_async", client)
    if not isinstance(inner, MigrationMethods):
        raise ArgumentError(
            f"dest_client: {kind_of(client)}, wanted a client of aqdrant.", parameter="dest_client"
        )
    if inner is not client:
        if not in_portal():
            raise ArgumentError(
                "dest_client is a sync client.",
                parameter="dest_client",
                fix="Pass an AsyncQdrantClient.",
            )
        # It is used on the portal, so it has to be closed there.
        client._lease.hold()
    return cast("AsyncQdrantClient", inner)
