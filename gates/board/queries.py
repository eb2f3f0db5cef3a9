"""One launch at one instant: sections, gates with their status, counts, claims with verdicts.

Reads each table once, in its own columns only, and joins in Python. That is a handful of flat
queries at any size, and reading the same columns from the history tables (`recorded.Rows`) gives
the board of a past moment. Whoever shows numbers (page, export, command, admin list) gets them
from here.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import BooleanField, IntegerField, Q, QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext

from gates import rules
from gates.board.as_of import RowSource, history_start
from gates.board.datetimes import end_of_day
from gates.board.rows import (
    ActionRow,
    BlockerRow,
    Board,
    ClaimRow,
    EvidenceRow,
    GateRow,
    LaunchRow,
    SectionRow,
)
from gates.models import Action, Blocker, Claim, Evidence, Gate, Launch, Owner, Requirement, Section
from gates.rules import BlockerFact, EvidenceFact, GateFacts, GateStanding
from gates.rules.text import clean_name

LAUNCH_COLUMNS = ("id", "slug", "name", "snapshot_date", "plan_starts_on", "notes", "is_current")
SECTION_COLUMNS = ("id", "prefix", "name")
GATE_COLUMNS = (
    "id", "section_id", "code", "title", "progress", "priority", "definition_of_done", "notes",
    "owner_id", "counted", "not_counted_reason", "covered_by_id", "closed_at", "closed_by_id",
    "closing_note",
)  # fmt: skip
EVIDENCE_COLUMNS = (
    "id", "gate_id", "kind", "summary", "url", "output", "file", "sha256", "commit",
    "observed_at", "valid_until", "recorded_at", "recorded_by_id",
)  # fmt: skip
BLOCKER_COLUMNS = (
    "id", "gate_id", "needs", "why", "waiting_on_id", "raised_at", "due_on", "resolved_at",
    "resolved_by_id", "resolution",
)  # fmt: skip
ACTION_COLUMNS = ("id", "gate_id", "text", "estimate", "day", "state", "needs_id")
CLAIM_COLUMNS = ("id", "slug", "name", "min_closed", "requires_p0")
# What a required gate has in the columns of a claim, and the other way round.
LAST, NO_TEXT = Value(2**31 - 1), Value("")
NO_GATE, NO_RULE = Value(None, IntegerField()), Value(None, BooleanField())


class NoHistoryYet(Exception):
    """The launch has no record yet at the moment asked for; `since` is when its record begins.

    None where it has no record at all, as after `loaddata`, which writes no history.
    """

    def __init__(self, launch: LaunchRow, since: datetime | None) -> None:
        self.launch, self.since = launch, since
        super().__init__(f"the record of {launch.slug} begins {since or 'never'}")


def get_launch(slug: str | None = None, as_of: datetime | None = None) -> LaunchRow | None:
    """The launch with this slug, or the current one; None where there is none.

    With `as_of` it is the launch that had the slug, or was the current one, at that moment. Where
    none did, it is the one that goes by it today, as it was then, so that a link outlives a
    change of name.

    Raises:
        NotRecorded: that launch has no record at that moment.
    """
    chosen = Q(slug=clean_name(slug)) if slug else Q(is_current=True)
    launches = RowSource(as_of, (Launch,)).queryset(Launch)
    row = launches.filter(chosen).values_list(*LAUNCH_COLUMNS).first()
    if row is None and as_of is not None:
        today = get_launch(slug)
        return None if today is None else launch_as_of(today, as_of)
    return LaunchRow(*row) if row else None


def launch_as_of(launch: LaunchRow, as_of: datetime) -> LaunchRow:
    """The same launch as it was at a moment, whatever it was called then.

    Raises:
        NotRecorded: it has no record at that moment.
    """
    rows = RowSource(as_of, (Launch,)).queryset(Launch).filter(id=launch.id)
    row = rows.values_list(*LAUNCH_COLUMNS).first()
    if row is None:
        raise NoHistoryYet(launch, history_start(Launch, launch.id))
    return LaunchRow(*row)


def current_slug(slug: str) -> str | None:
    """What the launch is called today that had this slug last; None while a launch has it."""
    if Launch.objects.filter(slug=slug).exists():
        return None
    had = Launch.history.filter(slug=slug, id__in=Launch.objects.values("id"))
    last = had.order_by("-history_date", "-history_id").values_list("id", flat=True).first()
    return Launch.objects.filter(id=last).values_list("slug", flat=True).first()


def read_board(launch: LaunchRow, now: datetime, as_of: datetime | None = None) -> Board:
    """The whole board of a launch as it is `now`, or as its history has it at `as_of`.

    A past board is judged as on its own day: what has expired since counts as it did then. The
    launch is the one that `find_launch` found for the same moment.
    """
    moment = min(as_of or now, now)  # nobody has seen the rest of today
    rows = RowSource(as_of)
    owners, accounts = _owner_names(rows)
    gates = [GateRow(*row) for row in _gate_query(launch, rows).values_list(*GATE_COLUMNS)]
    by_id = {gate.id: gate for gate in gates}
    actions = _action_rows(rows.queryset(Action).filter(launch_id=launch.id), by_id, owners)
    # Not by naming every gate: that would take longer than reading what belongs to them. Of the
    # past, whatever was in force is named already.
    belonging = Q() if as_of else Q(gate__launch_id=launch.id)
    _attach(
        gates,
        owners,
        codes={gate.id: gate.code for gate in gates},
        evidence=_evidence_rows(belonging, by_id, rows),
        blockers=_blocker_rows(belonging, by_id, rows),
        today=timezone.localdate(moment),
    )
    sections = _section_rows(launch, gates, rows)
    standings = [gate.standing() for section in sections for gate in section.gates]
    return Board(
        launch=launch,
        as_of=moment,
        until=as_of or end_of_day(now),
        sections=sections,
        claims=_claim_rows(launch, by_id, standings, rows),
        actions=actions,
        totals=rules.count_totals(standings),
        accounts=accounts,
    )


def read_gate(
    launch: LaunchRow, code: str, now: datetime, as_of: datetime | None = None
) -> GateRow | None:
    """One gate as the board would show it, without reading the rest; None where there is none."""
    rows = RowSource(as_of, (Owner, Section, Gate, Evidence, Blocker, Action))
    row = _gate_query(launch, rows).filter(code=code).values_list(*GATE_COLUMNS).first()
    if row is None:
        return None
    gate = GateRow(*row)
    owners, _accounts = _owner_names(rows)
    _action_rows(rows.queryset(Action).filter(gate_id=gate.id), {gate.id: gate}, owners)
    related = _gate_query(launch, rows).filter(Q(covered_by_id=gate.id) | Q(id=gate.covered_by_id))
    neighbours = list(related.values_list("id", "code", "covered_by_id"))
    _attach(
        [gate],
        owners,
        codes={pk: neighbour for pk, neighbour, _ in neighbours},
        evidence=_evidence_rows(Q(gate_id=gate.id), {gate.id}, rows),
        blockers=_blocker_rows(Q(gate_id=gate.id), {gate.id}, rows),
        today=timezone.localdate(as_of or now),
    )
    gate.covers = [neighbour for _, neighbour, cover in neighbours if cover == gate.id]
    section = (
        rows.queryset(Section).filter(id=gate.section_id).values_list("prefix", "name").first()
    )
    gate.section, gate.section_name = section or ("?", gettext("not on record"))
    return gate


def derive_statuses(progress: Mapping[int, str], now: datetime) -> dict[int, rules.StatusResult]:
    """The status of some gates, given what their rows say, for lists that show no more."""
    scope = {"gate_id__in": list(progress)}
    evidence = defaultdict(list)
    proofs = Evidence.objects.filter(**scope).order_by().values_list("gate_id", "valid_until")
    for gate_id, valid_until in proofs:
        evidence[gate_id].append(EvidenceFact(valid_until))
    blockers = defaultdict(list)
    unresolved = Blocker.objects.filter(**scope, resolved_at=None).order_by("pk")
    for gate_id, needs, who in unresolved.values_list("gate_id", "needs", "waiting_on__name"):
        blockers[gate_id].append(BlockerFact(needs, who))
    today = timezone.localdate(now)
    return {
        pk: rules.derive_status(GateFacts(rules.Progress(said), evidence[pk], blockers[pk]), today)
        for pk, said in progress.items()
    }


# --- one flat query a table, in the order of the board -------------------------------------


def _owner_names(rows: RowSource) -> tuple[dict[int, str], dict[int, str]]:
    """People's names by their own ids, and by those of their accounts."""
    people = list(rows.queryset(Owner).values_list("id", "name", "user_id"))
    accounts = {account: name for _, name, account in people if account is not None}
    return {pk: name for pk, name, _ in people}, accounts


