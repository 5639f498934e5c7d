"""/brands/<brand>/codes/ : what the brand's manager says that Popsell's codes mean"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from inbox.chatrooms import codes_seen
from inbox.models import Act, Activity, Brand, CodeName, Membership, Outcome, User
from tests.conftest import ClientOf, SignIn
from tests.support.chatrooms import chatroom
from tests.support.codes import CODES, KINDS, chip, form, line, name, read, room, typed, writes
from tests.support.markup import Element, all_words, attribute, attributes, every, has, one, words
from tests.support.pages import HTMX, INBOX, row, text
from tests.support.upstream import Upstream

CONVERSATION = f"{INBOX}chatrooms/8/"


@pytest.fixture
def client(client_of: ClientOf, manager: Membership) -> Client:
    return client_of(manager)


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


def test_codes_that_nothing_else_tells_apart_stand_in_the_order_of_their_numbers(
    client: Client, api: Upstream
) -> None:
    for code in (10, 9, "word", -1, 0):
        read(client, api, topic=code)
    CodeName.objects.update(name="Named", seen_at=None)
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
