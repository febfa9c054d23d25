"""The different strings of a payload column, numbered, and what can be asked about them.

Every view (dates, order, text, words) is built when it is first asked for, and grows with the
strings. Used by payload columns; rows are not known here.
"""

from __future__ import annotations

import re
import threading
import uuid
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import islice
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .arrays import distinct
from .datetimes import parse_datetimes
from .words import Codes, Tokenizer, Words

__all__ = ["Strings", "View", "uuid_of"]

_UUID: Final = re.compile(
    r"(?:urn:uuid:)?(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"|\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}",
    re.IGNORECASE | re.ASCII,
)

View: TypeAlias = Literal["moments", "order", "blob", "words"]
"""What has been made of the strings: dates, their order, their text end to end, their words."""

_END: Final = b"\xff"  # in no UTF-8, so nothing that is looked for spans two strings
_FEW = 64  # strings that are put in their places one by one
_NO_CODES: Codes = np.zeros(0, dtype=np.int64)


def uuid_of(text: str) -> int | None:
    """The UUID that a text is, in any spelling; None where it is none."""
    return uuid.UUID(text).int if _UUID.fullmatch(text) else None


class Strings:
    """Strings by number, in the order in which they came; none is ever taken away."""

    def __init__(self) -> None:
        self.codes: dict[str, int] = {}
        # Readers share the collection's lock, and the first that needs a view brings it up to date.
        self._viewing = threading.Lock()
        self._texts: list[str] = []
        self._moments: NDArray[np.int64] = _NO_CODES
        self._sorted: list[str] = []
        self._sorted_codes: Codes = _NO_CODES
        self._blobs: list[bytes] = []
        self._ends: NDArray[np.int64] = _NO_CODES
        self._uuids: Codes = _NO_CODES
        self._uuid_codes: dict[int, int] = {}  # UUID → the first string that means it
        self._words: dict[Tokenizer, Words] = {}

    def __len__(self) -> int:
        return len(self.codes)

    def missing(self, view: View, tokenizer: Tokenizer | None = None) -> int:
        """How many strings a view has yet to take in. No lock is waited for."""
        if view == "words":
            words = None if tokenizer is None else self._words.get(tokenizer)
            return len(self.codes) - (0 if words is None else words.size)
        known = {"moments": self._moments, "order": self._sorted_codes, "blob": self._ends}
        return len(self.codes) - len(known[view])

    def texts(self) -> list[str]:
        """The strings, by number."""
        with self._viewing:
            self._texts += self._since(len(self._texts))
            return self._texts

    def moments(self) -> NDArray[np.int64]:
        """Of each string, the microseconds since 1970, or NO_DATE."""
        with self._viewing:
            fresh = self._since(len(self._moments))
            if fresh:
                self._moments = np.concatenate([self._moments, parse_datetimes(fresh)])
            return self._moments

    def uuids(self) -> Codes:
        """Of each string, the first one that is the same UUID in any spelling; -1 of no UUID."""
        with self._viewing:
            first = len(self._uuids)
            added = [
                -1 if number is None else self._uuid_codes.setdefault(number, code)
                for code, number in enumerate(map(uuid_of, self._since(first)), first)
            ]
            if added:
                self._uuids = np.concatenate([self._uuids, np.array(added, dtype=np.int64)])
            return self._uuids

    def same_uuids(self, values: Iterable[str]) -> Codes:
        """The first strings that are one of these UUIDs, in any spelling."""
        self.uuids()
        known = (
            self._uuid_codes.get(number) for number in map(uuid_of, values) if number is not None
        )
        return np.array(sorted({code for code in known if code is not None}), dtype=np.int64)

    def starting_with(self, prefix: str) -> Codes:
        """Strings that begin with this one."""
        with self._viewing:
            self._grow_order()
            texts, codes_of = self._sorted, self._sorted_codes
        size = len(prefix)
        first = bisect_left(texts, prefix)
        last = bisect_right(texts, prefix, lo=first, key=lambda text: text[:size])
        return np.sort(codes_of[first:last])

    def _grow_order(self) -> None:
        fresh = self._since(len(self._sorted))
        if not fresh:
            return
        texts = self._sorted.copy()  # other readers may be searching in the one before
        if len(fresh) <= _FEW:
            fresh.sort()
            places = [bisect_left(texts, text) for text in fresh]
            codes = [self.codes[text] for text in fresh]
            self._sorted_codes = np.insert(self._sorted_codes, places, codes)
            for place, text in zip(reversed(places), reversed(fresh), strict=True):
                texts.insert(place, text)
        else:
            texts += fresh
            texts.sort()
            known = map(self.codes.__getitem__, texts)
            self._sorted_codes = np.fromiter(known, dtype=np.int64, count=len(texts))
        self._sorted = texts

    def containing(self, part: str) -> Codes:
        """Strings that have this one in them."""
        with self._viewing:
            self._grow_blobs()
            blobs, ends = list(self._blobs), self._ends
        if not part:
            return np.arange(len(ends), dtype=np.int64)
        wanted = re.compile(re.escape(part.encode("utf-8", "surrogatepass")))
        found: list[int] = []
        offset = 0
        for blob in blobs:
            found += [offset + match.start() for match in wanted.finditer(blob)]
            offset += len(blob)
        places = np.array(found, dtype=np.int64)
        return distinct(ends.searchsorted(places, "right")).astype(np.int64)

    def _grow_blobs(self) -> None:
        fresh = [text.encode("utf-8", "surrogatepass") for text in self._since(len(self._ends))]
        if not fresh:
            return
        lengths = np.array([len(text) + 1 for text in fresh], dtype=np.int64)
        begin = int(self._ends[-1]) if len(self._ends) else 0
        self._ends = np.concatenate([self._ends, begin + np.cumsum(lengths)])
        blob = _END.join(fresh) + _END
        # Each is at least twice as long as the next, so there are few.
        while self._blobs and len(self._blobs[-1]) < 2 * len(blob):
            blob = self._blobs.pop() + blob
        self._blobs.append(blob)

    def words(self, tokenizer: Tokenizer) -> Words:
        """The words of the strings, as this tokenizer cuts them."""
        with self._viewing:
            words = self._words.get(tokenizer)
            if words is None:
                words = self._words[tokenizer] = Words(tokenizer)
            if words.size < len(self.codes):
                words.extend(self._since(words.size))
            return words

    def _since(self, known: int) -> list[str]:
        fresh = list(islice(reversed(self.codes), len(self.codes) - known))
        fresh.reverse()
        return fresh
