"""Claims whose rule was changed by hand a short while ago: nobody shall miss a lowered bar."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import Any

from gates.models import Claim, Gate, Requirement
from gates.reasons import Reason, gettext_noop

SHOWN_FOR = timedelta(days=14)
IMPORTED = "Import of "  # how a document's reason begins


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What changed in a claim's rule, by whom, when and why."""

    reason: Reason
    by: str
    at: datetime
    why: str


def recent_rule_changes(launch_id: int, now: datetime) -> list[RuleChange]:
    """The changes of the last 14 days, newest first; an import since then ends the notice."""
    found = [*_of_claims(launch_id, now), *_of_requirements(launch_id, now)]
    if not found:
        return []
    last = last_import(launch_id, now)
    return sorted(
        (change for change in found if last is None or change.at > last),
        key=lambda change: change.at,
        reverse=True,
    )


def last_import(launch_id: int, until: datetime) -> datetime | None:
    """When a document last changed the launch's gates; None where none did."""
    imports = Gate.history.filter(launch_id=launch_id, history_change_reason__startswith=IMPORTED)
    moments = imports.filter(history_date__lte=until).order_by("-history_date")
    found: datetime | None = moments.values_list("history_date", flat=True).first()
    return found


def _of_claims(launch_id: int, now: datetime) -> list[RuleChange]:
    rows = Claim.history.filter(launch_id=launch_id, history_date__lte=now)
    rows = rows.order_by("id", "history_date", "history_id").values()
    changes = []
    for _, recorded in groupby(rows, key=lambda row: row["id"]):
        versions = list(recorded)
        for old, new in pairwise(versions):
            if new["history_date"] < now - SHOWN_FOR or _imported(new):
                continue
            changes += [_change(new, reason) for reason in _differences(old, new)]
    return changes


def _differences(old: dict[str, Any], new: dict[str, Any]) -> list[Reason]:
    values = {"claim": new["name"], "old": old["min_closed"], "new": new["min_closed"]}
    found = []
    if old["min_closed"] != new["min_closed"]:
        if new["min_closed"] is None:
            words = gettext_noop("%(claim)s: the threshold of %(old)s was taken away")
        elif old["min_closed"] is None:
            words = gettext_noop("%(claim)s: a threshold of %(new)s was set")
        elif new["min_closed"] < old["min_closed"]:
            words = gettext_noop("%(claim)s: threshold lowered from %(old)s to %(new)s")
        else:
            words = gettext_noop("%(claim)s: threshold raised from %(old)s to %(new)s")
        found.append(Reason("threshold_changed", words, values))
    if old["requires_p0"] and not new["requires_p0"]:
        words = gettext_noop("%(claim)s: no longer asks for all P0 gates")
        found.append(Reason("p0_dropped", words, values))
    elif new["requires_p0"] and not old["requires_p0"]:
        words = gettext_noop("%(claim)s: asks for all P0 gates now")
        found.append(Reason("p0_asked", words, values))
    return found


def _of_requirements(launch_id: int, now: datetime) -> list[RuleChange]:
    span = (now - SHOWN_FOR, now)
    gates = Gate.history.filter(launch_id=launch_id).order_by().values("id")
    rows = Requirement.history.filter(history_date__range=span, gate_id__in=gates)
    changes = []
    columns = ("claim__name", "gate__code", "history_type")
    told = ("history_user_name", "history_date", "history_change_reason")
    for claim, code, kind, by, at, why in rows.order_by().values_list(*columns, *told):
        if kind == "~" or _imported({"history_change_reason": why}):
            continue
        if kind == "-":
            words = gettext_noop("%(claim)s: no longer requires %(gates)s")
        else:
            words = gettext_noop("%(claim)s: requires %(gates)s now")
        reason = Reason("required_gates_changed", words, {"claim": claim}, gates=(code,))
        changes.append(RuleChange(reason, by, at, why or ""))
    return changes


def _imported(row: dict[str, Any]) -> bool:
    return (row["history_change_reason"] or "").startswith(IMPORTED)


def _change(row: dict[str, Any], reason: Reason) -> RuleChange:
    why = row["history_change_reason"] or ""
    return RuleChange(reason, row["history_user_name"], row["history_date"], why)
