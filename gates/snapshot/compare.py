"""Every number and statement of a document against its own rows.

Pure: what the document says in, contradictions out. Nothing here knows a particular document.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from gates.rules import P0, Status

from .said import Count, Paper, SaidGate


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two things a document says that cannot both be true, and where it says them."""

    kind: str
    message: str
    lines: tuple[int, ...] = ()
    gates: tuple[str, ...] = ()
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = f"line {', '.join(map(str, self.lines))}: " if self.lines else ""
        return "\n".join([where + self.message, *(f"    {detail}" for detail in self.details)])


class _Rows:
    """What the rows of the document say."""

    def __init__(self, paper: Paper) -> None:
        self.gates = {gate.code: gate for gate in paper.gates}
        self.not_counted = {note.code for note in paper.not_counted} & self.gates.keys()
        # Numbers are about the counted gates only where the document says how many rows it has.
        self.counts_all = paper.rows_stated is None or paper.rows_stated.number != len(self.gates)
        self.waiting_on = {b.code: b.waiting_on for b in paper.blockers}
        self.waiting_on |= {g.code: g.blocker.waiting_on for g in paper.gates if g.blocker}
        self._known: dict[tuple[Any, ...], list[SaidGate]] = {}

    def of(self, count: Count, *, everything: bool) -> list[SaidGate]:
        """The gates that a stated number should be about."""
        key = (count.status, count.person, everything)
        if key not in self._known:
            self._known[key] = self._of(count, everything)
        return self._known[key]

    def _of(self, count: Count, everything: bool) -> list[SaidGate]:
        return [
            gate
            for gate in self.gates.values()
            if (everything or gate.code not in self.not_counted)
            and (count.status is None or gate.status == count.status)
            and (not count.person or self.waiting_on.get(gate.code, count.person) == count.person)
        ]


def compare(paper: Paper) -> list[Contradiction]:
    """Every contradiction, in the order of what it is about."""
    rows = _Rows(paper)
    return [
        *_headings(paper),
        *_numbers(paper, rows),
        *_thresholds(paper, rows),
        *_p0(paper),
        *_named_with_another_state(paper, rows),
        *_work_left_for_closed(paper, rows),
        *_rounds(paper),
        *_blocked_by_nothing(paper, rows),
        *_unknown(paper, rows),
    ]


def _headings(paper: Paper) -> Iterator[Contradiction]:
    """“(6/8 closed)” against the rows below it. Where one is wrong, what the sum makes of it."""
    wrong = []
    for section in paper.sections:
        closed = [gate.code for gate in section.gates if gate.status == Status.CLOSED]
        rows = len(section.gates)
        if section.closed is not None and (section.closed, section.total) != (len(closed), rows):
            stated = f"{section.closed}/{section.total} closed"
            message = f"“{section.name} ({stated})”: {len(closed)} of {rows} rows are closed"
            wrong.append(Contradiction("heading", message, (section.line,), tuple(closed)))
        elif section.ticked and len(closed) < rows:
            open_ = tuple(gate.code for gate in section.gates if gate.code not in closed)
            message = f"“{section.name}” is ticked, but {', '.join(open_)} are not closed"
            wrong.append(Contradiction("heading", message, (section.line,), open_))
    added = sum(section.closed or 0 for section in paper.sections)
    summary = [c for c in paper.counts if c.status == Status.CLOSED and c.number != added]
    if wrong and summary and any(section.closed is not None for section in paper.sections):
        detail = f"the headings add up to {added} closed, line {summary[0].line} says"
        details = (f"{detail} {summary[0].number}",)
        first = wrong[0]
        wrong[0] = Contradiction(first.kind, first.message, first.lines, first.gates, details)
    yield from wrong


def _numbers(paper: Paper, rows: _Rows) -> Iterator[Contradiction]:
    """Totals and counts by status against the rows.

    Numbers that become right once the gates set apart are left out belong to the wrong total.
    """
    explained, wrong = [], []
    for count in paper.counts:
        found = rows.of(count, everything=rows.counts_all)
        if len(found) == count.number:
            continue
        stated = f"{count.number}/{count.total}" if count.total else str(count.number)
        word = f"{len(found)} rows are {count.status}"
        message = f"“{count.label}: {stated}”: {word}"
        codes = tuple(gate.code for gate in found)
        if rows.counts_all and len(rows.of(count, everything=False)) == count.number:
            explained.append(f"line {count.line}: {message}")
        else:
            wrong.append(Contradiction("status count", message, (count.line,), codes))
    yield from _totals(paper, rows, explained)
    if not _wrong_totals(paper, rows):
        yield from (Contradiction("status count", detail) for detail in explained)
    yield from wrong


