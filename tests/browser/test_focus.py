"""Where the focus is after each act, and other needs of people without a pointer or full sight"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from inbox.models import Act, Membership
from tests.browser.conftest import Open
from tests.browser.inbox import (
    Held,
    Row,
    expect_path,
    focused,
    markable,
    region,
    row,
    settle,
    status,
    toast,
)
from tests.browser.test_pages import beyond_the_edges
from tests.support.chatrooms import chatroom, lea, message, participant
from tests.support.pages import INBOX
from tests.support.trail import acts
from tests.support.upstream import Upstream

PEOPLE = "/brands/3/ambassadors/"
CONVERSATION = f"{INBOX}chatrooms/30615/?page=2"
PHONE = {"viewport": {"width": 390, "height": 800}}
SAID = """() => {
  window.said = [];
  for (const place of document.querySelectorAll("[role=status], [role=alert]")) {
    const note = () => { if (place.textContent.trim()) said.push(place.textContent.trim()); };
    new MutationObserver(note).observe(place, { childList: true, subtree: true });
  }
}"""


# An act


def test_a_press_does_not_move_what_is_pressed(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    """Else the button may be gone from under the pointer before it is let go, and nothing happens."""
    page = open_page(moderator)
    page.goto(INBOX)
    one = markable(page)
    one.button.hover()
    before = one.button.bounding_box()
    page.mouse.down()
    assert one.button.bounding_box() == before
    page.mouse.up()
    one.expect_read()


def test_a_button_shows_within_a_frame_that_it_was_pressed(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    one = markable(page)
    held = Held(page, "**/read/")
    looks = """(button) => {
      const { cursor, color } = getComputedStyle(button);
      return { cursor, color };
    }"""
    before = one.button.evaluate(looks)
    after = one.button.evaluate(
        f"""async (button) => {{
          button.click();
          await new Promise(requestAnimationFrame);
          return ({looks})(button);
        }}"""
    )
    assert before["cursor"] == "pointer"
    assert after["cursor"] == "progress"
    assert after["color"] != before["color"]
    assert not api.calls("POST")
    held.release()
    one.expect_read()


def test_a_conversations_button_does_so_too(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    markable(page).link.click()
    held = Held(page, "**/read/")
    button = page.locator("button#read-conversation")
    expect(button).to_have_css("cursor", "pointer")
    button.click()
    expect(button).to_have_css("cursor", "progress")
    held.release()
    expect(page.locator("#read-conversation")).to_have_text("Read")


def test_marking_read_changes_the_row_in_place_and_is_said_once(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    one = markable(page)
    before = [each.get_attribute("id") for each in page.locator(".row").all()]
    page.evaluate(SAID)
    one.button.press("Enter")
    one.expect_read()
    assert focused(page) == f"read-{one.id}"
    assert [each.get_attribute("id") for each in page.locator(".row").all()] == before
    (said,) = page.evaluate("said")
    assert said == toast(page).locator("p").inner_text()
    assert said.startswith("Marked read for Léa: ")
    page.keyboard.press("Shift+Tab")
    assert focused(page) == f"open-{one.id}"


def test_marking_read_in_the_conversation_keeps_the_focus_there(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(f"{INBOX}?page=2")
    one = markable(page)
    one.link.press("Enter")
    expect(page.locator("button#read-conversation")).to_be_visible()
    settle(page)
    page.locator("button#read-conversation").press("Enter")
    expect(page.locator("span#read-conversation")).to_be_focused()
    one.expect_read()
    expect(status(page)).to_contain_text("Marked read for Léa: ")
    expect_path(page, one.address)


@pytest.mark.parametrize("width", [1440, 390])
def test_a_failure_in_the_conversation_is_said_there_with_retry(
    open_page: Open, moderator: Membership, api: Upstream, width: int
) -> None:
    page = open_page(moderator, viewport={"width": width, "height": 800})
    page.goto(f"{INBOX}?page=2")
    page.goto(markable(page).address)
    api.answer("POST", 500)
    button, alert = page.locator("#read-conversation"), region(page).locator(".alert")
    button.press("Enter")
    expect(alert).to_be_visible()
    expect(alert).to_be_in_viewport()
    expect(button).to_be_focused()
    api.recover()
    settle(page)
    alert.get_by_role("button", name="Retry").press("Enter")
    expect(page.locator("span#read-conversation")).to_be_focused()
    expect(alert).to_have_count(0)


@pytest.mark.parametrize("width", [1440, 390])
def test_what_may_have_arrived_is_said_in_the_conversation_too(
    open_page: Open, moderator: Membership, api: Upstream, width: int
) -> None:
    page = open_page(moderator, viewport={"width": width, "height": 800})
    page.goto(f"{INBOX}?page=2")
    one = markable(page)
    page.goto(one.address)
    api.drop("POST")
    page.locator("button#read-conversation").press("Enter")
    alert = region(page).locator(".alert")
    expect(alert).to_contain_text("What you did may have arrived all the same")
    expect(alert).to_be_in_viewport()
    expect(page.locator("span#read-conversation")).to_be_focused()
    expect(one.alert).to_be_empty()


def test_retry_beside_a_row_leaves_the_focus_in_the_row(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    one = markable(page)
    api.answer("POST", 500)
    one.button.press("Enter")
    retry = one.alert.get_by_role("button", name="Retry")
    expect(retry).to_be_visible()
    expect(one.button).to_be_focused()
    api.recover()
    settle(page)
    retry.press("Enter")
    one.expect_read()
    assert focused(page) == f"read-{one.id}"


def test_pinning_keeps_the_focus_on_the_button(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    pin = page.get_by_role("button", name="Pin", exact=True)
    pin.press("Enter")
    expect(pin).to_have_attribute("aria-pressed", "true")
    expect(pin).to_be_focused()
    expect(status(page)).to_have_text("Léa is pinned.")
    pins = page.get_by_role("navigation", name="Pinned ambassadors")
    expect(pins.get_by_role("link")).to_contain_text("9+")
    expect(pins.get_by_role("link")).to_have_attribute("aria-current", "page")
    settle(page)
    pin.press("Enter")
    expect(pin).to_have_attribute("aria-pressed", "false")
    expect(pin).to_be_focused()
    expect(pins.get_by_role("link")).to_have_count(0)


def test_an_act_lowers_the_count_of_its_pin(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    moderator.pins = [100]
    moderator.save()
    page = open_page(moderator)
    page.goto(INBOX)
    count = page.locator("#pin-100 .pin-count")
    expect(count).to_contain_text("9+")
    markable(page).button.click()
    expect(count).to_contain_text("8+")


# Back and Forward


@pytest.fixture
def three(api: Upstream) -> Upstream:
    """An inbox of three conversations, each with something to mark."""
    rooms = [
        chatroom(
            id_, ambassadors=[lea(id_), participant(500 + id_, id_, firstname=f"Person {id_}")]
        )
        for id_ in (1, 2, 3)
    ]
    api.listing(*rooms)
    for one in rooms:
        api.conversation(one, message(16))
    api.answer("POST", body=message(16))
    return api


def open_row(page: Page, number: int, how: str) -> None:
    link = page.locator(f"#open-{number}")
    if how == "by mouse":
        link.click()
    else:
        link.press("Enter")
    expect(region(page).locator("h2")).to_contain_text(f"Person {number}")
    settle(page)


def marked(api: Upstream) -> list[str]:
    """The conversations that were marked read."""
    found = [re.search(r"/chatrooms/(\d+)/", call.path) for call in api.calls("POST")]
    return [one[1] for one in found if one]


def go(page: Page, where: str, number: int) -> None:
    """By the browser's own button, which leaves the focus where it is."""
    page.evaluate(f"history.{where}()")
    expect(region(page).locator("h2")).to_contain_text(f"Person {number}")
    settle(page)


