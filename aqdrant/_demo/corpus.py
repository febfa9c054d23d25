"""Read the docstrings of the Python standard library on this machine.

Python sources are parsed, never imported. Docstrings of types and functions written in C come from
a short list of modules that are safe to import. Called by `aqdrant._demo.run`.
"""

import ast
import gc
import inspect
import os
import sysconfig
import types
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["module", "class", "function", "method"]
Progress: TypeAlias = Callable[[int, int], None]

_SKIPPED_FOLDERS: Final = frozenset(
    (
        *("__pycache__", "dist-packages", "encodings", "ensurepip", "idle_test", "idlelib"),
        *("lib-dynload", "lib2to3", "pydoc_data", "site-packages", "test", "tests", "turtledemo"),
    )
)
_IN_C: Final = (
    *("array", "binascii", "bisect", "builtins", "cmath", "collections", "contextvars"),
    *("datetime", "decimal", "errno", "functools", "gc", "hashlib", "heapq", "io", "itertools"),
    *("math", "operator", "os", "random", "re", "select", "signal", "socket", "sqlite3", "ssl"),
    *("statistics", "struct", "sys", "time", "unicodedata", "weakref", "zlib"),
)

_METHODS_IN_C: Final = (types.MethodDescriptorType, types.ClassMethodDescriptorType)


@dataclass(frozen=True, slots=True)
class Entry:
    """One documented thing of the library.

    Attributes:
        name: The qualified name, module included.
        kind: What it is.
        module: The module that holds it.
        summary: The first line of the docstring that says something.
        text: The whole docstring, without its indentation.
        length: The docstring's number of lines.
    """

    name: str
    kind: Kind
    module: str
    summary: str
    text: str
    length: int


def read_corpus(folder: Path | None = None, progress: Progress | None = None) -> list[Entry]:
    """Read every public docstring of the standard library.

    Args:
        folder: A folder of Python sources to read in place of the standard library.
        progress: Called with the number of files read and of files in all.
    """
    root = folder or Path(sysconfig.get_paths()["stdlib"])
    paths = sorted(_source_files(root))
    entries: dict[str, Entry] = {}
    with _garbage_collection_off():
        for done, path in enumerate(paths, 1):
            for entry in _read_file(path, _module_name(path.relative_to(root))):
                entries.setdefault(entry.name, entry)
            if progress is not None:
                progress(done, len(paths))
    if folder is None:
        for entry in _read_c_modules():
            entries.setdefault(entry.name, entry)
    return _without_repeats(entries.values())


def corpus_state(folder: Path | None = None) -> Iterator[str]:
    """Yield what tells one state of the sources from another: their paths, sizes and times.

    Args:
        folder: As in `read_corpus`.
    """
    root = folder or Path(sysconfig.get_paths()["stdlib"])
    yield str(root)
    for path in sorted(_source_files(root)):
        state = path.stat()
        yield f"{path.relative_to(root)} {state.st_size} {state.st_mtime_ns}"


def _source_files(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if _is_public(name) and name not in _SKIPPED_FOLDERS]
        yield from (
            Path(folder, name)
            for name in files
            if name.endswith(".py") and (_is_public(name) or name == "__init__.py")
        )


def _is_public(name: str) -> bool:
    return not name.startswith("_") and "-" not in name


def _module_name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@contextmanager
def _garbage_collection_off() -> Generator[None]:
    """Keep the collector from walking the syntax trees: parsing takes half the time without it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read_file(path: Path, module: str) -> Iterator[Entry]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # old escapes in docstrings
            tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return
    yield from _make_entry(module, "module", module, ast.get_docstring(tree))
    yield from _walk(tree.body, module, module, inside_class=False)


def _walk(body: list[ast.stmt], parent: str, module: str, *, inside_class: bool) -> Iterator[Entry]:
    for node in body:
        if isinstance(node, ast.If | ast.Try):
            yield from _walk(node.body, parent, module, inside_class=inside_class)
        elif isinstance(node, ast.ClassDef) and _is_public(node.name):
            name = f"{parent}.{node.name}"
            yield from _make_entry(name, "class", module, ast.get_docstring(node))
            yield from _walk(node.body, name, module, inside_class=True)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _is_public(node.name):
            kind: Kind = "method" if inside_class else "function"
            name = f"{parent}.{node.name}"
            yield from _make_entry(name, kind, module, ast.get_docstring(node))


def _read_c_modules() -> Iterator[Entry]:
    for module in _IN_C:
        try:
            loaded = import_module(module)
        except ImportError:  # not built on this platform
            continue
        for name, value in sorted(vars(loaded).items()):
            if _is_public(name) and _is_at_home(value, module):
                yield from _read_object(f"{module}.{name}", module, value)


def _is_at_home(value: object, module: str) -> bool:
    """Say whether a module defines a value, or stands before the hidden one that does."""
    home = getattr(value, "__module__", None)
    return home in {None, module, f"_{module}", "posix", "nt"}


def _read_object(name: str, module: str, value: object) -> Iterator[Entry]:
    if isinstance(value, types.BuiltinFunctionType):
        yield from _make_entry(name, "function", module, value.__doc__)
    elif inspect.isclass(value) and not issubclass(value, Exception):
        yield from _make_entry(name, "class", module, value.__doc__)
        for member, method in sorted(vars(value).items()):
            if _is_public(member) and isinstance(method, _METHODS_IN_C):
                yield from _make_entry(f"{name}.{member}", "method", module, method.__doc__)


def _make_entry(name: str, kind: Kind, module: str, docstring: str | None) -> Iterator[Entry]:
    text = inspect.cleandoc(docstring or "").strip()
    if text:
        lines = text.splitlines()
        yield Entry(name, kind, module, _summary(name, lines), text, len(lines))


def _summary(name: str, lines: list[str]) -> str:
    """Return the first line, or the one after the signature that some functions in C start with."""
    said = [line.strip() for line in lines if line.strip()]
    signature = said[0].startswith(f"{name.rpartition('.')[2]}(")
    return said[1] if signature and len(said) > 1 else said[0]


def _without_repeats(entries: Iterable[Entry]) -> list[Entry]:
    """Keep the shortest of the names under which one docstring stands: aliases and re-exports."""
    kept: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        key = (entry.name.rpartition(".")[2], entry.text)
        other = kept.get(key)
        if other is None or len(entry.name) < len(other.name):
            kept[key] = entry
    return list(kept.values())
