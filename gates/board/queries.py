"""Read one launch at one moment: sections, gates with status, counts, claims with verdicts.

Each table is read once, in its own columns only, and joined in Python. That is a handful of flat
queries at any size. The same columns of the history tables (`as_of.RowSource`) give the board of a
past moment. Every page, export, command and admin list takes its numbers from here.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import BooleanField, IntegerField, Q, QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext

from gates import rules
from gates.board.as_of import RowSource
from gates.board.attached_checks import attach_checks
from gates.board.child_rows import ActionRow, BlockerRow, EvidenceRow
from gates.board.datetimes import end_of_day
from gates.board.rows import Board, ClaimRow, GateRow, LaunchRow, SectionRow
from gates.models import (
    Action,
    Blocker,
    Check,
    Claim,
    Condition,
    Evidence,
    Gate,
    Owner,
    Requirement,
    Section,
)
from gates.models.check_rows import CheckRow, read_checks
from gates.models.file_check import file_state
from gates.rules import BlockerFact, CheckFact, GateFacts, GateStanding

SECTION_COLUMNS = ("id", "prefix", "name")
GATE_COLUMNS = (
    "id", "section_id", "code", "title", "progress", "priority", "definition_of_done", "notes",
    "owner_id", "counted", "not_counted_reason", "covered_by_id", "closed_at", "closed_by_id",
    "closing_note", "follows_id",
)  # fmt: skip
NEIGHBOUR_COLUMNS = ("id", "code", "covered_by_id", "launch_id")
EVIDENCE_COLUMNS = (
    "id", "gate_id", "kind", "summary", "url", "output", "file", "sha256", "commit",
    "observed_at", "valid_until", "recorded_at", "recorded_by_id", "withdrawn_on",
    "gate_check_id", "file_state",
)  # fmt: skip
BLOCKER_COLUMNS = (
    "id", "gate_id", "needs", "why", "waiting_on_id", "raised_at", "due_on", "resolved_at",
    "resolved_by_id", "resolution",
)  # fmt: skip
ACTION_COLUMNS = ("id", "gate_id", "text", "estimate", "day", "state", "needs_id")
CLAIM_COLUMNS = ("id", "slug", "name", "min_closed", "requires_p0", "says_launched")
# Claims and required gates are read by one UNION; these fill the columns that the other has.
LAST, NO_TEXT = Value(2**31 - 1), Value("")
NO_GATE, NO_RULE = Value(None, IntegerField()), Value(None, BooleanField())


def read_board(launch: LaunchRow, now: datetime, as_of: datetime | None = None) -> Board:
    """Return the whole board of a launch.

    Args:
        launch: As `get_launch` returns it for the same moment.
        now: The present moment.
        as_of: The past moment to show; None for the present. Status is derived for that day:
            evidence that has expired since still counts.
    """
    moment = min(as_of or now, now)  # `as_of` may be the end of today
    rows = RowSource(as_of)
    owners, accounts = _owner_names(rows)
    gates = [GateRow(*row) for row in _gate_query(launch, rows).values_list(*GATE_COLUMNS)]
    by_id = {gate.id: gate for gate in gates}
    actions = _action_rows(rows.queryset(Action).filter(launch_id=launch.id), by_id, owners)
    # A list of all gate ids would take longer than reading the rows. For the past, RowSource has
    # filtered by history id already.
    of_launch = Q() if as_of else Q(gate__launch_id=launch.id)
    _attach(
        gates,
        owners,
        codes={gate.id: gate.code for gate in gates},
        evidence=_evidence_rows(of_launch, by_id, rows),
        blockers=_blocker_rows(of_launch, by_id, rows),
        checks=_check_rows(of_launch, rows),
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
    """Return one gate as the board shows it, without reading the rest; None if there is none."""
    models = (Owner, Section, Gate, Evidence, Blocker, Action, Check, Condition)
    rows = RowSource(as_of, models)
    row = _gate_query(launch, rows).filter(code=code).values_list(*GATE_COLUMNS).first()
    if row is None:
        return None
    gate = GateRow(*row)
    owners, _accounts = _owner_names(rows)
    _action_rows(rows.queryset(Action).filter(gate_id=gate.id), {gate.id: gate}, owners)
    related = rows.queryset(Gate).filter(
        Q(covered_by_id=gate.id) | Q(id=gate.covered_by_id) | Q(code=code)
    )
    found = list(related.order_by("position", "id").values_list(*NEIGHBOUR_COLUMNS))
    neighbours = [row[:3] for row in found if row[3] == launch.id]
    evidence = _evidence_rows(Q(gate_id=gate.id), {gate.id}, rows)
    attached = [proof.gate_check_id for proof in evidence if proof.gate_check_id]
    _attach(
        [gate],
        owners,
        codes={pk: neighbour for pk, neighbour, _ in neighbours},
        evidence=evidence,
        blockers=_blocker_rows(Q(gate_id=gate.id), {gate.id}, rows),
        checks=_check_rows(Q(gate_id=gate.id) | Q(id__in=attached), rows),
        today=timezone.localdate(as_of or now),
    )
    gate.has_namesakes = len(neighbours) < len(found)
    gate.covers = [neighbour for _, neighbour, cover in neighbours if cover == gate.id]
    section = (
        rows.queryset(Section).filter(id=gate.section_id).values_list("prefix", "name").first()
    )
    gate.section, gate.section_name = section or ("?", gettext("not on record"))
    return gate


# --- one flat query a table, in the order of the board -------------------------------------


def _owner_names(rows: RowSource) -> tuple[dict[int, str], dict[int, str]]:
    """Return owners' names by owner id, and by the id of their account."""
    people = list(rows.queryset(Owner).values_list("id", "name", "user_id"))
    accounts = {account: name for _, name, account in people if account is not None}
    return {pk: name for pk, name, _ in people}, accounts


