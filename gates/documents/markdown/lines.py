"""Sentences of a document outside its tables: rule, summary, gap, rounds, plan."""

import re
from collections.abc import Callable

from gates.rules import Status
from gates.rules.text import comparison_form, fold_digits

from .escaping import unescape_text
from .parsed import (
    ClosedThisRound,
    ParsedAction,
    ParsedClaim,
    ParsedDocument,
    ParsedNote,
    StatedCount,
    StatedGap,
)
from .vocabulary import (
    DATE_LABELS,
    STATES,
    TARGET_LABELS,
    codes_in,
    parse_status,
    strip_markup,
)
from .written_dates import date_at_start

# No sentence is longer, and some patterns below are slow on a longer line.
MAX_LINE_LENGTH = 5000

_LABELLED = re.compile(r"\*\*([^*]+?):\*\*\s*(.*)|\*\*([^*]+?)\*\*:\s*(.*)")
_AFTER_DATE = re.compile(r"(?:\s*\((.*)\))?\s*")
_OF = re.compile(r"([0-9]{1,6})\s*/\s*([0-9]{1,6})")
_OF_OR_GATES = re.compile(
    r"(?P<number>[0-9]{1,6})(?:\s*/\s*(?P<total>[0-9]{1,6})|\**\s+(?:counted\s+)?gates?\b)"
)
# A number of gates ends there, or is followed by gates, a bracket or punctuation; “2026-03-01” and
# “14 Apr” are no numbers of gates.
_NUMBER = re.compile(
    r"([0-9]{1,6})(?:(?:\s*/\s*|\s+(?:of|من)\s+)([0-9]{1,6}))?(?![0-9]*-[0-9])(?![\w/])"
    r"(?=\**\s*(?:$|[(—–,;.:*+]|-\s|gates?\b|rows?\b|items?\b|closed\b|open\b|left\b|بوا))",
    re.IGNORECASE,
)
_CLOSED_OF = re.compile(
    r"\**([0-9]{1,6})\s*(?:/|of|من)\s*([0-9]{1,6})\**\s+(?:gates?\s+)?"
    r"(?:closed|done|complete|passed|مغلقة|مغلق|مكتملة)\b",
    re.IGNORECASE,
)
_UNMARKED = re.compile(r"([^\W\d_][^:*|`]{0,60}):\s+(?=\w)")
_RULE = re.compile(
    r"""no\s+[“"'«]?([^”"'»]{1,100}?)[”"'»]?\s+claim until\s+\**(?:≥|>=|at least)?\s*\**"""
)
_GAP = re.compile(r"Gap to (.+?)\s*\(([^()]*)\)")
_ROUND = re.compile(r"\+([0-9]{1,6}) this (?:round|session|week)\s*:?\s*(.*)", re.IGNORECASE)
_PERSON = re.compile(r"blocked on (.+)", re.IGNORECASE)
_NEWLY = re.compile(r"\*\*([A-Z]+-?[0-9]+[a-z]?)\*\*\s*(?:[—–:-]+\s*)?(.*)")
_DAY = re.compile(r"\**(?:Day|اليوم) ([0-9])(?=[\s:])", re.IGNORECASE)
_REQUIRES = re.compile(r"\brequires? ([A-Z\u0600-\u06ff][\w\u0600-\u06ff]*)")
_REMAINING = re.compile(
    r"remaining (?:([0-9]{1,6}) )?gates? \(([^()]*)\) (?:are|is) (.+)", re.IGNORECASE
)
_WRITTEN_CODE = r"[A-Za-z]{0,8}[-_.]?[0-9]{1,4}(?:[a-z]|\.[0-9]+)?(?![\w-])"
_CLOSES = re.compile(rf"\bcloses?\s+({_WRITTEN_CODE})")
_BEGINS = re.compile(_WRITTEN_CODE)


def split_label(text: str) -> tuple[str, str] | None:
    """Split "**Label:** text" into (casefolded label, text); None for a line without label."""
    match = _LABELLED.match(text)
    if match is None:
        return None
    label, rest = match.group(1) or match.group(3), match.group(2) or match.group(4) or ""
    return label.strip().casefold(), rest.strip()


