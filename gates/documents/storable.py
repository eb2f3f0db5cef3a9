"""Which texts no database can store: with a NUL character, or half a character."""

from typing import Any

from django.utils.translation import gettext as _


def unstorable_text(value: Any) -> str:
    """Return why a text, or one inside a list or an object, cannot be stored; empty if it can."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += [*part, *part.values()]
        elif isinstance(part, list):
            waiting += part
        elif isinstance(part, str):
            if "\x00" in part:
                return _("contains a NUL character")
            if any("\ud800" <= char <= "\udfff" for char in part):
                return _("contains half a character (a lone surrogate)")
    return ""
