"""Adding a person on one page, by a founder who has confirmed it."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AccessLink
from gates.models import Owner, Preference
from tests.support import factory
from tests.support.account_pages import account
from tests.support.people import ADD, KEY, person_form, text_of, written

pytestmark = pytest.mark.django_db


def test_one_page_makes_account_role_language_owner_and_link(founder: Client) -> None:
    response = founder.post(ADD, person_form())

    page = text_of(response)
    user = User.objects.get(username="noura")
    assert (user.first_name, user.is_active, user.is_superuser) == ("Noura Ali", True, False)
    assert not user.has_usable_password()
    assert [group.name for group in user.groups.all()] == ["Engineer"]
    assert Preference.objects.get(user=user).language == "ar"
    owner = Owner.objects.get(user=user)
    assert (owner.name, owner.role) == ("Noura Ali", "engineer")
    assert owner.history.get().history_user_name == "sami"
    assert AccessLink.find(KEY.findall(page)[0])
    assert "no-store" in response.headers["Cache-Control"]
    assert LogEntry.objects.get(object_id=str(user.pk), user__username="sami").is_addition()
    assert not KEY.search(text_of(founder.get("/people/")))


@pytest.mark.parametrize(
    ("role", "owner_role", "staff"),
    [("Founder", "founder", True), ("Engineer", "engineer", True), ("Viewer", "external", False)],
)
def test_each_role_has_its_kind_of_owner(
    founder: Client, role: str, owner_role: str, staff: bool
) -> None:
    founder.post(ADD, person_form(role=role))

    user = User.objects.get(username="noura")
    assert (user.owner.role, user.is_staff) == (owner_role, staff)


def test_the_message_is_in_the_persons_language_and_whatsapp_has_it(founder: Client) -> None:
    page = text_of(founder.post(ADD, person_form(language="en")))

    link = re.findall(r'href="(https://wa\.me/[^"]+)"', page)[0]
    text = parse_qs(urlsplit(link).query)["text"][0]
    address, user_name = text.splitlines()[-1], text.splitlines()[-2]
    assert KEY.search(address)
    assert address.startswith("http://testserver/accounts/link/?key=")
    assert user_name == "Your user name: noura"
    assert text.splitlines()[0] == "Noura Ali, this is your way in to the Dealix gates board."
    assert text in page


def test_an_owner_of_that_name_is_offered_and_not_doubled(founder: Client) -> None:
    owner = factory.owner("نورة علي", role="external")
    before = written()

    offered = text_of(founder.post(ADD, person_form(name="نوره على")))
    unchanged = written() == before
    text_of(founder.post(ADD, person_form(name="نوره على", same_person="on")))

    assert "is on the board already, without an account" in offered
    assert 'name="same_person"' in offered
    assert unchanged
    owner.refresh_from_db()
    assert (owner.user, owner.name) == (User.objects.get(username="nora"), "نورة علي")
    assert Owner.objects.count() == 1


def test_the_page_of_people_leads_to_the_form_for_an_owner(founder: Client) -> None:
    owner = factory.owner("Laila")

    path = f"{ADD}?owner={owner.pk}"
    listed, form = text_of(founder.get("/people/")), text_of(founder.get(path))
    founder.post(path, person_form(name="Laila", same_person="on"))

    assert path in listed
    assert 'value="Laila"' in form
    assert Owner.objects.get().user == User.objects.get(username="laila")


REFUSED = {
    "a name with an account": ({"name": "Sami"}, "Sami has an account."),
    "no name": ({"name": " \u200b"}, "This field is required."),
    "a user name that is taken": ({"username": "SAMI"}, "This user name is taken."),
    "a user name with spaces": ({"username": "a b"}, "Enter a valid username."),
    "an unknown role": ({"role": "Superuser"}, "Select a valid choice."),
    "an unknown language": ({"language": "xx"}, "Select a valid choice."),
    "a name that is too long": ({"name": "x" * 101}, "at most 100 characters"),
}


@pytest.mark.parametrize(("fields", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_refused_on_its_field(
    founder: Client, sami: User, fields: dict[str, str], message: str
) -> None:
    factory.owner("Sami", user=sami)
    before = written()

    page = text_of(founder.post(ADD, person_form(**fields)))

    assert message in page
    assert written() == before


def test_the_same_form_sent_twice_adds_one_person_and_shows_a_link_that_works(
    founder: Client,
) -> None:
    founder.post(ADD, person_form())
    second = text_of(founder.post(ADD, person_form()))

    assert User.objects.count() == 2
    assert Owner.objects.count() == 1
    assert AccessLink.find(KEY.findall(second)[0])


def test_a_link_that_was_not_used_or_not_in_time_is_told(founder: Client) -> None:
    founder.post(ADD, person_form())
    waiting = text_of(founder.get("/people/"))
    AccessLink.objects.update(ends_at="2026-01-01T00:00Z")

    assert "Has a link that works until" in waiting
    assert "The link was not used in time." in text_of(founder.get("/people/"))


@pytest.mark.parametrize("page", ["add", "link", "remove"])
def test_each_act_asks_for_the_password_again_and_writes_nothing(
    client: Client, sami: User, page: str
) -> None:
    noura = account("noura", "Engineer")
    client.force_login(sami)
    path = ADD if page == "add" else f"/people/{noura.pk}/{page}/"
    before = written()

    for response in (client.get(path), client.post(path, person_form())):
        assert response.headers["Location"].startswith(reverse("account_reauthenticate"))

    assert written() == before


def test_what_was_typed_is_there_after_the_confirmation(client: Client, sami: User) -> None:
    client.force_login(sami)
    client.post(ADD, person_form(name="Laila Omar"))
    log_in_confirmed_again(client)

    assert 'value="Laila Omar"' in text_of(client.get(ADD))


def log_in_confirmed_again(client: Client) -> None:
    client.post(reverse("account_reauthenticate"), {"password": "a long enough secret"})


@pytest.mark.parametrize("page", ["link", "remove"])
def test_nobody_does_it_to_themselves_or_as_no_superuser_to_one(
    founder: Client, sami: User, page: str
) -> None:
    boss = factory.user("boss", is_superuser=True)
    before = written()

    for pk in (sami.pk, boss.pk):
        assert founder.get(f"/people/{pk}/{page}/").status_code == 403
        assert founder.post(f"/people/{pk}/{page}/").status_code == 403

    assert written() == before


def test_the_list_takes_the_same_number_of_queries_for_any_number_of_people(
    founder: Client,
) -> None:
    counts = []
    for number in range(2):
        for extra in range(3):
            name = f"p{number}{extra}"
            factory.owner(name, user=account(name, "Engineer"))
            factory.owner(f"without {name}")
        founder.get("/people/")
        with CaptureQueriesContext(connection) as queries:
            founder.get("/people/")
        counts.append(len(queries))

    assert counts == [8, 8]
