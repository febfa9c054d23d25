"""Filters on values: kinds that match no other kind, bounds, times, counts, nothing and null."""

from __future__ import annotations

from typing import Any

from aqdrant.testing.cases.data import UUID_TEXT, point
from aqdrant.testing.cases.rows import Row, Table, add_rows, is_in, match
from aqdrant.testing.kit import Cases

__all__ = ["TABLE", "case"]

case = Cases("filter_values")

_PAST_FLOATS = 2**53 + 1  # the first integer that no float is

_POINTS = (
    point(1, 1, 0, n=7, k="red", t="2024-01-01T00:00:00Z", l=[], s="Straße nach Rom"),
    point(2, 1, 0, n=7.0, k=["red", "green"], t="2024-01-01 02:00:00+02:00", l=[None, 1], s=["a"]),
    point(3, 1, 0, n=[3, 9], k=5, t="2024-01-02", l=None, s="rom, rom"),
    point(4, 1, 0, n="7", k=[None], t="later", l="one", s=["nach", "rom"]),
    point(
        5, 1, 0, n=_PAST_FLOATS, k="Red", t=["2023-12-31T23:59:59.5Z", "2025-06-01"], l=[[], [1]]
    ),
    point(6, 1, 0, n=True, k=UUID_TEXT, t=1_704_067_200, l={"a": 1}),
    point(7, 1, 0),
)


def _count(key: str, **bounds: int) -> dict[str, Any]:
    return {"key": key, "values_count": bounds}


ROWS = (
    Row("match int leaves floats out", {"must": match("n", value=7)}, [1]),
    Row("match true is no number", {"must": match("n", value=True)}, [6]),
    Row("match int past floats", {"must": match("n", value=_PAST_FLOATS)}, [5]),
    Row("match uuid", {"must": match("k", value=UUID_TEXT)}, [6]),
    Row("match text to the letter", {"must": match("k", value="red")}, [1, 2]),
    Row("match any int", {"must": match("n", any=[3, 7])}, [1, 3]),
    Row("match any in array", {"must": match("k", any=["green", "Red"])}, [2, 5]),
    Row("match except ints", {"must": match("n", **{"except": [7]})}, [2, 3, 4, 5, 6]),
    Row("match except in array", {"must": match("k", **{"except": ["red"]})}, [2, 3, 5, 6]),
    Row("match except none", {"must": match("k", **{"except": []})}, [1, 2, 3, 5, 6]),
    Row("match not any", {"must_not": match("k", any=["red", "Red"])}, [3, 4, 6, 7]),
    Row("match all words", {"must": match("s", text="rom NACH")}, [1]),
    Row("match words of letters", {"must": match("s", text="straße")}, [1]),
    Row("match any of words", {"must": match("s", text_any="a rom")}, [1, 2, 3, 4]),
    Row("match phrase twice", {"must": match("s", phrase="rom rom")}, [3]),
    Row("match no phrase of elements", {"must": match("s", phrase="nach rom")}, [1]),
    Row("bounds of one element", {"must": is_in("n", gt=3, lt=9)}, [1, 2]),
    Row("bounds of an array", {"must": is_in("n", gte=9, lte=9)}, [3]),
    Row("no bounds ask for a number", {"must": is_in("n")}, [1, 2, 3, 5]),
    Row("bounds above floats", {"must": is_in("n", gt=2**53)}, []),
    Row("bounds from floats", {"must": is_in("n", gte=2**53)}, [5]),
    Row("times from", {"must": is_in("t", gte="2024-01-01T00:00:00Z")}, [1, 2, 3, 5]),
    Row("times after", {"must": is_in("t", gt="2024-01-01T00:00:00Z")}, [3, 5]),
    Row("times before", {"must": is_in("t", lt="2024-01-01")}, [5]),
    Row("times to", {"must": is_in("t", lte="2024-01-01T01:00:00+01:00")}, [1, 2, 5]),
    Row(
        "times between",
        {"must": is_in("t", gt="2023-12-31T23:59:59Z", lt="2023-12-31T23:59:59.6Z")},
        [5],
    ),
    Row("counts from", {"must": _count("l", gte=1)}, [2, 4, 5, 6]),
    Row("counts above", {"must": _count("l", gt=1)}, [2, 5]),
    Row("counts below", {"must": _count("l", lt=1)}, [1, 3, 7]),
    Row("counts to", {"must": _count("l", gte=1, lte=1)}, [4, 6]),
    Row("is empty", {"must": {"is_empty": {"key": "l"}}}, [1, 3, 7]),
    Row("is not empty", {"must_not": {"is_empty": {"key": "l"}}}, [2, 4, 5, 6]),
    Row("is null", {"must": {"is_null": {"key": "l"}}}, [2, 3]),
    Row("is null in array", {"must": {"is_null": {"key": "k"}}}, [4]),
    Row("is not null", {"must_not": {"is_null": {"key": "l"}}}, [1, 4, 5, 6, 7]),
    Row("field is empty", {"must": {"key": "l", "is_empty": True}}, [1, 3, 7]),
    Row("field is not empty", {"must": {"key": "l", "is_empty": False}}, [2, 4, 5, 6]),
    Row("field is null", {"must": {"key": "l", "is_null": True}}, [2, 3]),
    Row("field is not null", {"must": {"key": "l", "is_null": False}}, [1, 4, 5, 6, 7]),
)
PREFIXES = (
    Row("prefix of text", {"must": match("k", prefix="re")}, [1, 2]),
    Row("prefix of every text", {"must": match("k", prefix="")}, [1, 2, 5, 6]),
    Row("prefix of no number", {"must": match("n", prefix="7")}, [4]),
)
TABLE = Table(_POINTS, (*ROWS, *PREFIXES))

add_rows(case, TABLE)
