"""The name, the way back and the first act stay in the window, anywhere in a conversation"""

import re
from itertools import product

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from inbox.models import Membership, User
from tests.browser.conftest import Open
from tests.browser.inbox import expect_path, region, row, settle, status, toast
from tests.support.chatrooms import Json, chatroom, lea, message, participant
from tests.support.pages import INBOX
from tests.support.runs import few
from tests.support.upstream import Upstream

SIZES = [
    *((1440, 900), (1199, 700), (1024, 768), (960, 600)),
    *((768, 1024), (390, 844), (320, 568), (568, 320)),
]
# Finds what should be in the window but lies beyond its edges or below something else.
HIDDEN = """() => {
  const wanted = ["#conversation h2", "#read-conversation", "#review-button", ".jumps-open"];
  if (innerWidth < 960) wanted.push(".conversation-back");
  return wanted.filter((name) => {
    const { left, right, top, bottom } = document.querySelector(name).getBoundingClientRect();
    const isIn = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
    const found = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return !isIn || right - left < 24 || !found?.closest(name);
  });
}"""
# How much of the window is left for what was said, between head and foot.
ROOM = """() => {
  const at = (name) => document.querySelector(name).getBoundingClientRect();
  const foot = [".review", ".review-form"].map((name) => at(name)).find((one) => one.height);
  return (foot.top - at(".conversation-head").bottom) / innerHeight;
}"""
SCROLL = """([list, conversation]) => {
  const region = document.getElementById("conversation");
  const to = (place, part) => { place.scrollTop = part * place.scrollHeight; };
  to(document.scrollingElement, list);
  to(region, conversation);
}"""
FALLS_BELOW = """() => {
  const alert = document.getElementById("no-connection").content.cloneNode(true);
  document.getElementById("alerts").append(alert);
}"""


def room(id_: int) -> Json:
    other = participant(500 + id_, id_, firstname=f"Person {id_}", lastname="of a long name")
    return chatroom(id_, ambassadors=[lea(id_), other], last_read=1)


@pytest.fixture
def three(api: Upstream) -> Upstream:
    """Three conversations of many messages, unread."""
    api.listing(room(1), room(2), room(3))
    for id_ in (1, 2, 3):
        said = [message(number, content="What was said. " * 9) for number in range(40, 0, -1)]
        api.conversation(room(id_), *said)
    api.answer("PATCH", body={"message": None})
    api.answer("POST", body=message(16))
    return api


def open_first(page: Page) -> None:
    page.goto(INBOX)
    name = row(page).link.inner_text()
    row(page).link.click()
    expect(region(page).locator("h2")).to_have_text(name)
    page.wait_for_load_state()
    settle(page)


def expect_all_in_sight(page: Page, when: str) -> None:
    """At the start, and after scrolling anywhere."""
    assert page.evaluate(HIDDEN) == [], when
    for places in product((0, 0.5, 1), repeat=2):
        page.evaluate(SCROLL, places)
        assert page.evaluate(HIDDEN) == [], f"{when}, at {places}"


def viewport(size: tuple[int, int]) -> ViewportSize:
    return {"width": size[0], "height": size[1]}


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("size", few(SIZES), ids=str)
def test_name_way_back_and_acts_are_in_the_window(
    open_page: Open, moderator: Membership, three: Upstream, size: tuple[int, int], language: str
) -> None:
    User.objects.filter(pk=moderator.user_id).update(language=language)
    page = open_page(moderator, viewport=viewport(size))
    open_first(page)
    expect_all_in_sight(page, "as it opens")
    page.evaluate(FALLS_BELOW)
    expect_all_in_sight(page, "with an alert on top")
    page.evaluate("document.getElementById('alerts').replaceChildren()")
    page.locator("#flag-1").press("Enter")
    expect(toast(page).get_by_role("button").first).to_be_visible()
    expect_all_in_sight(page, "with a toast")
    if size[1] > 480:  # else there is no room for all of it at the very top
        page.evaluate(FALLS_BELOW)
        expect_all_in_sight(page, "with both")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("size", few(SIZES[:-2]), ids=str)
def test_in_letters_of_double_size_too(
    open_page: Open, moderator: Membership, three: Upstream, size: tuple[int, int]
) -> None:
    page = open_page(moderator, viewport=viewport(size))
    open_first(page)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    expect_all_in_sight(page, "as it opens")
    page.evaluate(FALLS_BELOW)
    expect_all_in_sight(page, "with an alert on top")


