"""The rules of the board as pure functions: facts in, verdicts out.

Nothing here touches a database, so every page, export, command and admin list can ask the same
function and a table test can pin each answer.
"""

from .claims import P0, ClaimRule, Standing, Totals, Verdict, totals, verdict
from .closing import KEEPS_EVIDENCE, NEEDS_EVIDENCE, what_a_decision_lacks, what_keeps_open
from .evidence import (
    PLACEHOLDERS,
    SAFE_SCHEMES,
    what_is_wrong_with_url,
    what_text_lacks,
)
from .reason import Plural, Reason
from .status import (
    BlockerFact,
    EvidenceFact,
    GateFacts,
    Progress,
    Status,
    StatusOf,
    status_of,
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
    "Plural",
    "Progress",
    "Reason",
    "Standing",
    "Status",
    "StatusOf",
    "Totals",
    "Verdict",
    "status_of",
    "totals",
    "verdict",
    "what_a_decision_lacks",
    "what_is_wrong_with_url",
    "what_keeps_open",
    "what_text_lacks",
]
