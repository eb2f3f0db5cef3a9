"""Markdown inside one line of text, as safe HTML.

Titles and evidence come from a Markdown document and keep its marks (`code`, **bold**, links),
so that they can be written back word for word. HTML in the text is shown as text.
"""

from functools import lru_cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from gates.rules import url_errors

_inline_parser = MarkdownIt("zero", {"html": False}).enable(
    ["backticks", "emphasis", "link", "escape"]
)


def _safe_address(_tag: str, attribute: str, value: str) -> str | None:
    """A link's address, unless the rule for evidence refuses it: the words stay, the link goes."""
    return None if attribute == "href" and url_errors(value) else value


@lru_cache(maxsize=8192)
def inline_html(text: str, *, links: bool = False) -> SafeString:
    """The text with code, emphasis and, where asked for, links; everything else is escaped."""
    tags = {"code", "em", "strong"} | ({"a"} if links else set())
    html = nh3.clean(
        _inline_parser.renderInline(text),
        tags=tags,
        attributes={"a": {"href"}} if links else {},
        url_schemes={"http", "https"},
        attribute_filter=_safe_address,
        link_rel="noopener noreferrer nofollow" if links else None,
    )
    return mark_safe(html)  # noqa: S308  the parser escapes HTML, nh3 removes what is left
