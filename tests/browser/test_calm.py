"""A conversation is calm: its facts are one line, one button is filled, its own side is no act"""

import re

import pytest
from playwright.sync_api import Page, expect

from inbox.models import Membership
from tests.browser.conftest import Open
from tests.browser.inbox import region, settle
from tests.browser.test_live import TURN, wait, watch
from tests.support.chatrooms import Json, chatroom, lea, message
from tests.support.pages import INBOX
from tests.support.upstream import Upstream

TALK = f"{INBOX}chatrooms/8/"
# What has the ground of the accent, among what can be pressed and seen.
FILLED = """() => {
  const sample = Object.assign(document.createElement("i"), { className: "button primary" });
  document.body.append(sample);
  const accent = getComputedStyle(sample).backgroundColor;
  sample.remove();
  const pressed = [...document.querySelectorAll("#conversation :is(a, button)")];
  const filled = (one) => one.checkVisibility() && getComputedStyle(one).backgroundColor === accent;
  return pressed.filter(filled).map((one) => one.id);
}"""
LOOK = "one => [getComputedStyle(one).backgroundColor, getComputedStyle(one).color]"


def said(last: int) -> Json:
    return message(last, content="Are you there?", status_moderation=4)


def hold(api: Upstream, last: int = 16) -> None:
    room = chatroom(last_read=1, last_message=said(last))
    api.listing(room)
    api.conversation(room, said(last), message(15, lea(8), content="Good morning"))


@pytest.fixture(params=[1440, 390])
def page(
    request: pytest.FixtureRequest, open_page: Open, moderator: Membership, api: Upstream
) -> Page:
    hold(api)
    return watch(open_page(moderator, viewport={"width": request.param, "height": 900}), TALK)


def test_its_facts_are_one_line_that_opens(page: Page) -> None:
    line = page.locator(".details summary")
    box = line.bounding_box()
    assert box
    assert 24 <= box["height"] < 40
    expect(line).to_contain_text("one to one, 2 people, number 8: details")
    inside = [
        page.locator(".details").get_by_text("Came from"),
        page.get_by_role("heading", name="People"),
        page.get_by_role("button", name="Reveal what identifies").first,
        page.get_by_role("link", name="Print or save"),
    ]
    for one in inside:
        expect(one).to_be_hidden()
    line.press("Enter")
    for one in inside:
        expect(one).to_be_visible()
    expect(page.locator(".details > dl")).to_contain_text(re.compile(r"Moderation\s+4"))


def test_one_button_is_filled(page: Page, api: Upstream) -> None:
    expect(page.locator("button#read-conversation")).to_be_visible()
    assert page.evaluate(FILLED) == ["review-button"]
    hold(api, 17)
    wait(page, TURN)
    expect(region(page).get_by_role("button", name="Something new here")).to_be_visible()
    assert page.evaluate(FILLED) == ["review-button"]
    settle(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_words_of_the_own_side_are_ink_on_a_soft_ground(page: Page, scheme: str) -> None:
    page.evaluate("scheme => { document.documentElement.dataset.theme = scheme; }", scheme)
    own, other = page.locator(".message-words").last, page.locator(".message-words").first
    assert page.locator(".message.own").count() == 1
    (ground, ink), (other_ground, other_ink) = (one.evaluate(LOOK) for one in (own, other))
    assert ink == other_ink
    assert ground != other_ground
    filled = page.locator("#review-button").evaluate(LOOK)
    assert ground != filled[0]
