"""From a whole answer to the result, or to the error it stands for.

Called by the transport and by the streams.
"""

from __future__ import annotations

import zlib
from typing import Any

from msgspec.structs import astuple

from aqdrant.exceptions import DecodeError
from aqdrant.models._reading import decode
from aqdrant.transport import CallStats, is_collecting, report
from aqdrant_net import AnswerTooLarge
from aqdrant_net.unpacking import ANY_HEADER, unpack

from . import _routes
from ._decoding import decode_envelope
from .carriers import Answer, Fields
from .errors import Call, answer_error, not_json, too_large

__all__ = ["raise_unless_success", "read_result", "texts"]


async def read_result(call: Call, answer: Answer) -> Any:
    """Decode the result of a successful answer.

    Raises:
        DecodeError: it is not Qdrant's.
    """
    route = call.route
    content = answer.content
    if call.compression and content:
        content = await _unpacked(call, answer)
    try:
        if route.answer is _routes.Answer.TEXT:
            return content.decode()
        if route.answer is _routes.Answer.BARE:
            result = decode(content, route.result)
            if None in astuple(result)[:2]:  # the title and the version
                raise DecodeError("the answer names no version.")
            return result
        envelope = await decode_envelope(content, route.result)
        if envelope.result is None and not _may_be_none(route.result):
            raise DecodeError("the answer has no result.")
    except (DecodeError, UnicodeDecodeError) as error:
        raise _unreadable(call, answer, error) from error
    if is_collecting():
        report(CallStats(operation=call.operation, time=envelope.time or 0.0, usage=envelope.usage))
    return envelope.result


def raise_unless_success(call: Call, status: int, headers: Fields, content: bytes) -> None:
    """Raise the error that an answer stands for.

    Raises:
        AqdrantError: the status is none of success.
    """
    if not 200 <= status < 300:
        raise answer_error(call, status, texts(headers), content)


def texts(headers: Fields) -> dict[str, str]:
    """Headers as text; of equal ones, the last."""
    return {name.decode("latin-1"): text.decode("latin-1") for name, text in headers}


def _may_be_none(result: Any) -> bool:
    return type(None) in getattr(result, "__args__", ())


def _unreadable(call: Call, answer: Answer, error: Exception) -> DecodeError:
    if answer.content.lstrip()[:1] == b"{" and isinstance(error, DecodeError):
        return DecodeError(
            error.message, processed=True, operation=call.operation, target=call.target
        )
    return not_json(call, answer.status, texts(answer.headers), answer.content)


async def _unpacked(call: Call, answer: Answer) -> bytes:
    packed = answer.content
    if texts(answer.headers).get("content-encoding", "identity") == "identity":
        return packed
    try:
        return await unpack(packed, ANY_HEADER, call.target, call.answer_bytes)
    except AnswerTooLarge as error:
        raise too_large(call, error.most) from None
    except zlib.error as error:
        raise _unreadable(call, answer, error) from error
