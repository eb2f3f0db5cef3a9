"""Any board at all, made by chance out of texts that break naive writers, readers and pages."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from gates import rules
from gates.models import Gate, Owner
from gates.rules.text import clean, clean_name, has_visible, same_as
from tests.support import factory

NOW = datetime(2026, 4, 25, 9, 30, tzinfo=UTC)  # when such a board is read

# What breaks naive writers and readers, beside any character at all.
HOSTILE = [
    "|", r"\|", "\\", "`", "``", "**", "# ", "## x (1/2 closed)", "<br>", "<script>",
    "&#10;", "&amp;", "&", "\n", "\r\n", "\t", " ", "\u00a0", "\u2028", "\u202e", "مغلق", "بوابة",
    "👩‍💻", "🇸🇦", "✅", "🚫", "P1 — ", "DoD: ", "**DoD:** ", "Covered by T1 drill. ", "---", "- ",
    "1. ", "**Blocked on x from y.** ", "[a](https://example.com)", "[a]: https://example.com",
    "2026-04-23", "{T}", "(3/4 closed)", "T1", "| --- |", "```", "~~~", "> ", "DoD: x. y", "=1+1",
]  # fmt: skip
pieces = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=6),
    st.sampled_from(["plain words ", "k6 p95 410 ms ", "a. b. "]),
)


def texts(most: int = 100, least: int = 0) -> st.SearchStrategy[str]:
    """Texts of hostile pieces; with `least`, ones that are not blank."""
    joined = st.lists(pieces, min_size=least, max_size=5).map("".join)
    made = joined.map(lambda text: clean(text[:most]))
    return made.filter(has_visible) if least else made


def names() -> st.SearchStrategy[str]:
    return texts(least=1).map(clean_name).filter(has_visible)


def proofs() -> st.SearchStrategy[str]:
    return texts(least=1).filter(lambda text: not rules.evidence_text_errors(text))


moments = st.one_of(
    st.none(),
    st.just(datetime(2026, 4, 22, 21, tzinfo=UTC)),  # midnight in Riyadh
    st.integers(0, 19 * 10**13).map(  # before NOW
        lambda n: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(microseconds=n)
    ),
)
days = st.one_of(st.none(), st.dates(date(2026, 4, 1), date(2026, 5, 30)))
addresses = st.sampled_from(
    ["https://example.com/a_(b)?q=1&#x", "https://example.com/|", "http://a"]
)


@st.composite
def evidence(draw: Callable[[Any], Any]) -> dict[str, Any]:
    kind = draw(st.sampled_from(["statement", "link", "output", "document", "measurement"]))
    observed_at, valid_until = draw(moments), draw(days)
    if observed_at and valid_until and valid_until <= observed_at.date():
        valid_until = None  # it does not end before it was observed
    return {
        "kind": kind,
        "summary": draw(proofs()),
        "url": draw(addresses) if kind == "link" else draw(st.sampled_from(["", "http://a"])),
        "output": draw(texts(least=1)) if kind == "output" else draw(st.sampled_from(["", "a\nb"])),
        "commit": draw(st.sampled_from(["", "ce0027e", "a|b"])),
        "observed_at": observed_at,
        "valid_until": valid_until,
    }


@st.composite
def blocker(draw: Callable[[Any], Any]) -> dict[str, Any]:
    resolved = draw(st.sampled_from([None, NOW - timedelta(days=1)]))
    return {
        "needs": draw(texts(least=1)),
        "why": draw(texts()),
        "waiting_on": draw(st.sampled_from([None, 0, 1, 2])),
        "raised_at": draw(moments),
        "due_on": draw(days),
        "resolved_at": resolved,
        "resolution": draw(texts(least=1)) if resolved else "",
    }


@st.composite
def gate(draw: Callable[[Any], Any]) -> dict[str, Any]:
    counted = draw(st.booleans())
    return {
        "title": draw(texts(least=1)),
        "progress": draw(st.sampled_from(["open", "partial", "closed", "closed"])),
        "priority": draw(st.sampled_from(["", "P0", "P1", "P2"])),
        "definition_of_done": draw(texts()),
        "notes": draw(texts()),
        "owner": draw(st.sampled_from([None, 0, 1, 2])),
        "counted": counted,
        "not_counted_reason": "" if counted else draw(texts(least=1)),
        "closing_note": draw(texts()),
        "closed_at": draw(moments),
        "evidence": draw(
            st.lists(evidence(), max_size=2, unique_by=lambda e: same_as(e["summary"]))
        ),
        "blockers": draw(st.lists(blocker(), max_size=2)),
        "covered": draw(st.booleans()),
    }


boards = st.fixed_dictionaries(
    {
        "name": texts(least=1),
        "notes": texts(),
        "owners": st.lists(names(), min_size=3, max_size=3, unique_by=same_as),
        "sections": st.lists(
            st.tuples(texts(60, least=1), st.lists(gate(), max_size=2), st.booleans()),
            min_size=1,
            max_size=2,
        ).filter(lambda sections: any(gates for _, gates, _ in sections)),
        "actions": st.lists(
            st.fixed_dictionaries(
                {
                    "text": texts(least=1),
                    "estimate": texts(30),
                    "day": st.sampled_from([None, 0, 1, 2]),
                    "state": st.sampled_from(["todo", "doing", "done"]),
                    "gate": st.booleans(),
                    "needs": st.sampled_from([None, 0, 1]),
                }
            ),
            max_size=3,
            unique_by=lambda a: (same_as(str(a["text"])), a["day"]),
        ),
        "claims": st.lists(
            st.tuples(texts(least=1), st.sampled_from([None, 1, 24]), st.booleans(), st.booleans()),
            max_size=2,
        ),
    }
)


def build(plan: dict[str, Any]) -> None:
    """Put a generated board into the database."""
    launch = factory.launch(name=plan["name"], notes=plan["notes"])
    owners: list[Owner | None] = [factory.owner(name) for name in plan["owners"]]
    made: list[Gate] = []
    for number, (name, gates, plain) in enumerate(plan["sections"]):
        prefix = "TSO"[number]
        section = factory.section(prefix, launch=launch, name=name, position=number)
        letters = prefix if plain else "XYZ"[number]
        for position, said in enumerate(gates, start=1):
            made.append(build_gate(section, f"{letters}{position}", said, owners, made))
    for position, said in enumerate(plan["actions"]):
        kept = {name: said[name] for name in ("text", "estimate", "day", "state")}
        kept["needs"] = None if said["needs"] is None else owners[said["needs"]]
        factory.action(launch, gate=made[0] if said["gate"] else None, position=position, **kept)
    for number, (name, least, p0, required) in enumerate(plan["claims"]):
        fields = {"name": name, "min_closed": least, "requires_p0": p0, "position": number}
        claim = factory.claim(launch, f"claim-{number}", **fields)
        if required:
            factory.requirement(claim, made[0])


def build_gate(
    section: Any, code: str, said: dict[str, Any], owners: list[Owner | None], made: list[Gate]
) -> Gate:
    names = ("title", "priority", "definition_of_done", "notes", "counted", "not_counted_reason")
    fields = {name: said[name] for name in names}
    fields["owner"] = None if said["owner"] is None else owners[said["owner"]]
    fields["covered_by"] = made[0] if said["covered"] and made else None
    gate = factory.gate(code, section=section, position=int(code[1:]), **fields)
    for proof in said["evidence"]:
        factory.evidence(gate, **proof)
    if said["progress"] == "partial" or (said["progress"] == "closed" and not said["evidence"]):
        gate.progress = "partial"
        gate.save()
    elif said["progress"] == "closed":
        gate.progress = "closed"  # also where its evidence has expired or it waits for something
        gate.closing_note, gate.closed_at = said["closing_note"], said["closed_at"]
        gate.save()
    unresolved: set[str] = set()
    for wait in said["blockers"]:
        if wait["resolved_at"] or wait["needs"] not in unresolved:
            who = None if wait["waiting_on"] is None else owners[wait["waiting_on"]]
            factory.blocker(gate, **{**wait, "waiting_on": who})
            unresolved |= set() if wait["resolved_at"] else {wait["needs"]}
    return gate
