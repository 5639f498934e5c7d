"""bin/lighthouse: what it makes of the reports; the looking itself takes minutes, and is not tested"""

from typing import Any

import pytest

from tests.tools.lighthouse import failing, is_enough, scores, table


def report(score: float | None, audit: float | None = 1, mode: str = "numeric") -> dict[str, Any]:
    """One audit, which belongs to every category."""
    categories = ("performance", "accessibility", "best-practices")
    return {
        "categories": {name: {"score": score, "auditRefs": [{"id": "a"}]} for name in categories},
        "audits": {"a": {"id": "a", "title": "A", "score": audit, "scoreDisplayMode": mode}},
    }


def test_the_middle_run_counts() -> None:
    assert set(scores([report(1), report(0.5), report(0.99)]).values()) == {99}


def test_an_audit_that_could_not_be_made_is_no_score() -> None:
    assert set(scores([report(None)]).values()) == {0}


@pytest.mark.parametrize("name", ["performance", "accessibility", "best-practices"])
def test_one_low_score_is_not_enough(name: str) -> None:
    good = {"performance": 99, "accessibility": 100, "best-practices": 100}
    assert is_enough(good)
    assert not is_enough({**good, name: good[name] - 1})


def test_the_table_says_what_was_found_and_what_is_asked() -> None:
    lines = table({"mobile": scores([report(0.98)])}).splitlines()
    assert lines[-2:] == ["| mobile | 98 | 98 | 98 |", "| at least | 99 | 100 | 100 |"]


def test_audits_that_fail_are_named() -> None:
    (line,) = failing([report(1, 0.5), report(1, None, "error"), report(1), report(1, 0, "manual")])
    assert "[a, 2 of 4 runs]" in line
