"""Calls by httpx: the user's own client, ones for proxies, one over our pool for auth and hooks.

The one file that imports httpx, and only when a client is to be made: a client of the user's may be
of another package with the same classes, as httpx2's is.
"""

from __future__ import annotations

import ssl
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Callable,
    Mapping,
    Sequence,
)
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from typing import Any, Final

from anyio.lowlevel import RunVar

from aqdrant_net import (
    AnswerTooLarge,
    ConnectError,
    Limits,
    NetError,
    Pool,
    PoolTimeout,
    ProtocolError,
    StreamedResponse,
    WriteError,
)

from .carriers import Fields
from .httpx_errors import Translated
from .settings import RestSettings

__all__ = ["HttpxCarrier", "over_pool", "through_proxies"]

_IDENTITY: Final = (b"accept-encoding", b"identity")


class HttpxCarrier:
    """Sends requests by httpx clients.

    Args:
        origin: scheme, host and port.
        client: gives the client of the running event loop.
        close: closes what is ours.
        answer_bytes: bound for an answer that is read whole.
        proxied: whether a proxy stands between, which errors then name.
    """

    def __init__(
        self,
        origin: str,
        client: Callable[[], Any],
        close: Callable[[], Any] | None = None,
        *,
        answer_bytes: int | None = None,
        proxied: bool = False,
    ) -> None:
        self.connections_made = 0
        self._origin = origin
        self._client = client
        self._close = close
        self._answer_bytes = answer_bytes
        self._proxied = proxied

    def __repr__(self) -> str:
        return f"<HttpxCarrier {self._origin}>"

    async def request(
        self,
        method: bytes,
        target: bytes,
        headers: Fields,
        content: bytes | Sequence[bytes | memoryview] | AsyncIterable[bytes],
        *,
        repeatable: bool,
    ) -> HttpxAnswer:
        """Send a request and read its whole answer."""
        del repeatable  # httpx's pool never sends twice
        client = self._client()
        with Translated(self._origin, self._proxied):
            request = self._build(client, method, target, headers, content)
            response = await client.send(request, stream=True)
            try:
                return HttpxAnswer(response, await self._read_whole(response))
            finally:
                await response.aclose()

    async def _read_whole(self, response: Any) -> bytes:
        if response.is_closed:  # read by a hook, or made in this process
            content: bytes = response.content
            self._check_size(len(content))
            return content
        length = response.headers.get("content-length", "")
        self._check_size(int(length) if length.isdecimal() else 0)
        is_packed = "content-encoding" in response.headers
        pieces: list[bytes] = []
        size = 0
        # `aiter_bytes` leaves a generator of its own behind where it is left in the middle.
        reading = response.aiter_bytes() if is_packed else response.aiter_raw()
        async with aclosing(reading):
            async for piece in reading:
                size += len(piece)
                self._check_size(size)
                pieces.append(piece)
        return b"".join(pieces)

    def _check_size(self, size: int) -> None:
        if self._answer_bytes is not None and size > self._answer_bytes:
            raise AnswerTooLarge(self._origin, self._answer_bytes)

    def stream(
        self, method: bytes, target: bytes, headers: Fields, content: bytes
    ) -> AbstractAsyncContextManager[HttpxAnswer]:
        """Send a request, and read its answer piece by piece."""
        return self._stream(method, target, headers, content)

    async def aclose(self) -> None:
        """Close the clients that are ours."""
        if self._close is not None:
            await self._close()

    @asynccontextmanager
    async def _stream(
        self, method: bytes, target: bytes, headers: Fields, content: bytes
    ) -> AsyncGenerator[HttpxAnswer]:
        client = self._client()
        request = self._build(client, method, target, headers, content)
        request.extensions = {**request.extensions, _STREAMED: True}
        with Translated(self._origin, self._proxied):
            response = await client.send(request, stream=True)
        answer = HttpxAnswer(response, b"", self._origin)
        try:
            yield answer
        finally:
            await answer.aclose()

    def _build(
        self,
        client: Any,
        method: bytes,
        target: bytes,
        headers: Fields,
        content: bytes | Sequence[bytes | memoryview] | AsyncIterable[bytes],
    ) -> Any:
        fields = list(headers)
        if not any(name == b"accept-encoding" for name, _ in fields):
            fields.append(_IDENTITY)
        if not isinstance(content, bytes | AsyncIterable):
            content = b"".join(content)
        return client.build_request(
            method.decode(),
            self._origin + target.decode(),
            headers=fields,
            content=content,
            extensions={"trace": self._count},
        )

    async def _count(self, event: str, _details: Any) -> None:
        if event == "connection.connect_tcp.complete":
            self.connections_made += 1


