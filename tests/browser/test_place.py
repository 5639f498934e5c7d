"""What a person reads keeps its place to the pixel while a list or conversation reloads"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from inbox.models import Membership
from tests.browser.conftest import Open
from tests.browser.inbox import focused, settle
from tests.browser.test_live import TURN, wait, watch
from tests.browser.test_transcript import NARROW, WIDE, top
from tests.support.chatrooms import Json, chatroom, lea, message, participant, person
from tests.support.pages import INBOX
from tests.support.runs import few
from tests.support.upstream import Upstream

SIZES = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
LEAST = 0.5  # pixels, as scrolling rounds
PEOPLE = "/brands/3/ambassadors/"


def room(id_: int) -> Json:
    """Rows are of several heights."""
    other = participant(500 + id_, id_, firstname=f"Person {id_}", lastname=None)
    summary = {"summary": "Wants cream. " * 3, "anomaly": 3, "topic": id_} if id_ % 3 else None
    return chatroom(id_, ambassadors=[lea(id_), other], last_summary=summary)


def rooms(*ids: int) -> list[Json]:
    return [room(id_) for id_ in ids]


OLD, NEW = range(1, 41), range(101, 105)


def drawn(page: Page) -> None:
    """Until what came is drawn, as a person sees it."""
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def scroll_to(page: Page, place: Locator, height: int) -> None:
    """Bring it to this height of the window, which takes some goes where rows get their height."""
    for _ in range(5):
        place.evaluate(
            "(one, height) => scrollBy(0, one.getBoundingClientRect().top - height)", height
        )
        drawn(page)


def expect_at(place: Locator, before: float) -> None:
    drawn(place.page)
    assert abs(top(place) - before) <= LEAST


def by_key(page: Page) -> None:
    page.keyboard.press("r")


def by_button(page: Page) -> None:
    page.locator("#refresh").evaluate("(one) => one.click()")


REFRESH = pytest.mark.parametrize("refresh", [by_key, by_button])
Refresh = Callable[[Page], None]


@SIZES
@REFRESH
def test_a_refresh_keeps_the_row_that_is_seen_first(
    open_page: Open, moderator: Membership, api: Upstream, size: dict[str, int], refresh: Refresh
) -> None:
    api.listing(*rooms(*OLD))
    page = open_page(moderator, viewport=size)
    page.goto(INBOX)
    place = page.locator("#chatroom-20")
    scroll_to(page, place, 60)
    before = top(place)
    api.listing(*rooms(*NEW, *OLD))
    refresh(page)
    expect(page.locator("#chatroom-101")).to_be_attached()
    expect_at(place, before)


@SIZES
def test_a_refresh_keeps_the_row_with_the_focus(
    open_page: Open, moderator: Membership, api: Upstream, size: dict[str, int]
) -> None:
    api.listing(*rooms(*OLD))
    page = open_page(moderator, viewport=size)
    page.goto(INBOX)
    place = page.locator("#chatroom-20")
    scroll_to(page, place, 400)
    page.locator("#open-20").evaluate("(one) => one.focus({ preventScroll: true })")
    before = top(place)
    # Above it rows come and go: what is seen first is another one.
    api.listing(*rooms(*NEW, *OLD[:16], *OLD[19:]))
    by_key(page)
    expect(page.locator("#chatroom-101")).to_be_attached()
    expect_at(place, before)
    assert focused(page) == "open-20"


@pytest.mark.parametrize("way", ["r", "news"])
@pytest.mark.parametrize("focus", few(["row", "conversation", "rail", "none"], 2))
def test_a_refresh_keeps_the_open_row_and_all_three_regions(
    open_page: Open, moderator: Membership, api: Upstream, focus: str, way: str
) -> None:
    moderator.pins = list(range(101, 121))
    moderator.save()
    api.listing(*rooms(*OLD))
    said = [message(200 - n, content=f"{n}\n" * 4) for n in range(25)]
    api.conversation(room(20), *said)
    page = watch(open_page(moderator, viewport={"width": 1440, "height": 700}))
    place = page.locator("#chatroom-20")
    scroll_to(page, place, 300)  # else rows that get their height would move it within a click
    page.locator("#open-20").click()
    expect(page.locator("#message-190")).to_be_attached()
    settle(page)
    scroll_to(page, place, 300)
    heard = page.locator("#message-185")
    heard.evaluate("(one) => one.scrollIntoView({ block: 'center' })")
    pin = page.locator("#pin-110")
    page.locator(".rail").evaluate("(one) => { one.scrollTop = 150; }")
    drawn(page)
    where = {"row": "#open-20", "conversation": "#conversation", "rail": "#pin-110 a"}.get(focus)
    if where:
        page.locator(where).evaluate("(one) => one.focus({ preventScroll: true })")
    else:
        page.evaluate("() => document.activeElement.blur()")
    places = {place: top(place), heard: top(heard), pin: top(pin)}
    api.listing(*rooms(*NEW, *OLD))
    api.conversation(room(20), *said)
    if way == "r":
        by_key(page)
    else:
        wait(page, TURN)
        button = page.locator("#news button")
        expect(button).to_have_text("4 new")
        for one, before in places.items():
            expect_at(one, before)
        button.evaluate("(one) => one.click()")
    expect(page.locator("#chatroom-101")).to_be_attached()
    for one, before in places.items():
        expect_at(one, before)


def test_where_the_row_left_the_next_takes_its_place(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.listing(*rooms(*OLD))
    page = open_page(moderator, viewport=WIDE)
    page.goto(INBOX)
    place, after = page.locator("#chatroom-20"), page.locator("#chatroom-21")
    scroll_to(page, place, 300)
    page.locator("#open-20").evaluate("(one) => one.focus({ preventScroll: true })")
    before = top(after)
    api.listing(*rooms(*NEW, *OLD[:19], *OLD[20:]))
    by_key(page)
    expect(place).to_have_count(0)
    expect_at(after, before)


def test_at_the_top_of_a_list_what_is_new_is_seen(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.listing(*rooms(*OLD))
    page = open_page(moderator, viewport=WIDE)
    page.goto(INBOX)
    before = top(page.locator("#chatroom-1"))
    api.listing(*rooms(*NEW, *OLD))
    by_key(page)
    expect(page.locator("#chatroom-101")).to_be_attached()
    expect_at(page.locator("#chatroom-101"), before)


@SIZES
def test_the_ambassadors_stay_too(
    open_page: Open, moderator: Membership, api: Upstream, size: dict[str, int]
) -> None:
    api.listing(*(person(id_) for id_ in range(100, 150)))
    page = open_page(moderator, viewport=size)
    page.goto(PEOPLE)
    place = page.locator('[data-item="130"]')
    scroll_to(page, place, 200)
    before = top(place)
    api.listing(*(person(id_) for id_ in range(96, 150)))
    by_key(page)
    expect(page.locator('[data-item="96"]')).to_be_attached()
    expect_at(place, before)


# An act that changes its row


def test_a_row_that_grows_above_what_one_reads_moves_nothing(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.listing(*rooms(*OLD))
    api.answer("POST", body=message(17))
    page = open_page(moderator, viewport=WIDE)
    page.goto(INBOX)
    place = page.locator("#chatroom-20")
    scroll_to(page, place, 60)
    before = top(place)
    page.locator("#read-5").evaluate("(one) => one.form.requestSubmit()")
    expect(page.locator("#alert-5 .notice")).to_be_attached()
    expect_at(place, before)


# The conversation


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "narrow"])
def talk(
    request: pytest.FixtureRequest, open_page: Open, moderator: Membership, api: Upstream
) -> Page:
    """An open conversation of many messages, where all is read."""
    hold(api, 25)
    page = watch(open_page(moderator, viewport=request.param), f"{INBOX}chatrooms/1/")
    expect(page.locator("#message-125")).to_be_in_viewport()
    return page


def hold(api: Upstream, last: int) -> None:
    said = [message(100 + n, content=f"{n}\n" * 4) for n in range(last, 0, -1)]
    one = chatroom(1, last_read=1000, last_message=said[0])
    api.listing(one)
    api.conversation(one, *said)


def read_anew(page: Page, last: int, api: Upstream) -> None:
    """Also the button itself, which comes in the head, moves nothing."""
    hold(api, last)
    wait(page, TURN)
    page.get_by_role("button", name="Something new here").evaluate("(one) => one.click()")
    expect(page.locator(f"#message-{100 + last}")).to_be_attached()


def test_who_reads_further_up_stays_there(talk: Page, api: Upstream) -> None:
    heard = talk.locator("#message-108")
    heard.evaluate("(one) => one.scrollIntoView({ block: 'center' })")
    drawn(talk)
    before = top(heard)
    read_anew(talk, 27, api)
    expect_at(heard, before)
    expect(talk.locator("#message-127")).not_to_be_in_viewport()


def test_who_is_at_the_end_sees_where_the_new_begins(talk: Page, api: Upstream) -> None:
    read_anew(talk, 40, api)
    expect(talk.locator("#message-126")).to_be_in_viewport()
    expect(talk.locator("#message-140")).not_to_be_in_viewport()


def test_at_the_end_one_message_more_is_shown_in_full(talk: Page, api: Upstream) -> None:
    read_anew(talk, 26, api)
    expect(talk.locator("#message-126")).to_be_in_viewport(ratio=0.9)
