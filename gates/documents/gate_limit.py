"""How many gates, and rows in all, a document may have."""

from django.utils.translation import gettext as _

from .markdown.gate_table import MAX_GATES
from .markdown.parsed import ParsedDocument
from .records import DocumentError, Problem

ROWS_PER_GATE = 4  # in the browser: proofs, blockers and steps included


def reject_too_many(name: str, gates: int, most: int, rows: int = 0) -> None:
    """Refuse a document with more gates than a board is made for, or than a page may import.

    rows: how many rows of any kind it has; on a page each gate may have `ROWS_PER_GATE`.

    Raises:
        DocumentError: more gates than `most`, or more rows than go with them.
    """
    message = ""
    if MAX_GATES >= gates > most:
        message = _(
            "%(gates)s gates are more than can be imported in the browser (%(most)s): import it "
            "with manage.py import_snapshot"
        )
    elif most < MAX_GATES and rows > most * ROWS_PER_GATE:
        message = _(
            "%(rows)s gates, proofs, blockers and steps are more than can be imported in the "
            "browser (%(all)s): import it with manage.py import_snapshot"
        )
    if message:
        values = {"gates": f"{gates:,}", "most": f"{most:,}", "rows": f"{rows:,}"}
        values["all"] = f"{most * ROWS_PER_GATE:,}"
        raise DocumentError([Problem(name, "", message % values)])
    if gates > MAX_GATES:
        message = _("%(gates)s gates are more than a document can have (%(most)s)")
        message %= {"gates": f"{gates:,}", "most": f"{MAX_GATES:,}"}
        raise DocumentError([Problem(name, "", message)])


def rows_of(parsed: ParsedDocument) -> int:
    """Return how many rows of the board a parsed document is about."""
    sentences = len(parsed.rules) + len(parsed.gaps)
    tables = len(parsed.evidence) + len(parsed.blockers) + len(parsed.actions) + len(parsed.claims)
    return len(parsed.gates) + tables + sentences
