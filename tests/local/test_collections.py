"""Collections, aliases, settings, payload indexes."""

from __future__ import annotations

from typing import Any

import pytest

from aqdrant import models, operations
from aqdrant.exceptions import BadRequest, Conflict, NotFound, UnsupportedOperation
from aqdrant.models._reading import SERVED, read

from .conftest import Engine


def aliases(engine: Engine, *actions: models.AliasOperations) -> None:
    body = models.ChangeAliasesOperation(actions=list(actions))
    engine.run(operations.UpdateAliases, None, body=body)


def create_alias(alias: str, collection: str) -> models.CreateAliasOperation:
    made = models.CreateAlias(collection_name=collection, alias_name=alias)
    return models.CreateAliasOperation(create_alias=made)


def known_aliases(engine: Engine) -> dict[str, str]:
    listed = engine.run(operations.GetCollectionsAliases, None).aliases
    return {alias.alias_name: alias.collection_name for alias in listed}


def test_life_of_a_collection(engine: Engine) -> None:
    assert not engine.run(operations.CollectionExists).exists
    engine.dense()
    assert engine.run(operations.CollectionExists).exists
    listed = engine.run(operations.GetCollections, None).collections
    assert [collection.name for collection in listed] == ["c"]
    with pytest.raises(Conflict, match="already exists") as error:
        engine.dense()
    assert error.value.status_code == 409
    assert error.value.operation == "CreateCollection"
    assert engine.run(operations.DeleteCollection) is True
    assert engine.run(operations.DeleteCollection) is False
    with pytest.raises(NotFound, match="Collection `c` doesn't exist!"):
        engine.run(operations.GetCollection)


def test_settings_are_completed_and_overlaid(engine: Engine) -> None:
    engine.create(
        vectors=models.VectorParams(size=4, distance=models.Distance.COSINE),
        hnsw_config=models.HnswConfigDiff(m=24),
        metadata={"kept": 1, "dropped": 2},
    )
    config = engine.run(operations.GetCollection).config
    assert config.hnsw_config.m == 24
    assert config.hnsw_config.ef_construct == 100
    assert config.params.vectors.size == 4
    body = models.UpdateCollection(
        hnsw_config=models.HnswConfigDiff(ef_construct=50),
        optimizers_config=models.OptimizersConfigDiff(
            max_optimization_threads=models.MaxOptimizationThreadsSetting.AUTO
        ),
        vectors={"": models.VectorParamsDiff(on_disk=True)},
        metadata={"dropped": None, "new": 3},
    )
    assert engine.run(operations.UpdateCollection, body=body) is True
    config = engine.run(operations.GetCollection).config
    assert (config.hnsw_config.m, config.hnsw_config.ef_construct) == (24, 50)
    assert config.params.vectors.on_disk is True
    assert config.metadata == {"kept": 1, "new": 3}
    body = models.UpdateCollection(vectors={"nope": models.VectorParamsDiff(on_disk=True)})
    with pytest.raises(BadRequest, match="'nope'"):
        engine.run(operations.UpdateCollection, body=body)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"vectors": models.VectorParams(size=0, distance=models.Distance.DOT)}, "1 to 65536"),
        (
            {
                "vectors": {"x": models.VectorParams(size=1, distance=models.Distance.DOT)},
                "sparse_vectors": {"x": models.SparseVectorParams()},
            },
            "unique",
        ),
        ({"sparse_vectors": {"": models.SparseVectorParams()}}, "needs a name"),
    ],
)
def test_bad_settings(engine: Engine, body: dict[str, Any], text: str) -> None:
    with pytest.raises(BadRequest, match=text):
        engine.create(**body)
    assert not engine.run(operations.CollectionExists).exists


@pytest.mark.parametrize("name", ["", "a/b", "x" * 256, ".."])
def test_bad_names(engine: Engine, name: str) -> None:
    with pytest.raises(BadRequest, match="cannot name a collection"):
        engine.dense(name=name)


def test_aliases_stand_for_their_collection(engine: Engine) -> None:
    engine.fill({"n": 0})
    aliases(engine, create_alias("x", "c"), create_alias("y", "c"))
    assert engine.ids(collection="x") == [0]
    assert engine.run(operations.CollectionExists, "x").exists
    renamed = models.RenameAlias(old_alias_name="y", new_alias_name="z")
    aliases(engine, models.RenameAliasOperation(rename_alias=renamed))
    assert known_aliases(engine) == {"x": "c", "z": "c"}
    listed = engine.run(operations.GetCollectionAliases).aliases
    assert [alias.alias_name for alias in listed] == ["x", "z"]
    assert engine.run(operations.DeleteCollection, "x") is False
    with pytest.raises(BadRequest, match="Alias with the same name"):
        engine.dense(name="z")
    assert engine.run(operations.DeleteCollection) is True
    assert known_aliases(engine) == {}


def test_alias_actions_are_run_all_or_none(engine: Engine) -> None:
    engine.dense()
    with pytest.raises(NotFound, match="`nope`"):
        aliases(engine, create_alias("x", "c"), create_alias("y", "nope"))
    assert known_aliases(engine) == {}
    with pytest.raises(Conflict, match="already exists"):
        aliases(engine, create_alias("c", "c"))