def _gate_query(launch: LaunchRow, rows: RowSource) -> QuerySet[Any]:
    return rows.queryset(Gate).filter(launch_id=launch.id).order_by("position", "id")


def _evidence_rows(belonging: Q, gates: Container[int], rows: RowSource) -> list[EvidenceRow]:
    found = rows.queryset(Evidence).filter(belonging).order_by("id").values_list(*EVIDENCE_COLUMNS)
    return [EvidenceRow(*row) for row in found if row[1] in gates]


def _blocker_rows(belonging: Q, gates: Container[int], rows: RowSource) -> list[BlockerRow]:
    found = rows.queryset(Blocker).filter(belonging).order_by("id").values_list(*BLOCKER_COLUMNS)
    return [BlockerRow(*row) for row in found if row[1] in gates]


def _action_rows(
    query: QuerySet[Any], gates: Mapping[int, GateRow], owners: Mapping[int, str]
) -> list[ActionRow]:
    found = [
        ActionRow(*row) for row in query.order_by("position", "id").values_list(*ACTION_COLUMNS)
    ]
    for row in found:
        row.needs = owners.get(row.needs_id, "")  # type: ignore[arg-type]
        gate = gates.get(row.gate_id) if row.gate_id is not None else None
        if gate is not None:
            row.gate_code = gate.code
            gate.actions.append(row)
    return found


