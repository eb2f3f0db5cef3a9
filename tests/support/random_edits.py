"""Random edits of a small board, and a clock that tests set."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from gates.models import (
    Action,
    Blocker,
    Check,
    Claim,
    Condition,
    Evidence,
    Gate,
    Launch,
    Owner,
    Requirement,
    Section,
    Token,
)
from gates.models.received_runs import ReportRefused, RequestReused
from tests.support import checks, factory

START = datetime(2026, 4, 23, 9, 0, tzinfo=UTC)
REFUSALS = (ReportRefused, RequestReused)


class Clock:
    """The time that every write takes its moment from."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def pass_by(self, **units: float) -> datetime:
        """Let time pass (as `timedelta` takes it) and return the new time."""
        self.now += timedelta(**units)
        return self.now


@contextmanager
def clock() -> Iterator[Clock]:
    """Time stands still, from `START`, until the test moves it."""
    made = Clock()
    with patch.object(timezone, "now", lambda: made.now):
        yield made


def pick(model: Any, number: int) -> Any:
    """One of the rows there are, by any number; None where there is none."""
    rows = list(model.objects.order_by("pk"))
    return rows[number % len(rows)] if rows else None


def small_board() -> Launch:
    """Two sections, two gates, a claim, two people."""
    launch = factory.launch()
    for prefix in ("T", "GV"):
        factory.gate(f"{prefix}1", section=factory.section(prefix, launch=launch))
    factory.claim(launch, min_closed=2)
    factory.owner("Lina")
    factory.owner("Sami")
    return launch


def edit(name: str, which: int, what: int) -> None:
    """Make one edit, as far as the board allows it: what it refuses leaves no trace."""
    try:
        with transaction.atomic():
            EDITS[name](which, what)
    except (ValidationError, IntegrityError, ProtectedError, AttributeError, *REFUSALS):
        pass


def _set(model: Any, field: str, *values: Any) -> Callable[[int, int], None]:
    def change(which: int, what: int) -> None:
        row = pick(model, which)
        setattr(row, field, values[what % len(values)])
        row.save()

    return change


def _delete(model: Any) -> Callable[[int, int], None]:
    return lambda which, _what: pick(model, which).delete()


def _add_gate(which: int, what: int) -> None:
    section = pick(Section, which)
    factory.gate(f"{section.prefix}{what + 2}", section=section, position=what)


def _add_evidence(which: int, what: int) -> None:
    ends = (None, None, 0, 1, 30)[what % 5]
    until = None if ends is None else timezone.localdate() + timedelta(days=ends)
    factory.evidence(pick(Gate, which), f"Seen green, run {what}", valid_until=until)


def _move_evidence(which: int, what: int) -> None:
    proof = pick(Evidence, which)
    proof.gate = pick(Gate, what)
    proof.save()


def _not_counted(which: int, what: int) -> None:
    gate = pick(Gate, which)
    gate.counted, gate.not_counted_reason = bool(what % 2), "Commercial"
    gate.save()


def _cover(which: int, what: int) -> None:
    gate = pick(Gate, which)
    gate.covered_by = pick(Gate, what)
    gate.full_clean()
    gate.save()


def _own(which: int, what: int) -> None:
    gate = pick(Gate, which)
    gate.owner = pick(Owner, what)
    gate.save()


def _require(which: int, what: int) -> None:
    factory.requirement(pick(Claim, which), pick(Gate, what))


def _add_check(which: int, what: int) -> None:
    required = (None, 0, 0, 2)[what % 4]
    checks.check(
        pick(Gate, which),
        f"check-{what % 3}",
        fresh_days=(1, 7, 30)[what % 3],
        required_from=None if required is None else timezone.localdate() + timedelta(days=required),
    )


