"""Where the focus is after each act, and other needs of people without a pointer or full sight"""

import pytest
from playwright.sync_api import expect

from inbox.models import Membership
from tests.browser.conftest import Open
from tests.browser.inbox import (
    Held,
    expect_path,
    focused,
    markable,
    region,
    settle,
    status,
    toast,
)
from tests.support.pages import INBOX
from tests.support.upstream import Upstream

PEOPLE = "/brands/3/ambassadors/"
CONVERSATION = f"{INBOX}chatrooms/30615/?page=2"
SAID = """() => {
  window.said = [];
  for (const place of document.querySelectorAll("[role=status], [role=alert]")) {
    const note = () => { if (place.textContent.trim()) said.push(place.textContent.trim()); };
    new MutationObserver(note).observe(place, { childList: true, subtree: true });
  }
}"""


# An act


def test_a_press_does_not_move_what_is_pressed(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    """Else the button may be gone from under the pointer before it is let go, and nothing happens."""
    page = open_page(moderator)
    page.goto(INBOX)
    one = markable(page)
    one.button.hover()
    before = one.button.bounding_box()
    page.mouse.down()
    assert one.button.bounding_box() == before
    page.mouse.up()
    one.expect_read()


def test_a_button_shows_within_a_frame_that_it_was_pressed(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    one = markable(page)
    held = Held(page, "**/read/")
    looks = """(button) => {
      const { cursor, color } = getComputedStyle(button);
      return { cursor, color };
    }"""
    before = one.button.evaluate(looks)
    after = one.button.evaluate(
        f"""async (button) => {{
          button.click();
          await new Promise(requestAnimationFrame);
          return ({looks})(button);
        }}"""
    )
    assert before["cursor"] == "pointer"
    assert after["cursor"] == "progress"
    assert after["color"] != before["color"]
    assert not api.calls("POST")
    held.release()
    one.expect_read()


def test_a_conversations_button_does_so_too(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    markable(page).link.click()
    held = Held(page, "**/read/")
    button = page.locator("button#read-conversation")
    expect(button).to_have_css("cursor", "pointer")
    button.click()
    expect(button).to_have_css("cursor", "progress")
    held.release()
    expect(page.locator("#read-conversation")).to_have_text("Read")


def test_marking_read_changes_the_row_in_place_and_is_said_once(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    one = markable(page)
    before = [each.get_attribute("id") for each in page.locator(".row").all()]
    page.evaluate(SAID)
    one.button.press("Enter")
    one.expect_read()
    assert focused(page) == f"read-{one.id}"
    assert [each.get_attribute("id") for each in page.locator(".row").all()] == before
    (said,) = page.evaluate("said")
    assert said == toast(page).locator("p").inner_text()
    assert said.startswith("Marked read for Léa: ")
    page.keyboard.press("Shift+Tab")
    assert focused(page) == f"open-{one.id}"


def test_marking_read_in_the_conversation_keeps_the_focus_there(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(f"{INBOX}?page=2")
    one = markable(page)
    one.link.press("Enter")
    expect(page.locator("button#read-conversation")).to_be_visible()
    settle(page)
    page.locator("button#read-conversation").press("Enter")
    expect(page.locator("span#read-conversation")).to_be_focused()
    one.expect_read()
    expect(status(page)).to_contain_text("Marked read for Léa: ")
    expect_path(page, one.address)


@pytest.mark.parametrize("width", [1440, 390])
def test_a_failure_in_the_conversation_is_said_there_with_retry(
    open_page: Open, moderator: Membership, api: Upstream, width: int
) -> None:
    page = open_page(moderator, viewport={"width": width, "height": 800})
    page.goto(f"{INBOX}?page=2")
    page.goto(markable(page).address)
    api.answer("POST", 500)
    button, alert = page.locator("#read-conversation"), region(page).locator(".alert")
    button.press("Enter")
    expect(alert).to_be_visible()
    expect(alert).to_be_in_viewport()
    expect(button).to_be_focused()
    api.recover()
    settle(page)
    alert.get_by_role("button", name="Retry").press("Enter")
    expect(page.locator("span#read-conversation")).to_be_focused()
    expect(alert).to_have_count(0)


@pytest.mark.parametrize("width", [1440, 390])
def test_what_may_have_arrived_is_said_in_the_conversation_too(
    open_page: Open, moderator: Membership, api: Upstream, width: int
) -> None:
    page = open_page(moderator, viewport={"width": width, "height": 800})
    page.goto(f"{INBOX}?page=2")
    one = markable(page)
    page.goto(one.address)
    api.drop("POST")
    page.locator("button#read-conversation").press("Enter")
    alert = region(page).locator(".alert")
    expect(alert).to_contain_text("What you did may have arrived all the same")
    expect(alert).to_be_in_viewport()
    expect(page.locator("span#read-conversation")).to_be_focused()
    expect(one.alert).to_be_empty()


def test_retry_beside_a_row_leaves_the_focus_in_the_row(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    one = markable(page)
    api.answer("POST", 500)
    one.button.press("Enter")
    retry = one.alert.get_by_role("button", name="Retry")
    expect(retry).to_be_visible()
    expect(one.button).to_be_focused()
    api.recover()
    settle(page)
    retry.press("Enter")
    one.expect_read()
    assert focused(page) == f"read-{one.id}"


def test_pinning_keeps_the_focus_on_the_button(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    pin = page.get_by_role("button", name="Pin", exact=True)
    pin.press("Enter")
    expect(pin).to_have_attribute("aria-pressed", "true")
    expect(pin).to_be_focused()
    expect(status(page)).to_have_text("Léa is pinned.")
    pins = page.get_by_role("navigation", name="Pinned ambassadors")
    expect(pins.get_by_role("link")).to_contain_text("9+")
    expect(pins.get_by_role("link")).to_have_attribute("aria-current", "page")
    settle(page)
    pin.press("Enter")
    expect(pin).to_have_attribute("aria-pressed", "false")
    expect(pin).to_be_focused()
    expect(pins.get_by_role("link")).to_have_count(0)


def test_an_act_lowers_the_count_of_its_pin(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    moderator.pins = [100]
    moderator.save()
    page = open_page(moderator)
    page.goto(INBOX)
    count = page.locator("#pin-100 .pin-count")
    expect(count).to_contain_text("9+")
    markable(page).button.click()
    expect(count).to_contain_text("8+")


# Ways in


def test_skip_links_lead_to_the_content_and_to_the_conversation(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(CONVERSATION)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert focused(page) == "main"
    page.goto(CONVERSATION)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the conversation")).to_be_focused()
    page.keyboard.press("Enter")
    assert focused(page) == "conversation"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#conversation') !== null")


@pytest.mark.parametrize(
    ("path", "title"),
    [
        (PEOPLE, "Ambassadors · Maison Lumière · Ambassador Inbox"),
        (INBOX, "(9) Léa Moreau · Maison Lumière · Ambassador Inbox"),
        (f"{INBOX}?page=6", "(1) Léa Moreau · Page 6 · Maison Lumière · Ambassador Inbox"),
        (f"{INBOX}read/?all=1", "Mark read · Léa Moreau · Maison Lumière · Ambassador Inbox"),
    ],
)
def test_a_title_says_page_and_ambassador(
    open_page: Open, moderator: Membership, api: Upstream, path: str, title: str
) -> None:
    page = open_page(moderator)
    page.goto(path)
    expect(page).to_have_title(title)
