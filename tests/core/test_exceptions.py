"""The tree of errors: as drawn, kin to the built-in ones, whole after pickling."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from aqdrant import exceptions
from aqdrant.exceptions import (
    AqdrantError,
    ArgumentError,
    BadRequest,
    ConnectionFailed,
    OperationTimeout,
    RateLimited,
    StatusError,
    UnsupportedOperation,
    status_error,
)

KINDS: list[type[AqdrantError]] = [
    value
    for value in vars(exceptions).values()
    if inspect.isclass(value) and issubclass(value, AqdrantError)
]


def drawn() -> list[tuple[str, str, str | None]]:
    """The rows of the drawing: class, parent, the kin in brackets."""
    path: list[str] = []
    rows: list[tuple[str, str, str | None]] = []
    for line in (exceptions.__doc__ or "").splitlines():
        found = re.match(r"^ {4}(?P<bars>[│├└─ ]*)(?P<name>\w+)(?: +\((?P<kin>\w+)\))?", line)
        if not found:
            continue
        depth = len(found["bars"]) // 4
        path[depth:] = [found["name"]]
        if depth:
            rows.append((found["name"], path[depth - 1], found["kin"]))
    return rows


def test_drawing_is_complete() -> None:
    assert {row[0] for row in drawn()} == {kind.__name__ for kind in KINDS} - {"AqdrantError"}


@pytest.mark.parametrize(("name", "parent", "kin"), drawn(), ids=lambda part: part)
def test_class_stands_where_it_is_drawn(name: str, parent: str, kin: str | None) -> None:
    bases = getattr(exceptions, name).__bases__
    assert [base.__name__ for base in bases] == [parent, *([kin] if kin else [])]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_text_tells_operation_target_and_fix(kind: type[AqdrantError]) -> None:
    error = kind("it went wrong.", operation="QueryPoints", target="http://h:1", fix="Do this.")
    assert str(error) == "QueryPoints on http://h:1: it went wrong. Do this."
    assert error.args == ("it went wrong.",)
    assert str(kind("it went wrong.")) == "it went wrong."
    assert str(kind("wrong.", target="here")) == "here: wrong."


def details(kind: type[AqdrantError]) -> dict[str, Any]:
    """Every field of a class, with a value."""
    own = inspect.signature(kind).parameters
    values: dict[str, Any] = {
        "operation": "UpsertPoints",
        "target": "collection 'c'",
        "fix": "Wait.",
        "parameter": "points[0]",
        "supported_by": ("rest",),
        "timeout": 1.5,
        "processed": False,
        "status_code": 418,
        "grpc_code": "ABORTED",
        "reason": "teapot",
        "body": b"\xff{}",
        "headers": {"retry-after": "2"},
        "retry_after": 2.0,
    }
    return {name: value for name, value in values.items() if name in own}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_pickling_keeps_everything(kind: type[AqdrantError], protocol: int) -> None:
    error = kind("wrong.", **details(kind))
    error.__cause__ = OSError(5, "inner")
    error.add_note("a note")
    back = pickle.loads(pickle.dumps(error, protocol))
    assert type(back) is kind
    assert vars(back) == vars(error)
    assert str(back) == str(error)
    assert back.args == error.args
    assert isinstance(back.__cause__, OSError)
    assert back.__cause__.args == (5, "inner")
    assert back.__suppress_context__ is error.__suppress_context__


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_copying_keeps_everything(kind: type[AqdrantError]) -> None:
    error = kind("wrong.", **details(kind))
    assert vars(copy.copy(error)) == vars(error)


def test_cause_that_cannot_be_pickled_is_no_obstacle() -> None:
    error = OperationTimeout("late.", timeout=1.0)
    error.__cause__ = RuntimeError(lambda: None)
    back = pickle.loads(pickle.dumps(error))
    assert back.timeout == 1.0
    assert "lambda" in str(back.__cause__)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "BadRequest"),
        (401, "Unauthenticated"),
        (403, "Forbidden"),
        (404, "NotFound"),
        (409, "Conflict"),
        (413, "PayloadTooLarge"),
        (418, "BadRequest"),
        (422, "BadRequest"),
        (429, "RateLimited"),
        (500, "InternalServerError"),
        (501, "InternalServerError"),
        (502, "ServiceUnavailable"),
        (503, "ServiceUnavailable"),
        (504, "ServiceUnavailable"),
        (507, "InsufficientStorage"),
        (599, "InternalServerError"),
    ],
)
def test_status_has_its_class(status: int, kind: str) -> None:
    error = status_error(status, "no.", reason="because", headers={"a": "b"}, retry_after=3.0)
    assert type(error).__name__ == kind
    assert error.status_code == status
    assert (error.reason, error.headers, error.retry_after) == ("because", {"a": "b"}, 3.0)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2", 2.0),
        (" 1.5 ", 1.5),
        ("0", 0.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("Thu, 01 Jan 1970 00:00:00", 0.0),
        ("-1", None),
        ("soon", None),
        ("", None),
        ("99999999999999999999", None),
        ("٣", None),
    ],
)
@pytest.mark.parametrize("name", ["Retry-After", "retry-after"])
def test_headers_say_when_to_come_back(name: str, text: str, seconds: float | None) -> None:
    assert status_error(429, "no.", headers={"a": "b", name: text}).retry_after == seconds
    assert status_error(429, "no.", headers={name: text}, retry_after=7.0).retry_after == 7.0


def test_date_to_come_back_is_counted_from_now() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    retry_after = status_error(503, "no.", headers={"Retry-After": date}).retry_after
    assert retry_after is not None
    assert 90 < retry_after <= 100


def test_status_of_a_class_is_its_own() -> None:
    wanted = {"StatusError": 500, "BadRequest": 400, "RateLimited": 429, "InsufficientStorage": 507}
    for name, status in wanted.items():
        assert getattr(exceptions, name)("x").status_code == status


def test_bad_request_is_caught_as_argument_error() -> None:
    error = BadRequest("no.", parameter="limit")
    assert isinstance(error, ArgumentError)
    assert isinstance(error, StatusError)
    assert isinstance(error, ValueError)
    assert error.parameter == "limit"


def test_built_in_kin_are_caught() -> None:
    for name, kin in (
        ("ClientClosed", RuntimeError),
        ("UnsupportedOperation", NotImplementedError),
        ("ConnectionFailed", ConnectionError),
        ("TLSFailed", OSError),
        ("OperationTimeout", TimeoutError),
        ("DecodeError", ValueError),
        ("Forbidden", PermissionError),
        ("NotFound", LookupError),
        ("StorageError", OSError),
    ):
        with pytest.raises(kin):
            raise getattr(exceptions, name)("x")


def test_errors_carry_what_is_special_about_them() -> None:
    assert RateLimited("x", retry_after=7.0).retry_after == 7.0
    assert UnsupportedOperation("x", supported_by=("rest",)).supported_by == ("rest",)
    late = OperationTimeout("x", timeout=0.5, processed=True)
    assert (late.timeout, late.processed) == (0.5, True)
    assert ConnectionFailed("x", processed=False).processed is False
    assert ConnectionFailed("x").processed is None
