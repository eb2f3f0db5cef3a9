"""The page on which the priorities of all gates are set: one choice a row, one Save."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.shown_again import typed_before
from gates.board.rows import MAX_GATES_PER_PAGE, Board, GateRow
from gates.models import Gate, LaunchArchived
from gates.models.priorities import set_priorities
from gates.rules import Status
from gates.views.params import (
    found_or_404,
    handle_date_errors,
    reject_as_of,
    request_account,
    requested_board,
)

CHOSEN, SEEN = "priority-", "seen-"  # names of fields, before a gate's code
CHOICES = ("P0", "P1", "P2", "")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("gates.change_gate", raise_exception=True)
@handle_date_errors
def priorities(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """Show every gate with its priority to choose; on POST set those that were changed."""
    reject_as_of(request)
    board = found_or_404(requested_board(request, slug))
    if board.launch.archived_on is not None:
        messages.warning(request, " ".join(LaunchArchived(board.launch.name).messages))
        return redirect("launch-board", board.launch.slug)
    if request.method == "POST":
        done = set_priorities(board.launch.id, _sent(request.POST), request_account(request))
        if done.conflicts:
            text = gettext("Set by somebody else meanwhile, so left as they are: %(gates)s")
            messages.warning(request, text % {"gates": gettext(", ").join(done.conflicts)})
        count = len(done.changed)
        text = ngettext("%(count)s priority set.", "%(count)s priorities set.", count)
        if done.changed or not done.conflicts:
            messages.success(request, text % {"count": count} if count else gettext("Saved."))
        return redirect(request.get_full_path())
    groups = _groups(board, typed_before(request) or QueryDict())
    context = {
        "board": board,
        "launch": board.launch,
        "groups": groups,
        "left_out": len(board.gates) - sum(len(rows) for _, rows in groups),
        "choices": CHOICES,
        "typed_in": "priorities",
    }
    return render(request, "gates/priorities.html", context)


def _sent(data: QueryDict) -> dict[str, tuple[str, str]]:
    """Return code → (the priority seen, the priority chosen); what is no priority is left out."""
    found = {}
    for name in data:
        code = name.removeprefix(CHOSEN)
        seen, chosen = str(data.get(SEEN + code, "")), str(data[name])
        if name.startswith(CHOSEN) and {seen, chosen} <= {*Gate.Priority.values, ""}:
            found[code] = (seen, chosen)
    return found


def _groups(board: Board, typed: QueryDict) -> list[tuple[str, list[tuple[GateRow, str]]]]:
    """Return (heading, rows) with each gate and its choice; what a claim waits for comes first.

    Of a board too large for one page the first `MAX_GATES_PER_PAGE` gates in that order.
    """
    asks_for_p0 = any(claim.requires_p0 for claim in board.claims)
    groups: dict[str, list[tuple[GateRow, str]]] = {"waited": [], "open": [], "closed": []}
    for gate in board.gates:
        chosen = typed.get(CHOSEN + gate.code, gate.priority)
        if gate.status == Status.CLOSED:
            group = "closed"
        else:
            group = "waited" if asks_for_p0 and gate.counted and not gate.priority else "open"
        groups[group].append((gate, chosen))
    headings = {
        "waited": gettext("A claim waits for these: any of them may be P0"),
        "open": gettext("Other gates that are not closed"),
        "closed": gettext("Closed gates"),
    }
    shown, left = [], MAX_GATES_PER_PAGE
    for name, rows in groups.items():
        if rows[:left]:
            shown.append((headings[name], rows[:left]))
        left -= len(rows[:left])
    return shown
