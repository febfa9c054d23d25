"""Words of the strings of a payload column: which strings have them, next to each other or not.

Used by the strings of a column, one index of words for each way to cut text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, Mask, grown
from .postings import Postings

__all__ = ["Codes", "TextIndex", "Tokenizer", "Words"]

Codes: TypeAlias = NDArray[np.int64]
"""Numbers of strings, ascending."""

_NO_CODES: Codes = np.zeros(0, dtype=np.int64)
_BLOCK = 8192  # texts cut at a time


class Tokenizer(Protocol):
    """A way to cut text, of texts that are stored and of texts that are looked for."""

    def tokens(self, text: str) -> list[str]:
        """The words of a stored text, in order."""
        ...

    def tokens_of_all(self, texts: Sequence[str]) -> list[str | None]:
        """The words of many stored texts, one after another, and None after each text."""
        ...

    def query_tokens(self, text: str) -> list[str]:
        """The words to look for."""
        ...


class TextIndex(NamedTuple):
    """How the strings under one path are cut into words."""

    tokenizer: Tokenizer
    has_phrases: bool
    """Whether phrases can be matched."""


class Words:
    """An index of the words of numbered texts, which are added and never taken away."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._vocabulary: dict[str | None, int] = {None: -1}  # none stands after each text
        # word → texts, with how often each has it
        self._postings: Postings[np.int64] = Postings(np.int64, weighted=True)
        self._sequence: NDArray[np.int32] = np.zeros(0, dtype=np.int32)  # words, text after text
        self._ends: NDArray[np.int64] = np.zeros(1, dtype=np.int64)  # [n] is where text n begins
        self.size = 0  # texts that were cut

    def extend(self, texts: Sequence[str]) -> None:
        """Take the texts that follow those taken already."""
        for start in range(0, len(texts), _BLOCK):
            self._extend(texts[start : start + _BLOCK])

    def _extend(self, texts: Sequence[str]) -> None:
        numbered = self._vocabulary
        tokens = self._tokenizer.tokens_of_all(texts)
        for token in set(tokens).difference(numbered):
            numbered[token] = len(numbered) - 1
        numbers = np.fromiter(map(numbered.__getitem__, tokens), np.int64, len(tokens))
        marks = np.flatnonzero(numbers < 0)
        words, lengths = numbers[numbers >= 0], np.diff(marks, prepend=-1) - 1
        first, last = self.size, self.size + len(texts)
        begin = int(self._ends[first])
        self._ends = grown(self._ends, last + 1)
        self._ends[first + 1 : last + 1] = begin + np.cumsum(lengths)
        self._sequence = grown(self._sequence, begin + len(words))
        self._sequence[begin : begin + len(words)] = words
        owners = np.repeat(np.arange(first, last, dtype=np.int64), lengths)
        # Both are less than 2**31.
        pairs, counts = np.unique(words << 32 | owners, return_counts=True)
        nothing, often = np.zeros(0, dtype=np.intp), counts.astype(np.float32)
        self._postings.replace(last, nothing, pairs >> 32, pairs & 0xFFFF_FFFF, often)
        self.size = last

    def words_of(self, text: str, *, as_stored: bool = False) -> list[int | None]:
        """The words of a text that is looked for, as numbers; None where no text has the word."""
        cut = self._tokenizer.tokens if as_stored else self._tokenizer.query_tokens
        return [self._vocabulary.get(token) for token in cut(text)]

    def lengths(self) -> NDArray[np.int64]:
        """Of each text, how many words it has."""
        return np.diff(self._ends[: self.size + 1])

    def having(self, word: int) -> tuple[Codes, Floats]:
        """Texts that have this word, each once, and how often each has it."""
        texts, often = self._postings.weighted(word)
        return texts.astype(np.int64, copy=False), often

    def with_word(self, word: int) -> Codes:
        """Texts that have this word."""
        return self._numbers(self._flags([word]))

    def with_all(self, words: Sequence[int | None]) -> Codes:
        """Texts that have all of these words; none where there are no words."""
        known = {word for word in words if word is not None}
        if not known or None in words:
            return _NO_CODES
        return self._numbers(np.logical_and.reduce([self._flags([word]) for word in known]))

    def with_any(self, words: Sequence[int | None]) -> Codes:
        """Texts that have one of these words."""
        return self._numbers(self._flags({word for word in words if word is not None}))

    def _flags(self, words: Iterable[int]) -> Mask:
        """Of each text, whether it has one of these words."""
        there = np.zeros(self.size, dtype=np.bool_)
        for word in words:
            there[self._postings.equal(word)] = True
        return there

    def _numbers(self, flags: Mask) -> Codes:
        return np.flatnonzero(flags).astype(np.int64, copy=False)

    def with_phrase(self, words: Sequence[int | None]) -> Codes:
        """Texts that have these words next to each other, in this order."""
        phrase = [word for word in words if word is not None]
        if not phrase or len(phrase) < len(words):
            return _NO_CODES
        if len(phrase) == 1:
            return self.with_all(phrase)
        # Comparing the whole sequence, word by word, is faster than finding out where to look.
        last = max(0, int(self._ends[self.size]) - len(phrase) + 1)
        places = np.flatnonzero(self._sequence[:last] == phrase[0])
        for step, word in enumerate(phrase[1:], 1):
            places = places[self._sequence[places + step] == word]
        texts = self._ends[: self.size + 1].searchsorted(places, "right") - 1
        inside = places + len(phrase) <= self._ends[texts + 1]
        texts = texts[inside].astype(np.int64, copy=False)  # ascending, as the places are
        return texts[np.diff(texts, prepend=-1) > 0]

    @property
    def with_none(self) -> Codes:
        """Texts without a word."""
        return np.flatnonzero(np.diff(self._ends[: self.size + 1]) == 0).astype(np.int64)
