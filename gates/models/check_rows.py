"""Read checks with their conditions and the newest run that counts, in two flat queries.

The models are looked up by name: a gate reads its checks, and they are defined after it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import DateField, IntegerField, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.utils import timezone

from gates import rules
from gates.rules import CheckFact, CheckRule, CheckState, Condition, CountingRun, Kind, Operator
from gates.rules.checks import proven_until
from gates.rules.conditions import bound_number
from gates.rules.reason import Reason

CHECK_COLUMNS = (
    "id", "id", "gate_id", "key", "kind", "fresh_days", "repository", "ref", "required_from",
    "retired_why",
)  # fmt: skip
NO_NUMBER, NO_DATE, NO_TEXT = Value(None, IntegerField()), Value(None, DateField()), Value("")
CONDITION_COLUMNS = (
    "gate_check_id", "id", NO_NUMBER, "measure", "operator", NO_NUMBER, "bound", "unit", NO_DATE,
    NO_TEXT,
)  # fmt: skip


# Of two runs of the same moment the one that failed.
NEWEST_RUNS = """
    SELECT (
        SELECT r.id FROM gates_run r WHERE r.gate_check_id = c.id AND r.counts{until}
        AND NOT EXISTS (
            SELECT 1 FROM gates_revocation v
            WHERE v.token_id = r.token_id AND NOT v.runs_count{revoked}
        ) ORDER BY r.observed_at DESC, r.passed, r.id DESC LIMIT 1
    ) FROM gates_check c WHERE c.id IN ({checks})"""


@dataclass(slots=True)
class CheckRow:
    """One check with what it asks, and its newest run that counts.

    units: what the measure of each condition is counted in, in the order of `rule.conditions`.
    state, reason, fresh_until: on the day of a board, which derives them.
    """

    id: int
    gate_id: int
    key: str
    rule: CheckRule
    units: tuple[str, ...]
    required_from: date | None
    retired_why: str
    newest: CountingRun | None = None
    state: CheckState = CheckState.NEVER_RUN
    reason: Reason | None = None
    fresh_until: date | None = None
    _definition: str = field(default="", init=False, repr=False, compare=False)

    @property
    def definition(self) -> str:
        """The hash of what it asks; a page needs it several times."""
        self._definition = self._definition or rules.definition_hash(self.rule)
        return self._definition

    def derive(self, today: date) -> None:
        """Set what follows from the runs on a day."""
        fact = self.fact(attached=False)
        self.state = rules.check_state(fact, today)
        self.reason = rules.check_reason(fact, today)
        self.fresh_until = fact.fresh_until()

    @property
    def icon(self) -> str:
        """The name of the icon of its state."""
        return f"check-{self.state}"

    def is_required(self, today: date) -> bool:
        """Return whether it can take its closed gate back on a day."""
        return self.fact(attached=False).is_required(today)

    def fact(self, *, attached: bool) -> CheckFact:
        """Return what the status depends on.

        attached: whether the check is evidence of the gate in question.
        """
        last = last_of_any = None
        if self.newest is not None:
            last_of_any = timezone.localdate(self.newest.observed_at)
            if self.newest.definition == self.definition:
                last = rules.LastRun(last_of_any, self.newest.passed)
        return CheckFact(
            self.key,
            self.rule.fresh_days,
            self.required_from,
            self.rule.retired,
            last,
            last_of_any,
            attached,
        )


def read_checks(
    checks: QuerySet[Any],
    conditions: QuerySet[Any],
    as_of: datetime | None = None,
    using: str = DEFAULT_DB_ALIAS,
) -> dict[int, CheckRow]:
    """Return checks by id, in the order in which they were made. One query if there are none.

    checks, conditions: rows of the tables, or of their history.
    as_of: with the runs up to this moment; None for all.
    """
    ids = checks.order_by().values("id")
    both = (
        checks.order_by()
        .values_list(*CHECK_COLUMNS)
        .union(
            conditions.order_by().filter(gate_check_id__in=ids).values_list(*CONDITION_COLUMNS),
            all=True,
        )
    )
    rows: dict[int, CheckRow] = {}
    found: dict[int, list[tuple[Condition, str]]] = {}
    for pk, _row_id, gate_id, name, kind, fresh_days, text, other, day, why in sorted(
        both, key=lambda row: (row[2] is None, row[0], row[1])
    ):
        if gate_id is not None:
            rule = CheckRule(Kind(kind), (), fresh_days, text, other, bool(why))
            rows[pk] = CheckRow(pk, gate_id, name, rule, (), day, why)
        else:
            condition = Condition(name, Operator(kind), bound_number(text))
            found.setdefault(pk, []).append((condition, other))
    for pk, pairs in found.items():
        if pk not in rows:
            continue  # of a check that is gone, while its deletion is being recorded
        rows[pk].rule = replace(rows[pk].rule, conditions=tuple(one for one, _ in pairs))
        rows[pk].units = tuple(unit for _, unit in pairs)
    for pk, run in (newest_runs(rows, as_of, using) if rows else {}).items():
        rows[pk].newest = run
    return rows


def newest_runs(
    checks: Collection[int], as_of: datetime | None = None, using: str = DEFAULT_DB_ALIAS
) -> dict[int, CountingRun]:
    """Return by check the newest run that counts; checks without one are left out. One query.

    A run counts if it was judged so when it arrived, and its token was not revoked with its runs.

    checks: ids of checks.
    as_of: with the runs and revocations up to this moment; None for all.
    """
    newest = newest_run_ids(checks, as_of, using)
    runs = apps.get_model("gates", "Run").objects.using(using).filter(pk__in=newest).order_by()
    columns = runs.values_list("gate_check_id", "observed_at", "passed", "definition")
    return {check: CountingRun(*row) for check, *row in columns}


def newest_run_ids(
    checks: Collection[int], as_of: datetime | None = None, using: str = DEFAULT_DB_ALIAS
) -> RawSQL:
    """Return the ids of the newest runs that count, for `pk__in`."""
    until = revoked = ""
    params: list[Any] = []
    if as_of is not None:
        until, revoked = " AND r.received_at <= %s", " AND v.at <= %s"
        moment = connections[using].ops.adapt_datetimefield_value(as_of)
        params = [moment, moment]
    marks = ", ".join(["%s"] * len(checks))
    sql = NEWEST_RUNS.format(until=until, revoked=revoked, checks=marks)
    return RawSQL(sql, [*params, *checks])  # noqa: S611  the text is ours


def last_proven_days(checks: Collection[int], today: date) -> dict[int, date]:
    """Return by check the last day on which it proves its gate, as it is now."""
    rows = _live_checks(Q(pk__in=list(checks)))
    return {pk: proven_until(row.fact(attached=True), today) for pk, row in rows.items()}


def live_check_facts(
    gates: Collection[int], attached: Collection[tuple[int, int]]
) -> dict[int, list[CheckFact]]:
    """Return the facts of the checks of some gates, as they are now."""
    of_gates = Q(gate_id__in=list(gates)) | Q(pk__in={check for _, check in attached})
    return facts_by_gate(_live_checks(of_gates), attached)


def _live_checks(scope: Q) -> dict[int, CheckRow]:
    checks = apps.get_model("gates", "Check").objects.filter(scope)
    return read_checks(checks, apps.get_model("gates", "Condition").objects.all())


def checks_by_gate(
    checks: Mapping[int, CheckRow], attached: Collection[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Return (gate id, check id) of each gate's own checks and those attached to it, sorted.

    attached: (gate id, check id) of the evidence of kind check.
    """
    own = {(row.gate_id, pk) for pk, row in checks.items()}
    return sorted(own | {pair for pair in attached if pair[1] in checks})


def facts_by_gate(
    checks: Mapping[int, CheckRow], attached: Collection[tuple[int, int]]
) -> dict[int, list[CheckFact]]:
    """Return the facts of each gate's checks: its own, and those attached to it.

    attached: (gate id, check id) of the evidence of kind check.
    """
    facts: dict[int, list[CheckFact]] = {}
    for gate_id, pk in checks_by_gate(checks, attached):
        fact = checks[pk].fact(attached=(gate_id, pk) in attached)
        facts.setdefault(gate_id, []).append(fact)
    return facts
