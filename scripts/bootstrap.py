"""Sets up a checkout on a machine that has only Python and make: environment, packages, client. Standard library alone.

``python3 scripts/bootstrap.py run`` (to run Trimtab) or ``dev`` (to test it). With uv on PATH uv does the work, else a
virtual environment and pip with hashes. What is there already and fits is left alone. TRIMTAB_UV=0 passes uv over.
"""

import fcntl
import hashlib
import html.parser
import importlib.util
import json
import os
import shutil
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from configparser import ConfigParser
from configparser import Error as ConfigError
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / "trimtab-setup.json"
OLDEST_PYTHON = (3, 11)
PIP_WHEEL = "pip-26.2.1-py3-none-any.whl"
PIP_SHA256 = "71138adf1f4ca900cdb7d289c21b7494329f2332b6d85f0e1c42108c0384ed3e"
PARTS = {"run": set(), "dev": {"dev"}}


class Trouble(Exception):
    """Set-up cannot go on; the text says what to do about it."""


def say(text):
    print(f"setup: {text}", flush=True)


def run(command, *, quiet=False, environment=None):
    """Run a command; raises Trouble when it fails, with what it said."""
    say(" ".join(str(part) for part in command))
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = f"\n{done.stdout}" if quiet else " (see above)"
        raise Trouble(f"“{' '.join(str(part) for part in command)}” ended with {done.returncode}{said}")


def works(*command):
    """Whether a command runs and ends well."""
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


# -- which Python ---------------------------------------------------------------------------------------------------


def is_new_enough(program):
    return works(program, "-c", f"import sys; sys.exit(sys.version_info < {OLDEST_PYTHON!r})")


def find_python():
    """A Python that is new enough: this one, else another on PATH or of pyenv. Raises Trouble."""
    if sys.version_info >= OLDEST_PYTHON:
        return sys.executable
    named = [shutil.which(f"python3.{minor}") for minor in range(15, OLDEST_PYTHON[1] - 1, -1)]
    pyenv = sorted(Path.home().glob(".pyenv/versions/3.*/bin/python3"), reverse=True)
    for program in [*filter(None, named), *map(str, pyenv)]:
        if is_new_enough(program):
            return program
    raise Trouble(
        "Trimtab needs Python 3.11 or newer, and this is {}.{}. Install one (Debian 12: apt-get install python3;"
        " elsewhere: uv python install 3.12) and run make again with PYTHON=/path/to/python3.".format(*sys.version_info)
    )


# -- what is wanted and what is there -------------------------------------------------------------------------------


