"""The README is true: its programs run, its commands exist, its links lead somewhere.

A ```python block is a program of its own. A ```console block shows commands after `$ ` with what
they print. Numbers in it (times, scores, counts) may differ, and a line `...` stands for any lines.
Indented lines show what was found in the documents of one Python, so they are compared on that one.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

from aqdrant._tools.checks import PYTEST
from tests.fix_models import lay_out_cache

ROOT = Path(__file__).resolve().parents[2]
PYTHON_OF_README = (3, 11)


class Block(NamedTuple):
    """A fenced block of the README."""

    line: int
    language: str
    text: str


def read_blocks() -> list[Block]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    fences = re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [Block(text.count("\n", 0, m.start()) + 2, m[1], m[2]) for m in fences]


BLOCKS = read_blocks()


PROGRAMS = [block for block in BLOCKS if block.language == "python"]
CONSOLES = [block for block in BLOCKS if block.language == "console"]


@pytest.fixture(scope="module", autouse=True)
def _offline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Programs find the model that they name as if it had been fetched before."""
    cache = lay_out_cache(tmp_path_factory.mktemp("models"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FASTEMBED_CACHE_PATH", str(cache))
        patch.setenv("HF_HUB_OFFLINE", "1")
        yield


def run(*arguments: str, cwd: Path) -> str:
    home = {name: str(cwd) for name in ("HOME", "USERPROFILE")}  # what programs keep, goes there
    done = subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=cwd,
        env=os.environ | home | {"XDG_CACHE_HOME": str(cwd / ".cache")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


SERVED = "localhost:6333"
ANSWERS: dict[str, tuple[int, str]] = {
    "/": (200, '{"title":"qdrant - vector search engine","version":"1.19.0"}'),
    "/collections": (200, '{"result":{"collections":[{"name":"texts"}]}}'),
    "/collections/missing": (
        404,
        '{"status":{"error":"Not found: Collection `missing` doesn\'t exist!"},"time":0.1}',
    ),
    "/collections/texts/points/query": (
        200,
        '{"result":{"points":[{"id":7,"version":1,"score":0.9}]}}',
    ),
}


class Answering(BaseHTTPRequestHandler):
    """The server that programs of the README ask."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", "0")))
        status, answer = ANSWERS[self.path.partition("?")[0]]
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer.encode())

    do_POST = do_GET  # noqa: N815  # the name that http.server looks for

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a server, in place of the one that the README names."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(30)


@pytest.mark.parametrize("block", PROGRAMS, ids=lambda block: f"line{block.line}")
def test_program_runs_as_printed(block: Block, tmp_path: Path, address: str) -> None:
    program = tmp_path / "program.py"
    text = block.text.replace(SERVED, address)
    # Empty lines before it make a traceback name the README's own line.
    program.write_text("\n" * (block.line - 1) + text, encoding="utf-8")
    run(str(program), cwd=tmp_path)


def split_commands(text: str) -> list[tuple[str, list[str]]]:
    """Split a console block into its commands, each with the lines it is said to print."""
    commands: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            commands.append((line[2:], []))
        else:
            commands[-1][1].append(line)
    return commands


def normalise(lines: list[str]) -> list[str]:
    """Replace what may differ: numbers, the width of columns, empty lines, other documents."""
    if sys.version_info[:2] != PYTHON_OF_README:
        lines = [line for line in lines if not line.startswith(" ")]
    texts = (re.sub(r"\d+(?:[.,]\d+)*", "0", " ".join(line.split())) for line in lines)
    return [text for text in texts if text]


def match_lines(shown: list[str], printed: list[str]) -> bool:
    pattern = "".join(".*" if line == "..." else re.escape(f"{line}\n") for line in shown)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed), re.DOTALL) is not None


@pytest.mark.parametrize("block", CONSOLES, ids=lambda block: f"line{block.line}")
def test_command_prints_what_is_shown(block: Block, tmp_path: Path) -> None:
    for command, shown in split_commands(block.text):
        python, *arguments = shlex.split(command)
        assert python == "python", command
        printed = normalise(run(*arguments, cwd=tmp_path).splitlines())
        assert match_lines(normalise(shown), printed), "\n".join([command, *printed])


@pytest.mark.parametrize(
    ("shown", "matches"),
    [
        (["one", "two"], True),
        (["..."], True),
        (["one", "..."], True),
        (["...", "two"], True),
        (["one"], False),
        (["one", "...", "three"], False),
    ],
)
def test_dots_stand_for_any_lines(shown: list[str], matches: bool) -> None:
    assert match_lines(shown, ["one", "two"]) is matches


def test_two_commands_stand_as_promised() -> None:
    shell = [line for b in BLOCKS if b.language == "sh" for line in b.text.splitlines()]
    assert "pip install -e . && python -m aqdrant demo" in shell
    assert f'pip install -e ".[dev]" && {" ".join(PYTEST[2:])}' in shell, "not what CI runs"


@pytest.mark.parametrize("language", sorted({b.language for b in BLOCKS}))
def test_block_is_of_a_kind_that_is_tested(language: str) -> None:
    assert language in {"python", "console", "sh", "diff"}


def test_relative_links_lead_to_files() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert [link for link in links if not (ROOT / link).exists()] == []