@pytest.mark.parametrize("size", few(SIZES), ids=str)
def test_most_of_the_window_is_what_was_said(
    open_page: Open, moderator: Membership, three: Upstream, size: tuple[int, int]
) -> None:
    page = open_page(moderator, viewport=viewport(size))
    open_first(page)
    assert page.evaluate(ROOM) >= (0.5 if size[1] > 600 else 0.45)
    if size == (390, 844):
        boxes = [page.locator(one).bounding_box() for one in (".conversation-head", ".review")]
        assert [box and box["height"] <= most for box, most in zip(boxes, (110, 120), strict=True)]


LAST_IS_CLEAR = """() => {
  const at = (one) => one.getBoundingClientRect();
  const feet = [...document.querySelectorAll(".review, .review-form")].filter((one) => at(one).height);
  const words = [...document.querySelectorAll(".message")].at(-1);
  return at(words).bottom <= at(feet[0]).top && at(words).bottom > innerHeight / 4;
}"""


@pytest.mark.parametrize("size", few(SIZES), ids=str)
def test_at_the_end_the_last_words_stay_in_sight(
    open_page: Open, moderator: Membership, three: Upstream, size: tuple[int, int]
) -> None:
    page = open_page(moderator, viewport=viewport(size))
    open_first(page)
    page.evaluate(SCROLL, [1, 1])
    page.wait_for_function(LAST_IS_CLEAR)
    page.locator("#archive-button").evaluate("one => one.click()")
    expect(toast(page)).to_contain_text("Archived for")
    page.wait_for_function(LAST_IS_CLEAR)
    page.locator("#note").fill("One line\n" * 5)
    page.wait_for_function(LAST_IS_CLEAR)
    if size[1] < 480:
        return  # notes are below what was said there
    page.locator("#note-button").click()
    expect(page.locator(".notes-text")).to_be_attached()
    page.wait_for_function(LAST_IS_CLEAR)


# What has the focus, where something else is on top of it.
COVERED = """() => {
  const one = document.activeElement;
  const { left, right, top, bottom } = one.getBoundingClientRect();
  const isIn = top >= 0 && bottom <= innerHeight + 1;
  const found = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  return isIn && one.contains(found) ? "" : one.outerHTML.slice(0, 100);
}"""
INSIDE = "document.activeElement.closest('#conversation') !== null"
DOWN = "document.scrollingElement.scrollTop + document.getElementById('conversation').scrollTop"


@pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
@pytest.mark.parametrize("size", few([(1440, 900), (1024, 768), (390, 844), (568, 320)]), ids=str)
def test_what_has_the_focus_is_behind_no_bar(
    open_page: Open, moderator: Membership, three: Upstream, size: tuple[int, int], key: str
) -> None:
    page = open_page(moderator, viewport=viewport(size))
    open_first(page)
    page.locator(".message-by a").nth(2 if key == "Tab" else 37).focus()
    seen = 0
    page.keyboard.press(key)
    while page.evaluate(INSIDE):
        assert page.evaluate(COVERED) == ""
        seen += 1
        page.keyboard.press(key)
    assert seen > 30


