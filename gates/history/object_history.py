"""The history of one object together with all that belongs to it, newest first."""

from typing import Any

from gates.history.check_events import check_events
from gates.history.entries import Entry, merge_entries
from gates.history.names import HistoryRows
from gates.models import Action, Blocker, Check, Claim, Condition, Evidence, Gate, Requirement


def gate_history(gate_id: int) -> list[Entry]:
    """Return the history of a gate and of all that belongs or belonged to it, newest first."""
    rows: list[HistoryRows] = [(Gate, list(Gate.history.filter(id=gate_id).values()))]
    for model in (Evidence, Blocker, Action, Check):
        # Also rows that have since been deleted, or moved to another gate.
        ids = model.history.filter(gate_id=gate_id).values("id")
        rows.append((model, list(model.history.filter(id__in=ids).values())))
    if check_ids := {row["id"] for model, history in rows for row in history if model is Check}:
        ids = Condition.history.filter(gate_check_id__in=check_ids).values("id")
        rows.append((Condition, list(Condition.history.filter(id__in=ids).values())))
    check_ids |= {
        row["gate_check_id"] for model, history in rows for row in history if model is Evidence
    } - {None}
    events = [*merge_entries(rows), *(check_events(check_ids) if check_ids else ())]
    return sorted(events, key=lambda entry: entry.place, reverse=True)


def claim_history(claim_id: int) -> list[Entry]:
    """Return the history of a claim and of its requirements, newest first."""
    ids = Requirement.history.filter(claim_id=claim_id).values("id")
    return merge_entries(
        [
            (Claim, list(Claim.history.filter(id=claim_id).values())),
            (Requirement, list(Requirement.history.filter(id__in=ids).values())),
        ]
    )


def object_history(model: Any, pk: Any) -> list[Entry]:
    """Return the history of one object of any model, newest first."""
    if model is Gate:
        return gate_history(pk)
    if model is Claim:
        return claim_history(pk)
    return merge_entries([(model, list(model.history.filter(id=pk).values()))])
