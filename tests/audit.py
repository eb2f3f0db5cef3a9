"""Are there known vulnerabilities in what we lock? `python -m tests.audit`, by `make audit`.

pip-audit says "No known vulnerabilities found", and exits 0, also when it could not look a package
up. So its report is read here: every locked package must have been looked up. Where there is no
vulnerability database to ask, as on a closed machine, AUDIT=offline says so in plain sight.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

LOCK = Path(__file__).parent.parent / "requirements-dev.txt"  # has all of requirements.txt too
NOT_AUDITED = "NOT AUDITED: AUDIT=offline is set, so nobody has looked for known vulnerabilities."


def locked(lines: Iterable[str]) -> set[str]:
    """The names of the packages that a lock file installs on this machine."""
    found = set()
    for line in lines:
        if line[:1].isalnum():
            requirement = Requirement(line.rstrip(" \\\n"))
            if requirement.marker is None or requirement.marker.evaluate():
                found.add(requirement.name.lower())
    return found


def faults(report: dict[str, Any], wanted: set[str]) -> list[str]:
    """What keeps the audit from passing: a vulnerability, or a package that nobody looked up."""
    found = []
    looked_up = set()
    for package in report["dependencies"]:
        if "skip_reason" in package:
            found.append(f"{package['name']}: not looked up: {package['skip_reason']}")
            continue
        looked_up.add(package["name"].lower())
        for flaw in package["vulns"]:
            fixed = ", ".join(flaw["fix_versions"]) or "no version yet"
            found.append(f"{package['name']} {package['version']}: {flaw['id']}, fixed in {fixed}")
    skipped = {line.partition(":")[0].lower() for line in found}
    found += [f"{name}: not in the report" for name in sorted(wanted - looked_up - skipped)]
    return found


def main() -> int:
    if os.environ.get("AUDIT") == "offline":
        sys.stdout.write(f"{NOT_AUDITED}\n")
        return 0
    command = ["pip_audit", "--requirement", str(LOCK), "--require-hashes", "--disable-pip"]
    result = subprocess.run(
        [sys.executable, "-m", *command, "--format", "json", "--progress-spinner", "off"],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        report = json.loads(result.stdout)
    except ValueError:
        sys.stderr.write(f"{result.stderr[-500:]}\nThe audit could not look anything up.\n")
        return 1
    problems = faults(report, locked(LOCK.read_text().splitlines()))
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
