"""Pages that have not changed are not made again: 304 by an ETag.

The ETag names everything that a page depends on: the revision of the rows, who reads and in which
language, the day (evidence runs out overnight), the address, the form token, and the code itself.
Nothing finer than the day may show on such a page, or it would go on saying it; only when it was
computed, which stays true. That may differ under one ETag, so the ETag is a weak one.

The revision is read before the rows. A write in between makes the ETag too old for its page, which
costs one more answer; the other way round the page would be too old for its ETag.
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
    """Answer 304 where the reader has the page already; else the page, read at one instant."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        etag = _page_etag(request)
        # "Any version" says nothing of what the reader has, nor whether there is such a page.
        named = request.headers.get("If-None-Match", "*").strip() != "*"
        response: HttpResponseBase | None
        response = get_conditional_response(request, etag=etag) if etag and named else None
        if response is None:
            with read_only_snapshot():
                response = view(request, *args, **kwargs)
        if etag and response.status_code in {200, 304}:
            response.headers["ETag"] = etag
            response.headers["Cache-Control"] = "private, no-cache"
        return response

    return answer


def _page_etag(request: HttpRequest) -> str:
    """The ETag of the page that this reader would get now; empty where it must be made anew."""
    token = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    # A page without a token brings one; a message is shown once; while developing, code changes.
    if settings.DEBUG or not token or len(get_messages(request)):
        return ""
    moved = revision.current_revision()
    parts = [
        code_version(),
        moved,
        str(request.user.pk),
        get_language(),
        str(timezone.localdate()),
        request.get_full_path(),
        token,
    ]
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"' if moved else ""


@cache
def code_version() -> str:
    """One text for all of our code, templates, translations and versions of what we stand on.

    As it lies on disk when first asked; a server asks as it starts (`dealix_gates/wsgi.py`).
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
