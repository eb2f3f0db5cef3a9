"""Counts of gates, and the verdict on a claim."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_noop

from .reason import Plural, Reason, ngettext_noop
from .status import Status

P0 = "P0"


@dataclass(frozen=True, slots=True)
class GateStanding:
    """How one gate stands when claims are judged."""

    code: str
    status: Status
    counted: bool = True
    priority: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """How many gates there are, and how the counted ones stand."""

    rows: int
    counted: int
    closed: int
    partial: int
    open: int
    blocked: int


def count_totals(standings: Iterable[GateStanding]) -> Totals:
    """Count the gates. Only counted gates enter the four statuses; `rows` has all of them."""
    rows = list(standings)
    counted = [row.status for row in rows if row.counted]
    return Totals(
        rows=len(rows),
        counted=len(counted),
        closed=counted.count(Status.CLOSED),
        partial=counted.count(Status.PARTIAL),
        open=counted.count(Status.OPEN),
        blocked=counted.count(Status.BLOCKED),
    )


@dataclass(frozen=True, slots=True)
class ClaimRule:
    """What must hold before a claim may be made in public."""

    min_closed: int | None = None
    requires_p0: bool = False
    required_gates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a claim may be made, and every reason against it."""

    reasons: tuple[Reason, ...]

    @property
    def allowed(self) -> bool:
        """Allowed is exactly: no reason against it."""
        return not self.reasons


def judge_claim(rule: ClaimRule, standings: Sequence[GateStanding]) -> Verdict:
    """Judge a claim (DESIGN: "A claim's verdict"). Every reason that holds is given."""
    not_closed = [row for row in standings if row.status != Status.CLOSED]
    reasons: list[Reason] = []
    if rule.min_closed is None and not rule.requires_p0 and not rule.required_gates:
        words = gettext_noop("No rule is set for this claim, so nothing can make it true.")
        reasons.append(Reason("no_rule", words))
    closed = count_totals(standings).closed
    if rule.min_closed is not None and closed < rule.min_closed:
        missing = rule.min_closed - closed
        plural = ngettext_noop(
            "%(missing)s more gate must close: %(closed)s of %(needed)s",
            "%(missing)s more gates must close: %(closed)s of %(needed)s",
        )
        values = {"missing": missing, "closed": closed, "needed": rule.min_closed}
        reasons.append(Reason("too_few", **plural, values=values, count=missing))
    if rule.requires_p0:
        reasons += _p0_reasons([row for row in not_closed if row.counted])
    closed_codes = {row.code for row in standings} - {row.code for row in not_closed}
    required = tuple(code for code in rule.required_gates if code not in closed_codes)
    if required:
        plural = ngettext_noop(
            "%(count)s required gate is not closed: %(gates)s",
            "%(count)s required gates are not closed: %(gates)s",
        )
        reasons.append(_reason_naming_gates("required_open", plural, required))
    return Verdict(tuple(reasons))


def _p0_reasons(not_closed: Sequence[GateStanding]) -> list[Reason]:
    reasons = []
    urgent = tuple(row.code for row in not_closed if row.priority == P0)
    if urgent:
        plural = ngettext_noop(
            "%(count)s P0 gate is not closed: %(gates)s",
            "%(count)s P0 gates are not closed: %(gates)s",
        )
        reasons.append(_reason_naming_gates("p0_open", plural, urgent))
    unranked = tuple(row.code for row in not_closed if not row.priority)
    if unranked:
        plural = ngettext_noop(
            "%(count)s gate that is not closed has no priority, so it may be P0: %(gates)s",
            "%(count)s gates that are not closed have no priority, so any may be P0: %(gates)s",
        )
        reasons.append(_reason_naming_gates("no_priority", plural, unranked))
    return reasons


def _reason_naming_gates(code: str, plural: Plural, gates: tuple[str, ...]) -> Reason:
    values = {"count": len(gates)}
    return Reason(code, **plural, values=values, count=len(gates), gates=gates)
