"""Evidence files in a bucket of an S3-compatible store, for boards that run on several machines.

Nothing about who may read a file is left to the store: nothing in the bucket is public, no address
of it is handed out, and what comes out is compared with what went in, as with a folder.
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
    """Takes `bucket_name`, `endpoint_url` and `region_name`; keys come from AWS's own variables.

    What needs the store raises OSError (EHOSTUNREACH) when it does not answer, or answers that it
    cannot: it is too busy, does not know the bucket, or not our keys.
    """

    file_overwrite = False

    def __init__(self, **options: Any) -> None:
        config = Config(
            # Sooner than the web server gives up on the whole request.
            connect_timeout=3,
            read_timeout=10,
            retries={"total_max_attempts": 2},
            # Stores other than Amazon's know neither buckets as host names nor newer checksums.
            s3={"addressing_style": "path" if options.get("endpoint_url") else "auto"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        super().__init__(client_config=config, **options)

    def _open(self, name: str, mode: str = "rb") -> Any:
        with _answering(), ExitStack() as stack:
            try:
                found = super()._open(name, mode)
            except FileNotFoundError:
                # A store says the same of a bucket that it does not know.
                self.connection.meta.client.head_bucket(Bucket=self.bucket_name)
                raise
            stack.callback(found.close)
            found.open()  # fetched here and not by whoever reads; evidence is small
            stack.pop_all()
        return found

    def _save(self, name: str, content: Any) -> str:
        with _answering():
            saved: str = super()._save(name, content)
        return saved

    def exists(self, name: str) -> bool:
        with _answering():
            found: bool = super().exists(name)
        return found

    def delete(self, name: str) -> None:
        with _answering():
            super().delete(name)

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        with _answering():
            found: tuple[list[str], list[str]] = super().listdir(name)
        return found


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        said = error.response["Error"].get("Code", "?")
        raise OSError(errno.EHOSTUNREACH, f"the store of evidence answers {said}") from error
    except (BotoCoreError, Boto3Error, RetriesExceededError) as error:
        raise OSError(errno.EHOSTUNREACH, "the store of evidence does not answer") from error
