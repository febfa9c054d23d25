"""The event-loop thread behind the sync client, and what a coroutine says to reach it.

One daemon thread per process runs one asyncio loop. It starts with the first call that needs a
loop and ends when the last client that used it is closed. The sync clients hold a `Lease`;
``aqdrant._async`` uses the rest.

How a sync client drives an async method, and what ``aqdrant._async`` keeps to:

- A sync client holds an async client whose ``_inline`` is true, and steps its coroutines in the
  caller's thread, where no event loop runs. Such a coroutine may suspend at one place only:
  ``await Hop(async_function, *args)``, which the driver answers by running the function on the
  portal. In inline mode, then, no anyio and no task outside a hop.
- ``_execute`` of an inline client asks ``try_execute`` first and hops if that is
  ``NotImplemented``. On the portal's own thread it does what any async client does::

      if self._inline and not in_portal():
          result = transport.try_execute(operation, options)
          if result is NotImplemented:
              result = await Hop(transport.execute, operation, options)
          return result
      return await transport.execute(operation, options)

- A method that needs a loop of its own (task groups, locks, deadlines) is marked `on_loop` and
  runs on the portal from its first line to its last. Async generators and async context managers
  need no mark: each has a task of its own on the portal from start to end.
- What a user passed to be called or iterated goes through `in_caller`: a sync client runs it in
  the thread of the call, where sync clients may be used and Ctrl-C works; an async one at once.
- A transport that never ran ``execute`` closes without suspending.
- Threads share one inline client, so what it creates lazily it creates under a thread lock.
"""

from aqdrant._portal.hops import Hop, on_loop
from aqdrant._portal.leases import Lease, in_caller, in_portal

__all__ = ["Hop", "Lease", "in_caller", "in_portal", "on_loop"]
