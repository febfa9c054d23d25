"""What a case of the conformance kit is, and what it works with.

The cases stand in `aqdrant.testing.cases`, one file a noun; tests of a transport run them all.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar
from uuid import uuid4

import anyio

from aqdrant import AsyncQdrantClient, models
from aqdrant.exceptions import AqdrantError
from aqdrant.operations import DeleteCollection, Operation
from aqdrant.transport import DEFAULT_OPTIONS, CallOptions, Transport

__all__ = ["Body", "Case", "Cases", "Lab", "OpenClient", "OpenTransport", "raises"]

R = TypeVar("R")
E = TypeVar("E", bound=BaseException)

OpenTransport: TypeAlias = Callable[[], Transport]
OpenClient: TypeAlias = Callable[[Transport], AsyncQdrantClient]


def _open_client(transport: Transport) -> AsyncQdrantClient:
    return AsyncQdrantClient(transport=transport)


class Lab:
    """What a case works with: a transport, a client over it, collections that go away after it."""

    def __init__(self, transport: Transport, client: AsyncQdrantClient) -> None:
        self.transport = transport
        self.client = client
        self._names: list[str] = []

    def name(self) -> str:
        """A collection name that nobody else uses; the collection is deleted after the case."""
        name = f"conformance-{uuid4()}"
        self._names.append(name)
        return name

    async def collection(
        self,
        vectors: models.VectorParams | Mapping[str, models.VectorParams] | None = None,
        points: Sequence[models.PointStruct] = (),
        sparse: Mapping[str, models.SparseVectorParams] | None = None,
    ) -> str:
        """Create a collection, with points, and give its name."""
        name = self.name()
        await self.client.create_collection(name, vectors, sparse)
        if points:
            await self.client.upsert(name, points)
        return name

    async def execute(self, operation: Operation[R], options: CallOptions = DEFAULT_OPTIONS) -> R:
        """Run an operation on the transport itself, without a client."""
        return await self.transport.execute(operation, options)

    async def ids(self, collection: str, scroll_filter: Any = None) -> list[Any]:
        """The ids of all points, or of those that a filter matches, in their order."""
        records, rest = await self.client.scroll(
            collection, scroll_filter, limit=1000, with_payload=False
        )
        assert rest is None
        return [record.id for record in records]

    async def point(self, collection: str, point_id: Any) -> models.Record:
        """One point with everything."""
        (record,) = await self.client.retrieve(collection, [point_id], with_vectors=True)
        return record

    async def clean(self) -> None:
        """Delete the collections of this case; what went wrong before is what is to be told."""
        for name in self._names:
            with suppress(AqdrantError):
                await self.transport.execute(DeleteCollection(name))


Body: TypeAlias = Callable[[Lab], Awaitable[None]]


class Case(NamedTuple):
    """One thing that every transport does alike."""

    name: str
    """Noun and what is claimed, for example ``"points/upsert replaces"``."""
    body: Body
    needs: frozenset[str]
    """What not every transport or client has.

    ``"transport"``: the case runs operations on the transport itself, or cancels calls, so it is
    not for the sync client. ``"streams"``: it carries the content of snapshots, or takes them of
    shards, which gRPC alone cannot.
    """

    async def run(
        self, open_transport: OpenTransport, open_client: OpenClient = _open_client
    ) -> None:
        """Run the case once, over a transport of its own.

        Args:
            open_transport: gives a transport; its collections may outlive it, and others may use
                the same server.
            open_client: gives the client for a transport, where it is not `AsyncQdrantClient`.
        """
        async with _lab(open_transport, open_client) as lab:
            await self.body(lab)


@asynccontextmanager
async def _lab(open_transport: OpenTransport, open_client: OpenClient) -> AsyncGenerator[Lab]:
    transport = open_transport()
    lab = Lab(transport, open_client(transport))
    try:
        yield lab
    finally:
        with anyio.CancelScope(shield=True):
            await lab.clean()
            await lab.client.aclose()


class Caught(Generic[E]):
    """The error that `raises` caught."""

    error: E


@contextmanager
def raises(kind: type[E]) -> Generator[Caught[E]]:
    """Hold that what is inside raises this kind of error."""
    caught: Caught[E] = Caught()
    try:
        yield caught
    except kind as error:
        caught.error = error
    else:
        raise AssertionError(f"no {kind.__name__} was raised")


class Cases:
    """The cases of one noun: a decorator that collects them."""

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self.all: list[Case] = []

    def __call__(self, *needs: str) -> Callable[[Body], Body]:
        """Make a case of a function; its name is what it claims."""

        def register(body: Body) -> Body:
            self.add(body.__name__, body, *needs)
            return body

        return register

    def add(self, name: str, body: Body, *needs: str) -> None:
        """Make a case of a function under another name: a row of a table."""
        self.all.append(Case(f"{self.noun}/{name}", body, frozenset(needs)))
