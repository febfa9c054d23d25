"""Stemmers by language, from `snowballstemmer`.

Called by `aqdrant.bm25`. The engine's stemmers are those of Snowball before 3.0, which changed
several languages, so `snowballstemmer` 2 is what yields the engine's terms.
"""

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from typing import Final, TypeAlias, cast

Stem: TypeAlias = Callable[[str], str]

STEMMED: Final = (
    *("arabic", "armenian", "danish", "dutch", "english", "finnish", "french", "german", "greek"),
    *("hungarian", "italian", "norwegian", "portuguese", "romanian", "russian", "spanish"),
    *("swedish", "tamil", "turkish"),
)
_HIDDEN_IO: Final = "\ue000"
_ODD: Final = "qxz"
_UNDOUBLED: Final = {
    "danish": frozenset("abcdefghijklmnopqrstuvwxyzæøå"),
    "finnish": frozenset("abcdefghijklmnopqrstuvwxyzäö"),
}
"""Languages whose stems lose one of two equal consonants, and their letters."""
_FRENCH_HIDING: Final = str.maketrans("ïë", "îê")


def find_stemmer(language: str) -> Stem:
    """Return the function that stems a token of a language.

    Raises:
        ImportError: `snowballstemmer` is absent, or not of major version 2.
    """
    stem = _snowball(language)
    if language == "french":
        return lambda token: _stem_french(stem, token)
    if language == "russian":
        return lambda token: _stem_russian(stem, token)
    if language in _UNDOUBLED:
        letters = _UNDOUBLED[language]
        return lambda token: _stem_undoubled(stem, token, letters)
    return stem


def _snowball(language: str) -> Stem:
    advice = f"BM25 stems {language} with snowballstemmer 2: pip install 'snowballstemmer>=2.2,<3'"
    try:
        package = import_module("snowballstemmer")
        found = version("snowballstemmer")
    except ImportError as error:
        raise ImportError(advice, name="snowballstemmer") from error
    if found.partition(".")[0] != "2":
        raise ImportError(f"{advice} (installed: {found})", name="snowballstemmer")
    return cast(Stem, package.stemmer(language).stemWord)


def _stem_russian(stem: Stem, token: str) -> str:
    """Stem with ё as a letter of its own: Snowball 2 reads it as е, the engine does not."""
    if "ё" not in token:
        return stem(token)
    return stem(token.replace("ё", _HIDDEN_IO)).replace(_HIDDEN_IO, "ё")


def _stem_french(stem: Stem, token: str) -> str:
    """Stem with ï and ë as plain vowels, as Snowball did before 2.0."""
    if "ï" not in token and "ë" not in token:
        return stem(token)
    shortened = stem(token.translate(_FRENCH_HIDING))
    letters = [
        before if before in "ïë" and after in "îê" else after
        for before, after in zip(token, shortened, strict=False)
    ]
    restored = "".join(letters)
    return restored[:-1] if restored.endswith("guë") else restored


def _stem_undoubled(stem: Stem, token: str, letters: frozenset[str]) -> str:
    """Stem with all that is no vowel as a consonant: Snowball 2 has a list of them."""
    if letters.issuperset(token):
        return stem(token)
    hidden: list[str] = []
    for at, letter in enumerate(token):
        # Two letters beside each other stay the same, or stay different.
        if letter in letters:
            hidden.append(letter)
        elif at and letter == token[at - 1]:
            hidden.append(hidden[-1])
        else:
            beside = (*hidden[-1:], *token[at:].lstrip(letter)[:1])
            hidden.append(next(one for one in _ODD if one not in beside))
    stemmed = stem("".join(hidden))
    # What is cut away is the end, or one of two equal letters with vowels alone behind it.
    return "".join(
        before if after in _ODD else after for before, after in zip(token, stemmed, strict=False)
    )
