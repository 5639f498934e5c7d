"""What a page says about rows, time and outages agrees with what it shows"""

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from inbox.models import Membership
from tests.browser.conftest import Open
from tests.browser.inbox import expect_path, region, row, settle, status
from tests.browser.test_live import TURN, changed, news, room, wait, watch
from tests.browser.test_several import confirm
from tests.conftest import Later
from tests.support.chatrooms import Json, message
from tests.support.pages import INBOX
from tests.support.upstream import Upstream

NAMED = "Léa Moreau · Maison Lumière · Ambassador Inbox"
COUNTS = """() => ({
  unread: document.querySelectorAll('.row[data-unread="true"]').length,
  offer: document.querySelectorAll('.row-act form').length,
  selected: document.querySelectorAll('.row-check :checked').length,
})"""


def hold(api: Upstream, *rooms: Json) -> None:
    api.listing(*rooms)
    for one in rooms:
        api.conversation(one, one["last_message"])
    api.answer("POST", body=message(16))
    api.answer("PATCH", body={"message": None})


def expect_agreement(page: Page, unread: int, subject: str = "") -> None:
    """All that counts rows says the same as the rows, which are so many."""
    settle(page)
    expect(page.locator('.row[data-unread="true"]')).to_have_count(unread)
    counts = page.evaluate(COUNTS)
    assert counts["unread"] == unread
    expect(page.locator("#unread")).to_have_text(str(unread))
    expect(page).to_have_title((f"({unread}) " if unread else "") + subject + NAMED)
    every = page.locator(".several-all")
    if counts["offer"]:
        expect(every).to_have_text(f"Mark all {counts['offer']} on this page read")
    else:
        expect(every).to_be_hidden()
    if page.locator(".several-chosen").is_visible():
        expect(page.locator("#chosen")).to_have_text(f"({counts['selected']})")
    if page.locator("#conversation [data-path]").count():
        opened = page.locator(".row:has([aria-current])")
        offers = opened.locator("form").count()
        expect(region(page).locator("#mark-conversation")).to_have_count(offers)


@pytest.fixture
def three(open_page: Open, moderator: Membership, api: Upstream) -> Page:
    moderator.pins = [100]
    moderator.save()
    hold(api, room(1), room(2), room(3))
    page = open_page(moderator)
    page.goto(INBOX)
    expect(page.locator(".several-all")).to_have_text("Mark all 3 on this page read")
    return page


def is_read(*ids: int) -> list[Json]:
    return [
        room(id_) | {"ambassadors": read_by(id_)} if id_ in ids else room(id_) for id_ in (1, 2, 3)
    ]


def read_by(id_: int) -> list[Json]:
    people: list[Json] = room(id_)["ambassadors"]
    people[0]["chatroom_pivot_data"][0]["last_read_message"] = 16
    return people


def test_after_marks_from_a_row_by_a_key_and_of_several(three: Page, api: Upstream) -> None:
    page = three
    expect_agreement(page, 3)
    hold(api, *is_read(2))
    row(page, 1).button.press("Enter")
    expect_agreement(page, 2)
    expect(page.locator("#pin-100 .pin-count")).to_have_text(", unread: 2")
    page.locator("#open-1").focus()
    hold(api, *is_read(1, 2))
    page.keyboard.press("m")
    expect_agreement(page, 1)
    hold(api, *is_read(1, 2, 3))
    page.locator(".several-all").click()
    confirm(page)
    expect(status(page)).to_have_text("1 conversation marked read for Léa.")
    expect_agreement(page, 0)
    expect(page.locator("#pin-100 .pin-count")).to_have_count(0)


def test_after_a_mark_and_an_archive_and_its_undo_in_the_conversation(
    three: Page, api: Upstream
) -> None:
    page = three
    page.locator("#open-1").click()
    expect(region(page).locator("h2")).to_have_text("Person 1")
    expect_agreement(page, 3, "Person 1 · ")
    hold(api, *is_read(1))
    page.locator("#read-conversation").click()
    expect_agreement(page, 2, "Person 1 · ")
    # Another was read elsewhere meanwhile: the rows on the page count until the next read.
    hold(api, *is_read(1, 2))
    page.locator("#archive-button").click()
    expect(page.locator("#toast")).to_contain_text("Archived for Léa")
    expect_agreement(page, 2, "Person 1 · ")
    page.locator("#toast").get_by_role("button", name="Undo").click()
    expect(page.locator("#toast")).to_contain_text("Taken out of the archive")
    expect_agreement(page, 2, "Person 1 · ")
    page.locator("#refresh").click()
    expect_agreement(page, 1, "Person 1 · ")
    expect(page.locator("#pin-100 .pin-count")).to_have_text(", unread: 1")


