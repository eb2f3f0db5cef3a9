"""Whether runs are what was received, and say what their numbers say; what checks prove."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator

from django.db.models import F

from gates.board.check_replay import CHECK_COLUMNS, CONDITION_COLUMNS, ReplayedChecks
from gates.models import Check, Condition, Evidence, Gate, Report, Run
from gates.models.check_rows import read_checks
from gates.models.run import numbers_from_json
from gates.rules import definition_hash
from gates.rules.conditions import meets

REPORTS_PER_FETCH, RUNS_PER_FETCH = 20, 2000


def run_errors(using: str) -> Iterator[str]:
    """Yield a line for each run, report or proof by a check that cannot be as it should."""
    yield from _report_errors(using)
    yield from _verdict_errors(using)
    yield from _proof_errors(using)


def _report_errors(using: str) -> Iterator[str]:
    for run in Run.objects.using(using).filter(report=None).order_by("pk"):
        yield f"run {run.pk} has no report"
    reports = (
        Report.objects.using(using).order_by("pk").values_list("run_id", "run__sha256", "body")
    )
    for pk, sha256, body in reports.iterator(chunk_size=REPORTS_PER_FETCH):
        if hashlib.sha256(body).hexdigest() != sha256:
            yield f"the report of run {pk} is not the one that was received"


def _verdict_errors(using: str) -> Iterator[str]:
    checks = read_checks(Check.objects.using(using), Condition.objects.using(using), using=using)
    present = {pk: definition_hash(check.rule) for pk, check in checks.items()}
    known = _definitions(using)
    rows = Run.objects.using(using).order_by("pk")
    columns = ("id", "gate_check_id", "definition", "passed", "counts", "why_not", "measures")
    for pk, check, definition, passed, counts, why_not, measures in rows.values_list(
        *columns
    ).iterator(chunk_size=RUNS_PER_FETCH):
        if counts != (why_not == "[]"):
            yield f"run {pk} {'counts' if counts else 'does not count'}, but its reasons say not so"
        if definition == present.get(check):
            if meets(checks[check].rule.conditions, numbers_from_json(measures)) != passed:
                yield f"run {pk} {'passed' if passed else 'failed'}, but its numbers say not so"
        elif definition not in known[check]:
            yield f"run {pk} was judged by a definition that its check never had"


def _definitions(using: str) -> dict[int, set[str]]:
    """Return by check all definitions that it ever had, by its history."""
    order = ("history_date", "history_id", "history_type", "id")
    rows = [
        (when, place, number, row)
        for place, model, columns in (
            (0, Check, CHECK_COLUMNS),
            (1, Condition, CONDITION_COLUMNS),
        )
        for when, number, *row in model.history.using(using).values_list(*order, *columns)
    ]
    replayed, known = ReplayedChecks(), defaultdict(set)
    for _, place, _, row in sorted(rows, key=lambda found: found[:3]):
        for check in replayed.apply_condition(*row) if place else replayed.apply_check(*row):
            if check.there:
                known[check.id].add(definition_hash(check.row.rule))
    return known


def _proof_errors(using: str) -> Iterator[str]:
    """Yield evidence by a check that is neither of its gate nor of one that ever covered it."""
    proofs = Evidence.objects.using(using).exclude(gate_check=None)
    elsewhere = proofs.exclude(gate_check__gate=F("gate")).order_by("pk")
    found = list(elsewhere.values_list("pk", "gate_id", "gate__code", "gate_check__gate_id"))
    gates = {gate_id for _, gate_id, _, _ in found}
    past = Gate.history.using(using).filter(id__in=gates).values_list("id", "covered_by_id")
    live = Gate.objects.using(using).filter(pk__in=gates).values_list("pk", "covered_by_id")
    covered = {*past, *live}
    for pk, gate_id, code, check_gate in found:
        if (gate_id, check_gate) not in covered:
            yield f"evidence {pk} of gate {code} rests on a check of a gate that never covered it"
