"""Read the options of BM25 and say what is wrong with them.

Called by the constructor of `aqdrant.bm25.Bm25`.
"""

import math
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Final, cast

from aqdrant.bm25._stemming import STEMMED, Stem, find_stemmer
from aqdrant.bm25._wordlists import LANGUAGES, language_name, stopwords_of

_TOKENIZERS: Final = ("code", "multilingual", "prefix", "whitespace", "word")


def read_number(
    option: str, given: float | None, default: float, *, low: float, high: float
) -> float:
    """Return a finite number within bounds, both included."""
    if given is None:
        return default
    if not math.isfinite(given) or not low <= given <= high:
        wanted = f"{low:g} or more" if math.isinf(high) else f"from {low:g} to {high:g}"
        raise ValueError(f"BM25 {option} must be finite and {wanted}, got {given!r}")
    return float(given)


def read_average_length(given: float | None) -> float:
    """Return the expected length of a document, 256 unless told."""
    if given is None:
        return 256.0
    if not math.isfinite(given) or given <= 0:
        raise ValueError(f"BM25 avg_len must be finite and above 0, got {given!r}")
    return float(given)


def read_tokenizer(given: str | None) -> str:
    """Return the tokenizer's name, `word` unless told."""
    if given is None:
        return "word"
    name = str(getattr(given, "value", given))
    if name not in _TOKENIZERS:
        raise ValueError(f"BM25 tokenizer must be one of {', '.join(_TOKENIZERS)}, got {name!r}")
    return name


def read_language(option: str, given: object) -> str:
    """Return the name of a language given by name or code."""
    text = str(getattr(given, "value", given))
    name = language_name(text)
    if name is None:
        near = get_close_matches(text.lower(), LANGUAGES, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(LANGUAGES)}"
        raise ValueError(f"BM25 {option} has no language {text!r}; {hint}")
    return name


def read_stopwords(given: object, language: str | None, *, lowercase: bool) -> frozenset[str]:
    """Return the stopwords asked for, or those of the language when nothing was."""
    if given is None:
        return frozenset() if language is None else stopwords_of(language)
    if isinstance(given, str):
        return stopwords_of(read_language("stopwords", given))
    if not isinstance(given, Mapping):
        raise ValueError(
            "BM25 stopwords must be a language or a mapping with `languages` and `custom`, "
            f"got {type(given).__name__}"
        )
    lists = cast(Mapping[str, Sequence[str] | None], given)
    words = {word.lower() if lowercase else word for word in lists.get("custom") or ()}
    for name in lists.get("languages") or ():
        words |= stopwords_of(read_language("stopwords", name))
    return frozenset(words)


def read_stemmer(given: Mapping[str, object] | None, language: str | None) -> Stem | None:
    """Return the stemmer asked for, or the language's own where it has one; None for none."""
    if given is None:
        return find_stemmer(language) if language in STEMMED else None
    kind = str(getattr(given.get("type"), "value", given.get("type")))
    if kind == "none":
        return None
    if kind != "snowball":
        raise ValueError(f"BM25 stemmer type must be 'snowball' or 'none', got {kind!r}")
    asked = given.get("language")
    name = str(getattr(asked, "value", asked))
    if name not in STEMMED:
        raise ValueError(f"BM25 stemmer language must be one of {', '.join(STEMMED)}, got {name!r}")
    return find_stemmer(name)
