"""The vocabulary of a launch document: statuses, names of columns, states of a step.

Every word that the readers of Markdown and CSV know stands here, in English and Arabic. To teach
them another one, add it to its line. Words are compared without case, emphasis, Arabic vowel marks
and forms of alef, ه and ي.
"""

import re
from collections.abc import Iterable

from gates.rules import Progress, Status
from gates.rules.text import comparison_form, drop_invisible

# The mark first; the writer uses it. These words need no line in the report of an import.
STATUSES = {
    Status.CLOSED: "✅ closed مغلق مغلقة",
    Status.PARTIAL: "🟡 partial جزئي جزئية",
    Status.OPEN: "🔴 open مفتوح مفتوحة",
    Status.BLOCKED: "🚫 blocked محجوب محجوبة متوقف متوقفة معلّق معلّقة",
}
_STATUS = {
    comparison_form(word): status for status, words in STATUSES.items() for word in words.split()
}
MARKS = {status: words.split()[0] for status, words in STATUSES.items()}

# Other words for a status. An import reports each of them with the status it is taken for.
OTHER_STATUSES: dict[Status, tuple[str, ...]] = {
    Status.CLOSED: (
        "pass", "passed", "passing", "done", "complete", "completed", "finished", "ok",
        "ready", "live", "production", "in production", "deployed", "shipped", "resolved",
        "verified", "implemented", "approved", "accepted", "signed off", "met", "validated",
        "tested", "merged", "compliant", "yes", "true", "go", "نعم", "تمت", "معتمد", "معتمدة",
        "تم التنفيذ", "تم الإنجاز", "تم الإغلاق", "تم الانتهاء", "منتهي", "منتهية", "اجتاز",
        "🟢", "🟩", "☑", "☑️", "✔", "✔️", "✓", ":white_check_mark:",
        ":heavy_check_mark:", ":green_circle:", ":ballot_box_with_check:", "[x]", "مكتمل",
        "مكتملة", "منجز", "منجزة", "تم", "جاهز", "جاهزة", "ناجح", "ناجحة",
    ),
    Status.PARTIAL: (
        "in progress", "in-progress", "wip", "ongoing", "started", "doing", "partially",
        "partially done", "partially complete", "partially met", "partly", "partly done",
        "mostly done", "conditional", "conditional go", "conditional pass",
        "conditionally approved",
        "pass with remarks", "pass with comments", "pass with conditions", "pass with exceptions",
        "passed with remarks", "passed with comments", "passed with conditions",
        "passed with exceptions", "approved with conditions", "accepted with remarks",
        "at risk", "on track", "amber", "almost done", "nearly done", "half done",
        "in testing", "in test", "under review", "in review", "in development", "underway",
        "in work", "🟠", "🟧", "🟨", "⏳", "⌛", "🔄", "🚧", "⚠", "⚠️", ":warning:",
        ":yellow_circle:", ":orange_circle:", ":hourglass:", ":construction:", "[~]",
        "[-]", "[/]", "قيد التنفيذ", "قيد العمل", "قيد المراجعة", "قيد الاختبار", "قيد الإنجاز",
        "جار", "جاري", "جار العمل",
        "جاري العمل", "جار التنفيذ", "جاري التنفيذ", "جزئيا", "مكتمل جزئيا", "منجز جزئيا",
    ),
    Status.OPEN: (
        "fail", "failed", "failing", "todo", "to do", "to-do", "tbd", "pending", "not started",
        "not done", "not ready", "not complete", "not completed", "not tested", "not run",
        "not verified", "not met", "not available", "not implemented", "not passed",
        "non-compliant", "untested", "unverified", "rejected", "deferred", "postponed",
        "unknown", "false", "no-go", "no go", "red", "incomplete", "planned", "missing", "no",
        "backlog",
        "tbc", "to be done", "to be confirmed", "to be decided", "delayed", "overdue", "🟥",
        "❌", "✗", "✘", "✖", "✖️", "⬜", "⚪", "☐", "⭕", ":x:", ":red_circle:", ":white_circle:",
        "[ ]", "لم يبدأ", "لم تبدأ", "غير مكتمل", "غير مكتملة", "قيد الانتظار", "فشل",
        "لا", "لم يتم", "لم تتم", "غير منجز", "غير منجزة", "غير جاهز", "غير جاهزة", "غير مغلق",
        "غير مغلقة", "لم يكتمل", "لم تكتمل", "لم ينفذ", "لم تنفذ", "لم يختبر", "لم تختبر",
        "لم ينجح", "راسب", "متأخر", "متأخرة", "مؤجل", "مؤجلة", "مرفوض", "مرفوضة",
    ),
    Status.BLOCKED: (
        "on hold", "waiting", "awaiting", "stuck", "paused", "suspended", "⛔", "🛑", ":no_entry:",
        ":no_entry_sign:", "محظور", "محظورة", "بانتظار", "في انتظار", "موقوف", "موقوفة",
    ),
}  # fmt: skip
# The gate is not counted.
NOT_COUNTED = (
    "n/a", "na", "n.a.", "n.a", "not applicable", "not needed", "not required", "skipped",
    "out of scope", "won't do", "won’t do", "wont do", "won't fix", "dropped", "cancelled",
    "canceled",
    "لا ينطبق", "لا تنطبق", "غير مطلوب", "غير مطلوبة", "ملغى", "ملغاة", "خارج النطاق", "لن ينفذ",
)  # fmt: skip

