"""Every number and statement of a document against its own rows.

Pure: what the document says in, contradictions out. Nothing here knows a particular document.
"""

from collections import defaultdict
from collections.abc import Iterator

from gates.rules import P0, Status

from .consistency_counts import compare_headings, compare_numbers, compare_thresholds
from .contradiction import Contradiction, DocumentRows
from .parsed import ParsedDocument, ParsedGate

__all__ = ["Contradiction", "find_contradictions"]


def find_contradictions(paper: ParsedDocument) -> list[Contradiction]:
    """Every contradiction, in the order of what it is about."""
    rows = DocumentRows(paper)
    return [
        *compare_headings(paper),
        *compare_numbers(paper, rows),
        *compare_thresholds(paper, rows),
        *_p0(paper),
        *_named_with_another_state(paper, rows),
        *_work_left_for_closed(paper, rows),
        *_rounds(paper),
        *_blocked_by_nothing(paper, rows),
        *_blocked_in_words(paper),
        *_unknown(paper, rows),
    ]


def _p0(paper: ParsedDocument) -> Iterator[Contradiction]:
    if not paper.speaks_of_p0 or any(gate.priority == P0 for gate in paper.gates):
        return
    said = [f"{gate.code} {gate.priority}" for gate in paper.gates if gate.priority]
    rest = len(paper.gates) - len(said)
    others = f" ({', '.join(said)}; {rest} rows say nothing)" if said else ""
    message = f"P0 gates are spoken of, but no row is P0{others}"
    yield Contradiction("p0 never assigned", message, tuple(paper.speaks_of_p0))


def _named_with_another_state(paper: ParsedDocument, rows: DocumentRows) -> Iterator[Contradiction]:
    """A gate that stands under one state in a sentence or a table, and has another in its row."""
    named = [
        (count.line, code, f"stands under “{count.label}”", count.status)
        for count in paper.counts
        for code in count.codes
    ]
    named += [(n.line, n.code, "is called newly closed", Status.CLOSED) for n in paper.newly_closed]
    named += [
        (said.line, code, "is named as closed this round", Status.CLOSED)
        for said in paper.rounds
        for code in said.codes
    ]
    named += [
        (blocker.line, blocker.code, "is in the table of blockers", Status.BLOCKED)
        for blocker in paper.blockers
        if not blocker.resolved
    ]
    for line, code, how, status in named:
        gate = rows.gates.get(code)
        if gate is not None and status is not None and gate.status != status:
            yield _another(gate, f"{code} {how}, but its row says {gate.status}", line)
    for count in paper.remaining:
        for code in count.codes:
            gate = rows.gates.get(code)
            if gate is not None and gate.status == Status.CLOSED:
                yield _another(gate, f"{code} is said to remain, but its row is closed", count.line)
    for count in (*paper.counts, *paper.remaining):
        if count.codes and len(count.codes) != count.number:
            message = f"“{count.label}: {count.number}” names {len(count.codes)} gates"
            yield Contradiction("named", message, (count.line,), tuple(count.codes))
    for said in paper.rounds:
        if len(said.items) != said.number:
            message = f"“+{said.number} this round” names {len(said.items)}"
            yield Contradiction("named", message, (said.line,), tuple(said.codes))


def _another(gate: ParsedGate, message: str, line: int) -> Contradiction:
    return Contradiction("two states", message, (gate.line, line), (gate.code,))


def _work_left_for_closed(paper: ParsedDocument, rows: DocumentRows) -> Iterator[Contradiction]:
    """Closed gates that steps still to be done are for. One a gate, with every step."""
    steps = defaultdict(list)
    for action in paper.actions:
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


def _rounds(paper: ParsedDocument) -> Iterator[Contradiction]:
    """The gates closed "this round" against those "newly closed"."""
    if not paper.rounds or not paper.newly_closed:
        return
    this_round = [code for said in paper.rounds for code in said.codes]
    newly = [note.code for note in paper.newly_closed]
    if set(this_round) == set(newly):
        return
    message = f"“this round” names {', '.join(this_round) or 'none'}; “newly closed” names"
    lines = (*(said.line for said in paper.rounds), paper.newly_closed[0].line)
    differing = tuple(dict.fromkeys([*this_round, *newly]))
    yield Contradiction("newly closed", f"{message} {', '.join(newly)}", lines, differing)


def _blocked_by_nothing(paper: ParsedDocument, rows: DocumentRows) -> Iterator[Contradiction]:
    named = {blocker.code for blocker in paper.blockers if not blocker.resolved}
    people = {code for count in paper.counts if count.person for code in count.codes}
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


def _blocked_in_words(paper: ParsedDocument) -> Iterator[Contradiction]:
    """Rows whose text says what they are blocked on, and whose status says otherwise."""
    for gate in paper.gates:
        if gate.waits:
            message = f"{gate.code} is {gate.status}, yet its text says “Blocked on {gate.waits}”"
            yield Contradiction("blocked in words", message, (gate.line,), (gate.code,))


def _unknown(paper: ParsedDocument, rows: DocumentRows) -> Iterator[Contradiction]:
    """Gates that are named and have no row."""
    named = [(action.line, action.code) for action in paper.actions]
    named += [(blocker.line, blocker.code) for blocker in paper.blockers]
    named += [(note.line, note.code) for note in (*paper.newly_closed, *paper.not_counted)]
    named += [(gap.line, code) for gap in paper.gaps for code in gap.codes]
    named += [(said.line, code) for said in paper.rounds for code in said.codes]
    named += [(c.line, code) for c in (*paper.counts, *paper.remaining) for code in c.codes]
    for line, code in named:
        if code and code not in rows.gates and code != P0:
            message = f"{code} is named, but there is no row for it"
            yield Contradiction("no such gate", message, (line,), (code,))
