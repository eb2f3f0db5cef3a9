"""How templates are written: short lines, no inline styles or scripts (the CSP forbids both)."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())
MAX_LINE_LENGTH = 160
INLINE = re.compile(
    r"<style\b|\sstyle=|<script\b(?![^>]*\bsrc=)|\son[a-z]+=|javascript:", re.IGNORECASE
)
COMMENT = re.compile(r"{#.*?#}|{% comment %}.*?{% endcomment %}", re.DOTALL)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_templates_are_found() -> None:
    assert "templates/gates/board.html" in {name(path) for path in TEMPLATES}


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_template_line_is_longer_than_160_characters(path: Path) -> None:
    lines = path.read_text().splitlines()

    long = [number for number, line in enumerate(lines, 1) if len(line) > MAX_LINE_LENGTH]

    assert long == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_template_has_an_inline_style_or_script(path: Path) -> None:
    assert INLINE.findall(COMMENT.sub("", path.read_text())) == []


@pytest.mark.parametrize(
    "markup",
    [
        "<style>p { margin: 0 }</style>",
        '<p style="margin: 0">',
        "<script>alert(1)</script>",
        '<script type="module">alert(1)</script>',
        '<button\n  onclick="go()">',
        '<a href="javascript:go()">',
    ],
)
def test_each_inline_style_or_script_is_seen(markup: str) -> None:
    assert INLINE.search(markup)