# Of a step: the first mark of each is written.
_STATE_WORDS = {
    "done": "✅ ☑ ✔ ✓ 🟢 🟩 [x] done",
    "doing": "🔄 🟡 🟠 ⏳ 🚧 [~] [-] [/] doing",
    "todo": "⬜ ☐ 🔴 ⭕ ❌ todo",
}
STATES = {word: state for state, words in _STATE_WORDS.items() for word in words.split()}
STATES["[ ]"] = "todo"
STATE_MARKS = {"done": "✅", "doing": "🔄", "todo": "⬜"}

# Meaning → names. Two columns of one table with one meaning are refused.
COLUMNS: dict[str, tuple[str, ...]] = {
    "code": (
        "#", "code", "id", "no", "no.", "nr", "nr.", "ref", "gate id", "s.no", "s.no.", "s/n", "№",
        "الرمز", "رقم", "الرقم", "المعرف", "م", "ت",
    ),
    "gate": ("gate", "البوابة", "launch gate", "gate name", "title", "العنوان"),
    "status": ("status", "الحالة"),
    "evidence": ("evidence", "الدليل"),
    "proof": ("evidence / dod", "evidence/dod", "dod / evidence", "evidence or dod"),
    "dod": (
        "dod", "definition of done", "definition_of_done", "done when", "معيار الإنجاز",
        "تعريف الإنجاز",
    ),
    "notes": (
        "notes", "note", "comment", "comments", "remarks", "ملاحظات", "ملاحظة", "تعليق", "تعليقات",
    ),
    "priority": ("priority", "prio", "severity", "الأولوية"),
    "owner": (
        "owner", "owners", "dri", "responsible", "assignee", "assigned to", "lead", "المسؤول",
        "المالك",
    ),
    "action": ("action", "step", "next action", "next step", "الإجراء", "الخطوة التالية"),
    "estimate": ("eta", "estimate", "التقدير"),
    "state": ("state",),
    "needs": ("needs",),
    "blocker": ("blocker", "blocked by", "blocked on", "blockers", "العائق", "محجوب على"),
    "why": ("why", "السبب"),
    "waiting_on": ("waiting on", "waiting for", "waiting_on", "بانتظار"),
    "raised": ("raised", "raised on"),
    "due": ("due", "due date", "deadline", "target date", "by when", "الموعد", "تاريخ الاستحقاق"),
    "resolved": ("resolved",),
    "resolution": ("resolution",),
    "kind": ("kind",),
    "url": ("link", "url", "الرابط"),
    "commit": ("commit",),
    "observed": ("observed", "observed on", "evidence date"),
    "valid_until": ("valid until", "expires", "valid to", "expiry", "صالح حتى"),
    "output": ("output",),
    "closed_at": ("closed at", "closed on"),
    "closing_note": ("closing note",),
    "not_counted": ("not counted because", "not_counted_reason"),
    "counted": ("counted",),
    "covered_by": ("covered by",),
    "claim": ("claim",),
    "name": ("name",),
    "min_closed": ("gates closed, at least",),
    "requires_p0": ("all p0",),
    "required": ("required gates",),
    "says_launched": ("says launched",),
    "verdict": ("verdict",),
    "section": ("section", "القسم"),
    "progress": ("progress",),
    "reason": ("reason",),
}  # fmt: skip
COLUMN_NAMES = {
    comparison_form(name): column for column, names in COLUMNS.items() for name in names
}

