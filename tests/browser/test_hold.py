"""Who has a conversation in hand, in a browser: claimed by key, seen by colleagues, taken over"""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from inbox.models import Act, Brand, Hold, IndexedAmbassador, IndexedBrand, Membership, Note
from tests.browser.conftest import Open
from tests.browser.inbox import expect_path, focused, settle, toast
from tests.browser.test_attention import HOME, PHONE, WIDE, room
from tests.browser.test_live import TURN, wait, watch
from tests.browser.test_pages import assert_fits, listen
from tests.support.chatrooms import message
from tests.support.indexed import keep, listed
from tests.support.trail import acts
from tests.support.upstream import Upstream

TALK = f"{HOME}ambassadors/100/chatrooms/1/?reason=all"


@pytest.fixture(autouse=True)
def _three(api: Upstream, brand: Brand) -> None:
    keep()
    now = timezone.now()
    IndexedBrand.objects.update(directory_read=now)
    IndexedAmbassador.objects.update(name="Léa Moreau", status="6", read_at=now, walked=now)
    rooms = [room(1), room(2), room(3)]
    listed(*rooms, at=now)
    api.listing(*rooms)
    for one in rooms:
        api.conversation(one, one["last_message"])


def has(page: Page, words: str, id_: int | str = 1) -> None:
    expect(page.locator(f"#hand-{id_} > span").first).to_have_text(words)


def nobody_has(page: Page, id_: int | str = 1) -> None:
    expect(page.locator(f"#hand-{id_}")).to_be_empty()


def test_a_row_is_claimed_by_key_and_keeps_its_place_and_the_focus(
    open_page: Open, moderator: Membership
) -> None:
    page = open_page(moderator, **WIDE)
    page.goto(HOME)
    for key in ("j", "j", "c"):
        page.keyboard.press(key)
    has(page, "you have it", 2)
    assert focused(page) == "open-2"
    expect(toast(page)).to_contain_text("Claimed: Person 2, with Léa Moreau.")
    assert [one.get_attribute("id") for one in page.locator(".queued").all()] == [
        "chatroom-1",
        "chatroom-2",
        "chatroom-3",
    ]
    settle(page)
    page.keyboard.press("z")
    nobody_has(page, 2)
    assert not Hold.objects.get().stands


def test_a_held_key_claims_once(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator, **WIDE)
    page.goto(HOME)
    page.keyboard.press("j")
    for _repeat in range(4):
        page.keyboard.down("c")
    page.keyboard.up("c")
    has(page, "you have it")
    assert acts().count() == 1


def test_its_button_becomes_its_way_back_under_the_same_focus(
    open_page: Open, moderator: Membership
) -> None:
    page = open_page(moderator, **WIDE)
    page.goto(TALK)
    settle(page)
    button = page.locator("#hold-button")
    button.focus()
    page.keyboard.press("Enter")
    has(page, "you have it", "conversation")
    has(page, "you have it")
    expect(button).to_have_text("Release")
    expect(button).to_be_focused()
    settle(page)
    page.keyboard.press("Enter")
    expect(button).to_contain_text("Claim")
    expect(button).to_be_focused()


def test_after_handing_over_the_focus_is_on_what_is_offered_now(
    open_page: Open, moderator: Membership, manager: Membership
) -> None:
    page = open_page(moderator, **WIDE)
    page.goto(TALK)
    settle(page)
    page.keyboard.press("h")
    page.locator("#hand-over-to").select_option(label="Camille Roy")
    page.locator("#hand-over-note").press("Enter")
    has(page, "Camille Roy has it", "conversation")
    expect(page.locator("#hold-button")).to_be_focused()


def test_a_conversation_that_is_closed_leaves_the_focus_on_its_row(
    open_page: Open, moderator: Membership
) -> None:
    page = open_page(moderator, **WIDE)
    page.goto(f"{HOME}ambassadors/100/chatrooms/2/?reason=all")
    settle(page)
    page.get_by_role("link", name="Close the conversation").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("#open-2")).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("#open-3")).to_be_focused()