def _wrong_totals(paper: Paper, rows: _Rows) -> dict[int, list[int]]:
    """Stated totals that the rows do not have, with their lines."""
    expected = len(rows.gates) - (0 if rows.counts_all else len(rows.not_counted))
    stated = [(item.total, item.line) for item in (*paper.counts, *paper.gaps) if item.total]
    if paper.rows_stated and rows.counts_all:
        stated.append((paper.rows_stated.number, paper.rows_stated.line))
    wrong: dict[int, set[int]] = defaultdict(set)
    for total, line in stated:
        if total != expected:
            wrong[total].add(line)
    return {total: sorted(lines) for total, lines in wrong.items()}


def _totals(paper: Paper, rows: _Rows, explained: list[str]) -> Iterator[Contradiction]:
    for total, lines in _wrong_totals(paper, rows).items():
        details = list(explained)
        if rows.not_counted and total == len(rows.gates) - len(rows.not_counted):
            apart = ", ".join(code for code in rows.gates if code in rows.not_counted)
            details.append(f"without {apart}, which it sets apart, the rows are {total}")
        message = f"“{total} gates”: there are {len(rows.gates)} rows"
        yield Contradiction("total", message, tuple(lines), details=tuple(details))


def _thresholds(paper: Paper, rows: _Rows) -> Iterator[Contradiction]:
    """The gap against threshold less closed rows; and two thresholds for one claim."""
    closed_gates = [gate for gate in rows.gates.values() if gate.status == Status.CLOSED]
    apart = set() if rows.counts_all else rows.not_counted
    closed = sum(gate.code not in apart for gate in closed_gates)
    for gap in paper.gaps:
        if gap.threshold is not None and gap.missing is not None:
            missing = max(gap.threshold - closed, 0)
            if missing != gap.missing:
                message = f"“Gap to {gap.name}: {gap.missing}”: {closed} rows are closed, so"
                message = f"{message} {missing} are missing to {gap.threshold}"
                yield Contradiction("gap", message, (gap.line,))
        still_open = [c for c in gap.codes if c in rows.gates and rows.gates[c] not in closed_gates]
        if gap.threshold is None and gap.missing is not None and gap.missing != len(still_open):
            message = f"“Gap to {gap.name}: {gap.missing}”: {len(still_open)} are not closed"
            yield Contradiction("gap", message, (gap.line,), tuple(gap.codes))
    ruled = {rule.min_closed for rule in paper.rules}
    for gap in paper.gaps:
        if len(ruled) == 1 and gap.threshold is not None and gap.threshold not in ruled:
            rule = paper.rules[0]
            message = f"“Gap to {gap.name} ({gap.threshold})”: the rule asks for {rule.min_closed}"
            yield Contradiction("threshold", message, (rule.line, gap.line))


def _p0(paper: Paper) -> Iterator[Contradiction]:
    if not paper.speaks_of_p0 or any(gate.priority == P0 for gate in paper.gates):
        return
    said = [f"{gate.code} {gate.priority}" for gate in paper.gates if gate.priority]
    rest = len(paper.gates) - len(said)
    others = f" ({', '.join(said)}; {rest} rows say nothing)" if said else ""
    message = f"P0 gates are spoken of, but no row is P0{others}"
    yield Contradiction("p0 never assigned", message, tuple(paper.speaks_of_p0))


def _named_with_another_state(paper: Paper, rows: _Rows) -> Iterator[Contradiction]:
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


def _another(gate: SaidGate, message: str, line: int) -> Contradiction:
    return Contradiction("two states", message, (gate.line, line), (gate.code,))


def _work_left_for_closed(paper: Paper, rows: _Rows) -> Iterator[Contradiction]:
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


def _rounds(paper: Paper) -> Iterator[Contradiction]:
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


def _blocked_by_nothing(paper: Paper, rows: _Rows) -> Iterator[Contradiction]:
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


def _unknown(paper: Paper, rows: _Rows) -> Iterator[Contradiction]:
    """Gates that are named and have no row."""
    named: Iterable[tuple[int, str]] = [
        *((item.line, item.code) for item in (*paper.actions, *paper.blockers, *paper.evidence)),
        *((item.line, item.code) for item in (*paper.newly_closed, *paper.not_counted)),
        *((item.line, code) for item in (*paper.gaps, *paper.remaining) for code in item.codes),
        *((item.line, code) for item in (*paper.counts, *paper.rounds) for code in item.codes),
    ]
    for line, code in named:
        if code and code not in rows.gates and code != P0:
            message = f"{code} is named, but there is no row for it"
            yield Contradiction("no such gate", message, (line,), (code,))
