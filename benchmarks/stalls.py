"""How long does an event loop stand still while some work goes on? Used by other benchmarks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any


async def longest_stall(work: Callable[[], Awaitable[Any]]) -> tuple[float, float]:
    """Run work; return the longest wait of a task that ticks beside it, and its duration."""
    longest, done = 0.0, asyncio.Event()

    async def tick() -> None:
        nonlocal longest
        while not done.is_set():
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - before - 0.001)

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0.01)
    began = time.perf_counter()
    await work()
    took = time.perf_counter() - began
    done.set()
    await ticking
    return longest, took


async def longest_hold(work: Callable[[], Awaitable[Any]]) -> float:
    """Run work; return the most seconds that this thread worked between two turns of a task.

    Unlike a stall it does not count what other threads and processes take: it is the loop's own.
    """
    longest, done = 0.0, asyncio.Event()

    async def tick() -> None:
        nonlocal longest
        while not done.is_set():
            before = time.thread_time()
            await asyncio.sleep(0)
            longest = max(longest, time.thread_time() - before)

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0)
    await work()
    done.set()
    await ticking
    return longest