def test_a_row_that_is_shown_anew_stays_selected_and_is_counted(three: Page, api: Upstream) -> None:
    page = three
    for place in (0, 1):
        row(page, place).box.check()
    expect(page.locator("#chosen")).to_have_text("(2)")
    page.locator("#open-1").click()
    page.locator("#archive-button").click()
    expect(page.locator("#toast")).to_contain_text("Archived for Léa")
    expect_agreement(page, 3, "Person 1 · ")
    expect(row(page, 0).box).to_be_checked()
    expect(page.locator("#chosen")).to_have_text("(2)")
    hold(api, *is_read(1))
    row(page, 0).button.click()
    expect_agreement(page, 2, "Person 1 · ")
    expect(page.locator("#chosen")).to_have_text("(1)")


# When it was read


@pytest.mark.parametrize("path", [INBOX, "/brands/3/ambassadors/"])
def test_it_is_as_old_as_what_is_shown_while_news_wait(
    open_page: Open, moderator: Membership, api: Upstream, later: Later, path: str
) -> None:
    page = watch(open_page(moderator), path)
    updated = page.locator("#updated time")
    shown = updated.get_attribute("datetime") or ""
    if path == INBOX:
        api.listing(room(1))
    else:
        api.changed = True
        api.sandbox.brands[3].people[101].firstname = "Another"
    wait(page, 2 * TURN)
    expect(news(page).get_by_role("button")).to_be_visible()
    expect(updated).to_have_attribute("datetime", shown)
    expect(updated).to_have_text(re.compile(r"^2\d s ago$"))
    later(2)  # the page tells whole seconds
    news(page).get_by_role("button").click()
    expect(news(page)).to_be_empty()
    expect(updated).not_to_have_attribute("datetime", shown)
    shown = updated.get_attribute("datetime") or ""
    later(4)
    wait(page, TURN)
    expect(updated).not_to_have_attribute("datetime", shown)


