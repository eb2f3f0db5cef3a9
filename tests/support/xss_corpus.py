"""Texts that somebody could write to make a page do something, and a board full of them.

For the tests of every page, through the test client and in a real browser alike.
"""

from datetime import UTC, datetime
from typing import Any

from django.db import models

from gates.models import TRACKED, Claim, Gate
from gates.models.history import save_with_history
from tests.support import factory
from tests.support.sample_board import OneOfEach

CORPUS = {
    "script": "<script>alert(1)</script>",
    "attribute": "\" onmouseover=alert(1) x='\" autofocus onfocus=alert(1) '",
    "picture": "<img src=x onerror=alert(1)><svg/onload=alert(1)>",
    "closing": "</title></textarea></style></script></code></pre><script>alert(1)</script>",
    "link": "[a](javascript:alert(1)) [b](data:text/html,<script>alert(1)</script>) <javascript:1>",
    "markdown": '![x](x"onerror="alert(1)) [x](https://e.example/"onmouseover="alert(1)) `<b>` <b>',
    "template": "{{ settings.SECRET_KEY }} {% debug %} ${7*7} #{7*7} <%= 7*7 %>",
    "comment": "<!--><script>alert(1)</script>--> ]]> <![CDATA[ <?xml ?>",
    "formula": "=HYPERLINK(\"http://e.example\";\"x\")",
    "direction": "\u202egnihtemos\u2066 \u0627\u0644\u0639\u0631\u0628 \u200f\u200b\ufeff",
    "escapes": "&lt;script&gt;alert(1)&lt;/script&gt; &#60;img src=x onerror=1&#62; \\u003cb",
    "wide": "W" * 60 + "\u0301" * 60 + "\U0001f469\u200d\U0001f4bb" * 5,
    "table": "| --- | a\n\n# heading\n- [x] **T6**",
}  # fmt: skip
# Rendering every page once for each text would take minutes: three or four to a board.
GROUPS = {
    "elements": ("script", "picture", "closing"),
    "addresses": ("attribute", "link", "markdown"),
    "other languages": ("template", "comment", "escapes"),
    "layout": ("formula", "direction", "wide", "table"),
}
HARMLESS = "A text with `code`, *stress*, **strength** and [a link](https://e.example/)"

# What the forms allow only letters, digits and hyphens in; they are part of addresses.
NAMES = {"code", "key", "slug", "prefix", "sha256"}
# Only a closed gate has a closing note, only a resolved blocker a resolution.
SAID_WHEN_DECIDED = {"closing_note", "resolution"}


def fields_of(model: Any) -> list[Any]:
    """The fields of a model in which somebody can write what they like."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not isinstance(field, models.FileField)
        and not field.choices
        and field.name not in NAMES
    ]


def board_saying(*texts: str) -> OneOfEach:
    """A board with one row of everything, each of whose texts are `texts`; and a history of it.

    Short fields hold only the beginning, so every field begins with another one of the texts.
    """
    one = OneOfEach()
    text = " ".join(texts)
    by = factory.user(text[:150], is_staff=True)
    by.first_name = by.last_name = text[:150]
    by.save()
    blocked = factory.blocker(one.gate)
    blocked.resolve(by, text)
    factory.requirement(Claim.objects.get(), one.gate)
    for model in TRACKED:
        for number, row in enumerate(model.objects.order_by("pk")):
            for turn, field in enumerate(fields_of(model), start=number):
                if field.name in SAID_WHEN_DECIDED and not getattr(row, field.name):
                    continue
                setattr(row, field.name, _fitting(_turned(texts, turn), field, number))
            save_with_history(row, by=by, reason=text)
    one.gate.refresh_from_db()
    one.gate.reopen(by, text)
    Gate.objects.get(pk=one.gate.pk).close(by, text)
    return one


def _turned(texts: tuple[str, ...], turn: int) -> str:
    start = turn % len(texts)
    return " ".join(texts[start:] + texts[:start])


def _fitting(text: str, field: Any, number: int) -> str:
    """The text as a field can hold it: cut, told from its neighbours, an address where asked."""
    if field.name == "url":
        return "https://e.example/" + "".join(text.split()).replace("\\", "")
    if field.name == "commit":
        return text[:64]
    if field.name == "email":
        return "x@e.example"
    mark = f" {number} {datetime.now(UTC):%f}" if number else ""
    return text[: (field.max_length or 5000) - len(mark)] + mark
