"""Snapshots that come in with a request, piece by piece. Called by the application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from time import perf_counter
from typing import Any, Final, TypeAlias

from aqdrant.exceptions import AqdrantError
from aqdrant.transport import Transport
from aqdrant_rest._routes import Route

from .forms import FormFile
from .refusing import Refused
from .replies import Reply, accepted_reply, error_reply, reply, result_reply, text_reply
from .requests import read_operation

__all__ = ["take_upload"]

Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]

_NO_FORM: Final = 415


async def take_upload(
    transport: Transport,
    route: Route,
    in_path: dict[str, str],
    scope: MutableMapping[str, Any],
    receive: Receive,
) -> Reply:
    """Hand the file in a form over, and answer with what came of it."""
    begun = perf_counter()
    try:
        operation: Any = read_operation(route, in_path, scope["query_string"], b"").operation
        form = FormFile(dict(scope["headers"]).get(b"content-type", b""))
        async with transport.stream(operation) as content:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Refused(400, "Multipart stream is incomplete")
                if piece := form.feed(message.get("body", b"")):
                    await content.send(piece)
                if not message.get("more_body"):
                    break
            form.close()
            result = await content.finish()
    except Refused as error:
        if error.status == _NO_FORM or _lacks_file(error):
            return text_reply(error.status, error.message)
        return reply(error.status, error.message, begun)
    except AqdrantError as error:
        return error_reply(error, begun)
    if operation.wait is False:
        return accepted_reply(begun)
    return await result_reply(route, result, begun)


def _lacks_file(error: Refused) -> bool:
    """Whether the form had no file of the name, which Qdrant says in plain text."""
    return error.message.startswith("Required field")
