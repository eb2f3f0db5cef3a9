"""Reports that are refused, each with one sentence that says what is wrong."""

import gzip
import json
from typing import Any

import pytest

from gates.measurements import ReportError, read_report
from gates.measurements.text import MAX_REPORT_BYTES
from gates.rules.measures import Kind
from tests.support.reports import XML_KINDS, code_of, measured, sample

JSON_KINDS = [kind for kind in Kind if kind not in XML_KINDS]
CASE = "<testcase name='a'/>"


def in_suites(text: str, head: str = "") -> str:
    return f"{head}<testsuites>{text}</testsuites>"


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"\xef\xbb\xbf{}", "byte_order_mark"),
        ("<testsuites/>".encode("utf-16"), "byte_order_mark"),
        ('{"a": 1}'.encode("utf-16-le"), "encoding"),
        (b'{"a": "\xff"}', "encoding"),
        (b'{"a": "\xed\xa0\x80"}', "encoding"),
        (b"\0", "encoding"),
        (gzip.compress(b"{}", mtime=0), "compressed"),
        (gzip.compress(bytes(1024**2)), "compressed"),
        (b"PK\x03\x04", "compressed"),
        (b"\x28\xb5\x2f\xfd", "compressed"),
        (b" " * (MAX_REPORT_BYTES + 1), "too_large"),
        (b" " * MAX_REPORT_BYTES, "empty"),
    ],
)
def test_bytes_that_no_parser_takes(kind: Kind, content: bytes, code: str) -> None:
    assert code_of(kind, content) == code


@pytest.mark.parametrize("kind", JSON_KINDS)
@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<html></html>", "not_json"),
        ("{", "not_json"),
        ('{"a": 1,}', "not_json"),
        ("{} {}", "not_json"),
        ("{'a': 1}", "not_json"),
        ('{"a": 01}', "not_json"),
        ('{"a": 1} // k6', "not_json"),
        ("[]", "not_object"),
        ("12", "not_object"),
        ("null", "not_object"),
        ('"text"', "not_object"),
        ('{"a": 1, "a": 1}', "duplicate_key"),
        ('{"b": {"a": 1, "\\u0061": 2}}', "duplicate_key"),
        ('{"a": NaN}', "not_finite"),
        ('{"a": [Infinity]}', "not_finite"),
        ('{"a": -Infinity}', "not_finite"),
        ('{"a": 1e400}', "number"),
        ('{"a": 1e-400}', "number"),
        ('{"a": 1e99999999999999999999}', "number"),
        ('{"a": ' + "9" * 5000 + "}", "number"),
        ('{"a": 0.' + "1" * 5000 + "}", "number"),
        ('{"a":' * 51 + "1" + "}" * 51, "too_deep"),
        ('{"a":' + "[" * 500_000, "too_deep"),
        ('{"a": "' + "[" * 60, "not_json"),
    ],
)
def test_json_that_could_be_read_in_two_ways_or_not_at_all(
    kind: Kind, content: str, code: str
) -> None:
    assert code_of(kind, content) == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("tests: 12", "not_xml"),
        ("{}", "not_xml"),
        ("<testsuites>", "not_xml"),
        ("<testsuites></testsuite>", "not_xml"),
        ("<a b='1' b='2'/>", "not_xml"),
        ("<a>&amp;&nbsp;</a>", "not_junit"),
        (in_suites("&nbsp;"), "not_xml"),
        ("<html><body/></html>", "not_junit"),
        ("<suite><testcase/></suite>", "not_junit"),
        ("<testsuites/>", "no_tests"),
        ("<testsuite tests='100' failures='0'/>", "no_tests"),
        (in_suites(CASE, "<!DOCTYPE testsuites>"), "doctype"),
        (in_suites(CASE, "<!DOCTYPE html [<!ENTITY a 'aaaa'>]>"), "doctype"),
        (in_suites(CASE, "<!DOCTYPE a SYSTEM 'file:///etc/passwd'>"), "doctype"),
        (in_suites(CASE, "<?xml version='1.0' encoding='utf-16'?>"), "encoding"),
        (in_suites(CASE, "<?xml version='1.0' encoding='windows-1256'?>"), "encoding"),
        ("<testsuite>" * 51 + CASE + "</testsuite>" * 51, "too_deep"),
        ("<testsuite>" * 90_000, "too_deep"),
        (in_suites("<testcase><skipped/></testcase>" * 3), "no_tests"),
        (in_suites("<testcase status='notrun'/>"), "no_tests"),
    ],
)
def test_xml_that_is_no_result_of_tests(content: str, code: str) -> None:
    assert code_of(Kind.JUNIT, content) == code


