"""Aliases: second names for collections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from aqdrant.models._model import Model
from aqdrant.models._unions import Untagged, by_key, declare

__all__ = [
    "AliasDescription",
    "AliasOperations",
    "ChangeAliasesOperation",
    "CollectionsAliasesResponse",
    "CreateAlias",
    "CreateAliasOperation",
    "DeleteAlias",
    "DeleteAliasOperation",
    "RenameAlias",
    "RenameAliasOperation",
]


class ChangeAliasesOperation(Model):
    """Changes of aliases, made together or not at all."""

    actions: Untagged[Sequence[AliasOperations]]


class CreateAlias(Model):
    """The alias to make and the collection it stands for."""

    collection_name: str
    alias_name: str


class CreateAliasOperation(Model):
    """Make an alias, or point it to another collection."""

    create_alias: CreateAlias


class DeleteAlias(Model):
    """The alias to drop."""

    alias_name: str


class DeleteAliasOperation(Model):
    """Drop an alias; the collection stays."""

    delete_alias: DeleteAlias


class RenameAlias(Model):
    """The alias to rename and its new name."""

    old_alias_name: str
    new_alias_name: str


class RenameAliasOperation(Model):
    """Rename an alias."""

    rename_alias: RenameAlias


class AliasDescription(Model):
    """An alias and the collection it stands for."""

    alias_name: str
    collection_name: str


class CollectionsAliasesResponse(Model):
    """The aliases there are."""

    aliases: list[AliasDescription]


AliasOperations: TypeAlias = CreateAliasOperation | DeleteAliasOperation | RenameAliasOperation

declare(
    AliasOperations,
    by_key(
        create_alias=CreateAliasOperation,
        delete_alias=DeleteAliasOperation,
        rename_alias=RenameAliasOperation,
    ),
)
