"""Aliases: create, rename, delete, list."""

from __future__ import annotations

from aqdrant import models
from aqdrant.exceptions import Conflict, NotFound
from aqdrant.operations import GetCollectionAliases, GetCollectionsAliases, UpdateAliases
from aqdrant_local.locks import Patience
from aqdrant_local.state import State, missing_collection

from ._table import handles


@handles(UpdateAliases)
def update_aliases(state: State, operation: UpdateAliases, patience: Patience) -> bool:
    """Run all actions in order, or none."""
    with state.gate.exclusive(patience):
        aliases = dict(state.aliases)
        for action in operation.body.actions:
            if isinstance(action, models.CreateAliasOperation):
                _create(state, aliases, action.create_alias)
            elif isinstance(action, models.DeleteAliasOperation):
                aliases.pop(action.delete_alias.alias_name, None)
            else:
                _rename(state, aliases, action.rename_alias)
        state.keep_aliases(aliases)
    return True


def _create(state: State, aliases: dict[str, str], wanted: models.CreateAlias) -> None:
    if wanted.collection_name not in state.collections:
        raise missing_collection(wanted.collection_name)
    _must_be_free(state, wanted.alias_name)
    aliases[wanted.alias_name] = wanted.collection_name


def _rename(state: State, aliases: dict[str, str], wanted: models.RenameAlias) -> None:
    if wanted.old_alias_name not in aliases:
        raise NotFound(f"Alias `{wanted.old_alias_name}` doesn't exist!")
    _must_be_free(state, wanted.new_alias_name)
    aliases[wanted.new_alias_name] = aliases.pop(wanted.old_alias_name)


def _must_be_free(state: State, name: str) -> None:
    if name in state.collections:
        raise Conflict(f"Collection `{name}` already exists!")


@handles(GetCollectionsAliases)
def get_aliases(
    state: State, operation: GetCollectionsAliases, patience: Patience
) -> models.CollectionsAliasesResponse:
    """List all aliases."""
    return _described(state.aliases)


@handles(GetCollectionAliases)
def get_collection_aliases(
    state: State, operation: GetCollectionAliases, patience: Patience
) -> models.CollectionsAliasesResponse:
    """List the aliases of one collection; none where it does not exist."""
    name = operation.collection_name
    return _described({alias: to for alias, to in state.aliases.items() if to == name})


def _described(aliases: dict[str, str]) -> models.CollectionsAliasesResponse:
    return models.CollectionsAliasesResponse(
        aliases=[
            models.AliasDescription(alias_name=alias, collection_name=name)
            for alias, name in sorted(aliases.items())
        ]
    )
