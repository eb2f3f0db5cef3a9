"""The rules for one run: whether it passed, and whether it counts.

The sender never says "passed": the conditions decide. A run that does not count is kept with the
reason, and changes nothing.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol, TypeVar

from django.utils.translation import gettext_noop

from .conditions import Condition, meets, number_text
from .measures import Kind
from .reason import Reason

CLOCK_TOLERANCE = timedelta(minutes=2)
MAX_AGE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CheckRule:
    """What a check asks of a run.

    fresh_days: for how many days a pass holds, at least 1.
    repository, ref: the only ones whose runs count; empty accepts any.
    """

    kind: Kind
    conditions: tuple[Condition, ...]
    fresh_days: int = 1
    repository: str = ""
    ref: str = ""
    retired: bool = False


@dataclass(frozen=True, slots=True)
class ReceivedRun:
    """A run as it was received: its numbers, and where and when they were seen."""

    measures: Mapping[str, Decimal]
    observed_at: datetime
    repository: str = ""
    ref: str = ""


@dataclass(frozen=True, slots=True)
class CountingRun:
    """A run that counts, as far as later runs and the check's state depend on it."""

    observed_at: datetime
    passed: bool
    definition: str


@dataclass(frozen=True, slots=True)
class RunVerdict:
    """Whether a run passed, why it does not count (empty if it does), and under which definition.

    All three are stored with the run and never change.
    """

    passed: bool
    why_not: tuple[Reason, ...]
    definition: str

    @property
    def counts(self) -> bool:
        """Whether the run decides anything."""
        return not self.why_not


def definition_hash(rule: CheckRule) -> str:
    """Return the hash of what a check asks; only runs under the present one count.

    In it: kind, repository, ref, conditions and `fresh_days`. Without the last, a longer time
    would turn a stale gate green. The order and the spelling of conditions make no difference.
    """
    conditions = sorted(
        {(item.measure, item.operator.value, number_text(item.bound)) for item in rule.conditions}
    )
    asked = {
        "kind": rule.kind.value,
        "repository": _repository(rule.repository),
        "ref": _branch(rule.ref),
        "fresh_days": rule.fresh_days,
        "conditions": conditions,
    }
    text = json.dumps(asked, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def judge_run(
    rule: CheckRule, run: ReceivedRun, now: datetime, newest: CountingRun | None
) -> RunVerdict:
    """Return whether a run passed and counts.

    newest: the newest run of this check that counts, under any definition; None if none does.
    """
    passed = meets(rule.conditions, run.measures)
    reasons = [*_origin_errors(rule, run), *_time_errors(run, passed, now, newest)]
    if rule.retired:
        reasons.insert(0, Reason("retired", gettext_noop("The check is retired.")))
    return RunVerdict(passed, tuple(reasons), definition_hash(rule))


class ObservedRun(Protocol):
    """Any row of a run with what orders it."""

    @property
    def observed_at(self) -> datetime: ...
    @property
    def passed(self) -> bool: ...


RunT = TypeVar("RunT", bound=ObservedRun)


def newest_run(runs: Iterable[RunT]) -> RunT | None:
    """Return the newest of the runs; None if there is none.

    Of two of the same moment it is the one that failed, in whichever order they came.
    """
    return max(runs, key=lambda run: (run.observed_at, not run.passed), default=None)


def _origin_errors(rule: CheckRule, run: ReceivedRun) -> list[Reason]:
    reasons = []
    repository = _repository(rule.repository)
    if repository and _repository(run.repository) != repository:
        message = gettext_noop(
            "It comes from the repository %(found)s; the check accepts %(accepted)s."
        )
        if not run.repository:
            message = gettext_noop("It names no repository; the check accepts %(accepted)s.")
        values = {"found": run.repository, "accepted": rule.repository}
        reasons.append(Reason("other_repository", message, values))
    if rule.ref and _branch(run.ref) != _branch(rule.ref):
        message = gettext_noop("It comes from %(found)s; the check accepts %(accepted)s.")
        if not run.ref:
            message = gettext_noop("It names no branch or tag; the check accepts %(accepted)s.")
        reasons.append(Reason("other_ref", message, {"found": run.ref, "accepted": rule.ref}))
    return reasons


def _time_errors(
    run: ReceivedRun, passed: bool, now: datetime, newest: CountingRun | None
) -> list[Reason]:
    reasons = []
    if run.observed_at > now + CLOCK_TOLERANCE:
        message = gettext_noop("It was observed in the future: a clock is wrong.")
        reasons.append(Reason("in_future", message))
    if run.observed_at < now - MAX_AGE:
        message = gettext_noop("It was observed more than a day before it was received.")
        reasons.append(Reason("too_old", message))
    if newest is not None and not _replaces(run, passed, newest):
        message = gettext_noop("A run observed at the same time or later already counts.")
        reasons.append(Reason("not_newer", message))
    return reasons


def _replaces(run: ReceivedRun, passed: bool, newest: CountingRun) -> bool:
    """Return whether a run comes after the newest; a tie goes to the one that failed."""
    if run.observed_at == newest.observed_at:
        return newest.passed and not passed
    return run.observed_at > newest.observed_at


def _repository(name: str) -> str:
    """Return the form in which repositories are compared: their hosts ignore case."""
    return name.strip().strip("/").casefold()


def _branch(ref: str) -> str:
    """Return a ref without the prefix that CI puts before branches."""
    return ref.strip().removeprefix("refs/heads/")
