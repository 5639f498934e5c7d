"""What the titles of lists and conversations name: the filter and the order, who, page and brand"""

import pytest
from django.test import Client
from django.utils import timezone

from inbox.models import CodeKind, CodeName, Membership, Tone
from tests.support.chatrooms import chatroom, message
from tests.support.markup import attribute, one
from tests.support.pages import HTMX, INBOX, text
from tests.support.upstream import Upstream

PEOPLE = "/brands/3/ambassadors/"
ROOM = f"{INBOX}chatrooms/8/"
END = "Maison Lumière · Ambassador Inbox"


def title(client: Client, address: str, query: str = "", **headers: str) -> str:
    return one(text(client.get(f"{address}?{query}", headers=headers)), "title").text()


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("", "Léa Moreau"),
        ("page=2", "Léa Moreau · Page 2"),
        ("unread=1", "Unread · Léa Moreau"),
        ("low=1&online=1", "Low ratings · Online · Léa Moreau"),
        ("archived=1", "(25) Archived · Léa Moreau"),
        ("sort=last_action_date", "(25) Oldest activity first · Léa Moreau"),
        (
            "flag=1&before=2026-11-01&page=2",
            "(25) Flagged as to do · Last active before 1 Nov 2026 · Léa Moreau · Page 2",
        ),
    ],
)
def test_the_inbox_names_what_is_asked_of_it(
    client: Client, api: Upstream, query: str, named: str
) -> None:
    api.inbox([chatroom(number) for number in range(1, 61)])
    is_narrow = named.startswith("(") or "=1" in query
    assert title(client, INBOX, query) == f"{named if is_narrow else f'(25) {named}'} · {END}"


def test_a_code_is_named_as_the_brand_calls_it(
    client: Client, api: Upstream, moderator: Membership
) -> None:
    CodeName.objects.create(
        brand=moderator.brand,
        kind=CodeKind.MODERATION,
        code="2",
        name="Spam <b>",
        tone=Tone.NEUTRAL,
        first_seen=timezone.now(),
        last_seen=timezone.now(),
    )
    assert title(client, INBOX, "moderation=2") == f"Spam <b> · Léa Moreau · {END}"


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_a_conversation_names_the_list_it_is_in(
    client: Client, api: Upstream, headers: dict[str, str]
) -> None:
    api.listing(chatroom(), current_page=2, last_page=2)
    api.conversation(chatroom(), message(16))
    count = "" if headers else "(1) "
    whole = title(client, ROOM, "archived=1&page=2", **headers)
    assert whole == f"{count}Sofia Duarte · Archived · Léa Moreau · Page 2 · {END}"
    api.listing(chatroom())
    api.conversation(chatroom(), message(16))
    assert title(client, ROOM, **headers) == f"{count}Sofia Duarte · Léa Moreau · {END}"


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("", "Ambassadors"),
        ("name=a%26b", "“a&b” · Ambassadors"),
        ("role=6,5", "manager · expert · Ambassadors"),
        ("name=L&sort=last_action_date", "“L” · Oldest activity first · Ambassadors"),
        ("page=2", "Ambassadors · Page 2"),
    ],
)
def test_the_ambassadors_name_who_is_looked_for(
    client: Client, api: Upstream, query: str, named: str
) -> None:
    if "page" in query:
        api.listing(current_page=2, last_page=2)
    assert title(client, PEOPLE, query) == f"{named} · {END}"


def test_in_french_too(client: Client, api: Upstream, moderator: Membership) -> None:
    moderator.user.language = "fr"
    moderator.user.save()
    assert title(client, INBOX, "unread=1").startswith("Non lus · Léa Moreau · ")
    assert title(client, PEOPLE, "name=L").startswith("«\N{NO-BREAK SPACE}L\N{NO-BREAK SPACE}» · ")


@pytest.mark.parametrize("address", [INBOX, PEOPLE, ROOM])
def test_the_list_tells_scripts_the_same(client: Client, api: Upstream, address: str) -> None:
    api.listing(chatroom())
    page = text(client.get(address, {"sort": "last_action_date"}))
    named = attribute(one(page, "[data-title]"), "data-title")
    assert named.endswith(" · Ambassador Inbox")
    assert one(page, "title").text().endswith(named)
