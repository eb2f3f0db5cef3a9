"""The rules of the board as pure functions: facts in, verdicts out.

Nothing here imports Django or touches a database, so every page, export, command and admin
list can ask the same function and a table test can pin each answer.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gates.reasons import Plural, Reason, gettext_noop, ngettext_noop


class Progress(StrEnum):
    """How far people say a gate is. What the board shows is its `Status`, derived from facts."""

    OPEN = "open"
    PARTIAL = "partial"
    CLOSED = "closed"


class Status(StrEnum):
    """What a gate is worth, derived from facts and never stored."""

    OPEN = "open"
    PARTIAL = "partial"
    CLOSED = "closed"
    BLOCKED = "blocked"


P0 = "P0"


# --- a gate's status -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EvidenceFact:
    """What a rule needs to know of one piece of evidence: the last day on which it holds."""

    valid_until: date | None = None

    def is_current(self, today: date) -> bool:
        """Whether it still counts: no end is set, or the end is today or later."""
        return self.valid_until is None or self.valid_until >= today


@dataclass(frozen=True, slots=True)
class BlockerFact:
    """What a rule needs to know of one blocker."""

    needs: str
    waiting_on: str
    resolved: bool = False


@dataclass(frozen=True, slots=True)
class GateFacts:
    """Everything a gate's status depends on."""

    progress: Progress
    evidence: Sequence[EvidenceFact] = ()
    blockers: Sequence[BlockerFact] = ()


@dataclass(frozen=True, slots=True)
class StatusOf:
    """A status and why it is that one."""

    status: Status
    reasons: tuple[Reason, ...]


def status_of(facts: GateFacts, today: date) -> StatusOf:
    """The status of a gate on a day (DESIGN: "Status is derived, never stored").

    An unresolved blocker wins over everything; closed needs current evidence; expired proof
    drops the gate to partial by itself; a row forged closed without evidence reads open.
    """
    waiting = _waiting(facts.blockers)
    if waiting:
        return StatusOf(Status.BLOCKED, waiting)
    if facts.progress == Progress.CLOSED:
        return _status_of_closed(facts.evidence, today)
    if facts.progress == Progress.PARTIAL:
        words = gettext_noop("partly there: not yet wired, measured or verified in production")
        return StatusOf(Status.PARTIAL, (Reason("partial", words),))
    words = gettext_noop("not started, or explicitly incomplete")
    return StatusOf(Status.OPEN, (Reason("open", words),))


def _status_of_closed(evidence: Sequence[EvidenceFact], today: date) -> StatusOf:
    if not evidence:
        words = gettext_noop("marked closed, but no evidence is attached")
        return StatusOf(Status.OPEN, (Reason("closed_without_evidence", words),))
    current = sum(fact.is_current(today) for fact in evidence)
    if not current:
        return StatusOf(Status.PARTIAL, (_expired(evidence),))
    counting = ngettext_noop(
        "%(count)s piece of current evidence", "%(count)s pieces of current evidence"
    )
    return StatusOf(
        Status.CLOSED, (Reason("proven", **counting, count=current, values={"count": current}),)
    )


def _expired(evidence: Iterable[EvidenceFact]) -> Reason:
    newest = max(fact.valid_until for fact in evidence if fact.valid_until is not None)
    return Reason("expired", gettext_noop("evidence expired %(date)s"), {"date": newest})


def _waiting(blockers: Iterable[BlockerFact]) -> tuple[Reason, ...]:
    words = gettext_noop("waiting on %(owner)s: %(needs)s")
    return tuple(
        Reason("waiting", words, {"owner": blocker.waiting_on, "needs": blocker.needs})
        for blocker in blockers
        if not blocker.resolved
    )


# --- closing and reopening -----------------------------------------------------------------

NEEDS_EVIDENCE = Reason(
    "no_evidence", gettext_noop("A gate can only be closed once evidence is attached.")
)
KEEPS_EVIDENCE = Reason(
    "last_evidence",
    gettext_noop(
        "This is the last evidence of a closed gate, so it stays. "
        "Attach other evidence first, or reopen the gate."
    ),
)


def what_keeps_open(facts: GateFacts, today: date) -> tuple[Reason, ...]:
    """What keeps a gate from closing on a day; empty when nothing does."""
    reasons: list[Reason] = []
    if not facts.evidence:
        reasons.append(NEEDS_EVIDENCE)
    elif not any(fact.is_current(today) for fact in facts.evidence):
        words = gettext_noop(
            "All attached evidence has expired (last valid %(date)s): attach current evidence."
        )
        reasons.append(Reason("all_expired", words, _expired(facts.evidence).values))
    for waiting in _waiting(facts.blockers):
        words = gettext_noop("Still waiting on %(owner)s: %(needs)s. Resolve the blocker first.")
        reasons.append(Reason("unresolved_blocker", words, waiting.values))
    return tuple(reasons)


