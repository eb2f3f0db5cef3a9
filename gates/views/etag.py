"""Conditional GET: a page that has not changed is not made again, but answered with 304.

The ETag is a hash of everything that a page depends on: the revision of the rows, the account, the
language, the day (evidence expires overnight), the address, the form token, and the code.
Cached pages may show nothing that changes within a day, except "computed at"; therefore the ETag
is weak.

The revision is read before the rows. A write in between makes the ETag older than its page, which
costs one more response. In the other order the page would be older than its ETag, and stay cached.
"""

import hashlib
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path

import django
from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language

from gates.database import revision
from gates.database.read_transaction import read_only_snapshot

HASHED_FOLDERS = ("accounts", "dealix_gates", "gates", "templates")


def conditional_get(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorate a view: 304 if the browser has the page, else the page from one snapshot."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        etag = _page_etag(request)
        # "*" names no version that the browser has, and the page may not exist.
        has_version = request.headers.get("If-None-Match", "*").strip() != "*"
        response: HttpResponseBase | None
        response = get_conditional_response(request, etag=etag) if etag and has_version else None
        if response is None:
            with read_only_snapshot():
                response = view(request, *args, **kwargs)
        if etag and response.status_code in {200, 304}:
            response.headers["ETag"] = etag
            response.headers["Cache-Control"] = "private, no-cache"
        return response

    return wrapper


def _page_etag(request: HttpRequest) -> str:
    """Return the ETag of the page for this request; empty if the page must be made anew."""
    token = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    # Without a token the page sets one; a message is shown once; under DEBUG the code changes.
    if settings.DEBUG or not token or len(get_messages(request)):
        return ""
    revision_text = revision.current_revision()
    parts = [
        code_version(),
        revision_text,
        str(request.user.pk),
        get_language(),
        str(timezone.localdate()),
        request.get_full_path(),
        token,
    ]
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"' if revision_text else ""


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