def test_an_open_page_hears_of_a_colleagues_claim_in_place(
    open_page: Open, moderator: Membership, manager: Membership
) -> None:
    seen, other = open_page(moderator, **WIDE), open_page(manager, **WIDE)
    watch(seen, HOME)
    other.goto(HOME)
    other.keyboard.press("j")
    other.keyboard.press("c")
    has(other, "you have it")
    wait(seen, TURN)
    has(seen, "Camille Roy has it")
    expect(seen.locator("#news button")).to_have_count(0)
    seen.locator("#chatroom-1").hover()
    seen.locator("#hold-button-1").click()  # as it stood when the page was loaded
    alert = seen.locator("#alert-1")
    expect(alert).to_contain_text("Camille Roy took it just now. Nothing was changed.")
    settle(seen)
    alert.get_by_role("button", name="Take over from Camille Roy").click()
    has(seen, "you have it")
    expect(seen.locator("#alert-1")).to_be_empty()
    assert acts().order_by("id").values_list("act", flat=True).last() == Act.TAKE_OVER


def test_what_was_taken_meanwhile_shows_it_at_once(
    open_page: Open, moderator: Membership, manager: Membership
) -> None:
    """In the row and in the open conversation, under the same focus and without noise."""
    page, other = open_page(moderator, **WIDE), open_page(manager, **WIDE)
    page.goto(HOME)
    other.goto(HOME)
    for one in (page, other):
        one.keyboard.press("j")
    other.keyboard.press("c")
    has(other, "you have it")
    page.keyboard.press("c")
    has(page, "Camille Roy has it")
    expect(page.locator("#alert-1")).to_contain_text("Camille Roy took it just now")
    expect(page.locator("#hold-button-1")).to_contain_text("Take over from Camille Roy")
    expect(page.locator("#open-1")).to_be_focused()
    settle(page)
    button = page.locator("#hold-button-1")
    button.focus()
    page.keyboard.press("Enter")
    has(page, "you have it")
    expect(page.locator("#alert-1")).to_be_empty()
    other.goto(TALK)
    settle(other)
    other.locator("#hold-button").click()
    has(other, "you have it", "conversation")
    settle(page)
    page.keyboard.press("Enter")  # Release, as it stood
    has(page, "Camille Roy has it")
    expect(button).to_contain_text("Take over from Camille Roy")
    expect(button).to_be_focused()
    page.goto(TALK)
    settle(page)
    page.locator("#hold-button").click()
    has(page, "you have it", "conversation")
    settle(other)
    other.locator("#hold-button").click()
    has(other, "Nadia Benali has it", "conversation")
    expect(other.locator("#hold-button")).to_have_text("Take over from Nadia Benali")
    expect(other.locator("#hand-over-button")).to_have_count(0)
    has(other, "Nadia Benali has it")


def test_an_act_on_a_conversation_that_its_list_does_not_show_is_done_quietly(
    open_page: Open, moderator: Membership
) -> None:
    page = open_page(moderator, **WIDE)
    heard = listen(page)
    page.goto(f"{HOME}ambassadors/100/chatrooms/1/?reason=anomaly")
    settle(page)
    expect(page.locator("#chatroom-1")).to_have_count(0)
    page.locator("#hold-button").click()
    has(page, "you have it", "conversation")
    settle(page)
    page.locator("#review-button").click()
    expect(toast(page)).to_contain_text("Reviewed")
    settle(page)
    page.locator("#undo-last-button").click()
    expect(toast(page)).to_contain_text("taken back")
    settle(page)
    expect(page.locator("#chatroom-1")).to_have_count(0)
    assert heard == []


def test_what_a_colleague_hands_over_is_told_within_the_next_poll(
    open_page: Open, moderator: Membership, manager: Membership
) -> None:
    """In the rail and the title; the list stays as it is."""
    page, other = open_page(manager, **WIDE), open_page(moderator, **WIDE)
    heard = listen(page)
    watch(page, HOME)
    handed = page.get_by_role("link", name="For me")
    expect(handed).to_have_text("For me 0")
    other.goto(TALK)
    settle(other)
    other.keyboard.press("h")
    other.locator("#hand-over-note").fill("Call her")
    settle(other)
    other.keyboard.press("Enter")
    has(other, "Camille Roy has it", "conversation")
    wait(page, TURN)
    expect(handed).to_have_text("For me 1")
    told = "Needs attention · Maison Lumière · Ambassador Inbox"
    expect(page).to_have_title(f"(1) {told}")
    expect(page.locator("#news button")).to_have_count(0)
    expect(page.locator("#handed [data-item]")).to_have_attribute("data-mark", "1")
    assert heard == []


