"""/brands/<brand>/codes/ : what the brand's manager says that Popsell's codes mean"""

import time
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from inbox.chatrooms import annotations, codes_seen
from inbox.chatrooms import codes as naming
from inbox.models import Act, Activity, Brand, CodeName, Membership, Outcome, Role, User
from tests.conftest import ClientOf, SignIn
from tests.support import markup
from tests.support.at_once import at_once
from tests.support.cast import member
from tests.support.chatrooms import chatroom, message
from tests.support.markup import Element, all_words, attribute, attributes, every, has, one, words
from tests.support.pages import HTMX, INBOX, row, rows, text
from tests.support.signing_in import confirm
from tests.support.upstream import Upstream
from tests.support.upstream import page as page_of

Fields = dict[str, str]
Json = dict[str, Any]

CODES = "/brands/3/codes/"
CONVERSATION = f"{INBOX}chatrooms/8/"
KINDS = {"anomaly": "Anomaly", "topic": "Topic", "moderation": "Moderation"}


@pytest.fixture
def client(client_of: ClientOf, manager: Membership) -> Client:
    return client_of(manager)


def room(anomaly: Any = None, topic: Any = None, moderation: Any = None) -> dict[str, Any]:
    summary = {"summary": None, "anomaly": anomaly, "topic": topic}
    return chatroom(last_summary=summary, last_message=message(16, status_moderation=moderation))


def read(client: Client, api: Upstream, **codes: Any) -> str:
    """The row of an inbox that Popsell sends with these codes."""
    api.listing(room(**codes))
    return row(text(client.get(INBOX)), 8)


def fields_of(page: str) -> Fields:
    """What a browser would send of this page."""
    return markup.form(page, f'form[action="{CODES}"]').fields


def form(client: Client) -> Fields:
    return fields_of(text(client.get(CODES)))


def typed(kind: str, code: str, **values: str) -> Fields:
    """The fields of one line, as a person fills them."""
    key = CodeName.objects.get(brand=3, kind=kind, code=code).pk
    return {f"{key}-{field}": value for field, value in values.items()}


def name(client: Client, kind: str, code: str, **values: str) -> Any:
    """Open the page, fill one line, save."""
    return client.post(CODES, form(client) | typed(kind, code, **values))


def line(page: str, shown: str) -> str:
    """The HTML of one line, by what the code is called without a name."""
    return one(page, f'.code[data-number="{shown}"]').html or ""


def chip(html: str) -> str:
    """The classes of the only chip."""
    return attribute(one(html, "span.chip"), "class")


# Who may


@pytest.mark.parametrize("who", ["viewer", "moderator"])
def test_others_of_the_brand_may_not_name_codes(
    client: Client, api: Upstream, client_of: ClientOf, who: str, request: pytest.FixtureRequest
) -> None:
    read(client, api, anomaly=3)
    other = client_of(request.getfixturevalue(who))
    sent = form(client) | typed("anomaly", "3", name="Spam")
    response = other.post(CODES, sent)
    assert response.status_code == 403
    assert "Only managers of the brand look after this." in text(response)
    assert CodeName.objects.get().name == ""


def test_a_viewer_does_not_read_the_page(
    api: Upstream, client_of: ClientOf, viewer: Membership
) -> None:
    own = client_of(viewer)
    assert own.get(CODES).status_code == 403
    assert "/codes/" not in text(own.get(INBOX))


def test_a_moderator_reads_the_page_and_changes_nothing(
    client: Client, api: Upstream, client_of: ClientOf, moderator: Membership
) -> None:
    read(client, api, anomaly=3, topic=8)
    name(client, "anomaly", "3", name="Spam", tone="bad", needs_attention="on")
    own = client_of(moderator)
    assert f'<a href="{CODES}">' in text(own.get(INBOX))
    api.sent.clear()
    page = text(own.get(CODES))
    assert "Spam" in words(line(page, "Anomaly 3"))
    assert "bad" in words(line(page, "Anomaly 3"))
    assert "Needs attention" in words(line(page, "Anomaly 3"))
    assert "no name" in words(line(page, "Topic 8"))
    main = one(page, "main")
    assert not has(main, "form, input, select, button")
    assert "Managers name them." in words(main)
    assert api.sent == []


def test_strangers_do_not_learn_that_there_is_such_a_page(
    client: Client,
    api: Upstream,
    client_of: ClientOf,
    sign_in: SignIn,
    neighbour: Membership,
    stranger: User,
    operator: User,
) -> None:
    read(client, api, anomaly=3)
    sent = form(client) | typed("anomaly", "3", name="Spam")
    for other in (client_of(neighbour), sign_in(stranger), sign_in(operator)):
        assert other.get(CODES).status_code == 404
        assert other.post(CODES, sent).status_code == 404
    assert Client().post(CODES, sent).status_code == 302
    assert CodeName.objects.get().name == ""


