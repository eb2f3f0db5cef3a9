"""What marks a line or a heading of a document as a gate: boxes, signs, words such as “Gate 1”."""

import re
from collections.abc import Sequence

from .blocks import Block, Heading, Line
from .statuses import parse_status_cell
from .vocabulary import MARKS, OTHER_STATUSES, without_direction

_BOX = re.compile(r"(?:\[(?P<box>[ xX~/-])\]|(?P<ballot>[☐☑]))\ufe0f?\s+(?P<text>\S.*)")
GATE_HEADING = re.compile(
    r"(?:(?:launch\s+)?gate|check|البوابة|بوابة)\s+#?(?P<code>[A-Za-z]{0,8}[-.]?[0-9][\w.]{0,6})"
    r"\s*[—–:.)-]*\s+(?P<title>\S.*)|(?P<code2>[A-Z]{1,8}-?[0-9]{1,4}[a-z]?)\s*[—–:.)-]+\s+(?P<title2>\S.*)",
    re.IGNORECASE,
)
_LABEL = re.compile(r"\**([^\W\d_][^:*|`]{0,40}?)\**:\**\s+(\S.*)")
_SIGNS = sorted(
    {word for words in OTHER_STATUSES.values() for word in words if not word[0].isalpha()}
    | set(MARKS.values()),
    key=len,
    reverse=True,
)
_SIGN = re.compile("|".join(map(re.escape, _SIGNS)))
EMOJI = re.compile("|".join(re.escape(sign) for sign in _SIGNS if sign[0] != "["))
LONGEST_TEXT = 2000  # a longer line is no title
LONGEST_HEADING = 500
_SIGN_OF_BOX = {
    "x": "✅", "X": "✅", "☑": "✅", " ": "🔴", "☐": "🔴", "~": "🟡", "/": "🟡", "-": "🟡",
}  # fmt: skip
_STATE_OF_SIGN = {"✅": "done", "🔴": "todo"}
_NUMBERED = re.compile(r"(?P<code>[0-9]{1,3})[.)]\s+(?P<title>\S.*)")


def split_box(text: str) -> tuple[str, str] | None:
    """Split “[x] Keys” or “☑ Keys” into (“✅”, “Keys”); None for other texts."""
    box = _BOX.fullmatch(text)
    return (_SIGN_OF_BOX[box["box"] or box["ballot"]], box["text"]) if box else None


def state_of_box(sign: str) -> str:
    """Return the state of a step whose box has this sign."""
    return _STATE_OF_SIGN.get(sign, "doing")


def has_boxes(blocks: Sequence[Block]) -> bool:
    """Tell whether a document has boxes or headings that say “Gate 1”."""
    return any(
        (isinstance(block, Line) and (box := _BOX.fullmatch(block.text)) and box["box"])
        or (isinstance(block, Heading) and block.level > 1 and gate_heading(block.text))
        for block in blocks
    )


def gate_heading(text: str) -> tuple[str, str, str] | None:
    """Split “✅ Gate 1 — Keys” into (sign, code, title); None for other headings."""
    sign = EMOJI.match(text)
    rest = text[sign.end() :].strip(" \ufe0f") if sign else text
    match = GATE_HEADING.fullmatch(rest) if len(text) < LONGEST_HEADING else None
    if match is None:
        return None
    code, title = match["code"] or match["code2"], match["title"] or match["title2"]
    return sign.group() if sign else "", code, title


def heading_with_status(text: str) -> tuple[str, str, str] | None:
    """Split “### 🟡 Pen test” or “2. Pen test — Done” into (sign, code, title)."""
    sign = EMOJI.match(text)
    rest = text[sign.end() :].strip(" \ufe0f") if sign else text
    if not rest or len(text) >= LONGEST_HEADING or not (sign or split_status(rest)[1]):
        return None
    numbered = _NUMBERED.fullmatch(rest)
    code, title = (numbered["code"], numbered["title"]) if numbered else ("", rest)
    return sign.group() if sign else "", code, title


_LABELS = frozenset(
    ("status", "owner", "evidence", "proof", "notes", "priority", "dod", "definition of done",
     "blocker", "waiting on", "due", "valid until", "link", "commit", "الحالة", "المالك",
     "المسؤول", "الدليل", "ملاحظات")
)  # fmt: skip


def split_label(line: Line) -> tuple[str, str] | None:
    """Split “Owner: Omar” below a gate into (“Owner”, “Omar”); None for other lines."""
    label = _LABEL.fullmatch(line.text) if len(line.text) < LONGEST_TEXT else None
    if label and (label.group(1).casefold() in _LABELS or line.depth):
        return label.group(1).strip(), label.group(2)
    return None


def split_status(title: str) -> tuple[str, str]:
    """Split “Keys ✅ PASS” or “Keys — done” into (name, status)."""
    plain = without_direction(title)
    if sign := _SIGN.search(plain):
        return plain[: sign.start()].strip(" —–:-*("), plain[sign.start() :].strip()
    for joint in (" — ", " – ", ": ", " - ", " (", " ["):
        name, found, last = plain.rpartition(joint)
        if found and parse_status_cell(last.rstrip(")]")):
            return name.strip(), last.rstrip(")]")
    return plain.strip(), ""
