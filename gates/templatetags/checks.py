"""Template tags that show checks: their state, their conditions in words, and numbers."""

from decimal import Decimal
from functools import lru_cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from gates.board.check_runs import RunRow
from gates.board.shown_checks import ShownCondition
from gates.models import Condition
from gates.rules import CheckState, Kind
from gates.rules.conditions import number_text
from gates.rules.measures import KIND_LABELS, MEASURES, UNIT_LABELS, Unit
from gates.templatetags.board import icon

register = template.Library()

STATE_WORDS = {
    CheckState.GREEN: _("Green"),
    CheckState.FAILED: _("Failed"),
    CheckState.STALE: _("Stale"),
    CheckState.NOT_MET: _("Changed since"),
    CheckState.NEVER_RUN: _("No run yet"),
    CheckState.RETIRED: _("Retired"),
}
# A state looks like the status that it can leave its gate with; no news is quiet.
STATE_CLASSES = {
    CheckState.GREEN: "closed",
    CheckState.FAILED: "open",
    CheckState.STALE: "partial",
    CheckState.NOT_MET: "partial",
    CheckState.NEVER_RUN: "quiet",
    CheckState.RETIRED: "quiet",
}


@register.filter
def state_word(state: CheckState) -> str:
    """Return the state of a check in the reader's language."""
    return str(STATE_WORDS[state])


@register.simple_tag
def state_tag(state: CheckState) -> SafeString:
    """Return the state of a check as icon and word, in its colour."""
    return _state_html(state, get_language())


@lru_cache(maxsize=32)
def _state_html(state: CheckState, _language: str | None) -> SafeString:
    words = '<span class="status {}">{}{}</span>'
    return format_html(words, STATE_CLASSES[state], icon(f"check-{state}"), state_word(state))


@register.filter
def kind_words(kind: Kind) -> str:
    """Return a kind of report in the reader's language."""
    return gettext(KIND_LABELS[kind])


@register.simple_tag
def measure_label(kind: Kind, name: str) -> str:
    """Return what a measure is in words; its name where the tool's script chose it."""
    label = next((one.label for one in MEASURES[kind] if one.name == name), "")
    return gettext(label) if label else name


@register.simple_tag
def measure_words(kind: Kind, name: str) -> SafeString | str:
    """Return what a measure is in words; as code where that is its name."""
    label = measure_label(kind, name)
    return format_html('<code dir="ltr">{}</code>', name) if label == name else label


@register.simple_tag
def bound_words(shown: ShownCondition) -> SafeString:
    """Return what is asked of a measure: "below 500 milliseconds"."""
    operator = Condition.Operator(shown.condition.operator).label
    value = with_unit(shown.condition.bound, shown.unit)
    return format_html("{} {}", operator, value)


@register.simple_tag
def seen_words(shown: ShownCondition) -> SafeString | str:
    """Return the number that was seen, with its unit; a dash for none."""
    if shown.value is None:
        return "–"
    return with_unit(close_number(shown.value, shown.condition.bound), shown.unit)


@register.filter
def with_unit(value: Decimal, unit: str) -> SafeString:
    """Return a number with its unit; a share in percent too."""
    words = format_html("<bdi>{}</bdi>", short_number(value))
    if unit == Unit.SHARE and value.is_finite():
        return format_html("{} <bdi>({}%)</bdi>", words, short_number(value.scaleb(2)))
    text = UNIT_LABELS[Unit(unit)] if unit in set(Unit) else unit
    if text and text != unit:
        text = gettext(text)
    return format_html("{} <bdi>{}</bdi>", words, text) if text else words


@register.filter
def short_number(value: Decimal | None) -> str:
    """Return a number with its thousands apart; a dash for none."""
    if value is None or not value.is_finite():
        return "–"
    whole, point, rest = number_text(value).partition(".")
    return f"{int(whole):,}{point}{rest}" if whole not in {"-0", "0"} else f"{whole}{point}{rest}"


def close_number(value: Decimal, bound: Decimal) -> Decimal:
    """Return a number with three digits behind the point, or more for a small one.

    Exactly as it is where rounding would put it on another side of the bound.
    """
    if not value.is_finite():
        return value
    rounded = round(value, max(3, 2 - value.adjusted()))
    return rounded if rounded.compare(bound) == value.compare(bound) else value


@register.simple_tag
def run_number(run: RunRow, shown: ShownCondition) -> str:
    """Return the number of a run for a condition; a dash for none."""
    value = run.measures.get(shown.condition.measure)
    bound = shown.condition.bound
    return short_number(None if value is None else close_number(value, bound))


@register.filter
def branch_name(ref: str) -> str:
    """Return a ref as people call it."""
    return ref.removeprefix("refs/heads/").removeprefix("refs/tags/")
