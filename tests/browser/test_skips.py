"""From region to region: a second skip link, and arrows, which scroll and choose where they do"""

import pytest
from playwright.sync_api import Page, expect

from inbox.models import Membership
from tests.browser.conftest import Open
from tests.browser.inbox import focused, region, row, settle
from tests.support.pages import INBOX

WIDE = {"width": 1440, "height": 900}
SKIP = "Skip to the conversation"


@pytest.fixture
def page(open_page: Open, moderator: Membership) -> Page:
    page = open_page(moderator, viewport=WIDE)
    page.goto(INBOX)
    page.wait_for_load_state()
    return page


def open_row(page: Page) -> str:
    """Open the second row, and tell the id of its link."""
    one = row(page, 1)
    one.link.click()
    expect(region(page).locator("h2")).to_have_text(one.link.inner_text())
    settle(page)
    return f"open-{one.id}"


def test_a_skip_link_leads_to_the_conversation_where_there_is_one(page: Page) -> None:
    skip = page.locator(".skip", has_text=SKIP)
    expect(skip).to_have_css("display", "none")
    open_row(page)
    expect(skip).not_to_have_css("display", "none")
    page.reload()
    page.wait_for_load_state()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(region(page)).to_be_focused()


def test_arrows_lead_into_the_conversation_and_back_to_its_row(page: Page) -> None:
    page.keyboard.press("ArrowRight")
    assert focused(page) == "body"  # nothing is open
    link = open_row(page)
    page.locator("#refresh").focus()
    page.keyboard.press("ArrowRight")
    assert focused(page) == "conversation"
    page.keyboard.press("ArrowLeft")
    assert focused(page) == link
    expect(page.locator(f"#{link}")).to_be_in_viewport()
    page.keyboard.press("Shift+ArrowRight")
    assert focused(page) == link


def test_a_field_keeps_its_arrows(page: Page) -> None:
    open_row(page)
    page.locator("#note").fill("Seen")
    page.keyboard.press("ArrowLeft")
    assert focused(page) == "note"
    page.locator(".more summary").click()
    choice = page.locator(".more-form select").first
    choice.focus()
    page.keyboard.press("ArrowRight")
    expect(choice).to_be_focused()


def test_what_scrolls_sideways_keeps_its_arrows(page: Page) -> None:
    open_row(page)
    tab = page.locator(".tabs a").first
    tab.focus()
    page.locator(".tabs").evaluate(
        "one => Object.assign(one.style, { flexWrap: 'nowrap', overflowX: 'auto', maxWidth: '200px' })"
    )
    page.keyboard.press("ArrowRight")
    expect(tab).to_be_focused()
    page.wait_for_function("() => document.querySelector('.tabs').scrollLeft > 0")


def test_arrows_are_off_with_the_other_keys(page: Page) -> None:
    open_row(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_contain_text("into the conversation")
    with page.expect_navigation():
        page.get_by_role("button", name="Switch single keys off").click()
    page.wait_for_load_state()
    page.locator("#refresh").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#refresh")).to_be_focused()
