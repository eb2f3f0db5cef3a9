"""Fields of a proof that have a column of their own."""

from datetime import date

from .cell_values import is_day
from .parsed import ParsedEvidence

KINDS = frozenset(("statement", "link", "output", "document", "measurement"))


def set_proof_field(proof: ParsedEvidence, column: str, text: str, url: str, today: date) -> bool:
    """Set a field of a proof; False where the text cannot be its value."""
    if column == "url":
        if not url or proof.url not in {"", url}:
            return False
        proof.url = url
        proof.kind = "link" if proof.kind == "statement" else proof.kind
    elif column in {"observed", "valid_until"}:
        future = column == "observed" and text[:10] > str(today)
        if not is_day(text) or future:
            return False
        setattr(proof, column, text)
    elif column == "kind":
        if text.casefold() not in KINDS:
            return False
        proof.kind = text.casefold()
    elif column == "commit" and len(text) > 64:
        return False
    else:
        setattr(proof, column, text)
    return True
