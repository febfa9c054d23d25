"""The file in a form, taken out of it while the form comes in: how snapshots are uploaded.

Called by `uploads`.
"""

from __future__ import annotations

from typing import Any, Final

from aqdrant.exceptions import UnsupportedOperation

from .refusing import Refused

__all__ = ["FormFile"]

_FIELD: Final = b"snapshot"


class FormFile:
    """The content of the first file called `snapshot` in a form.

    Args:
        content_type: the header of the request.

    Raises:
        Refused: the request brings no form.
        UnsupportedOperation: the package that reads forms is not installed.
    """

    def __init__(self, content_type: bytes) -> None:
        try:
            from python_multipart import multipart
            from python_multipart.exceptions import MultipartParseError
        except ImportError as error:
            raise UnsupportedOperation(
                "uploads need the package python-multipart.", fix="pip install 'aqdrant[server]'"
            ) from error
        self._broken: type[Exception] = MultipartParseError
        self._options: Any = multipart.parse_options_header
        kind, options = self._options(content_type)
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise Refused(415, "ContentTypeIncompatible")
        self._name = self._value = b""
        self._is_file = self._was_there = self._is_whole = False
        self._pieces: list[bytes] = []
        self._parser: Any = multipart.MultipartParser(
            boundary,
            {
                "on_part_data": self._on_data,
                "on_part_end": self._on_end_of_part,
                "on_header_field": self._on_field,
                "on_header_value": self._on_value,
                "on_header_end": self._on_end_of_header,
                "on_end": self._on_end,
            },
        )

    def feed(self, data: bytes) -> bytes:
        """Take more of the form, and give what of the file is in it.

        Raises:
            Refused: it is no form.
        """
        try:
            self._parser.write(data)
        except self._broken as error:
            raise Refused(400, f"Multipart stream is broken: {error}") from error
        content = b"".join(self._pieces)
        self._pieces.clear()
        return content

    def close(self) -> None:
        """Know that the form has ended.

        Raises:
            Refused: its end is missing, or the file.
        """
        if not self._is_whole:
            raise Refused(400, "Multipart stream is incomplete")
        if not self._was_there:
            raise Refused(400, "Required field is missing: snapshot")

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_end_of_header(self) -> None:
        if self._name.lower() == b"content-disposition":
            _, options = self._options(self._value)
            self._is_file = options.get(b"name") == _FIELD and not self._was_there
            self._was_there = self._was_there or self._is_file
        self._name = self._value = b""

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._pieces.append(data[start:end])

    def _on_end_of_part(self) -> None:
        self._is_file = False

    def _on_end(self) -> None:
        self._is_whole = True
