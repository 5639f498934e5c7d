"""bin/audit: what the product consists of, as a file, then pip-audit on what is installed.

It has a word for "nobody could be asked".
"""

import json
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from tests.stack.processes import BIN, ROOT
from tests.tools import sbom

FINE, KNOWN, NOT_WRITTEN, NOT_ASKED = 0, 1, 2, 3
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


def ask() -> str:
    """The report of pip-audit; empty where it made none."""
    ended = subprocess.run(  # noqa: S603 - our own command
        [BIN / "pip-audit", *AUDIT], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return ended.stdout


def main(*words: str) -> int:
    parser = ArgumentParser(prog="bin/audit", description=__doc__)
    told = "where to write the CycloneDX document; from the project's folder"
    parser.add_argument("--sbom", type=Path, metavar="FILE", default="sbom.cdx.json", help=told)
    path: Path = parser.parse_args(words).sbom
    try:
        say(f"{path}: {sbom.write(ROOT / path)} packages.")
    except OSError as failure:
        say(f"{path} can't be written: {failure.strerror}.")
        return NOT_WRITTEN
    status, lines = verdict(ask())
    say(*lines)
    return status


def say(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)  # noqa: T201 - what it is for


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
