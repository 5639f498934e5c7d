"""bin/audit: what it makes of pip-audit's report; asking takes the network, and is not tested"""

import json

from tests.audit import verdict

Package = dict[str, object]


def report(*packages: Package) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


FINE: Package = {"name": "fine", "version": "1.0", "vulns": []}
BAD: Package = {"name": "bad", "version": "2.0", "vulns": [{"id": "PYSEC-1"}, {"id": "GHSA-2"}]}
UNKNOWN: Package = {"name": "unknown", "skip_reason": "not found"}


def test_nothing_known_is_fine() -> None:
    assert verdict(report(FINE, UNKNOWN)) == (
        0,
        ["1 packages looked up, 0 with a known vulnerability."],
    )


def test_what_is_known_is_named() -> None:
    status, lines = verdict(report(FINE, BAD))
    assert status == 1
    assert lines[0] == "bad 2.0: PYSEC-1, GHSA-2"


def test_nobody_asked_is_not_fine() -> None:
    assert verdict(report(UNKNOWN))[0] == 3
    assert verdict("")[0] == 3
