"""A document's history under its own date, so that the past can be imported after the fact.

The moment is the beginning of that day: it is never in the future, not even for today's
document, and what people do on the board later that day comes after it.
"""

from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from gates.models import (
    Action,
    Blocker,
    Claim,
    Evidence,
    Gate,
    Launch,
    Requirement,
    Section,
)

from .records import Document, DocumentError, Problem


def start_of_day(day: date) -> datetime:
    """Midnight at the beginning of a day, here."""
    return timezone.make_aware(datetime.combine(day, time.min))


def check_backdating(document: Document, dated: datetime) -> None:
    """See that the document's launch has no history after `dated`, and that it is not to come.

    Raises:
        DocumentRefused: it has; or the date is in the future.
    """
    day = timezone.localdate(dated)
    if dated > timezone.now():
        raise DocumentError([Problem(document.name, "dated", f"{day} is in the future")])
    for record in document.records:
        latest = _latest(str(record.fields.get("slug"))) if record.model is Launch else None
        if latest is not None and latest > dated:
            known = timezone.localtime(latest).isoformat(sep=" ", timespec="minutes")
            message = f"the launch already has later history, of {known}: {day} would rewrite it"
            raise DocumentError([Problem(document.name, "dated", message)])


def _latest(slug: str) -> datetime | None:
    """When anything of a launch last changed, deleted rows included."""
    launches: Any = Launch.objects.filter(slug=slug).order_by().values("id")
    gates: Any = Gate.history.filter(launch_id__in=launches).order_by().values("id")
    claims: Any = Claim.history.filter(launch_id__in=launches).order_by().values("id")
    scopes = [
        (Launch, {"id__in": launches}),
        *((model, {"launch_id__in": launches}) for model in (Section, Gate, Action, Claim)),
        *((model, {"gate_id__in": gates}) for model in (Evidence, Blocker)),
        (Requirement, {"claim_id__in": claims}),
    ]
    newest = [
        model.history.filter(**scope).order_by("-history_date").values_list("history_date").first()
        for model, scope in scopes
    ]
    return max((found[0] for found in newest if found), default=None)