def _gate_query(launch: LaunchRow, rows: RowSource) -> QuerySet[Any]:
    return rows.queryset(Gate).filter(launch_id=launch.id).order_by("position", "id")


def _evidence_rows(scope: Q, gates: Container[int], rows: RowSource) -> list[EvidenceRow]:
    proofs = rows.queryset(Evidence).filter(scope).order_by("id")
    state = file_state(proofs.model._meta.db_table, rows.as_of, rows.using)
    query = proofs.annotate(file_state=state).values_list(*EVIDENCE_COLUMNS)
    return [EvidenceRow(*row) for row in query if row[1] in gates]


def _check_rows(scope: Q, rows: RowSource) -> dict[int, CheckRow]:
    checks = rows.queryset(Check).filter(scope)
    return read_checks(checks, rows.queryset(Condition), rows.as_of, rows.using)


def _blocker_rows(scope: Q, gates: Container[int], rows: RowSource) -> list[BlockerRow]:
    query = rows.queryset(Blocker).filter(scope).order_by("id").values_list(*BLOCKER_COLUMNS)
    return [BlockerRow(*row) for row in query if row[1] in gates]


def _action_rows(
    query: QuerySet[Any], gates: Mapping[int, GateRow], owners: Mapping[int, str]
) -> list[ActionRow]:
    actions = [
        ActionRow(*row) for row in query.order_by("position", "id").values_list(*ACTION_COLUMNS)
    ]
    for row in actions:
        row.needs = owners.get(row.needs_id, "")  # type: ignore[arg-type]
        gate = gates.get(row.gate_id) if row.gate_id is not None else None
        if gate is not None:
            row.gate_code = gate.code
            gate.actions.append(row)
    return actions


