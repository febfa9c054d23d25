"""The wheel: what it holds, what it leaves out, and that it works where nothing else is."""

from __future__ import annotations

import email
import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {"aqdrant", *(path.parent.name for path in ROOT.glob("transports/*/__init__.py"))}


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command without this process's Python settings; return what it printed."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(
        *(sys.executable, "-m", "build", "--wheel", "--no-isolation"),
        *("--outdir", folder, ROOT),
        cwd=folder,
    )
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def dist_info(names: set[str]) -> str:
    (folder,) = {top for name in names if (top := name.partition("/")[0]).endswith(".dist-info")}
    return folder


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that holds the wheel and what it says it needs, no more."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=True)
    scripts = folder / ("Scripts" if sys.platform == "win32" else "bin")
    python = scripts / ("python.exe" if sys.platform == "win32" else "python")
    run(python, "-m", "pip", "install", "--quiet", wheel, cwd=folder)
    return python


def test_top_level_holds_our_packages_alone(names: set[str], dist_info: str) -> None:
    assert {name.partition("/")[0] for name in names} == {*PACKAGES, dist_info}


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_package_is_whole_and_typed(package: str, names: set[str]) -> None:
    folder = ROOT / package if package == "aqdrant" else ROOT / "transports" / package
    files = {path.relative_to(folder.parent).as_posix() for path in folder.rglob("*.*")}
    kept = {name for name in files if not name.startswith("aqdrant/_tools/")}
    shipped = {name for name in names if name.startswith(f"{package}/")}
    assert shipped == {name for name in kept if "__pycache__" not in name}
    assert f"{package}/py.typed" in names


def test_tools_stay_out(names: set[str]) -> None:
    assert not [name for name in names if "_tools" in name or "__pycache__" in name]


def test_licence_and_entry_points_are_inside(wheel: Path, names: set[str], dist_info: str) -> None:
    assert f"{dist_info}/licenses/LICENSE" in names
    with zipfile.ZipFile(wheel) as archive:
        metadata = email.message_from_bytes(archive.read(f"{dist_info}/METADATA"))
        entry_points = archive.read(f"{dist_info}/entry_points.txt").decode()
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.11"
    assert "aqdrant = aqdrant.__main__:main" in entry_points


def test_each_requirement_is_imported_by_us(wheel: Path, dist_info: str) -> None:
    with zipfile.ZipFile(wheel) as archive:
        metadata = email.message_from_bytes(archive.read(f"{dist_info}/METADATA"))
        sources = [archive.read(name).decode() for name in archive.namelist() if ".py" in name]
    needed = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    for requirement in needed:
        name = re.split("[<>=~!; ]", requirement)[0]
        imports = re.compile(rf"""(import(_module\(["']| )|from ){name}\b""")
        assert any(map(imports.search, sources)), requirement


def test_client_answers_where_only_the_wheel_is_installed(installed: Path, tmp_path: Path) -> None:
    program = (
        "import aqdrant\n"
        "from aqdrant import QdrantClient\n"
        "with QdrantClient(':memory:') as client:\n"
        "    print(client.get_collections().collections, aqdrant.__version__)\n"
    )
    printed = run(installed, "-W", "error", "-c", program, cwd=tmp_path)
    version = run(sys.executable, "-c", "import aqdrant; print(aqdrant.__version__)", cwd=ROOT)
    assert printed.split() == ["[]", version.strip()]


def test_commands_tell_their_use(installed: Path, tmp_path: Path) -> None:
    by_module = run(installed, "-m", "aqdrant", "--help", cwd=tmp_path)
    by_script = run(installed.with_name("aqdrant"), "--help", cwd=tmp_path)
    assert "demo" in by_module
    assert by_script == by_module
