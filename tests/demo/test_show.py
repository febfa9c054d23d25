"""What the demo writes: to a terminal, to a pipe, with NO_COLOR, in a narrow window."""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import threading
from collections.abc import Callable

import pytest

from aqdrant._demo.show import Hit, Screen, cut, display_width, fit_name, printable

HITS = [
    Hit("shutil.copy2", "Copy data and metadata.", 1.0),
    Hit("a.very.long.name.of.a.module.Class.method", "Ünïcode 日本語 " * 20, 0.25),
]
ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def play(screen: Screen) -> None:
    screen.title("Title")
    with screen.phase("working") as phase:
        for step in range(5):
            phase.progress(step + 1, 5)
        phase.done = "worked on 5 things"
    screen.results("a query\x1b[31m", HITS, 0.0123)
    screen.results("another", [], 0.001)
    screen.note("The end")


def on_terminal(job: Callable[[Screen], None], *, plain: bool = False) -> str:
    """Run a job on a pseudo-terminal and return all that it wrote."""
    if sys.platform == "win32":
        pytest.skip("Windows has no pseudo-terminals of this kind")
    controller, terminal = os.openpty()
    pieces: list[bytes] = []

    def read() -> None:
        with contextlib.suppress(OSError):  # Linux ends a closed terminal with an error
            while not b"".join(pieces).endswith(b"\x04"):
                pieces.append(os.read(controller, 4096))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        with os.fdopen(terminal, "w", encoding="utf-8") as stream:
            job(Screen(stream, plain=plain))
            stream.write("\x04")
            stream.flush()
            reader.join(10)
    finally:
        os.close(controller)
    return b"".join(pieces).decode().removesuffix("\x04").replace("\r\n", "\n")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "72")


def test_a_pipe_gets_plain_lines() -> None:
    stream = io.StringIO()
    play(Screen(stream))
    lines = stream.getvalue().splitlines()
    seconds = lines.pop(1)
    assert re.fullmatch(r"worked on 5 things +\d+\.\d\d s", seconds)
    assert lines[:4] == [
        "Title",
        "",
        "a query [31m (12.3 ms)",
        "  1.0000  shutil.copy2                               Copy data and metadata.",
    ]
    assert lines[4].startswith(
        "  0.2500  a.very.long.name.of.a.module.Class.method  Ünïcode 日本語"
    )
    assert lines[4].endswith("...")
    assert lines[5:] == ["", "another (1.0 ms)", "  nothing found", "", "The end"]
    assert max(display_width(line) for line in lines) <= 100
    assert not re.search("[\x1b\r━✔›]", stream.getvalue())


def test_a_terminal_gets_colours_and_a_bar() -> None:
    written = on_terminal(play)
    assert "\x1b[1mTitle\x1b[0m" in written
    assert "\r\x1b[2K" in written
    assert "100% working" in written
    assert "✔" in written
    assert "\x1b[33m1.0000\x1b[0m" in written
    assert "query [31m" in written  # the query's own escape is gone
    for line in ESCAPE.sub("", written).replace("\r", "\n").splitlines():
        assert display_width(line) <= 72


def test_no_color_leaves_the_bar_and_takes_the_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    written = on_terminal(play)
    assert set(ESCAPE.findall(written)) == {"\x1b[2K"}
    assert "100% working" in written


@pytest.mark.parametrize("way", ["option", "dumb"])
def test_a_terminal_can_have_plain_lines(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    if way == "dumb":
        monkeypatch.setenv("TERM", "dumb")
    written = on_terminal(play, plain=way == "option")
    assert not re.search("[\x1b\r━✔›]", written)
    assert "worked on 5 things" in written


def test_an_old_code_page_gets_no_boxes() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="replace")
    play(Screen(stream))
    stream.seek(0)
    assert "Title\n" in stream.read()


def test_a_failing_phase_says_nothing() -> None:
    stream = io.StringIO()
    with pytest.raises(ZeroDivisionError), Screen(stream).phase("failing"):
        raise ZeroDivisionError
    assert stream.getvalue() == ""


def test_text_is_cut_by_columns() -> None:
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdefg", 6) == "abc..."
    assert cut("日本語日本語", 9) == "日本語..."
    assert display_width("e\u0301日") == 3
    assert fit_name("abc", 5) == "abc  "
    assert fit_name("abcdefg", 6) == "...efg"
    assert printable("a\x1b]0;b\x07\nc\u202e") == "a ]0;b  c "