def read_sentence(parsed: ParsedDocument, line: int, text: str) -> bool:
    """Read a line with a bold label into `parsed`; return False if it is not understood."""
    plain = text.lstrip("✅🔄🟡🔴🚫 ")
    match = split_label(plain)
    if match is None:
        return False
    label, rest = match
    if len(text) > MAX_LINE_LENGTH and label != "snapshot date":
        return False
    reader = _LABELS.get(comparison_form(label))
    if reader is not None:
        return reader(parsed, line, rest)
    if label.startswith("gap to "):
        return _read_gap(parsed, line, plain)
    return (
        _read_count(parsed, line, label, plain)
        or _read_remaining(parsed, line, rest)
        or _read_closed(parsed, line, label, rest)
    )


def read_unmarked(parsed: ParsedDocument, line: int, text: str) -> bool:
    """Read a count or the rule without a bold label: "Open: 7", "no … claim until …"."""
    if len(text) > MAX_LINE_LENGTH:
        return False
    plain = text.lstrip("✅🔄🟡🔴🚫 ")
    for mark in ("**", "*", "_"):
        if plain.startswith(mark) and plain.endswith(mark):
            plain = plain.strip(mark)  # “**Total: 1/3 closed**”, “_Last updated: 2026-03-10_”
    if match := _UNMARKED.match(plain):
        label, rest = match.group(1).strip(), plain[match.end() :]
        if comparison_form(label) in DATE_LABELS and _read_other_date(parsed, line, rest):
            return True
        if _read_count(parsed, line, label.casefold(), plain):
            return True
        if _read_closed(parsed, line, label, rest):
            return True
    if _CLOSED_OF.match(plain) and _read_closed(parsed, line, "Closed", plain):
        return True
    return _RULE.search(plain) is not None and _read_rule(parsed, line, plain)


def _read_date(parsed: ParsedDocument, line: int, text: str) -> bool:
    day, rest = date_at_start(text)
    match = _AFTER_DATE.fullmatch(rest)
    if not day or match is None:
        return False
    parsed.snapshot_date, parsed.notes = day, unescape_text(match.group(1) or "")
    return True


def _read_other_date(parsed: ParsedDocument, line: int, text: str) -> bool:
    """Read "Last updated: 2026-03-10", for a document without a snapshot date."""
    day, rest = date_at_start(text)
    if not day:
        return False
    parsed.snapshot_date = parsed.snapshot_date or day
    return not rest.strip(" .*_")


def _read_plan_start(parsed: ParsedDocument, line: int, text: str) -> bool:
    day, rest = date_at_start(text)
    parsed.plan_starts_on = day if _AFTER_DATE.fullmatch(rest) else ""
    return bool(parsed.plan_starts_on)


def _read_current(parsed: ParsedDocument, line: int, text: str) -> bool:
    match = _OF.match(text)
    if match is None:
        return False
    number, total = map(int, match.groups())
    parsed.counts.append(StatedCount(line, "Current status", Status.CLOSED, number, total))
    return True


def _read_rule(parsed: ParsedDocument, line: int, text: str) -> bool:
    if "P0" in codes_in(text):
        parsed.p0_lines.append(line)
    rule = _RULE.search(text)
    threshold = _OF_OR_GATES.match(text, rule.end()) if rule else None
    if rule is None or threshold is None:
        return False
    name, number = rule.group(1).strip(), int(threshold["number"])
    total = int(threshold["total"]) if threshold["total"] else None
    parsed.rules.append(ParsedClaim(line, name, name, number, "P0" in codes_in(text)))
    parsed.gaps.append(StatedGap(line, name, number, total))
    return True


def _read_rows(parsed: ParsedDocument, line: int, text: str) -> bool:
    match = re.match(r"([0-9]{1,6})", text)
    if match:
        parsed.rows_stated = StatedCount(line, "Rows", None, int(match.group(1)))
    return bool(match)


_LABELS: dict[str, Callable[[ParsedDocument, int, str], bool]] = {
    "snapshot date": _read_date,
    **dict.fromkeys(DATE_LABELS, _read_other_date),
    "plan starts on": _read_plan_start,
    "current status": _read_current,
    "rule": _read_rule,
    "rows": _read_rows,
}


def _read_gap(parsed: ParsedDocument, line: int, text: str) -> bool:
    match = _GAP.search(text)
    if match is None:
        return False
    gap = StatedGap(line, match.group(1).strip())
    inside, after = match.group(2), text[match.end() :].lstrip(":* ")
    if of := _OF.fullmatch(inside.strip()):
        gap.threshold, gap.total = map(int, of.groups())
    gap.codes = parsed.codes_in(inside)
    if missing := re.match(r"([0-9]{1,6}) gates?\b", after):
        gap.missing = int(missing.group(1))
    parsed.gaps.append(gap)
    return gap.threshold is not None or bool(gap.codes)


