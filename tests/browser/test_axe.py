"""No page in any state keeps a person out: axe looks at each, in both themes, wide and narrow

Without `--all` each state gets one of the four looks, and its neighbour another.
"""

from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from inbox.models import User
from tests.browser.conftest import Open
from tests.support.cast import invitation
from tests.support.looks import Look
from tests.support.runs import Some
from tests.support.states import STATES, State
from tests.support.upstream import Upstream
from tests.support.visitors import InBrowser

LOOKS = [Look(width, theme) for width in (1440, 390) for theme in ("light", "dark")]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {
    "runOnly": {"type": "tag", "values": TAGS},
    "resultTypes": ["violations", "incomplete"],
    "rules": {"target-size": {"enabled": True}},  # of WCAG 2.2, off by default
}


def complaints(page: Page) -> list[str]:
    """What is wrong, and what axe leaves undecided: that would otherwise pass unseen.

    Axe may leave only contrast undecided, where something overlaps.
    `test_words_stand_out_in_both_schemes` computes it from the styles.
    """
    found: dict[str, Any] = page.evaluate("options => axe.run(options)", OPTIONS)
    undecided = [rule for rule in found["incomplete"] if rule["id"] != "color-contrast"]
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary']}"
        for rule in (*found["violations"], *undecided)
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_axe_finds_nothing(
    open_page: Open, people: dict[str, User], api: Upstream, state: State, some: Some
) -> None:
    page = open_page(people[state.who] if state.who else None)
    state.reach(InBrowser(page, api, invitation(people)))
    page.evaluate(AXE_SCRIPT)  # not by a script element, which our policy would refuse
    found = {}
    for look in some(LOOKS):
        look.put_on(page)
        found[str(look)] = complaints(page)
    assert found == {look: [] for look in found}
