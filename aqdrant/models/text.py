"""How text is cut into words: languages, stop words, stemmers, tokenizers."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from aqdrant.models._model import Model
from aqdrant.models._unions import by_tag, declare

__all__ = [
    "DisabledStemmerParams",
    "Language",
    "NoStemmer",
    "Snowball",
    "SnowballLanguage",
    "SnowballParams",
    "StemmingAlgorithm",
    "StopwordsInterface",
    "StopwordsSet",
    "TokenizerType",
]


class Language(StrEnum):
    """A language whose stop words Qdrant knows."""

    ARABIC = "arabic"
    AZERBAIJANI = "azerbaijani"
    BASQUE = "basque"
    BENGALI = "bengali"
    CATALAN = "catalan"
    CHINESE = "chinese"
    DANISH = "danish"
    DUTCH = "dutch"
    ENGLISH = "english"
    FINNISH = "finnish"
    FRENCH = "french"
    GERMAN = "german"
    GREEK = "greek"
    HEBREW = "hebrew"
    HINGLISH = "hinglish"
    HUNGARIAN = "hungarian"
    INDONESIAN = "indonesian"
    ITALIAN = "italian"
    JAPANESE = "japanese"
    KAZAKH = "kazakh"
    NEPALI = "nepali"
    NORWEGIAN = "norwegian"
    PORTUGUESE = "portuguese"
    ROMANIAN = "romanian"
    RUSSIAN = "russian"
    SLOVENE = "slovene"
    SPANISH = "spanish"
    SWEDISH = "swedish"
    TAJIK = "tajik"
    TURKISH = "turkish"


class SnowballLanguage(StrEnum):
    """A language that the Snowball stemmer knows."""

    ARABIC = "arabic"
    ARMENIAN = "armenian"
    DANISH = "danish"
    DUTCH = "dutch"
    ENGLISH = "english"
    FINNISH = "finnish"
    FRENCH = "french"
    GERMAN = "german"
    GREEK = "greek"
    HUNGARIAN = "hungarian"
    ITALIAN = "italian"
    NORWEGIAN = "norwegian"
    PORTUGUESE = "portuguese"
    ROMANIAN = "romanian"
    RUSSIAN = "russian"
    SPANISH = "spanish"
    SWEDISH = "swedish"
    TAMIL = "tamil"
    TURKISH = "turkish"


class TokenizerType(StrEnum):
    """How text is split into tokens."""

    PREFIX = "prefix"
    WHITESPACE = "whitespace"
    WORD = "word"
    MULTILINGUAL = "multilingual"
    CODE = "code"


class Snowball(StrEnum):
    """The tag of the Snowball stemmer."""

    SNOWBALL = "snowball"


class NoStemmer(StrEnum):
    """The tag that turns stemming off."""

    NONE = "none"


class StopwordsSet(Model):
    """Stop words: those of some languages and some of one's own."""

    languages: list[Language] | None = None
    custom: list[str] | None = None
    """Words to drop beside those of the languages."""


class SnowballParams(Model):
    """Reduce words to their stems with the Snowball algorithm."""

    type: Snowball
    language: SnowballLanguage


class DisabledStemmerParams(Model):
    """Leave words as they are."""

    type: NoStemmer


StopwordsInterface: TypeAlias = Language | StopwordsSet
StemmingAlgorithm: TypeAlias = SnowballParams | DisabledStemmerParams

declare(StemmingAlgorithm, by_tag("type", snowball=SnowballParams, none=DisabledStemmerParams))
