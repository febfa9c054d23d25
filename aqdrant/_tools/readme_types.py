"""Check the types of the README's programs: `python -m aqdrant._tools.readme_types`.

mypy reads each ```python block, strict, as it would read the file that a user copies it into. What
the programs do is tested by tests/project/test_readme.py; a step of `checks` runs this one.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]


def write_programs(folder: Path) -> list[str]:
    """Write each program to a file of its own, on the lines where the README has it."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    names: list[str] = []
    for block in re.finditer(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        line = text.count("\n", 0, block.start()) + 1
        names.append(f"readme_{line}.py")
        (folder / names[-1]).write_text("\n" * line + block[1], encoding="utf-8")
    return names


def main() -> int:
    """Run mypy over them; return its exit status."""
    with TemporaryDirectory() as folder:
        programs = write_programs(Path(folder))
        settings = ("--config-file", str(ROOT / "pyproject.toml"))
        cache = (
            "--cache-dir",
            str(ROOT / ".mypy_cache"),
        )  # the package's own, so it takes a second
        command = [sys.executable, "-m", "mypy", *settings, *cache, *programs]
        return subprocess.run(command, cwd=folder, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
