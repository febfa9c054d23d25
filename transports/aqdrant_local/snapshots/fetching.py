"""A snapshot got from where its caller says it is: a file, an address, a name.

Called by the handlers of recoveries.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import httpx

from aqdrant.exceptions import BadRequest, Forbidden, InternalServerError, NotFound
from aqdrant_local.locks import Patience
from aqdrant_local.refusals import bad_request
from aqdrant_local.state import State

from .shelf import sum_of

__all__ = ["check_sum", "fetched", "valid_sum"]

_SUM = re.compile("[0-9a-fA-F]{64}")
_SCHEME = re.compile("([A-Za-z][A-Za-z0-9+.-]+):")  # two letters or more: C: is a drive
_CONNECT_TIMEOUT = 30.0


@contextmanager
def fetched(
    state: State, place: str, location: str, api_key: str | None, patience: Patience
) -> Generator[Path]:
    """The file of a snapshot, downloaded where it has to be.

    Args:
        state: whose snapshots are meant where a name is given.
        place: where among them.
        location: a ``file://``, ``http://`` or ``https://`` URL, a path, or a snapshot's name.
        api_key: a key for the server of the URL.
        patience: until when.

    Raises:
        BadRequest: there is nothing at the location.
        NotFound: it is a name, and the engine, which serves others, has no such snapshot.
        Forbidden: it is a file outside, and the engine serves others.
        InternalServerError: the server of the URL cannot be reached.
    """
    found = _SCHEME.match(location)
    scheme = found.group(1).lower() if found else None
    if scheme in ("http", "https"):
        with state.shelf.scratch() as file:
            _download(location, api_key, file, patience)
            yield file
    elif scheme == "file":
        yield _local(state, Path(url2pathname(urlsplit(location).path)))
    elif scheme is not None:
        problem = f"URL {location} with scheme {scheme} is not supported"
        raise bad_request(problem, parameter="location")
    else:
        try:
            yield state.shelf.find(place, location)
        except NotFound:
            path = Path(location)
            if state.is_confined and not path.is_absolute():
                raise
            yield _local(state, path)


def valid_sum(checksum: str | None) -> str | None:
    """A SHA-256 in hex, in small letters.

    Raises:
        BadRequest: it is none.
    """
    if checksum is None:
        return None
    if not _SUM.fullmatch(checksum):
        raise BadRequest(
            f"checksum: {checksum[:80]!r} is no SHA-256 in hex, which has 64 digits.",
            status_code=422,
            parameter="checksum",
        )
    return checksum.lower()


def check_sum(file: Path, wanted: str | None) -> None:
    """Refuse a file whose SHA-256 is another one.

    Raises:
        BadRequest: it is.
    """
    if wanted is not None and (found := sum_of(file)) != wanted:
        raise BadRequest(
            f"Snapshot checksum mismatch: expected {wanted}, got {found}",
            parameter="checksum",
            fix="Copy or download the snapshot again.",
        )


def _local(state: State, path: Path) -> Path:
    root = state.shelf.root
    if state.is_confined and not path.resolve().is_relative_to(root.resolve()):
        raise Forbidden(f'Snapshot file path must be inside the snapshots directory "{root}"')
    if not path.is_file():
        raise bad_request(f'Snapshot file "{path}" does not exist', parameter="location")
    return path


def _download(url: str, api_key: str | None, file: Path, patience: Patience) -> None:
    headers = {} if api_key is None else {"api-key": api_key}
    timeout = httpx.Timeout(patience.remaining(), connect=_CONNECT_TIMEOUT)
    try:
        with (
            httpx.stream(
                "GET", url, headers=headers, timeout=timeout, follow_redirects=True
            ) as answer,
            file.open("wb") as target,
        ):
            if not answer.is_success:
                reason = f"{answer.status_code} {httpx.codes.get_reason_phrase(answer.status_code)}"
                raise BadRequest(
                    f"Failed to download snapshot from {url}: status - {reason}",
                    parameter="location",
                )
            for piece in answer.iter_bytes():
                patience.next_step()
                target.write(piece)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise InternalServerError(
            f"Http request error: {url}: {error}", fix="Look at the URL, and at what serves it."
        ) from error
