"""The soak's own count: it finds what was lost, written twice, or written unasked."""

from collections import Counter
from typing import Any

import pytest

from benchmarks.soak import Ledger, SoakResult, growth, words_in

NOTE, CLOSE = "word-1-1", "word-2-7"


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
        pytest.param([(1, 2, 5, None, "word-1-12")], {"word-1-12": 1}, id="not its beginning"),
    ],
)
def test_a_word_counts_once_for_each_write(
    rows: list[tuple[Any, ...]], found: dict[str, int]
) -> None:
    assert words_in(rows) == found


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ({(NOTE, "gate"): 1, (CLOSE, "gate"): 1, (CLOSE, "evidence"): 1}, SoakResult(0, 0, 0)),
        ({(NOTE, "gate"): 1, (CLOSE, "gate"): 1}, SoakResult(1, 0, 0)),
        ({}, SoakResult(3, 0, 0)),
        ({(NOTE, "gate"): 2, (CLOSE, "gate"): 1, (CLOSE, "evidence"): 3}, SoakResult(0, 2, 0)),
        (
            {(NOTE, "gate"): 1, (CLOSE, "gate"): 1, (CLOSE, "evidence"): 1, (NOTE, "claim"): 1},
            SoakResult(0, 0, 1),
        ),
    ],
)
def test_what_people_were_told_is_held_against_the_history(
    found: dict[tuple[str, str], int], verdict: SoakResult
) -> None:
    ledger = Ledger({NOTE: ("gate",), CLOSE: ("gate", "evidence")})

    assert ledger.held_against(Counter(found)) == verdict


def test_memory_that_only_grows_is_seen() -> None:
    assert growth([50, 80, 100, 100, 101, 100, 100, 101]) == pytest.approx(1, abs=0.02)
    assert growth([100 + second for second in range(100)]) > 1.3
