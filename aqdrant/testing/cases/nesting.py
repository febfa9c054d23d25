"""Filters in filters, conditions on one element, how many have to hold, and paths of keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aqdrant.testing.cases.data import point
from aqdrant.testing.cases.rows import Row, Table, add_rows, is_in, match, nested
from aqdrant.testing.kit import Cases

__all__ = ["TABLE", "case"]

case = Cases("filter_nesting")

_ODD_KEYS: dict[str, Any] = {
    "a.k": "x",
    "a b": {"c.d": {"e": 1}},
    "ключ": {"-": "x"},
    "m": [[1, 2], [3]],
    "n": 5,
}
_POINTS = (
    point(1, 1, 0, n=1, a=[{"k": "x", "n": 1, "b": [{"c": 1}, {"c": 2}]}, {"k": "y", "n": 2}]),
    point(2, 1, 0, n=2, a=[{"k": "x", "n": 2, "b": [{"c": 3}]}, {"k": "z", "n": 9, "d.e": 1}]),
    point(3, 1, 0, n=3, a={"k": "x", "n": 2, "b": {"c": 1}}),
    point(4, 1, 0, n=4, a=[[{"k": "x"}], "x", None]),
    point(5, 1, 0, **_ODD_KEYS),
    point(6, 1, 0, n=6, a=[]),
)
_X, _TWO = match("k", value="x"), match("n", value=2)
_ODD, _SMALL, _FIVE = match("n", any=[1, 3, 5]), is_in("n", lt=4), match("n", value=5)


def _some(count: int, *conditions: Mapping[str, Any]) -> dict[str, Any]:
    return {"min_should": {"conditions": conditions, "min_count": count}}


_COUNTS = (
    Row("one of three", _some(1, _ODD, _SMALL, _FIVE), [1, 2, 3, 5]),
    Row("two of three", _some(2, _ODD, _SMALL, _FIVE), [1, 3, 5]),
    Row("three of three", _some(3, _ODD, _SMALL, _FIVE), []),
    Row("more than there are", _some(2, _ODD), []),
    Row("one of none", _some(1), []),
    Row(
        "every clause",
        {"must": _SMALL, "must_not": _FIVE, "should": _ODD, **_some(1, _TWO, _ODD)},
        [1, 3],
    ),
    Row("counted in a filter", {"must_not": _some(2, _ODD, _SMALL)}, [2, 4, 5, 6]),
)
_FILTERS = (
    Row("filter of all", {"must": [{"must": [_ODD, _SMALL]}]}, [1, 3]),
    Row("filter of any", {"must": [_SMALL, {"should": [_FIVE, _ODD]}]}, [1, 3]),
    Row("filter of none", {"must_not": [{"must_not": [_ODD]}]}, [1, 3, 5]),
    Row("filter of nothing", {"must": [{}]}, [1, 2, 3, 4, 5, 6]),
    Row("no filter of nothing", {"must_not": [{}]}, []),
    Row(
        "filters four deep", {"should": [{"must": [{"must_not": [{"should": [_ODD]}]}]}]}, [2, 4, 6]
    ),
)
_ELEMENTS = (
    Row("one element has all", {"must": nested("a", _X, _TWO)}, [2]),
    Row(
        "elements have all", {"must": [match("a[].k", value="x"), match("a[].n", value=2)]}, [1, 2]
    ),
    Row("brackets mean the elements", {"must": nested("a[]", _X, _TWO)}, [2]),
    Row("element in element", {"must": nested("a", _X, nested("b", match("c", value=2)))}, [1]),
    Row("path in element", {"must": nested("a", _X, is_in("b[].c", gte=3))}, [2]),
    Row("elements of elements", {"must": nested("a[].b", match("c", value=1))}, [1]),
    Row(
        "element has any",
        {"must": nested("a", should=[match("n", value=1), match("n", value=9)])},
        [1, 2],
    ),
    Row("element has some", {"must": nested("a", **_some(2, _X, _TWO))}, [2]),
    Row("element lacks", {"must": nested("a", must_not=[_X])}, [1, 2]),
    Row("no element has", {"must_not": nested("a", _X)}, [3, 4, 5, 6]),
    Row("element without a key", {"must": nested("a", {"is_empty": {"key": "b"}})}, [1, 2]),
)
_PATHS = (
    Row("key of an object", {"must": match("a.k", value="x")}, [3]),
    Row("key of elements", {"must": match("a[].k", value="x")}, [1, 2]),
    Row("key of the first element", {"must": match("a[0].n", value=2)}, [2]),
    Row("key of the second element", {"must": match("a[1].n", value=2)}, [1]),
    Row("key past the last element", {"must": match("a[7].n", value=2)}, []),
    Row("elements in elements", {"must": match("a[].b[].c", value=2)}, [1]),
    Row("element of elements", {"must": match("a[].b[1].c", value=2)}, [1]),
    Row("element itself", {"must": match("a[1]", value="x")}, [4]),
    Row("any element itself", {"must": match("a[]", value="x")}, [4]),
    Row("array in an array", {"must": match("m[1]", value=3)}, [5]),
    Row("elements in an array", {"must": match("m[][0]", value=3)}, [5]),
    Row("quoted dot", {"must": match('"a.k"', value="x")}, [5]),
    Row("quoted space", {"must": match('"a b"."c.d".e', value=1)}, [5]),
    Row("quoted dot in elements", {"must": match('a[]."d.e"', value=1)}, [2]),
    Row("quoted dot in one element", {"must": nested("a", match('"d.e"', value=1))}, [2]),
    Row("letters and a dash", {"must": match("ключ.-", value="x")}, [5]),
    Row("empty elements", {"must": {"is_empty": {"key": "a[].b"}}}, [3, 4, 5, 6]),
)
TABLE = Table(_POINTS, (*_COUNTS, *_FILTERS, *_ELEMENTS, *_PATHS))

add_rows(case, TABLE)
