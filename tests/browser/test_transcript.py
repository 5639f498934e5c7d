"""A conversation in a browser: where it opens, older messages above, news, acts by key and by mouse"""

import re

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from inbox.models import Membership, Review
from inbox.sandbox.transcripts import transcript
from tests.browser.conftest import Open
from tests.browser.inbox import Held, settle
from tests.browser.test_pages import assert_fits, listen
from tests.support.chatrooms import chatroom, message
from tests.support.conversations import say
from tests.support.hostile import HOSTILE, hostile_room
from tests.support.pages import INBOX
from tests.support.upstream import Upstream

LONG = f"{INBOX}chatrooms/30670/"
UNREAD = f"{INBOX}chatrooms/30494/"
WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}
PER_PAGE = 25  # messages, where nothing else is asked for
LOOK = "document.dispatchEvent(new Event('visibilitychange'))"


def ids(page: Page) -> list[int]:
    """The messages shown, from top to bottom."""
    found: list[int] = page.evaluate(
        "[...document.querySelectorAll('.message[id]')].map(one => Number(one.id.slice(8)))"
    )
    return found


def top(place: Locator) -> float:
    box = place.bounding_box()
    assert box
    return box["y"]


def load_older(page: Page) -> None:
    before = len(ids(page))
    page.get_by_role("link", name="Older messages").click()
    expect(page.locator(".message[id]")).not_to_have_count(before)
    settle(page)


def go(page: Page, path: str) -> None:
    page.goto(path)
    page.wait_for_load_state()


def link(id_: int) -> str:
    return f"{LONG}messages/{id_}/"


# Where it opens


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_it_opens_at_its_end_where_all_is_read(
    open_page: Open, moderator: Membership, api: Upstream, size: dict[str, int]
) -> None:
    page = open_page(moderator, viewport=size)
    go(page, LONG)
    expect(page.locator("#message-316460")).to_be_in_viewport()
    expect(page.locator(".opens")).to_have_count(0)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_it_opens_at_the_first_unread(
    open_page: Open, moderator: Membership, api: Upstream, size: dict[str, int]
) -> None:
    said = [message(116 - n, content=f"{n}\n" * 12) for n in range(20)]
    api.listing(chatroom(last_read=105, last_message=said[0]))
    api.conversation(chatroom(last_read=105), *said)
    page = open_page(moderator, viewport=size)
    go(page, f"{INBOX}chatrooms/8/")
    expect(page.get_by_text("Unread by Léa")).to_be_in_viewport()
    expect(page.locator("#message-106")).to_be_in_viewport()
    expect(page.locator("#message-116")).not_to_be_in_viewport()