def test_who_has_what_is_put_in_place_beside_news_of_the_conversation(
    open_page: Open, moderator: Membership, manager: Membership, api: Upstream
) -> None:
    """Both parts of the page ask at the same moment, and neither answer is lost."""
    page, other = open_page(moderator, **WIDE), open_page(manager, **WIDE)
    watch(page, TALK)
    settle(page)
    other.goto(HOME)
    for key in ("j", "j", "c"):
        other.keyboard.press(key)
    has(other, "you have it", 2)
    told = room(1)
    api.conversation(told, message(17, content="One more thing"), told["last_message"])

    def come_late(route: Route) -> None:
        page.wait_for_timeout(300)
        route.continue_()

    page.route("**/chatrooms/1/**", come_late)
    wait(page, TURN)
    has(page, "Camille Roy has it", 2)
    expect(page.locator("#conversation-news button")).to_have_text("Something new here")


def test_an_act_in_a_conversation_that_a_colleague_took_keeps_what_was_written(
    open_page: Open, moderator: Membership, manager: Membership
) -> None:
    page, other = open_page(moderator, **WIDE), open_page(manager, **WIDE)
    for one in (page, other):
        one.goto(TALK)
        settle(one)
    other.locator("#hold-button").click()
    has(other, "you have it", "conversation")
    page.get_by_label("Note for the team").last.fill("I know her")
    page.locator("#review-button").click()
    alert = page.locator("#alert-review")
    expect(alert).to_contain_text("Camille Roy took it just now")
    settle(page)
    alert.get_by_role("button", name="Take over").click()
    has(page, "you have it", "conversation")
    expect(alert).to_be_empty()
    settle(page)
    page.locator("#review-button").click()
    expect(page.locator("#conversation h2")).to_have_text("Person 2")
    assert Note.objects.get().text == "I know her"


def test_it_is_handed_over_on_a_phone_and_found_under_for_me(
    open_page: Open, moderator: Membership, manager: Membership
) -> None:
    page = open_page(moderator, **PHONE, has_touch=True, is_mobile=True)
    page.goto(TALK)
    settle(page)
    page.get_by_role("button", name="Hand over").click()
    assert_fits(page)
    page.locator("#hand-over-note").fill("Call her")
    settle(page)
    page.locator("#hand-over").get_by_role("button", name="Hand over").click()
    has(page, "Camille Roy has it", "conversation")
    expect(page.locator("#hand-over")).to_have_count(0)
    other = open_page(manager, **WIDE)
    other.goto(HOME)
    expect(other).to_have_title("(1) Needs attention · Maison Lumière · Ambassador Inbox")
    other.get_by_role("link", name="For me 1").click()
    expect_path(other, f"{HOME}?held=for-me")
    expect(other.locator("#chatroom-1")).to_contain_text("handed over by Nadia Benali")
    expect(other.locator("#chatroom-1")).to_contain_text("Call her")
    assert_fits(other)


def test_escape_leaves_the_hand_over_and_the_focus_where_it_was(
    open_page: Open, moderator: Membership, manager: Membership
) -> None:
    page = open_page(moderator, **WIDE)
    page.goto(TALK)
    settle(page)
    page.keyboard.press("h")
    expect(page.locator("#hand-over-to")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#hand-over")).to_be_hidden()
    expect(page.locator("#hand-over-to")).not_to_be_focused()
    settle(page)
    page.keyboard.press("c")
    has(page, "you have it", "conversation")


def test_a_hand_over_that_fails_says_so_where_it_was_pressed_and_can_be_sent_again(
    open_page: Open, moderator: Membership, manager: Membership
) -> None:
    page = open_page(moderator, **WIDE)
    page.goto(TALK)
    settle(page)
    page.keyboard.press("h")
    page.locator("#hand-over-note").fill("Call her")
    page.route("**/hand-over/", lambda route: route.abort())
    settle(page)
    page.keyboard.press("Enter")
    expect(page.locator("#alert-hand-over .alert")).to_be_visible()
    expect(page.locator("#hand-over-note")).to_have_value("Call her")
    page.unroute("**/hand-over/")
    settle(page)
    page.locator("#hand-over-note").press("Enter")
    has(page, "Camille Roy has it", "conversation")
    assert Note.objects.get().text == "Call her"
