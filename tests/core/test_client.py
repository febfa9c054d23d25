"""The async client: its constructor opens nothing, its end is an end, its secrets stay its own."""

from __future__ import annotations

import copy
import gc
import inspect
import pickle
import subprocess
import sys
import threading
from typing import Any
from unittest import mock

import anyio
import pytest

from aqdrant import AsyncQdrantClient, QdrantClient, models
from aqdrant.exceptions import ArgumentError, ClientClosed, NotFound, UnsupportedOperation
from aqdrant.middleware import ForwardingTransport
from aqdrant.operations import CountPoints, GetSnapshot, Operation
from aqdrant.testing import ImmediateRecordingTransport, RecordingTransport

SECRETS: dict[str, Any] = {
    "url": "https://host",
    "api_key": "s3cr3t",
    "headers": {"authorization": "s3cr3t"},
    "grpc_options": {"private_key": "s3cr3t"},
    "metadata": {"token": "s3cr3t"},
    "auth_token_provider": lambda: "s3cr3t",
}


# ---- the constructor


def run(program: str) -> str:
    """What a program prints, in an interpreter of its own."""
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", inspect.cleandoc(program)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    return result.stdout


def test_constructor_opens_nothing() -> None:
    opened = run("""
        import sys, threading
        from aqdrant import AsyncQdrantClient
        events = []
        watched = ("open", "socket.", "os.", "subprocess.", "sqlite3.", "_thread.start", "import")
        sys.addaudithook(lambda name, _: events.append(name) if name.startswith(watched) else None)
        places = [":memory:", "http://localhost:6333", "https://example.invalid:1"]
        clients = [AsyncQdrantClient(place) for place in places]
        clients.append(AsyncQdrantClient(path="/nonexistent/folder"))
        print(events, threading.active_count(), "numpy" in sys.modules, "asyncio" in sys.modules)
    """)
    assert opened.strip() == "[] 1 False False"


def test_client_may_stand_in_a_module_and_serve_loops_in_turn() -> None:
    told = run("""
        import anyio
        from aqdrant import AsyncQdrantClient, models
        client = AsyncQdrantClient(":memory:", max_concurrency=2)
        vectors = models.VectorParams(size=2, distance=models.Distance.DOT)
        async def step(name):
            await client.create_collection(name, vectors)
            await client.upsert(name, [{"id": 1, "vector": [1, 0]}])
            async with anyio.create_task_group() as tasks:
                for _ in range(5):
                    tasks.start_soon(client.count, name)
            print((await client.count(name)).count)
        anyio.run(step, "a")
        anyio.run(step, "b", backend="trio")
        anyio.run(step, "c")
        anyio.run(client.aclose)
    """)
    assert told.split() == ["1", "1", "1"]


def test_client_that_is_never_closed_is_no_trouble() -> None:
    told = run("""
        import anyio
        from aqdrant import AsyncQdrantClient
        client = AsyncQdrantClient(":memory:")
        print(anyio.run(client.get_collections).collections)
    """)
    assert told.strip() == "[]"


