"""What people come for, from the page that signing in leads to: in how many presses of a key"""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from inbox.models import Brand, CodeName, Hold, IndexedAmbassador, IndexedBrand, Membership, Role
from tests.browser.conftest import Open
from tests.browser.inbox import expect_path, settle
from tests.support.activity import did
from tests.support.cast import member
from tests.support.chatrooms import Json, chatroom, message, participant
from tests.support.indexed import DAY, HOUR, MINUTE, keep, listed
from tests.support.upstream import Upstream

HOME = "/brands/3/"
WIDE = {"viewport": {"width": 1440, "height": 900}}
KEEPERS = {100: "Léa", 101: "Marc", 102: "Noé"}
LONGEST, ODD, SOFIA = 12, 21, 20


def room(id_: int, whose: int, waited: timedelta, **more: Any) -> Json:
    """A conversation with Person 1, 2 and so on, who wrote that long ago and had no answer."""
    first, last = ("Sofia", "Duarte") if id_ == SOFIA else (f"Person {id_}", None)
    other = participant(500 + id_, id_, firstname=first, lastname=last)
    own = participant(whose, id_, firstname=KEEPERS[whose], lastname=None, status=6)
    wrote = (timezone.now() - waited).isoformat()
    newest = message(16, other, date_insert=wrote, content="Is anybody there?")
    told: Json = {"ambassadors": [own, other], "last_message": newest, "last_message_date": wrote}
    return chatroom(id_, **{**told, **more})


def odd(id_: int, whose: int) -> Json:
    """With an anomaly in its summary, and nobody who waits for long."""
    when = (timezone.now() - HOUR).isoformat()
    told = {"summary": "A transfer was offered", "anomaly": 7, "topic": 1, "date_insert": when}
    return room(id_, whose, MINUTE, last_summary=told)


@pytest.fixture(autouse=True)
def _three_inboxes(api: Upstream, brand: Brand) -> None:
    """The longest wait is neither in the first inbox nor the most pressing row."""
    seen = {"first_seen": timezone.now(), "last_seen": timezone.now()}
    CodeName.objects.create(
        brand=brand, kind="anomaly", code="7", name="Payment elsewhere", tone="bad", **seen
    )
    keep(3, *KEEPERS)
    now = timezone.now()
    IndexedBrand.objects.update(directory_read=now, waiting_read=now)
    for whose, name in KEEPERS.items():
        found = IndexedAmbassador.objects.filter(ambassador=whose)
        found.update(name=name, status="6", read_at=now, walked=now)
    inboxes = {
        100: [room(10, 100, 5 * HOUR), room(11, 100, 90 * MINUTE)],
        101: [odd(ODD, 101), room(SOFIA, 101, 2 * HOUR)],
        102: [room(LONGEST, 102, 9 * HOUR), room(13, 102, 6 * HOUR)],
    }
    for whose, rooms in inboxes.items():
        listed(*rooms, at=now, whose=whose)
        for one in rooms:
            api.conversation(one, one["last_message"])


class Presses:
    """A person at the keyboard, and how often they pressed."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0
        page.goto("/")
        expect_path(page, HOME)

    def press(self, *keys: str) -> None:
        settle(self.page)
        for key in keys:
            self.page.keyboard.press(key)
        self.count += len(keys)

    def has_open(self, who: str) -> None:
        expect(self.page.locator("#conversation h2")).to_have_text(who)


@pytest.fixture
def at_home(open_page: Open, moderator: Membership) -> Presses:
    return Presses(open_page(moderator, **WIDE))


def test_the_customer_who_waits_longest_of_all(at_home: Presses) -> None:
    at_home.press("w")
    at_home.has_open(f"Person {LONGEST}")
    assert at_home.count <= 3


def test_the_longest_wait_is_open_to_who_moved_to_a_row(at_home: Presses) -> None:
    at_home.press("j")
    expect(at_home.page.locator(f"#open-{ODD}")).to_be_focused()
    at_home.press("w")
    at_home.has_open(f"Person {LONGEST}")


def test_the_longest_wait_is_open_to_who_has_another_open(at_home: Presses) -> None:
    at_home.press("o")
    at_home.has_open(f"Person {ODD}")
    at_home.press("w")
    at_home.has_open(f"Person {LONGEST}")


def test_the_longest_wait_opens_beside_the_list_that_is_looked_at(at_home: Presses) -> None:
    at_home.press("2")
    expect_path(at_home.page, f"{HOME}?reason=waiting")
    at_home.press("w")
    at_home.has_open(f"Person {LONGEST}")
    opened = f"{HOME}ambassadors/102/chatrooms/{LONGEST}/?reason=waiting"
    expect_path(at_home.page, opened)


def test_any_anomaly_of_the_brand(at_home: Presses) -> None:
    at_home.press("3")
    expect_path(at_home.page, f"{HOME}?reason=anomaly")
    at_home.press("o")
    at_home.has_open(f"Person {ODD}")
    assert at_home.count <= 2


def test_what_a_colleague_did_yesterday(at_home: Presses, manager: Membership) -> None:
    did(manager, started=timezone.now() - DAY)
    did(manager, started=timezone.now() - 3 * DAY)
    at_home.press("g", "t")
    expect_path(at_home.page, f"{HOME}activity/")
    at_home.press("2")
    expect(at_home.page.get_by_role("link", name="Yesterday")).to_have_attribute(
        "aria-current", "page"
    )
    expect(at_home.page.locator("tr.activity-line")).to_have_count(1)
    expect(at_home.page.locator("tr.activity-line")).to_contain_text("Camille Roy")
    assert at_home.count <= 3


def test_the_customer_sofia_duarte(at_home: Presses) -> None:
    at_home.press("/")
    expect(at_home.page.get_by_label("Search the brand")).to_be_focused()
    at_home.page.keyboard.type("sofia duarte")
    at_home.press("Enter")
    expect_path(at_home.page, f"{HOME}search/?words=sofia+duarte")
    found = at_home.page.locator(".row")
    expect(found).to_have_count(1)
    expect(found).to_contain_text("Sofia Duarte with Marc")
    assert at_home.count <= 2
    at_home.press("o")
    at_home.has_open("Sofia Duarte")


def test_where_a_pointer_was_at_work_opening_first_shows_which_row_it_is(at_home: Presses) -> None:
    at_home.page.locator("#title").click()
    at_home.press("o")
    expect(at_home.page.locator(f"#open-{ODD}")).to_be_focused()
    expect(at_home.page.locator("#conversation .digest")).to_be_visible()
    at_home.press("o")
    at_home.has_open(f"Person {ODD}")


def test_handing_a_conversation_over_with_a_note(
    at_home: Presses, brand: Brand, manager: Membership
) -> None:
    member("ines@example.com", brand, Role.MODERATOR, "Inès Kaci")
    at_home.press("o")
    at_home.has_open(f"Person {ODD}")
    at_home.press("h")
    keyboard = at_home.page.keyboard
    expect(at_home.page.get_by_label("To", exact=True)).to_be_focused()
    keyboard.type("Cam")
    at_home.press("Tab")
    expect(at_home.page.locator("#hand-over-note")).to_be_focused()
    keyboard.type("She asks for the second time")
    at_home.press("Enter")
    expect(at_home.page.locator("#hand-conversation")).to_contain_text("Camille Roy has it")
    assert at_home.count <= 4
    hold = Hold.objects.get()
    assert (hold.member, hold.given_by) == (manager, "Nadia Benali")
    assert hold.note
    assert hold.note.text == "She asks for the second time"
