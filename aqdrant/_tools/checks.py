"""Run the project's checks: `python -m aqdrant._tools.checks`, as contributors and CI do.

Every step runs, also after one has failed; the exit status is 1 when any has. What a step printed
is shown when it fails, pytest's output always.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT.parent / "shared" / "spec"
"""Where a machine may have Qdrant's OpenAPI document and the list of what each version brought."""

SOURCES = {
    "aqdrant._tools.openapi_facts": SPEC / "openapi.json",
    "aqdrant._tools.since_table": SPEC / "since.json",
}
"""Modules that keep a table of facts → what they make it from, which is not the project's."""

GENERATORS = (
    "aqdrant._tools.generate_sync",
    "aqdrant._tools.generate_http",
    "aqdrant._tools.generate_grpc",
)
"""Modules that write files of the repository; `--check` compares the files and writes nothing."""


PYTEST = (sys.executable, "-m", "pytest", "-n", "auto", "--dist", "loadfile")
"""The tests of a file stay together, as fixtures are made once for a file."""


class Step(NamedTuple):
    """One check: a name to choose it by, what it looks at, and its command line."""

    name: str
    subject: str
    command: tuple[str, ...]
    is_shown: bool = False


def build_steps(pytest_arguments: Sequence[str] = ()) -> list[Step]:
    """List the checks in the order in which they run, the quick ones first."""
    python = sys.executable
    lint_imports = str(Path(python).with_name("lint-imports"))
    steps = [
        Step("format", "ruff format", (python, "-m", "ruff", "format", "--check", ".")),
        Step("lint", "ruff check", (python, "-m", "ruff", "check", ".")),
        Step("imports", "import-linter contracts", (lint_imports, "--no-cache", "--no-logo")),
    ]
    steps += [Step("generated", module, (python, "-m", module, "--check")) for module in GENERATORS]
    steps += [
        Step("facts", module, (python, "-m", module, "--check", str(source)))
        for module, source in SOURCES.items()
        if source.is_file()
    ]
    steps += [
        Step("mypy", "strict types", (python, "-m", "mypy")),
        Step("readme", "strict types", (python, "-m", "aqdrant._tools.readme_types")),
        Step("pyright", "strict types", (python, "-m", "pyright", "--pythonpath", python)),
        Step("tests", "pytest", (*PYTEST, *pytest_arguments), is_shown=True),
    ]
    return steps


def run_step(step: Step) -> bool:
    """Run one check, tell how it went and how long it took; return whether it passed."""
    label = f"{step.name} ({step.subject})"
    if step.is_shown:
        print(f"{label} ...", flush=True)
    start = time.perf_counter()
    done = subprocess.run(
        step.command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=None if step.is_shown else subprocess.PIPE,
        stderr=None if step.is_shown else subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    seconds = time.perf_counter() - start
    passed = done.returncode == 0
    print(f"{'ok    ' if passed else 'FAILED'} {label} {seconds:.1f} s", flush=True)
    if not passed and done.stdout:
        print(done.stdout.rstrip(), flush=True)
    return passed


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the chosen checks, or all of them; return the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    split = given.index("--") if "--" in given else len(given)
    steps = build_steps(given[split + 1 :])
    names = list(dict.fromkeys(step.name for step in steps))
    parser = argparse.ArgumentParser(
        prog="python -m aqdrant._tools.checks",
        description="Run the project's checks: all of them, or those named.",
        epilog="What follows -- goes to pytest: tests -- --loops=asyncio tests/core",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names)}")
    chosen = parser.parse_args(given[:split]).names
    unknown = [name for name in chosen if name not in names]
    if unknown:
        parser.error(f"no check is named {unknown[0]!r}; there are {', '.join(names)}")
    failed = [s for s in steps if (not chosen or s.name in chosen) and not run_step(s)]
    if failed:
        print(f"failed: {', '.join(step.name for step in failed)}")
        return 1
    print("every check passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
