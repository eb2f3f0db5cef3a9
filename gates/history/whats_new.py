"""What happened lately, for the first screen: the week's news, and claims that were changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext_noop

from gates.board.rows import Board
from gates.history.recent_events import Event, recent_events
from gates.history.weekly_news import weekly_news
from gates.models import Import
from gates.rules.reason import Reason


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What changed in a claim's rule, by whom or by which document, when and why."""

    reason: Reason
    by: str
    at: datetime
    why: str
    document: str = ""


@dataclass(frozen=True, slots=True)
class WhatsNew:
    """The news of the last seven days, a sentence a kind, and the claims that were changed."""

    news: list[Reason]
    rules: list[RuleChange]


def whats_new(board: Board) -> WhatsNew:
    """What happened on a board in the days before the moment that it shows.

    A changed claim stands for 14 days, newest first; the next import ends the notice. What an
    import changed itself stands as long: a document is the easiest way to lower the bar.
    """
    events = recent_events(board.launch.id, board.until)
    imports = sorted((e for e in events if e.what == "import"), key=lambda event: event.at)
    rules = []
    for event in events:
        since = [found for found in imports if found.at >= event.at]
        own = next((found for found in since if found.sha256 == event.sha256), None)
        if any(found is not own for found in since):
            continue
        document = (own.why or "") if own else ""
        why = "" if own else event.why or ""
        rules += [
            RuleChange(reason, event.by, event.at, why, document)
            for reason in _changed_rules(event, board.launch.id)
        ]
    return WhatsNew(
        news=weekly_news(
            board,
            were_closed={event.gate_id for event in events if event.what == "gate"},
            rewritten={event.gate_id for event in events if event.what == "rewritten"},
        ),
        rules=sorted(rules, key=lambda change: change.at, reverse=True),
    )


def last_import(launch_id: int, until: datetime) -> datetime | None:
    """When a document was last brought onto the launch's board; None where none was."""
    found = Import.objects.filter(launch_id=launch_id, at__lte=until).aggregate(last=Max("at"))
    last: datetime | None = found["last"]
    return last


def _changed_rules(event: Event, launch_id: int) -> list[Reason]:
    """How a claim differs from what it was, in sentences; of a new claim, that it is."""
    values = {"claim": event.claim, "old": event.least_was, "new": event.least}
    match event.what, event.kind:
        case "requirement", "+":
            words = gettext_noop("%(claim)s: requires %(gates)s now")
            return [_about_gate("gate_required", words, event)]
        case "requirement", "-":
            words = gettext_noop("%(claim)s: no longer requires %(gates)s")
            return [_about_gate("gate_not_required", words, event)]
        case "claim", "+":
            return [Reason("claim_added", gettext_noop("New claim: %(claim)s"), values)]
        case "claim", "-":
            return [Reason("claim_removed", gettext_noop("Claim removed: %(claim)s"), values)]
        case "claim", "~" if event.launch != launch_id:
            words = gettext_noop("Claim moved to another launch: %(claim)s")
            return [Reason("claim_moved_away", words, values)]
        case "claim", "~" if event.p0_was is not None:  # else on record only from here
            return _changed_rule(event, values)
    return []


def _about_gate(code: str, words: str, event: Event) -> Reason:
    """A sentence that names a gate, with a link to it unless the board shown has it no longer."""
    if event.gate_id is None:
        return Reason(code, words, {"claim": event.claim, "gates": event.gate})
    return Reason(code, words, {"claim": event.claim}, gates=(event.gate,))


def _changed_rule(event: Event, values: Mapping[str, Any]) -> list[Reason]:
    found = []
    if event.launch_was != event.launch:
        words = gettext_noop("Claim moved here from another launch: %(claim)s")
        found.append(Reason("claim_moved_here", words, values))
    if event.slug_was != event.slug:
        words = gettext_noop("%(claim)s: goes by “%(new)s” now, no longer by “%(old)s”")
        slugs = {**values, "old": event.slug_was, "new": event.slug}
        found.append(Reason("claim_slug_changed", words, slugs))
    if event.least_was != event.least:
        found.append(Reason("threshold_changed", _of_threshold(event), values))
    if event.p0_was and not event.p0:
        words = gettext_noop("%(claim)s: no longer asks for all P0 gates")
        found.append(Reason("p0_dropped", words, values))
    elif event.p0 and not event.p0_was:
        words = gettext_noop("%(claim)s: asks for all P0 gates now")
        found.append(Reason("p0_asked", words, values))
    return found


def _of_threshold(event: Event) -> str:
    if event.least is None:
        return gettext_noop("%(claim)s: the threshold of %(old)s was taken away")
    if event.least_was is None:
        return gettext_noop("%(claim)s: a threshold of %(new)s was set")
    if event.least < event.least_was:
        return gettext_noop("%(claim)s: threshold lowered from %(old)s to %(new)s")
    return gettext_noop("%(claim)s: threshold raised from %(old)s to %(new)s")
