"""Sentences in a gate's row: DoD, P1, Blocked on, Covered by, evidence.

The writer calls the same functions before it writes a text, so that no text of the board reads
as one of these sentences when it is imported again.
"""

import re
from dataclasses import dataclass
from datetime import date

from markdown_it import MarkdownIt

from gates import rules
from gates.rules.text import fold_digits

from .escaping import unescape_text
from .parsed import ParsedEvidence
from .people import looks_like_person, split_dates
from .written_dates import DATE, iso_date

_PRIORITY = re.compile(r"\**(P[012])\**(?:\s*[—–:-]+\s*|\s*$)", re.IGNORECASE)
_DOD = re.compile(r"\**(?:DoD|Definition of done)\s*:\**\s*", re.IGNORECASE)
_COVERED = re.compile(r"\**Covered by ([A-Z]+-?[0-9]+)\b", re.IGNORECASE)
_BLOCKED = re.compile(r"(?:Blocked on|(?:محجوب|متوقف)ة? على)\s+", re.IGNORECASE)
_FROM = re.compile(r"(.*)\s(?:from|من)\s(.*)", re.DOTALL)
_WAITING_FOR = re.compile(
    r"(?:waiting|awaiting|wait|بانتظار|في انتظار)\s+(?:(?:on|for)\s+)?([^\s:]+)(?::\s+(.+))?",
    re.IGNORECASE | re.DOTALL,
)
_SENTENCE_END = re.compile(r"`[^`]*`|\.(?=\s|$)")
_NOT_AN_END = ("e.g", "i.e", "vs", "approx", "cf")
_JOINTS = " \t+;,—–-"

_CELL_DATE = re.compile(r"(?<![\w-])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![\w-])")
_VALID_UNTIL = re.compile(
    rf"(?:valid (?:from {DATE} )?(?:until|till|to|through)|expir(?:es?|ed|ing)(?: on)?"
    r"|صالحة? حتى|(?:تنتهي|ينتهي|انتهت|انتهى)(?: صلاحيته| صلاحيتها)? في)"
    rf":?\s*(?P<day>{DATE})",
    re.IGNORECASE,
)
# A footnote or a link without its definition.
_NO_REFERENCE = re.compile(r"\[\^[^\[\]]+\]|\[[^\[\]]*\]\[[^\[\]]*\]")
_LEADING_CODE = re.compile(r"`([^`]+)`(.*)", re.DOTALL)
_FIGURE = re.compile(r"\d\s?(?:ms|s|min|rps|rpm|%|[KMG]B|req/s)(?![\w-])")
_DOCUMENT = re.compile(r"[^\s`]+\.(?:md|rst|txt|pdf|docx?)", re.IGNORECASE)
_inline = MarkdownIt("zero").enable(["link", "escape", "backticks"])
_BARE_ADDRESS = re.compile(r"<https?://[^\s<>]+>|https?://[^\s<>]+")
_LONGEST_LINK = 4000


@dataclass(slots=True)
class CellText:
    """The sentences at the beginning of a cell, and the rest of it."""

    priority: str = ""
    definition_of_done: str = ""
    covered_by: str = ""  # code of another gate
    needs: str = ""  # of “Blocked on X from Y.”: X
    waiting_on: str = ""  # Y
    raised: str = ""  # of “from Y, asked 2026-03-01”
    due: str = ""
    blocked: bool = False  # “Blocked on …” stands there, whatever it names
    rest: str = ""


def parse_cell(text: str) -> CellText:
    """Split the known sentences from the beginning of a cell. Texts stay escaped."""
    cell = CellText()
    rest = text.strip()
    if match := _PRIORITY.match(rest):
        cell.priority, rest = match.group(1).upper(), rest[match.end() :]
    if match := _DOD.match(rest):
        cell.definition_of_done, rest = _first_sentence(rest[match.end() :])
    elif match := _COVERED.match(rest):
        cell.covered_by = match.group(1).upper()
        _, rest = _first_sentence(rest)
    elif _BLOCKED.match(rest.lstrip("*")):
        cell.blocked = True
        sentence, rest = _bold_or_first_sentence(rest)
        waits_for, cell.raised, cell.due = split_dates(_BLOCKED.sub("", sentence, count=1))
        cell.needs, cell.waiting_on = _split_person(waits_for)
    cell.rest = rest.strip()
    return cell


