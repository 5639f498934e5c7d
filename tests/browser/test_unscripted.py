"""Without scripts no page has a control that does nothing"""

import pytest

from inbox.models import User
from tests.browser.conftest import Open
from tests.support.cast import invitation
from tests.support.states import STATES, State
from tests.support.upstream import Upstream
from tests.support.visitors import InBrowser

# What is seen and can be pressed, and leads nowhere by itself.
DEAD = """() => {
  const leads = (one) => one.matches("a") ? one.hasAttribute("href")
    : one.popoverTargetElement ?? (one.form && !["button", "reset"].includes(one.type));
  return [...document.querySelectorAll("a, button, [role=button], input[type=submit]")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !leads(one))
    .map((one) => one.outerHTML.slice(0, 120));
}"""
KEYS = """() => [...document.querySelectorAll("kbd, [popovertarget=keys]")]
  .filter((one) => one.checkVisibility()).length"""


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_every_control_works_without_scripts(
    open_page: Open, people: dict[str, User], api: Upstream, state: State
) -> None:
    page = open_page(people[state.who] if state.who else None, java_script_enabled=False)
    state.reach(InBrowser(page, api, invitation(people), scripts=False))
    assert page.evaluate(DEAD) == []
    assert page.evaluate(KEYS) == 0
