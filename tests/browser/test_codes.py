"""Naming codes in a browser, by keyboard and without scripts"""

import re
from typing import Literal

import pytest
from django.utils import timezone
from playwright.sync_api import Dialog, Locator, Page, expect

from inbox.models import CodeName, IndexedAmbassador, IndexedBrand, Membership
from tests.browser.conftest import Open
from tests.browser.test_pages import CONTRAST, assert_fits, listen
from tests.support.chatrooms import chatroom, lea, message, participant
from tests.support.hostile import HOSTILE
from tests.support.indexed import keep, listed
from tests.support.pages import INBOX
from tests.support.upstream import Upstream

CODES = "/brands/3/codes/"


@pytest.fixture(autouse=True)
def _inbox(api: Upstream) -> None:
    summary = {"summary": "Asked for a transfer", "anomaly": 3, "topic": 8}
    api.listing(chatroom(last_summary=summary, last_message=message(16)))


def code(page: Page, called: str) -> Locator:
    return page.get_by_role("group", name=called, exact=True)


def to_codes(page: Page) -> None:
    """From the inbox, by its link."""
    page.goto(INBOX)
    page.get_by_role("link", name="Codes").click()
    expect(page.get_by_role("heading", name="Codes", level=1)).to_be_visible()
    page.wait_for_load_state()


def test_who_only_reads_codes_has_keys_all_the_same(open_page: Open, moderator: Membership) -> None:
    page = open_page(moderator)
    heard = listen(page)
    to_codes(page)
    page.reload()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("a")
    expect(page).to_have_url(re.compile("/ambassadors/$"))
    assert heard == []


def test_a_code_is_named_by_keyboard_and_seen_in_the_inbox(
    open_page: Open, manager: Membership
) -> None:
    page = open_page(manager)
    to_codes(page)
    line = code(page, "Anomaly 3")
    line.get_by_label("Name").focus()
    page.keyboard.type("Off-platform payment")
    page.keyboard.press("Tab")
    page.keyboard.type("bad")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(line.locator(".chip")).to_have_class("chip bad attention")
    expect(line.locator(".chip")).to_have_text("Off-platform payment")
    line.get_by_label("Name").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 code changed.")).to_be_visible()
    page.goto(INBOX)
    chip = page.locator(".row .chip.bad.attention")
    expect(chip).to_have_text("Anomaly: Off-platform payment, needs attention")
    expect(chip.locator("use[href$='#bell']")).to_have_count(1)
    expect(page.locator(".row").get_by_text("Topic 8")).to_have_count(0)


CUTS = """field => {
  const around = [];
  for (let one = field.parentElement; one !== document.body; one = one.parentElement) around.push(one);
  return around.filter((one) => getComputedStyle(one).overflow !== "visible").length;
}"""


@pytest.mark.parametrize("width", [1440, 320])
def test_a_field_is_whole_and_so_is_its_focus(
    open_page: Open, manager: Membership, width: int
) -> None:
    page = open_page(manager, viewport={"width": width, "height": 900}, locale="fr")
    page.goto(INBOX)
    page.goto(CODES)
    line = page.locator(".code").first
    for field in (line.locator("input[type=text]").first, line.locator("select")):
        box = field.bounding_box()
        assert box
        assert box["width"] >= 90
        assert field.evaluate(CUTS) == 0
    line.locator("input[type=text]").first.fill("\u200b\u3164")
    expect(line.locator(".chip")).not_to_have_text("")


def test_a_code_is_named_without_scripts(open_page: Open, manager: Membership) -> None:
    page = open_page(manager, java_script_enabled=False)
    to_codes(page)
    line = code(page, "Topic 8")
    line.get_by_label("Tone").select_option("good")
    page.get_by_role("button", name="Save").click()
    expect(line.get_by_text("Give it a name")).to_be_visible()
    expect(line.get_by_label("Name")).to_be_focused()
    page.keyboard.type("Ingredients")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("1 code changed.")).to_be_visible()
    expect(line.locator(".chip.good")).to_have_text("Topic: Ingredients")


def test_a_chip_shows_what_is_typed_and_the_number_where_nothing_is(
    open_page: Open, manager: Membership
) -> None:
    page = open_page(manager)
    to_codes(page)
    line = code(page, "Moderation 0")
    line.get_by_label("Tone").select_option("waiting")
    line.get_by_label("Needs attention").check()
    expect(line.locator(".chip")).to_have_class("chip")
    expect(line.locator(".chip")).to_have_text("Moderation 0")
    line.get_by_label("Name").fill("<b>Waits</b>")
    expect(line.locator(".chip")).to_have_class("chip waiting attention")
    expect(line.locator(".chip")).to_have_text("<b>Waits</b>")


