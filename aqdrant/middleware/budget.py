"""How many retries a client may spend: what keeps a failing server from being asked ever more.

Held by `Retry`, one for all calls of a client.
"""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["RetryBudget"]


class RetryBudget:
    """A bucket of tokens: a retry takes one, calls that succeed and time bring them back.

    So a burst of faults, as a restart makes one, is tried again in full, and of a server that keeps
    failing a client asks about a tenth more than its load.

    Args:
        capacity: tokens at the start, and at most.
        per_success: tokens that a call brings which succeeded at once.
        per_second: tokens that a second brings.
        clock: gives seconds that never go back.
    """

    def __init__(
        self,
        capacity: float = 100.0,
        *,
        per_success: float = 0.1,
        per_second: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.capacity = capacity
        self.per_success = per_success
        self.per_second = per_second
        # Threads may lose each other's updates: a token more or less is nothing to lock for.
        self.tokens = capacity
        self._clock = clock
        self._filled_at = clock()

    def earn(self) -> None:
        """Note a call that succeeded."""
        if self.tokens < self.capacity:
            self.tokens += self.per_success

    def take(self) -> bool:
        """Take a token, or say that there is none."""
        now = self._clock()
        earned = (now - self._filled_at) * self.per_second
        self.tokens = min(self.capacity, self.tokens + earned)
        self._filled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

    def __repr__(self) -> str:
        return f"<RetryBudget {self.tokens:.1f} of {self.capacity:g}>"
