"""A part that fails to load leaves its control, explains why, and can be asked for again.

Each control that asks for a part of the page has its entry here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from django.core.cache import cache
from playwright.sync_api import Locator, Page, Route, expect

from inbox.models import CodeName, Membership
from tests.browser.conftest import Open
from tests.browser.inbox import settle, sign_in_elsewhere
from tests.browser.test_transcript import LONG, UNREAD, WIDE
from tests.support.cast import PASSWORD
from tests.support.chatrooms import chatroom, message
from tests.support.pages import INBOX
from tests.support.runs import Some, few
from tests.support.upstream import Upstream

ROOT = Path(__file__).parent.parent.parent
AMBASSADORS = "/brands/3/ambassadors/"
ASKS = {
    "templates": re.compile(r"hx-(?:get|post)="),
    "static/js": re.compile(r"\bfetch(?:Part)?\(|\.ajax\("),
}
CASE = f"{INBOX}chatrooms/8/case-file/"
TODAY = date(2026, 11, 20)
ODD = f"{INBOX}chatrooms/8/"
CHOICES = ".rail-choices [role=alert]"


@dataclass(frozen=True)
class Part:
    """A control. `page`: where it is. `asks`: what it asks for. `control`: what is pressed.

    `place`: where its alert belongs. `act`: whether it changes anything. `choice`: of
    one's own, which can be made again. `opens`: what shows it.
    """

    page: str
    asks: str
    control: str
    place: str
    act: bool = False
    choice: bool = False
    opens: str = ""


FURTHER = ("**/*&at=*",)  # what a page asks for by itself
TALK = "#alert-conversation"
PARTS = {
    "refresh": Part(INBOX, "**/ambassadors/100/", "#refresh", "#alert-list"),
    "refresh of ambassadors": Part(AMBASSADORS, "**/ambassadors/", "#refresh", "#alert-list"),
    "search": Part(AMBASSADORS, "**/ambassadors/?name=*", "main .search button", "#alert-list"),
    "opening": Part(INBOX, "**/chatrooms/*/", ".row-name a", ".row [role=alert]"),
    "older": Part(LONG, "**/*messages=2", "#older a", "#older [role=alert]"),
    "further parts": Part(CASE, "**/*at=*", "#case [type=submit]", "#case [role=alert]"),
    "newer": Part(f"{LONG}?messages=2", "**/*messages=1*", "#newer a", "#newer [role=alert]"),
    "further messages": Part(
        f"{LONG}find/?words=merci", "**/*&at=*", "#scan-on", "#scan [role=alert]"
    ),
    "pinning": Part(INBOX, "**/pin/", "#pin-button", "#alert-list", act=True, choice=True),
    "theme": Part(INBOX, "**/preferences/", ".rail [value=dark]", CHOICES, act=True, choice=True),
    "language": Part(INBOX, "**/preferences/", ".rail [value=en]", CHOICES, act=True, choice=True),
    "keys": Part(
        *(INBOX, "**/preferences/", "[name=shortcuts]", "#keys [role=alert]"),
        act=True,
        choice=True,
        opens=".rail [popovertarget=keys]",
    ),
    "row": Part(INBOX, "**/read/", ".row form button", ".row [role=alert]", act=True),
    "conversation": Part(UNREAD, "**/read/", "#read-conversation", TALK, act=True),
    "archive": Part(LONG, "**/archive/", "#archive-button", TALK, act=True),
    "block": Part(LONG, "**/block/", "#block-button", TALK, act=True),
    "flag": Part(LONG, "**/flag/", "#flag-2", TALK, act=True),
    "reveal": Part(
        *(LONG, "**/reveal/", "[id^=reveal-][type=submit]", TALK),
        act=True,
        opens=".details summary",
    ),
    "review": Part(LONG, "**/review/", "#review-button", "#alert-review", act=True),
    "no answer": Part(UNREAD, "**/no-answer/", "#no-answer-button", TALK, act=True),
    "hold": Part(LONG, "**/hold/", "#hold-button", TALK, act=True),
    "judge": Part(ODD, "**/judge/", "#judge-wrong", TALK, act=True),
}
WHERE = {
    "ambassadors/_search.html": ["search"],
    "attention/_acts.html": ["in its row: tests/browser/test_attention.py"],
    "attention/_queued.html": ["undo in its row: tests/browser/test_attention.py"],
    "brand_settings/_ranking.html": ["by itself: tests/browser/test_brand_settings.py"],
    "case_file/_progress.html": ["further parts"],
    "chatroom/_act.html": ["conversation"],
    "chatroom/_changes.html": ["flag", "archive"],  # one form for archive and block
    "chatroom/_below.html": ["newer"],
    "chatroom/_older.html": ["older"],
    "chatroom/_walk.html": ["further messages"],
    "chatroom/_private.html": ["reveal"],
    "chatroom/_no_answer.html": ["no answer"],
    "chatroom/_hold.html": ["hold", "handing over: tests/browser/test_hold.py"],
    "chatroom/_judge.html": ["judge"],
    "chatroom/_review.html": ["review"],
    "chatroom/_review_undo.html": ["undo, its twin"],
    "components/_fresh_bar.html": ["a try: tests/browser/test_index.py"],
    "components/_fresh_line.html": ["by itself: tests/browser/test_index.py"],
    "components/_keys.html": ["keys"],
    "components/_kept.html": ["below"],
    "components/_languages.html": ["language"],
    "components/_refresh.html": ["refresh"],
    "components/_pin.html": ["by itself: tests/browser/test_live.py"],
    "components/_pin_button.html": ["pinning"],
    "components/_themes.html": ["theme"],
    "components/_undo.html": ["of the last act: tests/browser/test_undo.py"],
    "failure/_take_over.html": ["taking over: tests/browser/test_hold.py"],
    "inbox/_mark.html": ["row"],
    "index/_again.html": ["all again: tests/browser/test_index.py"],
    "index/_refused.html": ["one again: tests/browser/test_index.py"],
    "index/page.html": ["by itself: tests/browser/test_index.py"],
    "ahead.js": ["ahead, of which nothing is said: tests/browser/test_ahead.py"],
    "conversation.js": ["opening"],
    "note.js": ["drafts: tests/browser/test_notes.py"],
    "toast.js": ["closing, of which nothing is said: tests/browser/test_undo.py"],
    "live.js": ["news: tests/browser/test_live.py", "what is new, below"],
    "page.js": ["as the others ask"],
    "passkeys.js": ["which says itself what failed"],
    "several.js": ["row"],
}
Misfortune = Callable[[Route], None]


def gets(status: int, body: str, kind: str = "text/html") -> Misfortune:
    """An answer that comes instead of the part."""

    def answer(route: Route) -> None:
        route.fulfill(status=status, body=body, content_type=kind)

    return answer


def breaks(how: str) -> Misfortune:
    def drop(route: Route) -> None:
        route.abort(how)

    return drop


SILENCE = "The dashboard can't be reached."
MISFORTUNES = {
    "no connection": (breaks("failed"), SILENCE),
    "one that breaks": (breaks("connectionreset"), SILENCE),
    "the router's page": (gets(502, "<h1>Bad Gateway</h1><p>nginx</p>"), SILENCE),
    "too many wait": (gets(503, "Wait <b>a moment</b>.", "text/plain"), "Wait <b>a moment</b>."),
    **{
        str(status): (gets(status, f'<div class="alert">No: {status}</div>'), f"No: {status}")
        for status in (400, 403, 404, 422, 429, 500)
    },
}


def test_each_part_that_is_asked_for_has_its_entry() -> None:
    found = {
        path.relative_to(ROOT / folder).as_posix(): len(asks.findall(path.read_text()))
        for folder, asks in ASKS.items()
        for path in (ROOT / folder).rglob("*.*")
        if asks.search(path.read_text())
    }
    assert found == {name: len(entries) for name, entries in WHERE.items()}


def fill(api: Upstream, part: Part) -> None:
    """More than one answer holds; of a case file the rest can't be read; an anomaly has a name."""
    if part.page == CASE:
        api.conversation(chatroom())
        api.said([message(number) for number in range(4, 0, -1)], per_page=1).broken.add(3)

    if part.page == ODD:
        summary = {"date_insert": None, "summary": "An IBAN", "anomaly": 3, "topic": None}
        api.conversation(chatroom(last_summary=summary), message(16))
        name = {"kind": "anomaly", "code": "3", "name": "Payment outside", "first_seen": TODAY}
        CodeName.objects.create(brand_id=3, **name, last_seen=TODAY)


