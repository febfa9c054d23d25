"""Progress bars for uploads and migrations, by tqdm or rich where one of them is installed.

Users pass an instance as ``on_progress``.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from inspect import isawaitable
from typing import Any, Protocol, TypeVar

from aqdrant._portal import in_caller
from aqdrant.exceptions import ArgumentError, UnsupportedOperation
from aqdrant.models._scalars import kind_of

__all__ = ["RichBar", "TqdmBar", "check_progress", "close_bar", "tell"]

T = TypeVar("T")


class Progress(Protocol):
    """How far something is: an `UploadResult`, a `MigrationResult`."""

    points: int
    total: int | None
    is_finished: bool


class TqdmBar:
    """A bar of tqdm's.

    Args:
        description: what stands before it.
        **options: more arguments of ``tqdm.auto.tqdm``.
    """

    def __init__(self, description: str = "upload", **options: Any) -> None:
        self._make: Any = _load("tqdm.auto").tqdm
        self._make.get_lock()  # made when first wanted, and that must not be on an event loop
        self._options = {"desc": description, "unit": " points", **options}
        self._bar: Any = None

    def __call__(self, result: Progress) -> None:
        """Show how far the upload is."""
        if self._bar is None:
            self._bar = self._make(total=result.total, **self._options)
        self._bar.update(result.points - self._bar.n)
        if result.is_finished:
            self.close()

    def close(self) -> None:
        """Leave the bar as it stands: called in the end, also where the upload failed."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


class RichBar:
    """A bar of rich's.

    Args:
        description: what stands before it.
        console: where to write; rich's own by default.
    """

    def __init__(self, description: str = "upload", console: Any = None) -> None:
        self._progress: Any = _load("rich.progress").Progress(console=console)
        self._description = description
        self._task: Any = None

    def __call__(self, result: Progress) -> None:
        """Show how far the upload is."""
        if self._task is None:
            self._progress.start()
            self._task = self._progress.add_task(self._description, total=result.total)
        self._progress.update(self._task, completed=result.points)
        if result.is_finished:
            self.close()

    def close(self) -> None:
        """Leave the bar as it stands, and give the terminal back."""
        if self._task is not None:
            self._progress.stop()
            self._task = None


def check_progress(on_progress: object) -> None:
    """Refuse what cannot be called.

    Raises:
        ArgumentError: it is something else, and not None.
    """
    if on_progress is not None and not callable(on_progress):
        raise ArgumentError(
            f"on_progress: {kind_of(on_progress)}, wanted a function of the result so far.",
            parameter="on_progress",
        )


async def tell(on_progress: Callable[[T], object] | None, result: T) -> None:
    """Call who watches, in the thread of the caller; an async function is awaited here."""
    if on_progress is not None:
        told = await in_caller(on_progress, result)
        if isawaitable(told):
            await told


def close_bar(on_progress: object) -> None:
    """End the show where somebody watches: an upload that failed tells nothing any more."""
    if isinstance(on_progress, TqdmBar | RichBar):
        on_progress.close()


def _load(module: str) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise UnsupportedOperation(
            f"{package} is not installed.", fix=f"pip install {package}"
        ) from error
