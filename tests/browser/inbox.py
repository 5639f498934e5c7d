"""The inbox as a person meets it in a browser: its rows, what is said, where the focus is"""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, Route, expect

from inbox.models import Membership
from tests.support.cast import PASSWORD
from tests.support.visitors import UNSETTLED

MARKABLE = ".row:has(form)"


@dataclass(frozen=True)
class Row:
    """A row, held by its number."""

    page: Page
    id: str

    @property
    def here(self) -> Locator:
        return self.page.locator(f"#chatroom-{self.id}")

    @property
    def link(self) -> Locator:
        return self.page.locator(f"#open-{self.id}")

    @property
    def box(self) -> Locator:
        return self.here.get_by_role("checkbox")

    @property
    def button(self) -> Locator:
        return self.page.locator(f"button#read-{self.id}")

    @property
    def alert(self) -> Locator:
        return self.page.locator(f"#alert-{self.id}")

    @property
    def address(self) -> str:
        return self.link.get_attribute("href") or ""

    def expect_read(self) -> None:
        expect(self.here).to_have_attribute("data-unread", "false")
        expect(self.button).to_have_count(0)


def row(page: Page, place: int = 0, which: str = ".row[data-item]") -> Row:
    """The row at this place, of all or of those that offer to be marked read."""
    return Row(page, page.locator(which).nth(place).get_attribute("data-item") or "")


def markable(page: Page, place: int = 0) -> Row:
    return row(page, place, MARKABLE)


def region(page: Page) -> Locator:
    return page.locator("#conversation")


def status(page: Page) -> Locator:
    return page.locator("#status")


def toast(page: Page) -> Locator:
    return page.locator("#toast")


def settle(page: Page) -> None:
    """Until nothing is under way and every control takes a press."""
    expect(page.locator(UNSETTLED)).to_have_count(0)


def focused(page: Page) -> str:
    """The element with the focus, by its id or its name."""
    found: str = page.evaluate(
        "document.activeElement.id || document.activeElement.tagName.toLowerCase()"
    )
    return found


def expect_path(page: Page, path: str) -> None:
    expect(page).to_have_url(re.compile(re.escape(path) + "$"))
    page.wait_for_load_state()  # until then it may have no styles yet, nor scripts


def sign_in_elsewhere(page: Page, member: Membership) -> None:
    """Instead of who is signed in, in another tab of the same browser."""
    page.context.clear_cookies()
    other = page.context.new_page()
    other.goto("/accounts/login/")
    other.get_by_label("Email").fill(member.user.email)
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Sign in", exact=True).click()
    expect(other.locator(".rail")).to_be_attached()
    other.close()


class Held:
    """What the page asks of an address of the dashboard, kept from it until it is released."""

    def __init__(self, page: Page, address: str) -> None:
        self._routes: list[Route] = []
        self._is_released = False
        page.route(address, self._keep)

    def _keep(self, route: Route) -> None:
        if self._is_released:
            route.continue_()
        else:
            self._routes.append(route)

    def release(self) -> None:
        self._is_released = True
        for route in self._routes:
            route.continue_()

    def drop(self) -> None:
        """As where the connection breaks before an answer comes."""
        self._is_released = True
        for route in self._routes:
            route.abort()
