"""Errors between processes and in logs: whole after pickling with what they came from, short."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from aqdrant import exceptions
from aqdrant.exceptions import AqdrantError, ConnectionFailed, NotFound, StatusError, StorageError

KINDS = [getattr(exceptions, name) for name in exceptions.__all__ if name != "status_error"]


def raised(kind: type[AqdrantError], cause: bool) -> AqdrantError:
    """An error that came in the handling of another one."""
    try:
        try:
            raise KeyError("first")
        except KeyError as error:
            raise kind("wrong.") from error if cause else None
    except AqdrantError as error:
        if not cause:
            error.__suppress_context__ = False
        return error


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("back", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))])
def test_context_and_cause_come_along(kind: type[AqdrantError], back: Any) -> None:
    there = back(raised(kind, cause=False))
    assert (type(there), there.args) == (kind, ("wrong.",))
    assert repr(there.__context__) == "KeyError('first')"
    assert (there.__cause__, there.__suppress_context__) == (None, False)
    there = back(raised(kind, cause=True))
    assert repr(there.__cause__) == "KeyError('first')"
    assert (there.__context__, there.__suppress_context__) == (None, True)


def test_long_chain_of_causes_is_no_labour() -> None:
    first: AqdrantError = ConnectionFailed("attempt 0")
    for attempt in range(1, 60):
        error = ConnectionFailed(f"attempt {attempt}")
        error.__cause__ = first
        first = error
    link: BaseException | None = pickle.loads(pickle.dumps(first))
    for attempt in reversed(range(60)):
        assert str(link) == f"attempt {attempt}"
        assert link is not None
        link = link.__cause__


class OfTheUser(StorageError):
    """A user's own error, made in another way than ours."""

    def __init__(self, code: int, place: str) -> None:
        super().__init__(f"{code} at {place}.", target=place)
        self.code = code


def test_class_of_the_user_comes_back() -> None:
    error = pickle.loads(pickle.dumps(OfTheUser(7, "here")))
    assert (type(error), error.code, str(error)) == (OfTheUser, 7, "here: 7 at here.")


def test_text_is_bounded_and_the_fields_are_not() -> None:
    error = NotFound("m" * 10**6, target="t" * 10**6, fix="End.", body=b"b" * 10**6)
    assert len(str(error)) <= 2000
    assert str(error).startswith("ttt")
    assert str(error).endswith("End.")
    assert len(repr(error)) <= 2020
    assert len(error.message) == 10**6
    assert repr(StatusError("short.")) == "StatusError('short.')"
