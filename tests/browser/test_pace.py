"""Loads beyond a minute's budget wait as the server says, and end by themselves"""

import re
import time
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from inbox.models import Membership, Outcome
from inbox.popsell import budget
from tests.browser.conftest import Open
from tests.browser.inbox import Row, settle, status
from tests.browser.test_pages import listen
from tests.browser.test_several import chosen, confirm, mark_all, room
from tests.support.chatrooms import message
from tests.support.pages import INBOX
from tests.support.trail import acts
from tests.support.upstream import Upstream

CALLS = 12  # three quarters of them for what pages load by themselves


@pytest.fixture(autouse=True)
def _little(settings: Settings) -> None:
    settings.MEMBER_CALLS_PER_MINUTE = CALLS


@pytest.fixture
def short_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "WINDOW", 3)


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five seconds into a minute, until the test ends."""
    begun = time.time() // budget.WINDOW * budget.WINDOW + 5
    monkeypatch.setattr(budget, "time", SimpleNamespace(time=lambda: begun))


def waited(page: Page, selector: str) -> None:
    """From now on the page notes what it said of its waiting."""
    page.add_init_script(
        f"""window.waits = [];
        new MutationObserver(() => {{
          const told = document.querySelector("{selector}");
          if (told?.checkVisibility()) window.waits.push(told.textContent.trim());
        }}).observe(document, {{ childList: true, subtree: true, attributes: true }});"""
    )


def searched(api: Upstream) -> str:
    """The address of a search through fifteen pages of a conversation: each third message matches."""
    said = [
        message(
            1000 - n,
            content="Merci" if n % 3 == 0 else "Hello!",
            date_insert=f"2026-11-20T0{9 - n // 60}:{59 - n % 60:02}:00Z",
        )
        for n in range(75)
    ]
    api.listing(room(8))
    api.conversation(room(8))
    api.said(said, per_page=5)
    return f"{INBOX}chatrooms/8/find/?words=merci"


@pytest.mark.usefixtures("short_minute")
def test_a_conversation_is_searched_to_its_end_with_pauses(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    heard = listen(page)
    waited(page, "#scan .waits")
    page.goto(searched(api))
    expect(page.locator("#scan")).to_contain_text("15 of 15 pages, 25 found", timeout=30_000)
    expect(page.locator("#rows > li")).to_have_count(25)
    told = page.evaluate("waits")
    assert told
    assert all(re.fullmatch(r"Goes on in \d+ s", one) for one in told)
    expect(page.locator("[role=alert]").filter(has_text="Too much")).to_have_count(0)
    assert heard == []


@pytest.mark.usefixtures("still")
def test_a_pause_is_counted_down_and_can_be_stopped(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    page = open_page(moderator)
    page.clock.install()
    page.goto(searched(api))
    waits, stop, on = (page.locator(f"#scan {one}") for one in (".waits", "#scan-stop", "#scan-on"))
    expect(waits).to_have_text(re.compile(r"Goes on in \d\d s"))
    far = page.locator("#scan > p").first.text_content() or ""
    seconds = int(waits.locator("b").text_content() or 0)
    page.clock.run_for(5000)  # beside the time that passes by itself
    fewer = "|".join(str(seconds - gone) for gone in range(4, seconds))
    expect(waits).to_have_text(re.compile(f"Goes on in ({fewer}) s"))
    expect(on).to_be_hidden()
    stop.press("Enter")
    expect(waits).to_be_hidden()
    expect(on).to_be_focused()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(200_000)
    assert asked == []
    with page.expect_response(lambda response: "at=" in response.url):
        on.press("Enter")
    expect(stop).to_be_focused()
    expect(waits).to_be_visible()
    assert (page.locator("#scan > p").first.text_content() or "").split() == far.split()


@pytest.mark.usefixtures("short_minute")
def test_several_are_marked_to_the_last_with_pauses(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    api.listing(*map(room, range(1, 13)))
    api.answer("POST", body=message(16))
    page = open_page(moderator)
    waited(page, "#several-waits")
    page.goto(INBOX)
    mark_all(page).press("Enter")
    confirm(page)
    expect(status(page)).to_have_text("12 conversations marked read for Léa.", timeout=30_000)
    for number in range(1, 13):
        Row(page, str(number)).expect_read()
    told = page.evaluate("waits")
    assert told
    assert all(re.fullmatch(r"Goes on in [1-9]\d* s", one) for one in told)
    expect(page.locator("#several-waits")).to_be_hidden()
    expect(page.locator("#several-progress")).to_be_hidden()
    expect(page.locator(".alert")).to_have_count(0)
    assert len(api.calls("POST")) == acts().filter(outcome=Outcome.DONE).count() == 12
    assert not acts().filter(outcome__in=[Outcome.SENT, Outcome.UNKNOWN]).exists()


@pytest.mark.usefixtures("still")
def test_marking_that_waits_can_be_stopped_and_nothing_else_pressed(
    open_page: Open, moderator: Membership, api: Upstream
) -> None:
    """What was not sent stays selected, and is sent when it is asked for again."""
    api.listing(*map(room, range(1, 13)))
    api.answer("POST", body=message(16))
    page = open_page(moderator)
    page.goto(INBOX)
    mark_all(page).press("Enter")
    confirm(page)
    stop = page.locator("#several-stop")
    expect(stop).to_be_focused()
    expect(page.locator("#several-waits")).to_be_visible()
    expect(status(page)).to_have_text(re.compile(r"^Goes on in \d+ s$"))
    for name in ("Mark selected read", "Clear", "Mark all"):
        expect(page.get_by_role("button", name=re.compile(name))).to_be_hidden()
    sent = len(api.calls("POST"))
    assert 0 < sent < 12
    settle(page)
    stop.press("Enter")
    done = acts().filter(outcome=Outcome.DONE).count()
    expect(status(page)).to_have_text(re.compile(f"^{done} conversations? marked read for Léa.$"))
    expect(stop).to_be_hidden()
    assert len(chosen(page)) == 12 - done
    expect(page.get_by_role("button", name=re.compile("Mark selected read"))).to_be_visible()
    assert len(api.calls("POST")) == sent