def test_what_is_not_known_moves_no_time_on(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.listing(room(1))
    page = watch(open_page(moderator))
    shown = page.locator("#updated time").get_attribute("datetime") or ""
    api.answer("GET", 500)
    wait(page, TURN)
    expect(news(page)).to_contain_text("Popsell gave an answer we can't use")
    expect(page.locator("#updated time")).to_have_attribute("datetime", shown)


def test_a_refresh_that_finds_nothing_takes_back_what_was_said_to_be_new(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.listing(room(1))
    page = watch(open_page(moderator))
    api.listing(changed(1))
    wait(page, TURN)
    expect(news(page)).to_have_text("1 changed")
    api.listing(room(1))
    page.locator("#refresh").click()
    expect(status(page)).to_have_text("Nothing new.")
    expect(news(page)).to_be_empty()


@pytest.mark.parametrize(
    "act", ["#read-conversation", "#archive-button", "#flag-1", "#review-button"]
)
def test_ones_own_act_is_no_news(
    open_page: Open, moderator: Membership, api: Upstream, act: str
) -> None:
    hold(api, room(1), room(2))
    page = watch(open_page(moderator), f"{INBOX}chatrooms/2/")
    if act == "#read-conversation":
        hold(api, room(1), room(2) | {"ambassadors": read_by(2)})
    page.locator(act).press("Enter")
    expect(page.locator("#toast")).to_contain_text("Person 2")
    wait(page, TURN)
    expect(news(page)).to_be_empty()
    expect(page.locator("#conversation-news")).to_be_empty()


def test_what_was_marked_read_is_not_told_to_be_unread(three: Page, api: Upstream) -> None:
    page = three
    page.locator("#open-1").click()
    unread = region(page).get_by_text("Unread by Léa")
    expect(unread).to_be_visible()
    hold(api, *is_read(1))
    settle(page)
    page.locator("#read-conversation").click()
    expect(region(page).locator(".conversation-head .read")).to_be_visible()
    expect(unread).to_be_hidden()


# An outage, and its end


def test_the_end_of_an_outage_clears_all_that_spoke_of_it_but_not_an_act(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    hold(api, room(1), room(2), room(3))
    page = watch(open_page(moderator), f"{INBOX}chatrooms/2/")
    page.route("**/ambassadors/100/**", lambda route: route.abort())
    page.locator("#refresh").click()
    expect(page.locator("#alert-list")).to_contain_text("can't be reached")
    page.locator("#open-1").click()
    expect(row(page, 0).alert).to_contain_text("can't be reached")
    row(page, 2).button.click()
    expect(row(page, 2).alert).to_contain_text("It is not known whether what you did arrived")
    wait(page, TURN)
    expect(news(page)).to_contain_text("You are offline")
    row(page, 0).alert.get_by_role("button", name="Retry").focus()
    page.unroute_all()
    wait(page, TURN)
    expect(page.locator("[data-outage]")).to_have_count(0)
    expect(news(page)).to_be_empty()
    # Of an act that alone is still to be said.
    expect(row(page, 2).alert).to_contain_text("It is not known whether what you did arrived")
    expect(row(page, 2).alert).not_to_contain_text("can't be reached")
    assert page.evaluate("document.activeElement !== document.body")


def test_any_answer_shows_that_the_connection_is_back(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    hold(api, room(1), room(2))
    page = watch(open_page(moderator))
    page.route(f"**{INBOX}", lambda route: route.abort())
    wait(page, TURN)
    expect(news(page)).to_contain_text("You are offline")
    page.locator("#refresh").click()
    expect(page.locator("#alert-list")).to_contain_text("can't be reached")
    page.locator("#open-2").click()
    expect(region(page).locator("h2")).to_have_text("Person 2")
    expect(page.locator("[data-outage]")).to_have_count(0)


def test_when_popsell_answers_again_what_could_not_be_read_is_cleared(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    hold(api, room(1), room(2))
    page = watch(open_page(moderator))
    cache.clear()
    api.answer("GET", 500)
    page.locator("#open-2").click()
    expect(row(page, 1).alert).to_contain_text("Popsell gave an answer we can't use")
    hold(api, room(1), room(2))
    wait(page, TURN)
    expect(row(page, 1).alert).to_be_empty()


def test_a_conversation_of_the_past_becomes_one_of_now(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    hold(api, room(1))
    page = watch(open_page(moderator))
    api.answer("GET", 500, path="/chat/chatrooms/1/messages")
    page.locator("#open-1").click()
    missing = region(page).locator(".missing")
    expect(missing).to_contain_text("can't be read just now")
    wait(page, TURN)
    expect(page.locator("#conversation-news")).to_be_empty()
    hold(api, room(1))
    wait(page, TURN)
    region(page).get_by_role("button", name="Popsell answers again").click()
    expect(region(page).get_by_text("Hello!")).to_be_visible()
    expect(missing).to_have_count(0)
    expect(page.locator("#conversation-news")).to_be_empty()


# A mere reading


def test_a_way_back_that_fails_says_nothing_of_an_act(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    """Each other reading and choice has its entry in tests/browser/test_fragments.py."""
    hold(api, room(1), room(2))
    page = open_page(moderator)
    page.goto(INBOX)
    for number in (1, 2):
        page.locator(f"#open-{number}").click()
        expect(region(page).locator("h2")).to_have_text(f"Person {number}")
    page.route("**/chatrooms/1/", lambda route: route.abort())
    page.go_back()
    alert = page.locator("[role=alert] .alert")
    expect(alert).to_contain_text("can't be reached")
    expect(alert).not_to_contain_text("It is not known")
    expect(page).to_have_title(f"(2) Person 2 · {NAMED}")


# Titles


def test_titles_name_the_filter_and_what_is_open_all_the_way(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    named = f"Archived · {NAMED}"
    hold(api, room(1), room(2), room(3))
    page = open_page(moderator)
    page.goto(f"{INBOX}?archived=1")
    expect(page).to_have_title(f"(3) {named}")
    page.locator("#open-1").click()
    expect(page).to_have_title(f"(3) Person 1 · {named}")
    page.locator("#open-2").click()
    expect(page).to_have_title(f"(3) Person 2 · {named}")
    hold(api, room(1), room(2))
    page.locator("#refresh").click()
    expect(page).to_have_title(f"(2) Person 2 · {named}")
    page.go_back()
    expect(page).to_have_title(f"(2) Person 1 · {named}")
    page.go_back()
    expect_path(page, f"{INBOX}?archived=1")
    expect(page).to_have_title(f"(2) {named}")
    page.go_forward()
    expect(page).to_have_title(f"(2) Person 1 · {named}")


def test_the_title_of_the_ambassadors_follows_the_search(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.goto("/brands/3/ambassadors/")
    page.locator("#name").fill("Léa")
    expect(page).to_have_title("“Léa” · Ambassadors · Maison Lumière · Ambassador Inbox")
