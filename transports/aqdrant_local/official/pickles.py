"""Points out of pickles, read without pickle: nothing that a pickle names is imported or called.

Used by `layout`. This reads the opcodes that the official client's points are made of (protocols 2
to 5, as CPython writes them) into plain data, and knows the few classes in `_CLASSES` by name: each
is read by a function of ours. Every other opcode and name is refused.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from typing import Any, Final

import numpy as np

from aqdrant_local.engine.paths import is_array, is_object

from .values import CLASSES, REDUCED, Instance, Named, PickleRefused, Refused

__all__ = ["PickleRefused", "read_pickle"]

_LARGEST_INTEGER: Final = 1024  # bytes
_FLOAT: Final = 0x47
_STOP: Final = 0x2E
_FLOAT_STRIDE: Final = 9  # an opcode and eight bytes
_LONGEST_RUN: Final = 2048  # numbers read at once
_Step = Callable[["_Reader"], None]


def read_pickle(data: bytes) -> Any:
    """The value in a pickle: plain data, and `Instance` for models of the official client.

    Sets are lists, keys of dicts are text; dates, UUIDs and decimals are text as JSON has them.

    Raises:
        PickleRefused: it is damaged, or names a class or holds an opcode that points have not.
    """
    reader = _Reader(data)
    try:
        return reader.run()
    except PickleRefused:
        raise
    except (
        ArithmeticError, AttributeError, LookupError, TypeError, ValueError, struct.error,
    ) as error:  # fmt: skip
        raise PickleRefused(f"it is damaged near byte {reader.at}") from error


class _Reader:
    """The machine: a stack of values, the heights of marks in it, and values by number."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}
        self._bytes = np.frombuffer(data, dtype=np.uint8)

    def run(self) -> Any:
        """The value on which the pickle stops."""
        data, steps = self.data, _STEPS
        while True:
            code = data[self.at]
            self.at += 1
            if code == _FLOAT:
                self._floats()
                continue
            if code == _STOP:
                return self.pop()
            step = steps.get(code)
            if step is None:
                raise Refused(f"the opcode {bytes([code])!r}")
            step(self)

    def take(self, count: int) -> bytes:
        """So many of the next bytes."""
        end = self.at + count
        if end > len(self.data):
            raise PickleRefused("it ends in the middle")
        taken, self.at = self.data[self.at : end], end
        return taken

    def number(self, form: str) -> int:
        """The next number, of that `struct` format."""
        found: int = struct.unpack(form, self.take(struct.calcsize(form)))[0]
        return found

    def push(self, value: Any) -> None:
        """Put a value on the stack."""
        self.stack.append(value)

    def pop(self) -> Any:
        """Take the topmost value, not one from below a mark."""
        if self.marks and len(self.stack) <= self.marks[-1]:
            raise PickleRefused("it is damaged: a value is missing")
        return self.stack.pop()

    def since_mark(self) -> list[Any]:
        """Take all values above the last mark."""
        mark = self.marks.pop()
        values = self.stack[mark:]
        del self.stack[mark:]
        return values

    def _floats(self) -> None:
        """Read a number, and all that follow it without a gap: most of a pickled point."""
        begin = self.at - 1
        count = min(_LONGEST_RUN, (len(self.data) - begin) // _FLOAT_STRIDE)
        if not count:
            raise PickleRefused("it ends in the middle")
        codes = self._bytes[begin : begin + count * _FLOAT_STRIDE : _FLOAT_STRIDE]
        others = np.flatnonzero(codes != _FLOAT)
        count = int(others[0]) if len(others) else count
        end = begin + count * _FLOAT_STRIDE
        cells = self._bytes[begin:end].reshape(count, _FLOAT_STRIDE)[:, 1:]
        self.stack.extend(np.ascontiguousarray(cells).view(">f8")[:, 0].tolist())
        self.at = end


def _constant(value: Any) -> _Step:
    return lambda reader: reader.push(value)


def _integer(form: str) -> _Step:
    return lambda reader: reader.push(reader.number(form))


def _long(form: str) -> _Step:
    def step(reader: _Reader) -> None:
        size = reader.number(form)
        if not 0 <= size <= _LARGEST_INTEGER:
            raise Refused(f"an integer of {size} bytes")
        reader.push(int.from_bytes(reader.take(size), "little", signed=True))

    return step


def _text(form: str) -> _Step:
    def step(reader: _Reader) -> None:
        reader.push(reader.take(reader.number(form)).decode("utf-8", "surrogatepass"))

    return step


def _bytes(form: str) -> _Step:
    return lambda reader: reader.push(reader.take(reader.number(form)))


def _tuple(count: int) -> _Step:
    def step(reader: _Reader) -> None:
        values = [reader.pop() for _ in range(count)]
        reader.push(tuple(reversed(values)))

    return step


def _protocol(reader: _Reader) -> None:
    protocol = reader.number("<B")
    if not 2 <= protocol <= 5:
        raise Refused(f"protocol {protocol}")


def _frame(reader: _Reader) -> None:
    reader.number("<Q")  # how far the writer's buffer went: nothing to a reader in memory


def _mark(reader: _Reader) -> None:
    reader.marks.append(len(reader.stack))


def _mark_tuple(reader: _Reader) -> None:
    reader.push(tuple(reader.since_mark()))


def _mark_list(reader: _Reader) -> None:
    reader.push(reader.since_mark())


def _memoize(reader: _Reader) -> None:
    reader.memo[len(reader.memo)] = reader.stack[-1]


def _put(form: str) -> _Step:
    def step(reader: _Reader) -> None:
        reader.memo[reader.number(form)] = reader.stack[-1]

    return step


def _get(form: str) -> _Step:
    return lambda reader: reader.push(reader.memo[reader.number(form)])


def _empty_list(reader: _Reader) -> None:
    reader.push([])


def _empty_dict(reader: _Reader) -> None:
    reader.push({})


def _append(reader: _Reader) -> None:
    _extend(reader, [reader.pop()])


def _appends(reader: _Reader) -> None:
    _extend(reader, reader.since_mark())


def _extend(reader: _Reader, values: list[Any]) -> None:
    target = reader.stack[-1]
    if not is_array(target):
        raise Refused(f"items for {_shown(target)}")
    target.extend(values)


def _item(reader: _Reader) -> None:
    value = reader.pop()
    _fill(reader, [(reader.pop(), value)])


def _items(reader: _Reader) -> None:
    values = reader.since_mark()
    _fill(reader, zip(values[::2], values[1::2], strict=True))


def _fill(reader: _Reader, pairs: Iterable[tuple[Any, Any]]) -> None:
    target = reader.stack[-1]
    if not is_object(target):
        raise Refused(f"keys for {_shown(target)}")
    for key, value in pairs:
        target[_key(key)] = value


def _key(key: Any) -> str:
    """A key as JSON has it. Text alone is hashed: numbers can be chosen to collide."""
    if isinstance(key, str):
        return key
    if key is None or isinstance(key, bool):
        return {None: "null", True: "true", False: "false"}[key]
    if isinstance(key, int | float):
        return str(key)
    raise Refused(f"a key of a dict that is {_shown(key)}")


def _global(reader: _Reader) -> None:
    end = reader.data.index(b"\n", reader.at)
    module = reader.take(end - reader.at).decode()
    reader.at += 1
    end = reader.data.index(b"\n", reader.at)
    name = reader.take(end - reader.at).decode()
    reader.at += 1
    _push_named(reader, module, name)


def _stack_global(reader: _Reader) -> None:
    name, module = reader.pop(), reader.pop()
    if type(name) is not str or type(module) is not str:
        raise PickleRefused("it is damaged: a name is no text")
    _push_named(reader, module, name)


def _push_named(reader: _Reader, module: str, name: str) -> None:
    known = CLASSES.get((module, name))
    if known is None:
        raise Refused(f"{module[:80]}.{name[:80]}")
    reader.push(known)


def _new(reader: _Reader) -> None:
    arguments, named = reader.pop(), reader.pop()
    if type(named) is not Named or not named.is_model or arguments != ():
        raise Refused(f"an object of {_shown(named)} with arguments")
    reader.push(Instance(named))


def _reduce(reader: _Reader) -> None:
    arguments, named = reader.pop(), reader.pop()
    read = REDUCED.get(named) if type(named) is Named else None
    if read is None or type(arguments) is not tuple:
        raise Refused(f"a call of {_shown(named)}")
    reader.push(read(*arguments))


def _build(reader: _Reader) -> None:
    state = reader.pop()
    target = reader.stack[-1]
    if type(target) is not Instance:
        raise Refused(f"a state for {_shown(target)}")
    target.state = state


def _shown(value: Any) -> str:
    return str(value) if type(value) in (Named, Instance) else type(value).__name__


_STEPS: Final[dict[int, _Step]] = {
    code[0]: step
    for code, step in (
        (b"\x80", _protocol), (b"\x95", _frame), (b"(", _mark),
        (b"N", _constant(None)), (b"\x88", _constant(True)), (b"\x89", _constant(False)),
        (b"K", _integer("<B")), (b"M", _integer("<H")), (b"J", _integer("<i")),
        (b"\x8a", _long("<B")), (b"\x8b", _long("<i")),
        (b"\x8c", _text("<B")), (b"X", _text("<I")), (b"\x8d", _text("<Q")),
        (b"C", _bytes("<B")), (b"B", _bytes("<I")), (b"\x8e", _bytes("<Q")),
        (b")", _constant(())), (b"\x85", _tuple(1)), (b"\x86", _tuple(2)), (b"\x87", _tuple(3)),
        (b"t", _mark_tuple), (b"]", _empty_list), (b"a", _append),
        (b"e", _appends), (b"}", _empty_dict), (b"s", _item), (b"u", _items),
        (b"\x8f", _empty_list), (b"\x90", _appends), (b"\x91", _mark_list),
        (b"\x94", _memoize), (b"q", _put("<B")), (b"r", _put("<I")),
        (b"h", _get("<B")), (b"j", _get("<I")),
        (b"c", _global), (b"\x93", _stack_global), (b"\x81", _new), (b"R", _reduce), (b"b", _build),
    )
}  # fmt: skip
"""Opcode → what it does. Not in it: those that call by number, keep persistent ids or duplicate."""
