"""Compare every number and statement of a document with its own rows.

Pure functions from a parsed document to contradictions.
"""

from collections import defaultdict
from collections.abc import Iterator

from django.utils.translation import gettext as _

from gates.rules import P0, Status

from .consistency_counts import (
    compare_headings,
    compare_numbers,
    compare_summary_rows,
    compare_thresholds,
)
from .contradiction import Contradiction, DocumentRows
from .parsed import ParsedAction, ParsedDocument, ParsedGate
from .statuses import status_word

__all__ = ["Contradiction", "find_contradictions"]


def find_contradictions(parsed: ParsedDocument) -> list[Contradiction]:
    """Return every contradiction, ordered by kind."""
    rows = DocumentRows(parsed)
    return [
        *compare_headings(parsed),
        *compare_summary_rows(parsed),
        *compare_numbers(parsed, rows),
        *compare_thresholds(parsed, rows),
        *_p0(parsed),
        *_named_with_another_state(parsed, rows),
        *_work_left_for_closed(parsed, rows),
        *_rounds(parsed),
        *_blocked_by_nothing(parsed, rows),
        *_blocked_in_words(parsed),
        *_unknown(parsed, rows),
    ]


def _p0(parsed: ParsedDocument) -> Iterator[Contradiction]:
    if not parsed.p0_lines or any(gate.priority == P0 for gate in parsed.gates):
        return
    prioritized = [f"{gate.code} {gate.priority}" for gate in parsed.gates if gate.priority]
    rest = len(parsed.gates) - len(prioritized)
    message = _("P0 gates are spoken of, but no row is P0")
    if prioritized:
        others = _(" (%(gates)s; %(rest)s rows say nothing)")
        message += others % {"gates": ", ".join(prioritized), "rest": rest}
    yield Contradiction("p0 never assigned", message, tuple(parsed.p0_lines))


def _named_with_another_state(
    parsed: ParsedDocument, rows: DocumentRows
) -> Iterator[Contradiction]:
    """Yield gates that a sentence or a table names under another status than their row."""
    named = [
        (
            count.line,
            code,
            _("%(code)s stands under “%(label)s”, but its row says %(status)s"),
            count.status,
            count.label,
        )
        for count in parsed.counts
        for code in count.codes
    ]
    named += [
        (
            n.line,
            n.code,
            _("%(code)s is called newly closed, but its row says %(status)s"),
            Status.CLOSED,
            "",
        )
        for n in parsed.newly_closed
    ]
    named += [
        (
            this_round.line,
            code,
            _("%(code)s is named as closed this round, but its row says %(status)s"),
            Status.CLOSED,
            "",
        )
        for this_round in parsed.rounds
        for code in this_round.codes
    ]
    named += [
        (
            blocker.line,
            blocker.code,
            _("%(code)s is in the table of blockers (“%(label)s”), but its row says %(status)s"),
            Status.BLOCKED,
            ", ".join(filter(None, (blocker.needs, blocker.waiting_on))),
        )
        for blocker in parsed.blockers
        if not blocker.resolved
    ]
    for line, code, message, status, label in named:
        gate = rows.gates.get(code)
        if gate is not None and status is not None and gate.status != status:
            values = {"code": code, "label": label, "status": status_word(gate.status)}
            yield _two_states(gate, message % values, line)
    for count in parsed.remaining:
        for code in count.codes:
            gate = rows.gates.get(code)
            if gate is not None and gate.status == Status.CLOSED:
                message = _("%(code)s is said to remain, but its row is closed")
                yield _two_states(gate, message % {"code": code}, count.line)
    for count in (*parsed.counts, *parsed.remaining):
        if count.codes and len(count.codes) != count.number:
            message = _("“%(label)s: %(number)s” names %(named)s gates")
            message %= {"label": count.label, "number": count.number, "named": len(count.codes)}
            yield Contradiction("named", message, (count.line,), tuple(count.codes))
    for this_round in parsed.rounds:
        if len(this_round.items) != this_round.number:
            message = _("“+%(number)s this round” names %(named)s")
            message %= {"number": this_round.number, "named": len(this_round.items)}
            yield Contradiction("named", message, (this_round.line,), tuple(this_round.codes))


