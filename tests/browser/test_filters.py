"""Filters in a browser: a list that is looked through by itself, stopped, gone on with, worked in"""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from inbox.models import Membership
from tests.browser.conftest import Open
from tests.browser.inbox import settle
from tests.browser.test_pages import assert_fits, listen
from tests.support.chatrooms import Json, chatroom, message
from tests.support.pages import INBOX
from tests.support.upstream import Upstream

UNREAD = f"{INBOX}?unread=1"


def rooms(count: int, every: int, first: int = 1) -> list[Json]:
    return [
        chatroom(number, last_read=None if number % every == 0 else 16)
        for number in range(first, first + count)
    ]


def shown(page: Page) -> list[int]:
    ids: list[str] = page.locator(".row").evaluate_all("rows => rows.map((row) => row.id)")
    return [int(id_.removeprefix("chatroom-")) for id_ in ids]


def hold_back(page: Page) -> list[Route]:
    """What the list asks for from now on waits here for its answer."""
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route("**/*from=*", hold)
    return waiting


def wait_until_asked(page: Page, waiting: list[Route]) -> None:
    while not waiting:
        page.wait_for_timeout(20)


def let_go(page: Page, waiting: list[Route]) -> None:
    for route in waiting:
        route.continue_()
    page.unroute("**/*from=*")


