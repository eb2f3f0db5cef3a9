"""The parse result of a Markdown document: its rows, and the numbers that it states of them.

Nothing is checked yet. `line` is the line in the document, beginning with 1; `code` is a gate's
code. An empty text, None or an empty list means that the document does not say it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from gates.rules import Progress, Status

from .vocabulary import CODE, codes_in


@dataclass(slots=True)
class ParsedEvidence:
    """One piece of evidence. Dates are kept as written; the model's fields parse them."""

    line: int
    code: str
    summary: str
    kind: str = "statement"  # one of Evidence.Kind
    url: str = ""
    output: str = ""
    commit: str = ""
    observed: str = ""
    valid_until: str = ""


@dataclass(slots=True)
class ParsedBlocker:
    """One blocker. Dates are kept as written."""

    line: int
    code: str
    needs: str
    waiting_on: str = ""  # name of an owner
    why: str = ""
    raised: str = ""
    due: str = ""
    resolved: str = ""
    resolution: str = ""
    said: str = ""  # the text of the row, where nothing else says what the gate waits for


@dataclass(slots=True)
class ParsedGate:
    """One row of a gate table."""

    line: int
    code: str
    title: str
    status: Status  # as its cell shows it
    progress: Progress  # of a blocked gate: how far it is without its blocker
    priority: str = ""
    definition_of_done: str = ""
    notes: str = ""
    owner: str = ""  # name
    owner_is_handle: bool = False  # “@mona”
    covered_by: str = ""  # code of another gate
    blocker: ParsedBlocker | None = None  # from “Blocked on …” in the row of a blocked gate
    evidence: ParsedEvidence | None = None  # from the row of a closed gate
    no_proof: str = ""  # text of a closed gate's evidence cell that proves nothing, as “TBD”
    written_code: str = ""  # the code as written, where the board gives another one
    waits_for: str = ""  # from “Blocked on …” in the row of a gate that is not blocked

    def note(self, text: str) -> None:
        """Add a line to the notes."""
        self.notes = f"{self.notes}\n{text}" if self.notes else text


@dataclass(slots=True)
class ParsedSection:
    """A heading with its gates."""

    line: int
    name: str
    prefix: str = ""
    closed: int | None = None  # from “(5/7 closed)” in the heading
    total: int | None = None
    ticked: bool = False  # the heading ends with ✅
    parent: str = ""  # name of the heading above
    listed: bool = False  # among the sections of the document
    gates: list[ParsedGate] = field(default_factory=list)


@dataclass(slots=True)
class ParsedAction:
    """A step, from a table of actions or a line of the plan."""

    line: int
    code: str  # empty: a step of the whole launch
    text: str
    estimate: str = ""
    day: int | None = None  # of the plan: 0, 1 or 2
    state: str = "todo"  # todo, doing or done
    needs: str = ""  # name of an owner


@dataclass(slots=True)
class ParsedClaim:
    """A claim and its rule."""

    line: int
    slug: str
    name: str
    min_closed: int | None = None
    requires_p0: bool = False
    required: list[str] = field(default_factory=list)  # codes of gates
    choice: str | None = None  # whether it says that the launch is complete; None: no such column


@dataclass(slots=True)
class ParsedNote:
    """A text about one gate: how it was closed, what covers it, why it is not counted."""

    line: int
    code: str
    text: str
    date: str = ""  # of the closing, as written


@dataclass(slots=True)
class StatedCount:
    """A stated number of gates: “Open: 7/30 (T6, T7)”, “Blocked on Sami: 3”."""

    line: int
    label: str
    status: Status | None  # None: of all gates
    number: int
    total: int | None = None
    person: str = ""  # of “Blocked on Sami”
    codes: list[str] = field(default_factory=list)  # of the gates named with it


@dataclass(slots=True)
class StatedGap:
    """The stated distance to a claim: “Gap to Launch Claim (24/30): 6 gates”."""

    line: int
    name: str  # “Launch Claim”
    threshold: int | None = None  # 24
    total: int | None = None  # 30
    missing: int | None = None  # 6
    codes: list[str] = field(default_factory=list)  # of “Gap to Paying-Customer (G5)”


