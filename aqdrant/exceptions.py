"""Every error that aqdrant raises, on every transport.

    AqdrantError
    ├── ArgumentError                 (ValueError)           seen before anything is sent or changed
    ├── ClientClosed                  (RuntimeError)
    ├── UnsupportedOperation          (NotImplementedError)
    ├── InferenceError                (RuntimeError)         a model could not be loaded, or failed
    ├── UploadFailed                                         points were refused; others are written
    ├── MigrationFailed                                      the copy is not what its source is
    ├── TransportError
    │   ├── ConnectionFailed          (ConnectionError)
    │   │   └── TLSFailed
    │   ├── OperationTimeout          (TimeoutError)
    │   └── DecodeError               (ValueError)
    ├── StatusError                                          what Qdrant answered
    │   ├── BadRequest                (ArgumentError)        400, 422
    │   ├── Unauthenticated                                  401
    │   ├── Forbidden                 (PermissionError)      403
    │   ├── NotFound                  (LookupError)          404
    │   ├── Conflict                                         409
    │   ├── PayloadTooLarge                                  413
    │   ├── RateLimited                                      429
    │   ├── InternalServerError                              500
    │   ├── ServiceUnavailable                               503
    │   └── InsufficientStorage                              507
    └── StorageError                  (OSError)              the local store
        ├── FolderInUse
        └── StoreDamaged

The class in brackets is the built-in kin: code that catches it keeps working. The embedded engine
answers with the same `StatusError` family as a server. Cancellation is never turned into one of
these.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from typing import Any

__all__ = [
    "AqdrantError",
    "ArgumentError",
    "BadRequest",
    "ClientClosed",
    "Conflict",
    "ConnectionFailed",
    "DecodeError",
    "FolderInUse",
    "Forbidden",
    "InferenceError",
    "InsufficientStorage",
    "InternalServerError",
    "MigrationFailed",
    "NotFound",
    "OperationTimeout",
    "PayloadTooLarge",
    "RateLimited",
    "ServiceUnavailable",
    "StatusError",
    "StorageError",
    "StoreDamaged",
    "TLSFailed",
    "TransportError",
    "Unauthenticated",
    "UnsupportedOperation",
    "UploadFailed",
    "status_error",
]


_LONGEST = 2000
_HALF = _LONGEST // 2 - 3
"""Characters that the text of an error has at most; its fields have everything."""


class AqdrantError(Exception):
    """The root of the tree.

    Args:
        message: what went wrong, in one sentence.
        operation: name of the operation, for example ``"QueryPoints"``.
        target: what it was about: a collection, a URL, a folder.
        fix: what to do about it.
    """

    message: str
    operation: str | None
    target: str | None
    fix: str | None

    def __init__(
        self,
        message: str = "",
        *,
        operation: str | None = None,
        target: str | None = None,
        fix: str | None = None,
    ) -> None:
        # The built-in kin, OSError above all, interpret their arguments: only the message goes up.
        super().__init__(message)
        self.message = message
        self.operation = operation
        self.target = target
        self.fix = fix

    def __str__(self) -> str:
        where = " on ".join(part for part in (self.operation, self.target) if part)
        if where:
            where += " " if where.endswith(":") else ": "  # as ":memory:" does
        text = where + self.message
        return _shortened(f"{text} {self.fix}" if self.fix else text)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({_shortened(self.message)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        # Keyword-only fields and what it came from do not survive Exception's own pickling.
        context = None if self.__suppress_context__ else self.__context__
        origin = (_portable(self.__cause__), _portable(context), self.__suppress_context__)
        return _restore, (type(self), self.message, self.__dict__.copy(), *origin)


def _shortened(text: str) -> str:
    """A text without its middle, where a server's page or a user's key makes it endless."""
    return text if len(text) <= _LONGEST else f"{text[:_HALF]} ... {text[-_HALF:]}"


def _portable(origin: BaseException | None) -> bytes | None:
    """A cause, pickled; or one that tells as much where it cannot be: many libraries' cannot."""
    if origin is None:
        return None
    import pickle

    try:
        pickled = pickle.dumps(origin)
        if not isinstance(origin, AqdrantError):
            pickle.loads(pickled)
    except Exception:  # noqa: BLE001  # whatever a foreign class raises there
        return pickle.dumps(RuntimeError(repr(origin)))
    return pickled


