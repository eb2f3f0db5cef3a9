"""Boards of thousands of gates, made in bulk."""

from django.contrib.auth.models import User
from django.db import connection

from benchmarks.data import Size, fill
from gates.models import Claim, Requirement
from tests.support.assertions import sql, triggers_lifted


def fill_in_bulk(size: Size) -> User:
    """Fill the empty database with a board of this size; return the founder whose board it is.

    The triggers are lifted meanwhile, because each is fired once a row. PostgreSQL gets its
    statistics, which on a server come by themselves and without which it plans for empty tables.
    """
    with triggers_lifted():
        founder = fill(size)
    # Then a page takes the queries for changed claims, which it saves while nothing changed.
    claim = Claim.objects.earliest("pk")
    claim.min_closed = (claim.min_closed or 1) + 1
    claim.save()
    Requirement.objects.earliest("pk").save()
    if connection.vendor == "postgresql":
        sql("ANALYZE")
    return founder