def test_a_manager_finds_the_page_from_the_inbox(client: Client, api: Upstream) -> None:
    assert f'<a href="{CODES}">' in text(client.get(INBOX))
    assert f'<a href="{CODES}" aria-current="page">' in text(client.get(CODES))


def test_each_brand_has_codes_and_names_of_its_own(
    client: Client, api: Upstream, client_of: ClientOf, neighbour: Membership
) -> None:
    read(client, api, topic=8)
    other = client_of(neighbour)
    other.get("/brands/8/ambassadors/100/")
    elsewhere = CodeName.objects.get(brand=8)
    name(client, "topic", "8", name="Ingredients")
    foreign = {f"{elsewhere.pk}-name": "Taken", f"{elsewhere.pk}-tone": "bad"}
    assert client.post(CODES, form(client) | foreign).status_code == 302
    elsewhere.refresh_from_db()
    assert (elsewhere.name, elsewhere.tone) == ("", "neutral")
    page = text(other.get("/brands/8/ambassadors/100/"))
    assert "Ingredients" not in page


def test_the_trail_says_who_named_how_many_and_not_what(
    client: Client, api: Upstream, manager: Membership
) -> None:
    read(client, api, topic=8, anomaly=3)
    both = typed("topic", "8", name="Ingredients") | typed("anomaly", "3", name="Spam")
    client.post(CODES, form(client) | both)
    client.post(CODES, form(client))
    client.post(CODES, form(client) | typed("topic", "8", name="", tone="bad"))
    act = Activity.objects.get()
    assert (act.act, act.state, act.outcome) == (Act.NAME_CODES, "2", Outcome.DONE)
    assert (act.member, act.member_role, act.chatroom) == (manager, "manager", None)