def test_what_was_typed_is_not_left_behind_unasked(open_page: Open, manager: Membership) -> None:
    page = open_page(manager)
    asked: list[str] = []

    def on_dialog(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", on_dialog)
    to_codes(page)
    page.get_by_role("link", name="Ambassadors").click()
    expect(page).to_have_url(f"{page.url.partition('/brands')[0]}/brands/3/ambassadors/")
    assert asked == []
    to_codes(page)
    code(page, "Topic 8").get_by_label("Name").press_sequentially("Ingredients")
    page.get_by_role("link", name="Ambassadors").click()
    expect(page.get_by_role("heading", name="Ambassadors", level=1)).to_be_visible()
    assert asked == ["beforeunload"]
    assert CodeName.objects.filter(name="Ingredients").count() == 0


def test_the_page_is_quiet(open_page: Open, manager: Membership) -> None:
    page = open_page(manager)
    to_codes(page)
    heard = listen(page)
    page.reload()
    code(page, "Topic 8").get_by_label("Name").fill("Ingredients")
    expect(page.locator(".chip").get_by_text("Ingredients")).to_be_visible()
    assert heard == []


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_and_codes_stay_within_the_page(
    open_page: Open, manager: Membership, api: Upstream, words: str
) -> None:
    api.listing(chatroom(last_summary={"anomaly": words[:64], "topic": -(2**63) + 1}))
    page = open_page(manager)
    page.goto(INBOX)
    CodeName.objects.update(name=words[:60], tone="bad", needs_attention=True)
    for address in (INBOX, f"{INBOX}chatrooms/8/", CODES):
        page.goto(address)
        expect(page.locator(".chip.attention").first).to_be_visible()
        assert_fits(page)


def test_from_a_code_to_its_conversations_and_into_one_by_keyboard(
    open_page: Open, manager: Membership, api: Upstream
) -> None:
    indexed(api, "Asked for a transfer")
    page = open_page(manager)
    to_codes(page)
    line = code(page, "Topic 8")
    expect(line.locator(".code-said")).to_be_visible()  # it has no name yet
    line.get_by_role("link", name="Show 1+ conversation").press("Enter")
    expect(page.get_by_role("heading", name="Topic 8", level=1)).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Asked for a transfer with")).to_be_focused()
    page.keyboard.press("o")
    expect(page).to_have_url(re.compile(f"{INBOX}chatrooms/8/"))
    page.go_back()
    page.get_by_role("link", name="Back to the codes").click()
    line.get_by_label("Name").fill("Ingredients")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 code changed.")).to_be_visible()
    expect(line.locator(".code-said")).to_be_hidden()
    line.get_by_text("In 1+ conversation").press("Enter")
    expect(line.locator(".code-said")).to_be_visible()


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_conversations_with_a_code_fit_and_can_be_read(
    open_page: Open,
    manager: Membership,
    api: Upstream,
    words: str,
    scheme: Literal["light", "dark"],
) -> None:
    indexed(api, words)
    page = open_page(manager, color_scheme=scheme)
    to_codes(page)
    for address in (page.url, page.locator(".code-seen > a").first.get_attribute("href")):
        page.goto(str(address))
        expect(page.locator(".code-said").first).to_be_visible()
        assert_fits(page)
        assert page.evaluate(CONTRAST)["poor"] == []


def indexed(api: Upstream, words: str) -> None:
    """The conversation is in the index, and says this; another ambassador was not read yet."""
    keep()
    IndexedBrand.objects.update(directory_read=timezone.now())
    IndexedAmbassador.objects.update(
        read_at=timezone.now(), walked=timezone.now(), name=words[:200]
    )
    IndexedAmbassador.objects.create(brand_id=3, ambassador=101)
    summary = {"summary": words, "anomaly": 3, "topic": 8, "date_insert": "2026-11-20T09:40:00Z"}
    named = participant(555, 8, firstname=words[:200], lastname=None)
    last = message(16, content=words, date_insert=timezone.now().isoformat())
    told = chatroom(
        ambassadors=[lea(8), named],
        last_summary=summary,
        last_message=last,
        last_message_date=timezone.now().isoformat(),
        last_rating={"value": 1, "comment": None},
    )
    api.listing(told)
    listed(told, at=timezone.now())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_in_both_schemes(
    open_page: Open, manager: Membership, scheme: Literal["light", "dark"]
) -> None:
    page = open_page(manager, color_scheme=scheme)
    page.goto(CODES)
    expect(page.get_by_role("heading", name="No code seen yet")).to_be_visible()
    assert_fits(page)
    to_codes(page)
    tones = iter(["good", "waiting", "bad"])
    for one in CodeName.objects.all():
        CodeName.objects.filter(pk=one.pk).update(name="Named", tone=next(tones))
    for address in (CODES, INBOX):
        page.goto(address)
        for tone in ("good", "waiting", "bad"):
            expect(page.locator(f".chip.{tone}").first).to_be_visible()
        seen = page.evaluate(CONTRAST)
        assert seen["looked"] >= 5
        assert seen["poor"] == []


def test_what_is_focused_is_not_hidden_behind_save(
    open_page: Open, manager: Membership, api: Upstream
) -> None:
    api.listing(*(chatroom(n, last_summary={"topic": n}) for n in range(1, 40)))
    page = open_page(manager)
    to_codes(page)
    code(page, "Topic 1").get_by_label("Name").focus()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => {
              const field = document.activeElement.getBoundingClientRect();
              const save = document.querySelector(".codes-save").getBoundingClientRect();
              return field.bottom <= save.top || document.activeElement.closest(".codes-save") !== null;
            }"""
        )
        assert seen
