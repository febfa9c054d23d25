"""The README is true: its programs run, its commands exist, its links lead somewhere.

A ```python block is a program of its own. A ```console block shows commands after `$ ` with what
they print; numbers in it (times, scores, counts of this machine's documents) may differ.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]


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


def run(*arguments: str, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("block", PROGRAMS, ids=lambda block: f"line{block.line}")
def test_program_runs_as_printed(block: Block, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    # Empty lines before it make a traceback name the README's own line.
    program.write_text("\n" * (block.line - 1) + block.text, encoding="utf-8")
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


def test_two_commands_stand_as_promised() -> None:
    shell = [line for b in BLOCKS if b.language == "sh" for line in b.text.splitlines()]
    assert "pip install -e . && python -m aqdrant demo" in shell
    assert 'pip install -e ".[dev]" && pytest' in shell


@pytest.mark.parametrize("language", sorted({b.language for b in BLOCKS}))
def test_block_is_of_a_kind_that_is_tested(language: str) -> None:
    assert language in {"python", "console", "sh"}


def test_relative_links_lead_to_files() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert [link for link in links if not (ROOT / link).exists()] == []
