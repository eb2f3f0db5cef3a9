"""The results of CI jobs on one commit, in three forms.

jobs   GitHub's list of a run's jobs: {"total_count": 3, "jobs": [{"name", "conclusion", …}]}
named  ours: {"commit": "…", "jobs": {NAME: RESULT}, "expected": [NAME, …]}
needs  what `toJSON(needs)` writes in a workflow: {NAME: {"result": RESULT}}

A job without a result is missing: one that is not finished, one that is expected and not there,
one that stood on a page that was not sent. A skipped job reports success in GitHub's own pages;
here it is skipped.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop

from gates.rules.measures import Kind

from .report import Report, ReportError, aware_time, shown
from .strict_json import as_count, as_list, as_text, objects, parse_json

# What GitHub and GitLab write → the measure.
_RESULTS = {
    **dict.fromkeys(("success", "succeeded", "passed"), "success"),
    **dict.fromkeys(("failure", "failed", "error", "timed_out", "startup_failure"), "failed"),
    **dict.fromkeys(("cancelled", "canceled", "action_required", "stale"), "failed"),
    **dict.fromkeys(("skipped", "neutral", "manual"), "skipped"),
    **dict.fromkeys(("created", "queued", "waiting", "pending", "requested"), "missing"),
    **dict.fromkeys(("in_progress", "running", "preparing", "scheduled"), "missing"),
}


def read_ci(content: bytes) -> Report:
    """Return how many jobs succeeded, failed, were skipped or have no result.

    Raises:
        ReportError: no job has a result, or the jobs are of several commits.
    """
    data = parse_json(content)
    if isinstance(data.get("jobs"), list):
        return _read_jobs(data)
    if isinstance(data.get("jobs"), dict) and not _is_need(data["jobs"]):
        jobs, commit = data["jobs"], as_text(data.get("commit", ""), "commit")
        expected = [
            as_text(name, "expected") for name in as_list(data.get("expected", []), "expected")
        ]
        results = [_named_result(name, job) for name, job in jobs.items()]
        missing = sum(name not in jobs for name in dict.fromkeys(expected))
        return _report("named", [*results, *["missing"] * missing], commit)
    if data and all(_is_need(job) for job in data.values()):
        return _report("needs", [_named_result(name, job) for name, job in data.items()])
    message = gettext_noop("This is not a list of CI jobs: it has no jobs.")
    raise ReportError("not_ci", message)


def _is_need(job: Any) -> bool:
    return isinstance(job, dict) and isinstance(job.get("result"), str)


def _named_result(name: str, job: Any) -> str:
    return _result(job["result"] if _is_need(job) else as_text(job, name), name)


def _result(word: str, name: str) -> str:
    found = _RESULTS.get(word.strip().lower())
    if found is None:
        message = gettext_noop("The job “%(name)s” has an unknown result: “%(result)s”.")
        raise ReportError("unknown_result", message, name=shown(name), result=shown(word))
    return found


def _read_jobs(data: dict[str, Any]) -> Report:
    newest: dict[str, Decimal] = {}  # a list of all attempts has the jobs of the earlier ones too
    jobs: list[tuple[str, Decimal, str]] = []
    commits, times = set(), []
    for path, job in objects(data["jobs"], "jobs"):
        name = as_text(job.get("name"), f"{path}.name")
        attempt = as_count(job.get("run_attempt", Decimal(1)), f"{path}.run_attempt")
        newest[name] = max(attempt, newest.get(name, attempt))
        jobs.append((name, attempt, _job_result(path, name, job)))
        commits.add(as_text(job.get("head_sha", ""), f"{path}.head_sha"))
        times.append(aware_time(job.get("completed_at")))
    if len(commits) > 1:
        message = gettext_noop("The jobs are of several commits; send those of one.")
        raise ReportError("several_commits", message)
    results = [result for name, attempt, result in jobs if attempt == newest[name]]
    unsent = as_count(data.get("total_count", Decimal(len(jobs))), "total_count") - len(jobs)
    missing = max(int(unsent), 0)
    return _report("jobs", results, commits.pop() if commits else "", times, missing)


def _job_result(path: str, name: str, job: dict[str, Any]) -> str:
    if as_text(job.get("status", "completed"), f"{path}.status") != "completed":
        return "missing"
    conclusion = job.get("conclusion")
    return "missing" if conclusion is None else _result(as_text(conclusion, path), name)


def _report(
    form: str,
    results: Iterable[str],
    commit: str = "",
    times: Iterable[datetime | None] = (),
    unsent: int = 0,
) -> Report:
    counts = dict.fromkeys(("success", "failed", "skipped", "missing"), 0)
    for result in results:
        counts[result] += 1
    counts["missing"] += unsent
    if not counts["success"] and not counts["failed"]:
        raise ReportError("no_result", gettext_noop("No job has succeeded or failed: nothing ran."))
    measures = {name: Decimal(count) for name, count in counts.items()}
    tool_time = max((moment for moment in times if moment is not None), default=None)
    return Report(Kind.CI, form, measures, tool_time, as_commit(commit))


def as_commit(text: str) -> str:
    """Return a commit's name, which is hexadecimal; empty if none is given."""
    name = text.strip().lower()
    if name and (not 7 <= len(name) <= 64 or set(name) - set("0123456789abcdef")):
        message = gettext_noop("“%(text)s” is not a commit.")
        raise ReportError("commit", message, text=shown(text))
    return name