class HttpxAnswer:
    """An answer of httpx's, whole or to be read piece by piece."""

    def __init__(self, response: Any, content: bytes, origin: str = "") -> None:
        self.status: int = response.status_code
        # The content was unpacked by httpx.
        self.headers: Fields = [
            (name.lower(), text)
            for name, text in response.headers.raw
            if name.lower() != b"content-encoding"
        ]
        self.content = content
        self._response = response
        self._origin = origin
        self._pieces: AsyncGenerator[bytes] | None = None

    async def read(self) -> bytes:
        """Read the next piece; ``b""`` at the end."""
        pieces = self._pieces
        if pieces is None:
            pieces = self._pieces = self._response.aiter_raw()
        with Translated(self._origin):
            return await anext(pieces, b"")

    async def aclose(self) -> None:
        """Drop what was not read."""
        if self._pieces is not None:
            await self._pieces.aclose()
        await self._response.aclose()


# ---- clients of ours


_STREAMED: Final = "aqdrant_streamed"
"""Extension of a request whose answer is to be read piece by piece."""


def over_pool(pool: Pool, origin: str, options: Mapping[str, Any]) -> HttpxCarrier:
    """Make a carrier by an httpx client over a pool of ours: for auth, hooks, cookies."""
    carrier = HttpxCarrier(origin, lambda: client, pool.aclose)
    client = _client(options, transport=_pool_transport(pool, carrier))
    return carrier


def through_proxies(
    origin: str, settings: RestSettings, context: ssl.SSLContext | None, options: Mapping[str, Any]
) -> HttpxCarrier:
    """Make a carrier by httpx's own pool, which knows proxies; one for each event loop."""
    import httpx

    found: RunVar[Any] = RunVar("aqdrant_rest_client")
    limits = settings.limits

    def client() -> Any:
        opened = found.get(None)
        if opened is None or opened.is_closed:
            opened = _client(
                options,
                verify=context or True,
                http2=bool(settings.http2),
                limits=httpx.Limits(
                    max_connections=limits.connections, keepalive_expiry=limits.idle_seconds
                ),
            )
            found.set(opened)
        return opened

    async def close() -> None:
        opened = found.get(None)
        if opened is not None:
            await opened.aclose()

    return HttpxCarrier(origin, client, close, answer_bytes=limits.answer_bytes, proxied=True)


def _client(options: Mapping[str, Any], **more: Any) -> Any:
    import httpx

    # The deadline of a call is held above; the environment was asked for its proxy already.
    timeout = httpx.Timeout(None, connect=Limits().connect_seconds or 10.0)
    return httpx.AsyncClient(timeout=timeout, trust_env=False, **{**options, **more})


def _pool_transport(pool: Pool, carrier: HttpxCarrier) -> Any:
    import httpx

    class PoolStream(httpx.AsyncByteStream):
        def __init__(
            self, manager: AbstractAsyncContextManager[StreamedResponse], answer: StreamedResponse
        ) -> None:
            self.manager = manager
            self.answer = answer

        async def __aiter__(self) -> AsyncIterator[bytes]:
            while piece := await self.answer.read():
                yield piece

        async def aclose(self) -> None:
            await self.manager.__aexit__(None, None, None)

    class PoolTransport(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            method, target = request.method.encode(), request.url.raw_path
            content: Any = request.stream
            if isinstance(content, httpx.ByteStream):
                content = await request.aread()
            try:
                if _STREAMED in request.extensions:
                    manager = pool.stream(method, target, request.headers.raw, content)
                    opened = await manager.__aenter__()
                    carrier.connections_made += not opened.reused
                    return httpx.Response(
                        opened.status, headers=opened.headers, stream=PoolStream(manager, opened)
                    )
                answer = await pool.request(method, target, request.headers.raw, content)
            except NetError as error:
                raise _httpx_error(error, request) from error
            carrier.connections_made += not answer.reused
            return httpx.Response(
                answer.status, headers=answer.headers, stream=httpx.ByteStream(answer.content)
            )

    return PoolTransport()


# ---- errors


def _httpx_error(error: NetError, request: Any) -> Exception:
    """What httpx would have raised: for hooks and auth flows between the pool and us."""
    import httpx

    kinds: dict[type[NetError], type[httpx.TransportError]] = {
        ConnectError: httpx.ConnectError,
        PoolTimeout: httpx.PoolTimeout,
        WriteError: httpx.WriteError,
        ProtocolError: httpx.RemoteProtocolError,
    }
    return kinds.get(type(error), httpx.ReadError)(error.message, request=request)
