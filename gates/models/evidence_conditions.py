"""The rules for evidence as SQL conditions, for the constraints of its table.

They refuse what `gates/rules/evidence.py` refuses, as far as both databases can express it.
"""

from typing import Any

from django.db.models import F, Q, Value
from django.db.models.functions import Lower, Replace, StrIndex, Substr, Trim
from django.db.models.lookups import Exact, GreaterThan, In, LessThan

# The most frequent placeholders; `rules.evidence_text_errors` knows them all.
PLACEHOLDER_SUMMARIES = [
    "", "-", "–", "—", ".", "?", "tbd", "tba", "tbc", "todo", "to do", "n/a", "na", "none", "x",
    "...", "pending",
]  # fmt: skip


def has_substance(column: str) -> Q:
    """Return the condition that a text is no placeholder (`rules.evidence_text_errors`).

    Case, line breaks, tabs and spaces around the text make no difference.
    """
    text: Any = F(column)
    for char in ("\n", "\r", "\t"):
        text = Replace(text, Value(char), Value(" "))
    return ~Q(In(Lower(Trim(text)), PLACEHOLDER_SUMMARIES))


def is_safe_url(column: str) -> Q:
    """Return the condition that a URL is empty or safe (`rules.url_errors`).

    http or https, a host, no user info before the first slash, no backslash, tab, line break or
    space, which browsers drop or read as something else.
    """
    rest = Substr(column, StrIndex(column, Value("://")) + 3)
    at, slash = StrIndex(rest, Value("@")), StrIndex(rest, Value("/"))
    no_user_info = Q(Exact(at, 0)) | (Q(GreaterThan(slash, 0)) & Q(LessThan(slash, at)))
    scheme = Q((f"{column}__istartswith", "http://")) | Q((f"{column}__istartswith", "https://"))
    forbidden = Q()
    for char in ("\\", "\t", "\n", "\r", " "):
        forbidden |= Q((f"{column}__contains", char))
    has_host = ~Q(In(Substr(rest, 1, 1), ["/", "", "?", "#"]))
    return Q((column, "")) | (scheme & no_user_info & has_host & ~forbidden)
