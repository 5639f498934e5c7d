"""News without jumping: how often a page asks, what it says, and that nothing moves by itself"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Locator, Page, Request, expect

from inbox.models import Membership
from tests.browser.conftest import Open
from tests.browser.inbox import Held, expect_path, focused, markable, region, row, settle, status
from tests.conftest import Later
from tests.support.chatrooms import Json, chatroom, lea, message, participant
from tests.support.pages import INBOX
from tests.support.upstream import Upstream

# Keeps what the page asks by itself, until it was answered and heard.
KEPT = """
  window.polls = [];
  const real = window.fetch;
  const heard = () => new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = done;
    port2.postMessage("");
  });
  window.fetch = (...what) => {
    const answer = real(...what);
    polls.push(answer.then((response) => response.clone().text()).catch(() => "").then(heard));
    return answer;
  };
"""
TURN = 11  # seconds, within which an active page asks once
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  const state = () => (hidden ? "hidden" : "visible");
  Object.defineProperty(document, "visibilityState", { configurable: true, get: state });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def watch(page: Page, path: str = INBOX) -> Page:
    """Opens a page with a clock that the test controls."""
    page.clock.install()
    page.add_init_script(KEPT)
    page.goto(path)
    return page


def wait(page: Page, seconds: float) -> None:
    """Let time pass, and what is asked by then be answered."""
    page.clock.run_for(int(seconds * 1000))
    page.evaluate("() => Promise.all(polls).then(() => undefined)")


def asked(page: Page) -> int:
    count: int = page.evaluate("polls.length")
    return count


def news(page: Page) -> Locator:
    return page.locator("#news")


def room(id_: int, *, online: bool = False, **changes: Any) -> Json:
    """A conversation with somebody of its own."""
    other = participant(500 + id_, id_, firstname=f"Person {id_}", lastname=None, online=online)
    return chatroom(id_, **{"ambassadors": [lea(id_), other], **changes})


def changed(id_: int) -> Json:
    return room(id_, last_message=message(17, content="One more thing"))


def shown(page: Page) -> list[str]:
    """The rows, in order."""
    return [one.get_attribute("data-item") or "" for one in page.locator(".row").all()]


# What is said


def test_news_are_counted_on_a_button_that_loads_them(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.listing(room(1), room(2), room(3))
    page = watch(open_page(moderator))
    expect(page).to_have_title(re.compile(r"^\(3\) Léa Moreau"))
    api.listing(room(6), room(5), room(4), changed(1), changed(2), room(3))
    wait(page, TURN)
    button = news(page).get_by_role("button")
    expect(button).to_have_text("3 new · 2 changed")
    assert shown(page) == ["1", "2", "3"]
    button.press("Enter")
    expect(page.locator(".row")).to_have_count(6)
    assert shown(page) == ["6", "5", "4", "1", "2", "3"]
    expect(page.locator("#chatroom-1")).to_contain_text("One more thing")
    expect(button).to_have_count(0)
    expect(page).to_have_title(re.compile(r"^\(6\) Léa Moreau"))
    assert focused(page) == "open-6"
    wait(page, TURN)
    expect(button).to_have_count(0)


def test_nothing_new_is_nothing_said_but_when_it_was_asked(
    open_page: Open, moderator: Membership, api: Upstream, later: Later
) -> None:
    page = watch(open_page(moderator))
    updated = page.locator("#updated time")
    before = updated.get_attribute("datetime")
    assert before
    later(2)  # the page tells whole seconds
    wait(page, TURN)
    assert asked(page) == 1
    expect(news(page)).to_be_empty()
    expect(updated).not_to_have_attribute("datetime", before)


def test_the_same_news_is_said_once_and_keeps_the_focus(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.listing(room(1))
    page = watch(open_page(moderator))
    api.listing(room(2), room(1))
    wait(page, TURN)
    button = news(page).get_by_role("button")
    button.focus()
    button.evaluate("(button) => { button.wasHere = true; }")
    api.listing(room(2), room(1, online=True))
    wait(page, TURN)
    expect(page.locator("#presence-1")).to_have_text("online")
    expect(button).to_be_focused()
    assert button.evaluate("(button) => button.wasHere === true")
    api.listing(room(3), room(2), room(1))
    wait(page, TURN)
    expect(button).to_have_text("2 new")
    expect(button).to_be_focused()


def test_news_that_are_none_any_more_are_taken_back(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.listing(room(1))
    page = watch(open_page(moderator))
    wait(page, TURN)
    api.listing(room(2), room(1))
    wait(page, TURN)
    expect(news(page)).to_have_text("1 new")
    api.listing(room(1))
    wait(page, TURN)
    expect(news(page)).to_be_empty()


def test_who_comes_online_is_shown_in_place(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.listing(room(1), room(2))
    page = watch(open_page(moderator))
    presence = page.locator("#presence-2")
    expect(presence).not_to_have_text("online")
    api.listing(room(1), room(2, online=True))
    wait(page, TURN)
    expect(presence).to_have_text("online")
    expect(presence).to_have_class("presence online")
    expect(news(page)).to_be_empty()
    assert shown(page) == ["1", "2"]


def test_a_row_acted_upon_stays_and_is_no_news(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = watch(open_page(moderator))
    one, before = markable(page), shown(page)
    one.button.press("Enter")
    one.expect_read()
    wait(page, TURN)
    expect(news(page)).to_be_empty()
    assert shown(page) == before
    api.changed = True
    seats = api.sandbox.brands[3].rooms[int(before[4])].participants
    next(seat.person for seat in seats if seat.person.id != 100).firstname = "Another"
    wait(page, TURN)
    news(page).get_by_role("button", name="1 changed").click()
    expect(page.locator(f"#chatroom-{before[4]}")).to_contain_text("Another")
    assert shown(page) == before
    one.expect_read()


def test_times_grow_by_themselves(open_page: Open, moderator: Membership, api: Upstream) -> None:
    now = datetime.now(UTC)
    api.listing(room(1, last_message_date=(now - timedelta(minutes=58, seconds=30)).isoformat()))
    page = watch(open_page(moderator))
    when = page.locator("#chatroom-1 .row-when time")
    expect(when).to_have_text("58 min ago")
    page.get_by_role("button", name="Pause").click()
    wait(page, 8)
    expect(page.locator("#updated")).to_have_text(re.compile(r"^Updated ([89]|1\d) s ago$"))
    wait(page, 60)
    expect(page.locator("#updated")).to_have_text("Updated 1 min ago")
    expect(when).to_have_text("59 min ago")
    wait(page, 60)
    expect(when).to_have_text("1 h ago")
    assert asked(page) == 0


def test_the_ambassadors_tell_their_news_too(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = watch(open_page(moderator), "/brands/3/ambassadors/")
    api.changed = True
    api.sandbox.brands[3].people[101].firstname = "Another"
    wait(page, TURN)
    news(page).get_by_role("button", name="1 changed").press("Enter")
    expect(page.get_by_role("link", name="Another")).to_be_visible()
    expect(page.locator(".person-name a").first).to_be_focused()


# The open conversation


def test_an_open_conversation_says_that_something_is_new_in_it(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.listing(room(1))
    api.conversation(room(1), message(16))
    page = watch(open_page(moderator))
    row(page).link.click()
    expect(region(page).get_by_text("Hello!")).to_be_visible()
    api.conversation(room(1), message(17, content="One more thing"), message(16))
    wait(page, TURN)
    again = region(page).get_by_role("button", name="Something new here")
    expect(again).to_be_visible()
    expect(region(page).get_by_text("One more thing")).to_have_count(0)
    again.focus()
    wait(page, TURN)
    expect(again).to_be_focused()
    again.press("Enter")
    expect(region(page).get_by_text("One more thing")).to_be_visible()
    expect(again).to_have_count(0)
    assert focused(page) == "conversation"


# How often


def test_it_asks_often_while_somebody_is_active_and_seldom_when_not(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.listing(room(1))
    page = watch(open_page(moderator))
    wait(page, 9)
    assert asked(page) == 0
    wait(page, 2)
    assert asked(page) == 1
    for count in range(2, 6):
        wait(page, TURN)
        assert asked(page) == count
    wait(page, 50)
    assert asked(page) == 5
    wait(page, 15)
    assert asked(page) == 6
    wait(page, 55)
    assert asked(page) == 6
    page.mouse.move(300, 300)
    wait(page, 2)
    assert asked(page) == 7
    wait(page, TURN)
    assert asked(page) == 8


def test_it_does_not_ask_while_hidden_and_at_once_on_return(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    moderator.pins = [101]
    moderator.save()
    api.listing(room(1))
    page = watch(open_page(moderator))
    page.wait_for_load_state("networkidle")
    calls = len(api.sent)
    page.evaluate(HIDE, True)
    wait(page, 300)
    assert asked(page) == 0
    assert len(api.sent) == calls
    api.listing(room(2), room(1))
    page.evaluate(HIDE, False)
    expect(news(page)).to_have_text("1 new")
    assert asked(page) == 1


def test_it_can_be_paused(open_page: Open, moderator: Membership, api: Upstream) -> None:
    api.listing(room(1))
    page = watch(open_page(moderator))
    pause = page.get_by_role("button", name="Pause")
    expect(pause).to_have_attribute("aria-pressed", "false")
    pause.press("Enter")
    expect(pause).to_have_attribute("aria-pressed", "true")
    wait(page, 180)
    page.evaluate(HIDE, True)
    page.evaluate(HIDE, False)
    assert asked(page) == 0
    page.reload()
    expect(pause).to_have_attribute("aria-pressed", "true")
    wait(page, 60)
    assert asked(page) == 0
    page.get_by_role("link", name="Refresh").click()
    expect(status(page)).to_have_text("Nothing new.")
    pause.click()
    expect(pause).to_have_attribute("aria-pressed", "false")
    wait(page, TURN)
    assert asked(page) == 1


def test_all_that_an_open_page_asks_says_that_nobody_does(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    """Else a tab that was left open would keep its person signed in."""
    moderator.pins = [100, 120]
    moderator.save()
    page = watch(open_page(moderator), f"{INBOX}chatrooms/30615/")
    page.wait_for_load_state("networkidle")
    made: list[Request] = []
    page.on("request", lambda request: made.append(request))  # noqa: PLW0108 - it takes no builtin
    with page.expect_response(re.compile("/120/pin/")):
        wait(page, 6 * TURN)
    by_pins = [one for one in made if one.headers.get("hx-trigger", "").startswith("pin-")]
    by_news = [one for one in made if "inbox-shown" in one.headers]
    assert len(by_pins) == 2
    assert len(by_news) >= 2
    assert len(by_pins) + len(by_news) == len(made)
    assert {one.method for one in made} == {"GET"}


def test_an_answer_counts_though_a_pin_was_counted_meanwhile(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    moderator.pins = [101]
    moderator.save()
    page = watch(open_page(moderator))
    expect(page.locator("#pin-101 .pin-count")).to_have_count(1)
    api.listing(room(1))
    held = Held(page, f"**{INBOX}")
    page.clock.run_for(60_000)
    page.locator("#pin-101").evaluate("(pin) => { pin.wasHere = true; }")
    page.evaluate("htmx.trigger(document.body, 'pins')")
    expect(page.locator("#pin-101")).not_to_have_js_property("wasHere", True)
    held.release()
    expect(news(page)).to_have_text("1 new")


# Refresh


def test_a_refresh_that_finds_nothing_says_so_and_stays(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(f"{INBOX}?page=2")
    page.get_by_role("link", name="Refresh").press("Enter")
    expect(status(page)).to_have_text("Nothing new.")
    assert focused(page) == "refresh"
    expect_path(page, f"{INBOX}?page=2")


def test_a_refresh_keeps_focus_selection_and_the_open_conversations_title(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.listing(room(1), room(2), room(3))
    page = open_page(moderator)
    page.goto(INBOX)
    row(page, 0).link.click()
    expect(region(page).locator("h2")).to_have_text("Person 1")
    expect(page).to_have_title(re.compile(r"^\(3\) Person 1 · Léa Moreau"))
    row(page, 1).box.check()
    api.listing(room(4), room(1), room(2), room(3))
    page.get_by_role("link", name="Refresh").press("Enter")
    expect(page.locator(".row")).to_have_count(4)
    assert focused(page) == "refresh"
    expect(page.locator("#chatroom-2").get_by_role("checkbox")).to_be_checked()
    expect(page.get_by_role("button", name="Mark selected read (1)")).to_be_visible()
    expect(page.locator("#open-1")).to_have_attribute("aria-current", "true")
    expect(region(page).locator("h2")).to_have_text("Person 1")
    expect(page).to_have_title(re.compile(r"^\(4\) Person 1 · Léa Moreau"))


# When it does not work


@pytest.mark.parametrize("pinned", [[], [101]], ids=["without pins", "with a pin"])
def test_who_was_signed_out_elsewhere_is_told_and_stays(
    open_page: Open, moderator: Membership, api: Upstream, pinned: list[int]
) -> None:
    moderator.pins = pinned
    moderator.save()
    page = watch(open_page(moderator), f"{INBOX}?page=2")
    page.context.clear_cookies()
    for _ in range(7):
        wait(page, TURN)
    page.wait_for_timeout(100)
    expect_path(page, f"{INBOX}?page=2")
    expect(news(page)).to_contain_text("You were signed out.")
    expect(page.locator(".row")).to_have_count(25)
    with page.expect_popup() as opened:
        news(page).get_by_role("link", name="Sign in in another tab").click()
    other = opened.value
    other.get_by_label("Email").fill(moderator.user.email)
    other.get_by_label("Password").fill("lumiere-et-parfum")
    other.get_by_role("button", name="Sign in", exact=True).click()
    expect_path(other, f"{INBOX}?page=2")
    other.close()
    wait(page, TURN)
    expect(news(page)).to_be_empty()


def test_being_offline_is_said_and_caught_up_with(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    moderator.pins = [101]
    moderator.save()
    api.listing(room(1))
    page = watch(open_page(moderator))
    page.context.set_offline(True)
    expect(news(page)).to_contain_text("You are offline. The page will catch up by itself.")
    wait(page, 70)
    expect(news(page)).to_contain_text("You are offline.")
    expect(page.locator("#alerts")).to_be_empty()
    api.listing(room(2), room(1))
    page.context.set_offline(False)
    expect(news(page)).to_have_text("1 new")
    api.listing(room(1))
    wait(page, 61)
    expect(news(page)).to_be_empty()


def test_a_dashboard_that_does_not_answer_is_said_until_it_does(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.listing(room(1))
    page = watch(open_page(moderator))
    page.route(f"**{INBOX}", lambda route: route.fulfill(status=503))
    wait(page, TURN)
    expect(news(page)).to_have_text("The dashboard does not answer just now.")
    page.unroute_all()
    wait(page, TURN)
    expect(news(page)).to_be_empty()


def test_a_page_that_asked_too_much_says_nothing_and_waits_as_long_as_it_is_told(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.listing(room(1))
    page = watch(open_page(moderator))
    headers = {"Retry-After": "70"}
    page.route(f"**{INBOX}", lambda route: route.fulfill(status=429, headers=headers))
    wait(page, TURN)
    assert asked(page) == 1
    page.unroute_all()
    for _ in range(5):
        page.mouse.move(300, 300)
        wait(page, 14)
        expect(news(page)).to_be_empty()
    assert asked(page) == 1
    page.mouse.move(310, 300)
    wait(page, TURN)
    assert asked(page) == 2


def test_a_failing_popsell_is_said_until_it_answers(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.listing(room(1))
    page = watch(open_page(moderator))
    wait(page, TURN)
    api.answer("GET", 500)
    wait(page, TURN)
    expect(news(page)).to_have_text("Popsell gave an answer we can't use")
    api.listing(room(1))
    wait(page, TURN)
    expect(news(page)).to_be_empty()


def test_a_page_of_the_past_becomes_one_of_now(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.listing(room(1))
    page = open_page(moderator)
    page.goto(INBOX)
    api.answer("GET", 500)
    watch(page)
    banner = page.get_by_text("This is what Popsell said")
    expect(banner).to_be_visible()
    api.listing(room(1))
    wait(page, TURN)
    news(page).get_by_role("button", name="Popsell answers again").press("Enter")
    expect(banner).to_have_count(0)
    expect(news(page)).to_be_empty()
    expect(row(page).link).to_be_focused()


def test_a_page_of_the_past_can_be_tried_again(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.listing(room(1))
    page = open_page(moderator)
    page.goto(INBOX)
    api.answer("GET", 500)
    page.reload()
    kept = page.locator(".kept")
    retry = kept.get_by_role("link", name="Retry")
    retry.evaluate("(link) => link.classList.add('before')")
    retry.press("Enter")
    expect(page.locator("#retry:not(.before)")).to_be_focused()
    api.listing(room(1))
    settle(page)
    retry.press("Enter")
    expect(kept).to_have_count(0)
    expect(row(page).link).to_be_focused()


@pytest.mark.parametrize("answer", [403, 404, 422, 500])
@pytest.mark.parametrize("press", ["click", "r"])
def test_a_refresh_that_is_refused_says_so_and_leaves_the_list(
    open_page: Open, api: Upstream, moderator: Membership, answer: int, press: str
) -> None:
    """What comes instead of the list holds no list to select."""
    page = open_page(moderator)
    page.goto(INBOX)
    shown = page.locator(".row").count()
    cache.clear()
    api.answer("GET", answer, {"message": "No"})
    if press == "click":
        page.locator("#refresh").click()
    else:
        page.keyboard.press(press)
    expect(page.locator("#alert-list .alert")).to_be_visible()
    expect(page.locator("#list .row")).to_have_count(shown)
