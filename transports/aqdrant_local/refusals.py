"""Errors that several queries and reads share."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from aqdrant.exceptions import BadRequest

__all__ = ["WrongSize", "bad_request", "malformed", "out_of_range", "within"]


class WrongSize(BadRequest):
    """A vector has another number of dimensions than the collection's."""


def bad_request(message: str, fix: str | None = None, *, parameter: str) -> BadRequest:
    """The error for what a server calls a bad request, where most are wrong input to it."""
    text = message if fix is None else f"{message} {fix}"
    return BadRequest(message, fix=fix, parameter=parameter, reason=f"Bad request: {text}")


def malformed(message: str, fix: str | None = None, *, parameter: str) -> BadRequest:
    """The error for what a server refuses when it reads the body of a request."""
    text = message if fix is None else f"{message} {fix}"
    reason = f"Format error in JSON body: {text}"
    return BadRequest(message, fix=fix, parameter=parameter, reason=reason)


def out_of_range(name: str, value: int, smallest: int) -> BadRequest:
    """The error for a number below the smallest that is allowed."""
    return BadRequest(
        f"{name} must be {smallest} or more, not {value}.", status_code=422, parameter=name
    )


@contextmanager
def within(path: str) -> Generator[None]:
    """Have an error of a part name the part; without a path, the whole."""
    try:
        yield
    except BadRequest as error:
        if path:
            error.parameter = f"{path}.{error.parameter}" if error.parameter else path
            error.message = f"{path}: {error.message}"
        raise
