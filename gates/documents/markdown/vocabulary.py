"""The vocabulary of a launch document: statuses, names of columns, states of a step."""

import re

from gates.rules import Progress, Status

# Mark first, then words in English and Arabic. Compared casefolded and without emphasis.
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
    """Return a cell without the marks of emphasis and code round it."""
    return text.strip("*_` \t")


def map_columns(header: list[str]) -> dict[str, int]:
    """Return the index of each known column; of two equal ones the first."""
    columns = [COLUMN_NAMES.get(strip_markup(name).casefold()) for name in header]
    return {column: i for i, column in reversed([*enumerate(columns)]) if column}


def duplicate_columns(header: list[str]) -> list[str]:
    """Return the names of the first two columns with one meaning; [] if there are none."""
    first: dict[str, str] = {}
    for name in header:
        column = COLUMN_NAMES.get(strip_markup(name).casefold())
        if column is not None and first.setdefault(column, name) is not name:
            return [f"“{first[column]}”", f"“{name}”"]
    return []


def parse_status(text: str) -> tuple[Status, Progress] | None:
    """Return (status, progress without the blocker) of a status cell.

    "Blocked, partial" is blocked and partial; "blocked" alone is blocked and open. None if the
    cell names no status, several, or has other words.
    """
    words = re.split(r"[\s,/*_`()\[\]\ufe0f:.-]+", text.casefold())
    for mark in MARKS.values():
        words = [part for word in words for part in word.partition(mark)]
    named = {word for word in words if word}
    statuses = {_STATUS[word] for word in named & _STATUS.keys()}
    if named - _STATUS.keys():
        return None
    if statuses == {Status.BLOCKED, Status.PARTIAL}:
        return Status.BLOCKED, Progress.PARTIAL
    if len(statuses) != 1:
        return None
    only = statuses.pop()
    return only, Progress.OPEN if only is Status.BLOCKED else Progress(only.value)


def codes_in(text: str) -> list[str]:
    """Return what looks like a gate's code, each once, in order. P0 and D0 look like codes too."""
    return list(dict.fromkeys(re.findall(rf"(?<![\w.-]){CODE.pattern}(?![\w-])", text)))
