"""bin/audit: pip-audit on what is installed, with a word for "nobody could be asked"."""

import json
import subprocess
import sys
from typing import Any

from tests.stack.processes import BIN, ROOT

FINE, KNOWN, NOT_ASKED = 0, 1, 3
AUDIT = ["--local", "--format", "json", "--progress-spinner", "off", "--timeout", "10"]


def verdict(report: str) -> tuple[int, list[str]]:
    """What a report of pip-audit comes to, and the lines that say so.

    Left to itself it ends well where no package could be looked up at all.
    """
    packages: list[Any] = json.loads(report)["dependencies"] if report else []
    asked = [one for one in packages if "vulns" in one]
    known = [one for one in asked if one["vulns"]]
    lines = [f"{one['name']} {one['version']}: {_ids(one['vulns'])}" for one in known]
    lines.append(f"{len(asked)} packages looked up, {len(known)} with a known vulnerability.")
    return KNOWN if known else FINE if asked else NOT_ASKED, lines


def _ids(vulnerabilities: list[Any]) -> str:
    return ", ".join(one["id"] for one in vulnerabilities)


def main() -> None:
    ended = subprocess.run(  # noqa: S603 - our own command
        [BIN / "pip-audit", *AUDIT], cwd=ROOT, capture_output=True, text=True, check=False
    )
    status, lines = verdict(ended.stdout)
    print(*lines, sep="\n")  # noqa: T201 - what it is for
    sys.exit(status)


if __name__ == "__main__":
    main()
