"""Where a history row comes from: when, what kind, by whom, why, from which document."""

from datetime import datetime
from typing import NamedTuple

ORIGIN_COLUMNS = (
    "history_date", "history_type", "history_user_name", "history_change_reason", "history_import"
)  # fmt: skip


class Origin(NamedTuple):
    """Where a history row comes from.

    Attributes:
        at: When it was written.
        kind: "+" added, "~" changed, "-" deleted.
        by: The user name; empty where a program wrote it.
        reason: The reason given; an import's own sentence where there is a `sha256`.
        sha256: The imported document that wrote it; None where people did.
    """

    at: datetime
    kind: str
    by: str
    reason: str | None
    sha256: str | None
