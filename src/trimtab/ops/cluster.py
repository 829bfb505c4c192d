"""A private PostgreSQL cluster in a folder: made, started as our child, stopped. No TCP; any user may run it."""

import fcntl
import hashlib
import locale
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

import psycopg

from trimtab.ops import processes
from trimtab.ops.binaries import Binaries
from trimtab.ops.processes import Identity

SUPERUSER = "trimtab"
OWNER = "trimtab_owner"
APPLICATION = "trimtab_app"
_LONGEST_SOCKET_FOLDER = 85  # a socket's path has 107 bytes, of which PostgreSQL's own name takes 20

_FOR_NOBODY = Path("/var/lib/trimtab")  # what the server needs when our own folders are closed to it


def _shared_buffers() -> str:
    """An eighth of the memory, up to 1 GB: PostgreSQL keeps no table that it reads whole and that fills a quarter."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return f"{max(128, min(memory // 8, 1024))}MB"


SERVING = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": _shared_buffers(),
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
}
THROWAWAY = SERVING | {
    "shared_buffers": "128MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "100",
}


class DatabaseTrouble(Exception):
    """The private database cannot be used; the text says what to do about it."""


def server_identity() -> Identity:
    """As whom the server can run here: as ourselves unless we are root, whom PostgreSQL refuses."""
    if os.geteuid() != 0:
        return Identity.SELF
    probe = processes.launched(["/bin/true"], identity=Identity.NAMESPACE, death_signal=signal.SIGTERM)
    allowed = subprocess.run(probe, capture_output=True, check=False).returncode == 0
    return Identity.NAMESPACE if allowed else Identity.NOBODY


def _open_to_all(path: Path) -> bool:
    """Whether any user can walk down to ``path``."""
    return all(folder.stat().st_mode & 0o001 for folder in [path, *path.parents] if folder.exists())


def _short_hash(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


def _server_ids(identity: Identity) -> tuple[int, int]:
    """User and group that own the server's files."""
    if identity is Identity.NOBODY:
        entry = pwd.getpwnam("nobody")
        return entry.pw_uid, entry.pw_gid
    return os.geteuid(), os.getegid()


def _hand_over(folder: Path, identity: Identity) -> None:
    """Give a folder and all in it to the server's user; only root may have to, and only when the identity changed."""
    user, group = _server_ids(identity)
    if folder.stat().st_uid == user or os.geteuid() != 0:
        return
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, user, group, follow_symlinks=False)


