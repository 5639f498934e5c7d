"""Small screens, less motion and the system's own colours"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from inbox.models import Membership
from tests.browser.conftest import Open
from tests.browser.inbox import (
    Row,
    markable,
    row,
    status,
)
from tests.browser.test_pages import beyond_the_edges
from tests.support.chatrooms import chatroom, lea, message, participant
from tests.support.pages import INBOX
from tests.support.upstream import Upstream

PEOPLE = "/brands/3/ambassadors/"
CONVERSATION = f"{INBOX}chatrooms/30615/?page=2"


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
  // Also the rows out of sight, which are not laid out before they come near.
  document.querySelectorAll(".row").forEach((row) => { row.style.contentVisibility = "visible"; });
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
    (".row:has([aria-current])", ".row:not(:has([aria-current], :checked))"),
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
