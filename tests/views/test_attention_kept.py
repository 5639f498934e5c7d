"""Parts of Home are drawn once: whatever a part depends on, a look after its change shows it."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from inbox import workers
from inbox.caches import memories
from inbox.models import (
    Brand,
    BrandRules,
    ChatroomFlag,
    CodeName,
    Hold,
    IndexedAmbassador,
    IndexedBrand,
    IndexedChatroom,
    Judgement,
    Membership,
    Note,
    Reader,
    Review,
    Role,
    SavedView,
    User,
    WaitingCustomer,
    WorkerBeat,
)
from tests.conftest import ClientOf
from tests.support.chatrooms import Json, chatroom, message
from tests.support.indexed import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    clock,
    dated,
    listed,
    of_lea,
    of_sofia,
    room,
    whole_at_noon,
)
from tests.support.pages import text
from tests.support.upstream import Upstream

HOME = "/brands/3/"


@pytest.fixture(autouse=True)
def _at_noon(brand: Brand) -> Iterator[None]:
    with whole_at_noon():
        workers.beat()
        yield


@pytest.fixture(autouse=True)
def _many_reasons(moderator: Membership, manager: Membership) -> None:
    """Somebody waits, an anomaly has a name, one is to do, and one has news since its review."""
    seen = {"first_seen": NOON, "last_seen": NOON, "brand_id": 3}
    CodeName.objects.create(kind="anomaly", code="7", name="Payment", tone="bad", **seen)
    by = {"brand_id": 3, "member_name": "Marc Aubert"}
    ChatroomFlag.objects.create(**by, chatroom=10, participant=100, flag=1, flagged=NOON - DAY)
    Review.objects.create(**by, chatroom=11, message=10, member=manager, reviewed=NOON - DAY)
    Hold.objects.create(
        **by, chatroom=8, ambassador=100, member=manager, since=NOON - HOUR, until=NOON + HOUR
    )
    listed(waits(), odd(), room(of_lea(16, 30), 10), room(of_lea(16, 30), 11))


def waits() -> Json:
    return room(of_sofia(16, 90, content="Is anybody there?"), 8)


def odd() -> Json:
    told = {"summary": "A transfer was offered", "anomaly": 7, "topic": 1, **dated(120)}
    return room(of_lea(16, 30), 9, last_summary=told)


def look(client: Client, query: str = "") -> str:
    """The page, but for tokens: they tell when they were made."""
    return re.sub(r'(name="(csrf[a-z]*|act)" value=")[^"]*', r"\1", text(client.get(HOME + query)))


def rows(client: Client, query: str = "") -> list[str]:
    """Each row as HTML."""
    return re.findall(r'<li id="chatroom-.*?</li>', look(client, query), re.DOTALL)


def change_rows(**values: object) -> Callable[[], object]:
    return lambda: IndexedChatroom.objects.update(**values)


def change_hold(**values: object) -> Callable[[], object]:
    return lambda: Hold.objects.update(**values)


def judge() -> None:
    member = Membership.objects.get(role=Role.MANAGER)
    Judgement.objects.create(
        brand_id=3,
        chatroom=900,
        summary="of-900",
        anomaly="7",
        is_right=True,
        member=member,
        member_name="Camille",
    )


def hand_over() -> None:
    member = Membership.objects.get(role=Role.MODERATOR)
    note = Note.objects.create(
        brand_id=3, chatroom=8, member=member, member_name="Nadia", text="Please call her"
    )
    Hold.objects.update(member=member, given_by="Marc Aubert", note=note)


def read() -> None:
    Reader.objects.create(
        member=Membership.objects.get(role=Role.MANAGER), chatroom=9, at=timezone.now()
    )


def another_brand() -> None:
    member = Membership.objects.get(role=Role.MODERATOR)
    Membership.objects.create(
        user=member.user, brand=Brand.objects.create(pk=77, name="Other"), role=Role.VIEWER
    )


def wait(user: int) -> None:
    WaitingCustomer.objects.create(brand_id=3, user=user, excerpt="Hello?", since=NOON - HOUR)


def review() -> None:
    member = Membership.objects.get(role=Role.MODERATOR)
    Review.objects.create(
        brand_id=3, chatroom=900, message=1, member=member, member_name="Nadia", reviewed=NOON
    )


CHANGES: dict[str, Callable[[], object]] = {
    "name": change_rows(name="Somebody Else"),
    "words": change_rows(excerpt="Where are you?", summary="Nothing was offered"),
    "evidence": change_rows(proof="By transfer", proof_word="transfer", proof_message=5),
    "count of news": change_rows(news=[4, 10, 16, False]),
    "wait": change_rows(waiting_since=NOON - 3 * HOUR),
    "reader of the last message": change_rows(last_message=17),
    "ambassador": lambda: IndexedAmbassador.objects.update(name="Zoé", seen=NOON - 2 * DAY),
    "name of a code": lambda: CodeName.objects.update(name="Transfers"),
    "tone of a code": lambda: CodeName.objects.update(tone="neutral"),
    "name of a code taken away": lambda: CodeName.objects.update(name="", tone="neutral"),
    "flag": lambda: ChatroomFlag.objects.update(member_name="Hugo Petit"),
    "review": lambda: Review.objects.update(member_name="Hugo Petit"),
    "review undone": lambda: Review.objects.update(undone=NOON),
    "holder": change_hold(member_name="Hugo Petit"),
    "hold that ran out": change_hold(until=NOON - MINUTE),
    "hold that was released": change_hold(ended=NOON),
    "hold handed over": hand_over,
    "reader": read,
    "judgement": judge,
    "rules": lambda: BrandRules.objects.create(brand_id=3, waits_after=15, horizon=1),
    "zone": lambda: Brand.objects.update(time_zone="Pacific/Auckland"),
    "language": lambda: User.objects.update(language="fr"),
    "role": lambda: Membership.objects.update(role=Role.VIEWER),
    "name of the brand": lambda: Brand.objects.filter(pk=3).update(name="Maison Verte"),
    "name of the member": lambda: User.objects.update(name="Nadia B."),
    "colours": lambda: User.objects.update(theme="dark"),
    "single keys": lambda: User.objects.update(shortcuts=False),
    "another brand": another_brand,
    "pin": lambda: Membership.objects.update(pins=[100]),
    "a view": lambda: SavedView.objects.create(brand_id=3, name="Mine", query="unread=1"),
    "name of a view": lambda: SavedView.objects.filter(given="quiet").update(name="Quiet"),
    "a customer": lambda: wait(7),
    "a review of today": review,
    "a code without a name": lambda: CodeName.objects.update(name="", words="", tone="neutral"),
    "a waiting list that can't be read": lambda: IndexedBrand.objects.update(
        waiting_failed_since=NOON, waiting_failed_with=500
    ),
    "an inbox that can't be read": lambda: IndexedAmbassador.objects.update(failed_since=NOON),
    "a reading under way": lambda: IndexedAmbassador.objects.update(walked=None),
    "an outage": lambda: IndexedBrand.objects.update(
        failing_since=NOON, failure="outage", retry_at=NOON + HOUR
    ),
    "a silent worker": lambda: WorkerBeat.objects.all().delete(),
    "a ranking under way": lambda: BrandRules.objects.create(brand_id=3, ranked_to=0, to_rank=4),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_shows_at_the_next_look(client: Client, what: str) -> None:
    before = look(client)
    assert look(client) == before
    CHANGES[what]()
    now = look(client)
    memories.forget()
    assert now == look(client)
    assert now != before


LISTS = (
    "?held=me",
    "?held=for-me",
    "?unread=1",
    "?reason=older",
    "?reason=anomaly&held=nobody",
    "?waits=1&ambassador=100",
    "?q=transfer",
    "?after=30.1795168800000000.1",
)


@pytest.mark.parametrize("query", LISTS)
def test_other_lists_show_changes_too(client: Client, query: str) -> None:
    IndexedChatroom.objects.update(unread=True)
    wait(7)
    for change in ("name", "holder", "name of a view", "a customer", "role"):
        look(client, query)
        CHANGES[change]() if change != "a customer" else wait(8)
        now = look(client, query)
        memories.forget()
        assert now == look(client, query), change


def test_a_row_that_moves_to_another_band_moves(client: Client) -> None:
    IndexedChatroom.objects.filter(chatroom=9).update(rank=45)
    before = look(client)
    IndexedChatroom.objects.filter(chatroom=9).update(rank=10)
    now = look(client)
    memories.forget()
    assert now == look(client) != before


def test_the_rail_of_other_pages_shows_changes_too(client: Client) -> None:
    for page in ("/brands/3/search/", "/brands/3/activity/", "/brands/3/ambassadors/"):
        for change in ("colours", "single keys", "pin", "name of a view", "name of the member"):
            client.get(page)
            CHANGES[change]()
            now = rail(client, page)
            memories.forget()
            assert now == rail(client, page), (page, change)


def rail(client: Client, page: str) -> str:
    told = re.sub(r'(name="csrf[a-z]*" value=")[^"]*', r"\1", text(client.get(page)))
    (found,) = re.findall(r'<header class="rail">.*?</header>', told, re.DOTALL)
    return str(found)


def test_an_open_page_hears_of_a_new_count(client: Client) -> None:
    marks = re.findall('data-mark="[^"]*"', look(client))
    CHANGES["count of news"]()
    assert re.findall('data-mark="[^"]*"', look(client)) != marks


def test_time_passes_in_kept_rows(client: Client) -> None:
    before = look(client)
    with clock(NOON + 2 * MINUTE):
        later = look(client)
        memories.forget()
        assert later == look(client)
    assert later != before


def test_a_reason_that_begins_within_the_minute_shows(client: Client) -> None:
    IndexedChatroom.objects.filter(chatroom=8).update(
        waiting_since=NOON - HOUR + timedelta(seconds=20)
    )
    with clock(NOON + timedelta(seconds=1)):
        IndexedChatroom.objects.filter(chatroom=8).update(changes_at=NOON + timedelta(seconds=20))
        assert len(rows(client)) == 3
    with clock(NOON + timedelta(seconds=30)):
        assert len(rows(client)) == 4


def test_nobody_gets_the_token_of_somebody_else(
    client: Client, client_of: ClientOf, manager: Membership
) -> None:
    token = r'name="act" value="([^"]+)'
    ours, theirs = (re.findall(token, text(one.get(HOME))) for one in (client, client_of(manager)))
    assert ours
    assert not set(ours) & set(theirs)


def test_nobody_gets_the_rows_of_somebody_else(
    client: Client, client_of: ClientOf, manager: Membership, viewer: Membership
) -> None:
    ours = look(client)
    for member in (manager, viewer):
        theirs = look(client_of(member))
        memories.forget()
        assert theirs == look(client_of(member)) != ours


def test_rows_under_another_tab_lead_back_to_it(client: Client) -> None:
    (every,) = {one for one in rows(client) if 'id="chatroom-9"' in one}
    (under,) = rows(client, "?reason=anomaly")
    assert "?reason=all" in every
    assert "?reason=anomaly" in under


def test_only_the_open_row_is_marked_as_open(client: Client, api: Upstream) -> None:
    for id_ in (8, 9):
        api.conversation(chatroom(id_), message(16))
        page = text(client.get(f"/brands/3/ambassadors/100/chatrooms/{id_}/?reason=all"))
        assert len(re.findall('id="open-[0-9]+" aria-current="true"', page)) == 1
        assert f'id="open-{id_}" aria-current="true"' in page


def test_each_page_has_its_own_token(client: Client) -> None:
    first, second = (text(client.get(HOME)) for _ in range(2))
    token = r'csrfmiddlewaretoken" value="([^"]+)'
    assert len(set(re.findall(token, first))) == len(set(re.findall(token, second))) == 1
    assert "<!-- csrf -->" not in first + second
