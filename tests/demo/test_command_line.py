"""`python -m aqdrant`: help, version, errors, interruption, a closed pipe."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

import aqdrant
from aqdrant import __main__ as command_line
from aqdrant.exceptions import AqdrantError


def run(*arguments: str, python: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", *python, "-m", "aqdrant", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_help_tells_the_commands_and_imports_no_numpy() -> None:
    done = run("--help", python=("-X", "importtime"))
    assert done.returncode == 0
    assert "demo " in done.stdout
    assert "aqdrant._version" in done.stderr
    assert "numpy" not in done.stderr
    assert "aqdrant._demo" not in done.stderr


def test_the_version_is_the_packages() -> None:
    assert run("--version").stdout == f"aqdrant {aqdrant.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "required: COMMAND"),
        (("nonsense",), "invalid choice: 'nonsense'"),
        (("demo", "--limit", "0"), "from 1, got '0'"),
        (("demo", "--limit", "x"), "from 1, got 'x'"),
    ],
    ids=str,
)
def test_wrong_arguments_are_told(arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_demo_answers_in_plain_text_through_a_pipe() -> None:
    done = run("demo", "--limit", "3", "copy", "a", "file", "with its metadata")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.isprintable() is False  # it has line ends, and nothing else of the kind
    assert all(line.isprintable() for line in done.stdout.splitlines())
    first, _, filtered = done.stdout.partition("[kind = function]")
    assert "copy a file with its metadata (" in first
    for part in (first, filtered):
        hits = [line.split() for line in part.splitlines() if line.startswith("  ")]
        assert len(hits) == 3
        assert "shutil.copy2" in {name for _, name, *_ in hits}
        scores = [float(score) for score, *_ in hits]
        assert scores == sorted(scores, reverse=True)


def test_an_error_of_ours_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_options: object) -> None:
        raise AqdrantError("went\nwrong")

    monkeypatch.setattr(command_line, "_run_demo", fail)
    assert command_line.main(["demo"]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("aqdrant: went wrong")
    assert captured.err.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_an_empty_query_is_refused() -> None:
    done = run("demo", "", " ")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("aqdrant: the query is empty.")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here is always full")
def test_output_that_cannot_be_written_is_told_in_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "aqdrant", "demo"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("aqdrant: [Errno 28]")
    assert done.stderr.count("\n") == 1


def test_an_interrupted_demo_ends_without_a_traceback() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "aqdrant", "demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()  # the title: the docstrings are being read
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=30)
    assert process.returncode == 130
    assert complaint == ""


@pytest.mark.skipif(sys.platform == "win32", reason="pipes close in another way on Windows")
def test_a_closed_pipe_ends_the_demo_quietly() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "aqdrant", "demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert process.returncode == 141


def test_the_console_script_is_the_same_program() -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    assert 'aqdrant = "aqdrant.__main__:main"' in text
    assert callable(command_line.main)
