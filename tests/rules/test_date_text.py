"""Dates as people type them."""

import pytest

from gates.rules.date_text import iso_text


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2027-06-05", "2027-06-05"),
        ("05/06/2027", "2027-06-05"),
        ("5.6.2027", "2027-06-05"),
        ("1-12-2027 18:00", "2027-12-01 18:00"),
        ("12/31/2027", "2027-31-12"),  # never month first: no day at all
        ("2027/6/5", "2027-06-05"),
        ("٠٥/٠٦/٢٠٢٧", "2027-06-05"),
        ("۲۰۲۷-۰۶-۰۵", "2027-06-05"),
        ("२०२७-०६-०५T१८:००", "2027-06-05T18:00"),
        ("05/06/20271", "05/06/20271"),
        ("tomorrow", "tomorrow"),
    ],
)
def test_the_day_comes_before_the_month(typed: str, read: str) -> None:
    assert iso_text(typed) == read