def _restore(
    kind: type[AqdrantError],
    message: str,
    state: dict[str, Any],
    cause: bytes | None,
    context: bytes | None,
    suppress_context: bool,
) -> AqdrantError:
    import pickle

    # Not by its constructor, whose arguments a user's own class may have changed.
    error = kind.__new__(kind, message)
    error.args = (message,)
    error.__dict__.update(state)
    error.__cause__ = None if cause is None else pickle.loads(cause)
    error.__context__ = None if context is None else pickle.loads(context)
    error.__suppress_context__ = suppress_context
    return error


class ArgumentError(AqdrantError, ValueError):
    """An argument is wrong. Nothing was sent, nothing was changed.

    Args:
        parameter: path of the offending value, for example ``"query_filter.must[0].match"``.
    """

    parameter: str | None

    def __init__(
        self,
        message: str = "",
        *,
        parameter: str | None = None,
        operation: str | None = None,
        target: str | None = None,
        fix: str | None = None,
    ) -> None:
        super().__init__(message, operation=operation, target=target, fix=fix)
        self.parameter = parameter


class ClientClosed(AqdrantError, RuntimeError):
    """The client was closed before this call."""


class UnsupportedOperation(AqdrantError, NotImplementedError):
    """The transport or the server in use has no way to run this operation. Nothing was sent.

    Args:
        supported_by: names of the transports that can.
    """

    supported_by: tuple[str, ...]

    def __init__(
        self,
        message: str = "",
        *,
        supported_by: tuple[str, ...] = (),
        operation: str | None = None,
        target: str | None = None,
        fix: str | None = None,
    ) -> None:
        super().__init__(message, operation=operation, target=target, fix=fix)
        self.supported_by = supported_by


class InferenceError(AqdrantError, RuntimeError):
    """A model could not be loaded, failed, or gave something else than vectors.

    Args:
        model: the model's name.
    """

    model: str | None

    def __init__(
        self,
        message: str = "",
        *,
        model: str | None = None,
        operation: str | None = None,
        target: str | None = None,
        fix: str | None = None,
    ) -> None:
        super().__init__(message, operation=operation, target=target, fix=fix)
        self.model = model


class UploadFailed(AqdrantError):
    """Some points of an upload were refused; all others are written.

    Args:
        result: the account of the upload, an `aqdrant.uploads.UploadResult`; its `failures` name
            the points and the reasons.
    """

    result: Any

    def __init__(
        self,
        message: str = "",
        *,
        result: Any = None,
        operation: str | None = None,
        target: str | None = None,
        fix: str | None = None,
    ) -> None:
        super().__init__(message, operation=operation, target=target, fix=fix)
        self.result = result


class MigrationFailed(AqdrantError):
    """A collection was copied, and the copy is not what its source is."""


class TransportError(AqdrantError):
    """The operation did not reach Qdrant, or its answer did not come back whole.

    Args:
        processed: whether Qdrant may have acted on it. False proves that it has not: no connection
            was made, or the server refused the stream unread; such a call may run again even if
            it is not idempotent. True: an answer had begun. None: nobody knows.
    """

    processed: bool | None

    def __init__(
        self,
        message: str = "",
        *,
        processed: bool | None = None,
        operation: str | None = None,
        target: str | None = None,
        fix: str | None = None,
    ) -> None:
        super().__init__(message, operation=operation, target=target, fix=fix)
        self.processed = processed


class ConnectionFailed(TransportError, ConnectionError):
    """No connection could be made, or it was lost."""


class TLSFailed(ConnectionFailed):
    """The TLS handshake failed: a certificate, a protocol, or a plain-text port."""


class OperationTimeout(TransportError, TimeoutError):
    """The deadline of the call passed.

    Args:
        timeout: the deadline that was set, in seconds.
    """

    timeout: float | None

    def __init__(
        self,
        message: str = "",
        *,
        timeout: float | None = None,
        processed: bool | None = None,
        operation: str | None = None,
        target: str | None = None,
        fix: str | None = None,
    ) -> None:
        super().__init__(message, processed=processed, operation=operation, target=target, fix=fix)
        self.timeout = timeout


class DecodeError(TransportError, ValueError):
    """The bytes that came back are not an answer of Qdrant."""


