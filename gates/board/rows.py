"""What a board is made of: plain rows, read once and joined, with what follows from them."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone

from gates import rules
from gates.models import Action, Evidence
from gates.rules import GateStanding, Status, Totals
from gates.rules.reason import Reason

MAX_GATES_PER_PAGE = 400  # gates on one page; more only by section or filter, a page at a time
# Of each list beside the gates, on a board larger than that: as much as a page of the history, more
# than anybody reads in one go. Whoever wants the rest wants to search or to filter it.
MAX_LIST_ITEMS = 50
LAUNCH_CLAIM_SLUG = "launched"  # the slug of the claim that a launch is complete


@dataclass(slots=True)
class LaunchRow:
    id: int
    slug: str
    name: str
    snapshot_date: date
    plan_starts_on: date
    notes: str
    is_current: bool


@dataclass(slots=True)
class EvidenceRow:
    id: int
    gate_id: int
    kind: str
    summary: str
    url: str
    output: str
    file: str
    sha256: str
    commit: str
    observed_at: datetime | None
    valid_until: date | None
    recorded_at: datetime
    recorded_by_id: int | None
    is_current: bool = True
    gate_code: str = ""

    def kind_label(self) -> str:
        """The kind in the reader's language."""
        return str(Evidence.Kind(self.kind).label)

    def file_name(self) -> str:
        """The name the file came with; empty without a file."""
        return self.file.rpartition("/")[2]


@dataclass(slots=True)
class BlockerRow:
    id: int
    gate_id: int
    needs: str
    why: str
    waiting_on_id: int
    raised_at: datetime | None
    due_on: date | None
    resolved_at: datetime | None
    resolved_by_id: int | None
    resolution: str
    waiting_on: str = ""
    gate_code: str = ""


@dataclass(slots=True)
class ActionRow:
    id: int
    gate_id: int | None
    text: str
    estimate: str
    day: int | None
    state: str
    needs_id: int | None
    needs: str = ""
    gate_code: str = ""
    gate_status: Status | None = None  # where it is a step for a gate

    def state_label(self) -> str:
        """The state in the reader's language."""
        return str(Action.State(self.state).label)


@dataclass(slots=True)
class GateRow:
    id: int
    section_id: int
    code: str
    title: str
    progress: str
    priority: str
    definition_of_done: str
    notes: str
    owner_id: int | None
    counted: bool
    not_counted_reason: str
    covered_by_id: int | None
    closed_at: datetime | None
    closed_by_id: int | None
    closing_note: str
    section: str = ""
    section_name: str = ""
    owner: str = ""
    covered_by: str = ""
    covers: list[str] = field(default_factory=list)
    evidence: list[EvidenceRow] = field(default_factory=list)
    blockers: list[BlockerRow] = field(default_factory=list)
    actions: list[ActionRow] = field(default_factory=list)
    status: Status = Status.OPEN
    reasons: tuple[Reason, ...] = ()

    def standing(self) -> GateStanding:
        """How this gate enters counts and claims."""
        return GateStanding(self.code, self.status, self.counted, self.priority)

    def unresolved_blockers(self) -> list[BlockerRow]:
        """What the gate waits for now."""
        return [blocker for blocker in self.blockers if blocker.resolved_at is None]


@dataclass(slots=True)
class SectionRow:
    id: int
    prefix: str
    name: str
    gates: list[GateRow] = field(default_factory=list)
    shown: list[GateRow] | None = None  # of its gates those a reader asked for; None: all

    def visible_gates(self) -> list[GateRow]:
        """The gates to show. Counts are always of all its gates."""
        return self.gates if self.shown is None else self.shown

    def count(self, status: str) -> int:
        """How many of its gates, counted or not, have a status."""
        return sum(gate.status == status for gate in self.gates)

    @property
    def closed(self) -> int:
        """How many of its gates are closed, counted or not, as the document's headings count."""
        return self.count(Status.CLOSED)

    @property
    def total(self) -> int:
        """How many gates it has, counted or not."""
        return len(self.gates)


