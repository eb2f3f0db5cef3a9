"""Tables beside the gate tables, recognised by their columns."""

import re
from collections.abc import Callable, Collection
from datetime import date

from django.utils.translation import gettext as _

from .blocks import Row
from .cell_values import is_day
from .escaping import unescape_text
from .parsed import (
    ParsedAction,
    ParsedBlocker,
    ParsedClaim,
    ParsedDocument,
    ParsedEvidence,
    ParsedNote,
)
from .people import parse_people, split_dates
from .vocabulary import CODE, STATES, strip_markup

# "What we CANNOT close without Sami": the blockers in the table below wait for Sami.
WITHOUT_PERSON = re.compile(r"\bwithout ([A-Z\u0600-\u06ff][\w\u0600-\u06ff]*)\s*$", re.IGNORECASE)

ReportProblem = Callable[[int, str, str], None]


class Cells:
    """The cells of one row by column; an absent column has an empty text."""

    def __init__(self, row: Row, columns: dict[str, int]) -> None:
        self.line = row.line
        self._row, self._columns = row, columns

    def raw(self, column: str) -> str:
        """Return the cell as written."""
        return self._row.cells[self._columns[column]] if column in self._columns else ""

    def text(self, column: str) -> str:
        """Return the cell unescaped."""
        return unescape_text(self.raw(column))

    def at(self, index: int) -> str:
        """Return the cell of a column as written."""
        return self._row.cells[index]


def reference(cell: str, known: Collection[str] = ()) -> str:
    """Return the code that a cell names, or its text, which may be a gate's title.

    known: codes that may stand before a title: of “S2 Pen test” it is S2.
    """
    text = strip_markup(cell)
    if not text or CODE.fullmatch(text):
        return text
    first, _space, title = text.partition(" ")
    if title and (code := first.strip("*_`:.—–-")) in known:
        return code
    return unescape_text(text)


class SideTable:
    """A table beside the gate tables.

    columns: name of the column → its index. person: owner that the heading names. day: (day of
    the plan, owner) that the heading or a line above names. today: a later date is never
    “observed”. report_problem: called with (line, field, message). known: the codes of the
    document.
    """

    def __init__(
        self,
        parsed: ParsedDocument,
        columns: dict[str, int],
        person: str,
        day: tuple[int, str] | None,
        today: date,
        report_problem: ReportProblem,
        known: Collection[str] = (),
    ) -> None:
        self.parsed, self.columns, self.known = parsed, columns.keys(), known
        self.person, self.day, self.report_problem = person, day, report_problem
        self.today = today

    def reader(self) -> Callable[[Cells], None] | None:
        """Return the function that reads a row; None for an unknown table."""
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
        return reference(cells.raw("gate"), self.known)

    def _evidence(self, cells: Cells) -> None:
        names = ("kind", "url", "output", "commit", "observed", "valid_until")
        texts = {name: cells.text(name) for name in names}
        texts["kind"] = texts["kind"].casefold() or "statement"
        summary = cells.text("evidence")
        if is_day(texts["observed"]) and texts["observed"][:10] > str(self.today):
            message = _(
                "line %(line)s: “%(proof)s” cannot have been observed on %(day)s, which is in the "
                "future; it has no such date on the board"
            )
            values = {"line": cells.line, "proof": summary, "day": texts["observed"]}
            self.parsed.for_a_person.append(message % values)
            texts["observed"] = ""
        self.parsed.evidence.append(ParsedEvidence(cells.line, self._code(cells), summary, **texts))

    def _blocker(self, cells: Cells) -> None:
        names = ("why", "raised", "due", "resolved", "resolution")
        texts = {name: cells.text(name) for name in names}
        written, raised, due = split_dates(cells.raw("waiting_on") or cells.raw("owner"))
        texts["raised"], texts["due"] = texts["raised"] or raised, texts["due"] or due
        people = parse_people(written)
        if people.others:
            message = _(
                "line %(line)s: several people are waited for (%(people)s); %(name)s is taken"
            )
            values = {"line": cells.line, "people": unescape_text(written), "name": people.name}
            self.parsed.for_a_person.append(message % values)
        blocker = ParsedBlocker(
            cells.line, self._code(cells), cells.text("blocker"), people.person() or self.person
        )
        for name, text in texts.items():
            setattr(blocker, name, text)
        self.parsed.blockers.append(blocker)

    def _action(self, cells: Cells) -> None:
        code, text = self._code(cells), cells.text("action")
        action = ParsedAction(cells.line, code, text, cells.text("estimate"))
        if self.day is not None:
            action.day, action.needs = self.day
        people = parse_people(cells.raw("needs"))
        action.needs = people.person() or action.needs
        if people.others:
            message = _(
                "line %(line)s: a step needs several people (%(people)s); %(name)s is taken"
            )
            values = {"line": cells.line, "people": cells.text("needs"), "name": people.name}
            self.parsed.for_a_person.append(message % values)
        state = strip_markup(cells.raw("state")).casefold() or "todo"
        if state not in STATES:
            message = _("'%(text)s' is not a state: todo, doing or done") % {"text": state}
            self.report_problem(cells.line, "state", message)
        action.state = STATES.get(state, "todo")
        self.parsed.actions.append(action)

    def _claim(self, cells: Cells) -> None:
        slug, least = cells.text("claim"), strip_markup(cells.raw("min_closed"))
        if least and not re.fullmatch("[0-9]{1,6}", least):
            message = _("'%(text)s' is not a number of gates") % {"text": least}
            self.report_problem(cells.line, "claim", message)
            return
        claim = ParsedClaim(cells.line, slug, cells.text("name"), int(least) if least else None)
        claim.requires_p0 = strip_markup(cells.raw("requires_p0")).casefold() == "yes"
        claim.required = self.parsed.codes_in(cells.raw("required"))
        self.parsed.claims.append(claim)

    def _closing(self, cells: Cells) -> None:
        note = self._note(cells, "closing_note")
        note.date = cells.text("closed_at")
        self.parsed.closings.append(note)

    def _not_counted(self, cells: Cells) -> None:
        self.parsed.not_counted.append(self._note(cells, "not_counted"))

    def _cover(self, cells: Cells) -> None:
        self.parsed.covers.append(self._note(cells, "covered_by"))

    def _note(self, cells: Cells, column: str) -> ParsedNote:
        return ParsedNote(cells.line, self._code(cells), cells.text(column))
