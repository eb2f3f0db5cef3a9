"""Columns of the admin's lists whose text has Markdown marks."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString

from gates.inline_markdown import inline_html


def marked_text(field: str, label: Any) -> Callable[[Any], SafeString]:
    """Return a column that shows a text with its code and emphasis instead of their marks."""

    @admin.display(description=label, ordering=field)
    def column(row: Any) -> SafeString:
        return inline_html(getattr(row, field))

    column.__name__ = field  # names the column in the list's HTML
    return column
