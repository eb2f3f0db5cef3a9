"""The state of a check on a day; `status.py` says what it does to its gate.

Tools attach, people close: a check only takes a closed gate back. Freshness is in whole days,
because pages and their ETags know nothing finer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.translation import gettext_noop

from .reason import Reason, ngettext_noop


class CheckState(StrEnum):
    """What is known of a check on a day."""

    NEVER_RUN = "never_run"
    NOT_MET = "not_met"
    GREEN = "green"
    FAILED = "failed"
    STALE = "stale"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class LastRun:
    """The newest run that counts: the day on which it was observed, and whether it passed."""

    observed_on: date
    passed: bool


@dataclass(frozen=True, slots=True)
class CheckFact:
    """One check, as far as its state and the gate's status depend on it.

    required_from: from this day on it can take a closed gate back; before, and if it is None, it
        is only shown.
    last: the newest counting run, if it was judged by the present definition; else None.
    last_of_any: the day of the newest counting run under any definition.
    attached: whether a first pass has attached the check to the gate as evidence.
    """

    key: str
    fresh_days: int
    required_from: date | None
    retired: bool = False
    last: LastRun | None = None
    last_of_any: date | None = None
    attached: bool = False

    def is_required(self, today: date) -> bool:
        """Return whether the check can take a closed gate back on a day."""
        if self.retired or self.required_from is None:
            return False
        return self.required_from <= today

    def fresh_until(self) -> date | None:
        """Return the last day on which the last pass holds; None if the last run failed."""
        if self.last is None or not self.last.passed:
            return None
        return self.last.observed_on + timedelta(days=self.fresh_days)


def check_state(check: CheckFact, today: date) -> CheckState:
    """Return the state of a check on a day; the first that holds.

    retired    it is not asked any more
    never_run  no run counted yet
    not_met    the newest run was judged by another definition
    failed     the newest run failed
    stale      the newest run passed, more than `fresh_days` whole days ago
    green      otherwise
    """
    if check.retired:
        return CheckState.RETIRED
    if check.last is None:
        return CheckState.NEVER_RUN if check.last_of_any is None else CheckState.NOT_MET
    until = check.fresh_until()
    if until is None:
        return CheckState.FAILED
    return CheckState.STALE if until < today else CheckState.GREEN


def check_reason(check: CheckFact, today: date) -> Reason:
    """Return the state of a check on a day as a sentence."""
    state = check_state(check, today)
    values: dict[str, object] = {"key": check.key}
    if state == CheckState.RETIRED:
        return Reason("check_retired", gettext_noop("check %(key)s: retired"), values)
    if state == CheckState.NEVER_RUN:
        return Reason("check_never_run", gettext_noop("check %(key)s: no run yet"), values)
    if check.last is None:
        message = gettext_noop("check %(key)s: no run under its current definition")
        return Reason("check_not_met", message, values)
    values["date"] = check.last.observed_on
    if state == CheckState.FAILED:
        return Reason("check_failed", gettext_noop("check %(key)s: failed on %(date)s"), values)
    if state == CheckState.STALE:
        plural = ngettext_noop(
            "check %(key)s: passed on %(date)s, more than %(count)s day ago",
            "check %(key)s: passed on %(date)s, more than %(count)s days ago",
        )
        values["count"] = check.fresh_days
        return Reason("check_stale", **plural, values=values, count=check.fresh_days)
    message = gettext_noop("check %(key)s: passed on %(date)s, counts until %(until)s")
    return Reason("check_green", message, {**values, "until": check.fresh_until()})


def check_errors(checks: Iterable[CheckFact], today: date) -> tuple[Reason, ...]:
    """Return one reason for each required check that is not green; they take a closed gate back."""
    return tuple(
        check_reason(check, today)
        for check in checks
        if check.is_required(today) and check_state(check, today) != CheckState.GREEN
    )


def proven_until(check: CheckFact, today: date) -> date:
    """Return the last day on which a check's evidence counts, as `EvidenceFact.valid_until`.

    A retired check proves as long as its last pass holds. One that failed proved until the day
    before; one that was changed, until the day of its last run or yesterday.
    """
    until = check.fresh_until()
    if until is not None:
        return until
    if check.last is not None:
        return min(check.last.observed_on, today) - timedelta(days=1)
    yesterday = today - timedelta(days=1)
    return min(check.last_of_any or yesterday, yesterday)


def are_all_green(checks: Iterable[CheckFact], today: date) -> bool:
    """Return whether there are checks that are not retired, and all of them are green."""
    states = [check_state(check, today) for check in checks if not check.retired]
    return bool(states) and all(state == CheckState.GREEN for state in states)
