"""The English Snowball stemmer ("Porter2"), as it stood before Snowball 3.0.

Called by `aqdrant.bm25._stemming`. Written from the description of the algorithm at
https://snowballstem.org/algorithms/english/stemmer.html; Snowball 3.0 changed some of its rules,
and the engine has the rules of before, so the stems here depend on no installed package.
"""

import re
from collections.abc import Callable
from typing import Final

_IRREGULAR: Final = {
    "skis": "ski",
    "skies": "sky",
    "dying": "die",
    "lying": "lie",
    "tying": "tie",
    "idly": "idl",
    "gently": "gentl",
    "ugly": "ugli",
    "early": "earli",
    "only": "onli",
    "singly": "singl",
} | {word: word for word in ("sky", "news", "howe", "atlas", "cosmos", "bias", "andes")}
_KEPT_AFTER_PLURAL: Final = frozenset(
    ("inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed")
)
_VOWELS: Final = "aeiouy"
_DOUBLES: Final = ("bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt")
_LONG_PREFIX: Final = re.compile("gener|commun|arsen")
_REGION: Final = re.compile("[aeiouy][^aeiouy]")
_SHORT_SYLLABLE: Final = re.compile("(?:[^aeiouy][aeiouy][^aeiouywxY]|^[aeiouy][^aeiouy])$")

# Rows are (suffix, replacement); the longest suffix that fits is the only one tried.
_STEP_2: Final = (
    ("ational", "ate"),
    ("fulness", "ful"),
    ("iveness", "ive"),
    ("ization", "ize"),
    ("ousness", "ous"),
    ("biliti", "ble"),
    ("lessli", "less"),
    ("tional", "tion"),
    ("alism", "al"),
    ("aliti", "al"),
    ("ation", "ate"),
    ("entli", "ent"),
    ("fulli", "ful"),
    ("iviti", "ive"),
    ("ousli", "ous"),
    ("abli", "able"),
    ("alli", "al"),
    ("anci", "ance"),
    ("ator", "ate"),
    ("enci", "ence"),
    ("izer", "ize"),
    ("bli", "ble"),
    ("ogi", "og"),
    ("li", ""),
)
_STEP_3: Final = (
    ("ational", "ate"),
    ("tional", "tion"),
    ("alize", "al"),
    ("ative", ""),
    ("icate", "ic"),
    ("iciti", "ic"),
    ("ical", "ic"),
    ("ness", ""),
    ("ful", ""),
)
_STEP_4: Final = (
    "ement",
    *("able", "ance", "ence", "ible", "ment"),
    *("ant", "ate", "ent", "ion", "ism", "iti", "ive", "ize", "ous"),
    *("al", "er", "ic"),
)


def stem_english(word: str) -> str:
    """Return the stem of a lowercase English word."""
    irregular = _IRREGULAR.get(word)
    if irregular is not None:
        return irregular
    if len(word) < 3:
        return word
    plain = word.removeprefix("'")
    word = _mark_consonant_y(plain)
    has_marks = word != plain
    r1, r2 = _regions(word)
    word = _drop_possessive(word)
    word = _drop_plural(word)
    if word not in _KEPT_AFTER_PLURAL:
        word = _drop_verb_ending(word, r1)
        if len(word) > 2 and word[-1] in "yY" and word[-2] not in _VOWELS:
            word = word[:-1] + "i"
        word = _replace_suffix(word, _STEP_2, r1, _step_2_allows)
        word = _replace_suffix(
            word, _STEP_3, r1, lambda start, suffix, _: suffix != "ative" or start >= r2
        )
        word = _drop_suffix(word, r2)
        word = _drop_final_letter(word, r1, r2)
    return word.replace("Y", "y") if has_marks else word


def _mark_consonant_y(word: str) -> str:
    """Write as `Y` each y that starts the word or follows a vowel."""
    if "y" not in word:
        return word
    letters = list(word)
    for position, letter in enumerate(letters):
        if letter == "y" and (position == 0 or letters[position - 1] in _VOWELS):
            letters[position] = "Y"
    return "".join(letters)


def _regions(word: str) -> tuple[int, int]:
    """Return where R1 and R2 start: each behind the next consonant that follows a vowel."""
    prefix = _LONG_PREFIX.match(word)
    first = prefix or _REGION.search(word)
    r1 = first.end() if first else len(word)
    second = _REGION.search(word, r1)
    return r1, second.end() if second else len(word)


def _has_vowel(text: str) -> bool:
    return any(letter in _VOWELS for letter in text)


def _drop_possessive(word: str) -> str:
    for suffix in ("'s'", "'s", "'"):
        if word.endswith(suffix):
            return word.removesuffix(suffix)
    return word


def _drop_plural(word: str) -> str:
    if word.endswith("sses"):
        return word[:-2]
    if word.endswith(("ied", "ies")):
        return word[:-2] if len(word) > 4 else word[:-1]
    if word.endswith("s") and not word.endswith(("us", "ss")) and _has_vowel(word[:-2]):
        return word[:-1]
    return word


def _drop_verb_ending(word: str, r1: int) -> str:
    for suffix in ("eedly", "eed"):
        if word.endswith(suffix):
            start = len(word) - len(suffix)
            return word[:start] + "ee" if start >= r1 else word
    for suffix in ("ingly", "edly", "ing", "ed"):
        if word.endswith(suffix):
            stem = word.removesuffix(suffix)
            return _mend(stem, r1) if _has_vowel(stem) else word
    return word


def _mend(stem: str, r1: int) -> str:
    """Give back the e, or take the doubled letter, that a verb's ending left behind."""
    if stem.endswith(("at", "bl", "iz")):
        return stem + "e"
    if stem.endswith(_DOUBLES):
        return stem[:-1]
    if len(stem) <= r1 and _SHORT_SYLLABLE.search(stem):
        return stem + "e"
    return stem


def _step_2_allows(start: int, suffix: str, word: str) -> bool:
    if suffix == "ogi":
        return word[start - 1 : start] == "l"
    if suffix == "li":
        return start > 0 and word[start - 1] in "cdeghkmnrt"
    return True


def _replace_suffix(
    word: str,
    rows: tuple[tuple[str, str], ...],
    region: int,
    allows: Callable[[int, str, str], bool],
) -> str:
    for suffix, replacement in rows:
        if word.endswith(suffix):
            start = len(word) - len(suffix)
            fits = start >= region and allows(start, suffix, word)
            return word[:start] + replacement if fits else word
    return word


def _drop_suffix(word: str, r2: int) -> str:
    for suffix in _STEP_4:
        if word.endswith(suffix):
            start = len(word) - len(suffix)
            fits = start >= r2 and (suffix != "ion" or word[start - 1 : start] in ("s", "t"))
            return word[:start] if fits else word
    return word


def _drop_final_letter(word: str, r1: int, r2: int) -> str:
    start = len(word) - 1
    if word.endswith("e"):
        fits = start >= r2 or (start >= r1 and not _SHORT_SYLLABLE.search(word[:start]))
        return word[:start] if fits else word
    if word.endswith("l") and start >= r2 and word[start - 1 : start] == "l":
        return word[:start]
    return word
