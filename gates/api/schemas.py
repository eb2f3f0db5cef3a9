"""The shapes of the API, for its OpenAPI document; answers are made from the board's own data."""

from datetime import date, datetime
from typing import Any, Literal, TypeVar

from ninja import Schema
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from gates.models.proposal import ProposedKind

from .problem import Refusal

StatusWord = Literal["closed", "partial", "open", "blocked"]
OperatorSign = Literal["<", "<=", "=", ">=", ">"]
T = TypeVar("T", bound=BaseModel)


class Problem(Schema):
    type: str
    title: str
    status: int
    detail: str


class ProposalIn(Schema):
    model_config = ConfigDict(extra="forbid")

    summary: str = Field(min_length=1, max_length=500)
    kind: ProposedKind = "statement"
    url: str = Field("", max_length=2000)
    output: str = Field("", max_length=1_000_000)
    commit: str = Field("", max_length=64)

    @field_validator("*")
    @classmethod
    def refuse_nul(cls, value: str) -> str:
        """Refuse what PostgreSQL cannot store."""
        if "\0" in value:
            raise ValueError("it has a NUL character")
        return value


class ProposalAnswer(Schema):
    proposal: int
    gate: str
    kind: ProposedKind
    summary: str
    url: str
    output: str
    commit: str
    received_at: datetime
    note: str


class TokenCheck(Schema):
    launch: str
    gate: str
    check: str
    kind: str
    retired: bool


class Me(Schema):
    name: str
    prefix: str
    responsible: str
    read_only: bool
    ends_on: date
    checks: list[TokenCheck]


class LaunchOut(Schema):
    slug: str
    name: str
    snapshot_date: date


class Totals(Schema):
    rows: int
    counted: int
    closed: int
    partial: int
    open: int
    blocked: int


class SectionOut(Schema):
    prefix: str
    name: str
    closed: int
    total: int


class EvidenceOut(Schema):
    kind: str
    summary: str
    url: str
    output: str
    file: str
    sha256: str
    commit: str
    observed_at: datetime | None
    valid_until: date | None
    recorded_at: datetime
    current: bool
    withdrawn_on: date | None
    check: str | None


class BlockerOut(Schema):
    needs: str
    why: str
    waiting_on: str
    raised_at: datetime | None
    due_on: date | None
    resolved_at: datetime | None
    resolution: str


class ConditionOut(Schema):
    measure: str
    operator: OperatorSign
    bound: str
    unit: str


class LastRunOut(Schema):
    observed_at: datetime
    passed: bool


class CheckOut(Schema):
    key: str
    kind: str
    fresh_days: int
    fresh_until: date | None
    repository: str
    ref: str
    required_from: date | None
    retired_why: str
    conditions: list[ConditionOut]
    state: Literal["never_run", "not_met", "green", "failed", "stale", "retired"]
    reason: str
    last_run: LastRunOut | None


class GateOut(Schema):
    code: str
    title: str
    section: str
    status: StatusWord
    reason: str
    progress: str
    priority: str
    counted: bool
    not_counted_reason: str
    definition_of_done: str
    notes: str
    owner: str
    covered_by: str
    closed_at: datetime | None
    closing_note: str
    evidence: list[EvidenceOut]
    blockers: list[BlockerOut]
    checks: list[CheckOut]
    ready: bool


class ClaimOut(Schema):
    slug: str
    name: str
    allowed: bool
    reasons: list[str]


class RuleOut(Schema):
    min_closed: int | None
    requires_p0: bool
    required_gates: list[str]


class ClaimWithRule(ClaimOut):
    rule: RuleOut


class ActionOut(Schema):
    gate: str | None
    text: str
    estimate: str
    day: int | None
    state: str
    needs: str | None


class Board(Schema):
    launch: LaunchOut
    as_of: datetime
    totals: Totals
    sections: list[SectionOut]
    gates: list[GateOut]
    claims: list[ClaimOut]
    actions: list[ActionOut]


class JudgedCondition(Schema):
    measure: str
    operator: OperatorSign
    bound: str
    value: str | None
    met: bool


class GateNow(Schema):
    code: str
    status: StatusWord
    reason: str
    ready: bool


class RunAnswer(Schema):
    run: int
    check: str
    passed: bool
    counts: bool
    why_not: list[str]
    reasons: list[str]
    conditions: list[JudgedCondition]
    measures: dict[str, str]
    observed_at: datetime
    received_at: datetime
    repository: str
    ref: str
    commit: str
    url: str
    sha256: str
    gate: GateNow


def read(schema: type[T], data: Any) -> T:
    """Return data in a schema's shape.

    Raises:
        Refusal: it has another shape; the first fault is named.
    """
    try:
        return schema.model_validate(data)
    except ValidationError as error:
        raise Refusal(422, fault(error.errors()[0])) from error


def fault(error: Any) -> str:
    """Return one fault that was found in a request as a sentence."""
    place = ".".join(str(part) for part in error["loc"])[:100]
    shown = "".join(char if char.isprintable() else "?" for char in place)
    message = str(error["msg"]).removeprefix("Value error, ").rstrip(".")
    return f"{shown}: {message[:1].lower()}{message[1:]}."
