"""Payload indexes and their options."""

from __future__ import annotations

from typing import Any

from aqdrant import models
from aqdrant_grpc._codec import Shape
from aqdrant_grpc.shapes._forms import choice, empty, model

__all__ = ["FIELD_TYPES", "SHAPES"]

FIELD_TYPES: dict[type[Any], models.PayloadSchemaType] = {
    models.KeywordIndexParams: models.PayloadSchemaType.KEYWORD,
    models.IntegerIndexParams: models.PayloadSchemaType.INTEGER,
    models.FloatIndexParams: models.PayloadSchemaType.FLOAT,
    models.GeoIndexParams: models.PayloadSchemaType.GEO,
    models.TextIndexParams: models.PayloadSchemaType.TEXT,
    models.BoolIndexParams: models.PayloadSchemaType.BOOL,
    models.DatetimeIndexParams: models.PayloadSchemaType.DATETIME,
    models.UuidIndexParams: models.PayloadSchemaType.UUID,
}
"""Options → the kind of index that they are of."""

_KEYWORD = model(
    models.KeywordIndexParams,
    "KeywordIndexParams",
    also={"type": models.KeywordIndexType.KEYWORD},
)
_TEXT = model(models.TextIndexParams, "TextIndexParams", also={"type": models.TextIndexType.TEXT})
_INFO = model(models.PayloadIndexInfo, "PayloadSchemaInfo")


def _take_keyword(value: models.KeywordIndexParams) -> dict[str, Any]:
    # A message that is there, and has nothing in it, is a yes.
    return {**_KEYWORD.take(value), "prefix": True if value.prefix else None}


def _take_scoring(value: Any) -> dict[str, Any]:
    return {"type": value.type}


def _take_text(value: models.TextIndexParams) -> dict[str, Any]:
    scoring: Any = value.scoring
    if scoring is True:
        scoring = models.TextScoringParams(type=models.TextScoringType.BM25)
    return {**_TEXT.take(value), "scoring": scoring or None}


def _take_stopwords(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        return {"languages": [value]}
    return {"languages": value.languages, "custom": value.custom}


def _build_stopwords(values: dict[str, Any]) -> models.StopwordsSet:
    languages: dict[str, Any] = {language.value: language for language in models.Language}
    return models.StopwordsSet(
        languages=[languages.get(name, name) for name in values["languages"]] or None,
        custom=values["custom"] or None,
    )


def _take_stemmer(value: Any) -> dict[str, Any]:
    is_off = isinstance(value, models.DisabledStemmerParams)
    return {"disabled": True} if is_off else {"snowball": value}


def _build_stemmer(values: dict[str, Any]) -> Any:
    return values["snowball"] if "snowball" in values else values.get("disabled")


def _take_snowball(value: models.SnowballParams) -> dict[str, Any]:
    return {"language": value.language}


def _build_snowball(values: dict[str, Any]) -> models.SnowballParams:
    languages: dict[str, Any] = {language.value: language for language in models.SnowballLanguage}
    name = values["language"]
    return models.SnowballParams(
        type=models.Snowball.SNOWBALL, language=languages.get(name.lower(), name)
    )


def _build_info(values: dict[str, Any]) -> models.PayloadIndexInfo:
    info: models.PayloadIndexInfo = _INFO.build({"points": 0, **values})
    return info


SHAPES: dict[str, Shape] = {
    "PayloadIndexParams": choice(
        "PayloadIndexParams",
        {kind: (f"{name}_index_params", None) for kind, name in FIELD_TYPES.items()},
    ),
    "KeywordIndexParams": Shape(_take_keyword, _KEYWORD.build),
    "KeywordPrefixParams": empty(True),
    "IntegerIndexParams": model(
        models.IntegerIndexParams,
        "IntegerIndexParams",
        also={"type": models.IntegerIndexType.INTEGER},
    ),
    "FloatIndexParams": model(
        models.FloatIndexParams, "FloatIndexParams", also={"type": models.FloatIndexType.FLOAT}
    ),
    "GeoIndexParams": model(
        models.GeoIndexParams, "GeoIndexParams", also={"type": models.GeoIndexType.GEO}
    ),
    "TextIndexParams": Shape(_take_text, _TEXT.build),
    "BoolIndexParams": model(
        models.BoolIndexParams, "BoolIndexParams", also={"type": models.BoolIndexType.BOOL}
    ),
    "DatetimeIndexParams": model(
        models.DatetimeIndexParams,
        "DatetimeIndexParams",
        also={"type": models.DatetimeIndexType.DATETIME},
    ),
    "UuidIndexParams": model(
        models.UuidIndexParams, "UuidIndexParams", also={"type": models.UuidIndexType.UUID}
    ),
    "StopwordsSet": Shape(_take_stopwords, _build_stopwords),
    "StemmingAlgorithm": Shape(_take_stemmer, _build_stemmer),
    "SnowballParams": Shape(_take_snowball, _build_snowball),
    "DisabledStemmer": empty(models.DisabledStemmerParams(type=models.NoStemmer.NONE)),
    "TextScoringParams": Shape(
        _take_scoring, model(models.TextScoringParams, "TextScoringParams").build
    ),
    "PayloadSchemaInfo": Shape(_INFO.take, _build_info),
}
