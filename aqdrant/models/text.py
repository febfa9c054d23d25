"""TODO"""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias

from ._model import Model
from ._unions import by_tag, declare

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


class Language(str, Enum):
    """TODO"""

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


class SnowballLanguage(str, Enum):
    """TODO"""

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


class TokenizerType(str, Enum):
    """TODO"""

    PREFIX = "prefix"
    WHITESPACE = "whitespace"
    WORD = "word"
    MULTILINGUAL = "multilingual"
    CODE = "code"


class Snowball(str, Enum):
    """TODO"""

    SNOWBALL = "snowball"


class NoStemmer(str, Enum):
    """TODO"""

    NONE = "none"


class StopwordsSet(Model):
    """TODO"""

    languages: list[Language] | None = None
    custom: list[str] | None = None


class SnowballParams(Model):
    """TODO"""

    type: Snowball
    language: SnowballLanguage


class DisabledStemmerParams(Model):
    """TODO"""

    type: NoStemmer


StopwordsInterface: TypeAlias = Language | StopwordsSet
StemmingAlgorithm: TypeAlias = SnowballParams | DisabledStemmerParams

declare(StemmingAlgorithm, by_tag("type", snowball=SnowballParams, none=DisabledStemmerParams))