def _private_folder(path: Path, identity: Identity) -> None:
    """Make ``path``, closed to everyone but the server's user (and root)."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.is_symlink() or (os.geteuid() != 0 and path.stat().st_uid != os.geteuid()):
        raise DatabaseTrouble(f"{path} belongs to another user. Remove it, or set TRIMTAB_HOME to another folder.")
    path.chmod(0o700)
    _hand_over(path, identity)


def _collation(major: int) -> list[str]:
    """Text rules that do not change with the machine: PostgreSQL's own C.UTF-8, or the C library's before 17."""
    if major >= 17:
        return ["--locale-provider=builtin", "--locale=C.UTF-8"]
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return ["--locale=C"]
    else:
        return ["--locale=C.UTF-8"]
    finally:
        locale.setlocale(locale.LC_CTYPE, before)


@dataclass(slots=True)
class Cluster:
    """One cluster under ``root``: ``data``, the socket, the owner's lock. ``log`` gets what the server says."""

    root: Path
    binaries: Binaries
    log: Path
    parameters: dict[str, str] = field(default_factory=lambda: dict(SERVING))
    identity: Identity = field(default_factory=server_identity)
    process: "subprocess.Popen[bytes] | None" = None

    # -- places -------------------------------------------------------------------------------------------------

    @property
    def _place(self) -> Path:
        """Where data and socket live: under ``root``, or where ``nobody`` can reach them."""
        if self.identity is not Identity.NOBODY or _open_to_all(self.root):
            return self.root
        return _FOR_NOBODY / _short_hash(self.root)

    @property
    def data(self) -> Path:
        """The data folder."""
        return self._place / "data"

    @property
    def socket_folder(self) -> Path:
        """The folder of the socket: beside the data, or a short path when that is too long for a socket."""
        beside = self._place / "run"
        if len(os.fsencode(beside)) <= _LONGEST_SOCKET_FOLDER:
            return beside
        return Path("/tmp") / f"trimtab-{os.geteuid()}-{_short_hash(self.root)}"  # noqa: S108 - closed and checked

    def url(self, role: str, database: str) -> str:
        """A libpq URL for ``role``, good for psycopg and Django alike."""
        return f"postgresql://{role}@/{quote(database)}?host={quote(str(self.socket_folder), safe='')}"

    # -- life ---------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Make the cluster if absent, start it as our child, make roles and database. Call from the main thread."""
        self.root.mkdir(parents=True, exist_ok=True)
        if self.identity is Identity.NOBODY:
            self.binaries = self._readable_binaries()
        self._refuse_other_major()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._await_predecessor()
        _private_folder(self.socket_folder, self.identity)
        _hand_over(self.data, self.identity)
        quoted = str(self.socket_folder).replace('"', '""')
        parameters = self.parameters | {"unix_socket_directories": f'"{quoted}"'}
        options = [part for name, value in parameters.items() for part in ("-c", f"{name}={value}")]
        with processes.open_log(self.log) as log:
            self.process = processes.spawn(
                [self.binaries.bindir / "postgres", "-D", self.data, *options],
                log=log,
                identity=self.identity,
                death_signal=signal.SIGINT,  # a fast, clean shutdown when we die, however we die
            )
        self._await_ready()
        self._ensure_roles()

    def stop(self, *, patience_s: float = 0) -> None:
        """Shut down cleanly; with ``patience_s`` let others who are connected finish first. Safe to call twice."""
        if self.process is None:
            return
        steps = [(signal.SIGTERM, patience_s)] if patience_s else []
        for number, seconds in [*steps, (signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)]:
            if self.process.poll() is None:
                self.process.send_signal(number)  # to the postmaster alone: it stops its own
                try:
                    self.process.wait(seconds)
                except subprocess.TimeoutExpired:
                    continue
            break
        self.process = None

    def remove(self) -> None:
        """Delete a stopped cluster with all its data, log included."""
        for folder in (self.socket_folder, self._place, self.root):
            shutil.rmtree(folder, ignore_errors=True)

    # -- steps --------------------------------------------------------------------------------------------------

    def _readable_binaries(self) -> Binaries:
        """The same installation where ``nobody`` can read it, copied once if need be."""
        if _open_to_all(self.binaries.bindir):
            return self.binaries
        prefix = self.binaries.bindir.parent
        base = prefix.parents[1] if self.binaries.bundled else prefix.parent
        copy = _FOR_NOBODY / f"postgresql-{self.binaries.version}"
        if not copy.exists():
            unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
            unfinished.mkdir(mode=0o755, parents=True)
            packages = base.glob(f"{prefix.parent.name}*") if self.binaries.bundled else [prefix]
            for package in packages:  # the bundled server's libraries lie in a folder beside its own
                shutil.copytree(package, unfinished / package.name, symlinks=True)
            unfinished.rename(copy)
        return replace(self.binaries, bindir=copy / self.binaries.bindir.relative_to(base))

    def _refuse_other_major(self) -> None:
        found = data_major(self.data)
        if found is None or found == self.binaries.major:
            return
        ours = f"PostgreSQL {self.binaries.version} ({self.binaries.bindir})"
        raise DatabaseTrouble(
            f"The data in {self.data} were written by PostgreSQL {found}; this is {ours}, which cannot read them.\n"
            f"Either run PostgreSQL {found} again: set TRIMTAB_PG_BINDIR to its bin folder"
            f" (or unset TRIMTAB_PG to let Trimtab choose).\n"
            f"Or move the data over: start Trimtab with PostgreSQL {found}; run\n"
            f"    pg_dump --format=custom --file=trimtab.dump '{self.url(OWNER, 'trimtab')}'\n"
            f"stop it, move {self.data} away, start Trimtab with the new PostgreSQL and without a sample company"
            f" (trimtab demo --empty), and run\n"
            f"    pg_restore --clean --if-exists --dbname='{self.url(OWNER, 'trimtab')}' trimtab.dump"
        )

    def _initialise(self) -> None:
        unfinished = self._place / "data.new"
        if unfinished.exists():
            shutil.rmtree(unfinished)
        if self._place != self.root:
            self._place.mkdir(mode=0o755, parents=True, exist_ok=True)
        _private_folder(unfinished, self.identity)
        command: list[str | Path] = [self.binaries.bindir / "initdb", "-D", unfinished, "-U", SUPERUSER]
        command += ["--auth=trust", "--encoding=UTF8", *_collation(self.binaries.major)]
        if self.parameters.get("fsync") == "off":
            command.append("--no-sync")
        with processes.open_log(self.log) as log:
            made = processes.spawn(command, log=log, identity=self.identity).wait()
        if made != 0:
            raise DatabaseTrouble(f"initdb ended with {made}. The end of {self.log}:\n{processes.tail(self.log)}")
        unfinished.rename(self.data)

    def _await_predecessor(self) -> None:
        """Wait for a server whose owner was killed to end; clear its mark when its id now names someone else."""
        if not processes.wait_gone(self.data, seconds=30):
            processes.signal_working_in(self.data, signal.SIGQUIT)
            if not processes.wait_gone(self.data, seconds=10):
                raise DatabaseTrouble(
                    f"A PostgreSQL server still runs on {self.data} (processes {processes.working_in(self.data)})."
                    " Stop it, then start Trimtab again."
                )
        if not Path("/proc/self/cwd").exists():
            return  # we cannot see who works where: PostgreSQL's own check decides
        for mark in (self.data / "postmaster.pid", self.socket_folder / ".s.PGSQL.5432.lock"):
            mark.unlink(missing_ok=True)  # nobody works in the folder: the id in it may be anyone's by now

    def _await_ready(self, seconds: float = 60) -> None:
        assert self.process is not None
        deadline = time.monotonic() + seconds
        while True:
            if self.process.poll() is not None:
                code, self.process = self.process.returncode, None
                raise DatabaseTrouble(
                    f"PostgreSQL ended with exit code {code} at its start. The end of {self.log}:\n"
                    f"{processes.tail(self.log)}"
                )
            try:
                psycopg.connect(self.url(SUPERUSER, "postgres"), connect_timeout=5).close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    self.stop()
                    raise DatabaseTrouble(
                        f"PostgreSQL did not answer within {seconds:.0f} s. The end of {self.log}:\n"
                        f"{processes.tail(self.log)}"
                    ) from None
                time.sleep(0.05)
            else:
                return

    def _ensure_roles(self) -> None:
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            roles = {name for (name,) in connection.execute("select rolname from pg_roles")}
            if OWNER not in roles:
                connection.execute("create role trimtab_owner login createdb createrole")
            if APPLICATION not in roles:
                connection.execute("create role trimtab_app login nosuperuser nocreatedb nocreaterole nobypassrls")
            if connection.execute("select from pg_database where datname = 'trimtab'").fetchone() is None:
                connection.execute("create database trimtab owner trimtab_owner")


def data_major(data: Path) -> int | None:
    """The major version that wrote a data folder; None when there is none yet."""
    mark = data / "PG_VERSION"
    return int(mark.read_text()) if mark.exists() else None


def choose(found: Sequence[Binaries], data: Path) -> Binaries:
    """The first installation, or the first that can read the data that are there already."""
    major = data_major(data)
    return next((binaries for binaries in found if binaries.major == major), found[0])


@contextmanager
def owner_lock(root: Path) -> Iterator[bool]:
    """Hold the right to run the cluster under ``root``; yields False when another process has it. Death releases it."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / "owner.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
