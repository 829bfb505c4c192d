"""Become another program that ends with its parent. Run as a script by path, with the standard library alone.

``python -I -S launch.py PARENT IDENTITY SIGNAL PROGRAM ARGUMENT…``

The death signal follows the thread that started this process: start it from a thread that lives as long as its owner.
IDENTITY is ``self``, ``namespace`` (root only: a user namespace in which we are not 0, because PostgreSQL refuses root,
while the files stay root's) or ``nobody`` (root only, where namespaces are forbidden).
"""

import ctypes
import os
import pwd
import signal
import sys
from pathlib import Path

_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1
_ID_INSIDE = 65534


def enter_user_namespace(libc: ctypes.CDLL) -> None:
    """Leave uid 0 without leaving its files. Raises OSError where the kernel or container forbids it."""
    uid, gid = os.getuid(), os.getgid()
    if libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are not allowed here")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{_ID_INSIDE} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{_ID_INSIDE} {gid} 1")


def become_nobody() -> None:
    """Give up root for the system user that owns nothing."""
    entry = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def main(parent: int, identity: str, death_signal: int, command: list[str]) -> None:
    """Replace this process by ``command``; ends at once if ``parent`` is gone already."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    libc = ctypes.CDLL(None, use_errno=True)
    if identity == "namespace":
        enter_user_namespace(libc)
    elif identity == "nobody":
        become_nobody()
    if sys.platform == "linux":
        libc.prctl(_PR_SET_PDEATHSIG, death_signal)  # after the change of identity, which clears it
    if os.getppid() != parent:
        raise SystemExit("The parent ended before its child began.")
    os.execv(command[0], command)  # noqa: S606 - a shell is what we do not want


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4:])
