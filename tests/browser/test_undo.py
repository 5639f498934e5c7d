"""The toast and its Undo in a browser: how long it stays, what it covers, where the focus goes"""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from inbox.models import Membership, Review, User
from tests.browser.conftest import Open
from tests.browser.inbox import expect_path, focused, region, row, settle, toast
from tests.support.chatrooms import Json, chatroom, lea, message, participant
from tests.support.looks import HEIGHTS
from tests.support.pages import INBOX
from tests.support.upstream import Upstream

PHONE = {"viewport": {"width": 390, "height": 844}}
ONE = f"{INBOX}chatrooms/1/"
ARCHIVED = "Archived for Léa: Person 1."
BACK = "Taken out of the archive for Léa: Person 1."
# Buttons of the list, of the conversation and its foot that somebody could see but for the toast.
COVERED = """() => {
  const bar = document.getElementById("toast").getBoundingClientRect();
  const wanted = ".row-act button, #conversation-act button, #conversation-changes button, .review *";
  return [...document.querySelectorAll(wanted)].filter((one) => {
    const { left, right, top, bottom } = one.getBoundingClientRect();
    const crosses = left < bar.right && right > bar.left && top < bar.bottom && bottom > bar.top;
    return crosses && one.checkVisibility() && one.closest(".review, .conversation-head");
  }).map((one) => one.outerHTML.slice(0, 80));
}"""
AT_FOOT = """() => {
  const bar = document.getElementById("toast").getBoundingClientRect();
  return [Math.round(bar.bottom) === innerHeight, Math.round(bar.height)];
}"""


def room(id_: int) -> Json:
    other = participant(500 + id_, id_, firstname=f"Person {id_}", lastname=None)
    return chatroom(id_, ambassadors=[lea(id_), other])


@pytest.fixture(autouse=True)
def _three(api: Upstream) -> None:
    api.listing(room(1), room(2), room(3))
    for id_ in (1, 2, 3):
        said = [message(number, content="What was said. " * 20) for number in range(16, 0, -1)]
        api.conversation(room(id_), *said)
    api.answer("PATCH", body={"message": None})
    api.answer("POST", body=message(16))


def undo(page: Page) -> Locator:
    return toast(page).get_by_role("button", name="Undo")


def press_in_place(page: Page, button: Locator) -> None:
    """With the mouse alone: Playwright would first scroll to where a sticky button belongs."""
    settle(page)
    box = button.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def archive(page: Page) -> None:
    page.locator("#archive-button").click()
    expect(toast(page)).to_contain_text(ARCHIVED)


