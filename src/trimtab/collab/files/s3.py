"""Files in a bucket of an S3-compatible store."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Any, BinaryIO, Final, cast
from uuid import UUID

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from trimtab.collab.errors import StoreUnavailable
from trimtab.core.errors import NotFound
from trimtab.settings import S3Settings

PART: Final = 5 * 1024 * 1024
"""Bytes held in memory at a time."""
_CHUNK: Final = 256 * 1024
_TIMES: Final = urllib3.Timeout(connect=5, read=60)
_AGAIN: Final = urllib3.Retry(total=2, backoff_factor=0.2, status_forcelist=(500, 502, 503, 504))


class Bucket:
    """Objects named ``<prefix>/<workspace>/<id>``. The bucket is there already."""

    def __init__(self, settings: S3Settings) -> None:
        self._settings = settings
        self._client = Minio(
            settings.endpoint,
            access_key=settings.access_key,
            secret_key=settings.secret_key,
            secure=settings.secure,
            region=settings.region,
            http_client=urllib3.PoolManager(timeout=_TIMES, retries=_AGAIN, maxsize=16),
        )

    def put(self, workspace_id: UUID, file_id: UUID, data: IO[bytes], size: int) -> None:
        with _answering():
            self._client.put_object(
                self._settings.bucket, self._name(workspace_id, file_id), cast("BinaryIO", data), size, part_size=PART
            )

    def open(self, workspace_id: UUID, file_id: UUID) -> Iterator[bytes]:
        with _answering():
            response = self._client.get_object(self._settings.bucket, self._name(workspace_id, file_id))
        return _pieces(response)

    def delete(self, workspace_id: UUID, file_id: UUID) -> None:
        with _answering():
            self._client.remove_object(self._settings.bucket, self._name(workspace_id, file_id))

    def kept(self, workspace_id: UUID) -> Iterator[tuple[UUID, datetime]]:
        folder = self._folder(workspace_id)
        with _answering():
            for found in self._client.list_objects(self._settings.bucket, prefix=folder, recursive=True):
                try:
                    file_id = UUID(str(found.object_name).removeprefix(folder))
                except ValueError:
                    continue
                if found.last_modified is not None:
                    yield file_id, found.last_modified

    def _folder(self, workspace_id: UUID) -> str:
        prefix = self._settings.prefix
        return f"{prefix}/{workspace_id}/" if prefix else f"{workspace_id}/"

    def _name(self, workspace_id: UUID, file_id: UUID) -> str:
        return f"{self._folder(workspace_id)}{file_id}"


def _pieces(response: Any) -> Iterator[bytes]:
    try:
        with _answering():
            yield from response.stream(_CHUNK)
    finally:
        response.close()
        response.release_conn()


@contextmanager
def _answering() -> Iterator[None]:
    """Turn what the library raises into what callers know. Raises NotFound, StoreUnavailable."""
    try:
        yield
    except S3Error as error:
        if error.code == "NoSuchKey":
            raise NotFound("This file is not there any more.") from error
        raise StoreUnavailable(f"The file store refuses: {error.code}.") from error
    except (MinioException, urllib3.exceptions.HTTPError) as error:
        raise StoreUnavailable("The file store does not answer. Try again.") from error
