"""Names and words of any script in a browser: in their places, and within their boxes"""

from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image, ImageChops
from playwright.sync_api import Locator, Page, expect

from inbox.chatrooms import index_waiting
from inbox.models import IndexedAmbassador, Membership
from inbox.popsell import decode
from tests.browser.conftest import Open
from tests.browser.inbox import region, settle, toast
from tests.support.chatrooms import chatroom, lea, message, participant, person
from tests.support.indexed import HOUR, keep, listed
from tests.support.pages import INBOX
from tests.support.upstream import Upstream
from tests.support.waiters import entry

TALK = f"{INBOX}chatrooms/8/"
ARABIC = "نادية بن علي"
HEBREW = "שהרזאד"
DRAWN = 48  # of 255: what is cut off a letter, or lies over one, is darker
PILED = "Z" + "\u0301" * 50 + "\u0323" * 50 + "algo"
TALL = ["Ậ Ẵ Ỗ Ữ ẩ ĝ", "شُكْرًا جَزِيلًا", "בְּרֵאשִׁית", "Ǻ Ṩ Ȫ ķ ç"]

# Where each run of letters stands, from the left: its first letters, its beginning and its end.
PLACES = """place => {
  const walk = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(node);
    const { left, right, width } = range.getBoundingClientRect();
    if (node.data.trim() && width) found.push([node.data.trim(), left, right]);
  }
  return found;
}"""
FREE = """place => {
  for (const one of [place, ...place.querySelectorAll("*")]) {
    if (getComputedStyle(one).overflow === "clip") one.style.overflow = "visible";
  }
}"""


def in_order(place: Locator) -> list[str]:
    """What is said there, as the eye meets it from left to right on one line."""
    found: list[tuple[str, float, float]] = place.evaluate(PLACES)
    told = sorted(found, key=lambda one: one[1])
    assert all(one[2] <= after[1] + 1 for one, after in pairwise(told))
    return [one[0] for one in told]


def look_alike(one: bytes, other: bytes) -> bool:
    """But for how finely the edges of letters are drawn, which differs from one time to the next."""
    pictures = [Image.open(BytesIO(taken)).convert("L") for taken in (one, other)]
    if pictures[0].size != pictures[1].size:
        return False
    return not ImageChops.difference(*pictures).point(lambda level: level >= DRAWN).getbbox()


@pytest.fixture
def page(open_page: Open, moderator: Membership) -> Page:
    moderator.user.name = ARABIC
    moderator.user.save()
    return open_page(moderator, viewport={"width": 1440, "height": 900})


def talk(api: Upstream, name: str = HEBREW, words: str = "Hello!", *own: str) -> None:
    other: dict[str, Any] = {"firstname": name, "lastname": None, "username": None}
    said = message(16, person(555, **other), content=words)
    rooms = [
        chatroom(8, ambassadors=[lea(8), participant(555, 8, **other)], last_message=said),
        chatroom(
            9, last_message=message(19, person(100), content=own[0] if own else "Good morning")
        ),
    ]
    api.listing(*rooms)
    api.conversation(rooms[0], message(17, content="After"), said, message(15, content="Before"))


def test_names_from_right_to_left_stay_in_their_places(page: Page, api: Upstream) -> None:
    talk(api)
    page.goto(TALK)
    settle(page)
    page.locator("#review-button").click()
    expect(toast(page)).to_contain_text("Reviewed for")
    page.goto(TALK)
    settle(page)
    said = page.locator(".review-last span")
    assert in_order(said) == ["Reviewed by", ARABIC, "just now"]
    chip = page.locator("#chatroom-8 .chip", has_text="Reviewed by")
    assert in_order(chip) == ["Reviewed by", ARABIC]
    assert in_order(page.locator("#toast-words")) == ["Reviewed for", "Léa", ":", HEBREW, "."]


def test_words_decide_their_direction_alone(page: Page, api: Upstream) -> None:
    talk(api, "Sofia", "Hello!", "شكرا جزيلا. " * 30)
    page.goto(INBOX)
    settle(page)
    place = page.locator("#chatroom-9 .row-said")
    words = place.locator("span")
    assert words.evaluate("one => getComputedStyle(one).direction") == "rtl"
    box, whole = words.bounding_box(), place.bounding_box()
    assert box
    assert whole
    before = place.locator("b").bounding_box()
    assert before
    assert before["x"] + before["width"] <= box["x"]
    assert box["x"] + box["width"] <= whole["x"] + whole["width"] + 1
    assert place.locator("b").inner_text() == "Léa:"
    assert words.evaluate("one => one.scrollWidth > one.clientWidth")  # its beginning is in sight


