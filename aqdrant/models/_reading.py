"""Between models and what is not one: reading what users pass, JSON in and JSON out.

The client side of every operation calls `read`; transports call `encode` on bodies and `decode` on
answers.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from aqdrant.exceptions import ArgumentError, DecodeError
from aqdrant.models._readers import LENIENT, SERVED, STRICT, Reader, Temper, reader, unknown_key
from aqdrant.models._scalars import Mismatch
from aqdrant.models._unions import Untagged, is_union

__all__ = [
    "LENIENT",
    "SERVED",
    "STRICT",
    "Reader",
    "Temper",
    "decode",
    "encode",
    "encode_unknown",
    "parse",
    "read",
    "reader",
    "refuse_key",
    "unknown_key",
]


def read(value: Any, annotation: Any, where: str, temper: Temper = STRICT) -> Any:
    """Read what a user passed.

    Args:
        value: models, mappings, sequences, arrays, as they come.
        annotation: the type wanted; unions of models need no `Untagged`.
        where: name of the parameter, the root of the path in errors.
        temper: SERVED for a request that is served.

    Raises:
        ArgumentError: naming the path, what came and what is wanted.
    """
    try:
        return reader(annotation, temper)(value)
    except Mismatch as mismatch:
        raise mismatch.error(where) from None
    except RecursionError:
        raise ArgumentError(f"{where}: nested too deeply.", parameter=where) from None


def parse(text: str | bytes | bytearray, where: str) -> Any:
    """Parse JSON text that a user passed into builtins."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise ArgumentError(f"{where}: not JSON: {error}.", parameter=where) from error
    except RecursionError:
        raise ArgumentError(f"{where}: nested too deeply.", parameter=where) from None


def decode(text: bytes, annotation: Any) -> Any:
    """Decode JSON that a server answered.

    Raises:
        DecodeError: the text is no JSON, or no value of this type.
    """
    try:
        return _decoder(annotation).decode(text)
    except msgspec.ValidationError:
        pass  # A newer server's enum value, most likely: the slow reader takes it.
    except (msgspec.DecodeError, RecursionError) as error:
        raise DecodeError(f"The answer is not JSON: {error}") from error
    try:
        return reader(annotation, LENIENT)(msgspec.json.decode(text))
    except Mismatch as mismatch:
        raise DecodeError(f"{mismatch.path('answer')}: {mismatch.reason}") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise DecodeError(f"The answer is not JSON: {error}") from error


def encode(value: Any) -> bytes:
    """Encode models, builtins and arrays as JSON; fields that are None are left out."""
    return _ENCODER.encode(value)


def encode_unknown(value: Any) -> Any:
    """Turn what msgspec does not know, numpy's arrays and scalars, into what it does."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no place in JSON")


_ENCODER = msgspec.json.Encoder(enc_hook=encode_unknown)


@cache
def _decoder(annotation: Any) -> msgspec.json.Decoder[Any]:
    def resolve(marker: Any, value: Any) -> Any:
        try:
            return reader(marker, LENIENT)(value)
        except Mismatch as mismatch:
            raise ValueError(f"{mismatch.path('value')}: {mismatch.reason}") from None

    untagged: Any = Untagged
    wrapped = untagged[annotation] if is_union(annotation) else annotation
    return msgspec.json.Decoder(wrapped, dec_hook=resolve)


def refuse_key(key: object, kind: type[msgspec.Struct]) -> None:
    """Raise the error for a field that a model does not have."""
    reason = unknown_key(key, kind.__struct_encode_fields__, kind.__name__)
    raise Mismatch(reason).error(kind.__name__)
