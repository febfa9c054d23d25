"""Cut text in many scripts into normal forms of words, where the engine does.

Called by `aqdrant.bm25`. The rules were found by asking the engine: text is cut where one script
follows another, what belongs to none going with what stands before it or else behind, and at
separators. A word gets Unicode's compatibility decomposition and lower case, loses its marks in
some scripts, and counts if a letter is left.

The engine looks Chinese, Japanese, Thai and Khmer words up in dictionaries, which are not here:
what stands together in one of these scripts is one word. It guesses languages too, and spells what
it takes for Persian with Persian letters; nothing is guessed here.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Final

# Blocks of Unicode that the engine takes for a script, in hexadecimal. The others join any word.
_SCRIPTS: Final = {
    "latin": "41-5a 61-7a a0-24f 1e00-1eff 2100-214f",
    "greek": "370-3ff",
    "cyrillic": "400-52f 1c80-1c8f 1d2b 1d78 2de0-2dff a640-a69f",
    "hebrew": "590-5ff fb1d-fb4f",
    "arabic": "600-7ff 8a0-8ff fb50-fdff fe70-feff",
    "devanagari": "900-97f 1cd0-1cff a8e0-a8ff",
    "bengali": "980-9ff",
    "gurmukhi": "a00-a7f",
    "gujarati": "a80-aff",
    "oriya": "b00-b7f",
    "tamil": "b80-bff",
    "telugu": "c00-c7f",
    "kannada": "c80-cff",
    "malayalam": "d00-d7f",
    "sinhala": "d80-dff",
    "thai": "e00-e7f",
    "myanmar": "1000-109f",
    "georgian": "10a0-10ff",
    "hangul": "1100-11ff 3130-318f a960-a97f ac00-d7ff ffa0-ffdc",
    "ethiopic": "1200-139f 2d80-2ddf ab00-ab2f",
    "khmer": "1780-17ff 19e0-19ff",
    "cj": "2e80-2fdf 3005-3007 3021-3029 3031-30ff 31f0-31ff 3400-4dbf 4e00-9fff f900-faff"
    " ff21-ff3a ff41-ff5a ff66-ff9f 20000-3ffff",
}
_LOWERCASED: Final = ("latin", "greek", "cyrillic")  # always: of others, where BM25 is told to
_WITHOUT_MARKS: Final = ("latin", "greek", "hebrew", "arabic", "thai")

# Symbols that separate, and punctuation and spaces that do not.
_MORE_SEPARATORS: Final = "9-d 2b 60 b1 d7 f7 3f6 200c 2212-2225 2227-22ff feff"
_NO_SEPARATORS: Final = "a0 f0c 1b7d-1b7e 2000-2001 2011 2028 202f 205f 2329-232a 2e53-2e5d"

_LETTERS: Final = str.maketrans({"æ": "ae", "œ": "oe", "ـ": "", "ة": "ه", "ى": "ي", "ٱ": "ا"})
_ARTICLE: Final = "ال"


def split_multilingual(text: str) -> list[str]:
    """Cut a text into words in their normal form."""
    if text.isascii():
        words = _ascii_words().findall(text.lower())
        return [word for word in words if not word.isdigit() and _has_letter(word)]
    return [
        form
        for script, run in _split_scripts(text)
        for word in _separators().split(run)
        for form in _forms(script, word)
        if _has_letter(form)
    ]


def _has_letter(word: str) -> bool:
    return any(map(str.isalpha, word))


def _split_scripts(text: str) -> Iterator[tuple[str, str]]:
    """Yield runs of one script with its name."""
    script, start = "", 0
    for match in _letters().finditer(text):
        here = str(match.lastgroup)
        if script and here != script:
            yield script, text[start : match.start()]
            start = match.start()
        script = here
    yield script, text[start:]


def _forms(script: str, word: str) -> Iterator[str]:
    if script == "arabic" and word.startswith(_ARTICLE) and len(word) > len(_ARTICLE):
        yield _ARTICLE
        word = word[len(_ARTICLE) :]
    word = unicodedata.normalize("NFKD", word)
    if script in _LOWERCASED:
        # Letter by letter: a capital sigma at the end of a word becomes the usual small one.
        word = word.replace("Σ", "σ").lower()
    if script in _WITHOUT_MARKS:
        word = "".join(char for char in word if unicodedata.category(char) != "Mn")
        word = word.translate(_LETTERS)
        word = f"{word[:-1]}σ" if word.endswith("ς") else word
    yield "".join(char for char in word if unicodedata.category(char) != "Cc")


@cache
def _letters() -> re.Pattern[str]:
    """Runs of each script, in a group of its name."""
    groups = (f"(?P<{name}>[{_ranges(blocks)}]+)" for name, blocks in _SCRIPTS.items())
    return re.compile("|".join(groups))


@cache
def _separators() -> re.Pattern[str]:
    """Runs of separators."""
    unlike = re.compile(f"[{_ranges(_NO_SEPARATORS)}]")
    like = [
        char
        for char in map(chr, range(0x30000))
        if unicodedata.category(char)[0] in "PZ" and not unlike.match(char)
    ]
    return re.compile(f"[{re.escape(''.join(like))}{_ranges(_MORE_SEPARATORS)}]+")


@cache
def _ascii_words() -> re.Pattern[str]:
    """Runs of ASCII characters that do not separate."""
    kept = (char for char in map(chr, range(128)) if not _separators().match(char))
    return re.compile(f"[{re.escape(''.join(kept))}]+")


def _ranges(blocks: str) -> str:
    parts = (part.partition("-") for part in blocks.split())
    return "".join(f"\\U{first:0>8}-\\U{last or first:0>8}" for first, _, last in parts)
