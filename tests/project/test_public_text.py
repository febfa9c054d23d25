"""What the repository says in public: no paths of one machine, no addresses of package indexes."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SUFFIXES = {"", ".cfg", ".ini", ".json", ".md", ".proto", ".py", ".sh", ".toml", ".txt", ".yml"}

# A letter in brackets keeps each pattern from matching its own text.
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:[h]ome|[r]oot|[t]mp|[U]sers|[w]ork)/\w|[A-Z]:\\+[U]sers")
INDEX_HOSTS = re.compile(
    r"(?:py[p]i|python[h]osted|np[m]js|go[l]ang|apache\.[m]aven)\.org|[c]rates\.io|[m]aven\.org"
)


def list_files() -> list[Path]:
    """List what git tracks, or every text file where the sources lie without their history."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        paths = [ROOT / name for name in done.stdout.split("\0") if name]
    else:
        paths = [*ROOT.glob("*"), *ROOT.glob("[a-z]*/**/*")]
    return [path for path in paths if path.is_file() and path.suffix in SUFFIXES]


@pytest.mark.parametrize("pattern", [MACHINE_PATHS, INDEX_HOSTS], ids=["paths", "hosts"])
def test_text_names_nothing_of_one_machine(pattern: re.Pattern[str]) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in list_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


def test_files_are_found() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in list_files()}
    assert {"README.md", "LICENSE", "pyproject.toml", "aqdrant/exceptions.py"} <= names