def test_it_opens_at_the_first_that_was_not_reviewed(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    review = {"member": moderator, "member_name": "Camille Roy", "brand": moderator.brand}
    Review.objects.create(**review, chatroom=30670, message=316440)
    page = open_page(moderator, viewport=WIDE)
    go(page, LONG)
    expect(page.get_by_text("New since Camille Roy's review: 20")).to_be_in_viewport()


def test_it_opens_beside_its_list_in_the_same_way(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator, viewport=WIDE)
    heard = listen(page)
    go(page, INBOX)
    page.locator("#open-30670").click()
    expect(page.locator("#message-316460")).to_be_in_viewport()
    expect(page).to_have_url(re.compile(f"{LONG}$"))
    page.locator("#open-30494").click()
    expect(page.get_by_text("Unread by Léa")).to_be_in_viewport()
    assert heard == []
    assert {one.method for one in api.sent} == {"GET"}


# A link to one message


def test_the_time_of_a_message_is_a_link_to_it(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator, viewport=WIDE)
    go(page, LONG)
    chosen = page.locator("#message-316440")
    address = chosen.locator(".message-by a").get_attribute("href")
    assert address == link(316440)
    other = open_page(moderator, viewport=WIDE)
    go(other, address)
    expect(other.locator("#message-316440")).to_be_in_viewport()
    expect(other.locator("#message-316440")).to_have_attribute("aria-current", "true")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_link_to_an_older_message_finds_its_page(
    open_page: Open, moderator: Membership, api: Upstream, size: dict[str, int]
) -> None:
    page = open_page(moderator, viewport=size)
    go(page, link(314470))
    expect(page.locator("#message-314470")).to_be_in_viewport()
    expect(page.locator("[aria-current=true]#message-314470")).to_be_visible()
    assert len(ids(page)) == PER_PAGE


def follow(page: Page, id_: int) -> None:
    page.locator(f"#message-{id_} .message-by a").click()
    expect(page.locator(f"#message-{id_}")).to_have_attribute("aria-current", "true")


def test_following_a_link_keeps_what_was_loaded_and_back_returns(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator, viewport=WIDE)
    heard = listen(page)
    go(page, LONG)
    load_older(page)
    page.locator("#note").fill("Half a note")
    first, second = ids(page)[20], ids(page)[22]
    api.sent.clear()
    follow(page, first)
    expect(page).to_have_url(re.compile(f"{link(first)}$"))
    follow(page, second)
    expect(page.locator(".message[aria-current]")).to_have_count(1)
    expect(page.locator(f"#message-{second}")).to_be_in_viewport()
    page.go_back()
    expect(page).to_have_url(re.compile(f"{link(first)}$"))
    expect(page.locator(f"#message-{first}")).to_have_attribute("aria-current", "true")
    page.go_back()
    expect(page).to_have_url(re.compile(f"{LONG}$"))
    expect(page.locator(".message[aria-current]")).to_have_count(0)
    page.go_forward()
    expect(page.locator(f"#message-{first}")).to_have_attribute("aria-current", "true")
    settle(page)
    assert len(ids(page)) == 2 * PER_PAGE
    expect(page.locator("#note")).to_have_value("Half a note")
    expect(page.locator("#open-30670")).to_have_attribute("aria-current", "true")
    assert api.sent == []
    assert heard == []


def test_back_from_another_conversation_comes_to_the_message(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator, viewport=WIDE)
    heard = listen(page)
    go(page, LONG)
    load_older(page)
    chosen = ids(page)[0]
    follow(page, chosen)
    page.locator("#open-30494").click()
    expect(page).to_have_url(re.compile(f"{UNREAD}$"))
    expect(page.locator("#message-316470")).to_be_visible()
    settle(page)
    page.go_back()
    expect(page).to_have_url(re.compile(f"{link(chosen)}$"))
    expect(page.locator(f"#message-{chosen}")).to_have_attribute("aria-current", "true")
    expect(page.locator("#open-30670")).to_have_attribute("aria-current", "true")
    settle(page)
    page.go_back()
    expect(page).to_have_url(re.compile(f"{LONG}$"))
    expect(page.locator("#message-316460")).to_be_in_viewport()
    expect(page.locator(".message[aria-current]")).to_have_count(0)
    assert heard == []


def test_after_a_reload_back_asks_for_what_was_not_loaded(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator, viewport=WIDE)
    go(page, LONG)
    load_older(page)
    chosen = ids(page)[0]
    follow(page, chosen)
    page.reload()
    page.wait_for_load_state()
    expect(page.locator("#message-316460")).to_have_count(0)
    page.go_back()
    expect(page.locator("#message-316460")).to_be_in_viewport()


def test_what_is_new_is_shown_though_a_link_was_followed(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator, viewport=WIDE)
    go(page, LONG)
    follow(page, 316459)
    number = say(api, 30670, "Are you there?")
    page.evaluate(LOOK)
    page.get_by_role("button", name="Something new here").click()
    expect(page.locator(f"#message-{number}")).to_be_in_viewport()
    expect(page).to_have_url(re.compile(f"{LONG}$"))


def test_a_message_that_is_not_there_is_said(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator, viewport=WIDE)
    go(page, link(1))
    expect(page.get_by_text("Message 1 is not in this conversation.")).to_be_in_viewport()
    expect(page.locator("#message-316460")).to_be_attached()


def test_a_link_to_a_message_further_up_opens_at_the_end(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator, viewport=WIDE)
    go(page, f"{LONG}#message-314470")
    expect(page.locator("#message-316460")).to_be_in_viewport()


# Older messages


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_older_messages_come_in_above_and_nothing_jumps(
    open_page: Open, moderator: Membership, api: Upstream, size: dict[str, int]
) -> None:
    page = open_page(moderator, viewport=size)
    heard = listen(page)
    go(page, LONG)
    for _ in range(3):
        button = page.get_by_role("link", name="Older messages")
        button.scroll_into_view_if_needed()
        first = page.locator(f"#message-{ids(page)[0]}")
        before = top(first)
        load_older(page)
        page.wait_for_timeout(200)  # the browser may still move what it anchors
        assert abs(top(first) - before) <= 2
    assert len(ids(page)) == 100
    assert heard == []


def test_older_and_older_while_new_ones_arrive_without_one_twice_or_left_out(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator, viewport=WIDE)
    go(page, LONG)
    for number in range(6):
        say(api, 30670, f"Meanwhile {number}")
        load_older(page)
    shown = ids(page)
    assert shown == list(range(shown[0], 316460 + 1))
    assert len(shown) > 25 * 6
    headings = page.locator(".day").all_inner_texts()
    assert len(headings) == len(set(headings))


def last_chunk(api: Upstream) -> int:
    """The number of the page with the oldest messages."""
    brand = api.sandbox.brands[3]
    room = next(one for one in brand.rooms_of[100] if one.id == 30670)
    return -(-len(transcript(room, brand.seed)) // PER_PAGE)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("where", ["at the end", "at the beginning"])
def test_after_older_messages_the_focus_is_where_one_read_and_nothing_moves(
    open_page: Open, moderator: Membership, api: Upstream, size: dict[str, int], where: str
) -> None:
    page = open_page(moderator, viewport=size)
    go(page, LONG if where == "at the end" else f"{LONG}?messages={last_chunk(api) - 1}")
    link = page.get_by_role("link", name="Older messages")
    read = page.locator(f"#message-{ids(page)[0]}")
    before = len(ids(page))
    link.focus()
    here = top(read)
    page.keyboard.press("Enter")
    expect(page.locator(".message[id]")).not_to_have_count(before)
    settle(page)
    expect(read).to_be_focused()
    assert abs(top(read) - here) < 2
    expect(page.locator("#status")).to_have_text(f"{len(ids(page)) - before} older messages")
    expect(link).to_have_count(int(where == "at the end"))


def test_who_writes_meanwhile_keeps_the_focus(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator, viewport=WIDE)
    go(page, LONG)
    held = Held(page, "**/*messages=2")
    page.get_by_role("link", name="Older messages").press("Enter")
    page.locator("#note").focus()
    before = len(ids(page))
    held.release()
    expect(page.locator(".message[id]")).not_to_have_count(before)
    settle(page)
    expect(page.locator("#note")).to_be_focused()


def test_one_line_says_where_unread_messages_begin_however_far_up(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    room = next(one for one in api.sandbox.brands[3].rooms_of[100] if one.id == 30670)
    api.changed = True
    room.mine.last_read = 316420
    say(api, 30670, "Are you there?")
    page = open_page(moderator, viewport=WIDE)
    go(page, LONG)
    load_older(page)
    expect(page.locator(".opens.unread")).to_have_count(1)
    below = page.locator(".opens.unread + .message")
    assert below.get_attribute("id") == "message-316421"


def test_without_scripts_one_walks_to_older_and_back_to_newest(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator, java_script_enabled=False, viewport=WIDE)
    go(page, LONG)
    page.get_by_role("link", name="Older messages").click()
    expect(page).to_have_url(re.compile(r"\?messages=2$"))
    expect(page.locator("#message-316435")).to_be_attached()
    page.get_by_role("link", name="Older messages").click()
    expect(page).to_have_url(re.compile(r"\?messages=3$"))
    page.get_by_role("link", name="Newest messages").click()
    expect(page.locator("#message-316460")).to_be_attached()


# Newer messages, below those that a link opened


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_newer_messages_come_in_below_and_nothing_jumps(
    open_page: Open, moderator: Membership, api: Upstream, size: dict[str, int]
) -> None:
    page = open_page(moderator, viewport=size)
    heard = listen(page)
    go(page, f"{LONG}?messages=4")
    shown = ids(page)
    for round_ in range(1, 4):
        button = page.get_by_role("link", name="Newer messages")
        button.scroll_into_view_if_needed()
        last = page.locator(f"#message-{ids(page)[-1]}")
        if round_ == 2:  # no new message appears twice, and none is missing
            for number in range(30):
                say(api, 30670, f"Meanwhile {number}")
        count, before = len(ids(page)), top(last)
        button.press("Enter")
        expect(page.locator(".message[id]")).not_to_have_count(count)
        settle(page)
        assert abs(top(last) - before) <= 2
        assert last.evaluate("one => one.nextElementSibling.matches('.message, .day')")
        came = page.locator(f"#message-{int((last.get_attribute('id') or '')[8:]) + 1}")
        expect(came).to_be_focused()
    assert ids(page) == list(range(shown[0], ids(page)[-1] + 1))
    headings = page.locator(".day").all_inner_texts()
    assert len(headings) == len(set(headings))
    assert heard == []


def test_without_scripts_one_walks_to_newer(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator, java_script_enabled=False, viewport=WIDE)
    go(page, link(316400))
    expect(page.locator("#message-316400")).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="Newer messages").click()
    page.wait_for_load_state()
    page.get_by_role("link", name="Newer messages").click()
    page.wait_for_load_state()
    expect(page.locator("#message-316460")).to_be_attached()
    expect(page.get_by_role("link", name="Newer messages")).to_have_count(0)


# News


def test_news_is_offered_and_moves_nothing(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator, viewport=WIDE)
    go(page, LONG)
    page.locator("#note").fill("Half a note")
    before = top(page.locator("#message-316460"))
    number = say(api, 30670, "Are you there?")
    page.evaluate(LOOK)
    button = page.get_by_role("button", name="Something new here")
    expect(button).to_be_visible()
    expect(page.locator(f"#message-{number}")).to_have_count(0)
    expect(page.locator("#note")).to_have_value("Half a note")
    assert page.locator("#conversation-news .message").count() == 0
    assert abs(top(page.locator("#message-316460")) - before) < 80
    button.click()
    expect(page.locator(f"#message-{number}")).to_be_in_viewport()
    expect(button).to_have_count(0)


@pytest.mark.parametrize("button", ["#archive-button", "#flag-1", "#read-conversation"])
def test_ones_own_act_is_no_news(
    open_page: Open, moderator: Membership, api: Upstream, button: str
) -> None:
    page = open_page(moderator, viewport=WIDE)
    path = UNREAD if button == "#read-conversation" else f"{INBOX}chatrooms/30749/"
    go(page, path)
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.locator(button).click()
    settle(page)
    with page.expect_response(lambda response: "/chatrooms/" in response.url) as answer:
        page.evaluate(LOOK)
    assert answer.value.status == 204
    expect(page.get_by_role("button", name="Something new here")).to_have_count(0)


def test_where_messages_are_refused_asking_for_news_brings_no_second_conversation(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.forbid("messages")
    page = open_page(moderator, viewport=WIDE)
    go(page, LONG)
    expect(page.get_by_text("The messages can't be read just now")).to_be_visible()
    say(api, 30670, "Are you there?")
    with page.expect_response(lambda response: "/chatrooms/" in response.url):
        page.evaluate(LOOK)
    expect(page.get_by_role("button", name="Something new here")).to_be_visible()
    expect(page.locator(".conversation-head")).to_have_count(1)


# Hostile data


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_hostile_words_stay_within_the_transcript(
    open_page: Open, moderator: Membership, api: Upstream, words: str
) -> None:
    room = hostile_room(8, words)
    first = words.partition(" ")[0]
    address = f"https://{'a' * 60}.example/{first * 3}"
    product = {"id_product": 1, "name": words, "url": address}
    said = [
        room["last_message"],
        message(15, content=f"{address} {words}"),
        message(14, type_message=3, content=words, products=[product]),
        message(13, type_message=1, content=address),
    ]
    api.listing(room)
    api.conversation(room, *said)
    page = open_page(moderator)
    heard = listen(page)
    go(page, f"{INBOX}chatrooms/8/")
    assert_fits(page)
    assert heard == []


def test_nothing_is_loaded_from_a_host_that_is_not_allowed(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    room = chatroom(last_message=message(16))
    api.listing(room)
    api.conversation(
        room,
        message(16, type_message=1, content="https://evil.example/IMG.jpg"),
        message(15, type_message=7, content="https://evil.example/IMG.mp4"),
        message(14, type_message=1, content="https://images.popsell.example/IMG.jpg"),
    )
    page = open_page(moderator, viewport=WIDE)
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    go(page, f"{INBOX}chatrooms/8/")
    expect(page.locator(".message-picture")).to_have_count(1)
    assert not [url for url in asked if "evil.example" in url]
    expect(page.locator("#message-16 .link")).to_have_attribute(
        "href", "https://evil.example/IMG.jpg"
    )