def test_names_that_leave_no_trace_are_not_saved(
    client: Client, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(client, api, topic=8)
    sent = form(client) | typed("topic", "8", name="Ingredients")
    monkeypatch.setattr(Activity, "save", broken)
    with pytest.raises(DatabaseError):
        client.post(CODES, sent)
    assert CodeName.objects.get(kind="topic").name == ""


def broken(*_: Any, **__: Any) -> None:
    raise DatabaseError("The disk is full")


# Naming


@pytest.mark.parametrize("code", [0, 3, "off_platform"])
def test_until_named_an_anomaly_is_its_number_and_neutral(
    client: Client, api: Upstream, code: Any
) -> None:
    html = read(client, api, anomaly=code)
    assert f"Anomaly {code}" in words(html)
    assert chip(html) == "chip"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("code", [0, 3, "off_platform"])
def test_until_named_a_code_is_its_number_on_the_page_of_codes(
    client: Client, api: Upstream, kind: str, code: Any
) -> None:
    read(client, api, **{kind: code})
    assert chip(line(text(client.get(CODES)), f"{KINDS[kind]} {code}")) == "chip"


@pytest.mark.parametrize("kind", ["topic", "moderation"])
@pytest.mark.parametrize("code", [0, 3, "off_platform"])
def test_a_topic_or_moderation_without_name_stands_among_the_details_alone(
    client: Client, api: Upstream, kind: str, code: Any
) -> None:
    html = read(client, api, **{kind: code})
    assert KINDS[kind] not in words(html)
    assert "chip" not in html
    assert words(detail(client, KINDS[kind])) == str(code)
    name(client, kind, str(code), name="Seen <by> us")
    told = detail(client, KINDS[kind])
    assert words(told) == f"Seen <by> us ({code})"
    assert all_words(told, "bdi") == ["Seen <by> us"]
    assert chip(row(text(client.get(INBOX)), 8)) == "chip neutral"


def detail(client: Client, called: str) -> Element:
    """What the open conversation's details say below these words."""
    page = text(client.get(CONVERSATION))
    names = all_words(page, "#conversation dt")
    assert names.count(called) == 1
    return dict(zip(names, every(page, "#conversation dt + dd"), strict=True))[called]


@pytest.mark.parametrize("kind", ["topic", "moderation"])
def test_a_code_that_no_row_shows_is_no_news_until_it_is_named(
    client: Client, api: Upstream, kind: str
) -> None:
    """A row that says the same as before has not changed."""
    read(client, api, **{kind: 2})
    api.listing(room(**{kind: 3}))
    shown = rows_shown(client)
    api.listing(room(**{kind: 2}))
    assert "changed" not in text(client.get(INBOX, headers=shown))
    name(client, kind, "3", name="Spam")
    api.listing(room(**{kind: 3}))
    assert "1 changed" in words(text(client.get(INBOX, headers=shown)))


def rows_shown(client: Client) -> dict[str, str]:
    """What the open inbox sends when it asks for news."""
    page = text(client.get(INBOX))
    pairs = [
        f"{attribute(line, 'data-item')}:{attribute(line, 'data-mark')}"
        for line in every(page, "li.row[data-item]")
    ]
    mark = attribute(one(page, "[data-poll]"), "data-mark")
    assert mark
    return {**HTMX, "Inbox-Mark": mark, "Inbox-Shown": ",".join(pairs)}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("code", [0, 3, "off_platform"])
def test_a_name_is_used_at_once_in_rows_and_conversations(
    client: Client, api: Upstream, settings: Settings, kind: str, code: Any
) -> None:
    settings.INBOX_CACHE_SECONDS = 10
    read(client, api, **{kind: code})
    name(client, kind, str(code), name="Off-platform payment", tone="bad")
    for page in (text(client.get(INBOX)), text(client.get(CONVERSATION))):
        assert f"{KINDS[kind]}: Off-platform payment" in words(row(page, 8))
        assert chip(row(page, 8)) == "chip bad"
        assert f"{KINDS[kind]} {code}" not in words(page)
        assert f'title="{KINDS[kind]} {code}"' in page
    conversation = one(text(client.get(CONVERSATION)), "#conversation")
    assert "Off-platform payment" in words(conversation)
    assert len([call for call in api.sent if call.path.endswith("/100/chatrooms")]) == 1


def test_names_are_everybodys(
    client: Client, api: Upstream, client_of: ClientOf, viewer: Membership, settings: Settings
) -> None:
    settings.INBOX_CACHE_SECONDS = 10
    other = client_of(viewer)
    assert "Anomaly 3" in words(read(other, api, anomaly=3))
    name(client, "anomaly", "3", name="Spam")
    assert "Anomaly: Spam" in words(row(text(other.get(INBOX)), 8))
    name(client, "anomaly", "3", name="Advertising")
    assert "Anomaly: Advertising" in words(row(text(other.get(INBOX)), 8))


@pytest.mark.parametrize("tone", ["neutral", "good", "waiting", "bad"])
def test_a_chip_has_the_tone_that_was_given(client: Client, api: Upstream, tone: str) -> None:
    read(client, api, moderation=0)
    name(client, "moderation", "0", name="Seen by us", tone=tone)
    assert chip(row(text(client.get(INBOX)), 8)) == f"chip {tone}"
    assert chip(line(text(client.get(CODES)), "Moderation 0")) == f"chip {tone}"


def test_red_and_amber_appear_only_once_somebody_gave_that_tone(
    client: Client, api: Upstream
) -> None:
    pages = [f"{INBOX}?page={number}" for number in range(1, 7)]
    for page in pages:
        assert set(attributes(text(client.get(page)), ".chip", "class")) == {"chip"}
    sent = form(client)
    for code in CodeName.objects.filter(kind="anomaly"):
        sent |= {f"{code.pk}-name": "Off-platform payment", f"{code.pk}-tone": "bad"}
    client.post(CODES, sent)
    assert 'class="chip bad"' in "".join(text(client.get(page)) for page in pages)


def test_needing_attention_is_said_and_drawn(client: Client, api: Upstream) -> None:
    read(client, api, anomaly=3)
    name(client, "anomaly", "3", name="Spam", needs_attention="on")
    html = row(text(client.get(INBOX)), 8)
    assert "Anomaly: Spam , needs attention" in words(html)
    assert 'title="Anomaly 3 · needs attention"' in html
    assert "icons.svg#bell" in html
    assert chip(html) == "chip neutral attention"
    sent = form(client)
    for key in typed("anomaly", "3", needs_attention="on"):
        del sent[key]
    client.post(CODES, sent)
    assert "attention" not in row(text(client.get(INBOX)), 8)


def test_many_codes_are_named_in_one_go(client: Client, api: Upstream) -> None:
    read(client, api, anomaly=3, topic=8, moderation=0)
    sent = form(client) | typed("anomaly", "3", name="Spam", tone="bad")
    sent |= typed("topic", "8", name="Ingredients") | typed("moderation", "0", name="Approved")
    page = text(client.post(CODES, sent, follow=True))
    assert "3 codes changed." in page
    assert page.count("1 of 1 named") == 3
    assert "Spam" in words(html := row(text(client.get(INBOX)), 8))
    assert "Ingredients" in html
    assert "Approved" in html


def test_saving_is_a_redirect_and_saving_nothing_says_so(client: Client, api: Upstream) -> None:
    read(client, api, anomaly=3)
    response = name(client, "anomaly", "3", name="Spam")
    assert (response.status_code, response["Location"]) == (302, CODES)
    assert "1 code changed." in text(client.get(CODES))
    with CaptureQueriesContext(connection) as queries:
        page = text(client.post(CODES, form(client), follow=True))
    assert "nothing was changed" in page
    assert writes(queries) == []


def test_a_name_can_be_taken_back(client: Client, api: Upstream) -> None:
    read(client, api, anomaly=0)
    name(client, "anomaly", "0", name="None", tone="good")
    name(client, "anomaly", "0", name="", tone="neutral")
    html = row(text(client.get(INBOX)), 8)
    assert "Anomaly 0" in words(html)
    assert chip(html) == "chip"


def test_a_name_is_text_in_its_own_direction_on_one_line(client: Client, api: Upstream) -> None:
    read(client, api, anomaly=3)
    evil = "<b onclick=x>\"'&amp;\n{{ 7*7 }} \u202eنعم"
    name(client, "anomaly", "3", name=f"  {evil}  ")
    safe = "&lt;b onclick=x&gt;&#34;&#39;&amp;amp; {{ 7*7 }} \u202eنعم"
    for page in (INBOX, CONVERSATION, CODES):
        html = text(client.get(page))
        assert f'<span dir="auto">{safe}</span>' in html
        assert "<b onclick" not in html
    assert has(text(client.get(CODES)), "input[type=text][dir=auto]")


# What is refused


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"name": "x" * 61}, "at most 60 characters (it has 61)"),
        ({"name": "Spam", "tone": "purple"}, "Select a valid choice."),
        ({"name": "Spam\0"}, "Null characters are not allowed."),
        ({"tone": "bad"}, "Give it a name: until then it stays a number, neutral."),
        ({"name": "  ", "needs_attention": "on"}, "Give it a name:"),
    ],
    ids=["too long", "no such tone", "null", "tone without name", "attention without name"],
)
def test_a_refusal_is_said_beside_its_field_and_nothing_is_saved(
    client: Client, api: Upstream, values: Fields, told: str
) -> None:
    read(client, api, anomaly=3, topic=8)
    sent = form(client) | typed("anomaly", "3", **values) | typed("topic", "8", name="Ingredients")
    response = client.post(CODES, sent)
    page = text(response)
    assert response.status_code == 422
    assert "<title>Not saved · Codes" in page
    assert "Nothing is saved yet: 1 field needs another look." in page
    assert told in words(line(page, "Anomaly 3"))
    described = attribute(one(page, "[aria-invalid=true]"), "aria-describedby")
    assert has(line(page, "Anomaly 3"), f"#{described}")
    assert has(line(page, "Anomaly 3"), "[autofocus]")
    assert len(every(page, "input[autofocus], select[autofocus]")) == 1
    assert 'value="Ingredients"' in line(page, "Topic 8")
    assert chip(line(page, "Topic 8")) == "chip"
    assert not CodeName.objects.exclude(name="", tone="neutral", needs_attention=False).exists()


