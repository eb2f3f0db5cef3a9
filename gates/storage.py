"""Evidence files in an S3-compatible bucket, for boards that run on several machines.

The bucket decides nothing about who may read a file. Nothing in it is public, and pages never link
to it. As with files in a folder, a page compares the content with its checksum
(`HashedFile.read_verified`).
"""

import errno
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from s3transfer.exceptions import RetriesExceededError
from storages.backends.s3 import S3Storage


class Bucket(S3Storage):
    """A Django storage on an S3-compatible bucket.

    options: `bucket_name`, `endpoint_url` and `region_name`. The keys come from AWS's own
        environment variables.

    Raises:
        OSError: (EHOSTUNREACH, from the methods below) the store does not answer, or answers that
            it is too busy, or that it does not know the bucket or the keys.
    """

    file_overwrite = False

    def __init__(self, **options: Any) -> None:
        config = Config(
            # In seconds; shorter than the web server's limit for the whole request.
            connect_timeout=3,
            read_timeout=10,
            retries={"total_max_attempts": 2},
            # Stores other than Amazon's know neither buckets as host names nor the newer checksums.
            s3={"addressing_style": "path" if options.get("endpoint_url") else "auto"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        super().__init__(client_config=config, **options)

    def _open(self, name: str, mode: str = "rb") -> Any:
        with _errors_as_oserror(), ExitStack() as stack:
            try:
                file = super()._open(name, mode)
            except FileNotFoundError:
                # The answer is the same for an unknown bucket; head_bucket tells them apart.
                self.connection.meta.client.head_bucket(Bucket=self.bucket_name)
                raise
            stack.callback(file.close)
            file.open()  # fetches the content now, so that errors arise here; evidence is small
            stack.pop_all()
        return file

    def _save(self, name: str, content: Any) -> str:
        with _errors_as_oserror():
            saved: str = super()._save(name, content)
        return saved

    def exists(self, name: str) -> bool:
        with _errors_as_oserror():
            exists: bool = super().exists(name)
        return exists

    def size(self, name: str) -> int:
        with _errors_as_oserror():
            size: int = super().size(name)
        return size

    def get_modified_time(self, name: str) -> Any:
        with _errors_as_oserror():
            return super().get_modified_time(name)

    def delete(self, name: str) -> None:
        with _errors_as_oserror():
            super().delete(name)

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        with _errors_as_oserror():
            folders_and_files: tuple[list[str], list[str]] = super().listdir(name)
        return folders_and_files


@contextmanager
def _errors_as_oserror() -> Iterator[None]:
    """Context manager: raise errors of boto3 as OSError with EHOSTUNREACH."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"].get("Code", "?")
        raise OSError(errno.EHOSTUNREACH, f"the store of evidence answers {code}") from error
    except (BotoCoreError, Boto3Error, RetriesExceededError) as error:
        raise OSError(errno.EHOSTUNREACH, "the store of evidence does not answer") from error
