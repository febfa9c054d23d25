"""Aliases: other names of collections."""

from __future__ import annotations

from aqdrant import models
from aqdrant.exceptions import NotFound
from aqdrant.testing.cases.data import DOT, point
from aqdrant.testing.kit import Cases, Lab, raises

__all__ = ["case"]

case = Cases("aliases")


def create(collection: str, alias: str) -> models.CreateAliasOperation:
    return models.CreateAliasOperation(
        create_alias=models.CreateAlias(collection_name=collection, alias_name=alias)
    )


def delete(alias: str) -> models.DeleteAliasOperation:
    return models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=alias))


@case()
async def stand_for_their_collection(lab: Lab) -> None:
    name, alias = await lab.collection(DOT, [point(1, 1, 0)]), lab.name()
    assert await lab.client.update_collection_aliases([create(name, alias)]) is True
    assert await lab.ids(alias) == [1]
    await lab.client.upsert(alias, [point(2, 0, 1)])
    assert await lab.ids(name) == [1, 2]
    assert await lab.client.collection_exists(alias) is True
    await lab.client.update_collection_aliases([delete(alias)])
    assert await lab.ids(name) == [1, 2]


@case()
async def are_listed(lab: Lab) -> None:
    name, alias = await lab.collection(DOT), lab.name()
    await lab.client.update_collection_aliases([create(name, alias)])
    wanted = models.AliasDescription(alias_name=alias, collection_name=name)
    assert (await lab.client.get_collection_aliases(name)).aliases == [wanted]
    assert wanted in (await lab.client.get_aliases()).aliases
    await lab.client.update_collection_aliases([delete(alias)])
    assert (await lab.client.get_collection_aliases(name)).aliases == []


@case()
async def move_in_one_step(lab: Lab) -> None:
    old = await lab.collection(DOT, [point(1, 1, 0)])
    new = await lab.collection(DOT, [point(2, 1, 0)])
    alias = lab.name()
    await lab.client.update_collection_aliases([create(old, alias)])
    await lab.client.update_collection_aliases([delete(alias), create(new, alias)])
    assert await lab.ids(alias) == [2]
    await lab.client.update_collection_aliases([delete(alias)])


@case()
async def are_renamed(lab: Lab) -> None:
    name, first, second = await lab.collection(DOT, [point(1, 1, 0)]), lab.name(), lab.name()
    await lab.client.update_collection_aliases([create(name, first)])
    rename = models.RenameAlias(old_alias_name=first, new_alias_name=second)
    await lab.client.update_collection_aliases([models.RenameAliasOperation(rename_alias=rename)])
    assert await lab.ids(second) == [1]
    assert await lab.client.collection_exists(first) is False
    await lab.client.update_collection_aliases([delete(second)])


@case()
async def need_a_collection(lab: Lab) -> None:
    alias = lab.name()
    with raises(NotFound):
        await lab.client.update_collection_aliases([create(lab.name(), alias)])
    assert await lab.client.collection_exists(alias) is False


@case()
async def end_with_their_collection(lab: Lab) -> None:
    name, alias = await lab.collection(DOT), lab.name()
    await lab.client.update_collection_aliases([create(name, alias)])
    await lab.client.delete_collection(name)
    listed = (await lab.client.get_aliases()).aliases
    assert alias not in [description.alias_name for description in listed]
