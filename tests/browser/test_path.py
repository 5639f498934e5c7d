"""The whole path in a browser: from sign-in to a conversation marked read, and when it fails"""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from inbox.models import Membership
from tests.browser.conftest import Open
from tests.browser.inbox import settle, toast
from tests.support.pages import INBOX
from tests.support.trail import acts
from tests.support.upstream import Upstream

PAGE_TWO = re.compile(rf"{INBOX}\?page=2(#.*)?$")
UNREAD = "[data-unread=true]:has(form)"


class Row:
    """The first unread row that offers the act, held by its number."""

    def __init__(self, page: Page) -> None:
        self.id = (page.locator(UNREAD).first.get_attribute("id") or "").removeprefix("chatroom-")
        self.here: Locator = page.locator(f"#chatroom-{self.id}")
        self.button = page.locator(f"button#read-{self.id}")
        self.alert = page.locator(f"#alert-{self.id}")

    def expect_unread(self, unread: bool) -> None:
        expect(self.here).to_have_attribute("data-unread", "true" if unread else "false")


def walk_to_page_two(page: Page, moderator: Membership) -> Row:
    """Sign in, choose Léa Moreau among the ambassadors, turn the page: by what a person sees."""
    page.goto("/")
    page.get_by_label("Email").fill(moderator.user.email)
    page.get_by_label("Password").fill("lumiere-et-parfum")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Ambassadors").click()
    page.get_by_role("link", name="Léa Moreau").click()
    expect(page.get_by_role("heading", name="Léa Moreau", level=1)).to_be_visible()
    page.get_by_role("link", name="Page 2", exact=True).click()
    expect(page).to_have_url(PAGE_TWO)
    page.wait_for_load_state()  # until then a form is sent as one without scripts
    return Row(page)


def unread(page: Page) -> int:
    return int(page.locator("#unread").inner_text())


def test_the_whole_path_by_keyboard(open_page: Open, moderator: Membership, api: Upstream) -> None:
    page = open_page()
    row = walk_to_page_two(page, moderator)
    before = unread(page)
    row.button.focus()
    page.keyboard.press("Enter")
    row.expect_unread(False)
    expect(page.locator("#unread")).to_have_text(str(before - 1))
    expect(page.get_by_role("status")).to_contain_text("Marked read for Léa: ")
    expect(page.locator(f"#read-{row.id}")).to_be_focused()
    expect(row.button).to_have_count(0)
    expect(page).to_have_url(PAGE_TWO)
    (call,) = api.calls("POST")
    assert call.path.startswith(f"/api/v2/chat/chatrooms/{row.id}/ambassadors/")
    page.reload()
    row.expect_unread(False)
    assert unread(page) == before - 1


def test_the_whole_path_without_scripts(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(java_script_enabled=False)
    row = walk_to_page_two(page, moderator)
    before = unread(page)
    row.button.focus()
    page.keyboard.press("Enter")
    row.expect_unread(False)
    expect(page).to_have_url(re.compile(rf"\?page=2#chatroom-{row.id}$"))
    expect(toast(page)).to_contain_text("Marked read for Léa: ")
    assert unread(page) == before - 1
    assert len(api.calls("POST")) == 1


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_pressing_twice_is_one_act(
    open_page: Open, moderator: Membership, api: Upstream, scripts: bool
) -> None:
    page = open_page(moderator, java_script_enabled=scripts)
    page.goto(INBOX)
    row = Row(page)
    row.button.dblclick(no_wait_after=True)
    row.expect_unread(False)
    page.wait_for_load_state("networkidle")
    assert len(api.calls("POST")) == 1
    assert acts().count() == 1


def test_the_next_row_is_a_tab_away_after_an_act(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    row = Row(page)
    row.button.press("Enter")
    row.expect_unread(False)
    page.keyboard.press("Tab")
    following = page.locator(f"#{row.here.get_attribute('id')} + .row .row-name a")
    expect(following).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".details summary")).to_be_visible()


# When it fails


def test_a_failed_act_is_said_beside_its_row_and_can_be_retried(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(f"{INBOX}?page=2")
    row, before = Row(page), unread(page)
    api.answer("POST", 500, {"message": "Server Error"})
    row.button.press("Enter")
    expect(row.alert).to_contain_text("Popsell gave an answer we can't use")
    expect(row.alert).to_contain_text("Nothing was changed")
    row.expect_unread(True)
    expect(row.button).to_be_focused()
    assert unread(page) == before
    api.recover()
    row.alert.get_by_role("button", name="Retry").click()
    row.expect_unread(False)
    expect(row.alert).to_have_text("")
    expect(page.locator("#unread")).to_have_text(str(before - 1))


def test_a_failed_act_without_scripts_is_a_page_that_retries(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator, java_script_enabled=False)
    page.goto(f"{INBOX}?page=2")
    row = Row(page)
    api.answer("POST", 500, {"message": "Server Error"})
    row.button.click()
    expect(page.get_by_role("heading", name="Popsell gave an answer")).to_be_visible()
    expect(page.get_by_text("Nothing was changed")).to_be_visible()
    api.recover()
    page.get_by_role("button", name="Retry").click()
    expect(page).to_have_url(PAGE_TWO)
    row.expect_unread(False)


def test_an_unreachable_dashboard_is_said_beside_the_row(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    row = Row(page)
    page.route("**/read/", lambda route: route.abort())
    row.button.press("Enter")
    expect(row.alert).to_contain_text("The dashboard can't be reached.")
    expect(row.alert).to_contain_text("It is not known whether what you did arrived")
    row.expect_unread(True)
    assert api.calls("POST") == []
    page.unroute("**/read/")
    settle(page)
    row.button.press("Enter")
    row.expect_unread(False)


def test_an_ended_session_is_said_and_the_same_press_works_after_signing_in_elsewhere(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(f"{INBOX}?page=2")
    row = Row(page)
    page.context.clear_cookies()
    row.button.press("Enter")
    expect(row.alert).to_contain_text("You were signed out. Nothing was done.")
    expect(row.button).to_be_focused()
    expect(page).to_have_url(PAGE_TWO)
    with page.expect_popup() as opened:
        row.alert.get_by_role("link", name="Sign in in another tab").click()
    other = opened.value
    other.get_by_label("Email").fill(moderator.user.email)
    other.get_by_label("Password").fill("lumiere-et-parfum")
    other.get_by_role("button", name="Sign in", exact=True).click()
    expect(other).to_have_url(PAGE_TWO)
    row.expect_unread(True)
    assert api.calls("POST") == []
    other.close()
    row.button.press("Enter")
    row.expect_unread(False)
    expect(row.alert).to_be_empty()
    assert len(api.calls("POST")) == 1


def test_a_picture_that_does_not_load_gives_way_to_initials(
    open_page: Open, moderator: Membership
) -> None:
    page = open_page(moderator)
    page.context.unroute_all()
    page.context.route("https://images.popsell.example/**", lambda route: route.abort())
    response = page.goto(INBOX)
    assert response
    assert '<img src="https://images.popsell.example/' in response.text()
    expect(page.locator(".head .avatar")).to_have_text("LM")
    expect(page.locator(".head .avatar img")).to_have_count(0)
    page.locator(".row-name a").first.click()
    page.locator(".details summary").click()
    expect(page.locator(".facts-people .avatar").first).to_be_visible()
    expect(page.locator(".avatar img")).to_have_count(0)