def test_client_serves_threads_with_loops_of_their_own() -> None:
    client = AsyncQdrantClient(":memory:", max_concurrency=3)
    vectors = models.VectorParams(size=1, distance=models.Distance.DOT)
    anyio.run(client.create_collection, "texts", vectors)
    failed: list[BaseException] = []

    async def work(start: int) -> None:
        for number in range(start, start + 40):
            await client.upsert("texts", [{"id": number, "vector": [number]}])
            assert (await client.retrieve("texts", [number]))[0].id == number

    def thread(start: int, backend: str) -> None:
        try:
            anyio.run(work, start, backend=backend)
        except BaseException as error:  # noqa: BLE001 - the thread that waits asserts there is none
            failed.append(error)

    threads = [
        threading.Thread(target=thread, args=(start, backend))
        for start, backend in ((0, "asyncio"), (100, "trio"), (200, "asyncio"), (300, "trio"))
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert failed == []
    assert anyio.run(client.count, "texts").count == 160


def test_constructor_keeps_what_it_was_given() -> None:
    client = AsyncQdrantClient("http://localhost:6333", timeout=3, prefer_grpc=True, http2=True)
    options = client.init_options
    official = list(inspect.signature(AsyncQdrantClient).parameters)
    ours = ["transport", "middleware", "kwargs"]
    assert list(options) == [name for name in official if name not in ours] + ["http2"]
    assert options["location"] == "http://localhost:6333"
    assert (options["timeout"], options["prefer_grpc"], options["http2"]) == (3, True, True)
    assert options["port"] == 6333
    assert options["headers"] is None
    options["timeout"] = 5
    assert client.init_options["timeout"] == 3


def test_secrets_are_not_shown() -> None:
    client = AsyncQdrantClient(**SECRETS)
    shown = client.init_options
    assert {name: shown[name] for name in SECRETS if name != "url"} == {
        name: "<hidden>" for name in SECRETS if name != "url"
    }
    for text in (repr(client), str(client), repr(shown), repr(client._config)):
        assert "s3cr3t" not in text


async def test_repr_tells_the_state() -> None:
    client = AsyncQdrantClient("http://localhost:1")
    assert repr(client) == "<AsyncQdrantClient http://localhost:1 not opened>"
    client = AsyncQdrantClient(":memory:")
    await client.get_collections()
    assert repr(client) == "<AsyncQdrantClient :memory: open>"
    await client.aclose()
    assert repr(client) == "<AsyncQdrantClient :memory: closed>"
    assert "RecordingTransport" in repr(AsyncQdrantClient(transport=RecordingTransport()))


BAD_OPTIONS: list[tuple[dict[str, Any], str, str]] = [
    ({"timeout": 0}, "timeout", "0 s, wanted more than 0"),
    ({"timeout": -1}, "timeout", "-1 s, wanted more than 0"),
    ({"timeout": float("nan")}, "timeout", "nan"),
    ({"timeout": float("inf")}, "timeout", "inf"),
    ({"timeout": "5"}, "timeout", "str '5', wanted float"),
    ({"pool_size": 0}, "pool_size", "0, wanted 1 or more"),
    ({"max_concurrency": 0}, "max_concurrency", "0, wanted 1 or more"),
    ({"max_concurrency": 1.5}, "max_concurrency", "float 1.5, wanted int"),
    ({"local_inference_batch_size": -1}, "local_inference_batch_size", "wanted 1 or more"),
    ({"https": "yes"}, "https", "str 'yes', wanted bool"),
    ({"prefer_grpc": 1}, "prefer_grpc", "int 1, wanted bool"),
    ({"api_key": 5}, "api_key", "int, wanted str"),
    ({"api_key": b"s3cr3t"}, "api_key", "bytes, wanted str"),
    ({"headers": {"a": 1}}, "headers.a", "int 1, wanted str"),
    ({"headers": ["a"]}, "headers", "list of 1, wanted a dict"),
    ({"grpc_options": []}, "grpc_options", "list of 0, wanted a dict"),
    ({"auth_token_provider": "token"}, "auth_token_provider", "str, wanted a function"),
    ({"transport": RecordingTransport}, "transport", "wanted an instance"),
    ({"transport": "rest"}, "transport", "str 'rest', wanted an instance"),
    ({"middleware": {"retries": None}}, "middleware", "Did you mean 'retry'?"),
    ({"middleware": {"retry": 1}}, "middleware.retry", "int 1, wanted a function"),
    ({"middleware": [1]}, "middleware", "list of 1, wanted a dict"),
    ({"location": ":memory:", "cloud_inference": True}, "cloud_inference", "needs a server"),
    ({"location": ":memory:", "time_out": 1}, "time_out", "Did you mean 'timeout'?"),
]


@pytest.mark.parametrize(("options", "parameter", "text"), BAD_OPTIONS, ids=str)
@pytest.mark.parametrize("kind", [AsyncQdrantClient, QdrantClient])
def test_wrong_option_is_named(
    kind: Any, options: dict[str, Any], parameter: str, text: str
) -> None:
    with pytest.raises(ArgumentError) as caught:
        kind(**options)
    assert caught.value.parameter == parameter
    assert text in str(caught.value)
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize("kind", [AsyncQdrantClient, QdrantClient])
@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"url": "http://ex.com", "api_key": "s3cr3t"}, "API key"),
        ({"url": "http://ex.com", "auth_token_provider": lambda: "s3cr3t"}, "token"),
        ({"host": "ex.com", "https": False, "api_key": "s3cr3t"}, "API key"),
    ],
)
def test_secret_in_plain_text_is_warned_of(kind: Any, options: dict[str, Any], text: str) -> None:
    with pytest.warns(UserWarning, match=f"{text} would be sent in plain text") as caught:
        kind(**options)
    (warning,) = caught
    assert warning.filename == __file__
    assert "s3cr3t" not in str(warning.message)


