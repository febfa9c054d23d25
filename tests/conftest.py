"""Fixtures for every test: the event loops, a guard against blocking them, seeds, hypothesis.

`--loops` picks the event loops (`tests/README.md` lists them).
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

# Before its first import: failures of the conformance kit tell their values.
pytest.register_assert_rewrite("aqdrant.testing")

# A shell starts what runs in its background with Ctrl-C ignored, and children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

CI = bool(os.environ.get("CI"))
BLOCKING_IS_ALLOWED = ("project", "typing")
"""Folders whose tests run no code of ours on an event loop."""

SHARE = 1 if sys.version_info < (3, 12) or not CI else 0.3
"""Of the generated examples: the same on each Python find the same; later ones look for theirs."""
LONG, LONG_ON_A_LOOP = 200, 500
"""Rows from which on a test's table is a long one; loops differ more than codecs do."""

hypothesis.settings.register_profile("local", deadline=None, max_examples=50, print_blob=True)
hypothesis.settings.register_profile(
    "ci",
    parent=hypothesis.settings.get_profile("local"),
    derandomize=True,
    max_examples=round(50 * SHARE),
)
hypothesis.settings.load_profile("ci" if CI else "local")


def _eager_loop() -> asyncio.AbstractEventLoop:
    """Make an asyncio loop whose tasks start running inside `create_task`."""
    loop = asyncio.new_event_loop()
    loop.set_task_factory(asyncio.eager_task_factory)  # pyright: ignore[reportAttributeAccessIssue]
    return loop


LOOPS: dict[str, tuple[str, dict[str, object]]] = {"asyncio": ("asyncio", {"use_uvloop": False})}
if sys.platform != "win32":
    LOOPS["uvloop"] = ("asyncio", {"use_uvloop": True})
if sys.version_info >= (3, 12):
    LOOPS["eager"] = ("asyncio", {"loop_factory": _eager_loop})
LOOPS["trio"] = ("trio", {})


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("aqdrant")
    group.addoption(
        "--loops",
        default="all",
        help="the event loops to run async tests on: a comma-separated choice of "
        f"{', '.join(LOOPS)}, or all (the default)",
    )
    group.addoption(
        "--async-only", action="store_true", help="leave out tests that need no event loop"
    )
    group.addoption(
        "--seed", type=int, help="the seed for the `seed` fixture, as a failed test printed it"
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Run one process more than there are cores, as tests wait for sockets and processes."""
    return (os.cpu_count() or 1) + 1


def _chosen_loops(config: pytest.Config) -> list[str]:
    option = str(config.getoption("--loops"))
    names = list(LOOPS) if option == "all" else option.split(",")
    unknown = [name for name in names if name not in LOOPS]
    if unknown:
        raise pytest.UsageError(f"--loops: no {unknown[0]!r} here, there are {', '.join(LOOPS)}")
    return names


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "anyio_backend" in metafunc.fixturenames:
        names = _chosen_loops(metafunc.config)
        if metafunc.definition.get_closest_marker("one_loop"):
            names = names[:1]
        metafunc.parametrize("anyio_backend", names, indirect=True, scope="module")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs no loop, where that is asked for, and most rows of long tables.

    The latter where a share of the examples is enough.
    """
    async_only = config.getoption("--async-only")
    if SHARE == 1 and not async_only:
        return
    tests = [item.nodeid.partition("[")[0] for item in items]
    rows, seen = Counter(tests), Counter[str]()
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item, test in zip(items, tests, strict=True):
        is_on_a_loop = "anyio_backend" in getattr(item, "fixturenames", ())
        is_short = rows[test] < (LONG_ON_A_LOOP if is_on_a_loop else LONG)
        is_enough = SHARE == 1 or is_short or seen[test] % 5 == 0
        is_kept = is_enough and (is_on_a_loop or not async_only)
        (kept if is_kept else left_out).append(item)
        seen[test] += 1
    items[:] = kept
    config.hook.pytest_deselected(items=left_out)


@pytest.fixture(scope="module")
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, object]]:
    """The event loop of an async test: what anyio's plugin reads."""
    return LOOPS[request.param]


@pytest.fixture(autouse=True)
def _no_blocking(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail an async test in which code of ours blocks the event loop."""
    folder = request.path.relative_to(Path(__file__).parent).parts[0]
    is_async = "anyio_backend" in request.fixturenames
    if not is_async or folder in BLOCKING_IS_ALLOWED:
        yield
        return
    from blockbuster import blockbuster_ctx

    with blockbuster_ctx(["aqdrant", "aqdrant_local", "aqdrant_net", "aqdrant_rest"]):
        yield


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """A seed for generated data: new in every run, the same for a test in CI, told on failure."""
    chosen = request.config.getoption("--seed")
    if chosen is None:
        chosen = zlib.crc32(request.node.nodeid.encode()) if CI else random.randrange(2**32)
    request.node.add_report_section("setup", "seed", f"--seed={chosen}")
    return chosen
