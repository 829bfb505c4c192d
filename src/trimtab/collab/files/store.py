"""Where files are kept: a folder of this machine, or a bucket. Bytes in, bytes out, by key; no transaction is open."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import IO, Final, Protocol
from uuid import UUID

from trimtab.collab.errors import StoreUnavailable
from trimtab.core.errors import NotFound
from trimtab.settings import CURRENT

CHUNK: Final = 256 * 1024


class Store(Protocol):
    """Keeps the bytes of files. Each method raises StoreUnavailable where the store does not answer."""

    def put(self, workspace_id: UUID, file_id: UUID, data: IO[bytes], size: int) -> None:
        """Keep ``size`` bytes. All of them are there afterwards, or none."""

    def open(self, workspace_id: UUID, file_id: UUID) -> Iterator[bytes]:
        """The bytes, in pieces; what is not there raises NotFound at once, before the first piece."""

    def delete(self, workspace_id: UUID, file_id: UUID) -> None:
        """Remove the bytes; what is not there is removed already."""

    def kept(self, workspace_id: UUID) -> Iterator[tuple[UUID, datetime]]:
        """Every file of a workspace, with the instant since when it is there."""


class Disk:
    """A folder: ``<root>/<workspace>/<last two of the id>/<id>``."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, workspace_id: UUID, file_id: UUID, data: IO[bytes], size: int) -> None:
        path = self._path(workspace_id, file_id)
        part = path.with_suffix(".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                shutil.copyfileobj(data, file, CHUNK)
                file.flush()
                os.fsync(file.fileno())
                if file.tell() != size:
                    raise StoreUnavailable("The file did not arrive whole. Send it again.")
            part.replace(path)
        except OSError as error:
            raise StoreUnavailable("The file cannot be kept: the disk does not take it.") from error
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)

    def open(self, workspace_id: UUID, file_id: UUID) -> Iterator[bytes]:
        try:
            file = self._path(workspace_id, file_id).open("rb")
        except FileNotFoundError as error:
            raise NotFound("This file is not there any more.") from error
        except OSError as error:
            raise StoreUnavailable("The file cannot be read.") from error
        return _pieces(file)

    def delete(self, workspace_id: UUID, file_id: UUID) -> None:
        self._path(workspace_id, file_id).unlink(missing_ok=True)

    def kept(self, workspace_id: UUID) -> Iterator[tuple[UUID, datetime]]:
        for path in sorted((self.root / str(workspace_id)).glob("??/*")):
            try:
                file_id = UUID(path.stem)
                since = path.stat().st_mtime
            except (ValueError, FileNotFoundError):
                continue
            yield file_id, datetime.fromtimestamp(since, UTC)

    def _path(self, workspace_id: UUID, file_id: UUID) -> Path:
        return self.root / str(workspace_id) / file_id.hex[-2:] / str(file_id)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(CHUNK):
            yield piece


@cache
def current() -> Store:
    """The store that the settings name."""
    if CURRENT.files.s3 is None:
        return Disk(CURRENT.home / "files")
    from trimtab.collab.files.s3 import Bucket

    return Bucket(CURRENT.files.s3)
