"""Generate the gRPC messages and the codec's tables from Qdrant's protos.

Run as `python -m aqdrant._tools.generate_grpc`, and with `--check` to compare alone. The protos
are those that the `qdrant-client` package ships, and `health.proto` beside this file; CI runs the
check against the pinned version.

Three things come out: `aqdrant_grpc/messages`, classes for native calls; `services.py`, which has
their signatures; and `_tables.py`, the few facts that the codec works by: numbers, kinds and oneofs
of the fields of every message that a call reaches.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import importlib.util
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parents[2] / "transports" / "aqdrant_grpc"
HEALTH = Path(__file__).with_name("health.proto")
PACKAGE = ".qdrant."

_MESSAGES = '''"""Qdrant's messages, for native calls. Generated; normal calls never import them."""

from aqdrant_grpc.messages.qdrant import *
'''
_TABLES = '''\
"""Qdrant's messages and calls as tables for the codec. Generated from the protos; not edited.

A field is written `number name type`, then `?` if it tells absent from zero, `*` if it repeats, and
`|oneof` if it belongs to one; `map>type` is a map from strings.
"""

from __future__ import annotations

__all__ = ["ENUMS", "MESSAGES", "METHODS"]

'''


def find_protos() -> Path:
    """The folder of protos in the installed official client, which is not imported for it."""
    spec = importlib.util.find_spec("qdrant_client")
    if spec is None or spec.origin is None:
        raise SystemExit("qdrant-client is not installed: pip install -e '.[dev]'")
    return Path(spec.origin).parent / "proto"


def compile_protos(protos: Path, folder: Path) -> bytes:
    """Write the message classes into a folder, and give the protos' descriptors."""
    names = [*sorted(path.name for path in protos.glob("*.proto")), HEALTH.name]
    folders = (f"-I{protos}", f"-I{HEALTH.parent}")
    descriptors = folder / "descriptors.bin"
    _protoc(*folders, f"--descriptor_set_out={descriptors}", "--include_imports", *names)
    descriptors.write_bytes(_without_comments(descriptors.read_bytes()))
    out = folder / "messages"
    out.mkdir()
    _protoc(
        f"--descriptor_set_in={descriptors}",
        f"--python_betterproto2_out={out}",
        # The default writes clients that import grpcio.
        "--python_betterproto2_opt=client_generation=none",
        *names,
    )
    return descriptors.read_bytes()


def _without_comments(descriptors: bytes) -> bytes:
    from google.protobuf.descriptor_pb2 import FileDescriptorSet

    files = FileDescriptorSet.FromString(descriptors)
    for file in files.file:
        # The compiler of betterproto2 wants a place where comments could stand.
        file.source_code_info.SetInParent()
    stripped: bytes = files.SerializeToString()
    return stripped


def strip_prose(source: str) -> str:
    """Leave out the texts that stand alone in the code: the compiler brings some of its own."""
    lines = source.splitlines(keepends=True)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            for number in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[number] = ""
    return "".join(lines)


def _protoc(*arguments: str) -> None:
    command = [sys.executable, "-m", "grpc_tools.protoc", *arguments]
    # The compiler of betterproto2 is found on PATH, beside the interpreter.
    path = str(Path(sys.executable).parent)
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"PATH": f"{path}:/usr/bin:/bin"}
    )
    if done.returncode:
        raise SystemExit(done.stderr)


# ---- tables


_KINDS = {
    1: "double",
    2: "float",
    3: "int64",
    4: "uint64",
    5: "int32",
    8: "bool",
    9: "string",
    12: "bytes",
    13: "uint32",
}


def build_tables(descriptors: bytes) -> str:
    """Write the tables of all messages that a call of a service reaches."""
    from google.protobuf.descriptor_pb2 import FileDescriptorSet

    files: list[Any] = list(FileDescriptorSet.FromString(descriptors).file)
    messages: dict[str, Any] = {}
    enums: dict[str, Any] = {}
    for file in files:
        _collect(f".{file.package}.", file.message_type, file.enum_type, messages, enums)
    methods = {
        f"/{file.package}.{service.name}/{method.name}": method
        for file in files
        for service in file.service
        for method in service.method
    }
    roots = [
        name for method in methods.values() for name in (method.input_type, method.output_type)
    ]
    reached = _reach(roots, messages)
    lines = [_TABLES, "METHODS: dict[str, str] = {\n"]
    for path, method in sorted(methods.items()):
        types = [_short(method.input_type), _short(method.output_type)]
        lines += _write_entry(path, [*types, *["deprecated"] * method.options.deprecated], " ")
    lines.append('}\n"""Path → request, answer, and whether it is deprecated."""\n\n')
    lines.append("MESSAGES: dict[str, str] = {\n")
    for name in sorted(reached):
        lines += _write_message(_short(name), messages[name])
    lines.append("}\n\nENUMS: dict[str, str] = {\n")
    used = {
        field.type_name for name in reached for field in messages[name].field if field.type == 14
    }
    for name in sorted(used):
        values = " ".join(f"{value.name}={value.number}" for value in enums[name].value)
        lines += _write_entry(_short(name), values.split(" "), " ")
    lines.append("}\n")
    return "".join(lines)


def _collect(
    scope: str, messages: Any, enums: Any, all_messages: dict[str, Any], all_enums: dict[str, Any]
) -> None:
    all_enums |= {scope + enum.name: enum for enum in enums}
    for message in messages:
        name = scope + message.name
        all_messages[name] = message
        _collect(name + ".", message.nested_type, message.enum_type, all_messages, all_enums)


def _reach(roots: list[str], messages: Mapping[str, Any]) -> set[str]:
    reached: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        waiting += [field.type_name for field in messages[name].field if field.type == 11]
    return {name for name in reached if not messages[name].options.map_entry}


def _short(name: str) -> str:
    return name.removeprefix(PACKAGE).removeprefix(".")


def _write_message(name: str, message: Any) -> list[str]:
    entries = {nested.name: nested for nested in message.nested_type if nested.options.map_entry}
    return _write_entry(name, [_write_field(field, message, entries) for field in message.field])


def _write_field(field: Any, message: Any, entries: Mapping[str, Any]) -> str:
    entry = entries.get(field.type_name.rpartition(".")[2])
    if field.type == 11 and entry is not None:
        return f"{field.number} {field.name} map>{_type(entry.field[1])}"
    text = f"{field.number} {field.name} {_type(field)}"
    if field.label == 3:
        return text + "*"
    if field.proto3_optional or field.type == 11:
        text += "?"
    if field.HasField("oneof_index") and not field.proto3_optional:
        text = text.rstrip("?") + f"|{message.oneof_decl[field.oneof_index].name}"
    return text


def _type(field: Any) -> str:
    return _KINDS[field.type] if field.type in _KINDS else _short(field.type_name)


def _write_entry(name: str, parts: list[str], separator: str = "; ") -> list[str]:
    """A row of a table, as ruff formats it."""
    text = separator.join(parts)
    line = f'    "{name}": "{text}",\n'
    if len(line) <= 101:
        return [line]
    if len(text) <= 90:
        return [f'    "{name}": (\n', f'        "{text}"\n', "    ),\n"]
    lines = [f'    "{name}": (\n']
    piece = ""
    for part in (*(part + separator for part in parts[:-1]), parts[-1]):
        if len(piece) + len(part) > 88:
            lines.append(f'        "{piece}"\n')
            piece = ""
        piece += part
    lines += [f'        "{piece}"\n', "    ),\n"]
    return lines


# ---- services


_SERVICES = '''\
"""The services and what each has. Generated from the protos; not edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aqdrant_grpc.native import Call, Drive, Service, SyncCall, SyncService

if TYPE_CHECKING:
    from aqdrant_grpc import messages
    from aqdrant_grpc.messages.grpc.health import v1 as health
'''
_SERVICE = '''

class {name}(Service):
    """The RPCs of `{path}`."""

    path = "{path}"
{calls}

    def driven_by(self, drive: Drive) -> Sync{name}:
        """Give the sync side: `drive` takes a coroutine to its end."""
        return Sync{name}(self, drive)


class Sync{name}(SyncService):
    """The RPCs of `{path}`, for code without an event loop."""

{sync_calls}
'''


def build_services(descriptors: bytes) -> str:
    """Write the classes of the services, an annotation for each RPC."""
    from google.protobuf.descriptor_pb2 import FileDescriptorSet

    files: list[Any] = list(FileDescriptorSet.FromString(descriptors).file)
    found = sorted(
        (service.name, file.package, service) for file in files for service in file.service
    )
    names = sorted(kind + name for name, _, _ in found for kind in ("", "Sync"))
    listed = "".join(f'    "{name}",\n' for name in names)
    return f"{_SERVICES}\n__all__ = [\n{listed}]\n" + "".join(
        _SERVICE.format(
            name=name,
            path=f"{package}.{name}",
            calls=_write_calls("Call", service),
            sync_calls=_write_calls("SyncCall", service),
        )
        for name, package, service in found
    )


def _write_calls(kind: str, service: Any) -> str:
    lines: list[str] = []
    for method in sorted(service.method, key=lambda method: method.name):
        types = f"{_class(method.input_type)}, {_class(method.output_type)}"
        line = f"    {method.name}: {kind}[{types}]"
        if len(line) > 100:
            line = f"    {method.name}: {kind}[\n        {types}\n    ]"
        lines.append(line)
    return "\n".join(lines)


def _class(name: str) -> str:
    package, _, plain = _short(name).rpartition(".")
    return f"health.{plain}" if package else f"messages.{plain}"


# ---- files


def generate() -> dict[str, str]:
    """Give every generated file, by its path under `aqdrant_grpc`."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        descriptors = compile_protos(find_protos(), folder)
        files = {
            path.relative_to(folder).as_posix(): strip_prose(path.read_text(encoding="utf-8"))
            for path in (folder / "messages").rglob("*.py")
        }
    files["messages/__init__.py"] = _MESSAGES
    files["_tables.py"] = build_tables(descriptors)
    files["services.py"] = build_services(descriptors)
    return files


def differences(expected: Mapping[str, str], target: Path) -> Iterator[str]:
    """Tell how the files in a folder differ from those expected."""
    present = {path.relative_to(target).as_posix() for path in target.glob("messages/**/*.py")}
    for name in sorted(expected.keys() | present):
        path = target / name
        if name not in expected:
            yield f"{name}: nothing generates this file; delete it\n"
            continue
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        yield from difflib.unified_diff(
            text.splitlines(keepends=True),
            expected[name].splitlines(keepends=True),
            f"{name} (as it is)",
            f"{name} (generated)",
        )


def main(arguments: list[str] | None = None, target: Path = TARGET) -> int:
    """Generate the files, or compare them; return 1 if they differ."""
    parser = argparse.ArgumentParser(description="Generate the gRPC messages and tables.")
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    options = parser.parse_args(arguments)
    expected = generate()
    if options.check:
        found = list(differences(expected, target))
        print("".join(found), end="")
        return 1 if found else 0
    for path in target.glob("messages/**/*.py"):
        path.unlink()
    for name, text in expected.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
