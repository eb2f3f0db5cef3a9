"""The sentences a document says outside its gate tables: rule, summary, gap, rounds, plan."""

import re
from collections.abc import Callable

from gates.rules import Status

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
from .vocabulary import CODE, STATES, codes_in, parse_status, strip_markup

# Nobody writes a longer sentence, and some patterns below take their time with one.
MAX_LINE_LENGTH = 5000

_LABELLED = re.compile(r"\*\*([^*]+?):\*\*\s*(.*)|\*\*([^*]+?)\*\*:\s*(.*)")
_LINE_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:\s*\((.*)\))?\s*")
_OF = re.compile(r"([0-9]{1,6})\s*/\s*([0-9]{1,6})")
_OF_OR_GATES = re.compile(
    r"(?P<number>[0-9]{1,6})(?:\s*/\s*(?P<total>[0-9]{1,6})|\**\s+(?:counted\s+)?gates?\b)"
)
_UNMARKED = re.compile(r"([^\W\d_][^:*|`]{0,60}):\s+(?=[0-9])")
_RULE = re.compile(
    r"""no\s+[“"'«]?([^”"'»]{1,100}?)[”"'»]?\s+claim until\s+\**(?:≥|>=|at least)?\s*\**"""
)
_GAP = re.compile(r"Gap to (.+?)\s*\(([^()]*)\)")
_ROUND = re.compile(r"\+([0-9]{1,6}) this (?:round|session|week)\s*:?\s*(.*)", re.IGNORECASE)
_PERSON = re.compile(r"blocked on (.+)", re.IGNORECASE)
_NEWLY = re.compile(r"\*\*([A-Z]+[0-9]+)\*\*\s*(?:[—–:-]+\s*)?(.*)")
_DAY = re.compile(r"\**Day ([0-9]) ", re.IGNORECASE)
_REQUIRES = re.compile(r"\brequires? ([A-Z\u0600-\u06ff][\w\u0600-\u06ff]*)")
_REMAINING = re.compile(
    r"remaining (?:([0-9]{1,6}) )?gates? \(([^()]*)\) (?:are|is) (.+)", re.IGNORECASE
)
_CLOSES = re.compile(r"\bcloses?\s+([A-Z]+[0-9]+)\b")


def split_label(text: str) -> tuple[str, str] | None:
    """The label of "**Label:** text" in one case, and the text; None where there is no label."""
    found = _LABELLED.match(text)
    if found is None:
        return None
    label, rest = found.group(1) or found.group(3), found.group(2) or found.group(4) or ""
    return label.strip().casefold(), rest.strip()


def read_sentence(paper: ParsedDocument, line: int, text: str) -> bool:
    """Note what one line says of the whole launch; False where it means nothing to us."""
    plain = text.lstrip("✅🔄🟡🔴🚫 ")
    found = split_label(plain)
    if found is None:
        return False
    label, rest = found
    if len(text) > MAX_LINE_LENGTH and label != "snapshot date":
        return False
    reader = _LABELS.get(label)
    if reader is not None:
        return reader(paper, line, rest)
    if label.startswith("gap to "):
        return _read_gap(paper, line, plain)
    return _read_count(paper, line, label, plain) or _read_remaining(paper, line, rest)


def read_unmarked(paper: ParsedDocument, line: int, text: str) -> bool:
    """A count or the rule where nobody made the label bold: "Open: 7", "no … claim until …"."""
    if len(text) > MAX_LINE_LENGTH:
        return False
    plain = text.lstrip("✅🔄🟡🔴🚫 ")
    if found := _UNMARKED.match(plain):
        return _read_count(paper, line, found.group(1).strip().casefold(), plain)
    return _RULE.search(plain) is not None and _read_rule(paper, line, plain)


def _read_date(paper: ParsedDocument, line: int, text: str) -> bool:
    found = _LINE_DATE.fullmatch(text)
    if found is None:
        return False
    paper.snapshot_date, paper.notes = found.group(1), unescape_text(found.group(2) or "")
    return True


def _read_plan_start(paper: ParsedDocument, line: int, text: str) -> bool:
    found = _LINE_DATE.fullmatch(text)
    paper.plan_starts_on = found.group(1) if found else ""
    return bool(found)


def _read_current(paper: ParsedDocument, line: int, text: str) -> bool:
    found = _OF.match(text)
    if found is None:
        return False
    number, total = map(int, found.groups())
    paper.counts.append(StatedCount(line, "Current status", Status.CLOSED, number, total))
    return True


