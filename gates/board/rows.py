"""The rows of a board: plain objects with a table's columns, joined and derived values.

The first fields of a row are columns of its table (see `gates/models/`), in the order in which
`board/queries.py` reads them. Fields with a default are joined or derived later.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone

from gates import rules
from gates.models import Action
from gates.models.check_rows import CheckRow
from gates.models.claim import LAUNCH_CLAIM_SLUGS
from gates.rules import CheckState, GateStanding, Status, Totals
from gates.rules.reason import Reason

from .child_rows import ActionRow, BlockerRow, EvidenceRow

MAX_GATES_PER_PAGE = 400  # a larger board shows its gates by section or filter, page by page
# The length of every other list on the pages of such a board: as much as a page of the history,
# more than a person reads in one go. The rest is found by search or filter.
MAX_LIST_ITEMS = 50


@dataclass(slots=True)
class LaunchRow:
    """A launch, without its gates."""

    id: int
    slug: str
    name: str
    snapshot_date: date
    plan_starts_on: date
    notes: str
    is_current: bool
    archived_on: date | None = None  # from this day on nothing in it changes
    others: list["LaunchRow"] = field(default_factory=list)  # for switching; of `get_launch` alone


@dataclass(slots=True)
class GateRow:
    """One gate with its evidence, blockers and actions."""

    id: int
    section_id: int
    code: str
    title: str
    progress: str  # as stored; `status` is derived from it
    priority: str
    definition_of_done: str
    notes: str
    owner_id: int | None
    counted: bool  # towards claims; if not, the reason is in the next field
    not_counted_reason: str
    covered_by_id: int | None
    closed_at: datetime | None
    closed_by_id: int | None
    closing_note: str
    follows_id: int | None = None  # the same gate of the launch before
    section: str = ""  # its prefix
    section_name: str = ""
    owner: str = ""
    covered_by: str = ""  # the code of the gate that covers this one
    covers: list[str] = field(default_factory=list)  # the codes of the gates that this one covers
    has_namesakes: bool = False  # whether another launch has a gate of this code; set for one gate
    evidence: list[EvidenceRow] = field(default_factory=list)
    blockers: list[BlockerRow] = field(default_factory=list)  # resolved ones too
    actions: list[ActionRow] = field(default_factory=list)
    checks: list[CheckRow] = field(default_factory=list)  # its own, and those it shares
    is_ready: bool = False  # not closed, with green checks only: a person can close it
    status: Status = Status.OPEN  # on the day of the board
    reasons: tuple[Reason, ...] = ()

    def is_kept_true(self) -> bool:
        """Return whether it is closed, and checks that are all green keep it so."""
        states = [check.state for check in self.checks if not check.rule.retired]
        green = bool(states) and all(state == CheckState.GREEN for state in states)
        return green and self.status == Status.CLOSED

    def standing(self) -> GateStanding:
        """Return the facts about this gate from which counts and claims are derived."""
        return GateStanding(self.code, self.status, self.counted, self.priority)

    def unresolved_blockers(self) -> list[BlockerRow]:
        """Return the blockers that are not resolved."""
        return [blocker for blocker in self.blockers if blocker.resolved_at is None]


@dataclass(slots=True)
class SectionRow:
    """One section with its gates. Counts are always of all its gates."""

    id: int
    prefix: str  # "?" where the section has no history
    name: str
    gates: list[GateRow] = field(default_factory=list)
    shown: list[GateRow] | None = None  # those that pass the filters; None: no filters

    def visible_gates(self) -> list[GateRow]:
        """Return the gates to show."""
        return self.gates if self.shown is None else self.shown

    def count(self, status: str) -> int:
        """Return how many of its gates, counted or not, have a status."""
        return sum(gate.status == status for gate in self.gates)

    @property
    def closed(self) -> int:
        """How many of its gates, counted or not, are closed, as the document's headings count."""
        return self.count(Status.CLOSED)

    @property
    def total(self) -> int:
        """How many gates it has, counted or not."""
        return len(self.gates)


@dataclass(slots=True)
class ClaimRow:
    """One claim with its rule and verdict."""

    id: int
    slug: str
    name: str
    min_closed: int | None  # counted gates; None: no threshold
    requires_p0: bool
    says_launched: bool | None = None  # chosen as the claim that the launch is complete
    required_gates: list[str] = field(default_factory=list)  # codes; "#<id>": not on this board
    verdict: rules.Verdict = field(default_factory=lambda: rules.Verdict(()))