def test_a_list_looks_through_the_whole_inbox_by_itself(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.inbox(rooms(400, every=3))
    page = open_page(moderator)
    heard = listen(page)
    page.goto(UNREAD)
    expect(page.locator("#scan")).to_contain_text("16 of 16 pages, 133 found")
    assert shown(page) == list(range(3, 400, 3))
    expect(page.locator("#scan button")).to_have_count(0)
    expect(page.locator("#status")).to_have_text("133 found")
    assert page.title().startswith("Unread · Léa Moreau")
    assert heard == []


def test_progress_is_shown_and_can_be_stopped_and_taken_up_again(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.inbox(rooms(400, every=3))
    page = open_page(moderator)
    waiting = hold_back(page)
    page.goto(UNREAD)
    progress, stop, on = (page.locator(f"#scan-{name}") for name in ("progress", "stop", "on"))
    expect(page.locator("#scan")).to_contain_text("1 of 16 pages, 8 found")
    assert progress.evaluate("bar => [bar.value, bar.max]") == [1, 16]
    expect(on).to_be_hidden()
    wait_until_asked(page, waiting)
    stop.press("Enter")
    expect(stop).to_be_hidden()
    expect(on).to_be_focused()
    expect(on).to_have_text("Continue (1 of 16 pages)")
    with page.expect_response(lambda response: "from=" in response.url):
        let_go(page, waiting)
    expect(page.locator(".htmx-request")).to_have_count(0)
    assert len(shown(page)) == 8
    settle(page)
    on.press("Enter")
    expect(page.locator("#scan")).to_contain_text("16 of 16 pages, 133 found")
    assert shown(page) == list(range(3, 400, 3))
    expect(page.locator("#scan")).to_be_focused()  # the button has done its work and is gone


def test_focus_stays_on_stop_while_answers_come_in(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.inbox(rooms(400, every=1))
    page = open_page(moderator)
    waiting = hold_back(page)
    page.goto(UNREAD)
    page.locator("#scan-stop").focus()
    wait_until_asked(page, waiting)
    waiting.pop(0).continue_()
    expect(page.locator("#scan")).to_contain_text("3 of 16 pages")
    expect(page.locator("#scan-stop")).to_be_focused()
    let_go(page, waiting)
    expect(page.locator("#scan")).to_be_focused(timeout=20_000)  # thirteen pages later


def test_going_on_while_an_answer_is_under_way_takes_that_answer(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.inbox(rooms(50, every=5))
    page = open_page(moderator)
    waiting = hold_back(page)
    page.goto(UNREAD)
    wait_until_asked(page, waiting)
    page.locator("#scan-stop").click()
    page.locator("#scan-on").click()
    expect(page.locator("#scan-stop")).to_be_visible()
    let_go(page, waiting)
    expect(page.locator("#scan")).to_contain_text("2 of 2 pages, 10 found")
    assert shown(page) == list(range(5, 51, 5))
    assert len(api.calls("GET")) == 2


def test_by_hand_without_scripts(open_page: Open, moderator: Membership, api: Upstream) -> None:
    api.inbox(rooms(100, every=5))
    page = open_page(moderator, java_script_enabled=False)
    page.goto(UNREAD)
    assert shown(page) == [5, 10, 15, 20, 25]
    expect(page.locator("#scan-stop")).to_be_hidden()
    page.get_by_role("button", name="Continue (1 of 4 pages)").click()
    expect(page.locator("#scan")).to_contain_text("4 of 4 pages, 20 found")
    expect(page.locator(".row")).to_have_count(15)
    assert shown(page) == list(range(30, 101, 5))


def test_a_failing_popsell_leaves_what_was_found_and_the_way_on(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    pages = api.inbox(rooms(100, every=5))
    pages.broken.add(3)
    page = open_page(moderator)
    heard = listen(page)
    page.goto(UNREAD)
    expect(page.locator("#scan")).to_contain_text("2 of 4 pages, 10 found")
    expect(page.locator("#scan")).to_contain_text("Popsell gave an answer we can't use")
    pages.broken.clear()
    page.get_by_role("button", name="Continue (2 of 4 pages)").click()
    expect(page.locator("#scan")).to_contain_text("4 of 4 pages, 20 found")
    assert shown(page) == list(range(5, 101, 5))
    assert heard == []


def test_an_unreachable_dashboard_leaves_them_too(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.inbox(rooms(100, every=5))
    page = open_page(moderator)
    page.route("**/*from=*", lambda route: route.abort())
    page.goto(UNREAD)
    expect(page.locator("#scan [role=alert]")).to_contain_text("The dashboard can't be reached.")
    expect(page.locator("#scan-on")).to_be_visible()
    page.unroute("**/*from=*")
    page.locator("#scan-on").click()
    expect(page.locator("#scan")).to_contain_text("4 of 4 pages, 20 found")


def test_a_row_marked_read_stays_where_it_is(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    pages = api.inbox(rooms(100, every=20))
    page = open_page(moderator)
    heard = listen(page)
    page.goto(UNREAD)
    expect(page.locator("#scan")).to_contain_text("4 of 4 pages, 5 found")
    pages.rooms[0:0] = rooms(30, every=1000, first=500)  # nothing is where it was
    api.answer("POST", body=message(16))
    page.locator("#read-60").press("Enter")
    expect(page.locator("#chatroom-60")).to_have_attribute("data-unread", "false")
    expect(page.locator("span#read-60")).to_be_focused()
    assert shown(page) == [20, 40, 60, 80, 100]
    assert heard == []


def test_all_that_were_found_are_marked_read(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(UNREAD)
    expect(page.locator("#scan")).to_contain_text("6 of 6 pages")
    count = len(shown(page))
    page.get_by_role("button", name="Mark all shown here read").click()
    page.locator("#several-ask").get_by_role("button", name="Mark read").click()
    expect(page.locator("#status")).to_contain_text(f"{count} conversations marked read for Léa.")
    assert len(api.calls("POST")) == count == len(shown(page))


def test_a_conversation_opens_beside_the_list_and_leaves_it_as_it_is(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator, viewport={"width": 1440, "height": 900})
    page.goto(UNREAD)
    expect(page.locator("#scan")).to_contain_text("6 of 6 pages")
    before = shown(page)
    page.locator(".row-name a").last.click()
    expect(page.locator("#conversation")).to_contain_text("People")
    expect(page).to_have_url(re.compile(rf"{INBOX}chatrooms/{before[-1]}/\?page=\d&unread=1$"))
    assert shown(page) == before
    page.reload()
    expect(page.locator("#scan")).to_contain_text("of 6")
    expect(page.locator(".row:has([aria-current])")).to_have_id(f"chatroom-{before[-1]}")


def test_a_row_that_the_server_shows_again_takes_its_old_place(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    """The address that goes on is too short for the ids of very many rows."""
    far = 10**18
    many = [chatroom(far + number) for number in range(300)]
    api.inbox([*many, chatroom(far, last_message=message(17, content="Once more"))])
    page = open_page(moderator)
    page.goto(UNREAD)
    expect(page.locator("#scan")).to_contain_text("13 of 13 pages")
    assert shown(page) == [far + number for number in range(300)]
    expect(page.locator(".row").first).to_contain_text("Once more")


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


def test_targets_are_large_enough(open_page: Open, moderator: Membership, api: Upstream) -> None:
    api.inbox(rooms(400, every=3))
    page = open_page(moderator, viewport={"width": 390, "height": 844})
    waiting = hold_back(page)
    page.goto(f"{INBOX}?unread=1&low=1&archived=0&sort=last_action_date")
    page.get_by_text("More", exact=True).click()
    small = page.evaluate(
        """() => [...document.querySelectorAll("#list :is(a, button, summary, select, input, .tick)")]
          .filter((one) => one.checkVisibility() && !one.closest(".row, .tick > *, .tick input"))
          .filter((one) => { const { width, height } = one.closest(".tick")?.getBoundingClientRect()
            ?? one.getBoundingClientRect(); return width && (width < 24 || height < 24); })
          .map((one) => one.outerHTML.slice(0, 100))"""
    )
    let_go(page, waiting)
    assert small == []


PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize("way", ["Back", "its own way back"])
def test_on_a_phone_one_comes_back_to_the_row_one_left(
    open_page: Open, moderator: Membership, api: Upstream, way: str
) -> None:
    """To all of the list, also where the row is found on a later page."""
    api.inbox(rooms(400, every=3))
    api.conversation(chatroom(300))
    page = open_page(moderator, viewport=PHONE)
    page.goto(UNREAD)
    expect(page.locator("#scan")).to_contain_text("16 of 16 pages, 133 found")
    page.locator("#open-300").click()
    expect(page.locator(".conversation-back")).to_be_visible()
    page.wait_for_load_state()
    if way == "Back":
        page.go_back()
    else:
        page.locator(".conversation-back").click()
    expect(page.locator("#scan")).to_contain_text("16 of 16 pages, 133 found")
    expect(page).to_have_url(re.compile(r"\?unread=1#chatroom-300$"))
    expect(page.locator("#chatroom-300")).to_be_in_viewport()


def test_who_looks_around_meanwhile_is_not_led_away(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.inbox(rooms(400, every=3))
    page = open_page(moderator, viewport=PHONE)
    waiting = hold_back(page)
    page.goto(f"{UNREAD}#chatroom-300")
    expect(page.locator("#chatroom-24")).to_be_attached()
    page.wait_for_load_state()
    page.mouse.wheel(0, 40)
    let_go(page, waiting)
    expect(page.locator("#scan")).to_contain_text("16 of 16 pages, 133 found")
    expect(page.locator("#chatroom-300")).not_to_be_in_viewport()
