"""How an act's answer shows when its conversation, or its row, has left the screen"""

import pytest
from playwright.sync_api import Locator, Page, expect

from inbox.models import Membership, NoteDraft, Review
from tests.browser.conftest import Open
from tests.browser.inbox import (
    Held,
    expect_path,
    focused,
    region,
    row,
    settle,
    sign_in_elsewhere,
    toast,
)
from tests.support.chatrooms import Json, chatroom, lea, message, participant
from tests.support.pages import INBOX
from tests.support.upstream import Upstream

ONE = f"{INBOX}chatrooms/1/"
ARCHIVED = "Archived for Léa: Person 1."


def room(id_: int, *, is_archived: bool = False) -> Json:
    own = lea(id_)
    own["chatroom_pivot_data"][0]["archived"] = is_archived
    other = participant(500 + id_, id_, firstname=f"Person {id_}", lastname=None)
    return chatroom(id_, ambassadors=[own, other])


def hold(api: Upstream, *listed: Json) -> None:
    api.listing(*listed)
    for id_ in (1, 2, 3):
        api.conversation(room(id_), message(16))


@pytest.fixture(autouse=True)
def _three(api: Upstream) -> None:
    hold(api, room(1), room(2), room(3))
    api.answer("PATCH", body={"message": None})
    api.answer("POST", body=message(16))


def expect_shown(page: Page, number: int) -> None:
    """Region, row and address are of this conversation."""
    expect(region(page).get_by_role("heading", level=2)).to_have_text(f"Person {number}")
    expect(page.locator(".row [aria-current]")).to_have_attribute("id", f"open-{number}")
    expect_path(page, f"{INBOX}chatrooms/{number}/")


def archive_and_go_on(page: Page) -> Held:
    """Archive the first, and open the second before the answer comes."""
    page.goto(ONE)
    held = Held(page, "**/archive/")
    page.locator("#archive-button").click()
    row(page, 1).link.click()
    expect(region(page).get_by_role("heading", level=2)).to_have_text("Person 2")
    settle(page)
    return held


