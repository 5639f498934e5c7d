"""What the tests of single keys share: an inbox of three conversations, and presses"""

from playwright.sync_api import Locator, Page, expect

from inbox.models import Membership
from tests.browser.conftest import Open
from tests.browser.inbox import region, settle
from tests.support.chatrooms import Json, chatroom, lea, message, participant
from tests.support.pages import INBOX
from tests.support.upstream import Upstream


def room(id_: int, last_read: int | None = None) -> Json:
    other = participant(500 + id_, id_, firstname=f"Person {id_}", lastname=None)
    return chatroom(id_, ambassadors=[lea(id_, last_read), other])


def list_three(api: Upstream) -> Upstream:
    """An inbox of three conversations; the second is read."""
    api.listing(room(1), room(2, 16), room(3))
    for id_ in (1, 2, 3):
        api.conversation(room(id_), message(16))
    api.answer("POST", body=message(16))
    return api


def enter(open_page: Open, moderator: Membership, path: str = INBOX) -> Page:
    page = open_page(moderator)
    page.goto(path)
    return page


def press(page: Page, keys: str) -> None:
    for key in keys.split():
        page.keyboard.press(key)


def open_first(open_page: Open, moderator: Membership) -> Page:
    """The first of the three conversations, open and at rest."""
    page = enter(open_page, moderator)
    press(page, "j o")
    expect(region(page).locator("h2")).to_have_text("Person 1")
    settle(page)
    return page


def help_(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Keyboard")


def search(page: Page) -> Locator:
    return page.get_by_label("Search the brand")