def test_a_title_holds_each_name_by_itself(page: Page, api: Upstream) -> None:
    talk(api)
    page.goto(INBOX)
    settle(page)
    page.locator("#open-8").click()
    expect(region(page).locator("h2")).to_have_text(HEBREW)
    settle(page)
    assert page.title().removeprefix("(1) ").startswith(f"\u2068{HEBREW}\u2069 · Léa Moreau")
    copied = region(page).inner_text() + page.locator("#list").inner_text()
    assert "\u2068" not in copied


@pytest.mark.parametrize("width", [1440, 390])
def test_marks_beyond_reason_stay_in_their_box(
    open_page: Open, moderator: Membership, api: Upstream, width: int
) -> None:
    """What stands around looks the same as beside a name and words without them."""
    around = ["#chatroom-9", "#message-15", "#message-17", ".facts", "#conversation-act"]
    page = open_page(moderator, viewport={"width": width, "height": 2400})
    seen: list[dict[str, bytes]] = []
    for name in ("Zalgo", PILED):
        talk(api, name, name)
        page.goto(TALK)
        page.reload()
        settle(page)
        page.mouse.move(0, 0)
        shown = [place for place in around if page.locator(place).first.is_visible()]
        seen.append({place: page.locator(place).first.screenshot() for place in shown})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    before, after = seen
    assert len(before) > 3  # beside a narrow conversation there is no list
    assert [place for place in before if not look_alike(before[place], after[place])] == []


@pytest.mark.parametrize("width", [1440, 390])
def test_marks_beyond_reason_stay_in_their_line_of_the_activity(
    open_page: Open, moderator: Membership, api: Upstream, width: int
) -> None:
    page = open_page(moderator, viewport={"width": width, "height": 900})
    seen: list[list[bytes]] = []
    for name in ("Zalgo", PILED):
        talk(api, name)
        for room in (9, 8):
            page.goto(f"{INBOX}chatrooms/{room}/")
        page.goto("/brands/3/activity/?act=view")
        lines = page.locator(".activity-line")
        expect(lines.first).to_contain_text(name)
        around = [page.locator(".chosen"), lines.nth(1), lines.first.locator(".activity-when")]
        seen.append([place.screenshot() for place in around])
    assert [look_alike(*pictures) for pictures in zip(*seen, strict=True)] == [True] * 3


@pytest.mark.parametrize("words", TALL)
def test_ordinary_accents_are_not_cut(page: Page, api: Upstream, words: str) -> None:
    talk(api, words, words)
    page.goto(TALK)
    settle(page)
    page.mouse.move(0, 0)
    for place in (".row-name", ".row-said", "#message-16", ".conversation-who", ".message-by"):
        here = page.locator(place).first
        before = here.screenshot()
        here.evaluate(FREE)
        assert look_alike(here.screenshot(), before), place


@pytest.mark.parametrize("width", [390, 320])
def test_a_phone_shows_whole_names_beside_long_waits(
    open_page: Open, moderator: Membership, api: Upstream, width: int
) -> None:
    """Also those of customers nobody has taken, in the longer words of French."""
    keep()
    now = timezone.now()
    IndexedAmbassador.objects.update(name="Léa Moreau", status="6", read_at=now, walked=now)
    other = participant(555, 8, firstname="Charlotte", lastname="Rousseau Lemaire")
    sent = (now - 40 * HOUR).isoformat()
    last = message(16, other, date_insert=sent)
    told = chatroom(8, ambassadors=[lea(8), other], last_message=last, last_message_date=sent)
    listed(told, at=now)
    waiters = [entry(555, id_chatroom=None, date_update=sent)]
    index_waiting.store(3, decode.waiting_list(waiters), now)
    page = open_page(moderator, viewport={"width": width, "height": 900}, locale="fr-FR")
    page.goto("/brands/3/")
    names = page.locator(".queued .row-name > :first-child")
    expect(names).to_have_text(["Charlotte Rousseau Lemaire"] * 2)
    assert page.locator(".queued .row-name > a").count() == 1
    for name in names.all():
        assert name.evaluate(
            "({ scrollWidth, clientWidth, scrollHeight, clientHeight }) =>"
            " scrollWidth <= clientWidth && scrollHeight <= clientHeight"
        )
    for button in page.locator(".queued-acts .button").all():
        box = button.bounding_box()
        assert box
        assert box["x"] + box["width"] <= width - 16
