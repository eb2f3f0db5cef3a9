"""The tables beside the gate tables, recognised by their columns."""

import re
from collections.abc import Callable

from .blocks import Row
from .escaping import unescape_text
from .parsed import (
    ParsedAction,
    ParsedBlocker,
    ParsedClaim,
    ParsedDocument,
    ParsedEvidence,
    ParsedNote,
)
from .vocabulary import CODE, STATES, codes_in, strip_markup

# "What we CANNOT close without Sami": whom everything in the table below waits for.
WITHOUT_PERSON = re.compile(r"\bwithout ([A-Z\u0600-\u06ff][\w\u0600-\u06ff]*)\s*$", re.IGNORECASE)

ReportProblem = Callable[[int, str, str], None]


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
        return unescape_text(self.raw(column))


class SideTable:
    """A table with these columns, below a heading that may name a person or a day of the plan."""

    def __init__(
        self,
        paper: ParsedDocument,
        where: dict[str, int],
        person: str,
        day: tuple[int, str] | None,
        problem: ReportProblem,
    ) -> None:
        self.paper, self.columns = paper, where.keys()
        self.person, self.day, self.problem = person, day, problem

    def reader(self) -> Callable[[Cells], None] | None:
        """What reads a row; None for a table we do not know."""
        readers: dict[frozenset[str], Callable[[Cells], None]] = {
            frozenset({"claim", "name"}): self._claim,
            frozenset({"gate", "evidence", "kind"}): self._evidence,
            frozenset({"gate", "blocker"}): self._blocker,
            frozenset({"gate", "action"}): self._action,
            frozenset({"gate", "closing_note"}): self._closing,
            frozenset({"gate", "not_counted"}): self._not_counted,
            frozenset({"gate", "covered_by"}): self._cover,
        }
        return next((read for needed, read in readers.items() if self.columns >= needed), None)

    def _code(self, cells: Cells) -> str:
        code = strip_markup(cells.raw("gate"))
        if code and not CODE.fullmatch(code):
            message = f"{code!r} is not a code: capital letters and a number"
            self.problem(cells.line, "gate", message)
        return code

    def _evidence(self, cells: Cells) -> None:
        names = ("kind", "url", "output", "commit", "observed", "valid_until")
        texts = {name: cells.text(name) for name in names}
        texts["kind"] = texts["kind"].casefold() or "statement"
        said = ParsedEvidence(cells.line, self._code(cells), cells.text("evidence"), **texts)
        self.paper.evidence.append(said)

    def _blocker(self, cells: Cells) -> None:
        names = ("why", "raised", "due", "resolved", "resolution")
        texts = {name: cells.text(name) for name in names}
        who = cells.text("waiting_on") or self.person
        said = ParsedBlocker(cells.line, self._code(cells), cells.text("blocker"), who, **texts)
        self.paper.blockers.append(said)

    def _action(self, cells: Cells) -> None:
        code, text = self._code(cells), cells.text("action")
        said = ParsedAction(cells.line, code, text, cells.text("estimate"))
        if self.day is not None:
            said.day, said.needs = self.day
        said.needs = cells.text("needs") or said.needs
        state = strip_markup(cells.raw("state")).casefold() or "todo"
        if state not in STATES:
            message = f"{state!r} is not a state: todo, doing or done"
            self.problem(cells.line, "state", message)
        said.state = STATES.get(state, "todo")
        self.paper.actions.append(said)

    def _claim(self, cells: Cells) -> None:
        slug, least = cells.text("claim"), strip_markup(cells.raw("min_closed"))
        if least and not re.fullmatch("[0-9]{1,6}", least):
            self.problem(cells.line, "claim", f"{least!r} is not a number of gates")
            return
        said = ParsedClaim(cells.line, slug, cells.text("name"), int(least) if least else None)
        said.requires_p0 = strip_markup(cells.raw("requires_p0")).casefold() == "yes"
        said.required = codes_in(cells.raw("required"))
        self.paper.claims.append(said)

    def _closing(self, cells: Cells) -> None:
        said = self._note(cells, "closing_note")
        said.date = cells.text("closed_at")
        self.paper.closings.append(said)

    def _not_counted(self, cells: Cells) -> None:
        self.paper.not_counted.append(self._note(cells, "not_counted"))

    def _cover(self, cells: Cells) -> None:
        self.paper.covers.append(self._note(cells, "covered_by"))

    def _note(self, cells: Cells, column: str) -> ParsedNote:
        return ParsedNote(cells.line, self._code(cells), cells.text(column))
