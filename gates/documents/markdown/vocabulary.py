"""The words of a launch document: statuses, names of columns, states of a step."""

import re

from gates.rules import Progress, Status
from gates.rules.text import drop_invisible

# Marks and words, English and Arabic. Compared in one case and without emphasis.
STATUSES = {
    Status.CLOSED: "✅ closed مغلق مغلقة",
    Status.PARTIAL: "🟡 partial جزئي جزئية",
    Status.OPEN: "🔴 open مفتوح مفتوحة",
    Status.BLOCKED: "🚫 blocked محجوب محجوبة",
}
_STATUS = {word: status for status, words in STATUSES.items() for word in words.split()}
MARKS = {status: words.split()[0] for status, words in STATUSES.items()}

STATES = {
    "✅": "done",
    "🔄": "doing",
    "⬜": "todo",
    "done": "done",
    "doing": "doing",
    "todo": "todo",
}
STATE_MARKS = {"done": "✅", "doing": "🔄", "todo": "⬜"}

COLUMN_NAMES = {
    name: column
    for column, names in {
        "code": ("#", "code", "id", "no", "no.", "الرمز", "رقم"),
        "gate": ("gate", "البوابة"),
        "status": ("status", "الحالة"),
        "evidence": ("evidence", "الدليل"),
        "proof": ("evidence / dod", "evidence/dod", "dod / evidence", "evidence or dod"),
        "dod": ("dod", "definition of done"),
        "notes": ("notes", "note", "ملاحظات"),
        "priority": ("priority", "الأولوية"),
        "owner": ("owner", "المسؤول"),
        "action": ("action", "step"),
        "estimate": ("eta", "estimate"),
        "state": ("state",),
        "needs": ("needs",),
        "blocker": ("blocker",),
        "why": ("why",),
        "waiting_on": ("waiting on",),
        "raised": ("raised",),
        "due": ("due",),
        "resolved": ("resolved",),
        "resolution": ("resolution",),
        "kind": ("kind",),
        "url": ("link",),
        "commit": ("commit",),
        "observed": ("observed",),
        "valid_until": ("valid until",),
        "output": ("output",),
        "closed_at": ("closed at",),
        "closing_note": ("closing note",),
        "not_counted": ("not counted because",),
        "covered_by": ("covered by",),
        "claim": ("claim",),
        "name": ("name",),
        "min_closed": ("gates closed, at least",),
        "requires_p0": ("all p0",),
        "required": ("required gates",),
        "verdict": ("verdict",),
    }.items()
    for name in names
}
CODE = re.compile(r"[A-Z]+[0-9]+")


def strip_markup(text: str) -> str:
    """A cell without the marks of emphasis and code round it."""
    return drop_invisible(text).strip("*_` \t\u00a0")


def map_columns(header: list[str]) -> dict[str, int]:
    """Which known column stands where."""
    known = ((COLUMN_NAMES.get(strip_markup(name).casefold()), i) for i, name in enumerate(header))
    return {column: i for column, i in reversed(list(known)) if column}


def duplicate_columns(header: list[str]) -> list[str]:
    """The names of the first two columns of a table that would say the same thing."""
    first: dict[str, str] = {}
    for name in header:
        column = COLUMN_NAMES.get(strip_markup(name).casefold())
        if column is not None and first.setdefault(column, name) is not name:
            return [f"“{first[column]}”", f"“{name}”"]
    return []


def parse_status(text: str) -> tuple[Status, Progress] | None:
    """The status a cell names and how far the gate is without its blocker.

    "Blocked, partial" has both; of a gate that is only blocked nobody says that it has begun.
    None where it names none, several, or says something else besides.
    """
    words = re.split(r"[\s,/*_`()\[\]\ufe0f:.-]+", text.casefold())
    for mark in MARKS.values():
        words = [part for word in words for part in _apart(word, mark)]
    named = {word for word in words if word}
    found = {_STATUS[word] for word in named & _STATUS.keys()}
    if named - _STATUS.keys():
        return None
    if found == {Status.BLOCKED, Status.PARTIAL}:
        return Status.BLOCKED, Progress.PARTIAL
    if len(found) != 1:
        return None
    only = found.pop()
    return only, Progress.OPEN if only is Status.BLOCKED else Progress(only.value)


def _apart(word: str, mark: str) -> list[str]:
    before, found, after = word.partition(mark)
    return [before, found, after]


def codes_in(text: str) -> list[str]:
    """What could be gates' codes in a text, each once, in order. P0, PR and D0 look alike."""
    return list(dict.fromkeys(re.findall(rf"(?<![\w.-]){CODE.pattern}(?![\w-])", text)))
