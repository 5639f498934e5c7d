"""Back and Forward take the focus along, and keys act where one is"""

import re

import pytest
from playwright.sync_api import Page, expect

from inbox.models import Act, Membership
from tests.browser.conftest import Open
from tests.browser.inbox import (
    Held,
    Row,
    expect_path,
    focused,
    region,
    settle,
    status,
)
from tests.support.chatrooms import chatroom, lea, message, participant
from tests.support.pages import INBOX
from tests.support.trail import acts
from tests.support.upstream import Upstream


@pytest.fixture
def three(api: Upstream) -> Upstream:
    """An inbox of three conversations, each with something to mark."""
    rooms = [
        chatroom(
            id_, ambassadors=[lea(id_), participant(500 + id_, id_, firstname=f"Person {id_}")]
        )
        for id_ in (1, 2, 3)
    ]
    api.listing(*rooms)
    for one in rooms:
        api.conversation(one, message(16))
    api.answer("POST", body=message(16))
    return api


def open_row(page: Page, number: int, how: str) -> None:
    link = page.locator(f"#open-{number}")
    if how == "by mouse":
        link.click()
    else:
        link.press("Enter")
    expect(region(page).locator("h2")).to_contain_text(f"Person {number}")
    settle(page)


def marked(api: Upstream) -> list[str]:
    """The conversations that were marked read."""
    found = [re.search(r"/chatrooms/(\d+)/", call.path) for call in api.calls("POST")]
    return [one[1] for one in found if one]


def go(page: Page, where: str, number: int) -> None:
    """By the browser's own button, which leaves the focus where it is."""
    page.evaluate(f"history.{where}()")
    expect(region(page).locator("h2")).to_contain_text(f"Person {number}")
    settle(page)


HOW = pytest.mark.parametrize("how", ["by mouse", "by key"])


@HOW
def test_back_takes_the_focus_along_and_keys_act_there(
    open_page: Open, moderator: Membership, three: Upstream, how: str
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    open_row(page, 1, how)
    open_row(page, 2, how)
    go(page, "back", 1)
    assert focused(page) == "open-1"
    expect(page.locator(".row [aria-current]")).to_have_attribute("id", "open-1")
    page.keyboard.press("m")
    Row(page, "1").expect_read()
    assert marked(three) == ["1"]
    go(page, "forward", 2)
    assert focused(page) == "open-2"
    page.keyboard.press("x")
    expect(Row(page, "2").box).to_be_checked()
    page.keyboard.press("e")
    expect(region(page).locator("h2")).to_contain_text("Person 3")
    assert marked(three) == ["1"]
    assert focused(page) == "open-3"


@HOW
def test_on_the_way_back_keys_act_on_what_one_goes_to(
    open_page: Open, moderator: Membership, three: Upstream, how: str
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    open_row(page, 1, how)
    open_row(page, 2, how)
    held = Held(page, "**/chatrooms/1/")
    page.evaluate("history.back()")
    expect(region(page)).to_have_attribute("aria-busy", "true")
    page.keyboard.press("e")
    assert focused(page) == "open-1"
    page.keyboard.press("m")
    Row(page, "1").expect_read()
    expect(page.locator(".row [aria-current]")).to_have_attribute("id", "open-1")
    held.release()
    expect(region(page).locator("h2")).to_contain_text("Person 1")
    assert marked(three) == ["1"]
    assert not acts().filter(act=Act.REVIEW).exists()


def test_who_goes_elsewhere_on_the_way_back_is_left_there(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    open_row(page, 1, "by key")
    open_row(page, 2, "by key")
    held = Held(page, "**/chatrooms/1/")
    page.evaluate("history.back()")
    expect(region(page)).to_have_attribute("aria-busy", "true")
    Row(page, "3").link.focus()
    held.release()
    expect(region(page).locator("h2")).to_contain_text("Person 1")
    assert focused(page) == "open-3"


def test_of_going_back_and_opening_the_last_one_counts(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    open_row(page, 1, "by key")
    open_row(page, 2, "by key")
    held = Held(page, "**/chatrooms/1/")
    page.evaluate("history.back()")
    expect(region(page)).to_have_attribute("aria-busy", "true")
    open_row(page, 3, "by key")
    held.release()
    page.wait_for_load_state("networkidle")
    expect(region(page).locator("h2")).to_contain_text("Person 3")
    expect_path(page, f"{INBOX}chatrooms/3/")
    expect(page.locator(".row [aria-current]")).to_have_attribute("id", "open-3")


@HOW
def test_back_to_the_list_stays_at_the_row_one_comes_from(
    open_page: Open, moderator: Membership, three: Upstream, how: str
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    open_row(page, 2, how)
    region(page).focus()
    page.evaluate("history.back()")
    expect(region(page)).to_contain_text("Choose a conversation")
    settle(page)
    assert focused(page) == "open-2"
    expect(page.locator(".row [aria-current]")).to_have_count(0)
    page.keyboard.press("j")
    assert focused(page) == "open-3"


@HOW
def test_where_the_row_is_listed_no_more_no_rows_key_acts(
    open_page: Open, moderator: Membership, three: Upstream, how: str
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    open_row(page, 1, how)
    open_row(page, 2, how)
    three.answer("GET", body={"data": [chatroom(2), chatroom(3)]}, path="/chat/ambassadors")
    page.get_by_role("link", name="Refresh").click()
    expect(Row(page, "1").here).to_have_count(0)
    settle(page)
    Row(page, "2").link.focus()
    go(page, "back", 1)
    assert focused(page) == "conversation"
    page.keyboard.press("x")
    page.keyboard.press("o")
    page.keyboard.press("e")
    expect(status(page)).to_contain_text("Reviewed")
    expect(page.locator(".row-check :checked")).to_have_count(0)
    assert [one.chatroom for one in acts()] == [1]


def test_a_refresh_without_the_row_leaves_the_focus_at_the_open_one(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    open_row(page, 2, "by key")
    three.answer("GET", body={"data": [chatroom(1), chatroom(2)]}, path="/chat/ambassadors")
    page.keyboard.press("j")
    assert focused(page) == "open-3"
    page.keyboard.press("r")
    expect(Row(page, "3").here).to_have_count(0)
    assert focused(page) == "open-2"