def test_sixty_characters_are_a_name(client: Client, api: Upstream) -> None:
    read(client, api, anomaly=3)
    assert name(client, "anomaly", "3", name="é" * 60).status_code == 302
    assert "é" * 60 in text(client.get(INBOX))


def test_the_operators_desk_refuses_a_tone_without_a_name_too(
    client: Client, api: Upstream, sign_in: SignIn, operator: User
) -> None:
    read(client, api, anomaly=3)
    code = CodeName.objects.get()
    fields = {"brand": 3, "kind": "anomaly", "code": "3", "name": "", "tone": "bad"}
    days = {"first_seen": "2026-11-20", "last_seen": "2026-11-20"}
    path = f"/admin/inbox/codename/{code.pk}/change/"
    assert "Give it a name" in text(confirm(sign_in(operator)).post(path, {**fields, **days}))


# Two managers at once


@pytest.fixture
def second(client_of: ClientOf, brand: Brand) -> Client:
    return client_of(member("sam@example.com", brand, Role.MANAGER, "Sam Petit"))


def test_what_another_manager_changed_meanwhile_stays(
    client: Client, second: Client, api: Upstream
) -> None:
    read(client, api, anomaly=3, topic=8)
    opened = form(client)
    name(second, "anomaly", "3", name="Spam", tone="bad", needs_attention="on")
    sent = opened | typed("topic", "8", name="Ingredients")
    assert client.post(CODES, sent).status_code == 302
    spam, ingredients = CodeName.objects.order_by("kind")
    assert (spam.name, spam.tone, spam.needs_attention) == ("Spam", "bad", True)
    assert ingredients.name == "Ingredients"


def test_two_managers_may_change_two_things_of_one_code(
    client: Client, second: Client, api: Upstream
) -> None:
    read(client, api, anomaly=3)
    name(client, "anomaly", "3", name="Spam")
    opened = form(client)
    name(second, "anomaly", "3", name="Advertising")
    assert client.post(CODES, opened | typed("anomaly", "3", tone="bad")).status_code == 302
    code = CodeName.objects.get()
    assert (code.name, code.tone) == ("Advertising", "bad")


