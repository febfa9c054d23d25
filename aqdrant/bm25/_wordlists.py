"""The data files of BM25: stopwords by language and the letters that fold to ASCII.

Called by `aqdrant.bm25`. Both were found by asking the engine (`qdrant_edge.Bm25`): a stopword is a
token for which it yields an empty vector, and a letter folds to what has the same term index.
"""

from functools import cache
from importlib.resources import files
from typing import Final

# What may stand for a language, and the name that stands for it in our data.
_CODES: Final = {
    "ar": "arabic",
    "az": "azerbaijani",
    "bn": "bengali",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "he": "hebrew",
    "hi-en": "hinglish",
    "hu": "hungarian",
    "id": "indonesian",
    "it": "italian",
    "jp": "japanese",
    "kk": "kazakh",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sl": "slovene",
    "sv": "swedish",
    "tg": "tajik",
    "tr": "turkish",
    "zh": "chinese",
}
LANGUAGES: Final = tuple(sorted(_CODES.values()))


def language_name(language: str) -> str | None:
    """Return the name of a language given by name or code, None when there is no such language."""
    return _CODES.get(language, language if language in LANGUAGES else None)


@cache
def stopwords_of(language: str) -> frozenset[str]:
    """Return the stopwords of a language, given by its name."""
    return frozenset(_read(f"stopwords/{language}.txt").split())


@cache
def folding_table() -> dict[int, str]:
    """Return what each accented or stylised letter folds to, for `str.translate`."""
    table: dict[int, str] = {}
    for line in _read("folding.txt").splitlines():
        folded, letters = line.split(" ")
        table.update((ord(letter), folded) for letter in letters)
    return table


def _read(name: str) -> str:
    return files("aqdrant.bm25").joinpath(name).read_text(encoding="utf-8")
