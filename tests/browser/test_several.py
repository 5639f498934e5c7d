"""Several conversations of a page marked read at once: chosen, asked about, done one by one"""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from inbox.models import Membership, Outcome
from tests.browser.conftest import Open
from tests.browser.inbox import Held, Row, expect_path, focused, markable, row, settle, status
from tests.support.chatrooms import Json, chatroom, lea, message, participant
from tests.support.pages import INBOX
from tests.support.trail import acts
from tests.support.upstream import Upstream


def room(id_: int) -> Json:
    other = participant(500 + id_, id_, firstname=f"Person {id_}", lastname=None)
    return chatroom(id_, ambassadors=[lea(id_), other])


@pytest.fixture
def five(api: Upstream) -> Upstream:
    """An inbox of five conversations, each with something to mark."""
    api.listing(*map(room, range(1, 6)))
    api.answer("POST", body=message(16))
    return api


def enter(open_page: Open, moderator: Membership, **options: Any) -> Page:
    page = open_page(moderator, **options)
    page.goto(INBOX)
    return page


def mark_all(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile("Mark all"))


def mark_selected(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile("Mark selected read"))


def question(page: Page) -> Locator:
    return page.get_by_role("dialog").filter(has=page.locator("#several-question"))


def confirm(page: Page, answer: str = "Mark read") -> None:
    expect(page.locator("dialog[data-fresh]")).to_have_count(0)
    question(page).get_by_role("button", name=answer).press("Enter")


def chosen(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('.row-check :checked')].map((box) => box.value)"
    )
    return found


def paths(api: Upstream) -> list[str]:
    return sorted(call.path for call in api.calls("POST"))


# Choosing


def test_rows_are_chosen_one_by_one_and_in_a_stretch(
    open_page: Open, moderator: Membership, five: Upstream
) -> None:
    page = enter(open_page, moderator)
    expect(mark_all(page)).to_have_text("Mark all 5 on this page read")
    expect(mark_selected(page)).to_be_hidden()
    row(page, 1).box.check()
    expect(mark_selected(page)).to_have_text("Mark selected read (1)")
    expect(mark_all(page)).to_be_hidden()
    row(page, 3).box.click(modifiers=["Shift"])
    assert chosen(page) == ["2", "3", "4"]
    row(page, 2).box.click(modifiers=["Shift"])
    assert chosen(page) == ["2"]
    expect(mark_selected(page)).to_have_text("Mark selected read (1)")
    expect_path(page, INBOX)


def test_a_choice_is_cleared_without_losing_the_focus(
    open_page: Open, moderator: Membership, five: Upstream
) -> None:
    page = enter(open_page, moderator)
    row(page, 1).box.check()
    page.get_by_role("button", name="Clear").press("Enter")
    assert chosen(page) == []
    expect(mark_all(page)).to_be_focused()


def test_enter_on_a_box_that_is_not_chosen_asks_nothing(
    open_page: Open, moderator: Membership, five: Upstream
) -> None:
    page = enter(open_page, moderator)
    row(page, 1).box.press("Enter")
    expect(question(page)).to_be_hidden()
    settle(page)
    row(page, 1).box.press("Space")
    row(page, 1).box.press("Enter")
    expect(question(page)).to_contain_text("Mark 1 conversation read for Léa?")


# Asking


@pytest.mark.parametrize("how", ["Cancel", "Escape"])
@pytest.mark.parametrize("all_", [True, False], ids=["all", "selected"])
def test_a_question_that_is_not_confirmed_leaves_all_as_it_was(
    open_page: Open, moderator: Membership, five: Upstream, how: str, all_: bool
) -> None:
    page = enter(open_page, moderator)
    if not all_:
        row(page, 1).box.check()
        row(page, 2).box.check()
    before = chosen(page)
    button = mark_all(page) if all_ else mark_selected(page)
    button.press("Enter")
    asked = "Mark 5 conversations" if all_ else "Mark 2 conversations"
    expect(question(page).get_by_role("heading")).to_have_text(f"{asked} read for Léa?")
    if how == "Cancel":
        confirm(page, "Cancel")
    else:
        page.keyboard.press("Escape")
    expect(question(page)).to_be_hidden()
    expect(button).to_be_focused()
    assert chosen(page) == before
    assert not five.calls("POST")


# Doing

COUNT = """() => {
  window.said = [];
  const status = document.getElementById("status");
  const note = () => { if (status.textContent.trim()) window.said.push(status.textContent.trim()); };
  new MutationObserver(note).observe(status, { childList: true, characterData: true, subtree: true });
}"""


