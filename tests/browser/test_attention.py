"""What needs attention in a browser: read, decided and taken back without leaving the list"""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, ViewportSize, expect

from inbox.models import Brand, CodeName, IndexedAmbassador, IndexedBrand, Membership, Review
from tests.browser.conftest import Open
from tests.browser.inbox import expect_path, focused, settle, toast
from tests.browser.test_live import TURN, wait, watch
from tests.browser.test_pages import assert_fits, listen
from tests.support.chatrooms import Json, chatroom, lea, message, participant
from tests.support.indexed import DAY, HOUR, MINUTE, keep, listed
from tests.support.upstream import Upstream

HOME = "/brands/3/"
WIDE = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}}


def room(id_: int, *, waits: bool = False) -> Json:
    """With Person 1, 2 and so on: rated with one star, or waiting for three hours."""
    other = participant(500 + id_, id_, firstname=f"Person {id_}", lastname=None)
    now = timezone.now()
    said = {"date_insert": (now - 3 * HOUR).isoformat(), "content": "Is anybody there?"}
    rated = {"value": 1, "comment": "Nobody came", "date_insert": (now - id_ * MINUTE).isoformat()}
    last = message(16, other if waits else lea(id_), **said)
    return chatroom(
        id_,
        ambassadors=[lea(id_), other],
        last_message=last,
        last_message_date=said["date_insert"],
        last_rating=None if waits else rated,
    )


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


def names(page: Page) -> list[str]:
    return page.locator(".queued .row-name a bdi").all_inner_texts()


def test_a_list_is_worked_through_by_keyboard(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator, **WIDE)
    heard = listen(page)
    page.goto(HOME)
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.locator("#conversation h2")).to_have_text("Person 1")
    expect(page.locator("#conversation-why")).to_contain_text("1 star")
    expect_path(page, f"{HOME}ambassadors/100/chatrooms/1/?reason=all")
    settle(page)
    page.keyboard.press("e")
    expect(page.locator("#chatroom-1.decided")).to_contain_text("Reviewed by you")
    expect(page.locator("#conversation h2")).to_have_text("Person 2")
    assert focused(page) == "open-2"
    assert len(page.locator(".queued").all()) == 3
    settle(page)
    page.keyboard.press("z")
    expect(page.locator(".decided")).to_have_count(0)
    expect(page.locator("#chatroom-1")).to_contain_text("1 star")
    assert Review.objects.filter(undone=None).count() == 0
    page.keyboard.press("g")
    page.keyboard.press("a")
    expect_path(page, f"{HOME}ambassadors/")
    page.wait_for_load_state()
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect_path(page, HOME)
    assert heard == []


def review_first(page: Page) -> None:
    page.goto(f"{HOME}ambassadors/100/chatrooms/1/?reason=all")
    settle(page)
    page.locator("#review-button").click()
    expect(page.locator("#conversation h2")).to_have_text("Person 2")
    settle(page)


def test_a_row_is_decided_where_it_stands(open_page: Open, moderator: Membership) -> None:
    """By its key and by the pointer; a failure is told there, and can be pressed again."""
    page = open_page(moderator, **WIDE)
    page.goto(HOME)
    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(page.locator("#chatroom-1.decided")).to_contain_text("Reviewed by you")
    expect(page.locator("#open-2")).to_be_focused()  # the next that is not decided
    expect_path(page, HOME)
    settle(page)
    second = page.locator("#chatroom-2")
    button = second.get_by_role("button", name="Reviewed: Person 2")
    page.route("**/review/", lambda route: route.abort())
    second.hover()
    button.click()
    expect(second.locator(".alert")).to_be_visible()
    settle(page)
    page.unroute("**/review/")
    button.click()
    expect(page.locator("#chatroom-2.decided")).to_contain_text("Reviewed by you")
    assert Review.objects.count() == 2


