"""Filters in a browser: a list that the index answers, and the work in it"""

import re

import pytest
from playwright.sync_api import Page, expect

from inbox.models import IndexedChatroom, Membership
from tests.browser.conftest import Open
from tests.browser.test_pages import assert_fits, listen
from tests.support.chatrooms import Json, chatroom, message
from tests.support.matched import read_whole
from tests.support.pages import INBOX
from tests.support.upstream import Pages, Upstream

UNREAD = f"{INBOX}?unread=1"


def rooms(count: int, every: int) -> list[Json]:
    return [
        chatroom(number, last_read=None if number % every == 0 else 16)
        for number in range(1, count + 1)
    ]


def shown(page: Page) -> list[int]:
    ids: list[str] = page.locator(".row").evaluate_all("rows => rows.map((row) => row.id)")
    return [int(id_.removeprefix("chatroom-")) for id_ in ids]


@pytest.fixture
def whole(moderator: Membership, api: Upstream) -> Pages:
    """Léa's inbox of 120, read into the index to its end: each second one is unread."""
    inbox = api.inbox(rooms(120, every=2))
    read_whole()
    return inbox


@pytest.mark.usefixtures("whole")
def test_its_pages_hold_all_that_matches(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator)
    heard = listen(page)
    page.goto(UNREAD)
    expect(page.locator(".matched")).to_contain_text("all 120 conversations of Léa")
    found = shown(page)
    while page.get_by_role("link", name="Next", exact=True).count():
        page.get_by_role("link", name="Next", exact=True).click()
        page.wait_for_load_state()
        found += shown(page)
    assert found == list(range(2, 121, 2))
    page.get_by_role("link", name="First page").click()
    expect(page).to_have_url(re.compile(r"\?unread=1$"))
    assert heard == []


@pytest.mark.usefixtures("whole")
def test_without_scripts_it_is_the_same(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator, java_script_enabled=False)
    page.goto(UNREAD)
    assert shown(page) == list(range(2, 51, 2))
    page.get_by_role("link", name="Next", exact=True).click()
    assert shown(page) == list(range(52, 101, 2))


def test_a_row_marked_read_stays_until_the_list_is_read_again(
    open_page: Open, moderator: Membership, api: Upstream, whole: Pages
) -> None:
    page = open_page(moderator)
    heard = listen(page)
    page.goto(UNREAD)
    before = shown(page)
    api.answer("POST", body=message(16))
    whole.rooms[39] = chatroom(40, last_read=16)
    page.locator("#read-40").press("Enter")
    expect(page.locator("#chatroom-40")).to_have_attribute("data-unread", "false")
    expect(page.locator("span#read-40")).to_be_focused()
    assert shown(page) == before
    expect(page.locator("#unread")).to_have_text("24")
    while IndexedChatroom.objects.get(chatroom=40).unread:  # it is told once the answer is out
        page.wait_for_timeout(20)
    page.locator("#refresh").click()
    expect(page.locator("#chatroom-40")).to_have_count(0)
    assert shown(page) == [*(one for one in before if one != 40), 52]
    assert heard == []