# Names that have the meaning only in a table without a better name for it, the first best.
WEAK_COLUMNS: dict[str, tuple[str, ...]] = {
    "gate": (
        "item", "check", "task", "requirement", "criterion", "deliverable", "control",
        "validation item", "checklist item", "checkpoint", "action item", "activity", "question",
        "statement", "milestone", "condition", "test", "feature", "description", "name",
        "component", "area", "category", "البند", "المهمة", "المتطلب",
        "المعيار", "الشرط", "السؤال", "العنصر", "النقطة",
        "الوصف", "المجال",
    ),
    "owner": ("who", "person", "owned by", "accountable", "المكلف", "الشخص المسؤول"),
    "status": (
        "current status", "rag", "rag status", "go/no-go", "state", "result", "outcome",
        "done", "done?", "pass/fail", "ready?", "complete?", "completed", "completed?",
        "passed?", "met?", "answer", "% complete", "% done",
        "completion", "الوضع", "الحالة الحالية", "النتيجة", "progress",
    ),
    "evidence": (
        "proof", "receipt", "receipts", "evidence link", "evidence location", "proof link",
        "artifact", "artifacts", "الإثبات", "البرهان", "الدليل في الريبو", "result", "details",
        "التفاصيل",
    ),
    "dod": (
        "exit criterion", "exit criteria", "acceptance", "acceptance criteria", "criteria",
        "criterion", "requirement", "condition", "target", "معيار الخروج", "معيار القبول",
        "المعيار", "الشرط",
    ),
}  # fmt: skip

# Whether a claim says that the launch is complete.
CHOICES: dict[bool | None, str] = {True: "yes", False: "no", None: ""}


def folded(words: Iterable[str]) -> frozenset[str]:
    """Return words in the form in which they are compared."""
    return frozenset(map(comparison_form, words))


TOTAL_WORDS = folded(
    ("total", "totals", "sum", "overall", "all", "grand total", "الإجمالي", "إجمالي", "المجموع",
     "الكل")
)  # fmt: skip
SUBTOTAL_WORDS = folded(("subtotal", "sub-total", "sub total", "المجموع الفرعي"))
# What says that nobody, or nothing, is named.
NOBODY = folded(
    "tbd tba tbc n/a na none nobody unassigned notassigned tobeassigned tobedecided tobeconfirmed "
    "tobedetermined unknown no-one noone noowner todo open لاأحد غيرمحدد غيرمحددة لميحدد لميحددبعد "
    "لايوجد".split()
)
# Labels of the day of a document, below those of “Snapshot date”.
DATE_LABELS = folded(
    ("last updated", "last update", "last verified", "last reviewed", "review date", "updated",
     "updated on",
     "date", "as of", "status date", "آخر تحديث", "التاريخ", "تاريخ التحديث", "تاريخ اللقطة")
)  # fmt: skip

TARGET_LABELS = folded(("target", "goal", "launch target", "launch rule", "الهدف"))

CODE = re.compile(r"[A-Z]+[0-9]+")
_DIRECTION = re.compile("[\u200b\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufe0f\ufeff]")


def without_direction(text: str) -> str:
    """Return a text without invisible marks of direction and of emoji style."""
    return _DIRECTION.sub("", text)


def strip_markup(text: str) -> str:
    """Return a cell without the marks of emphasis and code round it."""
    return drop_invisible(text).strip("*_` \t\u00a0")


def parse_status(text: str) -> tuple[Status, Progress] | None:
    """Return (status, progress without the blocker) of a text that is a status and nothing else.

    "Blocked, partial" is blocked and partial; "blocked" alone is blocked and open. None if the
    text names no status, several, or has other words. Only the words of `STATUSES` count.
    """
    words = re.split(r"[\s,/*_`()\[\]\ufe0f:.-]+", comparison_form(text))
    for mark in MARKS.values():
        words = [part for word in words for part in word.partition(mark)]
    named = {word if word in _STATUS else word.removeprefix("ال") for word in words if word}
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