def test_a_change_of_the_same_is_told_before_it_is_replaced(
    client: Client, second: Client, api: Upstream
) -> None:
    read(client, api, anomaly=3)
    opened = form(client)
    name(second, "anomaly", "3", name="Advertising", tone="waiting")
    response = client.post(CODES, opened | typed("anomaly", "3", name="Spam", tone="bad"))
    page = text(response)
    assert response.status_code == 422
    told = words(line(page, "Anomaly 3"))
    assert "Somebody changed this to “Advertising” meanwhile." in told
    assert "Somebody changed this to “waiting” meanwhile." in told
    assert chip(line(page, "Anomaly 3")) == "chip waiting"
    assert CodeName.objects.get().name == "Advertising"
    assert client.post(CODES, fields_of(page)).status_code == 302
    code = CodeName.objects.get()
    assert (code.name, code.tone) == ("Spam", "bad")


def test_two_who_say_the_same_do_not_hear_of_each_other(
    client: Client, second: Client, api: Upstream
) -> None:
    read(client, api, anomaly=3)
    opened = form(client)
    name(second, "anomaly", "3", name="Spam")
    assert client.post(CODES, opened | typed("anomaly", "3", name="Spam")).status_code == 302


def test_saving_again_after_a_refusal_reverts_nobodys_change(
    client: Client, second: Client, api: Upstream
) -> None:
    read(client, api, anomaly=3, topic=8)
    opened = form(client)
    name(second, "topic", "8", name="Ingredients", tone="good")
    refused = client.post(CODES, opened | typed("anomaly", "3", tone="bad"))
    assert refused.status_code == 422
    corrected = fields_of(text(refused)) | typed("anomaly", "3", name="Spam")
    assert client.post(CODES, corrected).status_code == 302
    topic = CodeName.objects.get(kind="topic")
    assert (topic.name, topic.tone) == ("Ingredients", "good")


def test_a_code_seen_since_the_page_was_opened_is_left_alone(
    client: Client, second: Client, api: Upstream
) -> None:
    read(client, api, anomaly=3)
    opened = form(client)
    read(second, api, topic=8)
    name(second, "topic", "8", name="Ingredients", needs_attention="on")
    sent = opened | typed("anomaly", "3", name="Spam")
    assert client.post(CODES, sent).status_code == 302
    topic = CodeName.objects.get(kind="topic")
    assert (topic.name, topic.needs_attention) == ("Ingredients", True)


# The page


def test_a_brand_without_codes_is_told_where_they_come_from(client: Client, api: Upstream) -> None:
    page = text(client.get(CODES))
    assert "No code seen yet" in page
    assert "appear here once an inbox that has them was read" in page
    assert '<button class="button primary"' not in page
    assert api.sent == []


def order(page: str) -> list[str]:
    found = attributes(page, ".code[data-number^='Topic ']", "data-number")
    return [number.removeprefix("Topic ") for number in found]


def test_codes_with_a_name_stand_in_the_order_of_their_numbers(
    client: Client, api: Upstream
) -> None:
    for code in (10, 9, "word", -1, 0):
        read(client, api, topic=code)
    CodeName.objects.update(name="Named")
    assert order(text(client.get(CODES))) == ["-1", "0", "9", "10", "word"]


def test_codes_without_a_name_come_first_and_the_last_seen_before_all(
    client: Client, api: Upstream, manager: Membership
) -> None:
    for code in (1, 2, 3, 4, 5, 6):
        read(client, api, topic=code)
    now, today = datetime.now(UTC), datetime.now(UTC).date()
    codes = CodeName.objects.filter(kind="topic")
    codes.filter(code="1").update(name="Named")
    codes.filter(code="2").update(seen_at=now - timedelta(days=9))
    codes.filter(code="3").update(seen_at=now - timedelta(hours=2))
    codes.filter(code="4").update(seen_at=None, last_seen=today - timedelta(days=3))
    codes.filter(code="5").update(seen_at=None, last_seen=today - timedelta(days=2))
    assert order(text(client.get(CODES))) == ["6", "3", "2", "5", "4", "1"]
    refused = client.post(CODES, form(client) | typed("topic", "3", tone="bad"))
    assert order(text(refused)) == ["6", "3", "2", "5", "4", "1"]


def test_a_name_that_can_t_be_seen_is_refused_and_nothing_is_written(
    client: Client, api: Upstream
) -> None:
    read(client, api, topic=3)
    read(client, api, topic=4)
    unseen = form(client) | typed("topic", "3", name="\u200b\u3164") | typed("topic", "4", name="B")
    refused = client.post(CODES, unseen)
    assert refused.status_code == 422
    assert "Nothing of this name can be seen." in text(refused)
    assert not CodeName.objects.exclude(name="").exists()


