"""Files that were made to be fetched later: one for an operation, for two days, for whoever asked for it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Final
from uuid import UUID

from trimtab.core.errors import NotFound
from trimtab.core.models import Operation, OperationState
from trimtab.settings import CURRENT

KEPT: Final = timedelta(hours=48)
_PART: Final = ".part"


def folder() -> Path:
    """Where they lie; readable by nobody else on this machine."""
    path = CURRENT.home / "exports"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


@contextmanager
def making(operation_id: UUID) -> Iterator[IO[bytes]]:
    """A file to write; it is there when the block ends well, and leaves nothing when it does not."""
    path = folder() / f"{operation_id}{_PART}"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        path.rename(folder() / str(operation_id))
    finally:
        path.unlink(missing_ok=True)


def result(operation_id: UUID, *, name: str, content_type: str, now: datetime) -> dict[str, object]:
    """What the operation keeps of its file."""
    size = (folder() / str(operation_id)).stat().st_size
    return {"file": name, "content_type": content_type, "bytes": size, "expires_at": (now + KEPT).isoformat()}


def find(operation: Operation) -> Path:
    """The file of ``operation``. Raises NotFound where there is none, or none any more."""
    path = folder() / str(operation.id)
    if operation.state != OperationState.DONE or "file" not in operation.result or not path.exists():
        raise NotFound("There is no file here any more: exports are kept for two days. Export it again.")
    return path


def forget(now: datetime) -> int:
    """Delete what is older than two days, unfinished pieces too; gives how many."""
    old = [path for path in folder().iterdir() if path.stat().st_mtime < (now - KEPT).timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