def test_all_are_marked_three_at_a_time_and_told_once(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = enter(open_page, moderator)
    page.evaluate(COUNT)
    api.misfortunes["POST"] = "slow"
    mark_all(page).press("Enter")
    expect(question(page).get_by_role("heading")).to_have_text("Mark 9 conversations read for Léa?")
    confirm(page)
    progress = page.get_by_role("progressbar", name="Marked read so far")
    expect(progress).to_have_js_property("max", 9)
    expect(progress).not_to_have_js_property("value", 0)
    expect(status(page)).to_have_text("9 conversations marked read for Léa.")
    expect(page.locator("#unread")).to_have_text("0")
    expect(page).to_have_title(re.compile("^Léa Moreau"))
    expect(page.locator("[data-unread=true]")).to_have_count(0)
    expect(mark_all(page)).to_be_hidden()
    assert focused(page) == "status"
    assert page.evaluate("said") == ["9 conversations marked read for Léa."]
    assert len(set(paths(api))) == len(paths(api)) == 9
    assert api.crowd.most["POST"] == 3
    assert acts().filter(outcome=Outcome.DONE).count() == 9


def test_what_failed_stays_chosen_with_the_reason_and_can_be_tried_again(
    open_page: Open, moderator: Membership, five: Upstream
) -> None:
    page = enter(open_page, moderator)
    held = Held(page, "**/chatrooms/3/read/")
    row(page, 1).box.check()
    row(page, 2).box.check()
    row(page, 3).box.check()
    mark_selected(page).press("Enter")
    confirm(page)
    for id_ in ("2", "4"):
        Row(page, id_).expect_read()
    five.once("POST", 500)
    held.release()
    expect(status(page)).to_have_text("2 conversations marked read for Léa. 1 not: see beside it.")
    failed = Row(page, "3")
    expect(failed.alert).to_contain_text("Popsell gave an answer we can't use")
    assert chosen(page) == ["3"]
    expect(failed.box).to_be_focused()
    expect(mark_selected(page)).to_have_text("Mark selected read (1)")
    mark_selected(page).press("Enter")
    confirm(page)
    expect(status(page)).to_have_text("1 conversation marked read for Léa.")
    failed.expect_read()
    assert acts().filter(outcome=Outcome.DONE).count() == 3


def test_what_may_have_arrived_stays_chosen_too(
    open_page: Open, moderator: Membership, five: Upstream
) -> None:
    page = enter(open_page, moderator)
    five.drop("POST")
    row(page, 1).box.check()
    mark_selected(page).press("Enter")
    confirm(page)
    expect(status(page)).to_have_text("0 conversations marked read for Léa. 1 not: see beside it.")
    one = Row(page, "2")
    expect(one.alert).to_contain_text("What you did may have arrived all the same")
    expect(one.box).to_be_checked()
    expect(one.box).to_be_focused()
    assert acts().get().outcome == Outcome.UNKNOWN


def test_an_unreachable_dashboard_leaves_them_chosen(
    open_page: Open, moderator: Membership, five: Upstream
) -> None:
    page = enter(open_page, moderator)
    page.route("**/read/", lambda route: route.abort())
    mark_all(page).press("Enter")
    confirm(page)
    expect(status(page)).to_have_text(re.compile("5 not: see beside each"))
    expect(page.locator(".row-alert .alert")).to_have_count(5)
    assert chosen(page) == ["1", "2", "3", "4", "5"]
    assert not five.calls("POST")


def test_a_row_that_moved_to_another_page_meanwhile_does_not_stop_the_others(
    open_page: Open, moderator: Membership, five: Upstream
) -> None:
    page = enter(open_page, moderator)
    page.evaluate("window.stays = true")
    five.listing(*map(room, range(1, 5)))  # the fifth is on the next page by now
    mark_all(page).press("Enter")
    confirm(page)
    expect(status(page)).to_have_text("5 conversations marked read for Léa.")
    expect(Row(page, "5").here).to_contain_text("Marked read for Léa: ")
    assert len(paths(five)) == 5
    assert chosen(page) == []
    assert page.evaluate("window.stays === true")


def test_a_refresh_in_between_neither_stops_nor_hides_the_result(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = enter(open_page, moderator)
    last = markable(page, 8)
    held = Held(page, f"**/chatrooms/{last.id}/read/")
    mark_all(page).press("Enter")
    confirm(page)
    expect(page.locator("[data-unread=true]")).to_have_count(1)
    page.get_by_role("link", name="Refresh").press("Enter")
    held.release()
    expect(status(page)).to_have_text("9 conversations marked read for Léa.")
    last.expect_read()


def test_who_moved_on_meanwhile_keeps_the_focus(
    open_page: Open, moderator: Membership, five: Upstream
) -> None:
    page = enter(open_page, moderator)
    held = Held(page, "**/chatrooms/2/read/")
    row(page, 1).box.check()
    mark_selected(page).press("Enter")
    confirm(page)
    row(page, 3).link.focus()
    held.release()
    expect(status(page)).to_have_text("1 conversation marked read for Léa.")
    assert focused(page) == "open-4"


def test_leaving_the_page_loses_nothing_that_was_done(
    open_page: Open, moderator: Membership, five: Upstream
) -> None:
    page = enter(open_page, moderator)
    held = Held(page, "**/chatrooms/5/read/")
    mark_all(page).press("Enter")
    confirm(page)
    for id_ in ("1", "2", "3", "4"):
        Row(page, id_).expect_read()
    page.goto("/brands/3/ambassadors/")
    held.release()
    assert acts().filter(outcome=Outcome.DONE).count() == 4
    assert acts().exclude(outcome=Outcome.DONE).count() == 0
    page.goto(INBOX)
    expect(mark_all(page)).to_be_visible()


# Without scripts


def test_without_scripts_it_is_a_form_a_question_and_a_list(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator, java_script_enabled=False)
    page.goto(f"{INBOX}?page=2")
    one, other = markable(page), markable(page, 1)
    one.box.check()
    other.box.check()
    mark_selected(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mark 2 conversations read for Léa?")
    page.get_by_role("link", name="Cancel").click()
    expect_path(page, f"{INBOX}?page=2")
    mark_all(page).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("conversations read for Léa?")
    page.get_by_role("button", name="Mark read").click()
    expect_path(page, f"{INBOX}?page=2")
    expect(page.locator(".notice")).to_contain_text("conversations marked read for Léa.")
    expect(page.locator("#unread")).to_have_text("0")
