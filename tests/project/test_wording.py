"""The words of the pages that readers stumbled over, in both languages.

That each English sentence is one of the code's, `test_catalogue.py` holds.
"""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext, pgettext

from gates.documents.markdown.vocabulary import parse_status
from gates.reason_text import reason_text
from gates.rules import Status
from gates.rules.reason import Reason
from tests.support import factory
from tests.support.admin_forms import person

TABLE = Path(__file__).parent / "wording.ar.tsv"  # English, a tab, Arabic
WORDS = [line.split("\t") for line in TABLE.read_text().splitlines()]


@pytest.mark.parametrize(("english", "arabic"), WORDS)
def test_what_is_said_in_arabic(english: str, arabic: str) -> None:
    with translation.override("ar"):
        assert gettext(english) == arabic


def test_labels_have_the_article_and_a_page_its_own_title() -> None:
    with translation.override("ar"):
        labels = [pgettext("label", name) for name in ("gate", "section", "owner")]
        title = pgettext("title", "Waiting on")

    assert labels == ["البوابة", "القسم", "المسؤول"]
    assert title == "ما ننتظره"


@pytest.mark.parametrize(
    ("number", "english", "arabic"),
    [
        (1, "Waiting for 1 item", "ننتظر أمرًا واحدًا"),
        (3, "Waiting for 3 things", "ننتظر 3 أمور"),
        (11, "Waiting for 11 things", "ننتظر 11 أمرًا"),
    ],
)
def test_how_many_things_we_wait_for(number: int, english: str, arabic: str) -> None:
    said = {}

    for language in ("en", "ar"):
        with translation.override(language):
            words = ngettext("Waiting for %(things)s item", "Waiting for %(things)s things", number)
            said[language] = words % {"things": number}

    assert said == {"en": english, "ar": arabic}


def test_codes_are_joined_by_the_comma_of_the_language() -> None:
    reason = Reason("p0", "P0: %(gates)s", gates=("T1", "T2"))

    with translation.override("ar"):
        arabic = reason_text(reason)

    assert (str(reason), arabic) == ("P0: T1, T2", "P0: T1، T2")


def test_no_page_says_censored_or_permit() -> None:
    catalogue = Path(settings.BASE_DIR) / "gates" / "locale" / "ar" / "LC_MESSAGES" / "django.po"
    said = "\n".join(re.findall(r'^(?:msgstr.*?)?"(.*)"$', catalogue.read_text(), re.MULTILINE))

    words = ("حجب", "حُجب", "محجوب", "تصريح", "إبريل", "شفرة")
    assert [word for word in words if word in said] == []


@pytest.mark.parametrize("word", ["محجوب", "محجوبة", "متوقف", "متوقفة", "معلّق", "معلّقة"])
def test_documents_go_on_being_read_with_the_earlier_word(word: str) -> None:
    found = parse_status(word)

    assert found is not None
    assert found[0] is Status.BLOCKED


@pytest.mark.django_db
def test_the_scripts_and_lists_of_the_admin_say_it_too(client: Client) -> None:
    client.force_login(person("sami", "Founder"))
    factory.gate("T1")
    factory.gate("S1", counted=False, not_counted_reason="Commercial")
    arabic: Any = {"headers": {"Accept-Language": "ar"}}

    catalogue = client.get(reverse("admin:jsi18n"), **arabic).content.decode()
    page = client.get(reverse("admin:gates_gate_changelist"), **arabic).content.decode()
    roles = client.get(reverse("admin:auth_group_changelist"), **arabic).content.decode()

    assert json.dumps("لم يُحدَّد شيء") in catalogue
    assert "العدد: 2" in page
    assert "حسب القسم" in page
    assert "حسب الاحتساب" in page
    assert all(name in roles for name in ("المؤسس", "مهندس", "مطّلع"))


def test_a_month_is_spelt_one_way() -> None:
    with translation.override("ar"):
        said = {date_format(date(2026, 4, 23), style) for style in ("F", "N", "M", "E")}

    assert said == {"أبريل"}
