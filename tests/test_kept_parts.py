"""Parts of a page are rendered once for what they show, and again for anything else."""

import pytest
from django.test import Client
from django.utils import timezone, translation
from django.utils.safestring import SafeString

from gates.board import find_launch, read_board
from gates.models import Gate
from gates.rows import GateRow
from gates.templatetags.kept import SHELF, Shelf, content, kept
from tests import factory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    SHELF.clear()


def row() -> GateRow:
    launch = find_launch()
    assert launch is not None
    return read_board(launch, timezone.now()).gates[0]


def test_a_gate_that_changed_is_shown_changed(client: Client) -> None:
    gate = factory.gate("T1", definition_of_done="Before")
    client.force_login(factory.user())
    before = client.get("/").content.decode()

    Gate.objects.filter(pk=gate.pk).update(definition_of_done="Afterwards")

    after = client.get("/").content.decode()
    assert "Before" in before
    assert "Afterwards" in after
    assert "Before" not in after


def test_everything_that_belongs_to_a_gate_is_its_content() -> None:
    gate = factory.closed_gate("T1")
    seen = {content(row())}

    factory.evidence(gate, "A second proof")
    seen.add(content(row()))
    factory.blocker(gate)
    seen.add(content(row()))
    factory.action(gate.launch, gate=gate)
    seen.add(content(row()))
    type(factory.owner()).objects.update(name="Samy")
    seen.add(content(row()))

    assert len(seen) == 5
    assert content(row()) == content(row())


def test_each_language_has_its_own_part() -> None:
    factory.gate("T1")

    english = kept("gates/_legend.html")
    with translation.override("ar"):
        arabic = kept("gates/_legend.html")

    assert english != arabic
    assert kept("gates/_legend.html") is english


def test_what_cannot_be_compared_by_what_it_says_is_refused() -> None:
    with pytest.raises(TypeError, match="kept part"):
        kept("gates/_legend.html", gate=factory.gate("T1"))


def test_the_shelf_throws_away_what_was_not_asked_for_longest() -> None:
    shelf = Shelf(at_most=3)
    for key in ("a", "b", "c"):
        shelf.get(key, lambda: SafeString("1"))
    shelf.get("a", lambda: SafeString("never made"))

    shelf.get("d", lambda: SafeString("1"))

    assert list(shelf.texts) == ["c", "a", "d"]
    assert shelf.size == 3
