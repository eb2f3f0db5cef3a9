"""The recent events for the first screen: the week's news, and changed claims and checks."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext_noop

from gates.board.rows import Board
from gates.history.origin import Origin
from gates.history.recent_events import (
    ClaimEvent,
    ClaimState,
    RequirementEvent,
    recent_events,
)
from gates.history.weekly_news import states_a_week_ago, weekly_news
from gates.models import Import
from gates.rules.reason import Reason


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One change of a claim's rule, or of what a check asks.

    Attributes:
        reason: The change as a sentence.
        by: The user name; empty where a program wrote it.
        at: When it was recorded.
        why: The reason that the person gave; empty for an import.
        document: The name of the document that an import brought; empty where people did it.
    """

    reason: Reason
    by: str
    at: datetime
    why: str
    document: str = ""


@dataclass(frozen=True, slots=True)
class WhatsNew:
    """The news of the last seven days, one sentence a kind, and changed claims, newest first."""

    news: list[Reason]
    rules: list[RuleChange]


def whats_new(board: Board) -> WhatsNew:
    """Return the news of a board in the days before the moment that it shows.

    The notice of a changed claim or check stays 14 days; the next import ends it. A change that an
    import made itself stays as long: a document is the easiest way to lower the bar.
    """
    launch_id = board.launch.id
    events = recent_events(launch_id, board.until)
    reasons = [
        *((event.origin, _claim_reasons(event, launch_id)) for event in events.claims),
        *((event.origin, [_requirement_reason(event)]) for event in events.requirements),
        *((event.origin, event.reasons) for event in events.checks),
    ]
    changes = [
        change for origin, found in reasons for change in _notice(origin, found, events.imports)
    ]
    return WhatsNew(
        news=weekly_news(
            board, events.closed, events.reopened, events.rewritten, states_a_week_ago(board)
        ),
        rules=sorted(changes, key=lambda change: change.at, reverse=True),
    )


def last_import(launch_id: int, until: datetime) -> datetime | None:
    """Return when the launch's last import was, up to a moment; None where there is none."""
    imports = Import.objects.filter(launch_id=launch_id, at__lte=until)
    last: datetime | None = imports.aggregate(last=Max("at"))["last"]
    return last


def _notice(origin: Origin, reasons: list[Reason], imports: list[Import]) -> list[RuleChange]:
    """Return the notice of a change; empty where an import other than its own has ended it."""
    later = [document for document in imports if document.at >= origin.at]
    own = next((document for document in later if document.sha256 == origin.sha256), None)
    if any(document is not own for document in later):
        return []
    name = own.document if own else ""
    why = "" if own else origin.reason or ""
    return [RuleChange(reason, origin.by, origin.at, why, name) for reason in reasons]


def _requirement_reason(event: RequirementEvent) -> Reason:
    """Return the sentence, with a link to the gate if it is on the board shown."""
    if event.origin.kind == "+":
        code, message = "gate_required", gettext_noop("%(claim)s: requires %(gates)s now")
    else:
        code = "gate_not_required"
        message = gettext_noop("%(claim)s: no longer requires %(gates)s")
    if event.on_board:
        return Reason(code, message, {"claim": event.claim}, gates=(event.gate,))
    return Reason(code, message, {"claim": event.claim, "gates": event.gate})


def _claim_reasons(event: ClaimEvent, launch_id: int) -> list[Reason]:
    """Return the differences of a claim from its previous row, as sentences."""
    values = {"claim": event.claim}
    match event.origin.kind:
        case "+":
            return [Reason("claim_added", gettext_noop("New claim: %(claim)s"), values)]
        case "-":
            return [Reason("claim_removed", gettext_noop("Claim removed: %(claim)s"), values)]
        case _ if event.new.launch_id != launch_id:
            message = gettext_noop("Claim moved to another launch: %(claim)s")
            return [Reason("claim_moved_away", message, values)]
        case _ if event.old is not None:  # else it came by `loaddata`: its history begins here
            return _rule_reasons(event.claim, event.old, event.new)
    return []


def _rule_reasons(claim: str, old: ClaimState, new: ClaimState) -> list[Reason]:
    values = {"claim": claim}
    reasons = []
    if old.launch_id != new.launch_id:
        message = gettext_noop("Claim moved here from another launch: %(claim)s")
        reasons.append(Reason("claim_moved_here", message, values))
    if old.slug != new.slug:
        message = gettext_noop("%(claim)s: goes by “%(new)s” now, no longer by “%(old)s”")
        slugs = {**values, "old": old.slug, "new": new.slug}
        reasons.append(Reason("claim_slug_changed", message, slugs))
    if old.min_closed != new.min_closed:
        thresholds = {**values, "old": old.min_closed, "new": new.min_closed}
        message = _threshold_message(old.min_closed, new.min_closed)
        reasons.append(Reason("threshold_changed", message, thresholds))
    if old.requires_p0 and not new.requires_p0:
        message = gettext_noop("%(claim)s: no longer asks for all P0 gates")
        reasons.append(Reason("p0_dropped", message, values))
    elif new.requires_p0 and not old.requires_p0:
        message = gettext_noop("%(claim)s: asks for all P0 gates now")
        reasons.append(Reason("p0_asked", message, values))
    return reasons


def _threshold_message(old: int | None, new: int | None) -> str:
    if new is None:
        return gettext_noop("%(claim)s: the threshold of %(old)s was taken away")
    if old is None:
        return gettext_noop("%(claim)s: a threshold of %(new)s was set")
    if new < old:
        return gettext_noop("%(claim)s: threshold lowered from %(old)s to %(new)s")
    return gettext_noop("%(claim)s: threshold raised from %(old)s to %(new)s")
