"""Messages are copied as lines with date and name; the words of rows can be selected"""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from inbox.models import Membership
from tests.browser.conftest import Open
from tests.browser.inbox import expect_path, focused, region, row, settle
from tests.support.chatrooms import chatroom, lea, message
from tests.support.pages import INBOX
from tests.support.upstream import Upstream

TALK = f"{INBOX}chatrooms/8/"
WIDE = {"width": 1440, "height": 900}
COPIED = """() => {
  const clipboardData = new DataTransfer();
  const event = new ClipboardEvent("copy", { bubbles: true, cancelable: true, clipboardData });
  (document.activeElement ?? document.body).dispatchEvent(event);
  return event.defaultPrevented ? clipboardData.getData("text/plain") : null;
}"""
SELECTED = """([from, begins, to, ends]) => {
  const text = (selector) => {
    const walker = document.createTreeWalker(document.querySelector(selector), NodeFilter.SHOW_TEXT);
    return walker.nextNode();
  };
  const [first, last] = [text(from), text(to)];
  getSelection().setBaseAndExtent(first, begins, last, ends < 0 ? last.length : ends);
}"""


def words(number: int) -> str:
    return f"#message-{number} .message-words"


@pytest.fixture
def page(open_page: Open, moderator: Membership) -> Page:
    return open_page(moderator, viewport=WIDE)


def opened(page: Page, api: Upstream) -> Page:
    """Two days, three messages: Sofia's, Léa's in two lines, and Sofia's."""
    api.listing(chatroom())
    api.conversation(
        chatroom(),
        message(3, date_insert="2026-11-21T08:00:00Z", content="Thank you"),
        message(2, lea(8), date_insert="2026-11-20T13:05:00Z", content="Of course:\nat  five"),
        message(1, date_insert="2026-11-20T13:00:00Z", content="Is it open?"),
    )
    page.goto(TALK)
    page.wait_for_load_state()
    settle(page)
    return page


def copied(page: Page) -> str | None:
    """What scripts put on the clipboard; None where they leave that to the browser."""
    found: str | None = page.evaluate(COPIED)
    return found


def select(page: Page, first: int, begins: int, last: int, ends: int) -> None:
    """From a character of one message to one of another; -1: to its end."""
    page.evaluate(SELECTED, [words(first), begins, words(last), ends])


def test_messages_are_a_line_each_with_date_and_name(page: Page, api: Upstream) -> None:
    select(opened(page, api), 1, 0, 3, -1)
    assert copied(page) == (
        "20 Nov 2026, 14:00 Sofia Duarte: Is it open?\n"
        "20 Nov 2026, 14:05 Léa Moreau: Of course: at five\n"
        "21 Nov 2026, 09:00 Sofia Duarte: Thank you"
    )


def test_of_the_first_and_the_last_goes_what_is_selected(page: Page, api: Upstream) -> None:
    select(opened(page, api), 1, 6, 3, 5)
    assert copied(page) == (
        "20 Nov 2026, 14:00 Sofia Duarte: open?\n"
        "20 Nov 2026, 14:05 Léa Moreau: Of course: at five\n"
        "21 Nov 2026, 09:00 Sofia Duarte: Thank"
    )


def test_a_part_of_one_message_stays_as_it_is(page: Page, api: Upstream) -> None:
    select(opened(page, api), 2, 3, 2, 12)
    assert copied(page) is None


def test_all_words_of_one_message_stay_as_they_are(page: Page, api: Upstream) -> None:
    opened(page, api).locator(words(1)).click(click_count=3)
    assert page.evaluate("getSelection().toString().trim()") == "Is it open?"
    assert copied(page) is None


def test_one_message_with_its_author_is_a_line(page: Page, api: Upstream) -> None:
    by = "#message-1 .message-by"
    opened(page, api).evaluate(SELECTED, [by, 0, words(1), -1])
    assert copied(page) == "20 Nov 2026, 14:00 Sofia Duarte: Is it open?"


def test_all_of_a_page_is_its_messages(page: Page, api: Upstream) -> None:
    opened(page, api).evaluate("getSelection().selectAllChildren(document.body)")
    assert len((copied(page) or "").splitlines()) == 3


def test_what_is_no_message_is_copied_as_ever(page: Page, api: Upstream) -> None:
    opened(page, api).evaluate("getSelection().selectAllChildren(document.querySelector('.row'))")
    assert copied(page) is None
    page.evaluate("getSelection().removeAllRanges()")
    assert copied(page) is None


