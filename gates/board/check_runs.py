"""The runs of checks as pages show them: the newest that counts, and the last ones received."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from gates.models import Check, Revocation, Run
from gates.models.check_rows import newest_run_ids
from gates.models.run import numbers_from_json, reasons_from_json
from gates.rules.reason import Reason
from gates.rules.runs import newest_run

RUNS_ON_GATE_PAGE = 10
RUNS_PER_PAGE = 50
RUN_COLUMNS = (
    "id", "gate_check_id", "definition", "received_at", "observed_at", "passed", "counts",
    "repository", "ref", "commit", "url", "token_name", "sha256", "is_revoked", "why_not",
    "measures",
)  # fmt: skip


@dataclass(slots=True)
class RunRow:
    """One run.

    counts: as it was judged when it was received.
    is_revoked: its token was revoked, and its runs with it.
    """

    id: int
    gate_check_id: int
    definition: str
    received_at: datetime
    observed_at: datetime
    passed: bool
    counts: bool
    repository: str
    ref: str
    commit: str
    url: str
    token_name: str
    sha256: str
    is_revoked: bool
    why_not: tuple[Reason, ...]
    measures: Mapping[str, Decimal]

    @property
    def is_late(self) -> bool:
        """Whether it was received more than an hour after it was observed."""
        return self.received_at - self.observed_at > timedelta(hours=1)

    @property
    def decides(self) -> bool:
        """Whether it still counts; the newest such run decides the state of its check."""
        return self.counts and not self.is_revoked


@dataclass(slots=True)
class CheckRuns:
    """The runs of one check.

    newest: the newest run that counts, under any definition.
    last: the last ones received, newest first.
    more: whether there are earlier ones.
    """

    newest: RunRow | None = None
    last: list[RunRow] = field(default_factory=list)
    more: bool = False


def read_last_runs(
    checks: Collection[int], as_of: datetime | None = None, count: int = RUNS_ON_GATE_PAGE
) -> dict[int, CheckRuns]:
    """Return by check its newest run that counts and the last `count` received. Two queries.

    as_of: with the runs and revocations up to this moment; None for all.
    """
    received = _received(as_of).filter(gate_check_id=OuterRef("pk")).order_by("-id")
    left_out = Subquery(received.values("id")[count : count + 1])
    rows = Check.objects.filter(pk__in=list(checks)).order_by().annotate(cut=left_out)
    cuts: dict[int, int | None] = dict(rows.values_list("pk", "cut"))
    if not cuts:
        return {}
    wanted = Q(pk__in=newest_run_ids(cuts, as_of))
    for pk, cut in cuts.items():
        wanted |= Q(gate_check_id=pk, id__gt=cut or 0)
    runs = list(_rows(_received(as_of).filter(wanted).order_by("-id"), as_of))
    results = {}
    for pk, cut in cuts.items():
        own = [run for run in runs if run.gate_check_id == pk]
        last = [run for run in own if run.id > (cut or 0)]
        results[pk] = CheckRuns(
            newest_run(run for run in own if run.decides), last, more=cut is not None
        )
    return results


def read_run_page(check: int, page: int, as_of: datetime | None = None) -> CheckRuns:
    """Return one page of a check's runs, newest first. Two queries.

    page: from 1.
    as_of: with the runs and revocations up to this moment; None for all.
    """
    start = (page - 1) * RUNS_PER_PAGE
    runs = _received(as_of).filter(gate_check_id=check).order_by("-id")
    shown = list(_rows(runs[start : start + RUNS_PER_PAGE + 1], as_of))
    newest = Run.objects.filter(pk__in=newest_run_ids([check], as_of)).order_by()
    return CheckRuns(
        next(_rows(newest, as_of), None), shown[:RUNS_PER_PAGE], more=len(shown) > RUNS_PER_PAGE
    )


def _received(as_of: datetime | None) -> QuerySet[Run]:
    runs = Run.objects.all()
    return runs if as_of is None else runs.filter(received_at__lte=as_of)


def _rows(runs: QuerySet[Run], as_of: datetime | None) -> Iterator[RunRow]:
    revocations = Revocation.objects.filter(token_id=OuterRef("token_id"), runs_count=False)
    if as_of is not None:
        revocations = revocations.filter(at__lte=as_of)
    rows: Any = runs.annotate(is_revoked=Exists(revocations)).values_list(*RUN_COLUMNS)
    for row in rows:
        run = RunRow(*row)
        run.why_not, run.measures = reasons_from_json(row[-2]), numbers_from_json(row[-1])
        yield run
