"""JSON of answers to results, a large one in slices that leave the event loop its turns.

Called by the client side. Answers are read leniently: members, enum values and members of unions
that a newer server has do no harm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any, Final, NamedTuple, cast

import msgspec
from anyio.lowlevel import checkpoint

from aqdrant import models
from aqdrant.exceptions import DecodeError
from aqdrant.models._reading import decode
from aqdrant.models._unions import Untagged, is_union

__all__ = ["Envelope", "decode", "decode_envelope"]

_SLICE: Final = 1 << 19
"""Bytes that are decoded at once, where a longer answer can be split: some 50,000 floats, 2 ms."""
_HEAD: Final = 1 << 12
"""The list that makes an answer long begins within so many bytes."""
_TRIES: Final = 8
"""So many places are tried at which a list may be cut."""


class Envelope(msgspec.Struct):
    """What Qdrant puts around a result."""

    result: Any = None
    time: float | None = None
    usage: models.Usage | None = None


async def decode_envelope(text: bytes, annotation: Any) -> Envelope:
    """Decode an answer with its envelope.

    Raises:
        DecodeError: the text is no JSON, or no answer of this type.
    """
    if len(text) > _SLICE:
        envelope = await _decode_long_envelope(text, annotation)
        if envelope is not None:
            return envelope
    return cast("Envelope", decode(text, _enveloped(annotation)))


@cache
def _enveloped(annotation: Any) -> type[Envelope]:
    untagged: Any = Untagged
    result = untagged[annotation] if is_union(annotation) else annotation
    fields = [("result", result | None, None)]
    kind: Any = msgspec.defstruct("Envelope", fields, bases=(Envelope,))
    return cast("type[Envelope]", kind)


# ---- long answers


class _List(NamedTuple):
    """Where the list stands that makes a result long, and how it is written."""

    opening: bytes
    """What stands before the first element."""
    between: bytes
    """What stands between two elements; in the midst of one, it stands at a greater depth."""
    element: Any
    field: str | None = None
    """The result's field that holds the list; None where it is the list."""
    head: re.Pattern[bytes] | None = None
    """What `between` and the beginning of an element look like, told more precisely: objects in
    payloads may have an id, too."""


_POINTS: Final = b'{"points":['
_NEXT_ID: Final = b'},{"id":'
_ID: Final = _NEXT_ID + rb'(?:\d+|"[0-9a-f-]{36}")'
_RECORD: Final = re.compile(_ID + rb'(?:}|,"(?:payload|vector|shard_key|order_value)":)')
_SCORED: Final = re.compile(_ID + rb',"version":')
_LISTS: Final[dict[Any, _List]] = {
    list[models.Record]: _List(b"[", _NEXT_ID, models.Record, None, _RECORD),
    models.ScrollResult: _List(_POINTS, _NEXT_ID, models.Record, "points", _RECORD),
    models.QueryResponse: _List(_POINTS, _NEXT_ID, models.ScoredPoint, "points", _SCORED),
    list[models.QueryResponse]: _List(b"[", b"},{" + _POINTS[1:], models.QueryResponse),
    models.GroupsResult: _List(b'{"groups":[', b'},{"hits":', models.PointGroup, "groups"),
    models.SearchMatrixPairsResponse: _List(
        b'{"pairs":[', b'},{"a":', models.SearchMatrixPair, "pairs"
    ),
}


class _NoSplit(Exception):
    """The text is not written as expected: it is decoded in one call."""


async def _decode_long_envelope(text: bytes, annotation: Any) -> Envelope | None:
    found = _LISTS.get(annotation)
    if found is None:
        return None
    opening = b'"result":' + found.opening
    start = text.find(opening, 0, _HEAD) + len(opening)
    try:
        if start < len(opening):
            raise _NoSplit
        items, stop = await _decode_items(text, start, found)
        envelope = decode(text[:start] + text[stop:], _enveloped(annotation))
    except (_NoSplit, DecodeError):
        return None
    _put(envelope, "result", found, items)
    return cast("Envelope", envelope)


def _put(holder: Any, name: str, found: _List, items: list[Any]) -> None:
    if found.field is None:
        setattr(holder, name, items)
    else:
        setattr(getattr(holder, name), found.field, items)


async def _decode_items(text: bytes, start: int, found: _List) -> tuple[list[Any], int]:
    """Decode the elements that begin at `start`; return them and where the list's end stands."""
    # No bracket follows in the rest of an answer: only sizes, times and the offset of a page.
    end = text.rfind(b"}]", start) + 1
    if not end:
        raise _NoSplit
    items, start = await _decode_slice(text, start, end, found)
    while start < end:
        await checkpoint()
        decoded, start = await _decode_slice(text, start, end, found)
        items += decoded
    return items, end


async def _decode_slice(text: bytes, start: int, end: int, found: _List) -> tuple[list[Any], int]:
    """Decode some elements; return them and where the next one begins."""
    if end - start <= _SLICE:
        return _decode_elements(text, start, end, found.element), end
    for cut in islice(_cuts(text, start, start + _SLICE, found), _TRIES):
        # A cut in the midst of an element leaves no JSON.
        try:
            return _decode_elements(text, start, cut, found.element), cut + 1
        except DecodeError:
            continue
    return await _decode_large(text, start, end, found)


def _cuts(text: bytes, start: int, stop: int, found: _List) -> Iterator[int]:
    """Find where elements may end, from the last place to the first."""
    while (stop := text.rfind(found.between, start, stop)) > 0:
        if found.head is None or found.head.match(text, stop):
            yield stop + 1


async def _decode_large(text: bytes, start: int, end: int, found: _List) -> tuple[list[Any], int]:
    """Decode one element that is longer than a slice."""
    stop = start + _SLICE
    for _ in range(_TRIES):
        stop = text.find(found.between, stop, end)
        stop = end if stop < 0 else stop + 1
        try:
            element = await _decode_element(text[start:stop], found.element)
        except DecodeError:
            if stop == end:
                break
            continue
        return element, min(stop + 1, end)
    raise _NoSplit


async def _decode_element(text: bytes, annotation: Any) -> list[Any]:
    found = _LISTS.get(annotation)
    if found is None or not text.startswith(found.opening):
        return _decode_elements(text, 0, len(text), annotation)
    items, stop = await _decode_items(text, len(found.opening), found)
    element = decode(found.opening + text[stop:], annotation)
    setattr(element, str(found.field), items)
    return [element]


def _decode_elements(text: bytes, start: int, end: int, element: Any) -> list[Any]:
    part = memoryview(text)[start:end]
    return cast("list[Any]", decode(b"".join((b"[", part, b"]")), list[element]))
