"""What shows in a process of its own: Ctrl-C, fork, and the interpreter's exit."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="no pthread_kill there")

PRELUDE = """
import logging, os, signal, sys, threading
import anyio, anyio.to_thread
# Development mode has asyncio tell of slow callbacks, which a busy machine has.
logging.getLogger("asyncio").addFilter(lambda record: " took " not in record.getMessage())
sys.path.insert(0, {folder!r})
from sample import SampleTransport
from aqdrant import QdrantClient

async def in_worker(operation):
    await anyio.to_thread.run_sync(threading.get_ident)
    return True

"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, with warnings shown; a hang fails by the timeout."""
    prelude = PRELUDE.format(folder=str(Path(__file__).parent))
    return run_bare(prelude + textwrap.dedent(program))


def run_bare(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-X", "dev", "-W", "always", "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def check_quiet(ended: subprocess.CompletedProcess[str]) -> None:
    # On a machine with more to do, asyncio's debug mode tells of steps that took 0.1 s.
    said = re.sub(r"(?m)^Executing <.* took [\d.]+ seconds\n", "", ended.stderr)
    assert (said, ended.returncode) == ("", 0)


def test_exit_with_an_unclosed_client_in_a_global() -> None:
    ended = run("""
        client = QdrantClient(transport=SampleTransport(in_worker))
        print(client.delete_collection("a"))
    """)
    check_quiet(ended)
    assert ended.stdout == "True\n"


def test_exit_with_an_unclosed_client_that_never_needed_the_portal() -> None:
    check_quiet(
        run("""
        client = QdrantClient(":memory:")
        assert client.collection_exists("a") is False
        assert threading.active_count() == 1
    """)
    )


def test_exit_while_another_thread_waits_for_a_call() -> None:
    check_quiet(
        run("""
        begun = threading.Event()

        async def stay(operation):
            begun.set()
            await anyio.sleep_forever()

        def wait():
            try:
                client.delete_collection("a")
            except Exception:
                pass

        client = QdrantClient(transport=SampleTransport(stay))
        threading.Thread(target=wait, daemon=True).start()
        begun.wait()
    """)
    )


def test_close_registered_at_exit_still_finds_the_loop() -> None:
    ended = run("""
        import atexit

        class Transport(SampleTransport):
            async def aclose(self):
                await anyio.sleep(0)
                print("closed on", threading.current_thread().name)

        client = QdrantClient(transport=Transport())
        atexit.register(client.close)
        client.delete_collection("a")
    """)
    check_quiet(ended)
    assert ended.stdout == "closed on aqdrant-portal\n"


def test_exit_with_an_open_stream() -> None:
    ended = run("""
        transport = SampleTransport()
        transport.on_closed = lambda: print("left", flush=True)
        client = QdrantClient(transport=transport)
        stream = client.stream_full_snapshot("a")
        chunks = iter(stream.__enter__())
        next(chunks)
    """)
    check_quiet(ended)
    assert ended.stdout == "left\n"


@needs_signals
def test_interrupt_ends_the_program() -> None:
    ended = run("""
        async def stay(operation):
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            try:
                await anyio.sleep_forever()
            except BaseException as error:
                print(type(error).__name__, flush=True)
                raise

        client = QdrantClient(transport=SampleTransport(stay))
        client.delete_collection("a")
    """)
    assert ended.stdout == "CancelledError\n"
    assert ended.stderr.rstrip().endswith("KeyboardInterrupt")
    assert "never" not in ended.stderr
    assert ended.returncode not in (0, 1)


@needs_fork
@pytest.mark.parametrize("leave", ["os._exit(0)", "sys.exit(0)"])
def test_forked_child_has_a_portal_of_its_own(leave: str) -> None:
    ended = run(f"""
        import warnings
        from aqdrant._portal import leases
        warnings.simplefilter("ignore", DeprecationWarning)  # fork in a process with threads
        begun = threading.Event()

        async def answer(operation):
            if operation.collection_name == "stay":
                begun.set()
                await anyio.sleep_forever()
            return await in_worker(operation)

        def wait():
            try:
                client.delete_collection("stay")
            except Exception:
                pass

        client = QdrantClient(transport=SampleTransport(answer))
        client.delete_collection("a")
        threading.Thread(target=wait, daemon=True).start()
        begun.wait()
        leases._lock.acquire()  # as if another thread were just starting the portal
        child = os.fork()
        if child == 0:
            signal.alarm(20)  # a child that hangs is not left behind
            names = [thread.name for thread in threading.enumerate()]
            assert "aqdrant-portal" not in names, names
            assert client.delete_collection("b")
            client.close()
            {leave}
        leases._lock.release()
        assert os.waitpid(child, 0)[1] == 0
        assert client.delete_collection("c")
    """)
    check_quiet(ended)


@needs_fork
def test_forked_child_that_makes_no_call() -> None:
    check_quiet(
        run("""
        import warnings
        warnings.simplefilter("ignore", DeprecationWarning)
        client = QdrantClient(transport=SampleTransport())
        client.delete_collection("a")
        child = os.fork()
        if child:
            assert os.waitpid(child, 0)[1] == 0
    """)
    )


def test_local_client_does_without_asyncio() -> None:
    check_quiet(
        run_bare("""
        import sys
        from aqdrant import QdrantClient
        with QdrantClient(":memory:") as client:
            client.get_collections()
        assert "asyncio" not in sys.modules
    """)
    )


def test_client_used_by_a_finalizer_at_exit_says_so() -> None:
    ended = run_bare("""
        from aqdrant import QdrantClient
        from aqdrant.testing import RecordingTransport
        class Holder:
            def __init__(self):
                self.client = QdrantClient(transport=RecordingTransport())
                self.client.count("c")
            def __del__(self):
                try:
                    self.client.count("c")
                except Exception as error:
                    print(type(error).__name__, "exiting" in str(error))
        holder = Holder()
    """)
    check_quiet(ended)
    assert ended.stdout.split() == ["ClientClosed", "True"]


@needs_signals
def test_interrupt_in_the_users_generator_leaves_the_client_usable() -> None:
    ended = run("""
        from aqdrant.testing import RecordingTransport
        client = QdrantClient(transport=RecordingTransport())
        def interrupted(first):
            yield first
            os.kill(os.getpid(), signal.SIGINT)
            threading.Event().wait(10)
        for call, first in (
            (client.upload_points, {"id": 1, "vector": [1.0]}), (client.upload_snapshot, b"a")
        ):
            try:
                call("c", interrupted(first))
            except KeyboardInterrupt:
                print("interrupted", client.count("c").count)
        client.close()
    """)
    check_quiet(ended)
    assert ended.stdout.split() == ["interrupted", "0"] * 2