def go(page: Page, part: Part) -> Locator:
    """The page, and its control."""
    for further in FURTHER:
        page.route(further, lambda route: route.abort())  # what goes on by itself waits
    page.goto(part.page)
    page.wait_for_load_state()
    if part.control == "#scan-on":
        expect(page.locator(part.place)).to_contain_text("can't be reached")
    for further in FURTHER:
        page.unroute(further)
    control = page.locator(part.control).first
    if part.opens:
        page.locator(part.opens).click()
    expect(control).to_be_visible()
    return control


def alerts(page: Page) -> Locator:
    return page.locator("[role=alert] .alert")


@pytest.fixture
def page(open_page: Open, moderator: Membership) -> Page:
    page = open_page(moderator, viewport=WIDE)
    # A page's own requests show that an outage is over, and remove its alert.
    page.add_init_script("sessionStorage.setItem('paused', 'yes')")
    return page


@pytest.mark.parametrize("name", PARTS)
def test_it_stays_and_says_what_failed_once_and_then_works(
    page: Page, api: Upstream, some: Some, name: str
) -> None:
    part = PARTS[name]
    fill(api, part)
    control = go(page, part)
    for misfortune, told in some(list(MISFORTUNES.values()), 3):
        page.route(part.asks, misfortune)
        settle(page)
        control.press("Enter")
        settle(page)  # the alert of the misfortune before may say the same
        expect(page.locator(part.place).locator(".alert")).to_contain_text(told)
        expect(alerts(page)).to_have_count(1)
        expect(control).to_be_visible()
        expect(control).to_be_enabled()
        is_unknown = "It is not known whether what you did arrived" in alerts(page).inner_text()
        may_have_arrived = part.act and not part.choice and "can't be reached" in told
        assert is_unknown == may_have_arrived
        page.unroute(part.asks)
    with page.expect_response(part.asks) as answer:
        settle(page)
        control.press("Enter")
    assert answer.value.status in {200, 204}
    expect(alerts(page)).to_have_count(0)