HOW = pytest.mark.parametrize("how", ["by mouse", "by key"])


@HOW
def test_back_takes_the_focus_along_and_keys_act_there(
    open_page: Open, moderator: Membership, three: Upstream, how: str
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    open_row(page, 1, how)
    open_row(page, 2, how)
    go(page, "back", 1)
    assert focused(page) == "open-1"
    expect(page.locator(".row [aria-current]")).to_have_attribute("id", "open-1")
    page.keyboard.press("m")
    Row(page, "1").expect_read()
    assert marked(three) == ["1"]
    go(page, "forward", 2)
    assert focused(page) == "open-2"
    page.keyboard.press("x")
    expect(Row(page, "2").box).to_be_checked()
    page.keyboard.press("e")
    expect(region(page).locator("h2")).to_contain_text("Person 3")
    assert marked(three) == ["1"]
    assert focused(page) == "open-3"


@HOW
def test_on_the_way_back_keys_act_on_what_one_goes_to(
    open_page: Open, moderator: Membership, three: Upstream, how: str
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    open_row(page, 1, how)
    open_row(page, 2, how)
    held = Held(page, "**/chatrooms/1/")
    page.evaluate("history.back()")
    expect(region(page)).to_have_attribute("aria-busy", "true")
    page.keyboard.press("e")
    assert focused(page) == "open-1"
    page.keyboard.press("m")
    Row(page, "1").expect_read()
    expect(page.locator(".row [aria-current]")).to_have_attribute("id", "open-1")
    held.release()
    expect(region(page).locator("h2")).to_contain_text("Person 1")
    assert marked(three) == ["1"]
    assert not acts().filter(act=Act.REVIEW).exists()


def test_who_goes_elsewhere_on_the_way_back_is_left_there(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    open_row(page, 1, "by key")
    open_row(page, 2, "by key")
    held = Held(page, "**/chatrooms/1/")
    page.evaluate("history.back()")
    expect(region(page)).to_have_attribute("aria-busy", "true")
    Row(page, "3").link.focus()
    held.release()
    expect(region(page).locator("h2")).to_contain_text("Person 1")
    assert focused(page) == "open-3"


def test_of_going_back_and_opening_the_last_one_counts(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    open_row(page, 1, "by key")
    open_row(page, 2, "by key")
    held = Held(page, "**/chatrooms/1/")
    page.evaluate("history.back()")
    expect(region(page)).to_have_attribute("aria-busy", "true")
    open_row(page, 3, "by key")
    held.release()
    page.wait_for_load_state("networkidle")
    expect(region(page).locator("h2")).to_contain_text("Person 3")
    expect_path(page, f"{INBOX}chatrooms/3/")
    expect(page.locator(".row [aria-current]")).to_have_attribute("id", "open-3")


@HOW
def test_back_to_the_list_stays_at_the_row_one_comes_from(
    open_page: Open, moderator: Membership, three: Upstream, how: str
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    open_row(page, 2, how)
    region(page).focus()
    page.evaluate("history.back()")
    expect(region(page)).to_contain_text("Choose a conversation")
    settle(page)
    assert focused(page) == "open-2"
    expect(page.locator(".row [aria-current]")).to_have_count(0)
    page.keyboard.press("j")
    assert focused(page) == "open-3"


@HOW
def test_where_the_row_is_listed_no_more_no_rows_key_acts(
    open_page: Open, moderator: Membership, three: Upstream, how: str
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    open_row(page, 1, how)
    open_row(page, 2, how)
    three.answer("GET", body={"data": [chatroom(2), chatroom(3)]}, path="/chat/ambassadors")
    page.get_by_role("link", name="Refresh").click()
    expect(Row(page, "1").here).to_have_count(0)
    settle(page)
    Row(page, "2").link.focus()
    go(page, "back", 1)
    assert focused(page) == "conversation"
    page.keyboard.press("x")
    page.keyboard.press("o")
    page.keyboard.press("e")
    expect(status(page)).to_contain_text("Reviewed")
    expect(page.locator(".row-check :checked")).to_have_count(0)
    assert [one.chatroom for one in acts()] == [1]


def test_a_refresh_without_the_row_leaves_the_focus_at_the_open_one(
    open_page: Open, moderator: Membership, three: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(INBOX)
    open_row(page, 2, "by key")
    three.answer("GET", body={"data": [chatroom(1), chatroom(2)]}, path="/chat/ambassadors")
    page.keyboard.press("j")
    assert focused(page) == "open-3"
    page.keyboard.press("r")
    expect(Row(page, "3").here).to_have_count(0)
    assert focused(page) == "open-2"


# Ways in


def test_skip_links_lead_to_the_content_and_to_the_conversation(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.goto(CONVERSATION)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert focused(page) == "main"
    page.goto(CONVERSATION)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the conversation")).to_be_focused()
    page.keyboard.press("Enter")
    assert focused(page) == "conversation"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#conversation') !== null")


@pytest.mark.parametrize(
    ("path", "title"),
    [
        (PEOPLE, "Ambassadors · Maison Lumière · Ambassador Inbox"),
        (INBOX, "(9) Léa Moreau · Maison Lumière · Ambassador Inbox"),
        (f"{INBOX}?page=6", "(1) Léa Moreau · Page 6 · Maison Lumière · Ambassador Inbox"),
        (f"{INBOX}read/?all=1", "Mark read · Léa Moreau · Maison Lumière · Ambassador Inbox"),
    ],
)
def test_a_title_says_page_and_ambassador(
    open_page: Open, moderator: Membership, api: Upstream, path: str, title: str
) -> None:
    page = open_page(moderator)
    page.goto(path)
    expect(page).to_have_title(title)


# Other eyes, other hands

Steps = Callable[[Page, Upstream], None]


def selected(page: Page, api: Upstream) -> None:
    page.goto(INBOX)
    markable(page).box.check()
    expect(page.get_by_role("button", name="Clear")).to_be_visible()


def asked(page: Page, api: Upstream) -> None:
    page.goto(INBOX)
    page.get_by_role("button", name=re.compile("Mark all")).click()
    expect(page.locator("#several-ask")).to_be_visible()


def failed(page: Page, api: Upstream) -> None:
    page.goto(INBOX)
    api.answer("POST", 500)
    one = markable(page)
    one.button.click()
    expect(one.alert.get_by_role("button", name="Retry")).to_be_visible()


def of_the_past(page: Page, api: Upstream) -> None:
    page.goto(INBOX)
    api.answer("GET", 500)
    page.reload()
    expect(page.get_by_role("link", name="Retry")).to_be_visible()


def menu(page: Page, api: Upstream) -> None:
    page.goto(INBOX)
    if page.get_by_role("button", name="Menu").is_visible():
        page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("link", name="Account")).to_be_visible()


def helped(page: Page, api: Upstream) -> None:
    page.goto(INBOX)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()


def left(page: Page, api: Upstream) -> None:
    page.goto(f"{INBOX}read/?all=1")
    api.answer("POST", 500)
    page.get_by_role("button", name="Mark read").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Not all were marked read")
    page.wait_for_load_state()  # with its stylesheets


def filtered(page: Page, api: Upstream) -> None:
    page.goto(INBOX)
    page.locator("summary").click()
    expect(page.get_by_role("button", name="Apply")).to_be_visible()


def at(path: str) -> Steps:
    def go(page: Page, api: Upstream) -> None:
        page.goto(path)

    return go


STATES: dict[str, Steps] = {
    "inbox": at(INBOX),
    "conversation": at(CONVERSATION),
    "ambassadors": at(PEOPLE),
    "several": at(f"{INBOX}read/?all=1"),
    "some left": left,
    "selected": selected,
    "asked": asked,
    "failed": failed,
    "of the past": of_the_past,
    "menu": menu,
    "help": helped,
    "filters": filtered,
}
SMALL = """() => {
  const parts = "a, button, input:not([type=hidden]), select, summary";
  // What a click finds: a link's whole row, a box with its label. Words in a sentence are exempt.
  const target = (one) => one.closest(".row-name, .person-name")?.closest("li")
    ?? one.closest("label") ?? one;
  const isInline = (one) => getComputedStyle(one).display === "inline" && one.closest("p, li, dd");
  const isLeft = (one) => !one.checkVisibility() || one.matches(".skip, .hidden") || isInline(one);
  return [...document.querySelectorAll(parts)].filter((one) => !isLeft(one)).flatMap((one) => {
    const { width, height } = target(one).getBoundingClientRect();
    return Math.min(width, height) < 24 ? [`${width} x ${height}: ${one.outerHTML.slice(0, 90)}`] : [];
  });
}"""


@pytest.mark.parametrize("state", STATES)
def test_at_400_percent_nothing_scrolls_sideways_and_all_can_be_hit(
    open_page: Open, moderator: Membership, api: Upstream, state: str
) -> None:
    """1280 px at 400 % is 320 px wide."""
    moderator.pins = [100]
    moderator.save()
    page = open_page(moderator, viewport={"width": 320, "height": 256})
    STATES[state](page, api)
    assert beyond_the_edges(page) == []
    assert page.evaluate(SMALL) == []


def test_on_a_desk_all_can_be_hit_too(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    moderator.pins = [100]
    moderator.save()
    page = open_page(moderator)
    for state in ("selected", "conversation", "ambassadors", "failed"):
        STATES[state](page, api)
        assert page.evaluate(SMALL) == [], state


def test_nothing_moves_for_who_wants_less_motion(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator, reduced_motion="reduce")
    page.goto(INBOX)
    markable(page).button.click()
    expect(status(page)).to_contain_text("Marked read for Léa: ")
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((one) => {
          const look = getComputedStyle(one);
          const steps = look.animationName === "none" || look.animationTimingFunction === "steps(1)";
          return !steps || look.transitionDuration !== "0s" || look.scrollBehavior === "smooth";
        }).map((one) => one.outerHTML.slice(0, 90))"""
    )
    assert moving == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_with_forced_colours_unread_and_online_stay_visible(
    open_page: Open, moderator: Membership, api: Upstream, scheme: Any
) -> None:
    online = participant(555, 8, online=True)
    api.listing(chatroom(8, ambassadors=[lea(8), online]))
    page = open_page(moderator, forced_colors="active", color_scheme=scheme)
    page.goto(INBOX)
    colours = page.evaluate(
        """() => {
          const paint = (colour) => {
            const one = document.body.appendChild(document.createElement("i"));
            one.style.color = colour;
            const found = getComputedStyle(one).color;
            one.remove();
            return found;
          };
          const dot = document.querySelector(".row-dot");
          const avatar = document.querySelector(".row .avatar");
          const online = getComputedStyle(avatar, "::after");
          return {
            paper: paint("Canvas"),
            ink: paint("CanvasText"),
            dot: getComputedStyle(dot).backgroundColor,
            dotWidth: dot.getBoundingClientRect().width,
            online: online.backgroundColor,
            onlineWidth: parseFloat(online.width),
          };
        }"""
    )
    assert colours["paper"] != colours["ink"]
    assert colours["dot"] == colours["online"] == colours["ink"]
    assert min(colours["dotWidth"], colours["onlineWidth"]) >= 6
    expect(Row(page, "8").here.locator(".presence")).to_have_text("online")
    expect(row(page).button).not_to_have_css("border-top-width", "0px")


def test_a_message_of_ones_own_side_is_told_apart_without_colours(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    room = chatroom(8)
    api.listing(room)
    api.conversation(room, message(16), message(15, lea(8), content="Good morning"))
    page = open_page(moderator, forced_colors="active")
    page.goto(f"{INBOX}chatrooms/8/")
    own = page.locator(".message.own")
    expect(own).to_contain_text("Léa Moreau")
    expect(own.locator(".message-words")).to_have_css("border-top-style", "solid")


# What is chosen, where colours are the system's: its edges and grounds, beside one that is not.
CHOSEN = """([chosen, other]) => {
  const look = (name) => {
    const { backgroundColor, borderInlineStartWidth, borderInlineStartStyle } = getComputedStyle(
      document.querySelector(name),
    );
    return [backgroundColor, borderInlineStartStyle === "none" ? "0px" : borderInlineStartWidth].join();
  };
  return [look(chosen), look(other)];
}"""
PAIRS = [
    (".row:has([aria-current])", ".row:not(:has([aria-current]))"),
    (".row:has(.row-check :checked)", ".row:not(:has([aria-current], :checked))"),
    (".tabs [aria-current]", ".tabs a:not([aria-current])"),
    (".pager-number[aria-current]", ".pager-number:not([aria-current])"),
    (".rail-choices [aria-current]", ".rail-choices button:not([aria-current])"),
    ("#flag-1[aria-current]", "#flag-2"),
    ("#pause[aria-pressed=true]", "#refresh"),
]


def test_with_forced_colours_one_sees_what_is_chosen_and_focused(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.answer("PATCH", body={"message": None})
    page = open_page(moderator, forced_colors="active", viewport={"width": 1440, "height": 900})
    page.goto(f"{INBOX}chatrooms/30670/")
    page.wait_for_load_state()
    page.locator("#flag-1").press("Enter")
    expect(page.locator("#flag-1")).to_have_attribute("aria-current", "true")
    markable(page).box.check()
    page.locator("#pause").click()
    for pair in PAIRS:
        chosen, other = page.evaluate(CHOSEN, pair)
        assert chosen != other, pair
    for name in (".tabs a", ".row-name a", "#note", "#review-button", "#older a"):
        page.locator(name).first.focus()
        page.keyboard.press("Shift")
        shape = ".row:has(.row-name a:focus-visible)" if "row" in name else name
        expect(page.locator(shape).first).to_have_css("outline-style", "solid")
        expect(page.locator(shape).first).to_have_css("outline-width", "2px")
