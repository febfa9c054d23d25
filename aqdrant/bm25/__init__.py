"""Turn text into the sparse vectors of Qdrant's `qdrant/bm25` model, in process.

The local engine, the server side and inference call this; it imports nothing else of ours, and
`snowballstemmer` only when a language is stemmed. A collection's sparse vector
needs `modifier=Modifier.IDF` for the scores to be BM25's.

Compared with `qdrant_edge.Bm25` and a recorded server, these are equal: tokens, the stopwords of 30
languages, 19 stemmers, hashes, weights and options. Two things the engine does by dictionaries and
guesses, and the `multilingual` tokenizer here does not: it cuts no words out of a run of Chinese,
Japanese, Thai or Khmer, and takes no text in Arabic letters for Persian. Stems may differ for odd
tokens: digits inside Danish and Finnish words, characters that are no letters in Arabic ones, and
capitals (`lowercase=False`) outside English.
"""

import math
import struct
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Final, NamedTuple

from aqdrant.bm25._hash import term_index
from aqdrant.bm25._multilingual import split_multilingual
from aqdrant.bm25._options import (
    read_average_length,
    read_language,
    read_number,
    read_stemmer,
    read_stopwords,
    read_tokenizer,
)
from aqdrant.bm25._tokens import MARK, split_at_spaces, split_code, split_marked, split_words
from aqdrant.bm25._tokens import lowercase as to_lowercase
from aqdrant.bm25._wordlists import folding_table

__all__ = ["Bm25", "TermVector"]

_CACHED_TOKENS: Final = 1 << 17
_TOGETHER: Final = 512
_SINGLE: Final = struct.Struct("f")


class TermVector(NamedTuple):
    """A sparse vector: distinct, ascending indices and the weight of each."""

    indices: list[int]
    values: list[float]


