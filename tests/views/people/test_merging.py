"""Merging two owners that are one person."""

import re

import pytest
from django.test import Client

from gates.models import Owner
from tests.support import factory
from tests.support.people import text_of

pytestmark = pytest.mark.django_db


def test_merging_shows_what_would_move_and_then_moves_it(founder: Client) -> None:
    gone, into = factory.owner("Noura A."), factory.owner("Noura")
    factory.gate("T1", owner=gone)
    query = {"gone": gone.pk, "into": into.pk}

    page = text_of(founder.get("/people/merge/", query))
    hidden = dict(re.findall(r'name="(\w+_version)" value="(\d+)"', page))
    data = {**query, **hidden, "reason": "One person"}
    without = text_of(founder.post("/people/merge/", {**data, "reason": ""}))
    unchanged = Owner.objects.count() == 2
    done = founder.post("/people/merge/", data, follow=True)
    again = founder.post("/people/merge/", data, follow=True)

    assert "gates: 1" in page
    assert "This field is required." in without
    assert unchanged
    assert "Merged: 1 thing moved to Noura." in text_of(done)
    assert "The two are one owner already." in text_of(again)
    assert [owner.name for owner in Owner.objects.all()] == ["Noura"]


def test_a_stale_merge_shows_the_present_state_and_keeps_the_reason(founder: Client) -> None:
    gone, into = factory.owner("Noura A."), factory.owner("Noura")
    data = {"gone": gone.pk, "into": into.pk, "reason": "One person"}
    into.email = "n@dealix.example"
    into.save()

    page = text_of(founder.post("/people/merge/", {**data, "gone_version": 1, "into_version": 1}))

    assert "Something changed since you opened the page." in page
    assert 'name="into_version" value="2"' in page
    assert "One person" in page
    assert Owner.objects.count() == 2
