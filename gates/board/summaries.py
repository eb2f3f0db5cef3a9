"""All launches side by side: counts and verdicts of each, without its board."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from gates import rules
from gates.board.launches import all_launches
from gates.board.rows import ClaimRow, LaunchRow
from gates.board.statuses import derive_statuses
from gates.models import Claim, Gate, Requirement
from gates.rules import GateStanding, Totals


@dataclass(slots=True)
class LaunchSummary:
    """One launch as the list of launches shows it.

    Attributes:
        launch: The launch.
        totals: The counts of its gates.
        claims: Its claims with their verdicts.
        follows: The launches that its gates were taken over from.
    """

    launch: LaunchRow
    totals: Totals
    claims: list[ClaimRow]
    follows: list[LaunchRow]


def launch_summaries(now: datetime) -> list[LaunchSummary]:
    """Return all launches, the current one first, archived ones last.

    In seven queries, whatever their number.
    """
    launches = all_launches()
    standings, codes, follows = _gates(now)
    claims = _claims(standings, codes)
    by_id = {launch.id: launch for launch in launches}
    return [
        LaunchSummary(
            launch,
            rules.count_totals(standings[launch.id]),
            claims[launch.id],
            [by_id[pk] for pk in sorted(follows[launch.id]) if pk in by_id],
        )
        for launch in launches
    ]


def _gates(
    now: datetime,
) -> tuple[dict[int, list[GateStanding]], dict[int, str], dict[int, set[int]]]:
    """Return standings by launch, codes by gate, and by launch those it was taken over from."""
    rows = list(
        Gate.objects.order_by("section__position", "position", "id").values_list(
            "id", "launch_id", "code", "progress", "counted", "priority", "follows_id"
        )
    )
    statuses = derive_statuses({row[0]: row[3] for row in rows}, now, of_all=True)
    launch_of = {row[0]: row[1] for row in rows}
    standings: dict[int, list[GateStanding]] = defaultdict(list)
    follows: dict[int, set[int]] = defaultdict(set)
    for pk, launch_id, code, _progress, counted, priority, before in rows:
        standings[launch_id].append(GateStanding(code, statuses[pk].status, counted, priority))
        if before is not None:
            follows[launch_id].add(launch_of[before])
    return standings, {row[0]: row[2] for row in rows}, follows


def _claims(
    standings: dict[int, list[GateStanding]], codes: dict[int, str]
) -> dict[int, list[ClaimRow]]:
    """Return the claims with their verdicts by launch."""
    required: dict[int, list[str]] = defaultdict(list)
    for claim_id, gate_id in Requirement.objects.order_by("id").values_list("claim_id", "gate_id"):
        required[claim_id].append(codes[gate_id])
    claims: dict[int, list[ClaimRow]] = defaultdict(list)
    columns = ("launch_id", "id", "slug", "name", "min_closed", "requires_p0", "says_launched")
    for launch_id, *row in Claim.objects.order_by("position", "id").values_list(*columns):
        claim = ClaimRow(*row)
        claim.required_gates = required[claim.id]
        rule = rules.ClaimRule(claim.min_closed, claim.requires_p0, tuple(claim.required_gates))
        claim.verdict = rules.judge_claim(rule, standings[launch_id])
        claims[launch_id].append(claim)
    return claims
