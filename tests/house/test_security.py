"""SECURITY.md: each promise names tests that are there"""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOLD = (ROOT / "SECURITY.md").read_text()


def promises() -> list[str]:
    table = TOLD.partition("| promise | tests |")[2].partition("\n## ")[0]
    return [line for line in table.splitlines() if line.startswith("| **")]


def test_each_promise_names_its_tests() -> None:
    assert len(promises()) >= 12
    for line in promises():
        assert re.findall(r"`((?:tests|bin)/[\w/.]+)`", line.split("|")[2]), line


def test_all_that_is_named_is_there() -> None:
    named = set(re.findall(r"`((?:tests|bin|inbox)/[\w/.]+)`", TOLD))
    assert {name for name in named if not (ROOT / name).exists()} == set()
