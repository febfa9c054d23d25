"""The reader of pickled points: it reads what they hold, and runs nothing whatever they hold."""

from __future__ import annotations

import base64
import collections
import copyreg
import datetime as dt
import decimal
import functools
import json
import os
import pickle
import random
import struct
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aqdrant_local.official.layout import _point
from aqdrant_local.official.pickles import PickleRefused, read_pickle
from aqdrant_local.official.values import plain

DATA = json.loads((Path(__file__).parents[1] / "data/official_folders.json").read_text("utf-8"))
ROWS = [
    base64.b64decode(row)
    for held in DATA.values()
    for rows in held["rows"].values()
    for _, row in rows
]


def random_value(rng: random.Random, depth: int = 4) -> Any:
    choice = rng.randrange(12)
    if depth and choice < 2:
        return [random_value(rng, depth - 1) for _ in range(rng.randrange(5))]
    if depth and choice < 4:
        return {random_text(rng): random_value(rng, depth - 1) for _ in range(rng.randrange(5))}
    if choice == 4:
        return [rng.gauss(0, 1e3) for _ in range(rng.choice([0, 1, 2, 7, 999, 1000, 1001, 5000]))]
    return rng.choice(
        [
            None, True, False, 0, 255, 256, 65535, 65536, -1, 2**31, -(2**31), 2**63, -(2**70), 1.5,
            float("inf"), -0.0, random_text(rng), "x" * 300, "G" * 40, "é" * 70_000,
        ]
    )  # fmt: skip


def random_text(rng: random.Random) -> str:
    return "".join(rng.choice("aG\x00é日😀 \n") for _ in range(rng.randrange(6)))


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_plain_data_is_read_as_pickle_reads_it(protocol: int, seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(60):
        value = random_value(rng)
        assert plain(read_pickle(pickle.dumps(value, protocol))) == value


@pytest.mark.parametrize("protocol", [3, 4, 5])  # 2 has text in place of bytes
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (dt.datetime(2024, 2, 29, 1, 2, 3, 4), "2024-02-29T01:02:03.000004"),
        (dt.datetime(2024, 2, 29, tzinfo=dt.UTC), "2024-02-29T00:00:00Z"),
        (
            dt.datetime(2024, 2, 29, tzinfo=dt.timezone(dt.timedelta(hours=-2), "X"), fold=1),
            "2024-02-29T00:00:00-02:00",
        ),
        (dt.date(1969, 7, 20), "1969-07-20"),
        (dt.time(23, 59, 1), "23:59:01"),
        (dt.timedelta(hours=36), "P1DT43200S"),
        (uuid.UUID(int=7**40), str(uuid.UUID(int=7**40))),
        (decimal.Decimal("1.50"), "1.50"),
        ((1, (2, 3), (4, 5, 6), (7, 8, 9, 10), ()), [1, [2, 3], [4, 5, 6], [7, 8, 9, 10], []]),
        ({7}, [7]),
        (frozenset(["x"]), ["x"]),
        (collections.OrderedDict(b=1, a=[2]), {"b": 1, "a": [2]}),
        (
            {1: "a", 1.5: "b", None: "c", False: "d"},
            {"1": "a", "1.5": "b", "null": "c", "false": "d"},
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_are_as_json_has_them(value: Any, expected: Any, protocol: int) -> None:
    assert plain(read_pickle(pickle.dumps(value, protocol))) == expected


@pytest.mark.parametrize(
    "value",
    [
        np.float32(1.5), np.int64(-7), np.bool_(True), np.arange(6, dtype=">i2").reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)), np.zeros((0, 3)),
    ],
)  # fmt: skip
def test_arrays_of_numpy_are_read(value: Any) -> None:
    assert plain(read_pickle(pickle.dumps(value, 4))) == value.tolist()


