"""The end-of-test summaries of k6, in its three forms; the same names for all.

summary-export    `--summary-export`: {"metrics": {NAME: {STATISTIC: number, "thresholds": …}}}
handle-summary    `handleSummary(data)`: {"metrics": {NAME: {"values": {…}}}, "state": {…}}
machine-readable  `--new-machine-readable-summary`: {"config", "metadata", "results", "version"}

Thresholds are never read: the first form writes `true` for one that failed, the second
`"ok": true` for one that passed, the third writes none.

For a metric that a threshold names and that nobody fed, k6 writes zeros: a trend whose statistics
are all 0, a rate of 0 out of 0. Those are left out, or they would meet every upper bound.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import ROUND_DOWN, Context, Decimal
from typing import Any

from django.utils.translation import gettext_noop

from gates.rules.measures import K6_STATISTIC, Kind

from .report import Report, ReportError, aware_time, shown
from .strict_json import as_count, as_number, as_object, as_text, objects, parse_json

_STATISTIC = re.compile(K6_STATISTIC)
_QUOTIENT = Context(prec=100)  # a count of 19 digits by a rate of 10^-30, to a thousandth
_MILLISECOND, _MILLIONTH = Decimal("0.001"), Decimal("0.000001")
# The counters from which the length of the run follows: k6 divides all counts by it.
_COUNTERS = ("iterations", "http_reqs", "data_sent", "data_received")

_NEVER_NEGATIVE = {"count", "rate", "passes", "fails"}

Values = dict[str, Decimal]


def read_k6(content: bytes) -> Report:
    """Return the measures METRIC.STATISTIC, and `duration` in seconds.

    Raises:
        ReportError: it is no summary of k6, or nothing was measured.
    """
    data = parse_json(content)
    if "results" in data and "config" in data:
        return _read_machine_readable(data)
    if "metrics" not in data:
        message = gettext_noop("This is not a k6 summary: it has neither metrics nor results.")
        raise ReportError("not_k6", message)
    metrics = as_object(data["metrics"], "metrics")
    if any(isinstance(metric, dict) and "values" in metric for metric in metrics.values()):
        return _read_handle_summary(data, metrics)
    values = {name: _export_values(name, metric) for name, metric in metrics.items()}
    return _report("summary-export", values, _derived_duration(values))


def _read_handle_summary(data: dict[str, Any], metrics: dict[str, Any]) -> Report:
    found = {}
    for name, metric in metrics.items():
        where = f"metrics.{name}"
        found[name] = _statistics(as_object(metric, where).get("values"), f"{where}.values")
    state = as_object(data.get("state", {}), "state")
    duration = None
    if "testRunDurationMs" in state:
        milliseconds = as_number(state["testRunDurationMs"], "state.testRunDurationMs")
        duration = milliseconds.scaleb(-3, context=_QUOTIENT)
    return _report("handle-summary", found, duration)


def _read_machine_readable(data: dict[str, Any]) -> Report:
    config, results = as_object(data["config"], "config"), as_object(data["results"], "results")
    metadata = as_object(data.get("metadata", {}), "metadata")
    duration = as_number(config.get("duration"), "config.duration")
    found = dict(_listed(results.get("metrics", []), "results.metrics"))
    checks = as_object(results.get("checks", {}), "results.checks")
    of_checks = dict(_listed(checks.get("metrics", []), "results.checks.metrics"))
    passed, failed = of_checks.get("checks_succeeded", {}), of_checks.get("checks_failed", {})
    if "passes" in passed and "passes" in failed and "checks" not in found:
        found["checks"] = {**passed, "fails": failed["passes"]}
    for values in found.values():  # this form has the counts alone
        if set(values) == {"count"} and duration > 0:
            rate = _QUOTIENT.divide(values["count"], duration)
            values["rate"] = rate.quantize(_MILLIONTH, context=_QUOTIENT)
    return _report("machine-readable", found, duration, aware_time(metadata.get("generatedAt")))


def _listed(metrics: Any, where: str) -> Iterator[tuple[str, Values]]:
    """Return name and statistics of each metric of a list."""
    names = set()
    for path, metric in objects(metrics, where):
        name = as_text(metric.get("name"), f"{path}.name")
        if name in names:
            message = gettext_noop("%(where)s: the metric “%(name)s” appears twice.")
            raise ReportError("duplicate_metric", message, where=where, name=shown(name))
        names.add(name)
        raw = dict(as_object(metric.get("values"), f"{path}.values"))
        if "matches" in raw and "total" in raw:
            matches = as_count(raw.pop("matches"), f"{path}.values.matches")
            total = as_count(raw.pop("total"), f"{path}.values.total")
            raw |= {"passes": matches, "fails": _QUOTIENT.subtract(total, matches)}
        yield name, _statistics(raw, f"{path}.values")


def _export_values(name: str, metric: Any) -> Values:
    where = f"metrics.{name}"
    values = {key: value for key, value in as_object(metric, where).items() if key != "thresholds"}
    return _statistics(values, where)


def _statistics(values: Any, where: str) -> Values:
    """Return the statistics of one metric by name; empty if nothing was measured.

    A statistic that is null was not a number in k6's own JavaScript; it is left out.
    """
    found = {
        name: _statistic(name, value, where)
        for name, value in as_object(values, where).items()
        if value is not None and _STATISTIC.fullmatch(name)
    }
    if "passes" in found and "fails" in found:  # a rate
        if "value" in found:
            found.setdefault("rate", found.pop("value"))
        measured = found["passes"] + found["fails"] > 0
    else:
        # A counter of 0 says that nothing happened; a trend can have a count besides.
        measured = any(found.values()) or ("count" in found and found.keys() <= {"count", "rate"})
    return found if measured else {}


def _statistic(name: str, value: Any, where: str) -> Decimal:
    number = as_number(value, f"{where}.{name}")
    if number < 0 and name in _NEVER_NEGATIVE:
        message = gettext_noop("%(where)s must not be negative.")
        raise ReportError("negative", message, where=shown(f"{where}.{name}"))
    return number


def _derived_duration(metrics: Mapping[str, Values]) -> Decimal | None:
    """Return the length of the run, which the first form does not state; rounded down.

    k6 divides each counter by it, so count / rate gives it back.
    """
    for name in _COUNTERS:
        values = metrics.get(name, {})
        if values.get("count", 0) > 0 and values.get("rate", 0) > 0:
            seconds = _QUOTIENT.divide(values["count"], values["rate"])
            # The quotient of two rounded numbers can end a hair below a whole millisecond.
            nudged = _QUOTIENT.add(seconds, Decimal("1e-9"))
            return nudged.quantize(_MILLISECOND, ROUND_DOWN, context=_QUOTIENT)
    return None


def _report(form: str, metrics: Mapping[str, Values], duration: Any, time: Any = None) -> Report:
    measures = {
        f"{metric}.{statistic}": value
        for metric, values in metrics.items()
        for statistic, value in values.items()
    }
    if not measures:
        message = gettext_noop("The summary has no measured metric.")
        raise ReportError("no_metrics", message)
    if duration is not None:
        measures["duration"] = duration
    return Report(Kind.K6, form, measures, time)