class Bm25:
    """Embed texts as Qdrant's `qdrant/bm25` does; the options are the fields of `Bm25Config`.

    Instances keep the terms they have met and may be shared between threads.

    Args:
        k: How far repetition of a term counts, 0 or more.
        b: How far the length of a document counts, from 0 to 1.
        avg_len: The expected number of terms in a document, above 0.
        tokenizer: `word` (the default), `whitespace`, `prefix`, `code` or `multilingual`.
        language: Whose stopwords and stemmer are the defaults, by name or code: `english` unless
            told, `none` for neither.
        lowercase: Whether tokens are lowercased first; True unless told.
        ascii_folding: Whether accented letters become ASCII; False unless told.
        stopwords: A language, or a mapping with `languages` and `custom` (lists of strings).
        stemmer: `{"type": "none"}` or `{"type": "snowball", "language": ...}`.
        min_token_len: The fewest characters of a term, after stemming.
        max_token_len: The most characters of a term, after stemming.

    Raises:
        ValueError: An option is out of range or unknown.
        ImportError: `snowballstemmer` is absent, or not of major version 2.

    Example:
        >>> Bm25().embed_query("running foxes")
        TermVector(indices=[243905464, 1621867415], values=[1.0, 1.0])
    """

    def __init__(
        self,
        *,
        k: float | None = None,
        b: float | None = None,
        avg_len: float | None = None,
        tokenizer: str | None = None,
        language: str | None = None,
        lowercase: bool | None = None,
        ascii_folding: bool | None = None,
        stopwords: str | Mapping[str, object] | None = None,
        stemmer: Mapping[str, object] | None = None,
        min_token_len: int | None = None,
        max_token_len: int | None = None,
    ) -> None:
        self._k = read_number("k", k, 1.2, low=0.0, high=math.inf)
        self._b = read_number("b", b, 0.75, low=0.0, high=1.0)
        self._avg_len = read_average_length(avg_len)
        self._tokenizer = read_tokenizer(tokenizer)
        self._lowercase = lowercase is not False
        self._folding = folding_table() if ascii_folding else None
        name = None if language == "none" else read_language("language", language or "english")
        self._stopwords = read_stopwords(stopwords, name, lowercase=self._lowercase)
        self._stem = read_stemmer(stemmer, name)
        self._min_len = min_token_len
        self._max_len = max_token_len
        self._terms: dict[str, tuple[int, ...]] = {}
        self._kept: dict[str, tuple[str, ...]] = {}
        self._kept_or_mark: dict[str, tuple[str | None, ...]] = {MARK: (None,)}

    def terms(self, text: str) -> list[int]:
        """Return the index of every kept token, in the text's order, repetitions included."""
        known = self._terms
        if len(known) > _CACHED_TOKENS:
            known.clear()
        terms: list[int] = []
        for token in self._tokens(text):
            found = known.get(token)
            if found is None:
                found = known[token] = self._token_indices(token)
            terms += found
        return terms

    def tokens(self, text: str) -> list[str]:
        """Return every kept token in the form that is indexed, in order, repetitions included."""
        known = self._kept
        if len(known) > _CACHED_TOKENS:
            known.clear()
        tokens: list[str] = []
        for token in self._tokens(text):
            found = known.get(token)
            if found is None:
                found = known[token] = self._kept_forms(token)
            tokens += found
        return tokens

    def tokens_of_all(self, texts: Sequence[str]) -> list[str | None]:
        """Return the kept tokens of many texts one after another, and None after each text."""
        tokens: list[str | None] = []
        for start in range(0, len(texts), _TOGETHER):
            some = texts[start : start + _TOGETHER]
            together = self._cut_together(some) if self._tokenizer == "word" else None
            if together is not None:
                tokens += together
                continue
            for text in some:
                tokens += self.tokens(text)
                tokens.append(None)
        return tokens

    def _cut_together(self, texts: Sequence[str]) -> list[str | None] | None:
        """Cut texts in plain ASCII by one call; None where they are not."""
        pieces = split_marked(texts)
        if pieces is None:
            return None
        if len(self._kept_or_mark) > _CACHED_TOKENS:
            self._kept_or_mark = {MARK: (None,)}  # another thread may be at the one before
        forms = self._kept_or_mark
        for token in set(pieces).difference(forms):
            forms[token] = self._kept_forms(token)
        return list(chain.from_iterable(map(forms.__getitem__, pieces)))

    def query_tokens(self, text: str) -> list[str]:
        """Return the tokens that a query looks for: of prefixes only the longest one indexed."""
        if self._tokenizer == "prefix":
            return list(self._prefix_query_terms(text))
        return self.tokens(text)

    def embed_document(self, text: str) -> TermVector:
        """Return the weights of a document's terms: saturated, length-normalised frequencies."""
        indices = self.terms(text)
        if not indices:
            return TermVector([], [])
        counts: dict[int, int] = {}
        for index in indices:
            counts[index] = counts.get(index, 0) + 1
        k, b = self._k, self._b
        norm = k * (1.0 - b + b * len(indices) / self._avg_len)
        weights = {n: _single(n * (k + 1.0) / (n + norm)) for n in set(counts.values())}
        ordered = sorted(counts)
        return TermVector(ordered, [weights[counts[index]] for index in ordered])

    def embed_query(self, text: str) -> TermVector:
        """Return weight 1 for each distinct term of a query."""
        if self._tokenizer == "prefix":
            found = {term_index(term) for term in self._prefix_query_terms(text)}
        else:
            found = set(self.terms(text))
        return TermVector(sorted(found), [1.0] * len(found))

    def _tokens(self, text: str) -> list[str]:
        if self._tokenizer == "whitespace":
            return split_at_spaces(text)
        if self._tokenizer == "multilingual":
            return split_multilingual(text)
        if self._tokenizer == "code":
            return split_code(text, compounds=self._lowercase)
        return split_words(text)

    def _token_indices(self, token: str) -> tuple[int, ...]:
        return tuple(map(term_index, self._kept_forms(token)))

    def _kept_forms(self, token: str) -> tuple[str, ...]:
        """Return what a token is indexed as: nothing, itself in normal form, or its prefixes."""
        term = self._normalize(token)
        if term in self._stopwords:
            return ()
        if self._stem is not None:
            term = self._stem(term)
        if self._tokenizer == "prefix":
            longest = len(term) if self._max_len is None else min(len(term), self._max_len)
            shortest = 1 if self._min_len is None else self._min_len
            return tuple(term[:end] for end in range(shortest, longest + 1))
        return (term,) if self._fits(term) else ()

    def _prefix_query_terms(self, text: str) -> Iterator[str]:
        """Yield the longest indexed prefix of each word: the engine drops no stopword here."""
        for token in self._tokens(text):
            term = self._normalize(token)
            if self._stem is not None:
                term = self._stem(term)
            term = term[: self._max_len]
            if self._min_len is None or len(term) >= self._min_len:
                yield term

    def _normalize(self, token: str) -> str:
        if self._folding is not None and not token.isascii():
            token = token.translate(self._folding)
        return to_lowercase(token) if self._lowercase else token

    def _fits(self, term: str) -> bool:
        shortest, longest = self._min_len, self._max_len
        long_enough = shortest is None or len(term) >= shortest
        return long_enough and (longest is None or len(term) <= longest)


def _single(number: float) -> float:
    """Round to single precision, in which the engine keeps weights."""
    rounded: float = _SINGLE.unpack(_SINGLE.pack(number))[0]
    return rounded
