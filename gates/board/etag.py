"""ETags: an answer that has not changed is not made again, but is 304.

An ETag is a hash of everything that an answer depends on: the revision of the rows, the day
(evidence expires overnight), the address, the code, and who asks. Answers that are kept may show
nothing that changes within a day, except "computed at"; therefore the ETag is weak.

The revision is read before the rows. A write in between makes the ETag older than its answer, which
costs one more answer. In the other order the answer would be older than its ETag, and stay kept.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response

from gates.database import revision
from gates.database.read_transaction import read_only_snapshot

HASHED_FOLDERS = ("accounts", "dealix_gates", "gates", "templates")


def board_etag(request: HttpRequest, *who: object) -> str:
    """Return the ETag of an answer now; empty if it must be made anew: under DEBUG code changes.

    who: what else the answer depends on, such as the account and its language.
    """
    revision_text = "" if settings.DEBUG else revision.current_revision()
    if not revision_text:
        return ""
    day = str(timezone.localdate())
    parts = [code_version(), revision_text, day, request.get_full_path(), *map(str, who)]
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def answer_conditionally(
    request: HttpRequest, etag: str, make: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """Return 304 if the asker has the answer, else make it from one snapshot of the database."""
    # "*" names no version that the asker has, and there may be nothing at the address.
    has_version = request.headers.get("If-None-Match", "*").strip() != "*"
    response: HttpResponseBase | None
    response = get_conditional_response(request, etag=etag) if etag and has_version else None
    if response is None:
        with read_only_snapshot():
            response = make()
    if etag and response.status_code in {200, 304}:
        response.headers["ETag"] = etag
        response.headers["Cache-Control"] = "private, no-cache"
    return response


@cache
def code_version() -> str:
    """Return a hash of the code, templates, translations and versions of dependencies.

    Read from disk at the first call; a server makes it at start (`dealix_gates/wsgi.py`).
    """
    digest = hashlib.sha256(f"{django.__version__} {settings.TIME_ZONE}".encode())
    base = Path(settings.BASE_DIR)
    files = [
        path for folder in HASHED_FOLDERS for path in (base / folder).rglob("*.*") if path.is_file()
    ]
    for path in [base / "requirements.txt", *sorted(files)]:
        if path.suffix != ".pyc":
            digest.update(f"{path.relative_to(base)}\n".encode() + path.read_bytes())
    return digest.hexdigest()
