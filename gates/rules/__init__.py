"""The rules of the board: pure functions that take facts and return statuses, reasons, verdicts.

They read no database. Every page, export, command and admin list calls the same functions, and
table tests pin their results (`tests/rules/`). Only the standard library is imported, and
`gettext_noop`, which marks sentences for translation.

status    a gate's facts, and the status derived from them
archive   what belongs to an archived launch stays as it is
closing   the reasons why a gate may not be closed or reopened
evidence  the text of a piece of evidence; `placeholders` has what proves nothing
links     the URL of a piece of evidence
text      what is stored of a text, and the form in which texts are compared
files     the file of a piece of evidence
claims    the counts of gates, and the verdict on a claim
measures  what machines can measure, by kind of report, with labels and units
conditions  bounds on measures
runs      whether a run passes and counts, and under which definition
checks    the state of a check on a day
reason    a sentence as template and values
"""

from .archive import CURRENT_STAYS, launch_archived
from .checks import CheckFact, CheckState, LastRun, check_reason, check_state
from .claims import P0, ClaimRule, GateStanding, Totals, Verdict, count_totals, judge_claim
from .closing import KEEPS_EVIDENCE, NEEDS_EVIDENCE, closing_errors, decision_errors
from .conditions import Condition, Operator
from .evidence import evidence_text_errors, repetition_errors
from .links import SAFE_SCHEMES, local_url_errors, url_errors
from .measures import Kind
from .placeholders import PLACEHOLDERS
from .reason import Plural, Reason
from .runs import CheckRule, CountingRun, ReceivedRun, RunVerdict, definition_hash, judge_run
from .status import (
    BlockerFact,
    EvidenceFact,
    FileState,
    GateFacts,
    Progress,
    Status,
    StatusResult,
    derive_status,
    is_ready_to_close,
)

__all__ = [
    "CURRENT_STAYS",
    "KEEPS_EVIDENCE",
    "NEEDS_EVIDENCE",
    "P0",
    "PLACEHOLDERS",
    "SAFE_SCHEMES",
    "BlockerFact",
    "CheckFact",
    "CheckRule",
    "CheckState",
    "ClaimRule",
    "Condition",
    "CountingRun",
    "EvidenceFact",
    "FileState",
    "GateFacts",
    "GateStanding",
    "Kind",
    "LastRun",
    "Operator",
    "Plural",
    "Progress",
    "Reason",
    "ReceivedRun",
    "RunVerdict",
    "Status",
    "StatusResult",
    "Totals",
    "Verdict",
    "check_reason",
    "check_state",
    "closing_errors",
    "count_totals",
    "decision_errors",
    "definition_hash",
    "derive_status",
    "evidence_text_errors",
    "is_ready_to_close",
    "judge_claim",
    "judge_run",
    "launch_archived",
    "local_url_errors",
    "repetition_errors",
    "url_errors",
]
