"""Uploads into the engine: tables, arrays, the sync client, bars. What went in comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from aqdrant import AsyncQdrantClient, QdrantClient, models, uploads
from aqdrant.exceptions import ArgumentError, UploadFailed

C = "texts"
UUID = "00000000-0000-0000-0000-000000000001"
VECTORS = np.arange(8, dtype=np.float32).reshape(4, 2)
ROWS: dict[str, Any] = {
    "id": [1, 2, 3, 4],
    "name": ["a", "b", None, "d"],
    "year": [1, 2, 3, 4],
}


def table(kind: str) -> Any:
    if kind == "pandas":
        frame = pd.DataFrame(ROWS)
        frame["vector"] = list(VECTORS)
        return frame
    if kind == "polars":
        return pl.DataFrame(ROWS).with_columns(pl.Series("vector", VECTORS))
    if kind == "polars lists":
        return pl.DataFrame({**ROWS, "vector": VECTORS.tolist()})
    column = pa.FixedSizeListArray.from_arrays(pa.array(VECTORS.ravel()), 2)
    if kind == "arrow lists":
        column = pa.array(VECTORS.tolist())
    return pa.table({**ROWS, "vector": column})


def client_with(**vectors: Any) -> QdrantClient:
    client = QdrantClient(":memory:")
    client.create_collection(C, vectors or models.VectorParams(size=2, distance="Dot"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    return client


@pytest.mark.parametrize("kind", ["pandas", "polars", "polars lists", "arrow", "arrow lists"])
@pytest.mark.parametrize("start", [0, 3])
def test_table_becomes_points(kind: str, start: int) -> None:
    with client_with() as client:
        result = client.upload_points(C, table(kind), start=start)
        assert (result.points, result.checkpoint, result.total) == (4 - start, 4, 4)
        records, _ = client.scroll(C, with_vectors=True)
        assert [record.id for record in records] == ROWS["id"][start:]
        assert records[-1].payload == {"name": "d", "year": 4}
        assert [record.vector for record in records] == VECTORS[start:].tolist()
        if not start:
            assert records[2].payload == {"name": None, "year": 3}


MULTIVECTORS: list[Any] = [[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]]
ROW = pa.list_(pa.float32(), 2)


@pytest.mark.parametrize(
    "column",
    [
        pa.array(MULTIVECTORS, pa.list_(ROW, 2)),
        pa.array(MULTIVECTORS, pa.large_list(ROW)),
        pa.FixedShapeTensorArray.from_numpy_ndarray(np.array(MULTIVECTORS, np.float32)),
        pl.Series(MULTIVECTORS, dtype=pl.Array(pl.Array(pl.Float32, 2), 2)),
        pl.Series(MULTIVECTORS),
        pd.Series(MULTIVECTORS, dtype=pd.ArrowDtype(pa.list_(ROW))),
    ],
    ids=["fixed", "lists", "tensors", "polars arrays", "polars lists", "pandas of arrow"],
)
def test_multivectors_come_in_any_kind_of_column(column: Any) -> None:
    multi = models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM)
    params = models.VectorParams(size=2, distance=models.Distance.DOT, multivector_config=multi)
    of = {pd.Series: pd.DataFrame, pl.Series: pl.DataFrame}.get(type(column), pa.table)
    with QdrantClient(":memory:") as client:
        client.create_collection(C, params)
        client.upload_points(C, of({"id": pa.array([1, 2]), "vector": column}))
        records, _ = client.scroll(C, with_vectors=True)
        assert [record.vector for record in records] == MULTIVECTORS


def test_vectors_in_lists_are_refused_one_by_one() -> None:
    lists = [[1.0, 2.0], [3.0], None, [4.0, None], [5.0, 6.0]]
    for of in (pa.table, pl.DataFrame):
        table: Any = of({"id": [1, 2, 3, 4, 5], "vector": lists})
        for part in (table, table.slice(1, 1)):
            with client_with() as client:
                result = client.upload_points(C, part, raise_failures=False)
                assert [failure.id for failure in result.failures] == [2, 3, 4][: len(part)]
                assert client.count(C).count == result.points == (2 if len(part) > 1 else 0)


def test_table_of_a_derived_class_is_one() -> None:
    class Places(pd.DataFrame):
        pass

    with client_with() as client:
        client.upload_points(C, Places(table("pandas")))
        assert client.count(C).count == 4


def test_columns_of_a_table_are_named_vectors() -> None:
    with client_with(a={"size": 2, "distance": "Dot"}) as client:
        client.upload_points(C, pl.DataFrame({"a": VECTORS.tolist(), "b": [1, 2, 3, 4]}))
        records, _ = client.scroll(C, with_vectors=["a"])
        assert all(
            record.payload is not None and set(record.payload) == {"b"} for record in records
        )
        assert all(isinstance(record.id, str) for record in records)
        with pytest.raises(ArgumentError, match="no column of vectors: 'vector', 'a'"):
            client.upload_points(C, pl.DataFrame({"x": [1]}))


@pytest.mark.parametrize("kind", ["arrow", "pandas", "polars"])
def test_own_tables_go_back_in(kind: str) -> None:
    multi = {"size": 2, "distance": "Dot", "multivector_config": {"comparator": "max_sim"}}
    points: list[Any] = [
        {"id": UUID, "vector": {"a": [1.0, 2.0], "text": [[1.0, 2.0], [3.0, 4.0]]}},
        {"id": 2, "vector": {"s": {"indices": [1], "values": [0.5]}}},
        {"id": 3, "vector": {}},
    ]
    with QdrantClient(":memory:") as client:
        vectors: Any = {"a": {"size": 2, "distance": "Dot"}, "text": multi}
        client.create_collection(C, vectors, {"s": models.SparseVectorParams()})
        client.upsert(C, [{**one, "payload": {"text": n}} for n, one in enumerate(points)])
        page = client.scroll(C, with_vectors=True)
        table = getattr(page, f"to_{kind}")()
        client.delete(C, [UUID, 2, 3])
        client.upload_points(C, table.to_reader() if kind == "arrow" else table)
        assert client.scroll(C, with_vectors=True).points == page.points


def test_labels_and_moments_of_pandas() -> None:
    frame = pd.DataFrame({"vector": VECTORS.tolist(), 0: pd.to_datetime(["2020-01-02", None] * 2)})
    with client_with() as client:
        client.upload_points(C, frame.assign(id=[1, 2, 3, 4]))
        found = [record.payload for record in client.scroll(C, limit=2).points]
        assert found == [{"0": "2020-01-02T00:00:00"}, {"0": None}]
        client.upsert(C, [{"id": 5, "vector": [1, 2], "payload": {"at": pd.Timestamp(0)}}])
        with pytest.raises(ArgumentError, match="NaTType, which has no form in JSON"):
            client.upsert(C, [{"id": 5, "vector": [1, 2], "payload": {"at": pd.NaT}}])
        with pytest.raises(ArgumentError, match="two columns '0'"):
            client.upload_points(C, frame.assign(**{"0": 1}))


def test_memmap_is_uploaded_in_slices(tmp_path: Path) -> None:
    stored = np.memmap(tmp_path / "vectors", np.float32, "w+", shape=(3000, 2))
    stored[:, 0] = np.arange(3000)
    with client_with() as client:
        result = client.upload_collection(C, stored, ids=range(3000))
        assert (result.points, result.batches) == (3000, 3)
        assert client.retrieve(C, [2999], with_vectors=True)[0].vector == [2999.0, 0.0]


def test_sync_client_reads_the_source_in_the_callers_thread() -> None:
    import threading

    threads: set[int] = set()

    def points() -> Any:
        for number in range(5):
            threads.add(threading.get_ident())
            yield {"id": number, "vector": [1.0, 2.0]}

    with client_with() as client:
        result = client.upload_points(
            C, points(), on_progress=lambda _: threads.add(threading.get_ident())
        )
        assert result.points == client.count(C).count == 5
    assert threads == {threading.get_ident()}


@pytest.mark.parametrize("bar", [uploads.TqdmBar, uploads.RichBar])
def test_bars_show_the_points(bar: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with client_with() as client:
        client.upload_collection(C, VECTORS, on_progress=bar("my texts"))
    captured = capsys.readouterr()
    assert "my texts" in captured.out + captured.err
    assert "100%" in captured.out + captured.err


async def test_wrong_points_are_named_and_the_others_are_there() -> None:
    async with AsyncQdrantClient(":memory:") as client:
        await client.create_collection(C, models.VectorParams(size=2, distance=models.Distance.DOT))
        points = [{"id": n, "vector": [1.0] * (3 if n == 7 else 2)} for n in range(20)]
        with pytest.raises(UploadFailed, match="point 7: unnamed vector has 3 dimensions"):
            await client.upload_points(C, points)
        assert (await client.count(C)).count == 19
