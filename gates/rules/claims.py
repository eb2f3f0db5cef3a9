"""The counts of gates, and the verdict on a claim."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_noop

from .reason import Plural, Reason, ngettext_noop
from .status import Status

P0 = "P0"


@dataclass(frozen=True, slots=True)
class GateStanding:
    """One gate, as far as counts and claims depend on it.

    counted: whether it counts towards `min_closed` and the P0 rule.
    priority: "P0", "P1" or "P2"; empty if none is set.
    """

    code: str
    status: Status
    counted: bool = True
    priority: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """The numbers of gates: all of them (`rows`), the counted ones, and those by status.

    `counted` is the sum of `closed`, `partial`, `open` and `blocked`.
    """

    rows: int
    counted: int
    closed: int
    partial: int
    open: int
    blocked: int


def count_totals(standings: Iterable[GateStanding]) -> Totals:
    """Count the gates. Gates that are not counted enter `rows` only."""
    gates = list(standings)
    statuses = [gate.status for gate in gates if gate.counted]
    return Totals(
        rows=len(gates),
        counted=len(statuses),
        closed=statuses.count(Status.CLOSED),
        partial=statuses.count(Status.PARTIAL),
        open=statuses.count(Status.OPEN),
        blocked=statuses.count(Status.BLOCKED),
    )


@dataclass(frozen=True, slots=True)
class ClaimRule:
    """The conditions that must all hold before a claim may be made in public.

    min_closed: at least this many counted gates are closed; None if no number is required.
    requires_p0: all counted P0 gates are closed.
    required_gates: the codes of gates that must be closed, counted or not.
    """

    min_closed: int | None = None
    requires_p0: bool = False
    required_gates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a claim may be made: the reasons against it, none if it may."""

    reasons: tuple[Reason, ...]

    @property
    def allowed(self) -> bool:
        """Whether there is no reason against the claim."""
        return not self.reasons


def judge_claim(rule: ClaimRule, standings: Sequence[GateStanding]) -> Verdict:
    """Return the verdict on a claim, with every reason against it.

    standings: all gates of the launch, counted or not.

    Reasons, by code:
    no_rule        the rule has no condition
    too_few        fewer counted gates than `min_closed` are closed
    p0_open        a counted P0 gate is not closed
    no_priority    a counted gate is not closed and has no priority, so it may be P0
    required_open  a required gate is not closed, or does not exist
    """
    not_closed = [gate for gate in standings if gate.status != Status.CLOSED]
    reasons: list[Reason] = []
    if rule.min_closed is None and not rule.requires_p0 and not rule.required_gates:
        message = gettext_noop("No rule is set for this claim, so nothing can make it true.")
        reasons.append(Reason("no_rule", message))
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
        reasons += _p0_reasons([gate for gate in not_closed if gate.counted])
    closed_codes = {gate.code for gate in standings} - {gate.code for gate in not_closed}
    required_open = tuple(code for code in rule.required_gates if code not in closed_codes)
    if required_open:
        plural = ngettext_noop(
            "%(count)s required gate is not closed: %(gates)s",
            "%(count)s required gates are not closed: %(gates)s",
        )
        reasons.append(_reason_naming_gates("required_open", plural, required_open))
    return Verdict(tuple(reasons))


def _p0_reasons(not_closed: Sequence[GateStanding]) -> list[Reason]:
    reasons = []
    p0_codes = tuple(gate.code for gate in not_closed if gate.priority == P0)
    if p0_codes:
        plural = ngettext_noop(
            "%(count)s P0 gate is not closed: %(gates)s",
            "%(count)s P0 gates are not closed: %(gates)s",
        )
        reasons.append(_reason_naming_gates("p0_open", plural, p0_codes))
    codes_without_priority = tuple(gate.code for gate in not_closed if not gate.priority)
    if codes_without_priority:
        plural = ngettext_noop(
            "%(count)s gate that is not closed has no priority, so it may be P0: %(gates)s",
            "%(count)s gates that are not closed have no priority, so any may be P0: %(gates)s",
        )
        reasons.append(_reason_naming_gates("no_priority", plural, codes_without_priority))
    return reasons


def _reason_naming_gates(code: str, plural: Plural, gates: tuple[str, ...]) -> Reason:
    values = {"count": len(gates)}
    return Reason(code, **plural, values=values, count=len(gates), gates=gates)
