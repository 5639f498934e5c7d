"""Keys are known on every keyboard, by what they write"""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from inbox.models import Membership
from tests.browser.conftest import Open
from tests.browser.inbox import expect_path, row
from tests.browser.keys import enter, help_, list_three, search
from tests.support.upstream import Upstream

PEOPLE = "/brands/3/ambassadors/"


@pytest.fixture
def three(api: Upstream) -> Upstream:
    return list_three(api)


SHIFT, CAPITALS, PLAIN = {"shiftKey": True}, {"modifierCapsLock": True}, dict[str, Any]()
SELECT = [
    ("caps lock", "X", "KeyX", CAPITALS, True),
    ("a capital", "X", "KeyX", SHIFT, False),
    ("caps lock and shift", "x", "KeyX", {**SHIFT, **CAPITALS}, False),
    ("Dvorak", "x", "KeyB", PLAIN, True),
    ("Dvorak, in the place of x", "q", "KeyX", PLAIN, False),
    ("Russian", "ч", "KeyX", PLAIN, True),
    ("Russian, caps lock", "Ч", "KeyX", CAPITALS, True),
    ("Russian, a capital", "Ч", "KeyX", SHIFT, False),
    ("Greek", "χ", "KeyX", PLAIN, True),
    ("Arabic", "ء", "KeyX", PLAIN, True),
    ("Hebrew", "\u05e1", "KeyX", PLAIN, True),
    ("Devanagari, a sign", "ं", "KeyX", PLAIN, True),
    ("German, a third level", "»", "KeyX", {"modifierAltGraph": True}, False),
    ("a letter of the third level", "µ", "KeyX", {"modifierAltGraph": True}, False),
    ("an accent", "é", "KeyX", PLAIN, False),
    ("a dead key", "Dead", "KeyX", PLAIN, False),
    ("while words are composed", "x", "KeyX", {"isComposing": True}, False),
    ("an input method", "Process", "KeyX", {"keyCode": 229}, False),
]
DISPATCH = """([key, code, how]) => {
  const options = { key, code, bubbles: true, cancelable: true, ...how };
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", options));
}"""


def strike(page: Page, key: str, code: str, how: dict[str, Any]) -> None:
    """A key of a keyboard that Playwright has not."""
    page.evaluate(DISPATCH, [key, code, how])


@pytest.mark.parametrize(
    ("key", "code", "how", "acts_"), [case[1:] for case in SELECT], ids=[case[0] for case in SELECT]
)
def test_a_letter_is_known_on_every_keyboard(
    open_page: Open,
    moderator: Membership,
    three: Upstream,
    key: str,
    code: str,
    how: dict[str, Any],
    acts_: bool,
) -> None:
    page = enter(open_page, moderator)
    row(page, 0).link.focus()
    strike(page, key, code, how)
    assert row(page, 0).box.is_checked() is acts_


@pytest.mark.parametrize(
    ("key", "code"), [("?", "Digit7"), ("؟", "Slash"), (",", "Slash"), ("?", "Comma")]
)
def test_a_question_mark_is_known_on_every_keyboard(
    open_page: Open, moderator: Membership, three: Upstream, key: str, code: str
) -> None:
    page = enter(open_page, moderator)
    strike(page, key, code, SHIFT)
    expect(help_(page)).to_be_visible()
    strike(page, key, code, {**SHIFT, "repeat": True})
    expect(help_(page)).to_be_visible()
    strike(page, key, code, SHIFT)
    expect(help_(page)).to_be_hidden()


@pytest.mark.parametrize(
    ("key", "code", "how"), [("/", "Digit7", SHIFT), (".", "Slash", PLAIN), ("ظ", "Slash", PLAIN)]
)
def test_a_slash_is_known_on_every_keyboard(
    open_page: Open,
    moderator: Membership,
    three: Upstream,
    key: str,
    code: str,
    how: dict[str, Any],
) -> None:
    page = enter(open_page, moderator)
    strike(page, key, code, how)
    expect(search(page)).to_be_focused()


@pytest.mark.parametrize("keys", ["GA", "пф", "لش"])
def test_two_keys_after_each_other_are_known_too(
    open_page: Open, moderator: Membership, three: Upstream, keys: str
) -> None:
    page = enter(open_page, moderator)
    for key, code in zip(keys, ("KeyG", "KeyA"), strict=True):
        strike(page, key, code, PLAIN)
    expect_path(page, PEOPLE)
