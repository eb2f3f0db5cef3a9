"""The rows that belong to a gate: evidence, blockers and actions.

Like those of `rows.py`: first the columns of the table, then what is joined or derived.
"""

from dataclasses import dataclass
from datetime import date, datetime

from gates.models import Action, Evidence
from gates.models.check_rows import CheckRow
from gates.rules import EvidenceFact, Status


@dataclass(slots=True)
class EvidenceRow:
    """One piece of evidence."""

    id: int
    gate_id: int
    kind: str
    summary: str
    url: str
    output: str
    file: str  # the stored name, "folder/name"; empty without a file
    sha256: str
    commit: str
    observed_at: datetime | None
    valid_until: date | None
    recorded_at: datetime
    recorded_by_id: int | None
    withdrawn_on: date | None = None
    gate_check_id: int | None = None
    file_state: str | None = None  # what the last check of its file found
    check: CheckRow | None = None  # of kind check
    proven_until: date | None = None  # of kind check: the last day on which its check proves
    has_expired: bool = False  # it was withdrawn or ended before the day of the board
    is_current: bool = True  # has not expired, and its file is not lost
    gate_code: str = ""

    def fact(self) -> EvidenceFact:
        """Return what the rules depend on."""
        until = self.proven_until if self.gate_check_id else self.valid_until
        return EvidenceFact(until, self.withdrawn_on, self.file_state)

    def is_file_lost(self) -> bool:
        """Return whether its file is missing, or not what was attached."""
        return self.fact().is_file_lost

    def kind_label(self) -> str:
        """Return the kind in the active language."""
        return str(Evidence.Kind(self.kind).label)

    def file_name(self) -> str:
        """Return the name that the file was uploaded with; empty without a file."""
        return self.file.rpartition("/")[2]


@dataclass(slots=True)
class BlockerRow:
    """One blocker, resolved or not."""

    id: int
    gate_id: int
    needs: str
    why: str
    waiting_on_id: int | None
    raised_at: datetime | None
    due_on: date | None
    resolved_at: datetime | None
    resolved_by_id: int | None
    resolution: str
    waiting_on: str = ""  # the name of the person it waits for; empty: nobody is named
    gate_code: str = ""


@dataclass(slots=True)
class ActionRow:
    """One action: a step of the plan, or a step outside it."""

    id: int
    gate_id: int | None  # the gate that it serves
    text: str
    estimate: str
    day: int | None  # counted from D0; None outside the plan
    state: str
    needs_id: int | None
    needs: str = ""  # the name of the person it needs
    gate_code: str = ""
    gate_status: Status | None = None
    delivered: bool = False  # the gate got all that it waited for from the person

    def waits_for(self) -> str:
        """Return the name of the person it still needs; empty if it can be done."""
        return "" if self.delivered or self.state == Action.State.DONE else self.needs

    def state_label(self) -> str:
        """Return the state in the active language."""
        return str(Action.State(self.state).label)