@pytest.mark.parametrize(
    "options",
    [
        {"url": "https://ex.com"},
        {"url": "ex.com"},
        {"url": "http://localhost"},
        {"url": "http://127.0.0.1:6333"},
        {"url": "http://[::1]"},
        {"location": ":memory:"},
    ],
)
def test_secret_that_nobody_sees_is_no_warning(options: dict[str, Any]) -> None:
    AsyncQdrantClient(**options, api_key="s3cr3t")


def test_options_of_a_server_may_stay_where_the_engine_is_in_process() -> None:
    kept: dict[str, Any] = {"metadata": {"a": "b"}, "http2": True, "verify": False, "headers": {}}
    with QdrantClient(":memory:", **kept) as client:
        assert client.get_collections().collections == []


def test_name_that_begins_like_an_address_of_this_machine_is_none() -> None:
    with pytest.warns(UserWarning, match="plain text"):
        AsyncQdrantClient(url="http://127.evil.example", api_key="s3cr3t")


# ---- pickling, copying


def test_pickled_client_is_an_unopened_copy_of_its_configuration() -> None:
    options: dict[str, Any] = {name: value for name, value in SECRETS.items() if name[0] != "a"}
    client = AsyncQdrantClient(
        **options, api_key="s3cr3t", middleware={"retry": ForwardingTransport}
    )
    back = pickle.loads(pickle.dumps(client))
    assert back._config == client._config
    assert back.init_options == client.init_options
    assert back._layers == client._layers
    assert repr(back) == "<AsyncQdrantClient https://host:6333 not opened>"
    assert copy.deepcopy(client)._config == client._config


@pytest.mark.parametrize(
    "options", [{"location": ":memory:"}, {"path": "./db"}, {"transport": RecordingTransport()}]
)
def test_client_whose_state_is_here_is_not_pickled(options: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match=r"cannot be pickled.*Make a client where it is needed"):
        pickle.dumps(AsyncQdrantClient(**options))


async def test_closed_client_is_pickled_as_an_open_one() -> None:
    client = AsyncQdrantClient("http://localhost:1")
    await client.aclose()
    assert "not opened" in repr(pickle.loads(pickle.dumps(client)))


async def test_traceback_of_an_answer_is_short() -> None:
    async with AsyncQdrantClient(":memory:") as client:
        with pytest.raises(NotFound) as caught:
            await client.count("missing")
    assert [frame.name for frame in caught.traceback] == [
        "test_traceback_of_an_answer_is_short",
        "count",
    ]


# ---- closing


async def test_closing_twice_closes_once() -> None:
    transport = RecordingTransport()
    client = AsyncQdrantClient(transport=transport)
    await client.count("texts")
    await client.aclose()
    await client.close()
    await client.close(grpc_grace=1.0)
    assert transport.closed == 1


async def test_closed_client_says_so_for_every_call() -> None:
    client = AsyncQdrantClient(":memory:")
    async with client:
        await client.get_collections()
    for _ in range(2):
        with pytest.raises(ClientClosed, match=r":memory: the client is closed. Make a new client"):
            await client.get_collections()
    with pytest.raises(ClientClosed):
        async with client.stream_snapshot("c", "s"):
            pass


async def test_client_closed_before_its_first_call_opens_nothing() -> None:
    made: list[Any] = []

    def layer(inner: Any) -> Any:
        made.append(inner)
        return inner

    client = AsyncQdrantClient(":memory:", middleware={"retry": layer})
    await client.aclose()
    with pytest.raises(ClientClosed):
        await client.get_collections()
    assert made == []


async def test_error_in_the_block_closes_the_client() -> None:
    transport = RecordingTransport()
    with pytest.raises(ZeroDivisionError):
        async with AsyncQdrantClient(transport=transport):
            raise ZeroDivisionError
    assert transport.closed == 1


