"""Addresses that belong to no launch: badge, health, language."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    JsonResponse,
)
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language

from gates.board.launches import get_launch
from gates.board.queries import read_board
from gates.database.read_transaction import read_only_snapshot
from gates.models import Reader
from gates.operations.health import health
from gates.views.params import found_or_404


@login_not_required
@require_safe
def badge(request: HttpRequest) -> HttpResponse:
    """A small picture for other sites to show, without a login; 404 unless switched on."""
    if not settings.PUBLIC_BADGE:
        raise Http404
    with read_only_snapshot():
        found = read_board(found_or_404(get_launch()), timezone.now())
    claim = found.launch_claim()
    allowed = claim is not None and claim.verdict.allowed
    standing = gettext("launched") if allowed else gettext("not launched")
    words = f"{found.totals.closed}/{found.totals.counted} · {standing}"
    response = render(
        request,
        "gates/badge.svg",
        {"words": words, "allowed": allowed},
        content_type="image/svg+xml",
    )
    response.headers["Cache-Control"] = "no-cache"
    return response


@login_not_required
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 when all is well, else 503; which part is not, and no detail of it.

    A clock that is off is said and no more: were it the database's, every server would be out. So
    is a role that owns the tables: a board without roles of its own works.
    """
    found = health()
    well = set({**found, "clock": "ok", "role": "ok"}.values()) == {"ok"}
    return JsonResponse(found, status=200 if well else 503)


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language: for this browser, and for the account wherever it logs in."""
    chosen = request.POST.get("language", "")
    if request.user.is_authenticated and chosen in dict(settings.LANGUAGES):
        Reader.objects.update_or_create(user=request.user, defaults={"language": chosen})
        request.session["language"] = chosen
    return set_language(request)
