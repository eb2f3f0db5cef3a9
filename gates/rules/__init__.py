"""The rules of the board as pure functions: facts in, verdicts out.

Nothing here touches a database, so every page, export, command and admin list can ask the same
function and a table test can pin each answer.
"""

from .claims import P0, ClaimRule, GateStanding, Totals, Verdict, count_totals, judge_claim
from .closing import KEEPS_EVIDENCE, NEEDS_EVIDENCE, closing_errors, decision_errors
from .evidence import PLACEHOLDERS, SAFE_SCHEMES, evidence_text_errors, url_errors
from .reason import Plural, Reason
from .status import (
    BlockerFact,
    EvidenceFact,
    GateFacts,
    Progress,
    Status,
    StatusResult,
    derive_status,
)

__all__ = [
    "KEEPS_EVIDENCE",
    "NEEDS_EVIDENCE",
    "P0",
    "PLACEHOLDERS",
    "SAFE_SCHEMES",
    "BlockerFact",
    "ClaimRule",
    "EvidenceFact",
    "GateFacts",
    "GateStanding",
    "Plural",
    "Progress",
    "Reason",
    "Status",
    "StatusResult",
    "Totals",
    "Verdict",
    "closing_errors",
    "count_totals",
    "decision_errors",
    "derive_status",
    "evidence_text_errors",
    "judge_claim",
    "url_errors",
]