@dataclass(slots=True)
class PlanDay:
    """One day of the plan with its actions; `day` counts from D0."""

    day: int
    date: date
    actions: list[ActionRow]

    def label(self) -> str:
        """Return the label: D0, D+1 or D+2."""
        return str(Action.Day(self.day).label)


@dataclass(slots=True)
class Board:
    """One launch at one moment."""

    launch: LaunchRow
    as_of: datetime  # the moment shown
    until: datetime = field(compare=False)  # the end of its recent events; live: the end of today
    sections: list[SectionRow]
    claims: list[ClaimRow]
    actions: list[ActionRow]  # all of the launch
    totals: Totals  # over all gates
    accounts: dict[int, str] = field(default_factory=dict)  # owners' names by account id
    filter: str = ""  # the filters as a query string

    @property
    def day(self) -> date:
        """The day shown; due and expiry dates are compared with it."""
        return timezone.localdate(self.as_of)

    @property
    def gates(self) -> list[GateRow]:
        """All gates in the order of the board, visible or not."""
        return [gate for section in self.sections for gate in section.gates]

    def is_large(self) -> bool:
        """Return whether the board has too many gates for one page."""
        return self.totals.rows > MAX_GATES_PER_PAGE

    def is_folded(self) -> bool:
        """Return whether sections are shown without their gates: a large board without filters.

        With filters the matching gates are shown, in pages where they are many.
        """
        return not self.filter and self.is_large()

    def list_limit(self, lists: int = 1) -> int | None:
        """Return how many items a page shows of each list; None for all, on a small board.

        Args:
            lists: How many lists the page has. They share what can be read on one page.
        """
        return (
            max(1, min(MAX_LIST_ITEMS, MAX_GATES_PER_PAGE // max(lists, 1)))
            if self.is_large()
            else None
        )

    def visible_sections(self) -> list[SectionRow]:
        """Return the sections that have gates to show."""
        return [section for section in self.sections if section.visible_gates()]

    def visible_gates(self) -> list[GateRow]:
        """Return the gates to show: those that pass the filters."""
        return [gate for section in self.sections for gate in section.visible_gates()]

    def count(self, status: str) -> int:
        """Return how many gates, counted or not, have a status."""
        return sum(section.count(status) for section in self.sections)

    def launch_claim(self) -> ClaimRow | None:
        """Return the claim that the launch is complete: the chosen one; None if absent."""
        unsaid = (claim for claim in self.claims if claim.says_launched is None)
        by_slug = {claim.slug: claim for claim in unsaid}
        named = [by_slug[slug] for slug in LAUNCH_CLAIM_SLUGS if slug in by_slug]
        chosen = [claim for claim in self.claims if claim.says_launched]
        return next(iter(chosen + named), None)

    def counted(self) -> list[GateRow]:
        """Return the gates that count towards claims."""
        return [gate for gate in self.gates if gate.counted]

    def owners(self) -> list[str]:
        """Return the names of all owners of gates, each once, sorted."""
        return sorted({gate.owner for gate in self.gates if gate.owner})

    def not_counted(self) -> list[GateRow]:
        """Return the gates that do not count towards claims; each says its reason."""
        return [gate for gate in self.gates if not gate.counted]

    def unresolved_blockers(self) -> list[BlockerRow]:
        """Return every unresolved blocker in the order of the board."""
        return [blocker for gate in self.gates for blocker in gate.unresolved_blockers()]

    def waiting_on_names(self) -> list[str]:
        """Return the names of the people that unresolved blockers wait for, each once."""
        names = (blocker.waiting_on for blocker in self.unresolved_blockers())
        return list(dict.fromkeys(name for name in names if name))

    def waits_for_nobody_named(self) -> bool:
        """Return whether an unresolved blocker names no person."""
        return any(not blocker.waiting_on for blocker in self.unresolved_blockers())

    def unblocked_actions(self) -> list[ActionRow]:
        """Return the unplanned actions that need no person, of gates that are not blocked."""
        return [
            row
            for row in self.actions
            if row.day is None
            and (row.needs_id is None or row.delivered)
            and row.gate_status != Status.BLOCKED
        ]

    def plan(self) -> list[PlanDay]:
        """Return the days of the plan that have actions, with their dates."""
        days = defaultdict(list)
        for action in self.actions:
            if action.day is not None:
                days[action.day].append(action)
        start = self.launch.plan_starts_on
        return [PlanDay(day, start + timedelta(days=day), days[day]) for day in sorted(days)]
