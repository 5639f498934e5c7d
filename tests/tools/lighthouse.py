"""`bin/lighthouse`: what Lighthouse says of a full inbox, at a desk and on a phone."""

import json
import shutil
import sys
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

from tests.stack.chromium import ARGUMENTS, CHROMIUM
from tests.stack.play import Play, playing
from tests.stack.processes import stoppable
from tests.stack.site import bare_environment
from tests.support.pages import INBOX

LIGHTHOUSE = Path(__file__).parents[1] / "node/node_modules/lighthouse/cli/index.js"
LEAST = {"performance": 99, "accessibility": 100, "best-practices": 100}
DEVICES = {"desktop": ["--preset=desktop"], "mobile": []}  # the second is what it does by itself
RUNS = 3
FRESH = "10"  # seconds, as the site has it where nobody says otherwise
JUDGED = {"binary", "numeric", "metricSavings", "error"}  # other audits inform, or do not apply

Report = dict[str, Any]


def main() -> None:
    with stoppable(), playing(FRESH) as play:
        reports = {device: [_look(play, device) for _ in range(RUNS)] for device in DEVICES}
    medians = {device: scores(found) for device, found in reports.items()}
    _say(table(medians))
    for device, found in reports.items():
        for line in failing(found):
            _say(f"{device}: {line}")
    if not all(is_enough(found) for found in medians.values()):
        sys.exit("Lighthouse asks for more.")


def _look(play: Play, device: str) -> Report:
    sys.stderr.write(f"… {device}\n")
    scratch = play.processes.scratch
    cookie, report = scratch / "cookie.json", scratch / "report.json"
    cookie.write_text(json.dumps({"Cookie": play.sessions["moderator"]}))
    command = [
        *(shutil.which("node") or "node", str(LIGHTHOUSE), play.address + INBOX),
        *(f"--only-categories={','.join(LEAST)}", *DEVICES[device], f"--extra-headers={cookie}"),
        *("--output=json", f"--output-path={report}", "--quiet", "--no-enable-error-reporting"),
        f"--chrome-flags={' '.join(['--headless=new', *ARGUMENTS])}",
    ]
    environment = {**bare_environment(), "CHROME_PATH": str(CHROMIUM), "TMPDIR": str(scratch)}
    play.processes.ask(command, environment)
    found: Report = json.loads(report.read_text())
    if error := found.get("runtimeError"):
        sys.exit(f"Lighthouse could not look at the page: {error['message']}")
    if not found["finalDisplayedUrl"].endswith(INBOX):
        sys.exit(f"Lighthouse was led to {found['finalDisplayedUrl']}.")
    return found


def scores(reports: list[Report]) -> dict[str, int]:
    """The median of each category, of 100; none where one of its audits could not be made."""
    return {
        name: round(100 * median(report["categories"][name]["score"] or 0 for report in reports))
        for name in LEAST
    }


def is_enough(found: dict[str, int]) -> bool:
    return all(found[name] >= least for name, least in LEAST.items())


def table(medians: dict[str, dict[str, int]]) -> str:
    rows = {**medians, "at least": LEAST}
    lines = [["", *LEAST], ["---", *("--:" for _ in LEAST)]]
    lines += [[title, *(str(found[name]) for name in LEAST)] for title, found in rows.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def failing(reports: list[Report]) -> list[str]:
    """Each audit that is less than perfect, in how many of the runs, and what it saw last."""
    seen: Counter[str] = Counter()
    said: dict[str, str] = {}
    for report in reports:
        found = _failing(report)
        seen.update(found.keys())
        said.update(found)
    return [f"{said[id_]} [{id_}, {times} of {len(reports)} runs]" for id_, times in seen.items()]


def _failing(report: Report) -> dict[str, str]:
    judged = [
        (name, report["audits"][reference["id"]])
        for name, category in report["categories"].items()
        for reference in category["auditRefs"]
    ]
    return {
        audit["id"]: f"{name}: {audit['title']} {audit.get('displayValue', '')}".strip()
        for name, audit in judged
        if audit["scoreDisplayMode"] in JUDGED and (audit["score"] or 0) < 1
    }


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
