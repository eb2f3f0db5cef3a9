"""Compare a document's numbers with its rows: headings, totals, statuses, gaps."""

from collections import defaultdict
from collections.abc import Iterator

from django.utils.translation import gettext as _

from gates.documents.records import place_of
from gates.rules import Status

from .contradiction import Contradiction, DocumentRows
from .parsed import ParsedDocument
from .statuses import status_word


def compare_headings(parsed: ParsedDocument) -> Iterator[Contradiction]:
    """Compare “(6/8 closed)” with the rows below it.

    The first wrong heading says too whether the headings add up to the stated number.
    """
    wrong = []
    for section in parsed.sections:
        closed = [gate.code for gate in section.gates if gate.status == Status.CLOSED]
        rows = len(section.gates)
        if section.closed is not None and (section.closed, section.total) != (len(closed), rows):
            message = _(
                "“%(name)s (%(stated)s/%(total)s closed)”: %(closed)s of %(rows)s rows are closed"
            )
            values = {"name": section.name, "stated": section.closed, "total": section.total}
            message %= {**values, "closed": len(closed), "rows": rows}
            wrong.append(Contradiction("heading", message, (section.line,), tuple(closed)))
        elif section.ticked and len(closed) < rows:
            open_ = tuple(gate.code for gate in section.gates if gate.code not in closed)
            message = _("“%(name)s” is ticked, but %(gates)s are not closed")
            message %= {"name": section.name, "gates": ", ".join(open_)}
            wrong.append(Contradiction("heading", message, (section.line,), open_))
    added = sum(section.closed or 0 for section in parsed.sections)
    summary = [c for c in parsed.counts if c.status == Status.CLOSED and c.number != added]
    if wrong and summary and any(section.closed is not None for section in parsed.sections):
        detail = _("the headings add up to %(added)s closed, line %(line)s says %(number)s")
        values = {"added": added, "line": summary[0].line, "number": summary[0].number}
        details = (detail % values,)
        first = wrong[0]
        wrong[0] = Contradiction(first.kind, first.message, first.lines, first.gates, details)
    yield from wrong


def compare_summary_rows(parsed: ParsedDocument) -> Iterator[Contradiction]:
    """Compare each row of a summary table with the gates of its section, or with all gates."""
    for stated in parsed.summary_rows:
        gates = parsed.gates
        if stated.section:
            name = stated.section.casefold()
            sections = [section for section in parsed.sections if section.name.casefold() == name]
            gates = [gate for section in sections for gate in section.gates]
            if not sections:
                continue
        actual = {
            name: len(gates) if name == "total" else sum(gate.status == name for gate in gates)
            for name in stated.counts
        }
        if actual != stated.counts:
            wrong = [name for name, number in stated.counts.items() if actual[name] != number]
            said = ", ".join(f"{stated.counts[name]} {status_word(name)}" for name in wrong)
            rows = ", ".join(f"{actual[name]} {status_word(name)}" for name in wrong)
            message = _("the summary says %(section)s: %(said)s; the rows: %(rows)s")
            section_name = stated.section or _("in all")
            message %= {"section": section_name, "said": said, "rows": rows}
            yield Contradiction("summary table", message, (stated.line,))


def compare_numbers(parsed: ParsedDocument, rows: DocumentRows) -> Iterator[Contradiction]:
    """Compare totals and counts by status with the rows.

    A number that is right without the gates that are not counted is a detail of the wrong total.
    """
    explained, wrong = [], []
    for count in parsed.counts:
        gates = rows.gates_for(count, everything=rows.counts_all)
        if len(gates) == count.number:
            continue
        stated = f"{count.number}/{count.total}" if count.total else str(count.number)
        message = _("“%(label)s: %(stated)s”: %(number)s rows are %(status)s")
        message %= {
            "label": count.label,
            "stated": stated,
            "number": len(gates),
            "status": status_word(str(count.status)),
        }
        codes = tuple(gate.code for gate in gates)
        if rows.counts_all and len(rows.gates_for(count, everything=False)) == count.number:
            explained.append(f"{place_of(count.line)}: {message}")
        else:
            wrong.append(Contradiction("status count", message, (count.line,), codes))
    yield from _totals(parsed, rows, explained)
    if not _wrong_totals(parsed, rows):
        yield from (Contradiction("status count", detail) for detail in explained)
    yield from wrong


def _wrong_totals(parsed: ParsedDocument, rows: DocumentRows) -> dict[int, list[int]]:
    """Return the wrong totals with their lines."""
    expected = len(rows.gates) - (0 if rows.counts_all else len(rows.not_counted))
    stated = [(count.total, count.line) for count in parsed.counts if count.total]
    stated += [(gap.total, gap.line) for gap in parsed.gaps if gap.total]
    if parsed.rows_stated and rows.counts_all:
        stated.append((parsed.rows_stated.number, parsed.rows_stated.line))
    wrong: dict[int, set[int]] = defaultdict(set)
    for total, line in stated:
        if total != expected:
            wrong[total].add(line)
    return {total: sorted(lines) for total, lines in wrong.items()}


def _totals(
    parsed: ParsedDocument, rows: DocumentRows, explained: list[str]
) -> Iterator[Contradiction]:
    for total, lines in _wrong_totals(parsed, rows).items():
        details = list(explained)
        if rows.not_counted and total == len(rows.gates) - len(rows.not_counted):
            apart = ", ".join(code for code in rows.gates if code in rows.not_counted)
            detail = _("without %(gates)s, which it sets apart, the rows are %(total)s")
            details.append(detail % {"gates": apart, "total": total})
        message = _("“%(total)s gates”: there are %(rows)s rows")
        message %= {"total": total, "rows": len(rows.gates)}
        yield Contradiction("total", message, tuple(lines), details=tuple(details))


def compare_thresholds(parsed: ParsedDocument, rows: DocumentRows) -> Iterator[Contradiction]:
    """Compare gaps with threshold less closed rows, and thresholds with the rule's."""
    closed_gates = [gate for gate in rows.gates.values() if gate.status == Status.CLOSED]
    apart = set() if rows.counts_all else rows.not_counted
    closed = sum(gate.code not in apart for gate in closed_gates)
    for gap in parsed.gaps:
        if gap.threshold is not None and gap.missing is not None:
            missing = max(gap.threshold - closed, 0)
            if missing != gap.missing:
                message = _(
                    "“Gap to %(name)s: %(stated)s”: %(closed)s rows are closed, so %(missing)s are "
                    "missing to %(threshold)s"
                )
                values = {"name": gap.name, "stated": gap.missing, "closed": closed}
                message %= {**values, "missing": missing, "threshold": gap.threshold}
                yield Contradiction("gap", message, (gap.line,))
        still_open = [c for c in gap.codes if c in rows.gates and rows.gates[c] not in closed_gates]
        if gap.threshold is None and gap.missing is not None and gap.missing != len(still_open):
            message = _("“Gap to %(name)s: %(stated)s”: %(number)s are not closed")
            message %= {"name": gap.name, "stated": gap.missing, "number": len(still_open)}
            yield Contradiction("gap", message, (gap.line,), tuple(gap.codes))
    ruled = {rule.min_closed for rule in parsed.rules}
    for gap in parsed.gaps:
        if len(ruled) == 1 and gap.threshold is not None and gap.threshold not in ruled:
            rule = parsed.rules[0]
            message = _("“Gap to %(name)s (%(threshold)s)”: the rule asks for %(number)s")
            values = {"name": gap.name, "threshold": gap.threshold}
            message %= {**values, "number": rule.min_closed}
            yield Contradiction("threshold", message, (rule.line, gap.line))
