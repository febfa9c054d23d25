"""Pools beyond one event loop: a second loop, a fork, the end of the program; nothing is left."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SERVER = """
import socket, threading

def serve(connection):
    with connection:
        while data := connection.recv(65536):
            connection.sendall(b"HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\nok")

def listen(server):
    while True:
        threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()

server = socket.create_server(("127.0.0.1", 0), backlog=100)
threading.Thread(target=listen, args=(server,), daemon=True).start()
port = server.getsockname()[1]
"""

START = """
import gc, os, sys, warnings
import anyio
from aqdrant_net import Origin, Pool, Limits

backend, options = {"asyncio": ("asyncio", {}), "uvloop": ("asyncio", {"use_uvloop": True}),
                    "trio": ("trio", {})}[sys.argv[1]]

def run(function, *args):
    return anyio.run(function, *args, backend=backend, backend_options=options)

def sockets():
    import socket
    held = 0
    for name in os.listdir("/proc/self/fd"):
        try:
            held += os.readlink(f"/proc/self/fd/{name}").startswith("socket:")
        except OSError:
            pass
    return held

pool = Pool(Origin("127.0.0.1", PORT))

async def ask(count=5):
    async with anyio.create_task_group() as group:
        for _ in range(count):
            group.start_soon(pool.request, b"GET", b"/")
    assert (await pool.request(b"GET", b"/")).content == b"ok"
"""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    program = SERVER + "print(port, flush=True)\nimport sys; sys.stdin.read()\n"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.communicate("")


def run(program: str, port: int, loop: str) -> str:
    """Run a program with warnings as errors; whatever it writes to stderr is a failure."""
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "error",
            "-c",
            f"PORT = {port}\n{START}{program}",
            loop,
        ],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


LOOPS = ["asyncio", "trio"] if sys.platform == "win32" else ["asyncio", "uvloop", "trio"]
on_each_loop = pytest.mark.parametrize("loop", LOOPS)
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="counts sockets in /proc")
with_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


@on_linux
@on_each_loop
def test_second_loop_after_the_first_was_closed(loop: str, port: int) -> None:
    program = """
before = sockets()
for _ in range(3):
    run(ask)
    gc.collect()
    assert sockets() == before, sockets()
run(pool.aclose)
"""
    run(program, port, loop)


@on_each_loop
def test_program_that_closes_nothing_ends_quietly(loop: str, port: int) -> None:
    run("run(ask)\n", port, loop)


@on_each_loop
def test_pool_that_is_dropped_closes_its_connections(loop: str, port: int) -> None:
    program = """
async def main():
    global pool
    await ask()
    lender = pool._lenders[0]
    assert "0 connections" not in repr(lender)
    pool = None
    gc.collect()
    while "0 connections" not in repr(lender):
        await anyio.sleep(0)
run(main)
"""
    run(program, port, loop)


@with_fork
@on_linux
@on_each_loop
def test_forked_child_opens_its_own_connections(loop: str, port: int) -> None:
    program = """
warnings.simplefilter("ignore", DeprecationWarning)

async def main():
    await ask()
    mine = sockets()
    child = os.fork()
    if not child:
        # Not on the parent's loop, of which this is a copy.
        import threading
        try:
            worker = threading.Thread(target=run, args=(ask,))
            worker.start(); worker.join()
            os._exit(0 if all(l.runtime is not None for l in pool._lenders) else 1)
        except BaseException:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    assert sockets() == mine
    before = repr(pool)
    for _ in range(10):
        await ask()
    assert repr(pool) == before, (before, repr(pool))
    await pool.aclose()
run(main)
"""
    run(program, port, loop)


@on_linux
@on_each_loop
def test_no_socket_thread_or_task_is_left(loop: str, port: int) -> None:
    program = """
import threading
async def main():
    tasks = len(anyio.get_running_tasks())
    sockets_before, threads = sockets(), threading.active_count()
    assert threads == 1, 'an address needs no look-up'
    for _ in range(3):
        await ask(50)
        with anyio.move_on_after(0):
            await ask(50)
    with anyio.fail_after(5):
        while len(anyio.get_running_tasks()) != tasks:
            await anyio.sleep(0)
    await pool.aclose()
    assert sockets() == sockets_before, (sockets(), sockets_before)
    assert threading.active_count() == threads
run(main)
"""
    run(program, port, loop)


def test_loop_that_is_closed_without_ceremony(port: int) -> None:
    program = """
import asyncio
loop = asyncio.new_event_loop()
loop.run_until_complete(ask())
with warnings.catch_warnings():
    warnings.simplefilter("ignore", ResourceWarning)
    loop.close()
    run(ask)
    gc.collect()
run(pool.aclose)
"""
    run(program, port, "asyncio")
