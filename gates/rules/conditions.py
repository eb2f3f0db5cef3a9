"""The conditions of a check: bounds on measures, and whether a report's numbers meet them.

Numbers are `Decimal`, not float: a bound is compared with what the tool wrote, digit for digit.
As a float, 0.1 + 0.2 is above 0.3, and 29999.9999999999999999 is 30000.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from django.utils.translation import gettext_noop

from .measures import Kind, measure_errors
from .reason import Reason
from .text import fold_digits

MAX_CONDITIONS = 20
# Of a bound and of a number in a report: below 10^19, and not finer than 10^-30.
MAX_MAGNITUDE, MIN_EXPONENT = 18, -30


class Operator(StrEnum):
    """How a measure is compared with the bound."""

    BELOW = "<"
    AT_MOST = "<="
    EQUAL = "="
    AT_LEAST = ">="
    ABOVE = ">"


@dataclass(frozen=True, slots=True)
class Condition:
    """One bound on one measure: `http_req_duration.p(95) < 500`."""

    measure: str
    operator: Operator
    bound: Decimal

    def bound_text(self) -> str:
        """Return the bound as text; empty if what is stored is no number."""
        return number_text(self.bound) if self.bound.is_finite() else ""

    def holds(self, value: Decimal | None) -> bool:
        """Return whether a value meets the bound; no value and no finite number ever does."""
        if value is None or not value.is_finite() or not self.bound.is_finite():
            return False
        match self.operator:
            case Operator.BELOW:
                return value < self.bound
            case Operator.AT_MOST:
                return value <= self.bound
            case Operator.EQUAL:
                return value == self.bound
            case Operator.AT_LEAST:
                return value >= self.bound
            case Operator.ABOVE:
                return value > self.bound


def is_storable(value: Decimal) -> bool:
    """Return whether a number is finite and of a size that can be stored and shown."""
    exponent = value.as_tuple().exponent  # a letter for NaN and infinity
    return (
        isinstance(exponent, int)
        and MIN_EXPONENT <= exponent <= MAX_MAGNITUDE
        and (not value or value.adjusted() <= MAX_MAGNITUDE)
    )


def bound_number(text: str) -> Decimal:
    """Return the number of a bound; NaN if the text is none, and then nothing meets it."""
    try:
        return Decimal(fold_digits(text).replace("٫", ".").strip())
    except InvalidOperation:
        return Decimal("NaN")


def number_text(value: Decimal) -> str:
    """Return a number without exponent and trailing zeros: the same text for the same number."""
    if not value:
        return "0"
    text = format(value, "f")
    return re.sub(r"\.?0*\Z", "", text) if "." in text else text


def meets(conditions: Sequence[Condition], measures: Mapping[str, Decimal]) -> bool:
    """Return whether the numbers meet all conditions; without a condition nothing does."""
    return bool(conditions) and all(
        condition.holds(measures.get(condition.measure)) for condition in conditions
    )


def missing_measures(
    conditions: Sequence[Condition], measures: Mapping[str, Decimal]
) -> tuple[Reason, ...]:
    """Return one reason for each measure that is asked for and that the report lacks.

    Such a report decides nothing: it is refused, and no run is kept. Empty also where one of its
    numbers breaks a condition: then the run has failed, whatever is missing. A load test whose
    requests all failed has no response times.
    """
    if any(
        item.measure in measures and not item.holds(measures[item.measure]) for item in conditions
    ):
        return ()
    message = gettext_noop("The report has no %(measure)s, which the check needs.")
    asked = dict.fromkeys(condition.measure for condition in conditions)
    return tuple(
        Reason("missing_measure", message, {"measure": name})
        for name in asked
        if name not in measures
    )


def unmet_conditions(
    conditions: Iterable[Condition], measures: Mapping[str, Decimal]
) -> tuple[Reason, ...]:
    """Return one reason for each condition that does not hold for the numbers."""
    message = gettext_noop("%(measure)s is %(value)s; required: %(operator)s %(bound)s")
    return tuple(
        Reason(
            "unmet",
            message,
            {
                "measure": condition.measure,
                "value": _shown(measures.get(condition.measure)),
                "operator": condition.operator.value,
                "bound": number_text(condition.bound),
            },
        )
        for condition in conditions
        if not condition.holds(measures.get(condition.measure))
    )


def _shown(value: Decimal | None) -> str:
    return "—" if value is None or not value.is_finite() else number_text(value)


def condition_errors(kind: Kind, conditions: Sequence[Condition]) -> tuple[Reason, ...]:
    """Return why a check of the kind cannot have these conditions; empty if it can."""
    if not conditions:
        message = gettext_noop("A check needs at least one condition.")
        return (Reason("no_condition", message),)
    if len(conditions) > MAX_CONDITIONS:
        message = gettext_noop("A check has at most %(most)s conditions.")
        return (Reason("too_many_conditions", message, {"most": MAX_CONDITIONS}),)
    reasons: list[Reason] = []
    for condition in conditions:
        reasons += measure_errors(kind, condition.measure)
        if not is_storable(condition.bound):
            message = gettext_noop("The bound of %(measure)s is too large or has too many digits.")
            reasons.append(Reason("bound", message, {"measure": condition.measure}))
    sides = [(condition.measure, condition.operator) for condition in conditions]
    for name, operator in dict.fromkeys(side for side in sides if sides.count(side) > 1):
        message = gettext_noop("%(measure)s %(operator)s is set twice.")
        values = {"measure": name, "operator": operator.value}
        reasons.append(Reason("condition_twice", message, values))
    return tuple(reasons)


def condition_advice(kind: Kind, conditions: Iterable[Condition]) -> tuple[Reason, ...]:
    """Return what the conditions leave open, for the person who writes them; nothing is refused.

    An average of 100 requests a second can be a short burst, and all of them can have failed. A
    restore of nothing equals nothing.
    """
    asked = {condition.measure for condition in conditions}
    reasons: list[Reason] = []
    needed = {"http_reqs.count", "duration", "http_req_failed.rate"}
    if kind == Kind.K6 and "http_reqs.rate" in asked and not needed <= asked:
        message = gettext_noop(
            "http_reqs.rate is an average of the whole run. Also set bounds for http_reqs.count,"
            " duration and http_req_failed.rate."
        )
        reasons.append(Reason("average", message))
    if kind == Kind.RESTORE and "rows" not in asked:
        message = gettext_noop(
            "Also set a minimum for rows: an empty restore equals an empty dump."
        )
        reasons.append(Reason("no_rows_asked", message))
    return tuple(reasons)


def asks_as_much(new: Sequence[Condition], old: Sequence[Condition]) -> bool:
    """Return whether every number that meets the new conditions meets the old ones too.

    Of several bounds on one side the tightest is compared. Nothing meets no condition at all.
    """
    if not new or not old:
        return not new
    return all(any(_implies(one, asked) for one in new) for asked in old)


def _implies(new: Condition, old: Condition) -> bool:
    """Return whether every value that meets the one condition meets the other."""
    if new.measure != old.measure:
        return False
    if not new.bound.is_finite():
        return True  # nothing meets a bound that is no number
    if not old.bound.is_finite():
        return False
    if new.operator == Operator.EQUAL:
        return old.holds(new.bound)
    if new.operator.value[0] != old.operator.value[0]:  # another side
        return False
    is_strict = new.operator in {Operator.BELOW, Operator.ABOVE}
    is_as_strict = is_strict or new.operator == old.operator
    return old.holds(new.bound) or (is_as_strict and new.bound == old.bound)
