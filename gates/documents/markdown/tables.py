"""Tables beside the gate tables, recognised by their columns."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .blocks import Row, Table
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
from .people import parse_people, says_nothing, split_dates
from .vocabulary import CHOICES, CODE, STATES, strip_markup

# "What we CANNOT close without Sami": the blockers in the table below wait for Sami.
WITHOUT_PERSON = re.compile(r"\bwithout ([A-Z\u0600-\u06ff][\w\u0600-\u06ff]*)\s*$", re.IGNORECASE)

ReportProblem = Callable[[int, str, str], None]

# By the kind of a table: the columns that it needs, and its other ones.
KINDS: dict[str, tuple[set[str], set[str]]] = {
    "claim": ({"claim", "name"}, {"min_closed", "requires_p0", "required", "verdict"}),
    "evidence": (
        {"gate", "evidence", "kind"}, {"url", "output", "commit", "observed", "valid_until"},
    ),
    "blocker": (
        {"gate", "blocker"},
        {"why", "raised", "due", "resolved", "resolution", "waiting_on", "owner"},
    ),
    "action": ({"gate", "action"}, {"estimate", "state", "needs"}),
    "closing_note": ({"gate", "closing_note"}, {"closed_at"}),
    "not_counted": ({"gate", "not_counted"}, set()),
    "covered_by": ({"gate", "covered_by"}, set()),
}  # fmt: skip


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
        kind = self._kind()
        readers: dict[str, Callable[[Cells], None]] = {
            "claim": self._claim,
            "evidence": self._evidence,
            "blocker": self._blocker,
            "action": self._action,
            "closing_note": self._closing,
            "not_counted": self._not_counted,
            "covered_by": self._cover,
        }
        return readers.get(kind)

    def _kind(self) -> str:
        """Return the kind of table that the columns make; empty for an unknown one."""
        for kind, (needed, _others) in KINDS.items():
            if self.columns >= needed:
                return kind
        return ""

    def report_unread(self, table: Table, columns: Mapping[str, int]) -> None:
        """Report the columns of a known table that have no meaning in it, if they say something."""
        needed, others = KINDS[self._kind()]
        read = {i for name, i in columns.items() if name in needed | others}
        unread = [
            strip_markup(name) or str(i + 1)
            for i, name in enumerate(table.header)
            if i not in read and not all(says_nothing(row.cells[i]) for row in table.rows)
        ]
        if unread:
            message = ngettext(
                "line %(line)s: the column %(names)s of this table is not read",
                "line %(line)s: the columns %(names)s of this table are not read",
                len(unread),
            )
            values = {"line": table.line, "names": ", ".join(unread)}
            self.parsed.readings.append(message % values)

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
        if "says_launched" in self.columns:
            claim.choice = strip_markup(cells.raw("says_launched")).casefold()
            if claim.choice not in CHOICES.values():
                message = _("'%(text)s' is neither yes nor no") % {"text": claim.choice}
                self.report_problem(cells.line, "says_launched", message)
                return
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