@dataclass(slots=True)
class ClaimRow:
    id: int
    slug: str
    name: str
    min_closed: int | None
    requires_p0: bool
    required_gates: list[str] = field(default_factory=list)
    verdict: rules.Verdict = field(default_factory=lambda: rules.Verdict(()))


@dataclass(slots=True)
class PlanDay:
    day: int
    date: date
    actions: list[ActionRow]

    def label(self) -> str:
        """D0, D+1, D+2."""
        return str(Action.Day(self.day).label)


@dataclass(slots=True)
class Board:
    launch: LaunchRow
    as_of: datetime
    until: datetime = field(compare=False)  # up to when its events are read
    sections: list[SectionRow]
    claims: list[ClaimRow]
    actions: list[ActionRow]
    totals: Totals
    accounts: dict[int, str] = field(default_factory=dict)  # who is behind an account, by its id
    filter: str = ""  # what a reader asked to see, as part of an address; empty: everything

    @property
    def day(self) -> date:
        """The day that it shows; what is due or has run out follows from it."""
        return timezone.localdate(self.as_of)

    @property
    def gates(self) -> list[GateRow]:
        """All gates in the order of the board."""
        return [gate for section in self.sections for gate in section.gates]

    def is_large(self) -> bool:
        """Whether it is too large to read as one page."""
        return self.totals.rows > MAX_GATES_PER_PAGE

    def is_folded(self) -> bool:
        """Whether its sections are shown without their gates.

        Who asks for some of the gates sees those, a page at a time where they are many.
        """
        return not self.filter and self.is_large()

    def list_limit(self, lists: int = 1) -> int | None:
        """How many items a page shows of each of its lists; None: all, the board is small.

        Many lists share what can be read on one page.
        """
        return (
            max(1, min(MAX_LIST_ITEMS, MAX_GATES_PER_PAGE // max(lists, 1)))
            if self.is_large()
            else None
        )

    def visible_sections(self) -> list[SectionRow]:
        """The sections that have gates to show."""
        return [section for section in self.sections if section.visible_gates()]

    def visible_gates(self) -> list[GateRow]:
        """The gates to show; all of them, unless a reader asked for some (`filters`)."""
        return [gate for section in self.sections for gate in section.visible_gates()]

    def count(self, status: str) -> int:
        """How many gates, counted or not, have a status."""
        return sum(section.count(status) for section in self.sections)

    def launch_claim(self) -> ClaimRow | None:
        """The claim that the launch is complete, by its slug, wherever it stands among others."""
        return next((claim for claim in self.claims if claim.slug == LAUNCH_CLAIM_SLUG), None)

    def counted(self) -> list[GateRow]:
        """The gates that help claims' counts."""
        return [gate for gate in self.gates if gate.counted]

    def owners(self) -> list[str]:
        """The names of the people who own gates, each once."""
        return sorted({gate.owner for gate in self.gates if gate.owner})

    def not_counted(self) -> list[GateRow]:
        """The gates that help no claim's count; each has its written reason."""
        return [gate for gate in self.gates if not gate.counted]

    def unresolved_blockers(self) -> list[BlockerRow]:
        """Every unresolved blocker, in the order of the board."""
        return [blocker for gate in self.gates for blocker in gate.unresolved_blockers()]

    def waiting_on_names(self) -> list[str]:
        """The names of the people that unresolved blockers wait for, each once."""
        return list(dict.fromkeys(blocker.waiting_on for blocker in self.unresolved_blockers()))

    def unblocked_actions(self) -> list[ActionRow]:
        """The steps outside the plan that need nobody."""
        return [row for row in self.actions if row.day is None and row.needs_id is None]

    def plan(self) -> list[PlanDay]:
        """The plan by day, with the dates counted from D0; days without steps are left out."""
        days = defaultdict(list)
        for action in self.actions:
            if action.day is not None:
                days[action.day].append(action)
        start = self.launch.plan_starts_on
        return [PlanDay(day, start + timedelta(days=day), days[day]) for day in sorted(days)]
