"""Write the demo's output: colours, boxes and a progress bar on a terminal, plain lines elsewhere.

Called by `aqdrant._demo.run`. Nothing that comes from a docstring or from the command line reaches
a terminal with control characters in it.
"""

import os
import shutil
import sys
import time
import unicodedata
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple, TextIO

_STYLES: Final = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
_PLAIN_WIDTH: Final = 100
_REDRAW_SECONDS: Final = 0.05
_BAR_CELLS: Final = 24
_SPACES: Final = "  "


class Hit(NamedTuple):
    """One line of results."""

    name: str
    summary: str
    score: float


class Screen:
    """Where the demo writes.

    Args:
        stream: The text stream; `sys.stdout` unless told.
        plain: Write plain text even to a terminal.

    Attributes:
        is_fancy: Whether the stream is a terminal that may be drawn on.
        width: The number of columns lines are cut to.
    """

    def __init__(self, stream: TextIO | None = None, *, plain: bool = False) -> None:
        self._stream = stream or sys.stdout
        terminal = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self.is_fancy = terminal and not plain and _speaks_ansi()
        self._has_colour = self.is_fancy and not os.environ.get("NO_COLOR")
        self._has_boxes = self.is_fancy and _can_encode("━╸✔›", self._stream.encoding)
        columns = shutil.get_terminal_size((_PLAIN_WIDTH, 24)).columns
        self.width = max(columns, 40) if self.is_fancy else _PLAIN_WIDTH

    def title(self, text: str) -> None:
        """Write the first line of all."""
        self._line(self._paint(printable(text), "bold"))
        if self._has_boxes:
            self._line(self._paint("━" * min(len(text), self.width), "cyan"))

    @contextmanager
    def phase(self, doing: str, began: float | None = None) -> "Generator[Phase]":
        """Show progress while the body runs and, after it, what was done and the time it took.

        Args:
            doing: What the progress bar says.
            began: When it began, by `time.perf_counter`; now unless told.
        """
        phase = Phase(self, doing)
        phase.started = phase.started if began is None else began
        phase.draw()
        try:
            yield phase
        except BaseException:
            self.clear_line()
            raise
        seconds = time.perf_counter() - phase.started
        self.clear_line()
        mark = f"{self._paint('✔', 'green')} " if self._has_boxes else ""
        room = min(58, self.width - len("✔    0.00 s "))
        done = f"{cut(phase.done, room):<{room}}"
        self._line(f"{mark}{done} {self._paint(f'{seconds:6.2f} s', 'dim')}")

    def results(self, heading: str, hits: Sequence[Hit], seconds: float) -> None:
        """Write the hits of one call, best first, and the time of the call."""
        mark = f"{self._paint('›', 'cyan')} " if self._has_boxes else ""
        took = self._paint(f"({seconds * 1000:.1f} ms)", "dim")
        self._line("")
        self._line(f"{mark}{self._paint(printable(heading), 'bold')} {took}")
        if not hits:
            self._line(f"{_SPACES}nothing found")
            return
        room = max(self.width - len("  0.0000  "), 20)
        name_width = min(max(display_width(printable(hit.name)) for hit in hits), room // 2)
        for hit in hits:
            name = fit_name(printable(hit.name), name_width)
            summary = cut(printable(hit.summary), room - name_width - len(_SPACES))
            columns = (
                self._paint(f"{hit.score:.4f}", "yellow"),
                self._paint(name, "cyan"),
                summary,
            )
            self._line((_SPACES + _SPACES.join(columns)).rstrip())

    def note(self, text: str) -> None:
        """Write a line that stands apart."""
        self._line("")
        self._line(self._paint(printable(text), "dim"))

    def draw_progress(self, label: str, share: float) -> None:
        """Redraw the progress bar on a terminal; write nothing elsewhere."""
        if not self.is_fancy:
            return
        full = round(share * _BAR_CELLS)
        if self._has_boxes:
            bar = self._paint("━" * full, "green") + self._paint("━" * (_BAR_CELLS - full), "dim")
        else:
            bar = f"[{'#' * full}{'.' * (_BAR_CELLS - full)}]"
        label = cut(label, self.width - _BAR_CELLS - len(" [] 100 %"))
        self._stream.write(f"\r\x1b[2K{bar} {share:4.0%} {label}")
        self._stream.flush()

    def clear_line(self) -> None:
        """Take the progress bar away."""
        if self.is_fancy:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()

    def _line(self, text: str) -> None:
        self._stream.write(f"{text}\n")
        self._stream.flush()

    def _paint(self, text: str, style: str) -> str:
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self._has_colour else text


class Phase:
    """One step of the job while it runs.

    Attributes:
        done: What the line says when the step is over.
        started: When it began, by `time.perf_counter`.
    """

    def __init__(self, screen: Screen, doing: str) -> None:
        self.done = doing
        self.started = time.perf_counter()
        self._screen = screen
        self._doing = doing
        self._next_drawing = 0.0

    def draw(self) -> None:
        """Draw the empty bar."""
        self._screen.draw_progress(self._doing, 0.0)

    def progress(self, done: int, total: int) -> None:
        """Show how far the step is; may be called from a worker thread."""
        now = time.perf_counter()
        if now >= self._next_drawing or done == total:
            self._next_drawing = now + _REDRAW_SECONDS
            self._screen.draw_progress(self._doing, done / total if total else 1.0)


def printable(text: str) -> str:
    """Return the text without control characters: a space in place of each."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def display_width(text: str) -> int:
    """Return the number of terminal columns a printable text takes."""
    return sum(_cell_width(letter) for letter in text)


def cut(text: str, width: int) -> str:
    """Shorten a text that is wider than `width` columns; an ellipsis shows that it was."""
    if display_width(text) <= width:
        return text
    kept = ""
    for letter in text:
        if display_width(kept) + _cell_width(letter) > width - 3:
            break
        kept += letter
    return kept.rstrip() + "..."


def fit_name(name: str, width: int) -> str:
    """Pad a name to `width` columns, or cut its beginning away: its end tells more."""
    shortened = cut(name[::-1], width)[::-1]
    return shortened + " " * (width - display_width(shortened))


def _cell_width(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _can_encode(text: str, encoding: str | None) -> bool:
    try:
        text.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _speaks_ansi() -> bool:
    """Say whether the terminal knows escape sequences; the old Windows console does not."""
    return sys.platform != "win32" or bool({"WT_SESSION", "ANSICON", "TERM"} & os.environ.keys())
