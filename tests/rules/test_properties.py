"""What holds for every board, not only for the boards somebody thought of."""

from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import urlsplit

from hypothesis import example, given
from hypothesis import strategies as st

from gates import rules
from gates.rules import (
    BlockerFact,
    ClaimRule,
    EvidenceFact,
    GateFacts,
    GateStanding,
    Progress,
    Status,
    Verdict,
)

TODAY = date(2026, 6, 2)
CODES = [f"{letter}{n}" for letter in "TSG" for n in range(1, 5)]

days = st.integers(-3, 3).map(lambda n: TODAY + timedelta(days=n))
evidence = st.builds(EvidenceFact, st.none() | days)
current_evidence = st.builds(EvidenceFact, st.none() | days.filter(lambda day: day >= TODAY))
blockers = st.builds(
    BlockerFact,
    st.sampled_from(["a key", "a host"]),
    st.sampled_from(["Sami", "Ali"]),
    st.booleans(),
)
facts = st.builds(
    GateFacts,
    st.sampled_from(Progress),
    st.lists(evidence, max_size=4).map(tuple),
    st.lists(blockers, max_size=3).map(tuple),
)
priorities = st.sampled_from(["", "P0", "P1", "P2"])
standings = st.lists(
    st.builds(
        GateStanding, st.sampled_from(CODES), st.sampled_from(Status), st.booleans(), priorities
    ),
    unique_by=lambda row: row.code,
    max_size=len(CODES),
)
claim_rules = st.builds(
    ClaimRule,
    st.none() | st.integers(1, 8),
    st.booleans(),
    st.lists(st.sampled_from([*CODES, "Z9"]), unique=True, max_size=4).map(tuple),
)
# A board as facts: what each gate is, and the facts its status comes from.
boards = st.lists(
    st.tuples(st.sampled_from(CODES), st.booleans(), priorities, facts),
    unique_by=lambda gate: gate[0],
    min_size=1,
    max_size=8,
)


def is_proven(gate: GateFacts) -> bool:
    return any(fact.valid_until is None or fact.valid_until >= TODAY for fact in gate.evidence)


def is_waiting(gate: GateFacts) -> bool:
    return any(not blocker.resolved for blocker in gate.blockers)


def standing_of(gate: tuple[str, bool, str, GateFacts]) -> GateStanding:
    code, counted, priority, known = gate
    return GateStanding(code, rules.derive_status(known, TODAY).status, counted, priority)


# --- status --------------------------------------------------------------------------------


@given(facts, st.randoms())
def test_a_status_does_not_depend_on_the_order_of_the_facts(known: GateFacts, dice: object) -> None:
    shuffled = GateFacts(
        known.progress,
        tuple(dice.sample(known.evidence, len(known.evidence))),  # type: ignore[attr-defined]
        tuple(dice.sample(known.blockers, len(known.blockers))),  # type: ignore[attr-defined]
    )

    one, other = rules.derive_status(known, TODAY), rules.derive_status(shuffled, TODAY)

    assert one.status == other.status
    assert sorted(map(str, one.reasons)) == sorted(map(str, other.reasons))


@given(facts, facts)
def test_a_status_is_the_same_whenever_it_is_asked_for(known: GateFacts, other: GateFacts) -> None:
    first = rules.derive_status(known, TODAY)

    rules.derive_status(other, TODAY)
    rules.closing_errors(known, TODAY)

    assert rules.derive_status(known, TODAY) == first


@given(facts)
def test_a_status_is_what_the_design_says(known: GateFacts) -> None:
    if is_waiting(known):
        expected = "blocked"
    elif known.progress == "closed" and is_proven(known):
        expected = "closed"
    elif known.progress == "partial" or (known.progress == "closed" and known.evidence):
        expected = "partial"
    else:
        expected = "open"

    answer = rules.derive_status(known, TODAY)

    assert answer.status == expected
    assert answer.reasons


@given(facts)
def test_closed_means_current_evidence_and_nothing_to_wait_for(known: GateFacts) -> None:
    status = rules.derive_status(known, TODAY).status

    if status == Status.CLOSED:
        assert is_proven(known)
        assert not is_waiting(known)


@given(facts)
def test_what_may_be_closed_is_exactly_what_reads_as_closed(known: GateFacts) -> None:
    closed = replace(known, progress=Progress.CLOSED)

    may_close = rules.closing_errors(known, TODAY) == ()

    assert may_close == (rules.derive_status(closed, TODAY).status == Status.CLOSED)


@given(facts, st.integers(0, 5))
def test_time_alone_never_closes_a_gate(known: GateFacts, later: int) -> None:
    before = rules.derive_status(known, TODAY).status

    after = rules.derive_status(known, TODAY + timedelta(days=later)).status

    assert after == before or (before, after) == (Status.CLOSED, Status.PARTIAL)


# --- claims --------------------------------------------------------------------------------


def reasons_by_hand(rule: ClaimRule, rows: list[GateStanding]) -> dict[str, object]:
    """The verdict written a second time, straight from DESIGN "A claim's verdict"."""
    closed_of = {row.code: row.status == "closed" for row in rows}
    counted_closed = sum(1 for row in rows if row.counted and closed_of[row.code])
    holding_back = [row for row in rows if row.counted and not closed_of[row.code]]
    found: dict[str, object] = {}
    if rule == ClaimRule():
        found["no_rule"] = True
    if rule.min_closed and counted_closed < rule.min_closed:
        found["too_few"] = rule.min_closed - counted_closed
    if rule.requires_p0:
        found["p0_open"] = {row.code for row in holding_back if row.priority == "P0"}
        found["no_priority"] = {row.code for row in holding_back if row.priority == ""}
    found["required_open"] = {c for c in rule.required_gates if not closed_of.get(c, False)}
    return {code: value for code, value in found.items() if value}