def test_it_stays_over_a_refresh_the_next_conversation_and_half_a_minute(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.clock.install()
    page.goto(ONE)
    archive(page)
    page.get_by_role("link", name="Refresh").click()
    expect(page.locator("#status")).to_contain_text(re.compile("Nothing new|open|Archived"))
    api.listing(room(4), room(1), room(2), room(3))
    page.get_by_role("link", name="Refresh").click()
    expect(page.locator("#chatroom-4")).to_be_visible()
    row(page, 2).link.click()
    expect(region(page).locator("h2")).to_have_text("Person 2")
    page.clock.run_for(25_000)
    expect(toast(page)).to_contain_text(ARCHIVED)
    expect(undo(page)).to_be_visible()


def test_z_undoes_while_another_conversation_is_open(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(ONE)
    page.locator("#flag-1").click()
    expect(row(page, 0).here).to_contain_text("To do")
    row(page, 1).link.click()
    expect(region(page).locator("h2")).to_have_text("Person 2")
    page.locator("#note").focus()
    page.keyboard.press("z")
    expect(page.locator("#note")).to_have_value("z")
    row(page, 1).link.focus()
    page.keyboard.press("z")
    expect(toast(page)).to_contain_text("Flag taken away for Léa: Person 1.")
    expect(row(page, 0).here).not_to_contain_text("To do")
    expect(row(page, 1).link).to_have_attribute("aria-current", "true")
    expect(region(page).locator("h2")).to_have_text("Person 2")
    expect(page.locator("#flag-conversation [aria-current]")).to_have_count(0)
    assert focused(page) == "open-2"
    expect(undo(page)).to_have_count(0)


def test_after_reviewed_and_next_the_review_can_be_undone(
    open_page: Open, moderator: Membership
) -> None:
    page = open_page(moderator)
    page.goto(ONE)
    page.locator("#review-button").click()
    expect(region(page).locator("h2")).to_have_text("Person 2")
    expect(row(page, 0).here).to_contain_text("Reviewed by")
    undo(page).click()
    expect(toast(page)).to_contain_text("The review is taken back for Léa: Person 1.")
    expect(row(page, 0).here).not_to_contain_text("Reviewed by")
    assert Review.objects.get().undone
    assert focused(page) == "open-1"


def test_it_is_said_once_and_the_focus_goes_to_the_acts_button(
    open_page: Open, moderator: Membership
) -> None:
    page = open_page(moderator)
    page.goto(ONE)
    page.locator("#archive-button").press("Enter")
    expect(page.locator("#status")).to_have_text(ARCHIVED)
    assert focused(page) == "archive-button"
    assert not page.locator("#toast [role=status], #toast [aria-live]").count()
    undo(page).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_have_text(BACK)
    expect(page.locator("#archive-button")).to_be_focused()


@pytest.mark.parametrize("path", [ONE, f"{INBOX}chatrooms/2/", "/brands/3/activity/"])
def test_it_is_closed_without_losing_the_focus(
    open_page: Open, moderator: Membership, path: str
) -> None:
    page = open_page(moderator)
    page.goto(ONE)
    archive(page)
    page.goto(path)
    toast(page).get_by_role("button", name="Close").press("Enter")
    expect(toast(page)).to_be_hidden()
    page.wait_for_load_state("networkidle")
    wanted = {ONE: "archive-button", "/brands/3/activity/": "main"}
    assert focused(page) == wanted.get(path, "open-1")
    page.reload()
    expect(toast(page)).to_be_hidden()


def test_where_popsell_fails_the_toast_tries_again(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(ONE)
    archive(page)
    api.answer("PATCH", 500)
    undo(page).press("Enter")
    expect(toast(page).get_by_role("alert")).to_contain_text("Nothing was changed")
    again = toast(page).get_by_role("button", name="Retry")
    expect(again).to_be_focused()
    api.answer("PATCH", body={"message": None})
    settle(page)
    again.press("Enter")
    expect(toast(page)).to_contain_text(BACK)
    expect(page.locator("#archive-button")).to_be_focused()


def test_who_only_reads_is_not_told_of_its_key(
    open_page: Open, moderator: Membership, viewer: Membership
) -> None:
    for who, listed in ((moderator, 1), (viewer, 0)):
        page = open_page(who)
        page.goto(INBOX)
        expect(page.locator("#keys").get_by_text("undo the last act")).to_have_count(listed)


def test_the_next_act_takes_its_place(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator)
    page.goto(ONE)
    archive(page)
    row(page, 2).button.click()
    expect(toast(page)).to_contain_text("Marked read for Léa: Person 3.")
    expect(undo(page)).to_have_count(0)


def test_on_a_phone_the_next_page_says_it_too(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator, **PHONE)
    page.goto(ONE)
    archive(page)
    page.get_by_role("link", name="Back to the list").click()
    expect(toast(page)).to_contain_text(ARCHIVED)
    row(page, 1).link.click()
    expect_path(page, f"{INBOX}chatrooms/2/")
    expect(toast(page)).to_contain_text(ARCHIVED)
    undo(page).click()
    expect(toast(page)).to_contain_text(BACK)
    expect(region(page).locator("h2")).to_have_text("Person 2")


def test_without_scripts_it_is_undone_where_one_is(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator, java_script_enabled=False)
    page.goto(ONE)
    archive(page)
    page.goto(INBOX)
    undo(page).click()
    expect_path(page, INBOX)
    expect(toast(page)).to_contain_text(BACK)
    toast(page).get_by_role("button", name="Close").click()
    expect_path(page, INBOX)
    expect(toast(page)).to_be_hidden()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
def test_activity_takes_back_what_can_be(
    open_page: Open, moderator: Membership, scripts: bool
) -> None:
    page = open_page(moderator, java_script_enabled=scripts)
    page.goto(ONE)
    archive(page)
    page.goto("/brands/3/activity/?act=archive")
    page.locator(".activity").get_by_role("button", name="Undo Archive, 1").click()
    expect(page).to_have_url(re.compile(r"/activity/\?act=archive#record-\d+$"))
    expect(toast(page)).to_contain_text(BACK)
    lines = page.locator(".activity-line")
    expect(lines).to_have_count(2)
    expect(lines.get_by_role("button")).to_have_count(1)
    expect(lines.first.get_by_role("button")).to_have_count(1)


@pytest.mark.parametrize("width", HEIGHTS, ids=str)
def test_it_covers_no_button_and_moves_nothing_one_reads(
    open_page: Open, moderator: Membership, width: int
) -> None:
    viewport = {"width": width, "height": HEIGHTS[width]}
    page = open_page(moderator, viewport=viewport)
    page.goto(ONE)
    archive(page)
    assert page.evaluate(AT_FOOT) == [True, 96 if width == 320 else 56]
    assert page.evaluate(COVERED) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    said = page.locator(".message").last
    before = said.bounding_box()
    press_in_place(page, undo(page))
    expect(toast(page)).to_contain_text(BACK)
    assert said.bounding_box() == before
    press_in_place(page, toast(page).get_by_role("button", name="Close"))
    expect(toast(page)).to_be_hidden()
    assert said.bounding_box() == before


@pytest.mark.parametrize("width", HEIGHTS, ids=str)
def test_a_failure_in_it_covers_nothing_either(
    open_page: Open, moderator: Membership, api: Upstream, width: int
) -> None:
    page = open_page(moderator, viewport={"width": width, "height": HEIGHTS[width]})
    page.goto(ONE)
    archive(page)
    api.drop("PATCH")
    press_in_place(page, undo(page))
    expect(toast(page).get_by_role("alert")).to_contain_text("may have arrived all the same")
    assert page.evaluate(COVERED) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


# At the end of the list, which grows as its rows come into sight and are laid out.
PAGER_IS_CLEAR = """() => {
  scrollTo(0, document.documentElement.scrollHeight);
  const pager = document.querySelector(".pager").getBoundingClientRect();
  return pager.bottom <= document.getElementById("toast").getBoundingClientRect().top + 1;
}"""


@pytest.mark.parametrize("width", HEIGHTS, ids=str)
def test_in_a_list_it_stands_where_the_pager_was(
    open_page: Open, moderator: Membership, api: Upstream, width: int
) -> None:
    api.inbox([room(id_) for id_ in range(1, 60)])
    page = open_page(moderator, viewport={"width": width, "height": HEIGHTS[width]})
    page.goto(INBOX)
    page.evaluate("scrollTo(0, 300)")
    button = row(page, 6).button
    before = button.bounding_box()
    row(page, 5).button.click()
    expect(toast(page)).to_contain_text("Marked read for Léa: Person 6.")
    after = button.bounding_box()
    assert before
    assert after
    assert (after["x"], round(after["width"])) == (before["x"], round(before["width"]))
    assert page.evaluate(AT_FOOT)[0]
    page.wait_for_function(PAGER_IS_CLEAR)


# Of the words of the toast, those that are cut or broken over two lines.
CUT = """() => {
  const said = document.getElementById("toast-words");
  const end = said.getBoundingClientRect().bottom;
  const texts = document.createTreeWalker(said, NodeFilter.SHOW_TEXT);
  const cut = [];
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    for (const { index, 0: word } of text.data.matchAll(/[^\\s]+/g)) {
      const range = new Range();
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      const boxes = [...range.getClientRects()];
      if (boxes.length > 1 || boxes[0].bottom > end + 1) cut.push(word);
    }
  }
  return cut;
}"""


@pytest.mark.parametrize("width", [390, 320])
@pytest.mark.parametrize("name", ["Person 1", "Bartholomew Featherstonehaugh"])
def test_on_a_phone_in_french_it_names_the_conversation(
    open_page: Open, moderator: Membership, api: Upstream, width: int, name: str
) -> None:
    other = participant(501, 1, firstname=name, lastname=None)
    api.listing(chatroom(1, ambassadors=[lea(1), other]))
    api.conversation(chatroom(1, ambassadors=[lea(1), other]), message(16))
    User.objects.filter(pk=moderator.user_id).update(language="fr")
    page = open_page(moderator, viewport={"width": width, "height": HEIGHTS[width]})
    page.goto(ONE)
    for pressed, button in (("#flag-1", "Retirer le marqueur"), ("#archive-button", "Annuler")):
        settle(page)
        page.locator(pressed).click()
        expect(toast(page).get_by_role("button", name=button)).to_be_visible()
        expect(toast(page)).to_contain_text(name)
        assert page.evaluate(CUT) == []
        assert page.evaluate(COVERED) == []
