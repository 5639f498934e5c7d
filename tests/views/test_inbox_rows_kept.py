"""Rows that say the same are decoded, made and drawn once; one that changed is shown as it is now."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.template.loader import get_template
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_django import Settings

from inbox.caches import memories
from inbox.chatrooms import inbox as inboxes
from inbox.chatrooms import rows as made_rows
from inbox.components import rows as drawn_rows
from inbox.models import (
    Brand,
    ChatroomFlag,
    CodeName,
    Hold,
    Membership,
    Note,
    Review,
)
from inbox.popsell import decode
from tests.conftest import ClientOf, Later
from tests.popsell.values import damaged
from tests.support.chatrooms import Json, chatroom, lea, message, participant
from tests.support.markup import attribute, attributes, one, words
from tests.support.pages import HTMX, INBOX, button, press, row, text
from tests.support.runs import many
from tests.support.upstream import Upstream

COUNT = 25
SECRETS = re.compile(r'value="[A-Za-z0-9]{64}"|(?<=name="act" value=")[^"]*|datetime="[^"]*"')


@pytest.fixture(autouse=True)
def _not_cached(settings: Settings) -> None:
    settings.INBOX_CACHE_SECONDS = 0


class Work:
    """For which chatrooms something was done, since it was last asked."""

    def __init__(self) -> None:
        self.decoded: list[int] = []
        self.made: list[int] = []
        self.drawn: list[int] = []

    def taken(self) -> tuple[list[int], ...]:
        done = self.decoded[:], self.made[:], self.drawn[:]
        for each in (self.decoded, self.made, self.drawn):
            each.clear()
        return done


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """All of it within one minute."""
    seen, now = Work(), timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    decodes, makes = decode.chatroom, made_rows.make_row

    def decoding(value: Any) -> Any:
        seen.decoded.append(value["id_chatroom"])
        return decodes(value)

    def making(room: Any, *rest: Any) -> Any:
        seen.made.append(room.id)
        return makes(room, *rest)

    def loading(name: str) -> Any:
        template = get_template(name)
        draws = template.render

        def render(context: Any) -> Any:
            seen.drawn.extend(row.chatroom.id for row in context["rows"])
            return draws(context)

        monkeypatch.setattr(template, "render", render)
        return template

    monkeypatch.setattr(decode, "chatroom", decoding)
    monkeypatch.setattr(made_rows, "make_row", making)
    monkeypatch.setattr(drawn_rows, "get_template", loading)
    return seen


def rooms(**changes: Any) -> list[Json]:
    """Many chatrooms, the first of them with these changes."""
    return [chatroom(1, **changes), *map(chatroom, range(2, COUNT + 1))]


def shown(page: str) -> list[str]:
    """Each row as HTML, without tokens and seconds, which are others each time."""
    return re.findall(r'<li [^>]*class="row".*?</li>', SECRETS.sub("", page), re.DOTALL)


def look(client: Client, address: str = INBOX) -> list[str]:
    return shown(text(client.get(address)))


def look_anew(client: Client, address: str = INBOX) -> list[str]:
    """As somebody sees it whose process remembers nothing."""
    memories.forget()
    return look(client, address)


# What is done for one row that changed


def test_of_a_page_with_news_what_did_not_change_is_not_done_again(
    client: Client, api: Upstream, work: Work
) -> None:
    api.listing(*rooms())
    for _ in range(2):  # the first notes the codes, and so changes their names
        client.get(INBOX)
    work.taken()
    api.listing(*rooms(last_message=message(17, content="Are you there?")))
    page = look(client)
    assert "Are you there?" in page[0]
    assert work.taken() == ([1], [1], [1])
    assert look_anew(client) == page
    everyone = list(range(1, COUNT + 1))
    assert work.taken() == (everyone, everyone, everyone)


def test_rows_that_move_are_drawn_where_they_are(client: Client, api: Upstream, work: Work) -> None:
    api.listing(*rooms())
    for _ in range(2):
        client.get(INBOX)
    work.taken()
    api.listing(*reversed(rooms()))
    page = text(client.get(INBOX))
    assert attributes(page, ".row", "data-item") == [str(n) for n in range(COUNT, 0, -1)]
    assert work.taken() == ([], [], [])


def test_a_poll_makes_the_one_row_that_changed(client: Client, api: Upstream, work: Work) -> None:
    api.listing(*rooms())
    for _ in range(2):
        page = text(client.get(INBOX))
    items = zip(
        attributes(page, ".row", "data-item"), attributes(page, ".row", "data-mark"), strict=True
    )
    asked = {"Inbox-Shown": " ".join(f"{id_}:{mark}" for id_, mark in items), "Inbox-Mark": "old"}
    work.taken()
    api.listing(*rooms(last_message=message(17)))
    answer = text(client.get(INBOX, headers={**HTMX, **asked}))
    assert "1 changed" in words(answer)
    assert work.taken() == ([1], [1], [])


def test_what_is_large_is_not_remembered(client: Client, api: Upstream, work: Work) -> None:
    for number in range(3):
        api.listing(*rooms(last_message=message(17, content="Long. " * 2000 + str(number))))
        client.get(INBOX)
    work.taken()
    api.listing(*rooms(last_message=message(17, content="Long. " * 2000), source=1))
    client.get(INBOX)
    assert work.taken() == ([1], [1], [1])
    api.listing(*rooms(last_message=message(17, content="Long. " * 2000)), total=99)
    client.get(INBOX)
    assert work.taken() == ([1], [1], [1])


# What changed is shown


NEW: dict[str, Json] = {
    "words": {"last_message": message(16, content="Anything else?")},
    "the author": {"last_message": message(16, author=lea(1))},
    "the kind of message": {"last_message": message(16, type_message=1)},
    "moderation": {"last_message": message(16, status_moderation=3)},
    "no message": {"last_message": None},
    "the date": {"last_message_date": "2026-11-19T09:40:00Z"},
    "a rating": {"last_rating": {"value": 2, "comment": None}},
    "a comment": {"last_rating": {"value": 2, "comment": "Slow"}},
    "a summary": {"last_summary": {"summary": "About a parcel", "anomaly": 4, "topic": 2}},
    "read": {"ambassadors": [lea(1, 16), participant(555, 1)]},
    "archived": {"ambassadors": [lea(1) | {"chatroom_pivot_data": []}, participant(555, 1)]},
    "a name": {"ambassadors": [lea(1), participant(555, 1, firstname="Zoé")]},
    "a picture": {
        "ambassadors": [lea(1), participant(555, 1, image="https://images.popsell.example/1.png")]
    },
    "presence": {"ambassadors": [lea(1), participant(555, 1, online=True)]},
    "last seen": {
        "ambassadors": [lea(1), participant(555, 1, last_action_date="2026-11-18T09:42:00Z")]
    },
    "anonymized": {"ambassadors": [lea(1), participant(555, 1, anonymized=True)]},
    "one more": {"ambassadors": [lea(1), participant(555, 1), participant(556, 1)]},
    "nobody of ours": {"ambassadors": [participant(555, 1)]},
    "the kind": {"type_chatroom": 7},
    "not readable": {"id_chatroom": "x"},
}


@pytest.mark.parametrize("change", NEW.values(), ids=NEW)
def test_whatever_popsell_says_anew_is_shown(client: Client, api: Upstream, change: Json) -> None:
    today = timezone.now().date()
    seen = {"first_seen": today, "last_seen": today}
    CodeName.objects.create(brand_id=3, kind="moderation", code="3", name="Held", **seen)
    api.listing(*rooms())
    before = [look(client), look(client)][1]
    api.listing(*rooms(**change))
    client.get(INBOX)  # which may note a code
    now = look(client)
    assert now[0] != before[0]
    assert len(now) == COUNT
    assert now == look_anew(client)
    api.listing(*rooms())
    assert look(client)[0] == before[0]


@examples(max_examples=many(30), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(damaged(chatroom()), min_size=2, max_size=4))
def test_whatever_came_before_a_row_is_shown_as_it_is_now(
    client: Client, api: Upstream, said: list[Any]
) -> None:
    for one_ in said:
        api.listing(one_, chatroom(9))
        client.get(INBOX)
    for one_ in said:
        api.listing(one_, chatroom(9))
        assert look(client) == look_anew(client)


def flag(by: Membership) -> None:
    ChatroomFlag.objects.create(
        brand_id=3, chatroom=1, participant=100, flag=2, member_name="Marc", flagged=timezone.now()
    )


def review(by: Membership) -> None:
    Review.objects.create(brand_id=3, chatroom=1, message=16, member=by, member_name="Marc Aubert")


def note(by: Membership) -> None:
    Note.objects.create(
        brand_id=3, chatroom=1, member=by, member_name="Marc Aubert", text="Call her"
    )


def hold(by: Membership) -> None:
    now = timezone.now()
    Hold.objects.create(
        brand_id=3,
        chatroom=1,
        ambassador=100,
        member=by,
        member_name="Marc Aubert",
        since=now,
        until=now + timedelta(hours=1),
    )


def name_code(_by: Membership) -> None:
    CodeName.objects.filter(kind="anomaly", code="4").update(name="Payment", tone="bad")


ADDED: dict[str, Callable[[Membership], None]] = {
    "a flag": flag,
    "a review": review,
    "a note": note,
    "a hold": hold,
    "the name of a code": name_code,
}


@pytest.mark.parametrize("add", ADDED.values(), ids=ADDED)
def test_what_the_team_adds_is_shown_at_once(
    client: Client, api: Upstream, manager: Membership, add: Callable[[Membership], None]
) -> None:
    api.listing(*rooms(last_summary={"summary": "About a parcel", "anomaly": 4, "topic": 2}))
    before = [look(client), look(client)][1]
    add(manager)
    now = look(client)
    assert now[0] != before[0]
    assert now[1:] == before[1:]
    assert now == look_anew(client)


def test_a_hold_that_ran_out_is_shown_no_more(
    client: Client, api: Upstream, manager: Membership, later: Later
) -> None:
    api.listing(*rooms())
    hold(manager)
    assert "Marc Aubert" in look(client)[0]
    later(2 * 3600)
    assert "Marc Aubert" not in look(client)[0]


# Who may share them


def test_each_member_has_rows_of_their_own(
    client: Client,
    client_of: ClientOf,
    viewer: Membership,
    manager: Membership,
    api: Upstream,
) -> None:
    api.listing(*rooms())
    page = text(client.get(INBOX))
    assert "Mark read" in row(page, 1)
    assert "Mark read" not in row(text(client_of(viewer).get(INBOX)), 1)
    other = client_of(manager)
    api.answer("POST", body=message(16))
    assert press(other, button(row(text(other.get(INBOX)), 1))).status_code in {200, 302}


def test_each_page_and_query_has_addresses_of_its_own(client: Client, api: Upstream) -> None:
    api.listing(*rooms())
    for query in ("", "?page=2", "?archived=0", "?sort=last_action_date"):
        address = INBOX + query
        assert look(client, address) == look_anew(client, address)
    links = attributes(text(client.get(INBOX + "?archived=0")), ".row-name a", "href")
    assert all(link.endswith("?archived=0") for link in links)


def test_each_inbox_has_rows_of_its_own(client: Client, api: Upstream) -> None:
    """The very same chatroom stands in the inboxes of both who take part."""
    api.listing(*rooms())
    other = INBOX.replace("/100/", "/555/")
    mine, theirs = look(client), look(client, other)
    assert "Sofia Duarte" in mine[0]
    assert "Léa Moreau" in theirs[0]
    assert theirs == look_anew(client, other)
    assert mine == look_anew(client)


def test_a_new_zone_and_language_are_heeded(client: Client, api: Upstream) -> None:
    api.listing(*rooms())
    before = text(client.get(INBOX))
    client.post("/preferences/", {"language": "fr"})
    assert "Marquer comme lu" in row(text(client.get(INBOX)), 1)
    client.post("/preferences/", {"language": "en"})
    Brand.objects.filter(pk=3).update(time_zone="Asia/Tokyo")
    now = text(client.get(INBOX))
    before_, now_ = (
        attribute(one(row(page, 1), ".row-when time"), "title") for page in (before, now)
    )
    assert before_ != now_


def test_a_token_is_renewed_before_it_ends(
    client: Client, api: Upstream, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the process slept meanwhile, and forgot nothing."""
    api.listing(*rooms())
    client.get(INBOX)
    later(25 * 3600)
    monkeypatch.setattr(memories, "_forgets_again", float("inf"))
    api.listing(*rooms(), total=99)
    api.answer("POST", body=message(16))
    page = text(client.get(INBOX))
    answer = press(client, button(row(page, 1)))
    assert "older than a day" not in text(answer)
    assert [call.method for call in api.sent].count("POST") == 1


# What is remembered


def test_all_of_it_is_forgotten_together(client: Client, api: Upstream) -> None:
    api.listing(*rooms())
    client.get(INBOX)
    kept = (decode._CHATROOMS, inboxes._ROWS, drawn_rows._DRAWN)
    assert [len(memory._kept) for memory in kept] == [COUNT] * 3
    memories.forget()
    assert [len(memory._kept) for memory in kept] == [0] * 3
