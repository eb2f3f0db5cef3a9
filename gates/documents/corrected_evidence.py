"""Recognise a proof whose summary was corrected, in the document or on the board.

A proof is found by its summary. Without this, a document with a corrected summary, or one from
before the summary was corrected on the board, would leave the same proof twice.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from gates.models import Evidence
from gates.rules.text import same_as

from .board_rows import BoardRows
from .records import Record
from .titles import is_same_title

# A proof that names the same of these is the same proof, whatever its summary says.
TELLING_FIELDS = ("url", "commit", "output", "sha256")


def match_corrections(records: Iterable[Record], board: BoardRows) -> None:
    """Let records of evidence be found that are on the board under another summary.

    A row that the document names under its present summary is nobody else's.
    """
    evidence = [record for record in records if record.model is Evidence]
    found = [board.find(Evidence, record.key()) for record in evidence]
    named = {row.pk for row in found if row is not None}
    rows: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for (model, key), row in board.by_key.items():
        if model is Evidence and row.pk not in named:
            rows[key[:-1]].append(row)
    for record, row in zip(evidence, found, strict=True):
        if row is None and (others := rows.get(record.key()[:-1])):
            same = next((other for other in others if _is_same_proof(record, other)), None)
            if same is not None:
                board.add(Evidence, record.key(), same)
                others.remove(same)


def is_corrected(record: Record, row: Any) -> bool:
    """Return whether the document corrects a row's summary, and not the board the document's."""
    summary = str(record.fields.get("summary"))
    return same_as(row.summary) != same_as(summary) and not _had(row, summary)


def _is_same_proof(record: Record, row: Any) -> bool:
    summary = str(record.fields.get("summary"))
    if _had(row, summary):
        return True
    newest = Evidence.history.filter(id=row.pk).order_by("-history_id").first()
    if newest is None or not newest.history_import:
        return False  # a person wrote it last
    told = [(record.fields.get(name), getattr(row, name)) for name in TELLING_FIELDS]
    return is_same_title(row.summary, summary) or any(new and new == old for new, old in told)


def _had(row: Any, summary: str) -> bool:
    """Return whether a row had this summary before."""
    past = Evidence.history.filter(id=row.pk).values_list("summary", flat=True)
    return same_as(summary) in map(same_as, past)