def what_a_decision_lacks(reason: str) -> tuple[Reason, ...]:
    """What is missing from the written reason for closing or reopening; empty when nothing is."""
    if _letters(reason):
        return ()
    words = gettext_noop("Say why: the reason goes on record with your name.")
    return (Reason("no_reason", words),)


# --- what evidence must carry --------------------------------------------------------------

# Compared after everything but letters and digits is dropped, so "N/A", "n.a." and "- na -" match.
PLACEHOLDERS = frozenset(
    "tbd tba tbc todo tobedone tobedetermined tobeadded tobeconfirmed na notapplicable none nil"
    " null nothing empty blank wip pending later soon notyet fixme xxx xx placeholder lorem"
    " lipsum loremipsum asdf test testing done ok okay yes closed fixed see seeabove same ditto"
    " evidence proof unknown no not yet"
    " لاحقا قريبا تم نعم لايوجد لاشيء".split()
)


def _letters(text: str) -> str:
    """The letters and digits of a text, in one case and one form; marks and signs dropped."""
    # Before folding too: “™” and “🈁” are signs, but fold to letters.
    plain = "".join(char for char in text if char.isalnum())
    folded = unicodedata.normalize("NFKD", plain).casefold()
    return "".join(char for char in folded if char.isalnum())


def what_text_lacks(text: str) -> tuple[Reason, ...]:
    """Why a text does not count as evidence (blank, "TBD", "n/a", "-"); empty when it does."""
    letters = _letters(text)
    words = {_letters(word) for word in re.split(r"[\W_]+", text)} - {""}
    if len(letters) > 1 and letters not in PLACEHOLDERS and not words <= PLACEHOLDERS:
        return ()
    message = gettext_noop(
        "Evidence must say what was seen. Blank, “TBD”, “todo”, “n/a” or “-” prove nothing."
    )
    return (Reason("no_substance", message),)


SAFE_SCHEMES = ("http://", "https://")


def what_is_wrong_with_url(url: str) -> tuple[Reason, ...]:
    """Why an address may not be stored as evidence; empty when it may, and for an empty one.

    Only http and https. No user info, which makes `https://github.com@evil.example` look like
    another site: no "@" before the first "/" after the scheme. Browsers read a backslash as a
    slash and drop tabs and line breaks, so those are refused too.
    """
    if not url:
        return ()
    scheme, found, rest = url.partition("://")
    if not found or f"{scheme.lower()}://" not in SAFE_SCHEMES:
        words = gettext_noop("Only http:// and https:// addresses can be evidence.")
        return (Reason("url_scheme", words),)
    if "@" in rest.partition("/")[0]:
        words = gettext_noop("Leave out user names and passwords: no “@” before the first “/”.")
        return (Reason("url_user_info", words),)
    host_missing = rest.startswith(("/", "?", "#")) or not rest
    if host_missing or "\\" in url or any(char.isspace() or ord(char) < 32 for char in url):
        words = gettext_noop("This is not a usable web address.")
        return (Reason("url_malformed", words),)
    return ()


# --- counts and claims ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
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


def totals(standings: Iterable[Standing]) -> Totals:
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


def verdict(rule: ClaimRule, standings: Sequence[Standing]) -> Verdict:
    """Judge a claim (DESIGN: "A claim's verdict"). Every reason that holds is given."""
    not_closed = [row for row in standings if row.status != Status.CLOSED]
    reasons: list[Reason] = []
    if rule.min_closed is None and not rule.requires_p0 and not rule.required_gates:
        words = gettext_noop("No rule is set for this claim, so nothing can make it true.")
        reasons.append(Reason("no_rule", words))
    closed = totals(standings).closed
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
        reasons.append(_naming("required_open", plural, required))
    return Verdict(tuple(reasons))


def _p0_reasons(not_closed: Sequence[Standing]) -> list[Reason]:
    reasons = []
    urgent = tuple(row.code for row in not_closed if row.priority == P0)
    if urgent:
        plural = ngettext_noop(
            "%(count)s P0 gate is not closed: %(gates)s",
            "%(count)s P0 gates are not closed: %(gates)s",
        )
        reasons.append(_naming("p0_open", plural, urgent))
    unranked = tuple(row.code for row in not_closed if not row.priority)
    if unranked:
        plural = ngettext_noop(
            "%(count)s gate that is not closed has no priority, so it may be P0: %(gates)s",
            "%(count)s gates that are not closed have no priority, so any may be P0: %(gates)s",
        )
        reasons.append(_naming("no_priority", plural, unranked))
    return reasons


def _naming(code: str, plural: Plural, gates: tuple[str, ...]) -> Reason:
    values = {"count": len(gates)}
    return Reason(code, **plural, values=values, count=len(gates), gates=gates)