def _read_rule(paper: ParsedDocument, line: int, text: str) -> bool:
    if "P0" in codes_in(text):
        paper.speaks_of_p0.append(line)
    said = _RULE.search(text)
    found = _OF_OR_GATES.match(text, said.end()) if said else None
    if said is None or found is None:
        return False
    name, number = said.group(1).strip(), int(found["number"])
    total = int(found["total"]) if found["total"] else None
    paper.rules.append(ParsedClaim(line, name, name, number, "P0" in codes_in(text)))
    paper.gaps.append(StatedGap(line, name, number, total))
    return True


def _read_rows(paper: ParsedDocument, line: int, text: str) -> bool:
    found = re.match(r"([0-9]{1,6})", text)
    if found:
        paper.rows_stated = StatedCount(line, "Rows", None, int(found.group(1)))
    return bool(found)


_LABELS: dict[str, Callable[[ParsedDocument, int, str], bool]] = {
    "snapshot date": _read_date,
    "plan starts on": _read_plan_start,
    "current status": _read_current,
    "rule": _read_rule,
    "rows": _read_rows,
}


def _read_gap(paper: ParsedDocument, line: int, text: str) -> bool:
    found = _GAP.search(text)
    if found is None:
        return False
    gap = StatedGap(line, found.group(1).strip())
    inside, after = found.group(2), text[found.end() :].lstrip(":* ")
    if of := _OF.fullmatch(inside.strip()):
        gap.threshold, gap.total = map(int, of.groups())
    gap.codes = codes_in(inside)
    if missing := re.match(r"([0-9]{1,6}) gates?\b", after):
        gap.missing = int(missing.group(1))
    paper.gaps.append(gap)
    return gap.threshold is not None or bool(gap.codes)


def _read_count(paper: ParsedDocument, line: int, label: str, text: str) -> bool:
    person = _PERSON.fullmatch(label)
    meant = parse_status("blocked" if person else label)
    after = text.partition(":")[2].lstrip("* ")
    number = re.match(r"([0-9]{1,6})(?:\s*/\s*([0-9]{1,6}))?", after)
    if meant is None or number is None:
        return False
    count = StatedCount(line, label.capitalize(), meant[0], int(number.group(1)))
    count.total = int(number.group(2)) if number.group(2) else None
    if person:
        # The label came in one case; the name is wanted as it is written.
        count.person = text[text.casefold().index(person.group(1)) :][: len(person.group(1))]
    inside = after[number.end() :].strip().removeprefix("(").removesuffix(")")
    if this_round := _ROUND.match(inside):
        items = [item.strip() for item in this_round.group(2).split(",")]
        paper.rounds.append(
            ClosedThisRound(line, int(this_round.group(1)), items, codes_in(this_round.group(2)))
        )
    else:
        count.codes = codes_in(inside)
    paper.counts.append(count)
    return True


def _read_remaining(paper: ParsedDocument, line: int, text: str) -> bool:
    """Gates set apart: "remaining 4 gates (S5, S7) are commercial, not technical"."""
    found = _REMAINING.search(text)
    if found is None:
        return False
    number, inside, why = found.groups()
    codes = codes_in(inside)
    paper.remaining.append(
        StatedCount(line, "Remaining", None, int(number or len(codes)), codes=codes)
    )
    if "not technical" in why or "not counted" in why:
        reason = unescape_text(why.strip())
        reason = reason[:1].upper() + reason[1:]
        paper.not_counted += [ParsedNote(line, code, reason) for code in codes]
    return True


def read_newly_closed(paper: ParsedDocument, line: int, text: str) -> bool:
    """ "**T5** — note" below "Newly closed"."""
    found = _NEWLY.fullmatch(text)
    if found is None:
        return False
    paper.newly_closed.append(
        ParsedNote(line, found.group(1), unescape_text(found.group(2).strip()))
    )
    return True


def parse_plan_day(text: str) -> tuple[int, str] | None:
    """The day of "**Day 2 (D+2) — requires Sami credentials:**" and whom all of it needs."""
    found = _DAY.match(text)
    if found is None:
        return None
    person = _REQUIRES.search(text)
    return int(found.group(1)), person.group(1) if person else ""


def parse_plan_step(line: int, text: str, day: int, needs: str, known: set[str]) -> ParsedAction:
    """A line of the plan. Its gate is the one it closes, or the one it begins with."""
    mark = next((mark for mark in STATES if text.startswith(mark)), "")
    rest = text[len(mark) :].strip() if mark in {"✅", "🔄", "⬜"} else text
    state = STATES[mark] if rest != text else "todo"
    closes, begins = _CLOSES.search(rest), CODE.match(strip_markup(rest))
    codes = [found.group(len(found.groups())) for found in (closes, begins) if found]
    code = next((code for code in codes if code in known), "")
    return ParsedAction(line, code, unescape_text(rest), day=day, state=state, needs=needs)
