"""Find the weaknesses of a board, each with the gates or claims that have it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from gates.board.rows import Board, GateRow
from gates.rules import CheckState, Status
from gates.rules.reason import Plural, Reason, ngettext_noop

EXPIRES_SOON = timedelta(days=14)
STALE_SOON = timedelta(days=3)
# A number by itself; not that of a code, version or tool: T8, v3.0.0, k6.
NUMBER = re.compile(r"(?<![\w.])\d")


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of weakness.

    Attributes:
        reason: The weakness as a sentence with a count.
        gates: Codes of the gates that have it.
        claims: Slugs of the claims that have it.
    """

    reason: Reason
    gates: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()

    def count(self) -> int:
        """Return how many gates and claims have it."""
        return len(self.gates) + len(self.claims)


def _is_statement_only(gate: GateRow, _today: date) -> bool:
    current = [proof for proof in gate.evidence if proof.is_current]
    return gate.status == Status.CLOSED and not any(
        proof.url or proof.output or proof.file or proof.check for proof in current
    )


def _has_lost_file(gate: GateRow, _today: date) -> bool:
    return any(proof.is_file_lost() and not proof.has_expired for proof in gate.evidence)


def _expires_soon(gate: GateRow, today: date) -> bool:
    expiry_dates = (proof.fact().last_day() for proof in gate.evidence)
    return any(end and today <= end <= today + EXPIRES_SOON for end in expiry_dates)


def _closed_with_actions(gate: GateRow, _today: date) -> bool:
    return gate.status == Status.CLOSED and any(act.state != "done" for act in gate.actions)


def _has_no_due_date(gate: GateRow, _today: date) -> bool:
    return any(blocker.due_on is None for blocker in gate.unresolved_blockers())


def _has_state(*states: CheckState) -> Callable[[GateRow, date], bool]:
    return lambda gate, _today: any(check.state in states for check in gate.checks)


def _goes_stale_soon(gate: GateRow, today: date) -> bool:
    return any(
        check.state == CheckState.GREEN
        and check.fresh_until is not None
        and check.fresh_until <= today + STALE_SOON
        for check in gate.checks
    )


def _has_numbers_without_check(gate: GateRow, _today: date) -> bool:
    unretired = [check for check in gate.checks if not check.rule.retired]
    return bool(NUMBER.search(gate.definition_of_done)) and not unretired


def _waits_for_nobody_named(gate: GateRow, _today: date) -> bool:
    return any(not blocker.waiting_on for blocker in gate.unresolved_blockers())


# By code: the sentence, and a function (gate, today) -> whether the gate has the weakness.
GATE_CHECKS: Mapping[str, tuple[Plural, Callable[[GateRow, date], bool]]] = {
    "check_red": (
        ngettext_noop(
            "%(count)s gate has a check that failed, went stale or was changed since",
            "%(count)s gates have a check that failed, went stale or was changed since",
        ),
        _has_state(CheckState.FAILED, CheckState.STALE, CheckState.NOT_MET),
    ),
    "check_stale_soon": (
        ngettext_noop(
            "%(count)s gate has a check that goes stale within 3 days",
            "%(count)s gates have a check that goes stale within 3 days",
        ),
        _goes_stale_soon,
    ),
    "lost_file": (
        ngettext_noop(
            "%(count)s gate has evidence whose file is missing or not what was attached",
            "%(count)s gates have evidence whose file is missing or not what was attached",
        ),
        _has_lost_file,
    ),
    "statement_only": (
        ngettext_noop(
            "%(count)s gate is closed on a statement alone: no link, output or file",
            "%(count)s gates are closed on statements alone: no link, output or file",
        ),
        _is_statement_only,
    ),
    "expiring": (
        ngettext_noop(
            "%(count)s gate has evidence that expires within 14 days",
            "%(count)s gates have evidence that expires within 14 days",
        ),
        _expires_soon,
    ),
    "check_never_run": (
        ngettext_noop(
            "%(count)s gate has a check that has never run",
            "%(count)s gates have a check that has never run",
        ),
        _has_state(CheckState.NEVER_RUN),
    ),
    "check_retired": (
        ngettext_noop(
            "%(count)s gate has a check that was retired",
            "%(count)s gates have a check that was retired",
        ),
        _has_state(CheckState.RETIRED),
    ),
    "numbers_without_check": (
        ngettext_noop(
            "%(count)s gate names numbers in its definition of done, and has no check",
            "%(count)s gates name numbers in their definition of done, and have no check",
        ),
        _has_numbers_without_check,
    ),
    "closed_with_actions": (
        ngettext_noop(
            "%(count)s closed gate still has a step that is not done",
            "%(count)s closed gates still have steps that are not done",
        ),
        _closed_with_actions,
    ),
    "nobody_named": (
        ngettext_noop(
            "%(count)s gate is blocked, and nobody is named who can unblock it",
            "%(count)s gates are blocked, and nobody is named who can unblock them",
        ),
        _waits_for_nobody_named,
    ),
    "no_due_date": (
        ngettext_noop(
            "%(count)s gate waits for something that has no due date",
            "%(count)s gates wait for something that has no due date",
        ),
        _has_no_due_date,
    ),
    "no_priority": (
        ngettext_noop("%(count)s gate has no priority", "%(count)s gates have no priority"),
        lambda gate, _today: not gate.priority,
    ),
    "no_owner": (
        ngettext_noop("%(count)s gate has no owner", "%(count)s gates have no owner"),
        lambda gate, _today: not gate.owner,
    ),
    "no_definition": (
        ngettext_noop(
            "%(count)s gate has no definition of done",
            "%(count)s gates have no definition of done",
        ),
        lambda gate, _today: not gate.definition_of_done,
    ),
}


def findings(board: Board, today: date) -> list[Finding]:
    """Return the weaknesses that the board has, those of closed gates first."""
    all_kinds = []
    for code, (plural, is_weak) in GATE_CHECKS.items():
        gates = tuple(gate.code for gate in board.gates if is_weak(gate, today))
        all_kinds.append(Finding(_count_reason(code, plural, len(gates)), gates=gates))
    refused = tuple(claim.slug for claim in board.claims if not claim.verdict.allowed)
    plural = ngettext_noop("%(count)s claim may not be made", "%(count)s claims may not be made")
    all_kinds.append(Finding(_count_reason("claims_refused", plural, len(refused)), claims=refused))
    return [finding for finding in all_kinds if finding.count()]


def _count_reason(code: str, plural: Plural, count: int) -> Reason:
    return Reason(code, **plural, values={"count": count}, count=count)
