"""Texts with a checksum: settings of collections, definitions of indexes.

Used by `catalog` and `manifest`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar
from zlib import crc32

from aqdrant import models
from aqdrant.exceptions import AqdrantError, BadRequest

from .errors import damaged

__all__ = ["numbers_mark", "read_model", "text_mark", "written_model"]

M = TypeVar("M", bound=models.Model)


def text_mark(*texts: str) -> int:
    """The checksum of some texts: CRC-32, each begun with that of the one before."""
    mark = 0
    for text in texts:
        mark = crc32(text.encode(), mark)
    return mark


def numbers_mark(*numbers: int) -> int:
    """The checksum of some numbers, as texts."""
    return text_mark(*(f"{number} " for number in numbers))


def written_model(model: models.Model) -> str:
    """The JSON of a model.

    Raises:
        BadRequest: it has none.
    """
    try:
        return model.model_dump_json(exclude_none=True, by_alias=True)
    except (UnicodeEncodeError, TypeError, OverflowError, RecursionError) as error:
        raise BadRequest(f"The settings cannot be stored: {error}.") from error


def read_model(kind: type[M], path: Path, mark: int, name: str, text: str) -> M:
    """The model of a text in a file, whose checksum with its name is `mark`.

    Raises:
        StoreDamaged: it is not what was written.
    """
    try:
        if text_mark(name, text) == mark:
            return kind.model_validate_json(text)
    except (AqdrantError, AttributeError, UnicodeEncodeError):
        pass
    raise damaged(path, "settings are not what was written")
