"""What happens under trio alone: links with readers and writers of their own."""

from __future__ import annotations

import socket

import trio
import trio.testing

from aqdrant_net.loop_trio import TrioLink

LARGE = bytes(32 << 20)


def test_link_closed_before_its_writer_ran() -> None:
    """A writer that waited for a closed socket would end all of trio."""

    async def main() -> None:
        near, far = socket.socketpair()
        near.setblocking(False)
        with far:
            link = TrioLink(near)
            link.write(LARGE)
            link.close()
            await trio.testing.wait_all_tasks_blocked()
        assert near.fileno() == -1

    trio.run(main)


def test_link_closed_while_its_writer_waits() -> None:
    async def main() -> None:
        near, far = socket.socketpair()
        near.setblocking(False)
        with far:
            link = TrioLink(near)
            link.write(LARGE)
            await trio.testing.wait_all_tasks_blocked()
            link.close()
            await trio.testing.wait_all_tasks_blocked()
        assert near.fileno() == -1

    trio.run(main)
