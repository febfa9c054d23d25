"""The README's table of what differs from the official client: each row is checked.

A row is checked here, beside the installed official client, or by the test that it names elsewhere.
"""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

import aqdrant
from aqdrant import AsyncQdrantClient, QdrantClient, exceptions, models
from aqdrant.uploads import UploadResult
from tests.rest.canned import COUNTED
from tests.rest.test_transport import served

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the official client's own imports
    import qdrant_client
    from qdrant_client import models as official_models
    from qdrant_client.http.exceptions import UnexpectedResponse

ROOT: Final = Path(__file__).parents[2]
TWO: Final = models.VectorParams(size=2, distance=models.Distance.DOT)


def ours() -> QdrantClient:
    client = QdrantClient(":memory:")
    client.create_collection("c", TWO)
    return client


def model_names() -> None:
    from qdrant_client.conversions import common_types
    from qdrant_client.http import models as inner

    for name in ("PointStruct", "Filter", "Distance"):
        assert hasattr(models, name)
        assert hasattr(inner, name)
    assert hasattr(common_types, "Points")


def statuses() -> None:
    assert not issubclass(UnexpectedResponse, ValueError)
    with (
        served(lambda _: (404, b'{"status":{"error":"Not found"}}', "")) as url,
        QdrantClient(url, check_compatibility=False) as client,
        pytest.raises(exceptions.NotFound) as caught,
    ):
        client.count("c")
    assert isinstance(caught.value, exceptions.StatusError)
    assert caught.value.status_code == 404


def lost_connections() -> None:
    with (
        QdrantClient("http://127.0.0.1:1", retries=0) as client,
        pytest.raises(exceptions.TransportError),
    ):
        client.count("c")


def rate_limits() -> None:
    with (
        served(lambda _: (429, b'{"status":{"error":"slow"}}', "retry-after: 7\r\n")) as url,
        QdrantClient(url, retries=0, check_compatibility=False) as client,
        pytest.raises(exceptions.RateLimited) as caught,
    ):
        client.count("c")
    assert caught.value.retry_after == 7


def wrong_arguments() -> None:
    with ours() as client:
        with pytest.raises(ValueError, match="limit") as caught:
            client.query_points("c", query=[1.0, 2.0], limit="many")  # type: ignore[arg-type]
        assert isinstance(caught.value, exceptions.ArgumentError)
        with pytest.raises(LookupError) as missing:
            client.count("missing")
        assert isinstance(missing.value, exceptions.NotFound)


def raw_calls() -> None:
    official = qdrant_client.QdrantClient(":memory:")
    with pytest.raises(NotImplementedError):
        official.http  # noqa: B018  a property that raises
    with ours() as client:
        answer = client.http.collections_api.get_collections()
        assert (answer.status, [c.name for c in answer.result.collections]) == ("ok", ["c"])  # type: ignore[union-attr]
        assert client.http.service_api.readyz()
        with (
            pytest.raises(exceptions.NotFound),
            client.http.snapshots_api.get_snapshot("c", "none"),
        ):
            pass


def models_checked_late() -> None:
    with pytest.raises(ValueError, match="vector"):
        official_models.PointStruct(id=1, vector="no vector")  # type: ignore[arg-type]
    point = models.PointStruct(id=1, vector="no vector")  # type: ignore[arg-type]
    with ours() as client, pytest.raises(exceptions.ArgumentError, match=r"points\[0\]\.vector"):
        client.upsert("c", [point])
    with pytest.raises(exceptions.ArgumentError):
        models.PointStruct.model_validate({"id": 1, "vector": "no vector"})


def vectors_kept() -> None:
    array: Any = np.array([1.0, 2.0], dtype=np.float32)
    assert isinstance(official_models.PointStruct(id=1, vector=array).vector, list)
    point = models.PointStruct(id=1, vector=array)
    assert point.vector is array
    with ours() as client:
        client.upsert("c", [point])
        assert client.retrieve("c", [1], with_vectors=True)[0].vector == [1.0, 2.0]


def inputs() -> None:
    with ours() as client:
        client.upsert("c", ({"id": np.int64(n), "vector": (1, n)} for n in range(3)))
        assert client.count("c", {"must": [{"has_id": [np.int64(1)]}]}).count == 1


def grpc_messages() -> None:
    from qdrant_client import grpc

    message: Any = grpc.Filter()
    with ours() as client, pytest.raises(exceptions.ArgumentError):
        client.count("c", message)


def timeouts() -> None:
    with served(lambda _: COUNTED) as url, QdrantClient(url, check_compatibility=False) as client:
        assert client.count("c", timeout=9.9).count == 5
    assert "60 s" in str(AsyncQdrantClient.__init__.__doc__)


def uploads() -> None:
    assert not inspect.iscoroutinefunction(qdrant_client.AsyncQdrantClient.upload_points)
    assert inspect.iscoroutinefunction(AsyncQdrantClient.upload_points)
    with ours() as client:
        done = client.upload_points("c", [{"id": 1, "vector": [1, 2]}])
        assert isinstance(done, UploadResult)
        with pytest.raises(exceptions.UploadFailed):
            client.upload_points("c", [{"id": 1, "vector": [1, 2, 3]}])