def test_codes_stand_by_kind(client: Client, api: Upstream) -> None:
    for code in (10, 9, "word", -1, 0):
        read(client, api, topic=code)
    page = text(client.get(CODES))
    titles = ["Topics 0 of 5 named", "Anomalies", "Moderation statuses"]
    assert all_words(page, "h2") == titles
    assert page.count("None seen yet.") == 2


def test_a_page_of_many_codes_can_be_saved(client: Client, api: Upstream, brand: Brand) -> None:
    today = datetime.now(UTC).date()
    CodeName.objects.bulk_create(
        CodeName(brand=brand, kind="topic", code=n, name=f"T{n}", needs_attention=True,
                 first_seen=today, last_seen=today)
        for n in range(codes_seen.MOST_CODES)
    )  # fmt: skip
    response = name(client, "topic", "7", name="Ingredients")
    assert response.status_code == 302
    assert CodeName.objects.get(code="7").name == "Ingredients"
    assert CodeName.objects.filter(name__startswith="T").count() == codes_seen.MOST_CODES - 1


def test_an_open_inbox_hears_that_its_rows_say_something_else(
    client: Client, api: Upstream
) -> None:
    api.listing(room(anomaly=3), chatroom(9))
    polls = rows_shown(client)
    assert "changed" not in text(client.get(INBOX, headers=polls))
    name(client, "anomaly", "3", name="Spam")
    assert "1 changed" in words(text(client.get(INBOX, headers=polls)))


# First and last seen


def writes(queries: CaptureQueriesContext) -> list[str]:
    """The statements that wrote codes."""
    found = [query["sql"] for query in queries.captured_queries if "inbox_codename" in query["sql"]]
    return [sql.split()[0] for sql in found if not sql.startswith("SELECT")]


def seen_days() -> set[tuple[date, date]]:
    return {(code.first_seen, code.last_seen) for code in CodeName.objects.all()}


@pytest.mark.parametrize("code", [0, 3, "off_platform", -(2**62)])
def test_a_code_is_written_when_it_is_new_and_once_a_day(
    client: Client, api: Upstream, brand: Brand, code: Any
) -> None:
    today = datetime.now(brand.zone).date()
    with CaptureQueriesContext(connection) as first:
        read(client, api, anomaly=code, topic=code, moderation=code)
    assert writes(first) == ["INSERT"]
    kinds = {(one.kind, one.code) for one in CodeName.objects.all()}
    assert kinds == {(kind, str(code)) for kind in KINDS}
    assert seen_days() == {(today, today)}
    with CaptureQueriesContext(connection) as second:
        client.get(INBOX)
    assert writes(second) == []
    before = today - timedelta(days=2)
    CodeName.objects.update(first_seen=before, last_seen=before)
    with CaptureQueriesContext(connection) as next_day:
        client.get(INBOX)
    assert writes(next_day) == ["UPDATE"]
    assert seen_days() == {(before, today)}
    with CaptureQueriesContext(connection) as again:
        client.get(INBOX)
    assert writes(again) == []


def test_a_code_is_written_once_an_hour(client: Client, api: Upstream) -> None:
    read(client, api, anomaly=3)
    first = CodeName.objects.get().seen_at
    assert first is not None
    for minutes, told in ((59, []), (61, ["UPDATE"])):
        before = datetime.now(UTC) - timedelta(minutes=minutes)
        CodeName.objects.update(seen_at=before)
        with CaptureQueriesContext(connection) as queries:
            client.get(INBOX)
        assert writes(queries) == told
    assert (CodeName.objects.get().seen_at or before) >= first


def test_when_it_was_last_seen_is_shown_to_the_hour_or_as_a_day(
    client: Client, api: Upstream
) -> None:
    read(client, api, anomaly=3)
    CodeName.objects.update(seen_at=datetime.now(UTC) - timedelta(hours=2))
    assert "Last seen 2 h ago" in words(line(text(client.get(CODES)), "Anomaly 3"))
    CodeName.objects.update(seen_at=None)
    (day,) = CodeName.objects.values_list("last_seen", flat=True)
    last = one(line(text(client.get(CODES)), "Anomaly 3"), ".code-last")
    assert words(last).startswith("Last seen ")
    assert attributes(last, "time.dated", "datetime") == [day.isoformat()]


def test_only_what_is_seen_today_is_seen_today(client: Client, api: Upstream, brand: Brand) -> None:
    read(client, api, anomaly=3)
    before = datetime.now(brand.zone).date() - timedelta(days=2)
    CodeName.objects.update(first_seen=before, last_seen=before, seen_at=None)
    read(client, api, topic=8)
    assert CodeName.objects.get(kind="anomaly").last_seen == before
    html = line(text(client.get(CODES)), "Anomaly 3")
    assert attributes(html, "time.dated", "datetime") == [before.isoformat()] * 2


