"""When checks turned green, red or stale, as entries for the history of their gate.

A run turns a check, or a revoked token, or time alone. What people edit is in the history already.
"""

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from operator import itemgetter
from typing import Any

from django.db.models import F, Q, Window
from django.db.models.functions import Lag
from django.utils import timezone
from django.utils.translation import gettext

from gates.board.check_replay import CHECK_COLUMNS, CONDITION_COLUMNS, ReplayedCheck
from gates.history.entries import Entry
from gates.models import Check, Condition, Revocation, Run
from gates.models.check_rows import newest_runs
from gates.models.run import numbers_from_json
from gates.reason_text import reason_text
from gates.rules import CheckState, CountingRun
from gates.rules.checks import check_reason, check_state
from gates.rules.conditions import unmet_conditions

# (moment, place among those of the same moment, id, model, check id, values)
Event = tuple[datetime, int, int, Any, int, tuple[Any, ...]]
IN_ORDER = itemgetter(0, 1, 2)


def check_events(checks: Collection[int]) -> list[Entry]:
    """Return an entry for each time that one of these checks changed its state.

    In five queries, and one more for each revoked token whose runs count no more.

    checks: ids; also of checks that are gone.
    """
    revocations = list(_revocations(checks))
    events = [*_edits(checks), *_runs(checks, all_of_them=bool(revocations)), *revocations]
    replayed = {pk: _Check(ReplayedCheck(pk, set())) for pk in checks}
    entries: list[Entry] = []
    for moment, _, _, model, pk, values in sorted(events, key=IN_ORDER):
        entries += replayed[pk].apply(moment, model, values)
    now = newest_runs(checks)
    for pk, check in replayed.items():
        entries += check.finish(now.get(pk), timezone.localdate())
    return entries


class _Check:
    """A check while its events are told; its newest run stands under the token 0."""

    def __init__(self, check: ReplayedCheck) -> None:
        self.check = check
        self.told_until: date | None = None  # the last day of the pass that was told to be stale

    def apply(self, moment: datetime, model: Any, values: tuple[Any, ...]) -> Iterator[Entry]:
        """Apply an event; yield what it, and time before it, did to the check's state."""
        day = timezone.localdate(moment)
        if model is Run and values[0] is not None:
            self._set_newest(values[0])  # the run before, which may not be among the events
        yield from self._gone_stale(day)
        before = self._state(day)
        told = self._change(model, values)
        if told is not None and self.check.there and self._state(day) != before:
            yield self._entry(moment, day, **told)

    def finish(self, newest: CountingRun | None, today: date) -> Iterator[Entry]:
        """Yield that the check went stale since the last event."""
        self._set_newest(newest)
        yield from self._gone_stale(today)

    def _change(self, model: Any, values: tuple[Any, ...]) -> dict[str, Any] | None:
        """Apply an event; return who did it and why, if the history does not tell it already."""
        check = self.check
        if model is Check:
            kind, *columns = values
            check.change(columns, there=kind != "-")
            return None
        if model is Condition:
            check.set_condition(*values)
            return None
        if model is Revocation:
            newest, token, by_id, by = values
            self._set_newest(newest)
            why = gettext("The token %(token)s was revoked, and its runs with it.")
            return {"by": by, "by_id": by_id, "reason": why % {"token": token}}
        _previous, run, token, measures = values
        self._set_newest(run)
        unmet = unmet_conditions(check.row.rule.conditions, numbers_from_json(measures))
        return {"by": token, "reason": "; ".join(map(reason_text, unmet))}

    def _set_newest(self, run: CountingRun | None) -> None:
        self.check.newest = {} if run is None else {0: run}
        self.check.forget_newest()

    def _state(self, day: date) -> CheckState | None:
        return check_state(self.check.fact(), day) if self.check.there else None

    def _gone_stale(self, day: date) -> Iterator[Entry]:
        if not self.check.there or self._state(day) != CheckState.STALE:
            return
        until = self.check.fact().fresh_until()
        if until is not None and until != self.told_until:
            self.told_until = until
            stale = until + timedelta(days=1)
            moment = timezone.make_aware(datetime.combine(stale, time.min))
            yield self._entry(moment, stale)

    def _entry(
        self, at: datetime, day: date, by: str = "", by_id: int | None = None, reason: str = ""
    ) -> Entry:
        told = reason_text(check_reason(self.check.fact(), day))
        return Entry(
            at=at,
            place=at,
            by=by,
            by_id=by_id,
            kind="!",
            model="check",
            row_id=self.check.id,
            history_id=0,
            event=told,
            subject="",
            changes=(),
            reason=reason,
        )


def _edits(checks: Collection[int]) -> Iterator[Event]:
    """Yield (history type, columns) of checks; (condition id, columns or None) of conditions."""
    order = ("history_date", "history_id", "id", "history_type")
    rows = Check.history.filter(id__in=checks).order_by()
    for when, number, pk, kind, *columns in rows.values_list(*order, *CHECK_COLUMNS):
        yield when, 0, number, Check, pk, (kind, *columns)
    ids = Condition.history.filter(gate_check_id__in=checks).order_by().values("id")
    conditions = Condition.history.filter(id__in=ids).order_by("history_id")
    holders: dict[int, int] = {}
    for when, number, pk, kind, check, *columns in conditions.values_list(
        *order, *CONDITION_COLUMNS
    ):
        if (earlier := holders.pop(pk, None)) in checks and earlier is not None:
            yield when, 1, 2 * number, Condition, earlier, (pk, None)
        if kind != "-":
            holders[pk] = check
            if check in checks:
                yield when, 1, 2 * number + 1, Condition, check, (pk, columns)


def _runs(checks: Collection[int], *, all_of_them: bool) -> Iterator[Event]:
    """Yield (the run before, the run, the token's name, measures) of runs that count.

    all_of_them: also those that say the same as the run before, within a day of it. A probe
        brings thousands of them; they matter only where runs between them count no more.
    """
    runs = Run.objects.filter(gate_check_id__in=checks, counts=True)
    columns = ("observed_at", "passed", "definition")
    before = {
        f"previous_{name}": Window(Lag(name), partition_by="gate_check_id", order_by="id")
        for name in columns
    }
    rows = runs.annotate(**before).order_by("id")
    if not all_of_them:
        rows = rows.filter(
            Q(previous_observed_at=None)
            | ~Q(previous_passed=F("passed"))
            | ~Q(previous_definition=F("definition"))
            | Q(received_at__gt=F("previous_observed_at") + timedelta(days=1))
        )
    for when, pk, check, token, measures, *values in rows.values_list(
        "received_at", "id", "gate_check_id", "token_name", "measures", *columns, *before
    ):
        run, previous = CountingRun(*values[:3]), CountingRun(*values[3:])
        known = None if all_of_them or previous.observed_at is None else previous
        yield when, 2, pk, Run, check, (known, run, token, measures)


def _revocations(checks: Collection[int]) -> Iterator[Event]:
    """Yield (the newest run after it, the token's name, by whom) where its runs count no more."""
    tokens = Run.objects.filter(gate_check_id__in=checks, counts=True).order_by()
    ended = Revocation.objects.filter(runs_count=False, token_id__in=tokens.values("token_id"))
    columns = ("at", "id", "token__name", "by_id", "by__username")
    for when, number, *who in ended.order_by("at", "id").values_list(*columns):
        newest = newest_runs(checks, as_of=when)
        for check in checks:
            yield when, 3, number, Revocation, check, (newest.get(check), *who)