def test_in_a_field_nothing_changes(page: Page, api: Upstream) -> None:
    select(opened(page, api), 1, 0, 3, -1)
    page.locator("#note").evaluate("note => { note.value = 'Mine'; note.focus(); }")
    select(page, 1, 0, 3, -1)
    page.locator("#note").evaluate(
        "note => note.dispatchEvent(new FocusEvent('focus', { bubbles: true }))"
    )
    told = page.locator("#note").evaluate(
        """note => {
          const clipboardData = new DataTransfer();
          const event = new ClipboardEvent("copy", { bubbles: true, cancelable: true, clipboardData });
          note.dispatchEvent(event);
          return event.defaultPrevented;
        }"""
    )
    assert told is False


def test_the_keys_put_them_on_the_clipboard(page: Page, api: Upstream) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    select(opened(page, api), 1, 0, 2, -1)
    page.keyboard.press("Control+c")
    assert page.evaluate("() => navigator.clipboard.readText()") == (
        "20 Nov 2026, 14:00 Sofia Duarte: Is it open?\n"
        "20 Nov 2026, 14:05 Léa Moreau: Of course: at five"
    )


# Rows


def drag(page: Page, selector: str) -> str:
    """Select words with the mouse; what is selected then."""
    box = page.locator(selector).first.bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, middle, steps=5)
    page.mouse.up()
    found: str = page.evaluate("getSelection().toString()")
    return found


@pytest.fixture
def rows(page: Page, api: Upstream) -> Page:
    summary = {"date_insert": None, "summary": "Opening hours.", "anomaly": None, "topic": None}
    rated = {"value": 4, "comment": "Quick answer"}
    api.listing(chatroom(last_summary=summary, last_rating=rated))
    page.goto(INBOX)
    page.wait_for_load_state()
    settle(page)
    return page


@pytest.mark.parametrize(
    ("selector", "told"),
    [
        (".row-name a", "ofia Duart"),
        (".row-said > span", "ello"),
        (".row-summary > span:last-child", "pening hours"),
        (".comment", "answe"),
    ],
)
def test_the_words_of_a_row_can_be_selected(rows: Page, selector: str, told: str) -> None:
    assert told in drag(rows, selector)
    expect_path(rows, INBOX)
    expect(rows.locator("[aria-current=true].row-name a")).to_have_count(0)
    expect(region(rows)).not_to_have_attribute("aria-busy", "true")


@pytest.mark.parametrize("selector", [".row", ".row-said", ".row-name a", ".row-when time"])
def test_a_press_anywhere_on_a_row_opens_it(rows: Page, api: Upstream, selector: str) -> None:
    api.conversation(chatroom(), message(16))
    rows.locator(selector).first.click()
    expect(region(rows).locator("h2")).to_have_text("Sofia Duarte")
    expect_path(rows, TALK)
    assert focused(rows) == "open-8"


def test_after_a_selection_the_next_press_opens(rows: Page, api: Upstream) -> None:
    api.conversation(chatroom(), message(16))
    assert drag(rows, ".row-said > span")
    settle(rows)
    rows.locator(".row-signals").click()
    expect(region(rows).locator("h2")).to_have_text("Sofia Duarte")


@pytest.mark.parametrize("how", [{"modifiers": ["Control"]}, {"button": "middle"}])
@pytest.mark.parametrize("selector", [".row-name a", ".row-summary"])
def test_another_tab_opens_as_ever(
    rows: Page, api: Upstream, selector: str, how: dict[str, Any]
) -> None:
    with rows.context.expect_page() as opening:
        rows.locator(selector).first.click(**how)
    opening.value.wait_for_url(f"**{TALK}")
    expect_path(rows, INBOX)
    expect(rows.locator(".row-name a")).not_to_have_attribute("aria-current", "true")


def test_what_takes_a_press_for_itself_opens_nothing(rows: Page) -> None:
    row(rows).box.check()
    rows.locator(".row-act").click(position={"x": 1, "y": 1}, force=True)
    expect_path(rows, INBOX)
    expect(row(rows).box).to_be_checked()


def test_a_row_of_the_ambassadors_opens_and_is_selected(page: Page, api: Upstream) -> None:
    page.goto("/brands/3/ambassadors/")
    page.wait_for_load_state()
    settle(page)
    assert drag(page, ".person-role")
    expect_path(page, "/brands/3/ambassadors/")
    settle(page)
    page.locator(".person-name").first.click(position={"x": 1, "y": 1})
    page.wait_for_url("**/ambassadors/*/")


@pytest.mark.parametrize(
    ("address", "place"), [(INBOX, ".row-signals"), ("/brands/3/ambassadors/", ".person-role")]
)
def test_without_scripts_a_press_anywhere_opens_a_row_too(
    open_page: Open, moderator: Membership, api: Upstream, address: str, place: str
) -> None:
    page = open_page(moderator, java_script_enabled=False, viewport=WIDE)
    page.goto(address)
    box = page.locator(place).first.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)
    page.wait_for_url(lambda url: url.rstrip("/").rpartition("/")[2].isdigit())
