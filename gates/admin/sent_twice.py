"""The same form sent twice by the same person: the second one gets the first one's answer.

On a slow line people press the button again, or the browser does. What makes two forms the same
is all that was sent, the page's own token and the bytes of its files included. The answer is kept
for a few minutes in the shared cache, so that any server finds it, and only given again while
what was written is still as it was written.
"""

import hashlib
import time
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from .read_state import state_of

KEPT_SECONDS = 600
UNDER_WAY = "under way"
UNDER_WAY_SECONDS = 30  # after which a first one that died is forgotten
WAIT_SECONDS, LOOK_EVERY = 10.0, 0.05


def once(request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer a form; the same form sent again gets the first answer if that one was a success."""
    if request.method != "POST":
        return answer()
    key = _key(request)
    if not cache.add(key, UNDER_WAY, UNDER_WAY_SECONDS) and (first := _first_answer(key)):
        for level, words, tags in first["messages"]:
            messages.add_message(request, level, words, tags)
        return redirect(first["location"])
    try:
        response = answer()
    except BaseException:
        cache.delete(key)
        raise
    told = list(getattr(request, "_messages", ()) and request._messages._queued_messages)  # type: ignore[attr-defined]
    if response.status_code == 302 and any(one.level == messages.SUCCESS for one in told):
        receipt = {
            "location": response.headers["Location"],
            "messages": [(one.level, one.message, one.extra_tags) for one in told],
            "rows": [_row(row) for row in getattr(request, "written", ())],
        }
        cache.set(key, receipt, KEPT_SECONDS)
    else:
        cache.delete(key)
    return response


class NoteWrittenMixin(admin.ModelAdmin):
    """For admin classes whose forms are answered by `once`: remembers what a form wrote."""

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        note_written(request, obj)
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        note_written(request, obj)
        return super().response_change(request, obj)


def note_written(request: HttpRequest, *rows: Any) -> None:
    """Remember which rows this request wrote, as they are now."""
    request.written = [*getattr(request, "written", ()), *rows]  # type: ignore[attr-defined]


def _key(request: HttpRequest) -> str:
    sent = [(name, request.POST.getlist(name)) for name in sorted(request.POST)]
    digest = hashlib.sha256(repr((request.user.pk, request.get_full_path(), sent)).encode())
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            digest.update(f"{name} {file.name} {file.size}".encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return f"sent:{digest.hexdigest()}"


def _first_answer(key: str) -> dict[str, Any] | None:
    """Return the first one's answer, when it is there; None if it was none, or holds no more."""
    until = time.monotonic() + WAIT_SECONDS
    while (found := cache.get(key)) == UNDER_WAY and time.monotonic() < until:
        time.sleep(LOOK_EVERY)
    if not isinstance(found, dict):
        return None
    return found if all(map(_unchanged, found["rows"])) else None


def _row(row: Any) -> tuple[str, Any, Any]:
    label = row._meta.label
    return label, row.pk, _stored(label, row.pk)


def _unchanged(row: tuple[str, Any, Any]) -> bool:
    label, pk, stored = row
    return bool(_stored(label, pk) == stored)


def _stored(label: str, pk: Any) -> Any:
    """Return what differs once a row was changed: its version; of an account or a role a digest."""
    found = apps.get_model(label)._default_manager.filter(pk=pk).first()
    return found and (found.version if hasattr(found, "version") else state_of(found))
