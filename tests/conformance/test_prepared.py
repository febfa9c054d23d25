"""Operations that are encoded before they run, over REST and gRPC on real sockets."""

from __future__ import annotations

from typing import Any

import pytest

from aqdrant import models
from aqdrant import operations as ops
from aqdrant.transport import CallOptions
from aqdrant_grpc.transport import GrpcTransport
from aqdrant_rest import RestTransport
from tests.fix_databases import served


def upsert(number: int) -> ops.UpsertPoints:
    points = [models.PointStruct(id=number, vector=[1.0, 2.0])]
    return ops.UpsertPoints("c", models.PointsList(points=points), wait=True)


@pytest.mark.parametrize("kind", [RestTransport, GrpcTransport])
async def test_what_was_encoded_is_sent_for_its_own_operation_alone(
    kind: type[RestTransport | GrpcTransport],
) -> None:
    async with served() as config:
        transport, other = kind(config), kind(config)
        params = models.VectorParams(size=2, distance=models.Distance.DOT)
        create = ops.CreateCollection("c", models.CreateCollection(vectors=params))
        await transport.execute(create)

        async def write(operation: ops.UpsertPoints, by: Any, encoded: Any) -> list[Any]:
            await by.execute(operation, CallOptions(encoded=encoded))
            found = await transport.execute(ops.ScrollPoints("c", models.ScrollRequest()))
            return [record.id for record in found.points]

        first, second, third = map(upsert, (1, 2, 3))
        encoded = await transport.prepare(first)
        assert await write(second, transport, encoded) == [2]
        seven = await transport.prepare(upsert(7))
        assert encoded is not None
        assert seven is not None
        encoded = type(encoded)(first, transport, seven.content)
        assert await write(first, transport, encoded) == [2, 7]
        encoded = type(encoded)(third, transport, seven.content)
        assert await write(third, other, encoded) == [2, 3, 7]
        await transport.aclose()
        await other.aclose()
