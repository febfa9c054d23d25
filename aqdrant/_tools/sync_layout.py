"""Layouts for `generate_sync`: definitions, calls and imports, as ``ruff format`` has them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from itertools import groupby

__all__ = ["WIDTH", "lay_out_call", "lay_out_def", "lay_out_imports"]

WIDTH = 100


def lay_out_def(
    indent: str, head: str, items: Sequence[str], tail: str, *, is_split: bool
) -> list[str]:
    """Lay out the header of a function or a class.

    Args:
        indent: what every line starts with.
        head: what stands before the parenthesis, for example ``def name``.
        items: parameters or bases.
        tail: what stands between the parenthesis and the colon.
        is_split: keep one item a line even if they would fit, as a trailing comma asks for.
    """
    if not items:
        return [f"{indent}{head}{tail}:"]
    line = f"{indent}{head}({', '.join(items)}){tail}:"
    if len(line) <= WIDTH and not is_split:
        return [line]
    return [f"{indent}{head}(", *_inner(indent, items, is_split), f"{indent}){tail}:"]


def lay_out_call(indent: str, outer: str, inner: str, arguments: Sequence[str]) -> list[str]:
    """Lay out ``outer(inner(arguments))``, or ``return inner(arguments)`` for a bare ``return``.

    Args:
        indent: what every line starts with.
        outer: the outer function with what stands before it; may be empty or end in a space.
        inner: the inner function.
        arguments: its arguments.
    """
    if not outer or outer.endswith(" "):
        line = f"{indent}{outer}{inner}({', '.join(arguments)})"
        if len(line) <= WIDTH:
            return [line]
        return [f"{indent}{outer}{inner}(", *_inner(indent, arguments), f"{indent})"]
    call = f"{inner}({', '.join(arguments)})"
    line = f"{indent}{outer}({call})"
    if len(line) <= WIDTH:
        return [line]
    deeper = indent + "    "
    if len(deeper + call) <= WIDTH:
        return [f"{indent}{outer}(", deeper + call, f"{indent})"]
    return [
        f"{indent}{outer}(",
        f"{deeper}{inner}(",
        *_inner(deeper, arguments),
        f"{deeper})",
        f"{indent})",
    ]


def _inner(indent: str, items: Sequence[str], is_split: bool = False) -> list[str]:
    deeper = indent + "    "
    line = deeper + ", ".join(items)
    if len(line) <= WIDTH and not is_split:
        return [line]
    return [f"{deeper}{item}," for item in items]


def lay_out_imports(needed: Iterable[tuple[str, str]], width: int = WIDTH) -> str:
    """Lay out imports in the order of isort: by section, then by module, then by kind of name.

    Args:
        needed: module and member; the member is empty for ``import module``.
        width: how long a line may be.
    """
    by_section = groupby(sorted(needed, key=_import_key), key=lambda item: _section(item[0]))
    return "\n\n".join("\n".join(_lay_out_section(list(items), width)) for _, items in by_section)


def _lay_out_section(items: list[tuple[str, str]], width: int) -> Iterable[str]:
    for module, group in groupby(items, key=lambda item: item[0]):
        members = [member for _, member in group]
        # isort has a line of its own for each renamed member, and for a plain import.
        plain = [member for member in members if member and " as " not in member]
        if "" in members:
            yield f"import {module}"
        if plain:
            yield from _lay_out_from(module, plain, width)
        yield from (f"from {module} import {member}" for member in members if " as " in member)


def _lay_out_from(module: str, members: list[str], width: int) -> list[str]:
    line = f"from {module} import {', '.join(members)}"
    if len(line) <= width:
        return [line]
    return [f"from {module} import (", *(f"    {member}," for member in members), ")"]


def _import_key(item: tuple[str, str]) -> tuple[int, bool, str, int, str]:
    module, member = item
    kind = 0 if member.isupper() else 1 if member[:1].isupper() else 2
    return _section(module), bool(member), module.lower(), kind, member


def _section(module: str) -> int:
    top = module.partition(".")[0]
    return 0 if top in sys.stdlib_module_names else 2 if top == "aqdrant" else 1