READS = [name for name, part in PARTS.items() if not part.act]


@pytest.mark.parametrize("name", READS)
def test_retry_asks_for_the_same_and_clears_what_was_said(
    page: Page, api: Upstream, name: str
) -> None:
    part = PARTS[name]
    fill(api, part)
    control = go(page, part)
    page.route(part.asks, lambda route: route.abort())
    settle(page)
    control.press("Enter")
    retry = page.locator(part.place).get_by_role("button", name="Retry")
    settle(page)
    retry.press("Enter")
    settle(page)  # the alert of the first press offers to ask again as well
    expect(retry).to_be_visible()
    expect(alerts(page)).to_have_count(1)
    assert page.evaluate("document.activeElement !== document.body")
    page.unroute(part.asks)
    with page.expect_response(part.asks) as answer:
        settle(page)
        retry.press("Enter")
    assert answer.value.status in {200, 204}
    expect(alerts(page)).to_have_count(0)
    assert page.evaluate("document.activeElement !== document.body")


@pytest.mark.parametrize(
    "name", ["refresh", "refresh of ambassadors", "search", "opening", "older"]
)
@pytest.mark.parametrize("status", few([500, 429, 403, "drop", 404]))
def test_a_failure_of_popsell_is_told_and_what_can_be_tried_again_is(
    page: Page, api: Upstream, name: str, status: int | str
) -> None:
    part = PARTS[name]
    control = go(page, part)
    cache.clear()
    if isinstance(status, int):
        api.answer("GET", status, {"message": "No"})
    else:
        api.drop("GET")
    settle(page)
    control.press("Enter")
    expect(page.locator(part.place).locator(".alert")).to_be_visible()
    expect(alerts(page)).to_have_count(1)
    expect(control).to_be_visible()
    api.recover()
    retry = page.locator(part.place).get_by_role("button", name="Retry")
    if name == "older" or status == 500:
        expect(retry).to_be_visible()
    settle(page)
    (retry if retry.count() else control).press("Enter")
    expect(alerts(page)).to_have_count(0)


