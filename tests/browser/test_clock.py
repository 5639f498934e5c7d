"""Pages follow the server's clock, even where the computer's own is wrong"""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from inbox.models import Membership
from tests.browser.conftest import Open
from tests.browser.inbox import region, row
from tests.support.chatrooms import chatroom, message
from tests.support.pages import INBOX
from tests.support.upstream import Upstream

WRONG = {"fast": timedelta(minutes=10), "slow": timedelta(hours=-3), "right": timedelta()}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_was_just_loaded_is_of_just_now(
    open_page: Open, moderator: Membership, api: Upstream, wrong: timedelta
) -> None:
    now = datetime.now(UTC)
    said = (now - timedelta(minutes=20, seconds=20)).isoformat()
    api.listing(chatroom(1, last_message_date=said, last_message=message(5, date_insert=said)))
    page = open_page(moderator)
    page.clock.install(time=now + wrong)
    page.clock.pause_at(now + wrong + timedelta(seconds=1))
    page.goto(INBOX)
    page.clock.run_for(2000)
    when = page.locator("#chatroom-1 .row-when time")
    expect(when).to_have_text("20 min ago")
    page.clock.run_for(60_000)
    expect(page.locator("#updated")).to_have_text("Updated 1 min ago")
    expect(when).to_have_text("21 min ago")


def test_what_lies_ahead_keeps_its_date(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    now = datetime.now(UTC)
    soon, later = now + timedelta(minutes=4), now + timedelta(days=400)
    api.listing(
        chatroom(1, last_message_date=soon.isoformat()),
        chatroom(2, last_message_date=later.isoformat()),
    )
    page = open_page(moderator)
    page.clock.install(time=now)
    page.goto(INBOX)
    ahead = page.locator("#chatroom-2 .row-when time")
    told = ahead.text_content() or ""
    assert told.endswith(str(later.year))
    page.clock.run_for(2000)
    expect(ahead).to_have_text(told)
    expect(page.locator("#chatroom-1 .row-when time")).to_have_text("just now")


def test_a_conversation_tells_the_time_by_the_same_clock(
    open_page: Open, moderator: Membership
) -> None:
    page = open_page(moderator)
    now = datetime.now(UTC)
    page.goto(INBOX)
    first = row(page)
    address = first.address
    right = open_page(moderator)
    right.goto(address)
    told = region(right).locator(".conversation-who time").first.text_content()
    page.clock.install(time=now + timedelta(days=3))
    page.goto(address)
    page.clock.run_for(2000)
    expect(region(page).locator(".conversation-who time").first).to_have_text(told or "")
