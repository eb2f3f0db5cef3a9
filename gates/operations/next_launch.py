"""The next launch from the last: what must be true again, and nothing of what came of it."""

from datetime import date
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from gates.models import Check, Claim, Condition, Gate, Launch, Requirement, Section
from gates.models.history import save_with_history
from gates.models.launch import TAKEN_OVER_FROM

GATE_FIELDS = (
    "code",
    "title",
    "priority",
    "definition_of_done",
    "owner_id",
    "counted",
    "not_counted_reason",
    "position",
)
CHECK_FIELDS = ("key", "kind", "fresh_days", "repository", "ref")
CONDITION_FIELDS = ("measure", "operator", "bound", "unit")
CLAIM_FIELDS = ("slug", "name", "min_closed", "requires_p0", "says_launched", "position")


@transaction.atomic
def start_next_launch(
    source: Launch,
    *,
    slug: str,
    name: str,
    snapshot_date: date,
    plan_starts_on: date,
    by: User | None,
) -> Launch:
    """Return a new launch with the sections, gates, checks and claims of another, all or nothing.

    Gates are open, and name the gate that they were taken over from. Checks hold nothing back
    until a day is chosen from which they are required; retired ones stay behind. Evidence, runs,
    blockers, notes, steps and dates stay where they are.

    Raises:
        ValidationError: by field: such as a slug that another launch has.
    """
    launch = Launch(
        slug=slug, name=name, snapshot_date=snapshot_date, plan_starts_on=plan_starts_on
    )
    launch.full_clean()
    copy = _Copy(launch, f"{TAKEN_OVER_FROM}{source.slug}", by)
    copy.save(launch)
    copy.sections(source)
    copy.gates(source)
    copy.checks(source)
    copy.claims(source)
    return launch


class _Copy:
    """One launch being made from another; what was made, by the id of what it was made from."""

    def __init__(self, launch: Launch, reason: str, by: User | None) -> None:
        self.launch, self.reason, self.by = launch, reason, by
        self.made_sections: dict[int, Section] = {}
        self.made_gates: dict[int, Gate] = {}

    def save(self, row: Any) -> None:
        save_with_history(row, by=self.by, reason=self.reason)

    def sections(self, source: Launch) -> None:
        for old in source.sections.order_by("position", "pk"):
            new = Section(
                launch=self.launch, prefix=old.prefix, name=old.name, position=old.position
            )
            self.save(new)
            self.made_sections[old.pk] = new

    def gates(self, source: Launch) -> None:
        """Make the gates, each after the gate that covers it, so that each is written once."""
        waiting = {gate.pk: gate for gate in source.gates.order_by("position", "pk")}
        circular = []
        while waiting:
            ready = [gate for gate in waiting.values() if gate.covered_by_id not in waiting]
            if not ready:  # of gates that cover each other, one is written without
                ready = [next(iter(waiting.values()))]
                circular += ready
            for gate in ready:
                del waiting[gate.pk]
                self._gate(gate)
        for old in circular:
            new = self.made_gates[old.pk]
            new.covered_by = self.made_gates[old.covered_by_id or 0]
            self.save(new)

    def _gate(self, old: Gate) -> None:
        kept = {name: getattr(old, name) for name in GATE_FIELDS}
        section = self.made_sections[old.section_id]
        cover = self.made_gates.get(old.covered_by_id or 0)
        new = Gate(section=section, follows=old, covered_by=cover, **kept)
        self.save(new)
        self.made_gates[old.pk] = new

    def checks(self, source: Launch) -> None:
        checks = Check.objects.filter(gate__launch=source, retired_why="").order_by("pk")
        for old in checks.prefetch_related("conditions"):
            kept = {name: getattr(old, name) for name in CHECK_FIELDS}
            new = Check(gate=self.made_gates[old.gate_id], **kept)
            self.save(new)
            for condition in sorted(old.conditions.all(), key=lambda row: row.pk):
                bound = {name: getattr(condition, name) for name in CONDITION_FIELDS}
                self.save(Condition(gate_check=new, **bound))

    def claims(self, source: Launch) -> None:
        for old in source.claims.order_by("position", "pk"):
            new = Claim(launch=self.launch, **{name: getattr(old, name) for name in CLAIM_FIELDS})
            self.save(new)
            for requirement in Requirement.objects.filter(claim=old).order_by("pk"):
                gate = self.made_gates.get(requirement.gate_id)
                if gate is not None:  # one of another launch, from before that was refused
                    self.save(Requirement(claim=new, gate=gate))
