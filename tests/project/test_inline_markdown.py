"""Markdown inside a line: marks become tags, everything else stays text."""

import pytest

from gates.inline_markdown import inline_html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("`/health/deep` green", "<code>/health/deep</code> green"),
        ("**Blocked** on *keys*", "<strong>Blocked</strong> on <em>keys</em>"),
        ("a <b>bold</b> claim", "a &lt;b&gt;bold&lt;/b&gt; claim"),
        ("p95 <500ms & falling", "p95 &lt;500ms &amp; falling"),
        ("# no heading", "# no heading"),
        ("[Release](https://example.com/v3)", "Release"),
        ("![x](https://example.com/x.png)", "!x"),
    ],
)
def test_marks_without_links(text: str, html: str) -> None:
    assert inline_html(text) == html


def test_a_link_is_a_link_where_links_are_asked_for() -> None:
    html = inline_html("[Release](https://example.com/v3)", links=True)

    assert 'href="https://example.com/v3"' in html
    assert 'rel="noopener noreferrer nofollow"' in html


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://github.com@evil.example/x",
        "//evil.example",
        "ftp://example.com/",
        "https:\\\\evil.example",
    ],
)
def test_an_address_that_may_not_be_evidence_is_no_link_either(address: str) -> None:
    assert "href" not in inline_html(f"[https://github.com/]({address})", links=True)
