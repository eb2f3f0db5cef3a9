"""Hostile text in every field of every model: nothing in any page or document comes of it."""

import csv
import io
import json
import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import transaction
from django.test import Client, override_settings
from pytest_django import DjangoDbBlocker

from gates.models import TRACKED
from tests.support.accounts import browser_of
from tests.support.url_patterns import addresses
from tests.support.xss_corpus import CORPUS, GROUPS, HARMLESS, board_saying, fields_of

# What it shows does not depend on the engine, so one of them is enough.
pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

ROUTES = [address.route for address in addresses() if "logout" not in address.route]
ADDRESS_ATTRIBUTES = {"href", "src", "action", "formaction", "data", "poster", "xlink:href"}


class Shape(HTMLParser):
    """What a page is made of: its elements with their attributes, and where it leads."""

    def __init__(self) -> None:
        super().__init__()
        self.made_of: set[str] = set()
        self.leads_to: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.made_of |= {tag} | {f"{tag} {name}" for name, _ in attrs}
        self.leads_to |= {value or "" for name, value in attrs if name in ADDRESS_ATTRIBUTES}


def pages(client: Client, *texts: str) -> dict[str, Any]:
    """Every address that answers, on a board that says `texts` everywhere."""
    one = board_saying(*texts)
    found = {}
    for route in ROUTES:
        response = client.get(one.path(route))
        body = b"".join(response) if response.streaming else response.content
        assert response.status_code < 500, route
        if response.status_code == 200:
            found[route] = (response.headers["Content-Type"], body.decode())
    return found


def shape(page: str) -> Shape:
    parser = Shape()
    parser.feed(page)
    return parser


@pytest.fixture(autouse=True)
def public_badge(settings) -> None:
    settings.PUBLIC_BADGE = True


@pytest.fixture(scope="module")
def harmless(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> dict[str, Any]:
    """The pages of a board that says nothing hostile, read once; the database is as before."""
    with django_db_blocker.unblock(), override_settings(PUBLIC_BADGE=True), transaction.atomic():
        found = pages(browser_of("superuser"), HARMLESS)
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("group", GROUPS)
def test_no_page_or_document_becomes_anything_else(group: str, harmless: dict[str, Any]) -> None:
    texts = [CORPUS[name] for name in GROUPS[group]]

    hostile = pages(browser_of("superuser"), *texts)

    assert set(hostile) == set(harmless)
    html = [route for route, (kind, _) in hostile.items() if kind.startswith("text/html")]
    known = set().union(*(shape(harmless[route][1]).made_of for route in html))
    for route in html:
        found = shape(hostile[route][1])
        assert found.made_of - known == set(), route
        assert [part for part in found.made_of if re.search(r" on\w+$| style$", part)] == [], route
        schemes = {re.split(r"[:/?#]", lead.strip().lower())[0] for lead in found.leads_to}
        assert schemes & {"javascript", "data", "vbscript"} == set(), route
    board = json.loads(hostile["board.json"][1])
    rows = list(csv.reader(io.StringIO(hostile["board.csv"][1].removeprefix("\ufeff"))))
    badge = ElementTree.fromstring(hostile["badge.svg"][1])  # noqa: S314  our own
    assert any(text[:20] in gate["title"] for gate in board["gates"] for text in texts)
    assert len({len(row) for row in rows}) == 1
    assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "\t"))] == []
    assert badge.tag.endswith("svg")


def test_the_corpus_reaches_every_text_of_every_model() -> None:
    board_saying("found everywhere")

    for model in TRACKED:
        for field in fields_of(model):
            if field.name not in {"url", "email", "commit"}:
                told = model.objects.filter(**{f"{field.name}__contains": "found everywhere"})
                assert told.exists(), f"{model} {field.name}"