@dataclass(slots=True)
class ClosedThisRound:
    """Gates said to be closed recently: “+2 this round: I2 on-call, O5 SLO skeleton”."""

    line: int
    number: int
    items: list[str] = field(default_factory=list)  # “I2 on-call”
    codes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class StatedRow:
    """A row of a summary table: “Safety | 3 closed | 3 open | 6 in all”."""

    line: int
    section: str  # its name; empty: the whole launch
    counts: dict[str, int]  # "closed", "partial", "open", "blocked", "total"


@dataclass(slots=True)
class SkippedLines:
    """Lines below one heading that the reader does not understand."""

    line: int  # of the first
    heading: str
    lines: int  # how many, tables included
    sample: str  # the beginning of the first
    numbers: list[str] = field(default_factory=list)  # the lines that state a number, whole


@dataclass(slots=True)
class ParsedDocument:
    """A whole document."""

    name: str = ""  # of the launch
    name_line: int = 0
    snapshot_date: str = ""
    plan_starts_on: str = ""
    notes: str = ""  # of the launch
    sections: list[ParsedSection] = field(default_factory=list)
    # From tables beside the gate tables; the rows of gates have evidence and blockers of their own.
    evidence: list[ParsedEvidence] = field(default_factory=list)
    blockers: list[ParsedBlocker] = field(default_factory=list)
    actions: list[ParsedAction] = field(default_factory=list)
    claims: list[ParsedClaim] = field(default_factory=list)
    closings: list[ParsedNote] = field(default_factory=list)
    covers: list[ParsedNote] = field(default_factory=list)
    not_counted: list[ParsedNote] = field(default_factory=list)
    # From sentences.
    newly_closed: list[ParsedNote] = field(default_factory=list)
    rules: list[ParsedClaim] = field(default_factory=list)
    rows_stated: StatedCount | None = None
    counts: list[StatedCount] = field(default_factory=list)
    gaps: list[StatedGap] = field(default_factory=list)
    rounds: list[ClosedThisRound] = field(default_factory=list)
    remaining: list[StatedCount] = field(default_factory=list)
    p0_lines: list[int] = field(default_factory=list)  # lines that name P0 in a rule
    summary_rows: list[StatedRow] = field(default_factory=list)
    skipped: list[SkippedLines] = field(default_factory=list)
    written_codes: frozenset[str] = frozenset()  # of gates that the board gives another one
    # Codes of gates whose status cell was empty and that `empty_status` filled in.
    empty_statuses: list[str] = field(default_factory=list)
    # For the report.
    unread_tables: list[str] = field(default_factory=list)  # tables of statuses without gates
    readings: list[str] = field(default_factory=list)  # how a column or a row was understood
    status_words: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    for_a_person: list[str] = field(default_factory=list)

    @property
    def gates(self) -> list[ParsedGate]:
        """Return all gates in the order of the document."""
        return [gate for section in self.sections for gate in section.gates]

    def codes_in(self, text: str) -> list[str]:
        """Return what looks like a gate's code, and the written codes of the document's gates."""
        if not self.written_codes:
            return codes_in(text)
        words = re.findall(r"[\w.-]+", text)
        found = (word.strip(".") for word in words)
        return [w for w in dict.fromkeys(found) if w in self.written_codes or CODE.fullmatch(w)]

    def rename_codes(self, codes: Mapping[str, str]) -> None:
        """Replace the written codes of gates in sentences by those of the board."""
        stated: list[StatedCount | StatedGap | ClosedThisRound] = [
            *self.counts, *self.gaps, *self.remaining, *self.rounds
        ]  # fmt: skip
        for sentence in stated:
            sentence.codes = [codes.get(code, code) for code in sentence.codes]
        for claim in (*self.claims, *self.rules):
            claim.required = [codes.get(code, code) for code in claim.required]
        for this_round in self.rounds:
            items = (item.partition(" ") for item in this_round.items)
            this_round.items = [codes.get(code, code) + gap + text for code, gap, text in items]
