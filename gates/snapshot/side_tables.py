"""The tables beside the gate tables, recognised by their columns."""

import re
from collections.abc import Callable

from .escapes import unescaped
from .outline import Row
from .said import Note, Paper, SaidAction, SaidBlocker, SaidClaim, SaidEvidence
from .vocabulary import CODE, STATES, bare, codes_in

# "What we CANNOT close without Sami": whom everything in the table below waits for.
NAME = re.compile(r"\bwithout ([A-Z\u0600-\u06ff][\w\u0600-\u06ff]*)\s*$", re.IGNORECASE)

Report = Callable[[int, str, str], None]


class Cells:
    """The cells of one row by the names of their columns; empty where there is no such column."""

    def __init__(self, row: Row, where: dict[str, int]) -> None:
        self.line = row.line
        self._row, self._where = row, where

    def raw(self, column: str) -> str:
        """As written."""
        return self._row.cells[self._where[column]] if column in self._where else ""

    def text(self, column: str) -> str:
        """The text that is meant."""
        return unescaped(self.raw(column))


def side_table(
    paper: Paper,
    where: dict[str, int],
    person: str,
    day: tuple[int, str] | None,
    problem: Report,
) -> Callable[[Cells], None] | None:
    """What reads a row of the table with these columns; None for a table we do not know."""
    known = where.keys()

    def code_of(cells: Cells) -> str:
        code = bare(cells.raw("gate"))
        if code and not CODE.fullmatch(code):
            problem(cells.line, "gate", f"{code!r} is not a code: capital letters and a number")
        return code

    def evidence(cells: Cells) -> None:
        names = ("kind", "url", "output", "commit", "observed", "valid_until")
        texts = {name: cells.text(name) for name in names}
        texts["kind"] = texts["kind"].casefold() or "statement"
        said = SaidEvidence(cells.line, code_of(cells), cells.text("evidence"), **texts)
        paper.evidence.append(said)

    def blocker(cells: Cells) -> None:
        names = ("why", "raised", "due", "resolved", "resolution")
        texts = {name: cells.text(name) for name in names}
        who = cells.text("waiting_on") or person
        said = SaidBlocker(cells.line, code_of(cells), cells.text("blocker"), who, **texts)
        paper.blockers.append(said)

    def action(cells: Cells) -> None:
        said = SaidAction(cells.line, code_of(cells), cells.text("action"), cells.text("estimate"))
        if day is not None:
            said.day, said.needs = day
        said.needs = cells.text("needs") or said.needs
        state = bare(cells.raw("state")).casefold() or "todo"
        if state not in STATES:
            problem(cells.line, "state", f"{state!r} is not a state: todo, doing or done")
        said.state = STATES.get(state, "todo")
        paper.actions.append(said)

    def claim(cells: Cells) -> None:
        slug, least = cells.text("claim"), bare(cells.raw("min_closed"))
        if least and not re.fullmatch("[0-9]{1,6}", least):
            problem(cells.line, "claim", f"{least!r} is not a number of gates")
            return
        said = SaidClaim(cells.line, slug, cells.text("name"), int(least) if least else None)
        said.requires_p0 = bare(cells.raw("requires_p0")).casefold() == "yes"
        said.required = codes_in(cells.raw("required"))
        paper.claims.append(said)

    def note(notes: list[Note], column: str, date: str = "") -> Callable[[Cells], None]:
        return lambda cells: notes.append(
            Note(cells.line, code_of(cells), cells.text(column), cells.text(date))
        )

    if known >= {"claim", "name"}:
        return claim
    if "gate" not in known:
        return None
    if known >= {"evidence", "kind"}:
        return evidence
    if "blocker" in known:
        return blocker
    if "action" in known:
        return action
    if "closing_note" in known:
        return note(paper.closings, "closing_note", "closed_at")
    if "not_counted" in known:
        return note(paper.not_counted, "not_counted")
    if "covered_by" in known:
        return note(paper.covers, "covered_by")
    return None