def _read_count(parsed: ParsedDocument, line: int, label: str, text: str) -> bool:
    person = _PERSON.fullmatch(label)
    status = parse_status("blocked" if person else label)
    after = fold_digits(text.partition(":")[2].lstrip("* "))
    number = _NUMBER.match(after)
    if status is None or number is None:
        return False
    count = StatedCount(line, label.capitalize(), status[0], int(number.group(1)))
    count.total = int(number.group(2)) if number.group(2) else None
    if person:
        # The label is casefolded; the name is taken as it is written.
        count.person = text[text.casefold().index(person.group(1)) :][: len(person.group(1))]
    inside = after[number.end() :].strip().removeprefix("(").removesuffix(")")
    if this_round := _ROUND.match(inside):
        items = [item.strip() for item in this_round.group(2).split(",")]
        parsed.rounds.append(
            ClosedThisRound(
                line, int(this_round.group(1)), items, parsed.codes_in(this_round.group(2))
            )
        )
    else:
        count.codes = parsed.codes_in(inside)
    parsed.counts.append(count)
    return True


def _read_closed(parsed: ParsedDocument, line: int, label: str, text: str) -> bool:
    """Read "Verdict: 3/6 closed", and "Target: 5/6 gates closed" as the rule of a claim."""
    match = _CLOSED_OF.match(fold_digits(text))
    if match is None:
        return False
    number, total = int(match.group(1)), int(match.group(2))
    if comparison_form(label) in TARGET_LABELS:
        parsed.rules.append(ParsedClaim(line, label.casefold(), label.capitalize(), number))
        parsed.gaps.append(StatedGap(line, label.capitalize(), number, total))
    else:
        parsed.counts.append(StatedCount(line, label.capitalize(), Status.CLOSED, number, total))
    return True


def _read_remaining(parsed: ParsedDocument, line: int, text: str) -> bool:
    """Read gates set apart: "remaining 4 gates (S5, S7) are commercial, not technical"."""
    match = _REMAINING.search(text)
    if match is None:
        return False
    number, inside, why = match.groups()
    codes = parsed.codes_in(inside)
    parsed.remaining.append(
        StatedCount(line, "Remaining", None, int(number or len(codes)), codes=codes)
    )
    if "not technical" in why or "not counted" in why:
        reason = unescape_text(why.strip())
        reason = reason[:1].upper() + reason[1:]
        parsed.not_counted += [ParsedNote(line, code, reason) for code in codes]
    return True


def read_newly_closed(parsed: ParsedDocument, line: int, text: str) -> bool:
    """Read "**T5** — note" below "Newly closed"."""
    match = _NEWLY.fullmatch(text)
    if match is None:
        return False
    parsed.newly_closed.append(
        ParsedNote(line, match.group(1), unescape_text(match.group(2).strip()))
    )
    return True


def parse_plan_day(text: str) -> tuple[int, str] | None:
    """Return (day, owner) of "**Day 2 (D+2) — requires Sami credentials:**"; owner may be ""."""
    match = _DAY.match(text)
    if match is None:
        return None
    person = _REQUIRES.search(text)
    return int(match.group(1)), person.group(1) if person else ""


def step_mark(text: str) -> tuple[str, str]:
    """Split the mark or box of a step from its text; an empty mark if there is none."""
    marks = (m for m in STATES if not m.isalpha() and text.casefold().startswith(m))
    mark = next(marks, "")
    return mark, text[len(mark) :].strip()


def parse_plan_step(line: int, text: str, day: int, needs: str, known: set[str]) -> ParsedAction:
    """Return a line of the plan as a step.

    Its gate is the one after "closes", or the code it begins with, if `known` has it.
    """
    mark, rest = step_mark(text)
    state = STATES[mark] if mark else "todo"
    closes, begins = _CLOSES.search(rest), _BEGINS.match(strip_markup(rest))
    codes = [match.group(len(match.groups())) for match in (closes, begins) if match]
    code = next((code for code in codes if code in known), "")
    return ParsedAction(line, code, unescape_text(rest), day=day, state=state, needs=needs)
