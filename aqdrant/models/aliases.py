"""TODO"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from ._model import Model
from ._unions import Untagged, by_key, declare

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
    """TODO"""

    actions: Untagged[Sequence[AliasOperations]]


class CreateAlias(Model):
    """TODO"""

    collection_name: str
    alias_name: str


class CreateAliasOperation(Model):
    """TODO"""

    create_alias: CreateAlias


class DeleteAlias(Model):
    """TODO"""

    alias_name: str


class DeleteAliasOperation(Model):
    """TODO"""

    delete_alias: DeleteAlias


class RenameAlias(Model):
    """TODO"""

    old_alias_name: str
    new_alias_name: str


class RenameAliasOperation(Model):
    """TODO"""

    rename_alias: RenameAlias


class AliasDescription(Model):
    """TODO"""

    alias_name: str
    collection_name: str


class CollectionsAliasesResponse(Model):
    """TODO"""

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
