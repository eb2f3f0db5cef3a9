"""The ledger of a soak: acknowledged writes, compared with the history.

Each write carries a marker that no other write carries. An acknowledged marker must be in the
history exactly once, a refused one nowhere.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from gates.models import TRACKED

MARKER = re.compile(r"\bmarker-\d+-\d+\b")


@dataclass(slots=True)
class Ledger:
    """Acknowledged writes: by marker, the models whose history must have it."""

    acknowledged: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def compare(self, history: Counter[tuple[str, str]]) -> "LedgerResult":
        """Compare with the number of writes in the history, by (marker, model)."""
        expected = {(marker, name) for marker, names in self.acknowledged.items() for name in names}
        return LedgerResult(
            lost=sum(not history[key] for key in expected),
            duplicated=sum(history[key] > 1 for key in expected),
            unexpected=sum(key not in expected for key in history),
        )


@dataclass(frozen=True, slots=True)
class LedgerResult:
    """How many entries of the history are missing, there more than once, or not acknowledged."""

    lost: int
    duplicated: int
    unexpected: int


def count_markers(rows: Iterable[tuple[Any, ...]]) -> Counter[str]:
    """Count the writes that brought each marker into one history table.

    Args:
        rows: (object's id, version, any columns ...), the versions of an object in order. A marker
            that stays in a row while other columns change was brought by one write. Two rows of
            one version count as two writes.
    """
    writes: Counter[str] = Counter()
    version_of, current, previous = None, set[str](), set[str]()
    for pk, version, *values in rows:
        if version_of != (pk, version):
            previous = current if version_of and version_of[0] == pk else set()
            version_of, current = (pk, version), set()
        texts = [value for value in values if isinstance(value, str)]
        markers = {marker for text in texts for marker in MARKER.findall(text)}
        writes.update(markers - previous)
        current = current | markers
    return writes


def markers_in_history() -> Counter[tuple[str, str]]:
    """Count the writes in the whole history, by (marker, model)."""
    writes: Counter[tuple[str, str]] = Counter()
    for model in TRACKED:
        columns = [
            column.attname
            for column in model.history.model._meta.concrete_fields
            if column.name not in {"id", "version", "history_id"}
        ]
        rows = model.history.order_by("id", "version", "history_id")
        counts = count_markers(rows.values_list("id", "version", *columns).iterator())
        for marker, times in counts.items():
            writes[marker, model._meta.model_name] = times
    return writes
