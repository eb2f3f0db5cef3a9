"""Imports whose history is written under an earlier day.

The moment is the beginning of that day. So it is never in the future, not even for today's
document, and changes that people make on the board later that day come after it.
"""

from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from gates.models import (
    Action,
    Blocker,
    Claim,
    Evidence,
    Gate,
    Launch,
    Owner,
    Requirement,
    Section,
)

from .records import Document, DocumentError, Problem


def start_of_day(day: date) -> datetime:
    """Return the midnight at which a day begins, in the board's time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))


def check_backdating(document: Document, dated: datetime) -> None:
    """Check that `dated` is past and that the document's launch has no later history.

    Raises:
        DocumentError: `dated` is in the future, or the launch has later history.
    """
    day = timezone.localdate(dated)
    if dated > timezone.now():
        message = _("%(day)s is in the future") % {"day": day}
        raise DocumentError([Problem(document.name, "dated", message)])
    for slug in sorted(document.launch_slugs()):
        latest = _latest(slug)
        if latest is not None and latest > dated:
            known = timezone.localtime(latest).isoformat(sep=" ", timespec="minutes")
            message = _(
                "the launch already has later history, of %(known)s: %(day)s would rewrite it"
            )
            message %= {"known": known, "day": day}
            raise DocumentError([Problem(document.name, "dated", message)])


def check_owner_backdating(owner: Owner, dated: datetime) -> None:
    """Check that an owner that a back-dated document changes has no later history.

    Raises:
        ValidationError: it has.
    """
    latest = owner.history.order_by("-history_date").values_list("history_date", flat=True).first()
    if latest is not None and latest > dated:
        message = _("has later history, of %(day)s; it would be rewritten")
        message %= {"day": timezone.localdate(latest)}
        raise ValidationError({"name": message})


def _latest(slug: str) -> datetime | None:
    """Return the moment of the newest history row of a launch, deleted rows included."""
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
    return max((row[0] for row in newest if row), default=None)
