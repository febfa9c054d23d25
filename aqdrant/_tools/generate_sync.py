"""Write `aqdrant/_sync` from `aqdrant/_async`: ``python -m aqdrant._tools.generate_sync``.

Each client class becomes one whose methods have the same signatures and docstrings, copied as
text, and forward to the async client. Nothing of a body is translated. The output is what
``ruff format`` would leave unchanged, whatever its version, since only simple layouts occur.

With ``--check`` nothing is written: the set of files and their content are compared.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aqdrant._tools.sync_layout import WIDTH, lay_out_call, lay_out_def, lay_out_imports

PACKAGE = Path(__file__).resolve().parents[1]
HAND_WRITTEN = frozenset({"__init__.py", "_facade.py", "_raw.py", "_streams.py", "http_apis.py"})
"""Files that this generator leaves alone; the last is `generate_http`'s."""

ROOT_CLASS = "ClientCore"
CLIENT_CLASS = "AsyncQdrantClient"
"""Public methods of classes that derive from the first are generated; the second is renamed."""

HANDLE_CLASS = "Handle"
"""Classes that derive from this one keep their members, which name those of client classes."""

_SKIPPED = frozenset({"aclose", "http"})
"""Besides what starts with an underscore: the facade has its own `close` and `http`."""

_TYPES = {
    "AbstractAsyncContextManager": ("AbstractContextManager", "contextlib"),
    "AsyncCollection": ("Collection", "aqdrant._sync.handle"),
    "AsyncGenerator": ("Iterator", "collections.abc"),
    "AsyncIterable": ("Iterable", "collections.abc"),
    "AsyncIterator": ("Iterator", "collections.abc"),
    "ByteStream": ("SyncByteStream", "aqdrant._sync._streams"),
    CLIENT_CLASS: ("QdrantClient", "aqdrant._sync.client"),
}
"""Name in an annotation → its sync twin, and where that is imported from."""

_SERVICES = {
    name: (f"Sync{name}", "aqdrant_grpc.services")
    for name in ("Collections", "Health", "Points", "Qdrant", "Snapshots")
}
"""The same for services, which drive calls of their own: imported for type checkers alone."""

_TEXT = (
    (r"\b([Aa])n async (?=client|context manager)", r"\1 "),
    (r"\basync (?=with\b|for\b|iterable|iterator|context manager|client)", ""),
    (r"\bawait ", ""),
    (r"\bAsyncQdrantClient\b", "QdrantClient"),
    (r"\baclose\b", "close"),
    (r", for asyncio, uvloop and trio\.", ", for code without an event loop."),
    (r"serves many tasks, and several event loops and threads", "serves many threads"),
    (r"Close the client, as `close` does\.", "Close the client. Closing again does nothing."),
)
"""What changes in a docstring: pattern → replacement, one after the other."""


class GenerationError(Exception):
    """The async side has something that this generator has no sync form for."""


@dataclass
class Module:
    """One module of the async side, with what the generated one needs of it."""

    name: str
    source: str
    tree: ast.Module = field(init=False)
    imports: dict[str, ast.ImportFrom | ast.Import] = field(init=False)
    aliases: dict[str, ast.stmt] = field(init=False)

    def __post_init__(self) -> None:
        """Index the imports and the module-level assignments by name."""
        self.tree = ast.parse(self.source)
        self.imports = {}
        self.aliases = {}
        for node in self.tree.body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                self.imports.update({item.asname or item.name: node for item in node.names})
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                self.aliases[node.target.id] = node
            elif isinstance(node, ast.Assign):
                targets = [target for target in node.targets if isinstance(target, ast.Name)]
                self.aliases.update({target.id: node for target in targets})

    def text(self, node: ast.AST) -> str:
        """Return the source of a node."""
        text = ast.get_source_segment(self.source, node)
        if text is None:
            raise GenerationError(f"{self.name}: no source for {ast.dump(node)}")
        return text

    def classes(self) -> Iterator[ast.ClassDef]:
        """Yield the classes of the module."""
        yield from (node for node in self.tree.body if isinstance(node, ast.ClassDef))


def generate(sources: Mapping[str, str]) -> dict[str, str]:
    """Return the files of the sync side.

    Args:
        sources: module name → text of the modules of the async side.

    Returns:
        File name → text.
    """
    modules = [Module(name, source) for name, source in sorted(sources.items())]
    clients = _client_classes(modules)
    return {
        f"{module.name}.py": _Writer(module, clients).write()
        for module in modules
        if any(node.name in clients for node in module.classes())
    }


