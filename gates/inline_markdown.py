"""Markdown inside one line of text, rendered as safe HTML.

Titles and evidence are imported with their Markdown marks (`code`, **bold**, links), so that an
export writes them back unchanged. HTML in the text is shown as text.
"""

import html
import re
from functools import lru_cache

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from gates.rules import url_errors

# The parser looks at some texts ("[[[[…") again and again; a longer text is shown as it is written.
MAX_LENGTH = 5_000

_inline_parser = MarkdownIt("zero", {"html": False}).enable(
    ["backticks", "emphasis", "link", "escape"]
)


def _filter_href(_tag: str, attribute: str, value: str) -> str | None:
    """Drop a link's address that the rule for evidence refuses; the link's text stays."""
    return None if attribute == "href" and url_errors(value) else value


@lru_cache(maxsize=8192)
def inline_html(text: str, *, links: bool = False) -> SafeString:
    """Return the text as HTML with code and emphasis; all else is escaped.

    links: whether links stay links too; otherwise their text stays.
    """
    if len(text) > MAX_LENGTH:
        return escape(text)
    tags = {"code", "em", "strong"} | ({"a"} if links else set())
    rendered = nh3.clean(
        _inline_parser.renderInline(text),
        tags=tags,
        attributes={"a": {"href"}} if links else {},
        url_schemes={"http", "https"},
        attribute_filter=_filter_href,
        link_rel="noopener noreferrer nofollow" if links else None,
    )
    return mark_safe(rendered)  # noqa: S308  the parser escapes HTML, nh3 removes what is left


def inline_text(text: str) -> str:
    """Return the text without the marks of code and emphasis, for places that show no HTML."""
    return html.unescape(re.sub(r"</?(?:code|em|strong)>", "", inline_html(text)))