def _run(which: int, what: int) -> None:
    """A run below 400 ms, below 500 or neither; now or a while ago; sometimes of a branch."""
    check, name = pick(Check, which), f"token {what % 2}"
    # A token that was revoked brings no run any more.
    token = Token.objects.filter(name=name, scopes__gate_check=check, revocation=None).first()
    checks.report(
        check,
        (410, 300, 612)[what % 3],
        at=timezone.now() - timedelta(hours=(0, 0, 0, 5, 30)[what % 5]),
        by=token or checks.token(check, name=name),
        ref=("main", "", "branch")[what % 3],
    )


def _revoke(which: int, what: int) -> None:
    pick(Token, which).revoke(factory.user(), runs_count=bool(what % 2))


def _share(which: int, _what: int) -> None:
    gate = pick(Gate, which)
    for covered in Gate.objects.filter(covered_by=gate):
        gate.share_evidence(covered, factory.user())


def _move_check(which: int, what: int) -> None:
    check = pick(Check, which)
    check.gate = pick(Gate, what)
    check.save()


def _add_condition(which: int, what: int) -> None:
    Condition.objects.create(
        gate_check=pick(Check, which), measure="p95", operator=(">", ">=")[what % 2], bound="350"
    )


EDITS: dict[str, Callable[[int, int], Any]] = {
    "add gate": _add_gate,
    "delete gate": _delete(Gate),
    "close": lambda which, _: pick(Gate, which).close(factory.user(), "Seen green"),
    "reopen": lambda which, _: pick(Gate, which).reopen(factory.user(), "Red again"),
    "partial": lambda which, _: pick(Gate, which).reopen(factory.user(), "Half", to="partial"),
    "title": _set(Gate, "title", "k6 load test", "Backup drill"),
    "priority": _set(Gate, "priority", "P0", "P1", ""),
    "code": _set(Gate, "code", "T7", "T8", "GV9"),
    "position": _set(Gate, "position", 1, 5, 9),
    "counted": _not_counted,
    "owner": _own,
    "cover": _cover,
    "add evidence": _add_evidence,
    "move evidence": _move_evidence,
    "delete evidence": _delete(Evidence),
    "raise": lambda which, what: factory.blocker(pick(Gate, which), f"Key {what}"),
    "resolve": lambda which, _: pick(Blocker, which).resolve(factory.user(), "It came"),
    "due": _set(Blocker, "due_on", START.date(), None),
    "delete blocker": _delete(Blocker),
    "add action": lambda which, what: factory.action(
        Launch.objects.get(), f"Step {what}", gate=pick(Gate, which), day=what % 3
    ),
    "do action": _set(Action, "state", "doing", "done"),
    "delete action": _delete(Action),
    "threshold": _set(Claim, "min_closed", 1, 3, None),
    "P0 rule": _set(Claim, "requires_p0", True, False),
    "claim name": _set(Claim, "name", "Live", "Public"),
    "add claim": lambda _, what: factory.claim(Launch.objects.get(), f"claim-{what}"),
    "delete claim": _delete(Claim),
    "require": _require,
    "unrequire": _delete(Requirement),
    "add check": _add_check,
    "delete check": _delete(Check),
    "move check": _move_check,
    "check key": _set(Check, "key", "load", "restore"),
    "fresh days": _set(Check, "fresh_days", 1, 2, 60),
    "ref": _set(Check, "ref", "main", ""),
    "required from": _set(Check, "required_from", START.date(), None),
    "retire": _set(Check, "retired_why", "Replaced by a drill", ""),
    "bound": _set(Condition, "bound", "400", "500", "700"),
    "add condition": _add_condition,
    "delete condition": _delete(Condition),
    "run": _run,
    "revoke": _revoke,
    "share": _share,
    "section name": _set(Section, "name", "Security", "Technical"),
    "owner name": _set(Owner, "name", "Noura", "Omar"),
    "launch name": _set(Launch, "name", "v3", "v3.1"),
    "plan": _set(Launch, "plan_starts_on", START.date(), START.date() + timedelta(days=9)),
}