def _client_classes(modules: Iterable[Module]) -> dict[str, str]:
    """Class name → module, of the root class and all that derive from it."""
    bases: dict[str, tuple[str, set[str]]] = {}
    for module in modules:
        for node in module.classes():
            names = {base.id for base in node.bases if isinstance(base, ast.Name)}
            bases[node.name] = (module.name, names)
    found = {ROOT_CLASS: bases[ROOT_CLASS][0]} if ROOT_CLASS in bases else {}
    while True:
        more = {
            name: module
            for name, (module, names) in bases.items()
            if name not in found and names & {HANDLE_CLASS, *found}
        }
        if not more:
            return found
        found.update(more)


class _Writer:
    """Writes one module."""

    def __init__(self, module: Module, clients: Mapping[str, str]) -> None:
        self._module = module
        self._clients = clients
        self._needed: set[tuple[str, str]] = set()
        self._typed: set[tuple[str, str]] = set()
        self._local: dict[str, str] = {}

    def write(self) -> str:
        nodes = [node for node in self._module.classes() if node.name in self._clients]
        classes = [self._class(node) for node in nodes]
        names = sorted(_sync_name(node.name) for node in nodes)
        origin = f"_async/{self._module.name}.py"
        exported = ", ".join(f'"{name}"' for name in names)
        head = [
            f"# Generated from {origin} by `python -m aqdrant._tools.generate_sync`; do not edit.",
            f'"""The sync side of `aqdrant._async.{self._module.name}`."""',
            "",
            "from __future__ import annotations",
            "",
            lay_out_imports(self._needed),
            "",
            f"__all__ = [{exported}]",
        ]
        if self._typed:
            lines = lay_out_imports(self._typed, WIDTH - 4).splitlines()
            head[-2:-2] = ["", "if TYPE_CHECKING:", *(f"    {line}" for line in lines)]
        if self._local:
            head += ["", *self._local.values()]
        return "\n".join(head) + "\n" + "".join(f"\n\n{text}\n" for text in classes)

    def _class(self, node: ast.ClassDef) -> str:
        if node.name == ROOT_CLASS:
            self._needed.add(("aqdrant._sync._facade", "Facade"))
            bases = ["Facade"]
        else:
            bases = [self._module.text(base) for base in node.bases]
            for base in bases:
                if self._clients.get(base) != self._module.name:
                    self._need(base)
        lines = lay_out_def(
            "", f"class {_sync_name(node.name)}", bases, "", is_split=len(bases) > 2
        )
        doc = _docstring(node)
        if doc is not None:
            lines += self._docstring_lines(doc)
        for method in node.body:
            if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and _is_public(method):
                lines += ["", *self._method(node, method)]
        if HANDLE_CLASS in bases:
            lines += ["", *self._members(node)]
        return "\n".join(lines)

    def _members(self, node: ast.ClassDef) -> list[str]:
        """Return what follows the docstring of a handle, of the sync client and its classes."""
        name, module = _TYPES[CLIENT_CLASS]
        self._typed.add((module, name))
        self._needed.add(("typing", "TYPE_CHECKING"))
        for member in node.body:
            if isinstance(member, ast.Assign):
                self._need_names(self._module.text(member.value))
        lines = self._module.source.splitlines()[node.body[1].lineno - 1 : node.end_lineno]
        return [_convert_text(line) for line in lines]

    def _method(
        self, owner: ast.ClassDef, node: ast.FunctionDef | ast.AsyncFunctionDef
    ) -> list[str]:
        decorators = [self._module.text(decorator) for decorator in node.decorator_list]
        unknown = set(decorators) - {"on_loop", "property", "classmethod", "staticmethod"}
        if unknown:
            raise GenerationError(f"{owner.name}.{node.name}: no sync form of @{unknown.pop()}")
        kept = [f"    @{name}" for name in decorators if name != "on_loop"]
        header = self._header(node)
        doc = _docstring(node)
        body = [] if doc is None else self._docstring_lines(doc, "    ")
        return [*kept, *header, *body, *self._body(owner, node, decorators)]

    def _header(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
        lines = self._module.source.splitlines()[node.lineno - 1 : node.body[0].lineno - 1]
        is_split = len(lines) > 1 and lines[-2].rstrip().endswith(",")
        parameters = [self._annotated(text) for text in self._parameters(node.args)]
        returns = (
            ""
            if node.returns is None
            else f" -> {self._converted(self._module.text(node.returns))}"
        )
        return lay_out_def("    ", f"def {node.name}", parameters, returns, is_split=is_split)

    def _parameters(self, arguments: ast.arguments) -> Iterator[str]:
        positional = [*arguments.posonlyargs, *arguments.args]
        defaults = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
        for index, (argument, default) in enumerate(zip(positional, defaults, strict=True), 1):
            yield self._parameter(argument, default)
            if index == len(arguments.posonlyargs):
                yield "/"
        if arguments.vararg is not None:
            yield f"*{self._parameter(arguments.vararg, None)}"
        elif arguments.kwonlyargs:
            yield "*"
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            yield self._parameter(argument, default)
        if arguments.kwarg is not None:
            yield f"**{self._parameter(arguments.kwarg, None)}"

    def _parameter(self, argument: ast.arg, default: ast.expr | None) -> str:
        text = self._module.text(argument)
        if default is None:
            return text
        equals = " = " if argument.annotation is not None else "="
        value = self._module.text(default)
        self._need_names(value)
        return f"{text}{equals}{value}"

    def _annotated(self, text: str) -> str:
        """Convert the types of a parameter or of a result, and see to their imports."""
        name, colon, annotation = text.partition(": ")
        return name + colon + self._converted(annotation)

    def _converted(self, types: str) -> str:
        converted = re.sub(r"\b\w+\b", lambda match: self._sync_type(match[0]), types)
        self._need_names(converted)
        return converted

    def _sync_type(self, name: str) -> str:
        if name in _SERVICES:
            twin, module = _SERVICES[name]
            self._typed.add((module, twin))
            self._needed.add(("typing", "TYPE_CHECKING"))
            return twin
        if name not in _TYPES:
            return name
        twin, module = _TYPES[name]
        self._needed.add((module, twin))
        return twin

    def _need_names(self, text: str) -> None:
        """Import, or define, the names that occur in an expression."""
        for node in ast.walk(ast.parse(f"({text.partition(' = ')[0]})", mode="eval")):
            if isinstance(node, ast.Name):
                self._need(node.id)

    def _need(self, name: str) -> None:
        module = self._module
        if name in self._clients:
            self._needed.add((f"aqdrant._sync.{self._clients[name]}", name))
        elif name in module.imports:
            self._needed.add(_import_of(module.imports[name], name))
        elif name in module.aliases and name not in self._local:
            text = module.text(module.aliases[name])
            if not any(re.search(rf"\b{kind}\b", text) for kind in _TYPES):
                self._needed.add((f"aqdrant._async.{module.name}", name))
                return
            left, _, value = text.partition(" = ")
            self._need_names(left.partition(":")[2])
            self._local[name] = f"{left} = {self._converted(value)}"

    def _docstring_lines(self, node: ast.Constant, indent: str = "") -> list[str]:
        text = _convert_text(self._module.text(node))
        left_over = re.search(r"\b(async|await)\b|\bAsync\w+", text)
        if left_over is not None:
            line = text.count("\n", 0, left_over.start()) + node.lineno
            raise GenerationError(
                f"{self._module.name}.py:{line}: no sync form of {left_over[0]!r} in a docstring"
            )
        first, *rest = text.splitlines()
        return [f"{indent}    {first}", *rest]

    def _body(
        self,
        owner: ast.ClassDef,
        node: ast.FunctionDef | ast.AsyncFunctionDef,
        decorators: list[str],
    ) -> list[str]:
        arguments = list(self._arguments(node.args))
        indent = " " * 8
        if node.name == "__init__":
            self._needed.add(("aqdrant._async.client", CLIENT_CLASS))
            return lay_out_call(indent, "self._attach", CLIENT_CLASS, arguments)
        target = f"self._async.{node.name}"
        if "classmethod" in decorators or "staticmethod" in decorators:
            self._needed.add(
                (f"aqdrant._async.{self._module.name}", f"{owner.name} as AsyncMethods")
            )
            target = f"AsyncMethods.{node.name}"
            if isinstance(node, ast.AsyncFunctionDef):
                self._needed.add(("aqdrant._sync._facade", "drive_alone"))
        returns = "" if node.returns is None else self._module.text(node.returns)
        if "property" in decorators:
            if returns in _SERVICES:
                target += ".driven_by(self._drive)"
            return [f"{indent}return {target}"]
        keyword = "" if returns == "None" else "return "
        return lay_out_call(indent, keyword + _driver(node, decorators, returns), target, arguments)

    def _arguments(self, arguments: ast.arguments) -> Iterator[str]:
        for argument in [*arguments.posonlyargs, *arguments.args][1:]:
            yield self._argument(argument)
        if arguments.vararg is not None:
            yield f"*{arguments.vararg.arg}"
        for argument in arguments.kwonlyargs:
            yield f"{argument.arg}={self._argument(argument)}"
        if arguments.kwarg is not None:
            yield f"**{arguments.kwarg.arg}"

    def _argument(self, argument: ast.arg) -> str:
        """Pass an argument on; an iterable in place of an async one is wrapped."""
        names = {
            node.id
            for node in ast.walk(argument.annotation or ast.Tuple([]))
            if isinstance(node, ast.Name)
        }
        texts = [
            self._module.text(self._module.aliases[name]) for name in names if name in self._local
        ]
        if "AsyncIterable" in names or any("AsyncIterable" in text for text in texts):
            self._needed.add(("aqdrant._sync._streams", "to_async"))
            return f"to_async({argument.arg})"
        return argument.arg


def _driver(
    node: ast.FunctionDef | ast.AsyncFunctionDef, decorators: list[str], returns: str
) -> str:
    """Name what runs the call: a method of the facade, or nothing for a plain method."""
    if node.name == "close":
        return "self._shut"
    if re.match(r"Async(Iterator|Generator)\b", returns):
        return "self._iterate"
    if returns == "AbstractAsyncContextManager[ByteStream]":
        return "self._open_stream"
    if returns == "AsyncCollection":
        return "self._handle"
    if "AsyncContextManager" in returns:
        raise GenerationError(f"{node.name}: no sync form of {returns}")
    if "on_loop" in decorators:
        return "self._run"
    if not isinstance(node, ast.AsyncFunctionDef):
        return ""
    has_self = not {"classmethod", "staticmethod"} & set(decorators)
    return "self._drive" if has_self else "drive_alone"


def _is_public(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return node.name == "__init__" or not (node.name.startswith("_") or node.name in _SKIPPED)


def _sync_name(name: str) -> str:
    return _TYPES[name][0] if name in _TYPES else name


def _docstring(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> ast.Constant | None:
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        return first.value
    return None


def _convert_text(text: str) -> str:
    for pattern, replacement in _TEXT:
        text = re.sub(pattern, replacement, text)
    return text


def _import_of(node: ast.Import | ast.ImportFrom, name: str) -> tuple[str, str]:
    """Return module and member of an import; the member of a plain import is empty."""
    item = next(item for item in node.names if name in (item.asname, item.name))
    member = item.name if item.asname is None else f"{item.name} as {item.asname}"
    if isinstance(node, ast.Import):
        return member, ""
    return node.module or "", member


def _differences(expected: Mapping[str, str], folder: Path) -> Iterator[str]:
    present = {path.name: path for path in folder.glob("*.py") if path.name not in HAND_WRITTEN}
    for name in sorted(expected.keys() | present.keys()):
        if name not in expected:
            yield f"{folder / name}: nothing generates this file; delete it\n"
            continue
        text = present[name].read_text(encoding="utf-8") if name in present else ""
        yield from difflib.unified_diff(
            text.splitlines(keepends=True),
            expected[name].splitlines(keepends=True),
            f"{folder / name} (as it is)",
            f"{folder / name} (generated)",
        )


def _read(folder: Path) -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}


def main(arguments: list[str] | None = None, package: Path = PACKAGE) -> int:
    """Generate the files, or compare them.

    Returns:
        The exit status: 1 if files differ.
    """
    parser = argparse.ArgumentParser(description="Generate aqdrant/_sync from aqdrant/_async.")
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    options = parser.parse_args(arguments)
    try:
        expected = generate(_read(package / "_async"))
    except GenerationError as error:
        print(error, file=sys.stderr)
        return 1
    folder = package / "_sync"
    if options.check:
        differences = list(_differences(expected, folder))
        print("".join(differences), end="")
        return 1 if differences else 0
    for path in folder.glob("*.py"):
        if path.name not in HAND_WRITTEN and path.name not in expected:
            path.unlink()
    for name, text in expected.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