def _two_states(gate: ParsedGate, message: str, line: int) -> Contradiction:
    return Contradiction("two states", message, (gate.line, line), (gate.code,))


def _work_left_for_closed(parsed: ParsedDocument, rows: DocumentRows) -> Iterator[Contradiction]:
    """Yield closed gates with steps that are not done; one contradiction a gate."""
    steps = defaultdict(list)
    for action in parsed.actions:
        gate = rows.gates.get(action.code)
        if gate is not None and gate.status == Status.CLOSED and action.state != "done":
            steps[gate.code].append(action)
    for code, left in steps.items():
        message = _("%(code)s is closed, yet there is work left for it") % {"code": code}
        details = tuple(map(_step_left, left))
        lines = (rows.gates[code].line, *(step.line for step in left))
        yield Contradiction("work left", message, lines, (code,), details)


def _step_left(step: ParsedAction) -> str:
    message = _("line %(line)s: “%(text)s” (the plan for day %(day)s)")
    if step.day is None:
        message = _("line %(line)s: “%(text)s” (the table of actions)")
    return message % {"line": step.line, "text": step.text[:100], "day": step.day}


def _rounds(parsed: ParsedDocument) -> Iterator[Contradiction]:
    """Compare the gates closed "this round" with the "newly closed" ones."""
    if not parsed.rounds or not parsed.newly_closed:
        return
    this_round = [code for this_round in parsed.rounds for code in this_round.codes]
    newly = [note.code for note in parsed.newly_closed]
    if set(this_round) == set(newly):
        return
    message = _("“this round” names %(these)s; “newly closed” names %(newly)s")
    message %= {"these": ", ".join(this_round) or _("none"), "newly": ", ".join(newly)}
    lines = (*(this_round.line for this_round in parsed.rounds), parsed.newly_closed[0].line)
    differing = tuple(dict.fromkeys([*this_round, *newly]))
    yield Contradiction("newly closed", message, lines, differing)


def _blocked_by_nothing(parsed: ParsedDocument, rows: DocumentRows) -> Iterator[Contradiction]:
    named = {blocker.code for blocker in parsed.blockers if not blocker.resolved}
    for gate in rows.gates.values():
        if gate.status != Status.BLOCKED:
            continue
        if gate.blocker is None and gate.code not in named:
            message = _("%(code)s is blocked, but nothing says by what") % {"code": gate.code}
            yield Contradiction("blocked without blocker", message, (gate.line,), (gate.code,))


def _blocked_in_words(parsed: ParsedDocument) -> Iterator[Contradiction]:
    """Yield rows with "Blocked on …" in their text and another status."""
    for gate in parsed.gates:
        if gate.waits_for:
            message = _("%(code)s is %(status)s, yet its text says “Blocked on %(needs)s”")
            values = {"code": gate.code, "needs": gate.waits_for}
            message %= {**values, "status": status_word(gate.status)}
            yield Contradiction("blocked in words", message, (gate.line,), (gate.code,))


def _unknown(parsed: ParsedDocument, rows: DocumentRows) -> Iterator[Contradiction]:
    """Yield named gates without a row."""
    named = [(action.line, action.code) for action in parsed.actions]
    named += [(blocker.line, blocker.code) for blocker in parsed.blockers]
    named += [(note.line, note.code) for note in (*parsed.newly_closed, *parsed.not_counted)]
    named += [(gap.line, code) for gap in parsed.gaps for code in gap.codes]
    named += [(this_round.line, code) for this_round in parsed.rounds for code in this_round.codes]
    named += [(c.line, code) for c in (*parsed.counts, *parsed.remaining) for code in c.codes]
    for line, code in named:
        if code and code not in rows.gates and code != P0:
            message = _("%(code)s is named, but there is no row for it") % {"code": code}
            yield Contradiction("no such gate", message, (line,), (code,))