async def test_many_first_calls_open_one_transport() -> None:
    made: list[Any] = []

    def layer(inner: Any) -> Any:
        made.append(inner)
        return inner

    client = AsyncQdrantClient(":memory:", middleware={"retry": layer})
    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(client.get_collections)
    assert len(made) == 1


async def test_closing_while_the_first_call_opens() -> None:
    for _ in range(20):
        client = AsyncQdrantClient(":memory:")
        outcomes: list[str] = []

        async def call(client: AsyncQdrantClient, outcomes: list[str]) -> None:
            try:
                await client.get_collections()
                outcomes.append("answered")
            except ClientClosed:
                outcomes.append("closed")

        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(call, client, outcomes)
            tasks.start_soon(client.aclose)
        assert len(outcomes) == 3
        with pytest.raises(ClientClosed):
            await client.get_collections()


async def test_failed_opening_can_be_tried_again() -> None:
    attempts: list[int] = []

    def layer(inner: Any) -> Any:
        attempts.append(1)
        if len(attempts) == 1:
            raise OSError("not now")
        return inner

    client = AsyncQdrantClient(":memory:", middleware={"retry": layer})
    with pytest.raises(OSError, match="not now"):
        await client.get_collections()
    assert (await client.get_collections()).collections == []


async def test_client_that_is_dropped_leaves_nothing() -> None:
    def alive() -> int:
        gc.collect()
        return sum(isinstance(found, AsyncQdrantClient) for found in gc.get_objects())

    before = alive()
    client = AsyncQdrantClient(":memory:")
    await client.get_collections()
    del client
    assert alive() <= before


# ---- calls


async def test_timeout_of_a_call_goes_with_it() -> None:
    transport = RecordingTransport()
    client = AsyncQdrantClient(transport=transport, timeout=9)
    await client.count("texts")
    await client.count("texts", timeout=2)
    assert [call.options.timeout for call in transport.calls] == [9.0, 2.0]
    for bad in (0, -1, float("nan"), "1"):
        with pytest.raises(ArgumentError, match=r"^timeout: "):
            await client.count("texts", timeout=bad)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert len(transport.calls) == 2


async def test_cancelled_call_leaves_the_client_usable() -> None:
    started = anyio.Event()

    async def hang(_: Operation[Any]) -> models.CountResult:
        started.set()
        await anyio.sleep_forever()
        raise AssertionError

    transport = RecordingTransport()
    transport.answer(CountPoints, hang, models.CountResult(count=3))
    client = AsyncQdrantClient(transport=transport, max_concurrency=1)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(client.count, "texts")
        await started.wait()
        tasks.cancel_scope.cancel()
    assert (await client.count("texts")).count == 3


@pytest.mark.parametrize("kind", [AsyncQdrantClient, QdrantClient])
def test_looking_at_all_attributes_passes_over_what_needs_a_server(kind: Any) -> None:
    client = kind(":memory:")
    with pytest.raises(UnsupportedOperation, match="no grpc_points"):
        _ = client.grpc_points
    # What looks at every attribute, as mocks and debuggers do, passes over it.
    assert not hasattr(client, "grpc_points")
    assert {"count", "query_points"} <= {name for name, _ in inspect.getmembers(client)}
    assert mock.create_autospec(client).count


async def test_download_into_a_file_is_whole_or_absent(tmp_path: Any) -> None:
    transport = RecordingTransport({GetSnapshot: [b"ab", b"", b"c"]})
    client = AsyncQdrantClient(transport=transport)
    target = anyio.Path(tmp_path / "s.snapshot")
    assert await client.download_snapshot("texts", "s", target) == 3
    assert await target.read_bytes() == b"abc"

    def broken() -> Any:
        yield b"ab"
        raise ConnectionResetError

    transport.answer(GetSnapshot, broken())
    other = anyio.Path(tmp_path / "other.snapshot")
    with pytest.raises(ConnectionResetError):
        await client.download_snapshot("texts", "s", other)
    assert [path.name async for path in anyio.Path(tmp_path).iterdir()] == ["s.snapshot"]


def test_fake_can_answer_sync_clients_at_once() -> None:
    transport = ImmediateRecordingTransport({CountPoints: models.CountResult(count=2)})
    with QdrantClient(transport=transport) as client:
        assert client.count("texts").count == 2
        assert threading.active_count() == 1 or "aqdrant-portal" not in [
            thread.name for thread in threading.enumerate()
        ]
