"""The file of a piece of evidence: validated, stored under an unguessable name, with a checksum."""

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import PurePath
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import models
from django.db.models.fields.files import FieldFile
from django.urls import reverse

from gates.reason_text import validation_errors
from gates.rules.files import MAX_FILE_BYTES, file_errors, without_trailer


def stored_name(_evidence: Any, filename: str) -> str:
    """Return the storage path of an uploaded file: an unguessable folder and the file's name."""
    path = PurePath(filename)
    # File systems limit bytes, and Arabic letters have two.
    stem = path.stem.encode()[:120].decode(errors="ignore")
    suffix = path.suffix.encode()[:20].decode(errors="ignore")
    return f"evidence/{uuid.uuid4().hex}/{stem}{suffix}"


def sha256_of(file: Any) -> str:
    """Return the SHA-256 of a file's content, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def validate_upload(file: Any) -> None:
    """Validate a file that is not stored yet (`gates/rules/files.py`).

    Raises:
        ValidationError: its kind or size is refused, or its content is not of that kind.
    """
    file.seek(0)
    content = file.read(MAX_FILE_BYTES + 1)
    file.seek(0)
    if reasons := file_errors(file.name, content):
        raise ValidationError(validation_errors(reasons))


# The files stored so far inside `delete_files_on_error`; None outside of it.
_stored_files: ContextVar[list[FieldFile] | None] = ContextVar("stored_files", default=None)


@contextmanager
def delete_files_on_error() -> Iterator[None]:
    """Context manager: on an error, delete the files that were stored inside.

    The database rolls back its rows, but cannot roll back files.
    """
    stored: list[FieldFile] = []
    token = _stored_files.set(stored)
    try:
        yield
    except BaseException:
        for file in stored:
            file.storage.delete(str(file.name))
        raise
    finally:
        _stored_files.reset(token)


def read_verified(storage: Storage, name: str, sha256: str) -> bytes | None:
    """Return the content of a stored file; None if it no longer has the checksum on record.

    Raises:
        FileNotFoundError: the storage has lost the file.
    """
    with storage.open(name, "rb") as file:
        content: bytes = file.read()
    return content if hashlib.sha256(content).hexdigest() == sha256 else None


class HashedFile(FieldFile):
    """The stored file of a piece of evidence, with its SHA-256 in `Evidence.sha256`."""

    def save(self, name: str, content: Any, save: bool = True) -> None:
        """Validate the content, cut off a picture's trailer, set the checksum, and store it.

        Raises:
            ValidationError: as `validate_upload`. Nothing was stored.
        """
        if content.name is None:
            content.name = name
        validate_upload(content)
        whole: bytes = content.read()
        content.seek(0)
        picture = without_trailer(content.name, whole)
        self.instance.trailer_size = len(whole) - len(picture)  # type: ignore[attr-defined]
        if len(whole) > len(picture):
            content = ContentFile(picture, name=content.name)
        self.instance.sha256 = sha256_of(content)  # type: ignore[attr-defined]
        super().save(name, content, save=False)
        if (stored := _stored_files.get()) is not None:
            stored.append(self)
        if save:
            self.instance.save()

    @property
    def url(self) -> str:
        """The address of the board's page, and not of the storage, which knows no permissions."""
        evidence: Any = self.instance
        return reverse("evidence-file", args=[evidence.pk, evidence.sha256])

    def read_verified(self) -> bytes | None:
        """Return the content, as `read_verified` does."""
        return read_verified(self.storage, str(self.name), self.instance.sha256)  # type: ignore[attr-defined]


class HashedFileField(models.FileField):
    attr_class = HashedFile
