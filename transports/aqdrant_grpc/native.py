"""Native calls: RPCs by their own names, with the messages of `aqdrant_grpc.messages`.

What a service is at run time; `services`, which is generated, says what each has. A client makes
one with a function that runs a `NativeCall` through its layers; the messages are imported by the
first call alone.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

from aqdrant.exceptions import ArgumentError, DecodeError
from aqdrant.transport import NativeCall, RepeatableCall
from aqdrant_grpc._methods import METHODS
from aqdrant_grpc._tables import METHODS as PROTOS

__all__ = ["Call", "Drive", "Metadata", "Run", "Service", "SyncCall", "SyncService"]

Q_contra = TypeVar("Q_contra", contravariant=True)
A_co = TypeVar("A_co", covariant=True)

Metadata: TypeAlias = Mapping[str, str | bytes] | Iterable[tuple[str, str | bytes]]
"""Names and values; those of names that end with ``-bin`` are bytes."""
Run: TypeAlias = Callable[[NativeCall, float | None, Mapping[str, str]], Awaitable[bytes]]
"""Runs a call with a timeout and headers of its own."""
Drive: TypeAlias = Callable[[Coroutine[Any, Any, Any]], Any]
"""Takes a coroutine to its end in the caller's thread."""

_MESSAGES = "aqdrant_grpc.messages"
_FAULTS = (ArithmeticError, AttributeError, EOFError, LookupError, RuntimeError)
_UNWRITABLE = (*_FAULTS, TypeError, ValueError, struct.error)


class Call(Protocol[Q_contra, A_co]):
    """One RPC.

    Args of a call: the request; `timeout`, seconds for the whole call, None for the client's own;
    `metadata` of this call alone, above that of the client.

    Raises:
        AqdrantError: one of the tree in `aqdrant.exceptions`.
    """

    async def __call__(
        self, request: Q_contra, *, timeout: float | None = None, metadata: Metadata | None = None
    ) -> A_co:
        """Make the call."""
        ...


class SyncCall(Protocol[Q_contra, A_co]):
    """One RPC, as `Call` is, for code without an event loop."""

    def __call__(
        self, request: Q_contra, *, timeout: float | None = None, metadata: Metadata | None = None
    ) -> A_co:
        """Make the call."""
        ...


class Service:
    """A service with a method for each of its RPCs, by their official names.

    Args:
        run: what runs the calls.
    """

    path: str
    """The service's name on the wire."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def __dir__(self) -> Iterable[str]:
        return [*super().__dir__(), *_names(self.path)]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.path}>"

    if not TYPE_CHECKING:  # or every name would pass a type checker

        def __getattr__(self, name):
            found = self.__dict__[name] = self._bound(name)
            return found

    def _bound(self, name: str) -> Call[Any, Any]:
        path = _find(self.path, name, self)

        async def call(
            request: Any, *, timeout: float | None = None, metadata: Metadata | None = None
        ) -> Any:
            headers = {} if metadata is None else _headers(metadata)
            content = await self._run(_encode(path, request), timeout, headers)
            return _decode(path, content)

        call.__name__ = call.__qualname__ = name
        return call


class SyncService:
    """A service for code without an event loop.

    Args:
        service: its async side.
        drive: takes its coroutines to their end.
    """

    def __init__(self, service: Service, drive: Drive) -> None:
        self._service = service
        self._drive = drive

    def __dir__(self) -> Iterable[str]:
        return [*super().__dir__(), *_names(self._service.path)]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._service.path}>"

    if not TYPE_CHECKING:  # or every name would pass a type checker

        def __getattr__(self, name):
            found = self.__dict__[name] = self._bound(name)
            return found

    def _bound(self, name: str) -> SyncCall[Any, Any]:
        _find(self._service.path, name, self)
        run = getattr(self._service, name)

        def call(
            request: Any, *, timeout: float | None = None, metadata: Metadata | None = None
        ) -> Any:
            return self._drive(run(request, timeout=timeout, metadata=metadata))

        call.__name__ = call.__qualname__ = name
        return call


@cache
def _names(service: str) -> list[str]:
    return [path.rpartition("/")[2] for path in PROTOS if path.startswith(f"/{service}/")]


def _find(service: str, name: str, owner: object) -> str:
    path = f"/{service}/{name}"
    if path in PROTOS:
        return path
    near = get_close_matches(name, _names(service), n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise AttributeError(f"the service {service} has no RPC {name!r}.{hint}", name=name, obj=owner)


@cache
def _classes(path: str) -> tuple[type[Any], type[Any]]:
    """The message classes of request and answer."""
    request, answer = (_class(name) for name in PROTOS[path].split(" ")[:2])
    return request, answer


def _class(name: str) -> type[Any]:
    package, _, plain = name.rpartition(".")
    module = import_module(f"{_MESSAGES}.{package}" if package else _MESSAGES)
    found: type[Any] = getattr(module, plain)
    return found


@cache
def _kind(path: str) -> type[NativeCall]:
    # The deprecated calls, which no operation has, are reads.
    operations = [operation for operation, method in METHODS.items() if method.path == path]
    return RepeatableCall if all(one.idempotent for one in operations) else NativeCall


def _encode(path: str, request: Any) -> NativeCall:
    wanted = _classes(path)[0]
    name = path.rpartition("/")[2]
    if not isinstance(request, wanted):
        raise ArgumentError(
            f"request: {type(request).__name__}, wanted {wanted.__name__}.",
            operation=name,
            parameter="request",
            fix=f"Build it from {wanted.__module__.removesuffix('.qdrant')}.",
        )
    try:
        content = bytes(request)
    except _UNWRITABLE as error:
        raise ArgumentError(
            f"request: a field of {wanted.__name__} has a value of another kind: {error}.",
            operation=name,
            parameter="request",
        ) from error
    collection = getattr(request, "collection_name", None)
    return _kind(path)(path=path, content=content, collection_name=collection)


def _decode(path: str, content: bytes) -> Any:
    answer = _classes(path)[1]
    try:
        return answer.parse(content)
    except _UNWRITABLE as error:
        raise DecodeError(
            f"the answer is no {answer.__name__}: {type(error).__name__}: {error}.",
            processed=True,
            operation=path.rpartition("/")[2],
        ) from error


def _headers(metadata: Any) -> dict[str, str]:
    """Metadata as headers; of a name that comes twice, the values stand behind one another."""
    headers: dict[str, str] = {}
    pairs: Any = metadata.items() if hasattr(metadata, "items") else metadata
    try:
        for name, value in pairs:
            text = base64.b64encode(value).decode() if isinstance(value, bytes) else value
            headers[name] = f"{headers[name]},{text}" if name in headers else text
    except (TypeError, ValueError) as error:
        raise ArgumentError(
            f"metadata: {type(metadata).__name__}, wanted pairs of a name and a value.",
            parameter="metadata",
        ) from error
    return headers
