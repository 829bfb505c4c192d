"""Writes the locked packages as requirements files with hashes, for machines without uv. ``--check``: are they fresh?

Freshness is a digest of the lock in each file's first line, so that the check needs no uv.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "requirements"
EXPORTS = {
    "run": ["--no-default-groups"],
    "dev": ["--no-default-groups", "--group", "dev", "--group", "docs"],
    "postgres": ["--no-default-groups", "--extra", "postgres"],
    "node": ["--only-group", "node"],
    "build": ["--only-group", "build"],
}


def head() -> str:
    """The first line of a file made from the lock as it is now."""
    lock = hashlib.sha256((ROOT / "uv.lock").read_bytes()).hexdigest()
    return f"# Made by scripts/export_requirements.py from the lock {lock}"


def stale() -> list[str]:
    """Names of files that were made from another lock."""
    paths = [FOLDER / f"{name}.txt" for name in EXPORTS]
    return [path.name for path in paths if not path.exists() or path.read_text().partition("\n")[0] != head()]


def export() -> None:
    """Write every file with uv."""
    FOLDER.mkdir(exist_ok=True)
    for name, options in EXPORTS.items():
        command = ["uv", "export", "--frozen", "--quiet", "--format=requirements-txt", "--no-header", "--no-annotate"]
        done = subprocess.run(
            [*command, "--no-emit-project", *options], cwd=ROOT, check=True, capture_output=True, text=True
        )
        (FOLDER / f"{name}.txt").write_text(f"{head()}\n{done.stdout}")


def main() -> int:
    if "--check" not in sys.argv:
        export()
    elif names := stale():
        print(f"Stale: requirements/{', '.join(names)}. Run python scripts/export_requirements.py (it needs uv).")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