def migrations() -> None:
    assert not inspect.iscoroutinefunction(qdrant_client.AsyncQdrantClient.migrate)
    assert inspect.iscoroutinefunction(AsyncQdrantClient.migrate)
    assert {"resume", "verify"} <= inspect.signature(QdrantClient.migrate).parameters.keys()


def managers() -> None:
    assert not hasattr(qdrant_client.AsyncQdrantClient, "__aenter__")
    assert not hasattr(qdrant_client.QdrantClient, "__enter__")
    assert hasattr(AsyncQdrantClient, "__aenter__")
    assert hasattr(QdrantClient, "__enter__")
    assert hasattr(QdrantClient, "close")


def closed() -> None:
    client = ours()
    client.close()
    with pytest.raises(RuntimeError) as caught:
        client.count("c")
    assert isinstance(caught.value, exceptions.ClientClosed)


def secrets() -> None:
    options: dict[str, Any] = {"url": "https://x", "api_key": "s3cr3t"}
    theirs = qdrant_client.AsyncQdrantClient(check_compatibility=False, **options)
    assert "s3cr3t" in repr(theirs.init_options)
    assert "s3cr3t" not in repr(AsyncQdrantClient(**options).init_options)


def indexes_count() -> None:
    with ours() as client:
        client.create_payload_index("c", "city", models.PayloadSchemaType.KEYWORD)
        assert "city" in client.get_collection("c").payload_schema
    theirs = qdrant_client.QdrantClient(":memory:")
    params = official_models.VectorParams(size=2, distance=official_models.Distance.DOT)
    theirs.create_collection("c", params)
    with warnings.catch_warnings(action="ignore"):
        theirs.create_payload_index("c", "city", official_models.PayloadSchemaType.KEYWORD)
    assert theirs.get_collection("c").payload_schema == {}


def bm25() -> None:
    with QdrantClient(":memory:") as client:
        client.create_collection("t", sparse_vectors_config={"w": models.SparseVectorParams()})
        text = models.Document(text="a red rose", model="Qdrant/bm25")
        client.upsert("t", [{"id": 1, "vector": {"w": text}}])
        rose = models.Document(text="rose", model="Qdrant/bm25")
        assert client.query_points("t", rose, using="w").points[0].id == 1


def no_serverless() -> None:
    assert not hasattr(aqdrant, "serverless")


CHECKS: Final[dict[str, Callable[[], None] | str]] = {
    "`qdrant_client.models`": model_names,
    "`UnexpectedResponse`": statuses,
    "`ResponseHandlingException`": lost_connections,
    "`ResourceExhaustedResponse`": rate_limits,
    "`AssertionError`": wrong_arguments,
    "`context_headers.headers`": "core/test_context.py::test_headers_nest_and_inner_ones_win",
    "`client.http` of": raw_calls,
    "`client.grpc_points.Up": "grpc/test_native.py::test_every_rpc_reaches_the_server",
    "models are pydantic classes": models_checked_late,
    "a vector in a model": vectors_kept,
    "what an argument may be": inputs,
    "messages of gRPC": grpc_messages,
    "`timeout` in whole seconds": timeouts,
    "nothing is tried again": "core/test_retry.py::test_transient_fault_is_tried_again",
    "no keep-alive": "rest/test_transport.py"
    "::test_connections_are_bounded_by_pool_size_and_by_limits",
    "answers are asked for packed": "rest/test_transport.py"
    "::test_compression_is_asked_for_where_it_is_wanted",
    "what an older server": "core/test_version_gate.py"
    "::test_what_is_newer_than_the_server_is_refused",
    "the version is checked": "core/test_version_gate.py"
    "::test_check_follows_the_first_call_that_succeeds",
    "`AsyncQdrantClient.upload_*`": uploads,
    "`parallel=` starts": "core/test_uploads.py"
    "::test_batches_under_way_are_bounded_and_the_source_is_read_as_it_goes",
    "`migrate` of": migrations,
    "no `async with`": managers,
    "`RuntimeError` from a closed": closed,
    "`init_options` shows": secrets,
    "local mode: payload indexes": indexes_count,
    "local mode: a second process": "local/test_store_errors.py"
    "::test_second_process_is_told_the_holder",
    "local mode: a folder": "local/test_official.py::test_neither_qdrant_client_nor_pickle_is_used",
    '`Document(model="Qdrant/bm25")`': bm25,
    "`qdrant_client.serverless`": no_serverless,
}
"""How a row begins → what checks it."""


def rows() -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text.split("| official client 1.20 | aqdrant |\n|---|---|\n")[1].split("\n\n")[0]
    return [re.split(r"(?<!\\) \| ", line[2:])[0] for line in table.splitlines()]


def test_each_row_has_its_check() -> None:
    found = rows()
    assert len(found) == len(CHECKS)
    for row, beginning in zip(found, CHECKS, strict=True):
        assert row.startswith(beginning)


@pytest.mark.parametrize("row", CHECKS)
def test_row(row: str) -> None:
    check = CHECKS[row]
    if isinstance(check, str):
        path, name = check.split("::")
        assert f"def {name}(" in (ROOT / "tests" / path).read_text(encoding="utf-8")
    else:
        check()