@pytest.mark.parametrize("name", few(PARTS))
def test_after_signing_in_in_another_tab_the_same_press_works(
    page: Page, api: Upstream, moderator: Membership, name: str
) -> None:
    part = PARTS[name]
    fill(api, part)
    control = go(page, part)
    address = page.url
    page.context.clear_cookies()
    settle(page)
    control.press("Enter")
    alert = page.locator(part.place).locator(".alert")
    expect(alert).to_contain_text("You were signed out.")
    assert ("Nothing was done." in alert.inner_text()) == part.act
    expect(alerts(page)).to_have_count(1)
    assert page.url == address
    with page.expect_popup() as opened:
        alert.get_by_role("link", name="Sign in in another tab").click()
    other = opened.value
    other.get_by_label("Email").fill(moderator.user.email)
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Sign in", exact=True).click()
    expect(other.get_by_label("Password")).to_have_count(0)
    other.close()
    with page.expect_response(lambda response: response.status in {200, 204}):
        settle(page)
        control.press("Enter")
    expect(alerts(page)).to_have_count(0)


def test_what_is_kept_can_be_asked_for_again(page: Page, api: Upstream) -> None:
    page.goto(INBOX)
    api.answer("GET", 500)
    page.reload()
    page.route(f"**{INBOX}", lambda route: route.abort())
    settle(page)
    page.locator("#retry").press("Enter")
    expect(page.locator("#alert-list")).to_contain_text("The dashboard can't be reached.")
    expect(page.locator("#retry")).to_be_focused()
    page.unroute(f"**{INBOX}")
    api.recover()
    settle(page)
    page.locator("#alert-list").get_by_role("button", name="Retry").press("Enter")
    expect(page.locator(".kept")).to_have_count(0)
    expect(alerts(page)).to_have_count(0)


def test_a_conversation_without_its_messages_offers_to_ask_again(page: Page, api: Upstream) -> None:
    api.answer("GET", 500, path="/chat/chatrooms/30670/messages")
    page.goto(LONG)
    missing = page.locator(".missing")
    expect(missing).to_contain_text("The messages can't be read just now")
    api.recover()
    settle(page)
    missing.get_by_role("link", name="Retry").press("Enter")
    expect(missing).to_have_count(0)
    expect(page.locator("#older")).to_be_visible()


def test_a_token_that_is_refused_twice_is_not_sent_for_ever(page: Page, api: Upstream) -> None:
    sent: list[str] = []

    def refuse(route: Route) -> None:
        sent.append(route.request.post_data or "")
        body, headers = '<div class="alert">No</div>', {"Inbox-Token": f"new-{len(sent)}"}
        route.fulfill(status=403, body=body, headers=headers)

    control = go(page, PARTS["row"])
    page.route("**/read/", refuse)
    settle(page)
    control.press("Enter")
    expect(alerts(page)).to_have_text("No")
    assert len(sent) == 2
    assert "csrfmiddlewaretoken=new-1" in sent[1]
    page.unroute("**/read/")


def test_who_signed_in_instead_does_nothing_here(
    page: Page, api: Upstream, manager: Membership
) -> None:
    control = go(page, PARTS["row"])
    sign_in_elsewhere(page, manager)
    settle(page)
    control.press("Enter")
    expect(alerts(page)).to_contain_text("Somebody else is signed in here now.")
    expect(alerts(page).get_by_role("link", name="Reload the page")).to_be_visible()
    assert api.calls("POST") == []


def test_several_are_marked_after_signing_in_in_another_tab(
    page: Page, api: Upstream, moderator: Membership
) -> None:
    page.goto(INBOX)
    page.wait_for_load_state()
    sign_in_elsewhere(page, moderator)
    for place in range(3):
        page.locator(".row-check input").nth(place).check()
    page.locator(".several-chosen").click()
    page.locator("#several-ask button[value=yes]").click()
    expect(page.locator("#status")).to_have_text("3 conversations marked read for Léa.")
    expect(alerts(page)).to_have_count(0)
    assert len(api.calls("POST")) == 3
