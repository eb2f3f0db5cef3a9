"""The status of some gates, for lists that show nothing else of the board."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone

from gates import rules
from gates.models import Blocker, Evidence
from gates.models.check_rows import live_check_facts
from gates.models.file_check import file_state
from gates.rules import BlockerFact, EvidenceFact, GateFacts


def derive_statuses(
    progress: Mapping[int, str], now: datetime, *, of_all: bool = False
) -> dict[int, rules.StatusResult]:
    """Return the status of some gates by id.

    Args:
        progress: The column `progress` by gate id.
        now: The present moment.
        of_all: These are all gates there are, so that the queries need not name them.
    """
    scope = {} if of_all else {"gate_id__in": list(progress)}
    evidence: dict[int, list[EvidenceFact]] = defaultdict(list)
    attached = set()
    proofs = Evidence.objects.filter(**scope).order_by().annotate(file_state=file_state())
    for gate_id, check_id, *fact in proofs.values_list(
        "gate_id", "gate_check_id", "valid_until", "withdrawn_on", "file_state"
    ):
        if check_id is None:
            evidence[gate_id].append(EvidenceFact(*fact))
        else:
            attached.add((gate_id, check_id))
    checks = live_check_facts(progress, attached)
    blockers = defaultdict(list)
    unresolved = Blocker.objects.filter(**scope, resolved_at=None).order_by("pk")
    for gate_id, needs, name in unresolved.values_list("gate_id", "needs", "waiting_on__name"):
        blockers[gate_id].append(BlockerFact(needs, name or ""))
    today = timezone.localdate(now)
    return {
        pk: rules.derive_status(
            GateFacts(rules.Progress(value), evidence[pk], blockers[pk], checks.get(pk, ())), today
        )
        for pk, value in progress.items()
    }
