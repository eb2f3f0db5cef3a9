"""Compare every number and statement of a document with its own rows.

Pure functions from a parsed document to contradictions.
"""

from collections import defaultdict
from collections.abc import Iterator

from gates.rules import P0, Status

from .consistency_counts import (
    compare_headings,
    compare_numbers,
    compare_summary_rows,
    compare_thresholds,
)
from .contradiction import Contradiction, DocumentRows
from .parsed import ParsedDocument, ParsedGate

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
    others = f" ({', '.join(prioritized)}; {rest} rows say nothing)" if prioritized else ""
    message = f"P0 gates are spoken of, but no row is P0{others}"
    yield Contradiction("p0 never assigned", message, tuple(parsed.p0_lines))


def _named_with_another_state(
    parsed: ParsedDocument, rows: DocumentRows
) -> Iterator[Contradiction]:
    """Yield gates that a sentence or a table names under another status than their row."""
    named = [
        (count.line, code, f"stands under “{count.label}”", count.status)
        for count in parsed.counts
        for code in count.codes
    ]
    named += [
        (n.line, n.code, "is called newly closed", Status.CLOSED) for n in parsed.newly_closed
    ]
    named += [
        (this_round.line, code, "is named as closed this round", Status.CLOSED)
        for this_round in parsed.rounds
        for code in this_round.codes
    ]
    named += [
        (blocker.line, blocker.code, "is in the table of blockers", Status.BLOCKED)
        for blocker in parsed.blockers
        if not blocker.resolved
    ]
    for line, code, how, status in named:
        gate = rows.gates.get(code)
        if gate is not None and status is not None and gate.status != status:
            yield _two_states(gate, f"{code} {how}, but its row says {gate.status}", line)
    for count in parsed.remaining:
        for code in count.codes:
            gate = rows.gates.get(code)
            if gate is not None and gate.status == Status.CLOSED:
                yield _two_states(
                    gate, f"{code} is said to remain, but its row is closed", count.line
                )
    for count in (*parsed.counts, *parsed.remaining):
        if count.codes and len(count.codes) != count.number:
            message = f"“{count.label}: {count.number}” names {len(count.codes)} gates"
            yield Contradiction("named", message, (count.line,), tuple(count.codes))
    for this_round in parsed.rounds:
        if len(this_round.items) != this_round.number:
            message = f"“+{this_round.number} this round” names {len(this_round.items)}"
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
        message = f"{code} is closed, yet there is work left for it"
        details = tuple(
            f"line {step.line}: “{step.text[:100]}” "
            f"({'the table of actions' if step.day is None else f'the plan for day {step.day}'})"
            for step in left
        )
        lines = (rows.gates[code].line, *(step.line for step in left))
        yield Contradiction("work left", message, lines, (code,), details)


def _rounds(parsed: ParsedDocument) -> Iterator[Contradiction]:
    """Compare the gates closed "this round" with the "newly closed" ones."""
    if not parsed.rounds or not parsed.newly_closed:
        return
    this_round = [code for this_round in parsed.rounds for code in this_round.codes]
    newly = [note.code for note in parsed.newly_closed]
    if set(this_round) == set(newly):
        return
    message = f"“this round” names {', '.join(this_round) or 'none'}; “newly closed” names"
    lines = (*(this_round.line for this_round in parsed.rounds), parsed.newly_closed[0].line)
    differing = tuple(dict.fromkeys([*this_round, *newly]))
    yield Contradiction("newly closed", f"{message} {', '.join(newly)}", lines, differing)


def _blocked_by_nothing(parsed: ParsedDocument, rows: DocumentRows) -> Iterator[Contradiction]:
    named = {blocker.code for blocker in parsed.blockers if not blocker.resolved}
    people = {code for count in parsed.counts if count.person for code in count.codes}
    for gate in rows.gates.values():
        if gate.status != Status.BLOCKED:
            continue
        if gate.blocker is None and gate.code not in named:
            message = f"{gate.code} is blocked, but nothing says by what"
        elif not rows.waiting_on.get(gate.code) and gate.code not in people:
            message = f"{gate.code} is blocked, but nothing says by whom"
        else:
            continue
        yield Contradiction("blocked without blocker", message, (gate.line,), (gate.code,))


def _blocked_in_words(parsed: ParsedDocument) -> Iterator[Contradiction]:
    """Yield rows with "Blocked on …" in their text and another status."""
    for gate in parsed.gates:
        if gate.waits_for:
            message = (
                f"{gate.code} is {gate.status}, yet its text says “Blocked on {gate.waits_for}”"
            )
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
            message = f"{code} is named, but there is no row for it"
            yield Contradiction("no such gate", message, (line,), (code,))