def test_rows_are_decided_one_after_the_other_by_their_keys(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    """`e` reviews and `n` says that no answer is needed: the focus goes on to what is not decided."""
    rooms = [room(1), room(2), room(3, waits=True), room(4)]
    listed(*rooms, at=timezone.now())
    for one in rooms:
        api.conversation(one, one["last_message"])
    page = open_page(moderator, **WIDE)
    heard = listen(page)
    page.goto(HOME)
    page.keyboard.press("j")
    expect(page.locator("#open-3")).to_be_focused()
    page.keyboard.press("e")
    expect(page.locator("#open-3")).to_be_focused()
    page.keyboard.press("n")
    expect(page.locator("#chatroom-3.decided")).to_contain_text("Needs no answer")
    first = page.locator(".queued:not(.decided) .row-name a").first
    expect(first).to_be_focused()
    for _left in range(3):
        settle(page)
        page.keyboard.press("e")
    expect(page.locator(".decided")).to_have_count(4)
    expect(toast(page)).to_contain_text("That was the last.")
    assert heard == []


def test_a_thumb_needs_no_pointer_to_decide(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator, **PHONE, has_touch=True, is_mobile=True)
    page.goto(HOME)
    assert_fits(page)
    page.get_by_role("button", name="Reviewed: Person 3").tap()
    expect(page.locator("#chatroom-3.decided")).to_contain_text("Reviewed by you")


def test_undo_in_a_row_gives_the_row_back_with_the_focus(
    open_page: Open, moderator: Membership
) -> None:
    page = open_page(moderator, **WIDE)
    review_first(page)
    page.locator("#chatroom-1").get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#chatroom-1")).to_contain_text("1 star")
    expect(page.locator(".decided")).to_have_count(0)
    expect(toast(page)).to_contain_text("The review is taken back for Léa: Person 1.")
    expect(page.locator("#open-1")).to_be_focused()
    expect(page.locator("#conversation h2")).to_have_text("Person 2")


def test_an_undo_that_fails_says_so_and_can_be_pressed_again(
    open_page: Open, moderator: Membership
) -> None:
    page = open_page(moderator, **WIDE)
    review_first(page)
    undo = page.locator("#chatroom-1").get_by_role("button", name="Undo")
    page.route("**/undo/", lambda route: route.abort())
    undo.click()
    expect(page.locator("#chatroom-1 .alert")).to_be_visible()
    settle(page)
    page.unroute("**/undo/")
    undo.click()
    expect(page.locator("#chatroom-1")).to_contain_text("1 star")


def test_what_is_decided_goes_with_a_refresh(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator, **WIDE)
    review_first(page)
    page.keyboard.press("r")
    expect(page.locator("#chatroom-1")).to_have_count(0)
    expect(page.locator(".tabs [aria-current]")).to_have_text(re.compile(r"All\s+2"))
    expect(page.locator("#conversation h2")).to_have_text("Person 2")


def test_what_is_new_waits_behind_a_button(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = watch(open_page(moderator, **WIDE), HOME)
    before = names(page)
    listed(room(4, waits=True), at=timezone.now())
    wait(page, TURN)
    told = page.locator("#news").get_by_role("button")
    expect(told).to_have_text("1 new")
    assert names(page) == before
    told.click()
    expect(page.locator(".queued").first).to_contain_text("Left waiting")
    assert names(page) == ["Person 4", *before]
    assert not [sent for sent in api.sent if "ambassadors/100" in sent.path]


def test_on_a_phone_it_is_a_page_of_its_own(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator, **PHONE)
    page.goto(HOME)
    page.locator("#chatroom-2").click()
    expect(page.locator("#conversation h2")).to_have_text("Person 2")
    expect(page.locator(".queue")).to_be_hidden()
    expect(page.locator("#conversation-why")).to_contain_text("1 star")
    page.get_by_role("link", name="Back to the list").click()
    expect_path(page, f"{HOME}?reason=all#open-2")
    expect(page.locator("#chatroom-2")).to_be_visible()
    assert_fits(page)


def test_all_of_it_works_without_scripts(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator, java_script_enabled=False, **WIDE)
    page.goto(HOME)
    page.locator("#chatroom-1").click()
    expect(page.locator("#conversation h2")).to_have_text("Person 1")
    page.locator("#review-button").click()
    expect(page.locator("#conversation h2")).to_have_text("Person 1")
    expect(page.locator("#chatroom-1")).to_have_count(0)
    toast(page).get_by_role("button", name="Undo").click()
    expect(page.locator("#chatroom-1")).to_contain_text("1 star")
    page.get_by_role("link", name="Low ratings").click()
    expect(page.locator(".queued")).to_have_count(3)


def test_back_closes_the_conversation_and_keeps_the_list(
    open_page: Open, moderator: Membership
) -> None:
    page = open_page(moderator, **WIDE)
    page.goto(HOME)
    before = names(page)
    page.locator("#open-2").click()
    expect(page.locator("#conversation h2")).to_have_text("Person 2")
    settle(page)
    page.go_back()
    expect(page.locator("#conversation .digest")).to_be_visible()
    expect_path(page, HOME)
    assert names(page) == before
    page.go_forward()
    expect(page.locator("#conversation h2")).to_have_text("Person 2")


def test_news_of_the_list_do_not_say_that_popsell_answers_again(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = watch(open_page(moderator, **WIDE), HOME)
    api.answer("GET", 500)
    page.locator("#open-2").click()
    alert = page.locator("#chatroom-2 .alert")
    expect(alert).to_be_visible()
    wait(page, TURN)
    expect(alert).to_be_visible()
    listed(room(4, waits=True), at=timezone.now())
    wait(page, TURN)
    expect(page.locator("#news").get_by_role("button")).to_have_text("1 new")
    expect(alert).to_be_visible()


def test_its_tabs_stand_on_one_line_beside_the_digest(
    open_page: Open, moderator: Membership
) -> None:
    now = timezone.now()
    code = {"kind": "moderation", "code": "1", "name": "Held back", "tone": "bad"}
    CodeName.objects.create(brand_id=3, first_seen=now, last_seen=now, **code)
    long_ago = (now - 20 * DAY).isoformat()
    old = room(4, waits=True)
    said = {**old["last_message"], "date_insert": long_ago}
    listed({**old, "last_message": said, "last_message_date": long_ago}, at=now)
    page = open_page(moderator, **WIDE)
    page.goto(HOME)
    page.locator(".tabs .count").evaluate_all(
        "(all) => all.forEach((one, at) => { one.textContent = [120, 45, 48, 32, 0, 6, 127][at]; })"
    )
    tops = page.locator(".tabs a").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().top)"
    )
    assert len(tops) == 7
    assert len(set(tops)) == 1


def test_on_paper_no_key_is_told(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator, **WIDE)
    page.goto(HOME)
    expect(page.locator("kbd:visible")).not_to_have_count(0)
    page.emulate_media(media="print")
    expect(page.locator("kbd:visible")).to_have_count(0)
    expect(page.locator(".empty-keys")).to_be_hidden()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_what_was_found_stands_below_its_heading_and_clear_of_the_foot(
    open_page: Open, moderator: Membership, size: dict[str, ViewportSize]
) -> None:
    page = open_page(moderator, **size)
    page.goto(f"{HOME}search/?words=Person")
    page.wait_for_load_state()
    rows = page.locator(".rows .row")
    expect(rows).to_have_count(3)
    box = rows.last.locator(".avatar").bounding_box()
    heading = page.locator(".band h2").last.bounding_box()
    end = rows.last.bounding_box()
    foot = page.locator(".pager").bounding_box()
    assert box
    assert heading
    assert end
    assert foot
    assert box["x"] == heading["x"]
    assert end["y"] + end["height"] + 24 <= foot["y"]
