"""What a changed check asks more, less or otherwise than before, as sentences."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext_noop

from gates.models.check_rows import CheckRow
from gates.rules import Condition
from gates.rules.conditions import asks_as_much, number_text
from gates.rules.reason import Reason


class CheckChange(NamedTuple):
    """One sentence, and whether the check asks less than before."""

    reason: Reason
    is_easier: bool


class ChecksGate(NamedTuple):
    """The code of a check's gate, and whether it can be linked."""

    code: str
    is_linked: bool = True


def check_changes(
    old: CheckRow | None, new: CheckRow | None, gates: Mapping[int, ChecksGate]
) -> list[CheckChange]:
    """Return the differences of a check between two moments; runs are none.

    old, new: None where it is not there.
    gates: by gate id.
    """
    row = new or old
    if row is None:
        return []
    gate = gates.get(row.gate_id, ChecksGate(f"#{row.gate_id}", is_linked=False))
    return [
        CheckChange(_reason(f"check_{code}", message, row.key, gate, values), easier)
        for code, message, values, easier in _differences(old, new, gates)
    ]


def _reason(
    code: str, message: str, key: str, gate: ChecksGate, values: Mapping[str, Any]
) -> Reason:
    if gate.is_linked:
        return Reason(code, message, {"key": key, **values}, gates=(gate.code,))
    return Reason(code, message, {"key": key, "gates": gate.code, **values})


# (code, message, values, whether it is easier)
Difference = tuple[str, str, Mapping[str, Any], bool]


def _differences(
    old: CheckRow | None, new: CheckRow | None, gates: Mapping[int, ChecksGate]
) -> Iterator[Difference]:
    if old is None:
        yield "added", gettext_noop("New check: %(gates)s %(key)s"), {}, False
        return
    if new is None:
        yield "removed", gettext_noop("Check removed: %(gates)s %(key)s"), {}, True
        return
    if old.gate_id != new.gate_id:
        earlier = gates.get(old.gate_id)
        values = {"old": earlier.code if earlier else f"#{old.gate_id}"}
        message = gettext_noop("%(gates)s %(key)s: moved here from %(old)s")
        yield "moved", message, values, True
    if old.key != new.key:
        message = gettext_noop("%(gates)s %(key)s: goes by this key now, no longer by “%(old)s”")
        yield "key_changed", message, {"old": old.key}, False
    yield from _retirement(old, new)
    yield from _required_from(old, new)
    yield from _rule_differences(old, new)


def _retirement(old: CheckRow, new: CheckRow) -> Iterator[Difference]:
    if old.retired_why == new.retired_why:
        return
    values = {"why": new.retired_why}
    if not old.retired_why:
        message = gettext_noop("%(gates)s %(key)s: retired, because “%(why)s”")
        yield "retired", message, values, True
    elif not new.retired_why:
        yield "in_use", gettext_noop("%(gates)s %(key)s: in use again"), {}, False
    else:
        message = gettext_noop("%(gates)s %(key)s: the reason for retiring it is “%(why)s” now")
        yield "retired_why", message, values, False


def _required_from(old: CheckRow, new: CheckRow) -> Iterator[Difference]:
    if old.required_from == new.required_from:
        return
    values = {"old": old.required_from, "new": new.required_from}
    if new.required_from is None:
        message = gettext_noop("%(gates)s %(key)s: no longer required, only shown")
        yield "not_required", message, {}, True
    elif old.required_from is None:
        message = gettext_noop("%(gates)s %(key)s: required from %(new)s")
        yield "required", message, values, False
    else:
        message = gettext_noop("%(gates)s %(key)s: required from %(new)s, not from %(old)s")
        yield "required_changed", message, values, new.required_from > old.required_from


def _rule_differences(old: CheckRow, new: CheckRow) -> Iterator[Difference]:
    was, now = old.rule, new.rule
    if was.kind != now.kind:
        message = gettext_noop("%(gates)s %(key)s: reads reports of kind %(new)s, not %(old)s")
        yield "kind_changed", message, {"old": was.kind.value, "new": now.kind.value}, True
    if was.fresh_days != now.fresh_days:
        longer = now.fresh_days > was.fresh_days
        message = (
            gettext_noop("%(gates)s %(key)s: a pass counts for longer, days: %(old)s → %(new)s")
            if longer
            else gettext_noop("%(gates)s %(key)s: a pass counts for less, days: %(old)s → %(new)s")
        )
        yield "fresh_days", message, {"old": was.fresh_days, "new": now.fresh_days}, longer
    yield from _source("repository", was.repository, now.repository)
    yield from _source("ref", was.ref, now.ref)
    yield from _conditions(was.conditions, now.conditions)
    yield from _units(old, new)


def _source(name: str, old: str, new: str) -> Iterator[Difference]:
    """Tell another repository or branch; both may be empty, which accepts any."""
    if old == new:
        return
    values = {"old": old, "new": new}
    if not old:
        message = gettext_noop("%(gates)s %(key)s: accepts runs only from %(new)s now")
    elif not new:
        message = gettext_noop("%(gates)s %(key)s: accepts runs from anywhere, not only %(old)s")
    else:
        message = gettext_noop("%(gates)s %(key)s: accepts runs from %(new)s, not from %(old)s")
    yield f"{name}_changed", message, values, bool(old)


def _conditions(old: tuple[Condition, ...], new: tuple[Condition, ...]) -> Iterator[Difference]:
    """Tell the conditions of each measure that differ; what replaces what is told in one."""
    for measure in dict.fromkeys(item.measure for item in (*old, *new)):
        all_was = {_text(item): item for item in old if item.measure == measure}
        all_now = {_text(item): item for item in new if item.measure == measure}
        was = ", ".join(text for text in all_was if text not in all_now)
        now = ", ".join(text for text in all_now if text not in all_was)
        values = {"old": was, "new": now}
        easier = not all_now or not asks_as_much([*all_now.values()], [*all_was.values()])
        if was and now and easier:
            message = gettext_noop("%(gates)s %(key)s: loosened from %(old)s to %(new)s")
            yield "loosened", message, values, True
        elif was and now:
            message = gettext_noop("%(gates)s %(key)s: tightened from %(old)s to %(new)s")
            yield "tightened", message, values, False
        elif was:
            message = gettext_noop("%(gates)s %(key)s: no longer asks for %(old)s")
            yield "condition_dropped", message, values, easier
        elif now:
            message = gettext_noop("%(gates)s %(key)s: asks for %(new)s now")
            yield "condition_asked", message, values, False


def _units(old: CheckRow, new: CheckRow) -> Iterator[Difference]:
    before = dict(zip(map(_text, old.rule.conditions), old.units, strict=True))
    for condition, unit in zip(new.rule.conditions, new.units, strict=True):
        if before.get(_text(condition), unit) != unit:
            message = gettext_noop("%(gates)s %(key)s: %(measure)s is counted in “%(unit)s” now")
            yield "unit_changed", message, {"measure": condition.measure, "unit": unit}, False


def _text(condition: Condition) -> str:
    return f"{condition.measure} {condition.operator.value} {number_text(condition.bound)}"
