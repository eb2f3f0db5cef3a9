"""What a Markdown document says, and what it claims about itself; nothing is judged yet."""

from dataclasses import dataclass, field

from gates.rules import Progress, Status


@dataclass(slots=True)
class ParsedEvidence:
    """One proof. Dates are kept as written until they become fields."""

    line: int
    code: str
    summary: str
    kind: str = "statement"
    url: str = ""
    output: str = ""
    commit: str = ""
    observed: str = ""
    valid_until: str = ""


@dataclass(slots=True)
class ParsedBlocker:
    """What a gate waits for."""

    line: int
    code: str
    needs: str
    waiting_on: str = ""
    why: str = ""
    raised: str = ""
    due: str = ""
    resolved: str = ""
    resolution: str = ""


@dataclass(slots=True)
class ParsedGate:
    """One row of a gate table. An empty text means that the row does not say."""

    line: int
    code: str
    title: str
    status: Status
    progress: Progress
    priority: str = ""
    definition_of_done: str = ""
    notes: str = ""
    owner: str = ""
    covered_by: str = ""
    blocker: ParsedBlocker | None = None
    evidence: ParsedEvidence | None = None
    no_proof: str = ""  # what stands where the evidence of a closed gate should
    waits: str = ""  # “Blocked on …” in the row of a gate that is not blocked

    def note(self, text: str) -> None:
        """Add a line to the notes."""
        self.notes = f"{self.notes}\n{text}" if self.notes else text


@dataclass(slots=True)
class ParsedSection:
    """A heading with its gates, and the count it claims."""

    line: int
    name: str
    prefix: str = ""
    closed: int | None = None
    total: int | None = None
    ticked: bool = False
    gates: list[ParsedGate] = field(default_factory=list)


@dataclass(slots=True)
class ParsedAction:
    """A step, from a table of actions or a line of the plan."""

    line: int
    code: str
    text: str
    estimate: str = ""
    day: int | None = None
    state: str = "todo"
    needs: str = ""


@dataclass(slots=True)
class ParsedClaim:
    """A claim and its rule."""

    line: int
    slug: str
    name: str
    min_closed: int | None = None
    requires_p0: bool = False
    required: list[str] = field(default_factory=list)


@dataclass(slots=True)
class ParsedNote:
    """A text about one gate: its closing, its cover, why it is not counted."""

    line: int
    code: str
    text: str
    date: str = ""


@dataclass(slots=True)
class StatedCount:
    """“Open: 7/30 (T6, T7)”: a number the document states, and the gates it names with it."""

    line: int
    label: str
    status: Status | None
    number: int
    total: int | None = None
    person: str = ""
    codes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class StatedGap:
    """“Gap to Launch Claim (24/30): 6 gates.”"""

    line: int
    name: str
    threshold: int | None = None
    total: int | None = None
    missing: int | None = None
    codes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class ClosedThisRound:
    """“+2 this round: I2 on-call, O5 SLO skeleton”."""

    line: int
    number: int
    items: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class SkippedLines:
    """Lines that mean nothing to us, below one heading."""

    line: int
    heading: str
    lines: int
    sample: str
    numbers: list[str] = field(default_factory=list)  # the lines that state a number, whole


@dataclass(slots=True)
class ParsedDocument:
    """A whole document."""

    name: str = ""
    name_line: int = 0
    snapshot_date: str = ""
    plan_starts_on: str = ""
    notes: str = ""
    sections: list[ParsedSection] = field(default_factory=list)
    evidence: list[ParsedEvidence] = field(default_factory=list)
    blockers: list[ParsedBlocker] = field(default_factory=list)
    actions: list[ParsedAction] = field(default_factory=list)
    claims: list[ParsedClaim] = field(default_factory=list)
    newly_closed: list[ParsedNote] = field(default_factory=list)
    closings: list[ParsedNote] = field(default_factory=list)
    covers: list[ParsedNote] = field(default_factory=list)
    not_counted: list[ParsedNote] = field(default_factory=list)
    rules: list[ParsedClaim] = field(default_factory=list)
    rows_stated: StatedCount | None = None
    counts: list[StatedCount] = field(default_factory=list)
    gaps: list[StatedGap] = field(default_factory=list)
    rounds: list[ClosedThisRound] = field(default_factory=list)
    remaining: list[StatedCount] = field(default_factory=list)
    speaks_of_p0: list[int] = field(default_factory=list)
    skipped: list[SkippedLines] = field(default_factory=list)
    # Statuses of rows whose cell was empty, filled in by --empty-status: reported, not hidden.
    empty_statuses: list[str] = field(default_factory=list)

    @property
    def gates(self) -> list[ParsedGate]:
        """All gates, in the order of the document."""
        return [gate for section in self.sections for gate in section.gates]