def test_null_is_no_code(client: Client, api: Upstream) -> None:
    read(client, api)
    assert not CodeName.objects.exists()


def test_naming_a_code_is_no_seeing_it(client: Client, api: Upstream) -> None:
    read(client, api, anomaly=3)
    before = date(2026, 11, 1)
    CodeName.objects.update(first_seen=before, last_seen=before)
    with CaptureQueriesContext(connection) as queries:
        name(client, "anomaly", "3", name="Spam")
    assert seen_days() == {(before, before)}
    ours = 'UPDATE "inbox_codename"'
    (update,) = [one["sql"] for one in queries.captured_queries if one["sql"].startswith(ours)]
    assert "last_seen" not in update  # or a view at the same moment would be unseen
    assert "tone" not in update


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue"])
def test_a_day_is_the_brands_own(client: Client, api: Upstream, brand: Brand, zone: str) -> None:
    brand.time_zone = zone
    brand.save()
    read(client, api, anomaly=3)
    today = datetime.now(ZoneInfo(zone)).date()
    assert seen_days() == {(today, today)}


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_the_same_at_once_one_is_told(
    client: Client, second: Client, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who comes second waits until the first has saved."""
    read(client, api, anomaly=3)
    opened = form(client)
    merge = naming.line

    def slowly(*arguments: Any) -> naming.Line:
        """Between reading what is there and writing."""
        time.sleep(0.2)
        return merge(*arguments)

    def go(pair: tuple[Client, str]) -> int:
        own, called = pair
        return own.post(CODES, opened | typed("anomaly", "3", name=called)).status_code

    monkeypatch.setattr(naming, "line", slowly)
    pairs = [(client, "Spam"), (second, "Fraud")]
    answered = at_once(pairs, go)
    statuses = dict(zip((name for _own, name in pairs), answered, strict=True))
    assert sorted(statuses.values()) == [302, 422]
    assert statuses[CodeName.objects.get().name] == 302


@pytest.mark.django_db(transaction=True)
def test_two_workers_may_see_a_new_code_at_once(
    client_of: ClientOf,
    manager: Membership,
    api: Upstream,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api.listing(room(anomaly=3, topic=0, moderation="held"))
    together, look_up = Barrier(2, timeout=10), annotations.names

    def both_look_first(brand_id: int) -> Any:
        found = look_up(brand_id)
        together.wait()
        return found

    monkeypatch.setattr(annotations, "names", both_look_first)
    clients = [client_of(manager) for _ in range(2)]
    statuses = at_once(clients, lambda own: own.get(INBOX).status_code)
    assert statuses == [200, 200]
    assert CodeName.objects.count() == 3


@pytest.mark.parametrize("code", ["x" * 65, "x\0y"], ids=["too long", "null"])
def test_what_the_database_can_not_take_stays_unseen(
    client: Client, api: Upstream, code: str
) -> None:
    html = read(client, api, anomaly=code, topic=8)
    assert "Anomaly x" in words(html)
    assert [(one.kind, one.code) for one in CodeName.objects.all()] == [("topic", "8")]


def test_free_words_in_a_codes_place_do_not_fill_the_page_for_ever(
    client: Client, api: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codes_seen, "MOST_CODES", 4)
    api.listing(*(chatroom(n, last_summary={"anomaly": f"word {n}"}) for n in range(1, 10)))
    for _ in range(2):
        assert len(rows(text(client.get(INBOX)))) == 9
        assert CodeName.objects.count() == 4


def test_a_code_of_many_words_is_cut_in_its_chip(client: Client, api: Upstream) -> None:
    assert "x" * 161 not in read(client, api, anomaly="x" * 5000)


# Names to take over


TOPICS = "/manager/chat-topics"
GUESS = "Whether it is the same is not documented."


def named(*contents: Json, number: int = 8) -> Json:
    """Popsell's answer of one topic."""
    return page_of({"id_chat_topic": number, "contents": list(contents)})


def wording(lang: Any, content: Any) -> Json:
    return {"id_i18n_content": 1, "lang": lang, "content": content}


def asked(api: Upstream) -> int:
    return len([call for call in api.sent if call.path.endswith(TOPICS)])


def test_a_topic_of_the_same_number_is_offered_as_a_guess(client: Client, api: Upstream) -> None:
    read(client, api, anomaly=8, topic=8, moderation=8)
    api.answer("GET", body=named(wording("fr_FR", "Composition"), wording("en_GB", " In\tside <b>")),
               path=TOPICS)  # fmt: skip
    page = text(client.get(CODES))
    offer = one(line(page, "Topic 8"), ".code-offer")
    assert words(offer).startswith("Take over “In side <b>” ")
    assert all_words(offer, "bdi") == ["In side <b>"]
    assert GUESS in line(page, "Topic 8")
    assert page.count(GUESS) == 1
    assert fields_of(page).keys() & typed("topic", "8", take="").keys() == set()


def test_taking_it_over_needs_no_script_and_is_saved_with_the_rest(
    client: Client, api: Upstream
) -> None:
    read(client, api, anomaly=3, topic=8)
    api.answer("GET", body=named(wording("en_GB", "Ingredients")), path=TOPICS)
    sent = form(client) | typed("topic", "8", take="Ingredients", tone="good")
    assert client.post(CODES, sent | typed("anomaly", "3", name="Spam")).status_code == 302
    assert set(CodeName.objects.values_list("name", "tone")) == {
        ("Ingredients", "good"),
        ("Spam", "neutral"),
    }
    api.sent.clear()
    assert GUESS not in text(client.get(CODES))
    assert asked(api) == 0  # no topic lacks a name


def test_what_was_typed_says_more_than_a_tick(client: Client, api: Upstream) -> None:
    read(client, api, topic=8)
    name(client, "topic", "8", name="Own words", take="Ingredients")
    assert CodeName.objects.get(kind="topic").name == "Own words"


def test_a_refused_page_keeps_the_name_that_was_taken_over(client: Client, api: Upstream) -> None:
    read(client, api, anomaly=3, topic=8)
    api.answer("GET", body=named(wording("en_GB", "Ingredients")), path=TOPICS)
    sent = form(client) | typed("topic", "8", take="Ingredients")
    refused = client.post(CODES, sent | typed("anomaly", "3", tone="bad"))
    assert refused.status_code == 422
    again = fields_of(text(refused)) | typed("anomaly", "3", tone="neutral")
    assert client.post(CODES, again).status_code == 302
    assert CodeName.objects.get(kind="topic").name == "Ingredients"


@pytest.mark.parametrize(("language", "told"), [("fr", "Composition"), ("en", "Ingredients")])
def test_the_name_is_offered_in_the_readers_language(
    client: Client, api: Upstream, manager: Membership, language: str, told: str
) -> None:
    read(client, api, topic=8)
    wordings = [wording("en_GB", "Ingredients"), wording("fr_FR", "Composition")]
    api.answer("GET", body=named(*wordings), path=TOPICS)
    manager.user.language = language
    manager.user.save()
    assert f"<bdi>{told}</bdi>" in text(client.get(CODES))


@pytest.mark.parametrize(
    "contents",
    [
        [],
        [wording("en_GB", None)],
        [wording("en_GB", "  ")],
        [wording("en_GB", "\u200b\u3164")],
        [wording("en_GB", "x" * 61)],
        [wording("en_GB", {"a": 1})],
        ["odd"],
    ],
)
def test_what_is_no_name_is_not_offered(client: Client, api: Upstream, contents: Any) -> None:
    read(client, api, topic=8)
    api.answer("GET", body=named(*contents), path=TOPICS)
    page = text(client.get(CODES))
    assert "Topic 8" in page
    assert GUESS not in page


def test_one_in_another_language_is_better_than_none(client: Client, api: Upstream) -> None:
    read(client, api, topic=8)
    api.answer("GET", body=named(wording(None, ""), wording("de_DE", "Inhalt")), path=TOPICS)
    assert "<bdi>Inhalt</bdi>" in text(client.get(CODES))


@pytest.mark.parametrize("status", [401, 403, 404, 422, 429, 500])
def test_where_popsell_does_not_tell_the_page_offers_nothing(
    client: Client, api: Upstream, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    read(client, api, topic=8)
    api.answer("GET", status, path=TOPICS)
    response = client.get(CODES)
    assert response.status_code == 200
    assert GUESS not in text(response)
    assert "Topic 8" in text(response)
    assert any(getattr(one, "operation", "") == "list topics" for one in caplog.records)
    assert name(client, "topic", "8", name="Ingredients").status_code == 302


def test_an_outage_costs_the_page_less_than_the_deadline(
    client: Client, api: Upstream, settings: Settings
) -> None:
    read(client, api, topic=8)
    settings.POPSELL_DEADLINE = 1
    api.hang("GET")
    begun = time.monotonic()
    response = client.get(CODES)
    assert time.monotonic() - begun < settings.POPSELL_DEADLINE
    assert response.status_code == 200


def test_topics_are_asked_for_once_in_a_while(client: Client, api: Upstream) -> None:
    read(client, api, topic=8)
    api.answer("GET", body=named(wording("en_GB", "Ingredients")), path=TOPICS)
    for _ in range(3):
        assert "<bdi>Ingredients</bdi>" in text(client.get(CODES))
    assert asked(api) == 1
    (call,) = [call for call in api.sent if call.path.endswith(TOPICS)]
    assert call.headers["X-Popsell-Brand"] == "3"