class Call:
    """Pickled as a call of a function."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self._made = (function, arguments)

    def __reduce__(self) -> Any:
        return self._made


def dangerous(path: Path) -> dict[str, bytes]:
    """Pickles that make a file at the path where pickle runs them."""
    touch = f"open({str(path)!r}, 'w').close()"
    command = f"echo > {path}"
    point = b"\x8c qdrant_client.http.models.models\x8c\x0bPointStruct\x93"
    raw_call = b"\x80\x04cos\nsystem\n(X" + struct.pack("<I", len(command)) + command.encode()
    return {
        "system": pickle.dumps(Call(os.system, command)),
        "system, protocol 2": pickle.dumps(Call(os.system, command), 2),
        "eval": pickle.dumps(Call(eval, touch)),
        "exec": pickle.dumps(Call(exec, touch)),
        "open": pickle.dumps(Call(open, str(path), "w")),
        "getattr": pickle.dumps(Call(getattr, "x", "upper")),
        "partial": pickle.dumps(functools.partial(os.system, command)),
        "map": pickle.dumps(Call(list, [Call(map, eval, [touch])])),
        "in a payload": pickle.dumps({"a": [1, {"b": Call(eval, touch)}]}),
        "as a key": pickle.dumps({(1, "a"): 1}),
        "import": pickle.dumps(Call(__import__, "antigravity")),
        "reconstructor": pickle.dumps(Call(copyreg._reconstructor, object, object, None)),  # type: ignore[attr-defined]
        "newobj with arguments": b"\x80\x04" + point + b"K\x01\x85\x81.",
        "newobj of a function": b"\x80\x04cdatetime\ndatetime\n)\x81.",
        "newobj_ex": b"\x80\x04" + point + b")}\x92.",
        "inst": b"(S'" + command.encode() + b"'\nios\nsystem\n.",
        "obj": b"\x80\x02(cos\nsystem\nX\x01\x00\x00\x00xo.",
        "reduce": raw_call + b"tR.",
        "dotted name": b"\x80\x04\x8c\x08datetime\x8c\x11datetime.__init__\x93.",
        "persistent id": b"\x80\x04K\x01Q.",
        "persistent text": b"Pabc\n.",
        "extension": b"\x80\x02\x82\x01.",
        "state of a class": b"\x80\x04" + point + b"}(X\x01\x00\x00\x00aK\x01ub.",
        "state of a list": b"\x80\x04]}b.",
        "items of a class": b"\x80\x04" + point + b"K\x01a.",
        "a name that is no text": b"\x80\x04K\x01K\x02\x93.",
        "a tuple below a mark": b"\x80\x04K\x01(\x85.",
        "next buffer": b"\x80\x05\x97.",
        "a dtype of objects": pickle.dumps(np.array([object.__name__, None], dtype=object)),
        "a zone of another kind": pickle.dumps(dt.datetime(2024, 1, 1)).replace(
            b"\x85", b"K\x01\x86"
        ),
    }


WATCHED = (
    "compile",
    "exec",
    "import",
    "marshal",
    "object.__",
    "open",
    "os.",
    "pickle.",
    "subprocess",
)
_events: list[str] | None = None


def _listen(event: str, _arguments: object) -> None:
    if _events is not None and event.startswith(WATCHED):
        _events.append(event)


sys.addaudithook(_listen)  # for good: hooks cannot be taken away


@contextmanager
def audited() -> Iterator[list[str]]:
    """What the interpreter tells of imports, files, processes and code that is run."""
    global _events  # noqa: PLW0603
    _events = heard = []
    try:
        yield heard
    finally:
        _events = None


@pytest.mark.parametrize("name", dangerous(Path("x")))
def test_a_hostile_pickle_does_nothing(name: str, tmp_path: Path) -> None:
    made = dangerous(tmp_path / "made")[name]
    error: Exception | None = None
    with audited() as heard:
        try:
            plain(read_pickle(made))
        except PickleRefused as refused:
            error = refused
    assert error is not None
    assert heard == []
    assert not any(tmp_path.iterdir())


def test_the_dangers_are_real(tmp_path: Path) -> None:
    for name in ("system", "eval", "exec", "in a payload", "reduce"):
        with audited() as heard:
            pickle.loads(dangerous(tmp_path / name)[name])
        assert (tmp_path / name).exists(), name
        assert "pickle.find_class" in heard


def test_a_class_is_refused_by_name() -> None:
    for value, name in ((Path("x"), "pathlib"), (random.Random(1), "random"), (DATA, None)):
        if name is None:
            assert plain(read_pickle(pickle.dumps(value))) == DATA
            continue
        with pytest.raises(PickleRefused, match=name):
            read_pickle(pickle.dumps(value))


def test_sharing_does_not_grow_without_end() -> None:
    for leaf in ("ha" * 1000, []):
        laughs: Any = leaf
        for _ in range(40):
            laughs = [laughs] * 40
        with pytest.raises(PickleRefused, match="larger than 32 MiB"):
            plain(read_pickle(pickle.dumps(laughs)))
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(PickleRefused, match="deeper than 250"):
        plain(read_pickle(pickle.dumps(endless)))


def test_depth_has_a_limit() -> None:
    deep = b"\x80\x04" + b"]" * 1_000_000 + b"a" * 999_999 + b"."
    with pytest.raises(PickleRefused, match="deeper than 250"):
        plain(read_pickle(deep))
    fine = b"\x80\x04" + b"]" * 200 + b"a" * 199 + b"."
    assert json.dumps(plain(read_pickle(fine))).count("[") == 200


@pytest.mark.parametrize(
    "made",
    [
        b"\x80\x04\x8e" + struct.pack("<Q", 2**60) + b".",
        b"\x80\x04\x8d" + struct.pack("<Q", 2**63) + b".",
        b"\x80\x04\x8b" + struct.pack("<i", 2**31 - 1) + b".",
        b"\x80\x04\x8b" + struct.pack("<i", -1) + b".",
        b"\x80\x04\x95" + struct.pack("<Q", 2**63),
        b"\x80\x04r" + struct.pack("<I", 2**32 - 1) + b".",
        b"\x80\x04G",
        b"\x80\x04G1234567",
        b"\x80\x09N.",
        b"\x80\x01N.",
        b"\x80\x04h\x01.",
        b"\x80\x04K\x01K\x02}\x90.",
        b"\x80\x04}(K\x01u.",
        b"\x80\x04}]K\x01s.",
        b".",
        b"",
        b"\x80\x04\x8c\x02\xff\xfe.",
    ],
    ids=repr,
)
def test_lengths_that_lie_are_refused(made: bytes) -> None:
    with pytest.raises(PickleRefused):
        read_pickle(made)


def test_spoiled_points_are_refused_and_nothing_else_happens(seed: int) -> None:
    rng = random.Random(seed)
    read = 0
    for row in ROWS:
        for end in range(len(row)):
            with pytest.raises(PickleRefused):
                read_pickle(row[:end])
        for _ in range(600):
            spoiled = bytearray(row)
            for _ in range(rng.choice([1, 1, 2, 5])):
                spoiled[rng.randrange(len(row))] = rng.randrange(256)
            try:
                value = read_pickle(bytes(spoiled))
            except PickleRefused:
                continue
            read += 1
            try:
                _point(value)
            except (PickleRefused, ArithmeticError, LookupError, TypeError, ValueError):
                continue  # `layout` tells them with the row
            except AttributeError:
                continue
    assert read