def test_a_zero_is_short_whatever_its_exponent() -> None:
    assert measured(Kind.NUMBERS, b'{"a": 0e999999, "b": -0.0}') == {"a": "0", "b": "0"}


def test_fifty_levels_are_read() -> None:
    xml = "<testsuite>" * 49 + CASE + "</testsuite>" * 49
    values = {"count": 1, "x": json.loads("[" * 47 + "]" * 47)}

    assert measured(Kind.JUNIT, xml.encode())["tests"] == "1"
    assert measured(Kind.K6, json.dumps({"metrics": {"a": values}}).encode())["a.count"] == "1"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        # Totals are not read.
        (f"<testsuite tests='9' failures='7'>{CASE}</testsuite>", "1 1 0 0 0"),
        # Once a case, whatever its number of failures; failed and broken off is both.
        (in_suites("<testcase><failure/><failure/></testcase>"), "1 0 1 0 0"),
        (in_suites("<testcase><failure/><error/></testcase>"), "1 0 1 1 0"),
        # A suite that breaks off outside its cases.
        (in_suites(f"<testsuite>{CASE}<error/></testsuite>"), "1 1 0 1 0"),
        # A retry that passed in the end, and one that did not.
        (in_suites("<testcase><flakyFailure/></testcase>"), "1 1 0 0 0"),
        (in_suites("<testcase><failure/><rerunFailure/></testcase>"), "1 0 1 0 0"),
        # All were skipped, but the suite itself broke off.
        (in_suites("<testcase><skipped/></testcase><error/>"), "1 0 0 1 1"),
        # Text is never markup.
        (in_suites("<testcase><![CDATA[<failure/>]]></testcase>"), "1 1 0 0 0"),
        (in_suites("<testcase><!-- <failure/> --></testcase>"), "1 1 0 0 0"),
    ],
)
def test_cases_are_counted_one_by_one(content: str, expected: str) -> None:
    names = ("tests", "passed", "failures", "errors", "skipped")

    assert measured(Kind.JUNIT, content.encode()) == dict(zip(names, expected.split(), strict=True))


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        (Kind.NUMBERS, {}, "no_measure"),
        (Kind.NUMBERS, {"a": "1"}, "not_number"),
        (Kind.NUMBERS, {"a": True}, "not_number"),
        (Kind.NUMBERS, {"a": None}, "not_number"),
        (Kind.NUMBERS, {"a": {"b": 1}}, "not_number"),
        (Kind.NUMBERS, {"": 1}, "name"),
        (Kind.NUMBERS, {" a": 1}, "name"),
        (Kind.NUMBERS, {"a\nb": 1}, "name"),
        (Kind.NUMBERS, {"\ud800": 1}, "name"),
        (Kind.NUMBERS, {"\u0000": 1}, "name"),
        (Kind.NUMBERS, {"\u202ea": 1}, "name"),
        (Kind.CI, {"jobs": []}, "no_result"),
        (Kind.CI, {"jobs": {}}, "no_result"),
        (Kind.CI, {"jobs": {}, "expected": ["lint"]}, "no_result"),
        (Kind.CI, {"jobs": {"lint": "skipped"}}, "no_result"),
        (Kind.CI, {"jobs": {"lint": "great"}}, "unknown_result"),
        (Kind.CI, {"jobs": {"lint": 1}}, "not_text"),
        (Kind.CI, {"jobs": {"lint": "success"}, "commit": "main"}, "commit"),
        (Kind.CI, {"lint": {"result": "success"}, "test": {}}, "not_ci"),
        (Kind.CI, {"jobs": [{"name": "a", "conclusion": "success", "head_sha": "abcdef1"},
                            {"name": "b", "conclusion": "success", "head_sha": "abcdef2"}]},
         "several_commits"),
        (Kind.CI, {"jobs": [{"conclusion": "success"}]}, "not_text"),
        (Kind.CI, {"jobs": [{"name": "a", "status": "in_progress"}]}, "no_result"),
        (Kind.RESTORE, {"tables": 0, "rows": 0, "tables_differing": 0}, "nothing_restored"),
        (Kind.RESTORE, {"tables": 3, "rows": 0, "tables_differing": 0}, "nothing_restored"),
        (Kind.RESTORE, {"tables": {}}, "nothing_restored"),
        (Kind.RESTORE, {"tables": 5, "tables_differing": 0}, "nothing_restored"),
        (Kind.RESTORE, {"tables": 0, "tables_differing": 0, "rows_lost": 1}, "nothing_restored"),
        (Kind.RESTORE, {"tables": {"a": {"dumped": 1, "restored": 1}, "b": {}}}, "no_rows"),
        (Kind.RESTORE, {"tables": {"a": {"dumped": 0, "restored": 0}}}, "nothing_restored"),
        (Kind.RESTORE, {"tables": {"a": {"dumped": 0, "restored": 9}}}, "nothing_restored"),
        (Kind.RESTORE, {"tables": {"a": {"dumped": -1, "restored": 0}}}, "not_count"),
        (Kind.RESTORE, {"tables": {"a": {"dumped": 1.5, "restored": 0}}}, "not_count"),
        (Kind.RESTORE, {"tables": {"a": {"dumped": 1, "restored": 1, "same": 1}}}, "not_boolean"),
        (Kind.RESTORE, {"tables": {"a": {"dumped": 1, "restored": 1}}, "dumped_at": "today"},
         "not_moment"),
        (Kind.RESTORE, {"tables": 1, "rows": 1, "minutes": -1}, "negative_time"),
        (Kind.RESTORE, {"tables": {"a": {"dumped": 1, "restored": 1}},
                        "started_at": "2026-11-24T03:00:00Z",
                        "finished_at": "2026-11-24T02:00:00Z"}, "negative_time"),
        (Kind.HEALTH, {"status": "ok"}, "not_health"),
        (Kind.HEALTH, {"status": 200, "milliseconds": -1}, "not_health"),
        (Kind.HEALTH, {"status": 900, "milliseconds": 1}, "not_health"),
        (Kind.HEALTH, {"status": 200, "milliseconds": 1, "parts": {"a": 1}}, "not_part"),
        (Kind.HEALTH, {"status": 200, "milliseconds": 1, "parts": []}, "not_object"),
    ],
)  # fmt: skip
def test_a_report_that_says_nothing_or_too_much_is_refused(
    kind: Kind, content: dict[str, Any], code: str
) -> None:
    assert code_of(kind, content) == code


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ({"a": {"dumped": 5, "restored": 5}}, "1 0 5 0"),
        ({"a": {"dumped": 5, "restored": 5, "same": False}}, "1 1 5 0"),
        ({"a": {"dumped": 5, "restored": 3, "same": True}}, "1 1 3 2"),
        ({"a": {"dumped": 5, "restored": 9}}, "1 1 9 0"),
        ({"a": {"dumped": 5, "restored": None}}, "1 1 0 5"),
        ({"a": {"dumped": 5}, "b": {"restored": 2}}, "2 2 2 5"),
        ({"a": {"dumped": 5, "restored": 5}, "b": {"dumped": None}}, "2 1 5 0"),
    ],
)
def test_tables_are_compared_here(tables: dict[str, Any], expected: str) -> None:
    names = ("tables", "tables_differing", "rows", "rows_lost")

    found = measured(Kind.RESTORE, json.dumps({"tables": tables}).encode())

    assert found == dict(zip(names, expected.split(), strict=True))


def test_a_refusal_names_the_place_and_shows_no_more_than_it_needs() -> None:
    content = b'{"metrics": {"http_reqs": {"count": "many"}}}'

    with pytest.raises(ReportError, match=r"^metrics\.http_reqs\.count must be a number\.$"):
        read_report(Kind.K6, content)
    with pytest.raises(ReportError) as refusal:
        read_report(Kind.NUMBERS, json.dumps({"\u202e\x1b[31m" * 50: "x"}).encode())
    assert len(str(refusal.value)) < 120
    assert str(refusal.value).isprintable()


def test_jobs_on_pages_that_were_not_sent_are_missing() -> None:
    data = json.loads(sample("ci/github-jobs-passed.json"))
    data["total_count"] = 31

    assert measured(Kind.CI, json.dumps(data).encode())["missing"] == "28"
