"""Ctrl-C and a write that has begun: the write ends, then the interrupt comes.

Used by the gate around a writer's stay. Python runs signal handlers between any two steps of the
main thread, so without this a `KeyboardInterrupt` could leave a write half done.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

__all__ = ["Deferral"]


class Deferral:
    """Keeps SIGINT for later, from `begin` to `end`; does nothing outside the main thread."""

    __slots__ = ("_came", "_handler")

    def __init__(self) -> None:
        self._handler: Callable[[int, FrameType | None], Any] | None = None
        self._came: tuple[int, FrameType | None] | None = None

    def begin(self) -> None:
        """Keep what comes from now on."""
        if threading.current_thread() is not threading.main_thread():
            return
        handler = signal.getsignal(signal.SIGINT)
        if callable(handler):  # else it is ignored, or ends the process without running Python
            self._handler = handler
            signal.signal(signal.SIGINT, self._keep)

    def end(self) -> None:
        """Hand what came to the handler of before, which may raise."""
        handler, self._handler = self._handler, None
        if handler is not None:
            signal.signal(signal.SIGINT, handler)
            if self._came is not None:
                handler(*self._came)

    def _keep(self, number: int, frame: FrameType | None) -> None:
        self._came = (number, frame)
