"""What the text and the link of a piece of evidence lack, with its gate and its neighbours."""

from typing import Any

from gates import rules
from gates.rules import Reason
from gates.rules.text import same_as


def text_errors(evidence: Any) -> dict[str, tuple[Reason, ...]]:
    """Return by field why the text or the link is no proof; empty if they are.

    What was stored as it is, before a rule became stricter, is left alone.
    """
    found = {"summary": _summary_errors(evidence), "url": _url_errors(evidence)}
    return {
        field: reasons for field, reasons in found.items() if reasons and _is_new(evidence, field)
    }


def _summary_errors(evidence: Any) -> tuple[Reason, ...]:
    if reasons := rules.evidence_text_errors(evidence.summary):
        return reasons
    # Beside something to look at, it will do to repeat the gate. So it will in a document, which
    # is a proof of what it says.
    shown = (
        evidence.url or evidence.file or not rules.evidence_text_errors(evidence.output)
    ) or _is_imported(evidence)
    if shown or evidence.gate_id is None:
        return ()
    gate = evidence.gate
    return rules.repetition_errors(evidence.summary, gate.code, gate.title, gate.definition_of_done)


def _url_errors(evidence: Any) -> tuple[Reason, ...]:
    return rules.url_errors(evidence.url) or rules.local_url_errors(evidence.url)


def _is_new(evidence: Any, field: str) -> bool:
    stored = type(evidence).objects.filter(pk=evidence.pk).values_list(field, flat=True).first()
    return bool(stored != getattr(evidence, field))


def _is_imported(evidence: Any) -> bool:
    return hasattr(evidence, "_imported_from")


def same_proof(evidence: Any) -> str | None:
    """Return the summary of other evidence of the gate that reads the same; None if none does.

    The very same text is left to the constraint. An import looks for it by itself.
    """
    if _is_imported(evidence):
        return None
    own = same_as(evidence.summary)
    others = type(evidence).objects.filter(gate=evidence.gate_id).exclude(pk=evidence.pk)
    summaries = others.exclude(summary=evidence.summary).order_by("pk")
    return next(
        (each for each in summaries.values_list("summary", flat=True) if same_as(each) == own), None
    )