@pytest.mark.usefixtures("whole")
def test_all_of_a_page_are_marked_read(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.answer("POST", body=message(16))
    page = open_page(moderator)
    page.goto(UNREAD)
    page.get_by_role("button", name="Mark all 25 on this page read").click()
    page.locator("#several-ask").get_by_role("button", name="Mark read").click()
    expect(page.locator("#status")).to_contain_text("25 conversations marked read for Léa.")
    assert len(api.calls("POST")) == 25 == len(shown(page))


@pytest.mark.usefixtures("whole")
def test_keys_open_a_conversation_beside_the_list_and_the_next(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    for number in (28, 30):
        api.conversation(chatroom(number), message(16))
    page = open_page(moderator, viewport={"width": 1440, "height": 900})
    page.goto(UNREAD)
    before = shown(page)
    page.locator("#open-28").focus()
    page.keyboard.press("o")
    expect(page.locator("#conversation")).to_contain_text("People")
    expect(page).to_have_url(re.compile(rf"{INBOX}chatrooms/28/\?unread=1$"))
    page.locator("#open-28").focus()
    page.keyboard.press("j")
    expect(page.locator("#open-30")).to_be_focused()
    assert shown(page) == before
    page.reload()
    assert shown(page) == before
    expect(page.locator(".row:has([aria-current])")).to_have_id("chatroom-28")


def test_news_are_told(
    open_page: Open, moderator: Membership, whole: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page(moderator)
    page.clock.install()
    page.goto(UNREAD)
    page.wait_for_load_state()
    whole.rooms[0] = chatroom(1)
    page.clock.run_for(60_000)
    expect(page.locator(".button.new")).to_have_text("1 new")
    page.locator(".button.new").click()
    expect(page.locator("#chatroom-1")).to_be_visible()


def test_the_form_leads_to_the_shortest_address(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator)
    page.goto(UNREAD)
    page.get_by_text("More", exact=True).click()
    page.get_by_label("Archive").select_option("Archived")
    page.get_by_label("Low ratings").check()
    page.get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile(rf"{re.escape(INBOX)}\?archived=1&unread=1&low=1$"))
    page.get_by_role("link", name="Remove this filter: Low ratings").click()
    expect(page).to_have_url(re.compile(rf"{re.escape(INBOX)}\?archived=1&unread=1$"))
    page.get_by_role("link", name="Show all").first.click()
    expect(page).to_have_url(re.compile(rf"{re.escape(INBOX)}$"))


@pytest.mark.parametrize("path", [UNREAD, "/brands/3/ambassadors/?role=6"])
def test_the_form_fits_when_it_is_open(
    open_page: Open, moderator: Membership, api: Upstream, path: str
) -> None:
    page = open_page(moderator)
    page.goto(path)
    page.get_by_text("More", exact=True).click()
    assert_fits(page)


def test_on_a_phone_the_tabs_scroll_by_themselves(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator, viewport={"width": 320, "height": 640})
    page.goto(f"{INBOX}?online=1")
    tab = page.get_by_role("link", name="Online")
    expect(tab).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name="All", exact=True).focus()
    tab.focus()
    tab.hover()
    inside = tab.evaluate(
        """tab => {
          const [strip, { left, right }] = [tab.parentElement, tab.getBoundingClientRect()];
          const edges = strip.getBoundingClientRect();
          return strip.scrollWidth > strip.clientWidth && left >= edges.left && right <= edges.right;
        }"""
    )
    assert inside
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.usefixtures("whole")
def test_targets_are_large_enough(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator, viewport={"width": 390, "height": 844})
    page.goto(f"{INBOX}?unread=1&archived=0&sort=last_action_date")
    page.get_by_text("More", exact=True).click()
    small = page.evaluate(
        """() => [...document.querySelectorAll("#list :is(a, button, summary, select, input, .tick)")]
          .filter((one) => one.checkVisibility() && !one.closest(".row, .tick > *, .tick input"))
          .filter((one) => { const { width, height } = one.closest(".tick")?.getBoundingClientRect()
            ?? one.getBoundingClientRect(); return width && (width < 24 || height < 24); })
          .map((one) => one.outerHTML.slice(0, 100))"""
    )
    assert small == []


@pytest.mark.parametrize("way", ["Back", "its own way back"])
@pytest.mark.usefixtures("whole")
def test_on_a_phone_one_comes_back_to_the_row_one_left(
    open_page: Open, moderator: Membership, api: Upstream, way: str
) -> None:
    """On its page of the list, whichever that is."""
    api.conversation(chatroom(98), message(16))
    page = open_page(moderator, viewport={"width": 390, "height": 844})
    page.goto(UNREAD)
    page.get_by_role("link", name="Next", exact=True).click()
    page.locator("#open-98").click()
    expect(page.locator(".conversation-back")).to_be_visible()
    page.wait_for_load_state()
    if way == "Back":
        page.go_back()
    else:
        page.locator(".conversation-back").click()
    expect(page.locator("#chatroom-98")).to_be_in_viewport()
