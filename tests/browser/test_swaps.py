"""After each swap the focus is somewhere, and what became of it is announced once"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from inbox.models import Membership
from tests.browser.conftest import Open
from tests.browser.inbox import settle
from tests.browser.test_transcript import LONG
from tests.support.chatrooms import chatroom
from tests.support.pages import INBOX
from tests.support.upstream import Upstream

# Each text that a live region comes to say, in one go or as a new element.
LISTEN = """() => {
  const LIVE = "[role=status], [role=alert], [aria-live]";
  window.announced = [];
  new MutationObserver((changes) => {
    const said = changes.flatMap(({ target, addedNodes }) => {
      const around = (target.closest ? target : target.parentElement)?.closest(LIVE);
      return [around, ...[...addedNodes].filter((one) => one.matches?.(LIVE))];
    });
    for (const one of new Set(said)) {
      const text = one?.isConnected && one.checkVisibility() ? one.textContent.trim() : "";
      if (text) window.announced.push(text.replace(/\\s+/g, " "));
    }
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""
IS_SOMEWHERE = (
    "document.activeElement !== document.body && document.activeElement.checkVisibility()"
)


@dataclass(frozen=True)
class Swap:
    """`control`: what is pressed. `shows`: what is there afterwards. `said`: in words, by each swap."""

    control: str
    shows: str
    said: str | tuple[str, ...]
    page: str = LONG
    before: Callable[[Page], None] = lambda page: None


def write(page: Page) -> None:
    page.locator("#note").fill("Seen")


SWAPS = {
    "a refresh": Swap("#refresh", "#chatroom-8", "Updated just now", INBOX),
    "a conversation opened": Swap(
        ".row-name a", "#conversation h2", "The conversation with", INBOX
    ),
    "older messages": Swap("#older a", "#message-316420", "25 older messages"),
    "newer messages": Swap(
        "#newer a", "#message-316460", "25 newer messages", f"{LONG}?messages=2"
    ),
    "marking read": Swap(".row-act button", ".toast-said", "Marked read for", INBOX),
    "archiving": Swap("#archive-button", "text=Unarchive", "Archived for"),
    "a flag": Swap("#flag-1", "#flag-1[aria-current]", "Flag"),
    "a review": Swap("#review-button", ".toast-said", ("Reviewed for", "The conversation with")),
    "a note": Swap("#note-button", ".notes-text", "The note is added", before=write),
    "who it is": Swap(
        "[id^=reveal-][type=submit]",
        "dl[id^=reveal-]",
        "Shown what identifies",
        before=lambda page: page.locator(".details summary").click(),
    ),
}


@pytest.mark.parametrize("name", SWAPS)
def test_one_hears_of_it_once_and_knows_where_one_is(
    open_page: Open, moderator: Membership, api: Upstream, name: str
) -> None:
    swap = SWAPS[name]
    page = open_page(moderator, viewport={"width": 1440, "height": 900})
    page.add_init_script("sessionStorage.setItem('paused', 'yes')")
    page.goto(swap.page)
    page.wait_for_load_state()
    swap.before(page)
    if name == "a refresh":
        api.listing(chatroom())
    settle(page)
    page.evaluate(LISTEN)
    page.locator(swap.control).first.press("Enter")
    expect(page.locator(swap.shows).first).to_be_attached()
    settle(page)
    said = (swap.said,) if isinstance(swap.said, str) else swap.said
    page.wait_for_function("count => window.announced.length >= count", arg=len(said))
    announced = page.evaluate("window.announced")
    assert len(announced) == len(said), announced
    assert all(words in heard for words, heard in zip(said, announced, strict=True))
    assert page.evaluate(IS_SOMEWHERE)