def test_an_act_is_told_and_its_row_changed(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    held = archive_and_go_on(page)
    hold(api, room(1, is_archived=True), room(2), room(3))
    held.release()
    expect(toast(page)).to_contain_text(ARCHIVED)
    expect(page.locator("#status")).to_contain_text(ARCHIVED)
    expect(row(page).here.locator(".row-signals")).to_contain_text("Archived")
    expect(region(page).get_by_role("heading", level=2)).to_have_text("Person 2")
    assert (
        page.locator("#archive-conversation").get_attribute("action")
        == f"{INBOX}chatrooms/2/archive/"
    )
    assert focused(page) == "open-2"


@pytest.mark.parametrize("status", [403, 500])
def test_a_failure_is_told_with_the_way_back(
    open_page: Open, moderator: Membership, api: Upstream, status: int
) -> None:
    page = open_page(moderator)
    api.answer("PATCH", status)
    held = archive_and_go_on(page)
    held.release()
    alerts = page.locator("#alerts")
    expect(alerts.locator("strong")).to_be_visible()
    expect(alerts.get_by_role("button")).to_have_count(
        0
    )  # it would try again with what is shown now
    alerts.get_by_role("link", name="Person 1").click()
    expect(region(page).get_by_role("heading", level=2)).to_have_text("Person 1")


def test_where_the_dashboard_can_not_be_reached_too(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator)
    page.goto(ONE)
    held = Held(page, "**/archive/")
    page.locator("#archive-button").click()
    row(page, 1).link.click()
    expect(region(page).get_by_role("heading", level=2)).to_have_text("Person 2")
    held.drop()
    alerts = page.locator("#alerts")
    expect(alerts).to_contain_text("It is not known whether what you did arrived")
    expect(alerts.get_by_role("link", name="Person 1")).to_be_visible()
    assert str(alerts.get_by_role("link").get_attribute("href")).endswith(ONE)


def test_marking_read_in_the_conversation_needs_no_row(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(ONE)
    hold(api, room(2), room(3))
    page.get_by_role("link", name="Refresh").click()
    expect(page.locator("#chatroom-1")).to_have_count(0)
    page.locator("#read-conversation").click()
    expect(toast(page)).to_contain_text("Marked read for Léa: Person 1.")
    assert len(api.calls("POST")) == 1
    expect(region(page).get_by_role("heading", level=2)).to_have_text("Person 1")


@pytest.mark.parametrize("status", [403, 500])
def test_nor_does_a_failure_of_it(
    open_page: Open, moderator: Membership, api: Upstream, status: int
) -> None:
    page = open_page(moderator)
    page.goto(ONE)
    api.answer("POST", status)
    hold(api, room(2), room(3))
    page.get_by_role("link", name="Refresh").click()
    expect(page.locator("#chatroom-1")).to_have_count(0)
    page.locator("#read-conversation").click()
    expect(page.locator("#alert-conversation strong")).to_be_visible()
    expect(page.locator("#read-conversation")).to_be_visible()


def go_from_one_to_two(page: Page) -> None:
    page.goto(ONE)
    row(page, 1).link.click()
    expect_shown(page, 2)
    settle(page)


def test_back_to_what_can_not_be_had_keeps_the_address_of_what_is_shown(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    go_from_one_to_two(page)
    page.route(f"**{ONE}", lambda route: route.abort())
    page.go_back()
    expect(row(page).alert).to_contain_text("The dashboard can't be reached.")
    expect_path(page, f"{INBOX}chatrooms/2/")
    expect(row(page, 1).link).to_have_attribute("aria-current", "true")
    page.unroute(f"**{ONE}")
    row(page).alert.get_by_role("button", name="Retry").click()
    expect(region(page).get_by_role("heading", level=2)).to_have_text("Person 1")
    expect_path(page, ONE)
    expect(row(page).alert).to_be_empty()


def test_back_to_a_list_that_can_not_be_had_is_tried_again_as_a_page(
    open_page: Open, moderator: Membership
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    row(page, 1).link.click()
    expect(region(page).get_by_role("heading", level=2)).to_have_text("Person 2")
    settle(page)
    page.route(f"**{INBOX}", lambda route: route.abort())
    page.go_back()
    alert = page.get_by_role("alert").filter(has_text="The dashboard can't be reached.")
    expect(alert).to_be_visible()
    expect_path(page, f"{INBOX}chatrooms/2/")
    page.unroute(f"**{INBOX}")
    alert.get_by_role("button", name="Retry").click()
    expect(region(page)).to_contain_text("Choose a conversation")
    expect_path(page, INBOX)


# Who writes while another conversation is on its way


def note(page: Page) -> Locator:
    return region(page).get_by_role("textbox", name="Note for the team")


def test_who_writes_on_stays_with_what_they_write_about(
    open_page: Open, moderator: Membership
) -> None:
    page = open_page(moderator)
    page.goto(ONE)
    held = Held(page, "**/chatrooms/2/")
    row(page, 1).link.click()
    expect(region(page)).to_have_attribute("aria-busy", "true")
    note(page).click()
    page.keyboard.type("About one: ")
    expect(region(page)).not_to_have_attribute("aria-busy", "true")
    held.release()
    page.keyboard.type("a refund, me!")
    expect(note(page)).to_have_value("About one: a refund, me!")
    expect(page.locator(".draft-saved")).to_be_visible()
    expect_shown(page, 1)
    assert dict(NoteDraft.objects.values_list("chatroom", "text")) == {
        1: "About one: a refund, me!"
    }


def test_who_writes_on_after_back_stays_too(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator)
    go_from_one_to_two(page)
    held = Held(page, f"**{ONE}")
    page.evaluate("history.back()")
    expect(region(page)).to_have_attribute("aria-busy", "true")
    note(page).click()
    page.keyboard.type("About two")
    held.release()
    expect(page.locator(".draft-saved")).to_be_visible()
    expect_shown(page, 2)
    assert dict(NoteDraft.objects.values_list("chatroom", "text")) == {2: "About two"}


def test_who_writes_on_while_a_review_is_sent_is_not_taken_to_the_next(
    open_page: Open, moderator: Membership
) -> None:
    page = open_page(moderator)
    page.goto(ONE)
    held = Held(page, "**/review/")
    page.get_by_role("button", name="Reviewed, next").click()
    note(page).click()
    page.keyboard.type("More ")
    held.release()
    expect(toast(page)).to_contain_text("Reviewed for Léa: Person 1.")
    page.keyboard.type("e m z")
    expect(note(page)).to_have_value("More e m z")
    expect_shown(page, 1)
    assert Review.objects.filter(undone=None).count() == 1


def test_a_note_that_arrived_after_one_went_on_is_no_draft_any_more(
    open_page: Open, moderator: Membership
) -> None:
    page = open_page(moderator)
    page.goto(ONE)
    note(page).fill("For the team")
    expect(page.locator(".draft-saved")).to_be_visible()
    held = Held(page, "**/note/")
    page.get_by_role("button", name="Add note").click()
    row(page, 1).link.click()
    expect_shown(page, 2)
    settle(page)
    held.release()
    expect(toast(page)).to_contain_text("The note is added for Léa: Person 1.")
    row(page).link.click()
    expect_shown(page, 1)
    expect(note(page)).to_have_value("")
    note(page).press_sequentially("And more")
    expect(page.locator(".draft-saved")).to_be_visible()
    assert dict(NoteDraft.objects.values_list("chatroom", "text")) == {1: "And more"}


# Back, where another is signed in now, or nobody


def test_back_after_signing_out_elsewhere_leaves_what_is_shown(
    open_page: Open, moderator: Membership
) -> None:
    page = open_page(moderator)
    go_from_one_to_two(page)
    note(page).fill("Half a note")
    page.context.clear_cookies()
    page.evaluate("history.back()")
    alert = page.get_by_role("alert").filter(has_text="You were signed out")
    expect(alert.get_by_role("link", name="Sign in in another tab")).to_be_visible()
    expect_shown(page, 2)
    expect(note(page)).to_have_value("Half a note")


def test_back_after_another_person_signed_in_shows_nothing_of_theirs(
    open_page: Open, moderator: Membership, manager: Membership
) -> None:
    NoteDraft.objects.create(member=manager, chatroom=1, text="Hers", version=1)
    page = open_page(moderator)
    page.goto(ONE)
    note(page).fill("His")
    expect(page.locator(".draft-saved")).to_be_visible()
    row(page, 1).link.click()
    expect_shown(page, 2)
    settle(page)
    sign_in_elsewhere(page, manager)
    page.evaluate("history.back()")
    expect(page.get_by_role("alert").filter(has_text="Somebody else is signed in")).to_be_visible()
    expect_shown(page, 2)
    note(page).press_sequentially("Two")
    expect(region(page)).to_contain_text("Not saved: you are signed out.")
    assert NoteDraft.objects.get(member=manager).text == "Hers"
    assert NoteDraft.objects.get(member=moderator).text == "His"