def load(path):
    """Load a module of Trimtab that needs nothing installed, by its path."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def fingerprint():
    """What an environment depends on: where it is, which Python, which locked packages."""
    digest = hashlib.sha256(f"{ROOT} {sys.version_info[:3]}".encode())
    for name in ("pyproject.toml", "uv.lock", "hatch_build.py", "scripts/bootstrap.py"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def wanted_parts(profile, client):
    """Optional parts beside the run-time packages: ``dev``, ``postgres``, ``node``."""
    binaries = load(ROOT / "src/trimtab/ops/binaries.py")
    parts = set(PARTS[profile])
    try:
        if binaries.needs_bundle(os.environ) and not os.environ.get("TRIMTAB_TEST_CLUSTER"):
            parts.add("postgres")
    except binaries.NoPostgres as trouble:
        raise Trouble(str(trouble)) from trouble
    if (profile == "dev" or not client.is_built()) and client.find_node() is None:
        parts.add("node")
    return parts


def installed():
    """Fingerprint and parts of the environment that is there; nothing when there is none or it does not start."""
    if not STAMP.exists() or not works(str(VENV_PYTHON), "-c", ""):
        return "", set()
    stamp = json.loads(STAMP.read_text())
    return stamp["fingerprint"], set(stamp["parts"])


def set_up_environment(parts):
    """Bring ``.venv`` to the locked packages of ``parts``; nothing to do when it has them."""
    have, have_parts = installed()
    want = fingerprint()
    if have == want and parts <= have_parts:
        return
    if STAMP.exists() and not VENV_PYTHON.exists():
        shutil.rmtree(VENV)
    parts = parts | have_parts
    if STAMP.exists():
        STAMP.unlink()
    if os.environ.get("TRIMTAB_UV") != "0" and works("uv", "--version"):
        install_with_uv(parts)
    else:
        install_with_pip(parts)
    STAMP.write_text(json.dumps({"fingerprint": want, "parts": sorted(parts)}))


# -- with uv --------------------------------------------------------------------------------------------------------


def install_with_uv(parts):
    options = ["--no-default-groups"]
    if "dev" in parts:
        options += ["--group", "dev", "--group", "docs"]
    if "node" in parts:
        options += ["--group", "node"]
    if "postgres" in parts:
        options += ["--extra", "postgres"]
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "UV_PROJECT_ENVIRONMENT": str(VENV)}
    environment.setdefault("UV_SYSTEM_CERTS", "1")  # as pip and npm do: a company's own authority is known there
    environment.pop("VIRTUAL_ENV", None)
    python = os.path.realpath(sys.executable)
    run(["uv", "sync", "--frozen", "--inexact", "--quiet", "--python", python, *options], environment=environment)


# -- with pip -------------------------------------------------------------------------------------------------------


def install_with_pip(parts):
    """Hash-checked installation of the exported lock, then of Trimtab itself without a build environment of its own."""
    if not works(str(VENV_PYTHON), "-c", ""):
        run([sys.executable, "-m", "venv", "--without-pip", "--clear", VENV])
    pip = get_pip()
    files = ["dev" if "dev" in parts else "run", "build", *sorted(parts - {"dev"})]
    requirements = [option for name in files for option in ("-r", f"requirements/{name}.txt")]
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--progress-bar=off"]
    run([*pip, "install", *options, "--require-hashes", "--no-deps", *requirements])
    run([*pip, "install", *options, "--no-deps", "--no-build-isolation", "--editable", ROOT])


def get_pip():
    """A way to call pip for the environment, which has none at first: a bare Debian python3 brings no ensurepip."""
    own = [str(VENV_PYTHON), "-m", "pip"]
    if works(*own, "--version"):
        return own
    if works(*own[:2], "ensurepip", "--version") and works(*own[:2], "ensurepip"):
        say("pip comes from ensurepip")
        return own
    reasons = ["this Python has no ensurepip"]
    try:
        wheel = fetch_pip(VENV)
    except (OSError, ValueError) as error:
        reasons.append(f"{PIP_WHEEL} could not be fetched ({error})")
    else:
        say(f"pip comes from {PIP_WHEEL}, fetched from the package index")
        run([VENV_PYTHON, wheel / "pip", "install", "--quiet", "--no-index", "--no-deps", wheel], quiet=True)
        wheel.unlink()
        return own
    if works(sys.executable, "-m", "pip", "--python", str(VENV_PYTHON), "--version"):
        say("pip is the system's")
        return [sys.executable, "-m", "pip", "--python", str(VENV_PYTHON)]
    reasons.append("there is no system pip new enough to install elsewhere")
    if os.geteuid() == 0 and shutil.which("apt-get"):
        run(["apt-get", "update", "-q"], quiet=True)
        run(["apt-get", "install", "-q", "-y", "--no-install-recommends", "python3-venv"], quiet=True)
        run([*own[:2], "ensurepip"], quiet=True)
        return own
    raise Trouble(
        f"There is no way to get pip: {'; '.join(reasons)}."
        " Install uv, or Python's venv package (Debian: apt-get install python3-venv), and run make again."
    )


def pip_setting(name):
    """A setting of pip from its environment variable or configuration files; the last file wins; None when not set."""
    if os.environ.get(f"PIP_{name.upper().replace('-', '_')}"):
        return os.environ[f"PIP_{name.upper().replace('-', '_')}"]
    files = ["/etc/xdg/pip/pip.conf", "/etc/pip.conf", "~/.pip/pip.conf", "~/.config/pip/pip.conf"]
    files.append(os.environ.get("PIP_CONFIG_FILE", ""))
    found = None
    for path in files:
        parser = ConfigParser(interpolation=None)
        try:
            parser.read(os.path.expanduser(path))
        except ConfigError:  # pip itself will complain of it, better than we can
            continue
        found = parser.get("install", name, fallback=parser.get("global", name, fallback=found))
    return found


class Links(html.parser.HTMLParser):
    """The addresses on a page of a package index."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        if tag == "a":
            self.found += [value for name, value in attributes if name == "href" and value]


def fetch_pip(folder):
    """Download the pinned pip from the configured package index. Raises OSError, ValueError."""
    index = (pip_setting("index-url") or "https://pypi.org/simple").rstrip("/") + "/pip/"
    context = ssl.create_default_context()
    certificates = pip_setting("cert")
    if certificates:
        context.load_verify_locations(certificates)
    with urllib.request.urlopen(index, timeout=60, context=context) as answer:  # noqa: S310 - pip's own setting
        page, base = answer.read().decode(), answer.geturl()
    links = Links()
    links.feed(page)
    urls = [urllib.parse.urljoin(base, link) for link in links.found]
    url = next((url for url in urls if urllib.parse.urlsplit(url).path.endswith(f"/{PIP_WHEEL}")), None)
    if url is None:
        raise ValueError(f"{index} has no {PIP_WHEEL}")
    with urllib.request.urlopen(url, timeout=60, context=context) as answer:  # noqa: S310
        content = answer.read()
    if hashlib.sha256(content).hexdigest() != PIP_SHA256:
        raise ValueError(f"{url} is not the file that was pinned")
    path = folder / PIP_WHEEL
    path.write_bytes(content)
    return path


# -- all together ---------------------------------------------------------------------------------------------------


def main(arguments):
    if len(arguments) != 1 or arguments[0] not in PARTS:
        raise Trouble(f"Say what to set up for: {' or '.join(PARTS)}.")
    python = find_python()
    if python != sys.executable:
        os.execv(python, [python, __file__, *arguments])  # noqa: S606 - a shell is what we do not want
    began = time.monotonic()
    lock = os.open(ROOT, os.O_RDONLY)  # two makes at once: the second waits
    fcntl.flock(lock, fcntl.LOCK_EX)
    client = load(ROOT / "src/trimtab/ops/client.py")
    set_up_environment(wanted_parts(arguments[0], client))
    if not client.is_built():
        run([VENV_PYTHON, ROOT / "src/trimtab/ops/client.py"])
    say(f"ready ({time.monotonic() - began:.1f} s)")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Trouble as trouble:
        print(f"setup: {trouble}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
