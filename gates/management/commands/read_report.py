"""Read a report as the board would, and say what a check would decide about it; write nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from gates import rules
from gates.measurements import Report, ReportError, read_report
from gates.measurements.text import MAX_REPORT_BYTES
from gates.models import Check
from gates.models.check_rows import newest_runs
from gates.reason_text import reason_text
from gates.rules.conditions import missing_measures, number_text, unmet_conditions
from gates.rules.measures import Kind
from gates.rules.text import clean_code

from ._options import add_language_option

PASSED, FAILED, REFUSED = 0, 1, 2


class Command(BaseCommand):
    """Exit 0: read, or passed. 1: failed. 2: refused, or no such check. Nothing is written."""

    help = "Print what is read from a report and, with --check, what would be decided."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--kind", choices=[kind.value for kind in Kind], help="default: that of --check"
        )
        parser.add_argument("--check", metavar="LAUNCH/CODE/KEY", help="judge it as this check")
        parser.add_argument("--repository", default="", help="as the run would name it")
        parser.add_argument("--ref", default="", help="as the run would name it")
        add_language_option(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"]):
            check = _find_check(options["check"]) if options["check"] else None
            if check is None and options["kind"] is None:
                raise CommandError("say --kind, or --check", returncode=REFUSED)
            kind = Kind(options["kind"] or (check.kind if check else ""))
            if check is not None and kind != check.kind:
                message = f"the check reads reports of kind {check.kind}, not {kind}"
                raise CommandError(message, returncode=REFUSED)
            report = self._read(options["file"], kind)
            self._print(report)
            if check is not None:
                self._judge(check, report, options["repository"], options["ref"])

    def _read(self, path: Path, kind: Kind) -> Report:
        try:
            with path.open("rb") as file:
                content = file.read(MAX_REPORT_BYTES + 1)  # one too many is refused as too large
            return read_report(kind, content)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}", returncode=REFUSED) from error
        except ReportError as error:
            raise CommandError(reason_text(error.reason), returncode=REFUSED) from error

    def _print(self, report: Report) -> None:
        self.stdout.write(f"form: {report.form}")
        if report.tool_time is not None:
            self.stdout.write(f"time: {report.tool_time.isoformat()}")
        if report.commit:
            self.stdout.write(f"commit: {report.commit}")
        for name, value in sorted(report.measures.items()):
            self.stdout.write(f"  {name} = {number_text(value)}")

    def _judge(self, check: Check, report: Report, repository: str, ref: str) -> None:
        """Print the verdict on a run that was sent now, and why it would not count.

        Raises:
            CommandError: the report lacks a measure, so no run would be kept.
            SystemExit: with `FAILED`.
        """
        rule = check.rule()
        if missing := missing_measures(rule.conditions, report.measures):
            raise CommandError(" ".join(map(reason_text, missing)), returncode=REFUSED)
        now = timezone.now()
        run = rules.ReceivedRun(report.measures, report.tool_time or now, repository, ref)
        verdict = rules.judge_run(rule, run, now, newest_runs([check.pk]).get(check.pk))
        self.stdout.write(f"{check}: {'passed' if verdict.passed else 'failed'}")
        for reason in unmet_conditions(rule.conditions, report.measures):
            self.stdout.write(f"  - {reason_text(reason)}")
        for reason in verdict.why_not:
            self.stdout.write(f"  would not count: {reason_text(reason)}")
        if not verdict.passed:
            raise SystemExit(FAILED)


def _find_check(text: str) -> Check:
    """Return the check that "launch/T6/load" names, or "T6/load" of the current launch.

    Raises:
        CommandError: there is no such check.
    """
    parts = text.strip("/").split("/")
    checks = Check.objects.select_related("gate")
    found = None
    if len(parts) == 2:
        code, key = parts
        found = checks.filter(gate__launch__is_current=True, gate__code=clean_code(code), key=key)
    elif len(parts) == 3:
        slug, code, key = parts
        found = checks.filter(gate__launch__slug=slug, gate__code=clean_code(code), key=key)
    check = found.first() if found is not None else None
    if check is None:
        raise CommandError(f"there is no check {text}; write LAUNCH/CODE/KEY", returncode=REFUSED)
    return check