def _attach(
    gates: Iterable[GateRow],
    owners: Mapping[int, str],
    *,
    codes: Mapping[int, str],
    evidence: Iterable[EvidenceRow],
    blockers: Iterable[BlockerRow],
    checks: Mapping[int, CheckRow],
    today: date,
) -> None:
    """Give each gate its evidence, blockers, names and covered gates, then derive its status.

    Args:
        gates: The gates, changed in place.
        owners: Owners' names by id.
        codes: Codes of gates by id; also of those outside `gates` that one of them may name.
        evidence: The evidence of these gates.
        blockers: The blockers of these gates, resolved ones too.
        checks: By id, those of these gates and those that their evidence names.
        today: The day for which the status is derived.
    """
    by_id = {gate.id: gate for gate in gates}
    proofs = list(evidence)
    attached = {(proof.gate_id, proof.gate_check_id) for proof in proofs if proof.gate_check_id}
    facts = attach_checks(by_id, proofs, checks, attached, today)
    for proof in proofs:
        proof.has_expired = proof.fact().has_expired(today)
        proof.is_current = proof.fact().is_current(today)
        gate = by_id[proof.gate_id]
        proof.gate_code = gate.code
        gate.evidence.append(proof)
    for blocker in blockers:
        gate = by_id[blocker.gate_id]
        if (owner := blocker.waiting_on_id) is not None:
            blocker.waiting_on = owners.get(owner, f"#{owner}")
        blocker.gate_code = gate.code
        gate.blockers.append(blocker)
    for gate in by_id.values():
        gate.owner = owners.get(gate.owner_id, "")  # type: ignore[arg-type]
        if gate.covered_by_id is not None:
            gate.covered_by = codes.get(gate.covered_by_id, "")
            if gate.covered_by_id in by_id:
                by_id[gate.covered_by_id].covers.append(gate.code)
        known = _gate_facts(gate, facts.get(gate.id, ()))
        result = rules.derive_status(known, today)
        gate.status, gate.reasons = result.status, result.reasons
        gate.is_ready = rules.is_ready_to_close(known, today)
        delivered = _who_delivered(gate)
        for action in gate.actions:
            action.gate_status = result.status
            action.delivered = action.needs_id in delivered


def _who_delivered(gate: GateRow) -> set[int]:
    """Return the ids of the people from whom the gate got all that it waited for."""
    people = {blocker.waiting_on_id for blocker in gate.blockers if blocker.waiting_on_id}
    return people - {blocker.waiting_on_id for blocker in gate.unresolved_blockers()}


def _gate_facts(gate: GateRow, checks: Sequence[CheckFact]) -> GateFacts:
    return GateFacts(
        rules.Progress(gate.progress),
        [proof.fact() for proof in gate.evidence if not proof.gate_check_id],
        [BlockerFact(b.needs, b.waiting_on, b.resolved_at is not None) for b in gate.blockers],
        checks,
    )


def _section_rows(launch: LaunchRow, gates: Iterable[GateRow], rows: RowSource) -> list[SectionRow]:
    query = rows.queryset(Section).filter(launch_id=launch.id).order_by("position", "id")
    sections = [SectionRow(*row) for row in query.values_list(*SECTION_COLUMNS)]
    by_id = {section.id: section for section in sections}
    for gate in gates:
        section = by_id.get(gate.section_id)
        if section is None:  # rows that came by `loaddata` have no history until they are saved
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
    required = rows.queryset(Requirement).filter(claim_id__in=query.values("id"))
    both = query.values_list("position", *CLAIM_COLUMNS, NO_GATE).union(  # small tables: one query
        required.values_list(
            LAST, "claim_id", NO_TEXT, NO_TEXT, NO_GATE, NO_RULE, NO_RULE, "gate_id"
        ),
        all=True,
    )
    ordered = sorted(both, key=lambda row: row[:2])
    claims = {row[1]: ClaimRow(*row[1:-1]) for row in ordered if row[-1] is None}
    order = {gate.code: index for index, gate in enumerate(standings)}
    for claim_id, gate_id in ((row[1], row[-1]) for row in ordered if row[-1] is not None):
        # A required gate that is not on this board cannot be closed: the claim is refused.
        code = gates[gate_id].code if gate_id in gates else f"#{gate_id}"
        claims[claim_id].required_gates.append(code)
    for claim in claims.values():
        claim.required_gates.sort(key=lambda code: order.get(code, -1))
        rule = rules.ClaimRule(claim.min_closed, claim.requires_p0, tuple(claim.required_gates))
        claim.verdict = rules.judge_claim(rule, standings)
    return list(claims.values())
