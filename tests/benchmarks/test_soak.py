"""The ledger of the soak finds lost, duplicated and unacknowledged writes."""

from collections import Counter
from typing import Any

import pytest

from benchmarks.soak import memory_growth
from benchmarks.soak_ledger import Ledger, LedgerResult, count_markers

NOTE, CLOSE = "marker-1-1", "marker-2-7"


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        pytest.param([(1, 1, "old"), (1, 2, NOTE)], {NOTE: 1}, id="written"),
        pytest.param([(1, 1, "old"), (1, 2, "new")], {}, id="not written"),
        pytest.param([(1, 2, NOTE, ""), (1, 3, NOTE, CLOSE)], {NOTE: 1, CLOSE: 1}, id="it stays"),
        pytest.param([(1, 2, NOTE), (1, 2, NOTE)], {NOTE: 2}, id="two rows of one version"),
        pytest.param([(1, 2, NOTE), (1, 3, ""), (1, 4, NOTE)], {NOTE: 2}, id="written again"),
        pytest.param([(1, 2, NOTE), (2, 1, NOTE)], {NOTE: 2}, id="on another object too"),
        pytest.param([(1, 2, f"{CLOSE}: {NOTE}", CLOSE)], {CLOSE: 1, NOTE: 1}, id="two columns"),
        pytest.param([(1, 2, 5, None, "marker-1-12")], {"marker-1-12": 1}, id="not its beginning"),
    ],
)
def test_a_marker_counts_once_for_each_write(
    rows: list[tuple[Any, ...]], found: dict[str, int]
) -> None:
    assert count_markers(rows) == found


@pytest.mark.parametrize(
    ("found", "result"),
    [
        ({(NOTE, "gate"): 1, (CLOSE, "gate"): 1, (CLOSE, "evidence"): 1}, LedgerResult(0, 0, 0)),
        ({(NOTE, "gate"): 1, (CLOSE, "gate"): 1}, LedgerResult(1, 0, 0)),
        ({}, LedgerResult(3, 0, 0)),
        ({(NOTE, "gate"): 2, (CLOSE, "gate"): 1, (CLOSE, "evidence"): 3}, LedgerResult(0, 2, 0)),
        (
            {(NOTE, "gate"): 1, (CLOSE, "gate"): 1, (CLOSE, "evidence"): 1, (NOTE, "claim"): 1},
            LedgerResult(0, 0, 1),
        ),
    ],
)
def test_what_people_were_told_is_compare_the_history(
    found: dict[tuple[str, str], int], result: LedgerResult
) -> None:
    ledger = Ledger({NOTE: ("gate",), CLOSE: ("gate", "evidence")})

    assert ledger.compare(Counter(found)) == result


def test_memory_that_only_grows_is_seen() -> None:
    assert memory_growth([50, 80, 100, 100, 101, 100, 100, 101]) == pytest.approx(1, abs=0.02)
    assert memory_growth([100 + second for second in range(100)]) > 1.3