def test_a_way_through_the_head_moves_nothing(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = open_page(moderator, viewport=viewport((390, 844)))
    open_first(page)
    before = page.evaluate(DOWN)
    page.locator(".conversation-back").focus()
    for _ in range(5):
        page.keyboard.press("Tab")
        assert page.evaluate(DOWN) == before
    page.locator("#review-button").focus()
    assert page.evaluate(DOWN) == before


# Reviewed, next

LAST = "That was the last."
LAST_HERE = "That was the last on this page."
BOTH = pytest.mark.parametrize("width", [1440, 390])


def enter(open_page: Open, moderator: Membership, width: int, path: str) -> Page:
    page = open_page(moderator, viewport={"width": width, "height": 844})
    page.goto(path)
    page.wait_for_load_state()
    return page


@BOTH
def test_reviewed_goes_on_to_the_next_row(
    open_page: Open, moderator: Membership, three: Upstream, width: int
) -> None:
    page = enter(open_page, moderator, width, f"{INBOX}chatrooms/1/")
    page.locator("#review-button").click()
    expect_path(page, f"{INBOX}chatrooms/2/")
    expect(region(page).locator("h2")).to_contain_text("Person 2")
    expect(toast(page)).to_contain_text("Reviewed for Léa: Person 1")
    page.wait_for_load_state()
    settle(page)
    page.keyboard.press("e")
    expect_path(page, f"{INBOX}chatrooms/3/")
    expect(toast(page)).to_contain_text("Reviewed for Léa: Person 2")
    page.wait_for_load_state()
    settle(page)
    toast(page).get_by_role("button", name="Undo").click()
    expect(toast(page)).to_contain_text("The review is taken back for Léa: Person 2")


@BOTH
def test_below_the_last_row_it_is_said(
    open_page: Open, moderator: Membership, three: Upstream, width: int
) -> None:
    page = enter(open_page, moderator, width, f"{INBOX}chatrooms/3/")
    page.locator("#conversation").focus()
    page.keyboard.press("e")
    expect(toast(page).get_by_text(LAST)).to_be_in_viewport(ratio=1)
    expect(status(page)).to_have_text(re.compile(rf"Reviewed for Léa: Person 3.*\. {LAST}$"))
    expect(toast(page).get_by_role("link")).to_have_count(0)
    expect_path(page, f"{INBOX}chatrooms/3/")
    expect(page.locator("#review-button")).to_be_in_viewport(ratio=1)
    assert page.evaluate(HIDDEN) == []
    settle(page)
    toast(page).get_by_role("button", name="Undo").click()
    expect(toast(page)).to_contain_text("The review is taken back")
    expect(toast(page)).not_to_contain_text(LAST)


@BOTH
def test_below_the_last_row_of_a_page_the_next_one_is_offered(
    open_page: Open, moderator: Membership, api: Upstream, width: int
) -> None:
    page = enter(open_page, moderator, width, INBOX)
    page.goto(row(page, 24).address)
    page.locator("#review-button").click()
    expect(toast(page).get_by_text(LAST_HERE)).to_be_in_viewport(ratio=1)
    expect(status(page)).to_contain_text(LAST_HERE)
    page.wait_for_load_state()
    settle(page)
    toast(page).get_by_role("link", name="Next page").click()
    expect_path(page, f"{INBOX}?page=2")
    expect(toast(page)).to_contain_text("Reviewed for Léa")
    expect(toast(page)).not_to_contain_text("last")


@BOTH
def test_of_what_is_on_no_list_nothing_of_the_kind_is_said(
    open_page: Open, moderator: Membership, api: Upstream, width: int
) -> None:
    page = enter(open_page, moderator, width, f"{INBOX}?page=2")
    path = row(page, 24).address.partition("?")[0]
    page.goto(path)
    page.locator("#review-button").click()
    expect(toast(page)).to_contain_text("Reviewed for Léa")
    settle(page)
    expect(toast(page)).not_to_contain_text("last")
    expect_path(page, path)


@pytest.mark.parametrize("width", [1440, 390, 320])
def test_in_french_the_last_row_is_told_in_sight(
    open_page: Open, moderator: Membership, api: Upstream, width: int
) -> None:
    User.objects.filter(pk=moderator.user_id).update(language="fr")
    page = enter(open_page, moderator, width, INBOX)
    page.goto(row(page, 24).address)
    page.locator("#review-button").click()
    expect(toast(page).get_by_text("C’était la dernière de cette page.")).to_be_in_viewport(ratio=1)
    expect(toast(page).get_by_role("link", name="Page suivante")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("place", ["middle", "end"])
def test_on_a_phone_who_writes_on_stays(
    open_page: Open, moderator: Membership, three: Upstream, place: str
) -> None:
    path = f"{INBOX}chatrooms/{1 if place == 'middle' else 3}/"
    page = enter(open_page, moderator, 390, path)
    page.locator("#note").focus()
    page.locator("#review-button").evaluate("one => one.click()")
    expect(toast(page)).to_contain_text("Reviewed for Léa")
    settle(page)
    expect(page.locator("#note")).to_be_focused()
    expect(toast(page)).not_to_contain_text(LAST)
    expect_path(page, path)


def test_a_small_head_says_its_act_in_short_and_names_it_whole(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = open_page(moderator, viewport=viewport((320, 568)))
    open_first(page)
    act = page.get_by_role("button", name="Mark read for Léa", exact=True)
    expect(act).to_be_visible()
    assert act.locator(".short").evaluate("one => one.getBoundingClientRect().width") > 40
    assert act.locator(".for").evaluate("one => one.getBoundingClientRect().width") <= 1