def _attach(
    gates: Iterable[GateRow],
    owners: Mapping[int, str],
    *,
    codes: Mapping[int, str],
    evidence: Iterable[EvidenceRow],
    blockers: Iterable[BlockerRow],
    today: date,
) -> None:
    """Give each gate what belongs to it, and the status that follows."""
    by_id = {gate.id: gate for gate in gates}
    for proof in evidence:
        proof.is_current = EvidenceFact(proof.valid_until).is_current(today)
        gate = by_id[proof.gate_id]
        proof.gate_code = gate.code
        gate.evidence.append(proof)
    for blocker in blockers:
        gate = by_id[blocker.gate_id]
        blocker.waiting_on = owners.get(blocker.waiting_on_id, "")
        blocker.gate_code = gate.code
        gate.blockers.append(blocker)
    for gate in by_id.values():
        gate.owner = owners.get(gate.owner_id, "")  # type: ignore[arg-type]
        if gate.covered_by_id is not None:
            gate.covered_by = codes.get(gate.covered_by_id, "")
            if gate.covered_by_id in by_id:
                by_id[gate.covered_by_id].covers.append(gate.code)
        found = rules.derive_status(_gate_facts(gate), today)
        gate.status, gate.reasons = found.status, found.reasons
        for action in gate.actions:
            action.gate_status = found.status


def _gate_facts(gate: GateRow) -> GateFacts:
    return GateFacts(
        rules.Progress(gate.progress),
        [EvidenceFact(proof.valid_until) for proof in gate.evidence],
        [BlockerFact(b.needs, b.waiting_on, b.resolved_at is not None) for b in gate.blockers],
    )


def _section_rows(launch: LaunchRow, gates: Iterable[GateRow], rows: RowSource) -> list[SectionRow]:
    query = rows.queryset(Section).filter(launch_id=launch.id).order_by("position", "id")
    sections = [SectionRow(*row) for row in query.values_list(*SECTION_COLUMNS)]
    by_id = {section.id: section for section in sections}
    for gate in gates:
        section = by_id.get(gate.section_id)
        if section is None:  # rows that came by `loaddata` have no record until they are saved
            section = SectionRow(gate.section_id, "?", gettext("not on record"))
            by_id[section.id] = section
            sections.append(section)
        gate.section, gate.section_name = section.prefix, section.name
        section.gates.append(gate)
    return sections


def _claim_rows(
    launch: LaunchRow,
    gates: Mapping[int, GateRow],
    standings: Sequence[GateStanding],
    rows: RowSource,
) -> list[ClaimRow]:
    query = rows.queryset(Claim).filter(launch_id=launch.id)
    named = rows.queryset(Requirement).filter(claim_id__in=query.values("id"))
    both = query.values_list("position", *CLAIM_COLUMNS, NO_GATE).union(  # small tables: one query
        named.values_list(LAST, "claim_id", NO_TEXT, NO_TEXT, NO_GATE, NO_RULE, "gate_id"), all=True
    )
    found = sorted(both, key=lambda row: row[:2])
    claims = {row[1]: ClaimRow(*row[1:-1]) for row in found if row[-1] is None}
    order = {gate.code: index for index, gate in enumerate(standings)}
    for claim_id, gate_id in ((row[1], row[-1]) for row in found if row[-1] is not None):
        # A required gate that is not on this board cannot be closed, so it stays a reason.
        code = gates[gate_id].code if gate_id in gates else f"#{gate_id}"
        claims[claim_id].required_gates.append(code)
    for claim in claims.values():
        claim.required_gates.sort(key=lambda code: order.get(code, -1))
        rule = rules.ClaimRule(claim.min_closed, claim.requires_p0, tuple(claim.required_gates))
        claim.verdict = rules.judge_claim(rule, standings)
    return list(claims.values())