def reasons_of(answer: Verdict) -> dict[str, object]:
    return {
        reason.code: set(reason.gates) or reason.values.get("missing", True)
        for reason in answer.reasons
    }


@given(claim_rules, standings)
@example(ClaimRule(24, True, ("G5",)), [GateStanding("G5", Status.CLOSED, False, "")])
def test_a_verdict_gives_exactly_the_reasons_that_hold(
    rule: ClaimRule, rows: list[GateStanding]
) -> None:
    answer = rules.judge_claim(rule, rows)

    assert reasons_of(answer) == reasons_by_hand(rule, rows)
    assert len(answer.reasons) == len(reasons_of(answer))


@given(claim_rules, standings)
def test_a_claim_is_allowed_exactly_when_nothing_speaks_against_it(
    rule: ClaimRule, rows: list[GateStanding]
) -> None:
    answer = rules.judge_claim(rule, rows)

    assert answer.allowed is (not reasons_by_hand(rule, rows))
    assert answer.allowed is (answer.reasons == ())


@given(claim_rules, standings, st.randoms())
def test_a_verdict_does_not_depend_on_the_order_of_the_gates(
    rule: ClaimRule, rows: list[GateStanding], dice: object
) -> None:
    shuffled = dice.sample(rows, len(rows))  # type: ignore[attr-defined]

    one, other = rules.judge_claim(rule, rows), rules.judge_claim(rule, shuffled)

    assert reasons_of(one) == reasons_of(other)


@given(claim_rules, boards, st.integers(0), current_evidence)
def test_more_current_evidence_never_makes_a_claim_worse(
    rule: ClaimRule,
    board: list[tuple[str, bool, str, GateFacts]],
    which: int,
    proof: EvidenceFact,
) -> None:
    code, counted, priority, known = board[which % len(board)]
    proven = (code, counted, priority, replace(known, evidence=(*known.evidence, proof)))
    better = [proven if gate[0] == code else gate for gate in board]

    before = rules.judge_claim(rule, [standing_of(gate) for gate in board])
    after = rules.judge_claim(rule, [standing_of(gate) for gate in better])

    assert after.allowed or not before.allowed
    remaining, earlier = reasons_of(after), reasons_of(before)
    assert all(code in earlier for code in remaining)
    assert all(value <= earlier[code] for code, value in remaining.items())  # type: ignore[operator]


@given(standings, st.sampled_from(Status), priorities)
def test_an_uncounted_gate_never_moves_the_count(
    rows: list[GateStanding], status: Status, priority: str
) -> None:
    before = rules.count_totals(rows)

    after = rules.count_totals([*rows, GateStanding("X1", status, False, priority)])

    assert after == replace(before, rows=before.rows + 1)


@given(claim_rules, standings, st.sampled_from(Status), priorities)
def test_an_uncounted_gate_that_is_not_required_never_changes_a_verdict(
    rule: ClaimRule, rows: list[GateStanding], status: Status, priority: str
) -> None:
    before = rules.judge_claim(rule, rows)

    after = rules.judge_claim(rule, [*rows, GateStanding("X1", status, False, priority)])

    assert after == before


@given(standings)
def test_the_counted_statuses_add_up(rows: list[GateStanding]) -> None:
    answer = rules.count_totals(rows)

    assert answer.closed + answer.partial + answer.open + answer.blocked == answer.counted
    assert answer.counted <= answer.rows == len(rows)


# --- texts ---------------------------------------------------------------------------------


@given(st.text(alphabet="htpsHTPS:/\\@?#[]. \t\nab", max_size=25).map("http".__add__) | st.text())
@example("https://good.example\\@evil.example/")
@example("http://a#@b/")
def test_an_accepted_address_is_a_web_address_without_user_info(url: str) -> None:
    accepted = url != "" and rules.url_errors(url) == ()

    if accepted:
        authority = url.split("//", 1)[1].split("/", 1)[0]
        assert url.lower().startswith(("http://", "https://"))
        assert authority
        assert "@" not in authority
        assert not set("\\\t\r\n ") & set(url)
    if accepted and "[" not in url and "]" not in url:
        assert urlsplit(url).username is None


@given(st.text(alphabet=st.characters(exclude_categories=["L", "N"])))
@example("™️")  # Unicode spells these two out as letters
@example("🈁")
def test_a_text_without_a_letter_or_digit_proves_nothing(text: str) -> None:
    assert rules.evidence_text_errors(text)
    assert rules.decision_errors(text)


PLACEHOLDER_PHRASES = [
    phrase.strip()
    for languages in rules.PLACEHOLDERS.values()
    for phrases in languages
    for phrase in phrases.split(",")
]


@given(st.sampled_from(PLACEHOLDER_PHRASES), st.text("-.*_ ✅\u200b\u00a0!", max_size=4))
def test_decoration_does_not_turn_a_placeholder_into_evidence(word: str, signs: str) -> None:
    assert rules.evidence_text_errors(f"{signs}{word.upper()}{signs}")