def test_payload_indexes_are_on_record(engine: Engine) -> None:
    engine.fill({"k": "a", "n": 1}, {"k": "b", "n": 1.5}, {"k": ["a", "b"], "n": "x"}, None)
    for key, kind in (("k", "keyword"), ("n", "integer"), ("n.deep", "float")):
        body = models.CreateFieldIndex(field_name=key, field_schema=models.PayloadSchemaType(kind))
        engine.run(operations.CreateFieldIndex, body=body, wait=True)
    schema = engine.run(operations.GetCollection).payload_schema
    assert {key: (info.data_type, info.points) for key, info in schema.items()} == {
        "k": ("keyword", 3),
        "n": ("integer", 1),
        "n.deep": ("float", 0),
    }
    engine.run(operations.DeleteFieldIndex, field_name="k")
    engine.run(operations.DeleteFieldIndex, field_name="never")
    assert list(engine.run(operations.GetCollection).payload_schema) == ["n", "n.deep"]


def test_settings_belong_to_the_engine(engine: Engine) -> None:
    vectors = {"v": models.VectorParams(size=2, distance=models.Distance.DOT)}
    metadata = {"deep": [1]}
    engine.create(vectors=vectors, metadata=metadata)
    schema = models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=True)
    index = models.CreateFieldIndex(field_name="k", field_schema=schema)
    engine.run(operations.CreateFieldIndex, body=index)
    vectors["w"] = vectors.pop("v")
    vectors["w"].size = 3
    metadata["deep"].append(2)
    schema.is_tenant = False
    for _ in range(2):
        info = engine.run(operations.GetCollection)
        assert {name: params.size for name, params in info.config.params.vectors.items()} == {
            "v": 2
        }
        assert info.config.metadata == {"deep": [1]}
        assert info.payload_schema["k"].params.is_tenant is True
        info.config.params.vectors["v"].size = 4
        info.payload_schema["k"].params.is_tenant = False
    changes = {"more": [1]}
    engine.run(operations.UpdateCollection, body=models.UpdateCollection(metadata=changes))
    changes["more"].append(2)
    info = engine.run(operations.GetCollection)
    assert info.config.metadata == {"deep": [1], "more": [1]}


def test_vector_names_come_and_go(engine: Engine) -> None:
    engine.create(vectors={"a": models.VectorParams(size=2, distance=models.Distance.DOT)})
    engine.upsert(models.PointStruct(id=1, vector={"a": [1.0, 2.0]}))
    dense = models.DenseVectorNameConfig(
        dense=models.DenseVectorConfig(size=3, distance=models.Distance.EUCLID)
    )
    sparse = models.SparseVectorNameConfig(sparse=models.SparseVectorConfig())
    engine.run(operations.CreateVectorName, vector_name="b", body=dense)
    engine.run(operations.CreateVectorName, vector_name="b", body=dense)
    engine.run(operations.CreateVectorName, vector_name="s", body=sparse)
    with pytest.raises(BadRequest, match="already exists"):
        engine.run(operations.CreateVectorName, vector_name="s", body=dense)
    point = models.PointVectors(id=1, vector={"b": [1.0, 2.0, 3.0]})
    body = models.UpdateVectors(points=[point])
    engine.run(operations.UpdateVectors, body=body)
    assert [hit.id for hit in engine.query(query=[0.0, 0.0, 0.0], using="b")] == [1]
    assert engine.query(query=models.SparseVector(indices=[1], values=[1.0]), using="s") == []
    engine.run(operations.DeleteVectorName, vector_name="b")
    engine.run(operations.DeleteVectorName, vector_name="never")
    with pytest.raises(BadRequest, match="no vector 'b'"):
        engine.query(query=[0.0, 0.0, 0.0], using="b")
    assert engine.get(1)[1].vector == {"a": [1.0, 2.0]}
    params = engine.run(operations.GetCollection).config.params
    assert list(params.vectors) == ["a"]
    assert list(params.sparse_vectors) == ["s"]


def test_operations_without_handler_are_refused(engine: Engine) -> None:
    class Foreign(operations.Operation[None], frozen=True):
        """An operation of a third party."""

    with pytest.raises(UnsupportedOperation, match="does not run Foreign") as error:
        engine.transport.try_execute(Foreign())
    assert error.value.supported_by


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"shard_number": 0}, "shard_number"),
        ({"vectors": {"a": {"size": 65_537, "distance": "Dot"}}}, "vectors.a.size"),
        ({"hnsw_config": {"ef_construct": 3}}, "hnsw_config.ef_construct"),
        ({"optimizers_config": {"deleted_threshold": 1.5}}, "optimizers_config.deleted_threshold"),
        ({"wal_config": {"wal_capacity_mb": 0}}, "wal_config.wal_capacity_mb"),
        ({"strict_mode_config": {"max_query_limit": 0}}, "strict_mode_config.max_query_limit"),
        (
            {"quantization_config": {"scalar": {"type": "int8", "quantile": 0.4}}},
            "quantization_config.scalar.quantile",
        ),
    ],
)
def test_a_number_out_of_its_bounds_is_named(
    engine: Engine, settings: dict[str, Any], name: str
) -> None:
    # As one that is served: a client is refused earlier.
    body = read(settings, models.CreateCollection, "body", SERVED)
    with pytest.raises(BadRequest, match=f" {name} must be") as refused:
        engine.run(operations.CreateCollection, "bounds", body=body)
    assert (refused.value.status_code, refused.value.parameter) == (422, name)
    if "hnsw_config" in settings:
        engine.run(operations.CreateCollection, "bounds", body=models.CreateCollection())
        change = read(settings, models.UpdateCollection, "body", SERVED)
        with pytest.raises(BadRequest, match=f" {name} must be"):
            engine.run(operations.UpdateCollection, "bounds", body=change)
