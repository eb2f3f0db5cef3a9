"""What a launch is made of: its sections, gates and claims, step by step, and their order."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.shown_again import typed_before, without_errors
from gates.models import Gate, Launch, LaunchArchived, Section, StaleObjectError
from gates.models.order import move
from gates.views.params import request_account

from .claim_forms import ClaimForm, LaunchClaimForm
from .launch_forms import GatesForm, LinesForm, SectionsForm

SetupView = Callable[..., HttpResponse]


def _setup_page(*permissions: str) -> Callable[[SetupView], SetupView]:
    """Decorate a view of a launch that may be changed; an archived one is said to be archived."""

    def decorate(view: SetupView) -> SetupView:
        @never_cache
        @require_http_methods(["GET", "HEAD", "POST"])
        @permission_required(permissions, raise_exception=True)
        @wraps(view)
        def wrapper(request: HttpRequest, slug: str) -> HttpResponse:
            launch = get_object_or_404(Launch, slug=slug)
            if launch.archived_on is not None and request.method != "POST":
                messages.warning(request, " ".join(LaunchArchived(str(launch)).messages))
                return redirect("launches")
            return view(request, launch)

        return wrapper

    return decorate


@_setup_page("gates.add_section", "gates.change_section")
def sections(request: HttpRequest, launch: Launch) -> HttpResponse:
    """Show the sections in their order; add some as lines, move one up or down."""
    by = request_account(request)
    if moved := _move(request, launch.sections.all(), by):
        return _back("launch-sections", launch, moved)
    form = _shown(request, SectionsForm(_sent(request), launch=launch))
    if _is_written(request, form, lambda: _save(request, form, by)):
        return redirect("launch-gates", slug=launch.slug)
    context = {
        "launch": launch,
        "sections": launch.sections.order_by("position", "pk"),
        "form": form,
        "typed_in": "setup-form",
        "step": "sections",
    }
    return render(request, "gates/launch_sections.html", context)


@_setup_page("gates.add_gate", "gates.change_gate")
def gates(request: HttpRequest, launch: Launch) -> HttpResponse:
    """Show the gates of each section in their order; add some as lines, move one up or down."""
    by = request_account(request)
    if moved := _move(request, launch.gates.all(), by):
        return _back("launch-gates", launch, moved)
    rows = list(launch.sections.select_related("launch").order_by("position", "pk"))
    sent = _sent(request)
    prefix = sent.get("section") if sent else None
    chosen = next((row for row in rows if row.prefix == prefix), None)
    form = None
    if chosen is not None:
        form = _shown(request, GatesForm(sent, section=chosen))
        if _is_written(request, form, lambda: _save(request, form, by)):
            return _back("launch-gates", launch, chosen.prefix)
    context = {"launch": launch, "sections": _with_gates(launch, rows, form), "step": "gates"}
    return render(request, "gates/launch_gates.html", context)


def _with_gates(
    launch: Launch, sections: list[Section], sent: GatesForm | None
) -> list[dict[str, Any]]:
    """Return each section with its gates and the form for more of them."""
    gates_of: dict[int, list[Gate]] = {section.pk: [] for section in sections}
    for gate in launch.gates.order_by("position", "pk"):
        gates_of[gate.section_id].append(gate)
    return [
        {
            "section": section,
            "gates": gates_of[section.pk],
            "form": sent if sent and sent.section == section else GatesForm(section=section),
        }
        for section in sections
    ]


@_setup_page("gates.add_claim", "gates.change_claim")
def claims(request: HttpRequest, launch: Launch) -> HttpResponse:
    """Show the claims; add one, or choose the one that says that the launch is complete."""
    by = request_account(request)
    sent = _sent(request)
    chooses = sent is not None and "choose" in sent
    form = ClaimForm(None if chooses else sent, launch=launch)
    choice = LaunchClaimForm(sent if chooses else None, launch=launch)
    page = redirect("launch-claims", slug=launch.slug)
    if chooses and _is_written(request, _shown(request, choice), lambda: choice.write(by)):
        messages.success(request, gettext("The choice is saved."))
        return page
    if not chooses and _is_written(request, _shown(request, form), lambda: form.write(by)):
        messages.success(request, gettext("The claim is added."))
        return page
    if request.method == "POST" and form.sent_before(by):
        messages.success(request, gettext("The claim is added."))
        return page
    context = {
        "launch": launch,
        "claims": launch.claims.order_by("position", "pk").prefetch_related("requirements__gate"),
        "form": form,
        "choice": choice,
        "typed_in": "setup-form",
        "step": "claims",
    }
    return render(request, "gates/launch_claims.html", context)


def _sent(request: HttpRequest) -> QueryDict | None:
    """Return what was sent, or what was typed before a log-in; None for a page just opened."""
    return request.POST if request.method == "POST" else typed_before(request)


def _shown(request: HttpRequest, form: Any) -> Any:
    """Return a form that shows no errors before it is sent."""
    return form if request.method == "POST" or not form.is_bound else without_errors(form)


def _is_written(request: HttpRequest, form: Any, write: Callable[[], Any]) -> bool:
    """Write what a valid form says; what is refused all the same becomes an error of the form."""
    if request.method != "POST" or not form.is_bound or not form.is_valid():
        return False
    try:
        write()
    except LaunchArchived as refused:
        form.add_error(None, refused.messages)
    except IntegrityError:
        message = gettext(
            "The database refused this: it contradicts what is stored, or was stored a moment ago."
        )
        form.add_error(None, message)
    else:
        return True
    return False


def _save(request: HttpRequest, form: LinesForm, by: User) -> None:
    """Save the lines; those that were there already are told, and not written again."""
    if count := form.save(by):
        words = ngettext("%(count)s line added.", "%(count)s lines added.", count)
        messages.success(request, words % {"count": count})
    if known := form.outline.known:
        words = ngettext(
            "%(count)s line was there already.", "%(count)s lines were there already.", len(known)
        )
        messages.info(request, words % {"count": len(known)})


def _move(request: HttpRequest, rows: Any, by: User) -> str:
    """Move the row whose button was pressed; return its prefix or code, empty for none."""
    way = next((name for name in ("up", "down") if name in request.POST), "")
    pk = request.POST.get(way, "") if way else ""
    row = rows.filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) < 16 else None
    if row is None:
        return ""
    try:
        move(row, up=way == "up", by=by)
    except LaunchArchived as refused:
        messages.error(request, " ".join(refused.messages))
    except StaleObjectError:
        messages.warning(request, gettext("Somebody else changed this at the same moment."))
    return str(getattr(row, "code", "") or row.prefix)


def _back(page: str, launch: Launch, place: str) -> HttpResponse:
    """Return to a page of the launch, at the row that was changed."""
    return redirect(f"{reverse(page, args=[launch.slug])}#{place}")
