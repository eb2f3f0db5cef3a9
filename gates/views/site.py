"""Pages that belong to no launch: badge, health, language."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    JsonResponse,
    QueryDict,
)
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language

from accounts.held_forms import hold_form
from gates.board.launches import get_launch
from gates.board.queries import read_board
from gates.database.read_transaction import read_only_snapshot
from gates.models import Preference
from gates.operations.health import health
from gates.views.params import found_or_404


@login_not_required
@require_safe
def badge(request: HttpRequest) -> HttpResponse:
    """Return an SVG badge for other sites, without a login; 404 unless PUBLIC_BADGE is set."""
    if not settings.PUBLIC_BADGE:
        raise Http404
    with read_only_snapshot():
        launch_board = read_board(found_or_404(get_launch()), timezone.now())
    launch_claim = launch_board.launch_claim()
    allowed = launch_claim is not None and launch_claim.verdict.allowed
    standing = gettext("launched") if allowed else gettext("not launched")
    text = f"{launch_board.totals.closed}/{launch_board.totals.counted} · {standing}"
    response = render(
        request,
        "gates/badge.svg",
        {"text": text, "allowed": allowed},
        content_type="image/svg+xml",
    )
    response.headers["Cache-Control"] = "no-cache"
    return response


@login_not_required
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """Return each part's state as JSON, without details; 503 if a part fails, else 200.

    A wrong clock is reported but does not fail: a wrong database clock would fail every server.
    Nor does a role that owns the tables: a board without roles of its own works.
    """
    states = health()
    healthy = set({**states, "clock": "ok", "role": "ok"}.values()) == {"ok"}
    return JsonResponse(states, status=200 if healthy else 503)


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Set the language of this browser and, if logged in, of the account on every device."""
    filters = "language" in request.GET
    if filters:
        request.POST = _with_filters(request)  # type: ignore[assignment]
    code = request.POST.get("language", "")
    if request.user.is_authenticated and code in dict(settings.LANGUAGES):
        Preference.objects.update_or_create(user=request.user, defaults={"language": code})
        request.session["language"] = code
    # The switch on a form sends what is typed there along; it is shown again in the new language.
    if not filters and set(request.POST) - {"language", "next", "csrfmiddlewaretoken"}:
        address, others = request.GET.get("next", ""), frozenset({"language", "next"})
        if not hold_form(request, address, leave_out=others):
            messages.warning(
                request,
                gettext("Nothing was saved. Go back in your browser to find what you typed."),
            )
    return set_language(request)


def _with_filters(request: HttpRequest) -> QueryDict:
    """Return the form of the switch on a page with filters: they stay as they were chosen.

    Filters that are as the page showed them leave its address as it is.
    """
    page = urlsplit(request.GET.get("next", ""))
    before = [(name, value) for name, value in parse_qsl(page.query) if name != "page"]
    sent = [(name, value) for name, value in request.POST.items() if value]
    chosen = [pair for pair in sent if pair[0] != "csrfmiddlewaretoken"]
    query = page.query
    if sorted(chosen) not in (sorted(before), sorted(parse_qsl(request.GET.get("shown", "")))):
        query = urlencode(chosen)
    form = QueryDict(mutable=True)
    form["language"], form["next"] = request.GET["language"], f"{page.path}?{query}".rstrip("?")
    return form