class StatusError(AqdrantError):
    """Qdrant answered with an error.

    Args:
        status_code: HTTP status; over gRPC the one that corresponds.
        grpc_code: name of the gRPC status, for example ``"NOT_FOUND"``; None over REST.
        reason: the server's own text; None in process, where `message` is all there is.
        body: the answer's body, as far as it was read.
        headers: headers or trailing metadata of the answer.
        retry_after: seconds to wait before trying again, where the server said so.
    """

    default_status: int = 500
    status_code: int
    grpc_code: str | None
    reason: str | None
    body: bytes | None
    headers: Mapping[str, str]
    retry_after: float | None

    def __init__(
        self,
        message: str = "",
        *,
        status_code: int | None = None,
        grpc_code: str | None = None,
        reason: str | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        retry_after: float | None = None,
        parameter: str | None = None,
        operation: str | None = None,
        target: str | None = None,
        fix: str | None = None,
    ) -> None:
        AqdrantError.__init__(self, message, operation=operation, target=target, fix=fix)
        self.status_code = self.default_status if status_code is None else status_code
        self.grpc_code = grpc_code
        self.reason = reason
        self.body = body
        self.headers = dict(headers) if headers else {}
        self.retry_after = retry_after
        self.parameter = parameter


class BadRequest(StatusError, ArgumentError):
    """Qdrant refused the arguments: status 400 or 422."""

    default_status = 400


class Unauthenticated(StatusError):
    """No API key or token came with the call, or an unknown one: status 401."""

    default_status = 401


class Forbidden(StatusError, PermissionError):
    """The API key or token does not allow this: status 403."""

    default_status = 403


class NotFound(StatusError, LookupError):
    """The collection, point, snapshot or peer does not exist: status 404."""

    default_status = 404


class Conflict(StatusError):
    """It exists already, or someone else changed it: status 409."""

    default_status = 409


class PayloadTooLarge(StatusError):
    """The request is larger than the server takes: status 413, or 400 with a size limit."""

    default_status = 413


class RateLimited(StatusError):
    """Too many requests: status 429; `retry_after` says when to come back."""

    default_status = 429


class InternalServerError(StatusError):
    """Qdrant failed: status 500, or another one of the 5xx family."""

    default_status = 500


class ServiceUnavailable(StatusError):
    """Qdrant cannot answer now: status 502, 503 or 504."""

    default_status = 503


class InsufficientStorage(StatusError):
    """A disk or a quota is full: status 507."""

    default_status = 507


class StorageError(AqdrantError, OSError):
    """The folder of the local store cannot be opened, read or written."""


class FolderInUse(StorageError):
    """Another process writes to the folder; it can be opened with ``read_only=True`` meanwhile.

    Args:
        pid: the other process, where it is known.
        host: the host that it runs on.
        since: when it opened the folder, ISO 8601 in UTC.
    """

    pid: int | None
    host: str | None
    since: str | None

    def __init__(
        self,
        message: str = "",
        *,
        pid: int | None = None,
        host: str | None = None,
        since: str | None = None,
        operation: str | None = None,
        target: str | None = None,
        fix: str | None = None,
    ) -> None:
        super().__init__(message, operation=operation, target=target, fix=fix)
        self.pid = pid
        self.host = host
        self.since = since


class StoreDamaged(StorageError):
    """What the folder holds is not what was written; nothing was changed."""


_BY_STATUS: dict[int, type[StatusError]] = {
    400: BadRequest,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: PayloadTooLarge,
    422: BadRequest,
    429: RateLimited,
    502: ServiceUnavailable,
    503: ServiceUnavailable,
    504: ServiceUnavailable,
    507: InsufficientStorage,
}


def status_error(status_code: int, message: str, **details: Any) -> StatusError:
    """Build the `StatusError` that belongs to an HTTP status.

    Args:
        status_code: the HTTP status, 400 or above.
        message: what the server said.
        **details: keyword arguments of `StatusError`; `retry_after` is read from the headers, or
            from the trailing metadata, where it is not among them.
    """
    kind = _BY_STATUS.get(status_code)
    if kind is None:
        kind = InternalServerError if status_code >= 500 else BadRequest
    if details.get("retry_after") is None:
        headers: Mapping[str, str] = details.get("headers") or {}
        for name, text in headers.items():
            if name.lower() == "retry-after":
                details["retry_after"] = _seconds_until(text)
    return kind(message, status_code=status_code, **details)


def _seconds_until(text: str) -> float | None:
    """Read ``Retry-After``: seconds, or an HTTP date (RFC 9110, 10.2.3)."""
    text = text.strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", text, re.ASCII):
        return float(text)
    from datetime import datetime
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
