"""Any bytes: measures or a `ReportError`, never another exception, and work in proportion.

Work is counted in calls, not by the clock: a machine that is busy changes nothing.
"""

import json
import re
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.measurements import Report
from gates.measurements.strict_json import _TOKEN
from gates.rules.conditions import is_storable
from gates.rules.measures import MAX_MEASURES, Kind, is_measure_name
from tests.support.reports import SAMPLES, count_calls, kind_of, outcome

CONTENTS = [path.read_bytes() for path in SAMPLES]
kinds = st.sampled_from(list(Kind))
# What parsers stumble over: brackets, quotes, escapes, numbers and names out of place.
HOSTILE = [
    *(b'"', b"\\", b"{", b"}", b"[", b"]", b"<", b">", b"&", b"&#x0;", b"]]>", b"<!--", b"-->"),
    *(b"null", b"true", b"NaN", b"-", b"1e999", b"0e999999999", b"-0", b"1E+18", b"\\ud800"),
    *(
        b"\0",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\xe2\x80\xae",
        b"<!DOCTYPE a>",
        b"<testcase/>",
        b"<error/>",
    ),
    *(b'"values": ', b'"metrics": ', b'"jobs": ', b'"tables": ', b'{"result": "success"}'),
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A real report with some of its pieces cut out, doubled, exchanged or replaced."""
    content = draw(st.sampled_from(CONTENTS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        end = min(start + draw(st.integers(0, 40)), len(content))
        middle = draw(
            st.sampled_from(HOSTILE)
            | st.just(content[start:end] * 2)
            | st.just(b"")
            | st.binary(max_size=4)
        )
        content = content[:start] + middle + content[end:]
    return content


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("metrics", "values", "count", "rate", "passes", "fails", "p(95)", "results"),
                    *("config", "duration", "checks", "name", "jobs", "result", "conclusion"),
                    *("tables", "dumped", "restored", "rows", "parts", "milliseconds", "status"),
                ]
            )
            | st.text(max_size=3),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


def assert_sound(kind: Kind, content: bytes) -> None:
    """Read a report, and hold what came out of it to what is promised."""
    found = outcome(kind, content)
    if isinstance(found, Report):
        assert 0 < len(found.measures) <= MAX_MEASURES
        assert all(is_measure_name(name) for name in found.measures)
        assert all(is_storable(value) for value in found.measures.values())
        assert found.tool_time is None or found.tool_time.tzinfo is not None
    else:
        assert str(found).isprintable()
        assert len(str(found)) < 400


@given(kinds, mutated())
def test_a_mutated_report_is_read_or_refused(kind: Kind, content: bytes) -> None:
    assert_sound(kind, content)


@given(st.data())
def test_a_report_mutated_for_its_own_kind_is_read_or_refused(data: st.DataObject) -> None:
    path: Path = data.draw(st.sampled_from(SAMPLES))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    assert_sound(kind_of(path), bytes(content))


@given(kinds, st.binary(max_size=60) | st.text(max_size=40).map(str.encode))
def test_any_bytes_are_refused_or_read(kind: Kind, content: bytes) -> None:
    assert_sound(kind, content)


@given(kinds, json_values)
def test_any_json_is_refused_or_read(kind: Kind, value: object) -> None:
    assert_sound(kind, json.dumps(value).encode())


def repeated(head: str, piece: str, tail: str) -> Callable[[int], bytes]:
    """A report of about so many bytes."""
    return lambda size: (head + piece * (size // len(piece)) + tail).encode()


LONG = [
    (Kind.NUMBERS, repeated("", '"', "")),
    (Kind.NUMBERS, repeated("", '\\"', "")),
    (Kind.NUMBERS, repeated('"', '\\"', "\\")),
    (Kind.NUMBERS, repeated('{"a": "', "\\\\", '"}')),
    (Kind.NUMBERS, repeated("{", '"a": 1, ', '"a": 1}')),
    (Kind.NUMBERS, repeated("[", "[],", "[]]")),
    (Kind.NUMBERS, repeated('{"a": ', "9", "}")),
    (Kind.NUMBERS, repeated('{"a": ', " ", "1}")),
    (Kind.NUMBERS, repeated("{", "\n", "")),
    (Kind.K6, repeated('{"metrics": {"a": {"x": [', '{"count": 1}, ', "1]}}}")),
    (Kind.CI, repeated('{"jobs": [', '{"name": "a", "conclusion": "success"}, ', "{}]}")),
    (Kind.RESTORE, repeated('{"tables": {"a": {"x": "', "é", '"}}}')),
    (Kind.JUNIT, repeated("<testsuites>", "<testcase/>", "</testsuites>")),
    (Kind.JUNIT, repeated("<testsuites>", "<testcase><failure/></testcase>", "</testsuites>")),
    (Kind.JUNIT, repeated("<testsuites a='", "x", "'/>")),
    (Kind.JUNIT, repeated("<testsuites><testcase><error/><error/>", "<error/>", "")),
    (Kind.JUNIT, repeated("<", "<", "")),
    (Kind.JUNIT, repeated("<testsuites><!--", "-", "--></testsuites>")),
    (Kind.JUNIT, repeated("<testsuites>", "<testsuite></testsuite>", "</testsuites>")),
]


@pytest.mark.parametrize("place", range(len(LONG)))
def test_twice_the_report_is_at_most_twice_the_work(place: int) -> None:
    kind, report = LONG[place]

    work = [count_calls(partial(outcome, kind, report(size))) for size in (20_000, 40_000)]

    assert work[1] <= 2 * work[0] + 1000


@pytest.mark.parametrize(
    "text", ['"' * 5000, '\\"' * 5000, '"' + '\\"' * 5000 + "\\", '"' + "\\" * 5001, '"[' * 5000]
)
def test_a_text_is_cut_into_tokens_that_never_overlap(text: str) -> None:
    """A string that is not closed ends the text, so nothing is looked at twice."""
    tokens = [found.span() for found in _TOKEN.finditer(text)]

    assert all(end <= start for (_, end), (start, _) in pairwise(tokens))
    assert re.search(r"[^+?*]\*[^+)]", _TOKEN.pattern) is None  # every repetition is possessive
    unclosed = [end for start, end in tokens if text[start] == '"' and text[end - 1] != '"']
    assert unclosed in ([], [len(text)])
