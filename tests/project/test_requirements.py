"""What the package imports, it requires: at run time, or by the extra that brings it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[2]
OURS: Final = {"aqdrant", *(path.name for path in (ROOT / "transports").iterdir())}
FOUND_THERE: Final = {
    "sniffio": "told which event loop runs, where another library has put it there",
    "trio": "used where it is the running event loop",
}
"""Import → why nothing of ours requires it."""
BROUGHT: Final = {
    "PIL": ("fastembed", "pillow"),
    "certifi": ("httpx", "certifi"),
    "dateutil": ("betterproto2", "python-dateutil"),
    "typing_extensions": ("betterproto2", "typing-extensions"),
}
"""Import → the requirement of ours that brings it, and the name under which it does."""


def modules() -> Iterator[Path]:
    for folder in ("aqdrant", "transports"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "_tools" not in path.parts:  # not in the wheel
                yield path


def imports(tree: ast.AST) -> Iterator[str]:
    """Top-level names of what a module imports anywhere but for type checkers."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition(".")[0]
        yield from imports(node)


def foreign(path: Path) -> set[str]:
    found = set(imports(ast.parse(path.read_text(encoding="utf-8"))))
    return found - OURS - set(sys.stdlib_module_names)


@cache
def declared() -> set[str]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    lines = project["dependencies"] + [
        line for extra, lines in extras.items() if extra != "dev" for line in lines
    ]
    return set(map(named, lines))


def named(requirement: str) -> str:
    return normal(re.split(r"[^\w.-]", requirement)[0])


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


_providers: Final = cache(packages_distributions)


def missing(path: Path, names: set[str]) -> list[str]:
    providers = _providers()
    wanted = declared()
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for name in sorted(names - FOUND_THERE.keys() - BROUGHT.keys())
        if not {normal(one) for one in providers.get(name, [name])} & wanted
    ]


def test_every_import_is_required() -> None:
    lacking = [line for path in modules() for line in missing(path, foreign(path))]
    assert lacking == []


def test_exceptions_are_still_met() -> None:
    met = set[str]().union(*map(foreign, modules()))
    assert met >= FOUND_THERE.keys() | BROUGHT.keys()


@pytest.mark.parametrize(("bringer", "name"), BROUGHT.values())
def test_what_another_brings_it_does_bring(bringer: str, name: str) -> None:
    assert bringer in declared()
    assert name in {named(line) for line in requires(bringer) or () if "extra ==" not in line}


@pytest.mark.parametrize("name", ["pytest", "no_such_module"])
def test_what_is_not_required_is_found(name: str) -> None:
    assert missing(ROOT / "aqdrant" / "x.py", {name, "msgspec"}) == [f"aqdrant/x.py imports {name}"]
