"""One normaliser for all text: what is stored of it, and the form in which texts are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.rules import text

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
WELSH_FLAG = "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"


@pytest.mark.parametrize(
    ("pasted", "stored"),
    [
        ("\u200f\u202b تم \u202c\u200e", "تم"),
        ("\ufeffa\u200bb\u2060c\u00add", "abcd"),
        ("\u3164\u3164", ""),
        ("a\r\nb\rc", "a\nb\nc"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        (f"{FAMILY} ", FAMILY),
        ("ok \u2611\ufe0f\u200f", "ok \u2611\ufe0f"),
        (WELSH_FLAG, WELSH_FLAG),
        ("السعر \u200f(5\u200e%)", "السعر \u200f(5\u200e%)"),
        ("\u200dx\u200c", "x"),
    ],
    ids=ascii,
)
def test_what_is_stored_of_an_ordinary_text(pasted: str, stored: str) -> None:
    assert text.clean(pasted) == stored


@pytest.mark.parametrize(
    ("pasted", "stored"),
    [
        *(
            (" t6 ", "T6"),
            ("\u200eT6\u200f", "T6"),
            ("T\u200b6", "T6"),
            ("T٦", "T6"),
            ("Ｔ６", "T6"),
        ),
        *(("gv 2", "GV2"), ("T۱۲", "T12"), ("", ""), ("\u3164", "")),
    ],
    ids=ascii,
)
def test_what_is_stored_of_a_code(pasted: str, stored: str) -> None:
    assert text.clean_code(pasted) == stored


def test_nothing_invisible_is_left_in_a_name_or_a_date() -> None:
    assert text.clean_name("\u202aSa\u200bmi\u202c ") == "Sami"
    assert text.clean_date("\u200f٢٠٢٦\u2011٠٤‐٢٣ ") == "2026-04-23"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("Sami", " SAMI\u200f"), ("أحمد", "احمد"), ("إدارة", "اداره"), ("على", "علي")),
        *(("مسؤول", "مسئول"), ("لاحقًا", "لاحقا"), ("النســخ", "النسخ"), ("آمن", "امن")),
        *(("١٢٣", "123"), ("۱۲۳", "123"), ("Ｔ６", "t6"), ("A  B", "a b"), ("é", "e\u0301")),
        *(("ﺍﻟﻨﺴﺦ", "النسخ"), ("a\u200bb", "ab"), ("STRASSE", "straße"), ("شيء", "شي")),
    ],
    ids=ascii,
)
def test_spellings_of_one_text_are_compared_as_one(one: str, other: str) -> None:
    assert text.comparison_form(one) == text.comparison_form(other)


def test_different_texts_stay_different() -> None:
    assert (
        len({text.comparison_form(each) for each in ("T1", "T11", "سامي", "سمير", "✅", "a-b")})
        == 6
    )


@given(st.text())
def test_what_is_stored_stays_as_it_is(pasted: str) -> None:
    for form in (text.clean, text.clean_name, text.comparison_form):
        once = form(pasted)
        assert form(once) == once
    assert text.comparison_form(text.clean(pasted)) == text.comparison_form(pasted)
    assert text.has_visible(pasted) == bool(text.clean_name(pasted))


@given(st.text("ab\u200b\u200f\u3164\ufe0f \n", max_size=8))
def test_what_shows_nothing_is_stored_as_nothing(pasted: str) -> None:
    assert text.has_visible(text.clean(pasted)) == text.has_visible(pasted)