def _split_person(waits_for: str) -> tuple[str, str]:
    """Split “keys from Huda” into (“keys”, “Huda”); “from the old system” is no person."""
    if (found := _FROM.fullmatch(waits_for)) and looks_like_person(found.group(2)):
        return found.group(1), found.group(2)
    # “DNS” in “waiting for DNS” is no person.
    waiting = _WAITING_FOR.fullmatch(waits_for)
    if waiting and looks_like_person(waiting.group(1)) and not waiting.group(1).isupper():
        return waiting.group(2) or waits_for, waiting.group(1)
    return waits_for, ""


def without_label(text: str) -> str:
    """Return a definition of done without "DoD:" in front. The text stays escaped."""
    return _DOD.sub("", text, count=1) if _DOD.match(text) else text


def _first_sentence(text: str) -> tuple[str, str]:
    """Split a text into its first sentence, without its full stop, and the rest."""
    for match in _SENTENCE_END.finditer(text):
        end = match.start()
        before = text[max(0, end - 8) : end].lower()
        if match.group() == "." and not before.endswith(_NOT_AN_END):
            return text[:end].strip(), text[end + 1 :].strip()
    return text.strip(), ""


def _bold_or_first_sentence(text: str) -> tuple[str, str]:
    if not text.startswith("**") or "**" not in text[2:]:
        sentence, rest = _first_sentence(text)
        return sentence.strip("*"), rest
    bold, _, rest = text[2:].partition("**")
    return bold.strip().removesuffix("."), rest.lstrip(_JOINTS)


def parse_evidence(
    line: int, code: str, text: str, today: date | None = None
) -> ParsedEvidence | None:
    """Return the evidence in a closed gate's cell; None if it proves nothing ("", "TBD").

    Kind: a single link is a link, a document that was merged a document, figures with units a
    measurement, anything else a statement. “valid until DATE” is `valid_until`. Exactly one other
    date, if it is not after `today`, is `observed`.
    """
    summary = unescape_text(text)
    if rules.evidence_text_errors(summary) or _NO_REFERENCE.fullmatch(text.strip()):
        return None
    evidence = ParsedEvidence(line, code, summary)
    folded = fold_digits(text)
    if until := _VALID_UNTIL.search(folded):
        evidence.valid_until = iso_date(until["day"])
    dates = set(_CELL_DATE.findall(_VALID_UNTIL.sub("", folded)))
    day = dates.pop() if len(dates) == 1 else ""
    future = today is not None and day > str(today)
    evidence.observed = day if _is_date(day) and not future else ""
    if address := _only_link(text):
        evidence.kind, evidence.summary, evidence.url = (
            "link",
            unescape_text(address[0]),
            address[1],
        )
    elif leading := _LEADING_CODE.match(text):
        inside, after = leading.groups()
        if _DOCUMENT.fullmatch(inside) and after.startswith(" merged"):
            evidence.kind = "document"
        elif _FIGURE.search(inside):
            evidence.kind = "measurement"
    return evidence


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _only_link(text: str) -> tuple[str, str] | None:
    """Return (label, address) if the whole text is one safe link or a bare address."""
    if _BARE_ADDRESS.fullmatch(text):
        url = unescape_text(text.strip("<>"))
        return None if rules.url_errors(url) else (text.strip("<>"), url)
    if not (text.startswith("[") and text.endswith(")")) or len(text) > _LONGEST_LINK:
        return None
    label, _, address = text[1:-1].rpartition("](")
    url = unescape_text(address)
    children = _inline.parseInline(text)[0].children or []
    opened = [child for child in children if child.type == "link_open"]
    whole = children[0].type == "link_open" and children[-1].type == "link_close"
    if len(opened) != 1 or not whole or not url or rules.url_errors(url):
        return None
    return (label, url) if not rules.evidence_text_errors(unescape_text(label)) else None
