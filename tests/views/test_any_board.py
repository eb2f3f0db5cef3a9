"""Every page opens on any board there can be, now and as it was, whoever looks."""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import Phase, given, settings

from gates.models import Claim, Gate
from tests.support import factory
from tests.support.profile import examples_on_database
from tests.support.strategies import NOW, boards, build

# What it shows does not depend on the engine, so one of them is enough.
pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

PAGES = [
    "/",
    "/waiting/",
    "/honesty/",
    "/burnup/",
    "/launches/",
    "/board.json",
    "/board.csv",
    "/board.md",
]
# A board that fails is not made smaller: that would open every page some hundred times.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
SPANS = ["/changes/", "/history/", "/admin/gates/gate/", "/admin/gates/blocker/"]


@given(plan=boards)
@settings(examples_on_database(quick=12, full=40), phases=PHASES)
def test_every_page_opens(client: Client, plan: dict[str, Any]) -> None:
    with pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(timezone, "now", lambda: NOW)
        build(plan)
        client.force_login(factory.user(is_staff=True, is_superuser=True))
        pages = [
            *PAGES,
            *(f"/gates/{code}/" for code in Gate.objects.values_list("code", flat=True)),
        ]
        pages += [f"/claims/{slug}/" for slug in Claim.objects.values_list("slug", flat=True)]
        past = [f"{page}?as_of={NOW:%Y-%m-%d}" for page in pages]
        filtered = [f"/?status={status}" for status in ("closed", "partial", "open", "blocked")]

        found = {path: client.get(path).status_code for path in pages + past + filtered + SPANS}

        assert found == dict.fromkeys(found, 200)
        transaction.set_rollback(True)
