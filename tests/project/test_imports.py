"""Who imports whom: what the contracts in pyproject.toml cannot say, and what an import loads.

The contracts name the modules that must not be imported; here stand the lists of those that may,
so that a new module or a new dependency cannot slip past them.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
TRANSPORTS = sorted(path.parent.name for path in ROOT.glob("transports/*/__init__.py"))
CORE_FOR_TRANSPORTS = {"exceptions", "models", "operations", "transport", "bm25"}

ALLOWED_EXTERNALS = {
    "aqdrant": {"anyio", "msgspec"},
    "aqdrant._demo": {"numpy"},
    "aqdrant._portal": {"sniffio"},
    "aqdrant.inference": {"PIL", "fastembed"},
    "aqdrant._tools.generate_grpc": {"google"},
    "aqdrant.bm25": {"snowballstemmer"},
    "aqdrant.middleware.spans": {"opentelemetry"},
    "aqdrant.testing": {"numpy", "pytest"},
    "aqdrant_grpc": {"anyio", "msgspec", "numpy"},
    "aqdrant_grpc.messages": {"betterproto2", "dateutil", "typing_extensions"},
    "aqdrant_local": {"anyio", "msgspec", "numpy"},
    "aqdrant_local.snapshots": {"httpx"},
    "aqdrant_net": {"anyio", "h11", "hpack", "trio"},
    "aqdrant_rest": {"anyio", "certifi", "httpx", "msgspec", "numpy", "orjson"},
    "aqdrant_rest.server": {"hypercorn", "python_multipart"},
}
"""What a package and those below it may import beside the standard library and us."""


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("aqdrant", *TRANSPORTS, include_external_packages=True, cache_dir=None)


@pytest.fixture(scope="module")
def contracts() -> dict[str, dict[str, Any]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    linter = settings["tool"]["importlinter"]
    assert set(linter["root_packages"]) == {"aqdrant", *TRANSPORTS}
    return {contract["id"]: contract for contract in linter["contracts"]}


def is_ours(module: str) -> bool:
    return module.partition(".")[0] in {"aqdrant", *TRANSPORTS}


def test_contracts_see_every_package(graph: grimp.ImportGraph) -> None:
    for package in ("aqdrant", *TRANSPORTS):
        assert package in graph.modules
        assert graph.find_modules_directly_imported_by(package) or graph.find_children(package)


def test_packages_import_their_own_dependencies_alone(graph: grimp.ImportGraph) -> None:
    wrong = [
        (module, imported)
        for module in sorted(graph.modules)
        if is_ours(module)
        for imported in graph.find_modules_directly_imported_by(module)
        if not is_ours(imported)
        and imported not in sys.stdlib_module_names
        and not any(
            imported in names
            for package, names in ALLOWED_EXTERNALS.items()
            if module == package or module.startswith(f"{package}.")
        )
    ]
    assert wrong == []


def test_transports_import_the_core_by_the_list(graph: grimp.ImportGraph) -> None:
    wrong = [
        (module, imported)
        for module in sorted(graph.modules)
        if module.partition(".")[0] in TRANSPORTS
        for imported in graph.find_modules_directly_imported_by(module)
        if is_ours(imported)
        and imported.partition(".")[0] not in (module.partition(".")[0], "aqdrant_net")
        and imported.partition(".")[2].partition(".")[0] not in CORE_FOR_TRANSPORTS
    ]
    assert wrong == []


def test_httpx_is_imported_in_two_places(graph: grimp.ImportGraph) -> None:
    places = {"aqdrant_rest.httpx_face", "aqdrant_local.snapshots.fetching"}
    assert graph.find_modules_that_directly_import("httpx") == places


def test_nothing_is_kept_as_pickles() -> None:
    # Errors are pickled by their users; `official.pickles` reads the old client's by hand.
    reading = re.compile(r"^\s*(?:import|from) (pickle|marshal|shelve|dill)\b", re.MULTILINE)
    sources = [*(ROOT / "aqdrant").rglob("*.py"), *(ROOT / "transports").rglob("*.py")]
    importers = [file.name for file in sources if reading.search(file.read_text("utf-8"))]
    assert importers == ["exceptions.py"]


def test_nothing_below_imports_the_package_itself(graph: grimp.ImportGraph) -> None:
    above = ("aqdrant._demo", "aqdrant._tools", "aqdrant.__main__", "aqdrant.testing")
    importers = graph.find_modules_that_directly_import("aqdrant")
    assert [module for module in sorted(importers) if not module.startswith(above)] == []


def test_contract_of_transports_names_all_that_is_closed_to_them(
    graph: grimp.ImportGraph, contracts: dict[str, dict[str, Any]]
) -> None:
    children = graph.find_children("aqdrant")
    closed = {child for child in children if child.partition(".")[2] not in CORE_FOR_TRANSPORTS}
    assert closed <= set(contracts["transports"]["forbidden_modules"])
    assert set(contracts["transports"]["source_modules"]) == set(TRANSPORTS)


def test_contract_of_bm25_names_all_of_ours(
    graph: grimp.ImportGraph, contracts: dict[str, dict[str, Any]]
) -> None:
    ours = {*graph.find_children("aqdrant"), *TRANSPORTS} - {"aqdrant.bm25"}
    assert ours <= set(contracts["bm25"]["forbidden_modules"])


def test_entry_points_are_those_of_the_registry() -> None:
    from aqdrant import _registry

    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["project"]["entry-points"][_registry.ENTRY_POINTS] == _registry.BUILT_IN


def test_call_over_rest_loads_no_httpx() -> None:
    loaded = load(
        "import anyio\n"
        "from aqdrant import AsyncQdrantClient\n"
        "from aqdrant.exceptions import ConnectionFailed\n"
        "async def main():\n"
        "    async with AsyncQdrantClient('http://127.0.0.1:1') as client:\n"
        "        try:\n"
        "            await client.info()\n"
        "        except ConnectionFailed:\n"
        "            print(end='')\n"
        "anyio.run(main)"
    )
    assert "aqdrant_rest.transport" in loaded
    assert loaded & {"httpx", "httpcore", "numpy"} == set()


def load(statement: str) -> set[str]:
    """Run a statement in a fresh interpreter; return the names of the modules it loaded."""
    program = f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


HEAVY = {
    "aqdrant_local",
    "fastembed",
    "grpc",
    "grpclib",
    "httpx",
    "importlib.metadata",
    "numpy",
    "pydantic",
    "snowballstemmer",
    "trio",
}


@pytest.mark.parametrize(
    "statement",
    [
        "import aqdrant",
        "from aqdrant import AsyncQdrantClient, QdrantClient, models",
        "import aqdrant; aqdrant.AsyncQdrantClient",
    ],
)
def test_import_stays_light(statement: str) -> None:
    # An editable install may load modules of its own when the interpreter starts.
    assert (load(statement) - load("pass")) & HEAVY == set()


def test_memory_transport_loads_when_it_is_used() -> None:
    program = "import aqdrant\nwith aqdrant.QdrantClient(':memory:') as c: c.get_collections()"
    assert {"aqdrant_local", "numpy"} <= load(program)
