"""Methods that qdrant-client had once, and what took their place; both clients derive from this.

Their calls stand in many texts about Qdrant: the error for one of them says what to write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["FormerMethods"]

_WITH_DOCUMENTS = "with models.Document in place of vectors"
_NOW = {
    "add": f"upsert or upload_points, {_WITH_DOCUMENTS}",
    "discover": "query_points with models.DiscoverQuery",
    "discover_batch": "query_batch_points",
    "query": f"query_points, {_WITH_DOCUMENTS}",
    "query_batch": f"query_batch_points, {_WITH_DOCUMENTS}",
    "recommend": "query_points with models.RecommendQuery",
    "recommend_batch": "query_batch_points",
    "recommend_groups": "query_points_groups with models.RecommendQuery",
    "search": "query_points",
    "search_batch": "query_batch_points",
    "search_groups": "query_points_groups",
    "upload_records": "upload_points",
}


class FormerMethods:
    """Names the method of today where a former one is looked up."""

    if not TYPE_CHECKING:  # or every name would pass a type checker

        def __getattr__(self, name):
            if name not in _NOW:
                return object.__getattribute__(self, name)  # raises what it raised before
            text = f"{type(self).__name__!r} object has no attribute {name!r}, which qdrant-client"
            text += f" has no more either. Use {_NOW[name]}."
            raise AttributeError(text, name=name, obj=self)
