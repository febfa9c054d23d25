"""How text is cut into words: from the parameters of a text index, or as without one.

Called by filters and by the handlers of indexes.
"""

from __future__ import annotations

from aqdrant import models
from aqdrant.bm25 import Bm25
from aqdrant.exceptions import UnsupportedOperation

from .engine.words import TextIndex

__all__ = ["NO_TEXT_INDEX", "TextIndex", "text_index"]

NO_TEXT_INDEX = TextIndex(Bm25(language="none"), has_phrases=True)
"""How a key without an index is matched: words in lower case, none of them left out."""


def text_index(params: models.TextIndexParams | None) -> TextIndex:
    """Make the tokenizer that these parameters of a text index describe.

    `multilingual` has no dictionaries: see `aqdrant.bm25`.

    Raises:
        UnsupportedOperation: there is no `snowballstemmer`.
    """
    if params is None:
        return TextIndex(NO_TEXT_INDEX.tokenizer, has_phrases=False)
    stopwords = params.stopwords
    stemmer = params.stemmer
    try:
        tokenizer = Bm25(
            tokenizer=params.tokenizer,
            language="none",
            lowercase=params.lowercase,
            ascii_folding=params.ascii_folding,
            stopwords=stopwords.model_dump() if isinstance(stopwords, models.Model) else stopwords,
            stemmer=None if stemmer is None else stemmer.model_dump(),
            min_token_len=params.min_token_len,
            max_token_len=params.max_token_len,
        )
    except ImportError as error:
        raise UnsupportedOperation(
            "The in-process engine stems with snowballstemmer 2, which is not here.",
            supported_by=("rest", "grpc"),
            fix="pip install 'snowballstemmer>=2.2,<3'",
        ) from error
    return TextIndex(tokenizer, has_phrases=bool(params.phrase_matching))
