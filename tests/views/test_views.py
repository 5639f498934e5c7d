"""/brands/<brand>/views/ : names for lists of what needs attention, and what a list is narrowed to"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from inbox.accounts.members import change_role
from inbox.models import (
    Act,
    Brand,
    CodeName,
    Hold,
    IndexedChatroom,
    Membership,
    Role,
    SavedView,
    WaitingCustomer,
)
from inbox.models.saved_views import GIVEN
from inbox.queue.saved_views import MOST
from tests.conftest import ClientOf
from tests.support.cast import member
from tests.support.chatrooms import chatroom, message
from tests.support.conversations import form
from tests.support.indexed import (
    HOUR,
    NOON,
    listed,
    of_lea,
    of_sofia,
    room,
    row,
    whole_at_noon,
)
from tests.support.markup import all_words, attributes, every, has, one, words
from tests.support.pages import HTMX, text
from tests.support.runs import many
from tests.support.trail import acts
from tests.support.upstream import Upstream

HOME = "/brands/3/"
VIEWS = "/brands/3/views/"
LONG_AGO = 40 * 24 * 60  # minutes
HOURS = 60


@pytest.fixture(autouse=True)
def _at_noon(brand: Brand) -> Iterator[None]:
    """Sofia waits for nine hours in chatroom 8, for two in 9, and wrote last long ago in 10."""
    with whole_at_noon():
        listed(
            room(of_sofia(16, 9 * HOURS), 8),
            room(of_sofia(17, 2 * HOURS), 9),
            room(of_sofia(18, LONG_AGO), 10),
            room(of_lea(19, 30), 11),
        )
        yield


@pytest.fixture
def nadia(client: Client, moderator: Membership) -> Client:
    return client


@pytest.fixture
def camille(client_of: ClientOf, manager: Membership) -> Client:
    return client_of(manager)


@pytest.fixture
def hugo(client_of: ClientOf, viewer: Membership) -> Client:
    return client_of(viewer)


def shown(client: Client, query: str = "") -> list[int]:
    """The conversations of a list, in its order."""
    return rooms_of(text(client.get(f"{HOME}{query}")))


def rooms_of(page: str) -> list[int]:
    return [int(one_) for one_ in attributes(page, ".queued[data-room]", "data-room")]


def views(client: Client, page: str = HOME) -> list[str]:
    return all_words(text(client.get(page)), ".views a")


def hold(who: Membership, chatroom: int = 8) -> Hold:
    return Hold.objects.create(
        brand_id=3,
        chatroom=chatroom,
        ambassador=100,
        member=who,
        until=timezone.now() + timedelta(hours=1),
    )


def save(client: Client, query: str = "", **fields: Any) -> Any:
    found = form(text(client.get(f"{VIEWS}new/{query}")), "view")
    assert found
    return client.post(found.action, {**found.fields, **fields})


# What a list is narrowed to


def test_to_long_waits(nadia: Client) -> None:
    assert shown(nadia) == [8, 9]
    assert shown(nadia, "?waits=8") == [8]
    assert shown(nadia, "?reason=waiting&waits=10") == []


def test_to_what_nobody_has(nadia: Client, moderator: Membership) -> None:
    hold(moderator)
    assert shown(nadia, "?held=nobody") == [9]
    Hold.objects.update(until=timezone.now() - HOUR)
    assert shown(nadia, "?held=nobody") == [8, 9]


def test_to_ambassadors(nadia: Client) -> None:
    IndexedChatroom.objects.filter(chatroom=9).update(ambassador=104)
    assert shown(nadia, "?ambassador=104") == [9]
    assert shown(nadia, "?ambassador=104,100") == [8, 9]
    assert shown(nadia, "?ambassador=100&ambassador=104") == [8, 9]
    assert shown(nadia, "?ambassador=7") == []


def test_to_what_is_quiet_and_to_a_day(nadia: Client) -> None:
    assert shown(nadia, "?reason=older") == [10]
    assert shown(nadia, "?reason=older&quiet=39") == [10]
    assert shown(nadia, "?reason=older&quiet=41") == []
    day = (NOON - 40 * 24 * HOUR).date()
    assert shown(nadia, f"?reason=older&before={day}") == []
    assert shown(nadia, f"?reason=older&before={day + timedelta(days=1)}") == [10]


def test_to_words(nadia: Client) -> None:
    listed(room(of_sofia(16, 9 * HOURS, content="Where is my refund?"), 8))
    assert shown(nadia, "?q=refund") == [8]
    assert shown(nadia, "?q=refund+sofia") == [8]
    assert shown(nadia, "?q=nothing") == []
    assert "three letters" in text(nadia.get(f"{HOME}?q=a"))


def test_to_anomalies_by_their_names(nadia: Client, brand: Brand) -> None:
    seen = {"first_seen": NOON.date(), "last_seen": NOON.date()}
    kept = {"brand": brand, "kind": "anomaly", "needs_attention": True, **seen}
    CodeName.objects.create(code="5", name="Paiement hors boutique", **kept)
    CodeName.objects.create(code="6", name="Impolite", **kept)
    summary = {"content": "…", "anomaly": 5, "date_insert": NOON.isoformat()}
    listed(
        room(of_lea(16, 30), 8, last_summary=summary),
        room(of_lea(17, 30), 9, last_summary=summary | {"anomaly": 6}),
    )
    assert set(shown(nadia, "?reason=anomaly")) == {8, 9}
    assert shown(nadia, "?named=payment,PAIEM") == [8]
    assert shown(nadia, "?named=boutique") == [8]
    assert shown(nadia, "?named=outique") == []
    assert "No anomaly has such a name" in text(nadia.get(f"{HOME}?named=outique"))


def test_what_was_not_read_stands_there_without_another_reason(nadia: Client) -> None:
    listed(
        room(of_sofia(16, 9 * HOURS), 8, last_read_message=None),
        room(of_sofia(18, LONG_AGO), 10, last_read_message=None),
    )
    assert row(10).unread
    assert shown(nadia, "?unread=1") == [9, 8, 10]  # the latest first
    assert shown(nadia, "?unread=1&quiet=30") == [10]
    page = text(nadia.get(f"{HOME}?unread=1&quiet=30"))
    assert "Latest message first" in page


def test_tabs_count_what_the_list_is_narrowed_to(nadia: Client) -> None:
    page = text(nadia.get(f"{HOME}?waits=8"))
    assert all_words(page, ".tabs a")[:2] == ["All 1", "Waiting 1"]
    assert attributes(page, ".tabs a", "href")[1] == "/brands/3/?reason=waiting&waits=8"
    assert words(one(page, ".rail-nav .count")) == "2"


def test_each_part_can_be_removed(nadia: Client) -> None:
    page = text(nadia.get(f"{HOME}?waits=8&held=nobody&ambassador=7,100"))
    assert all_words(page, ".chosen .chip") == [
        "Remove this filter: Nobody has it",
        "Remove this filter: With ambassador 7",
        "Remove this filter: With Léa Moreau",
        "Remove this filter: Waits 8 hours or more",
    ]
    hrefs = attributes(page, ".chosen .chip", "href")
    assert hrefs[0] == "/brands/3/?ambassador=7,100&waits=8"
    assert hrefs[1] == "/brands/3/?held=nobody&ambassador=100&waits=8"
    assert attributes(page, ".chosen .link", "href")[0] == HOME


def test_a_conversation_keeps_its_list(nadia: Client, api: Upstream) -> None:
    (address,) = attributes(text(nadia.get(f"{HOME}?waits=8")), ".row-name a", "href")
    assert address.endswith("/chatrooms/8/?reason=all&waits=8")
    api.conversation(chatroom(), message(16))
    page = text(nadia.get(address))
    assert rooms_of(page) == [8]
    assert has(page, "#conversation")


def test_viewers_are_told_nothing_of_holders(hugo: Client, moderator: Membership) -> None:
    hold(moderator)
    assert shown(hugo, "?held=nobody") == [8, 9]
    page = text(hugo.get(HOME))
    assert "nobody" not in "".join(attributes(page, ".views a", "href"))
    assert not has(page, "select[name=held]")
    empty = text(hugo.get(f"{HOME}?named=nothing"))
    assert "No anomaly has such a name" in empty
    assert not has(empty, ".empty a[href$='/codes/']")  # which answers 403
    assert views(hugo) == ["Payment and contact 0", "Unread, quiet for 30 days 1"]


def test_a_form_leads_to_a_short_address(nadia: Client) -> None:
    answer = nadia.get(f"{HOME}?reason=waiting&waits=8&quiet=&q=&held=")
    assert answer.status_code == 302
    assert answer["Location"] == "/brands/3/?reason=waiting&waits=8"


def test_what_leaves_the_list_is_news(nadia: Client, moderator: Membership) -> None:
    page = text(nadia.get(f"{HOME}?held=nobody"))
    (poll,), (mark,) = (attributes(page, "#list", name) for name in ("data-poll", "data-mark"))
    told = [
        f"{a}:{b}"
        for a, b in zip(
            attributes(page, ".queued", "data-item"),
            attributes(page, ".queued", "data-mark"),
            strict=True,
        )
    ]
    headers = {**HTMX, "Inbox-Mark": mark, "Inbox-Shown": ",".join(told)}
    assert nadia.get(poll, headers=headers).status_code == 204
    hold(moderator, 9)
    assert nadia.get(poll, headers=headers).status_code == 200


WORDS = st.text(max_size=20)


@examples(
    max_examples=many(60),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "reason",
                "held",
                "ambassador",
                "waits",
                "quiet",
                "before",
                "unread",
                "named",
                "q",
                "after",
            ]
        ),
        st.one_of(
            WORDS, st.integers().map(str), st.sampled_from(["1", "nobody", "2026-11-01", "30.1.1"])
        ),
    )
)
def test_an_address_of_nonsense_shows_a_list(nadia: Client, query: dict[str, str]) -> None:
    assert nadia.get(HOME, query).status_code in {200, 302}


# Views


def test_a_new_brand_has_the_given_ones(nadia: Client) -> None:
    assert views(nadia) == [
        "For me 0",
        "I have these 0",
        "Left alone overnight 1",
        "Payment and contact 0",
        "Unread, quiet for 30 days 1",
    ]


def test_other_pages_name_them_and_count_nothing(nadia: Client) -> None:
    assert views(nadia, "/brands/3/codes/") == ["For me", "I have these", *list_of_given()]


def list_of_given() -> list[str]:
    return ["Left alone overnight", "Payment and contact", "Unread, quiet for 30 days"]


def test_an_open_view_is_the_page(nadia: Client) -> None:
    (address,) = attributes(text(nadia.get(HOME)), ".views a[href*=waits]", "href")
    page = text(nadia.get(address))
    assert words(one(page, "#title")) == "Left alone overnight"
    assert words(one(page, "title")).startswith("Left alone overnight ·")
    assert all_words(page, ".views a[aria-current]") == ["Left alone overnight 1"]
    assert not has(page, ".rail-nav a[aria-current]")
    assert rooms_of(page) == [8]


def test_a_moderator_keeps_views_of_their_own(
    nadia: Client, camille: Client, moderator: Membership
) -> None:
    answer = save(nadia, "?reason=waiting&waits=2", name=" Since  <two> ", team="on")
    assert answer["Location"] == "/brands/3/?reason=waiting&waits=2"
    view = SavedView.objects.get(name="Since <two>")
    assert (view.member, view.query) == (moderator, "reason=waiting&waits=2")
    assert views(nadia)[-1] == "Since <two> 2"
    assert "Since <two>" not in text(camille.get(HOME))
    assert camille.get(f"{VIEWS}{view.pk}/").status_code == 404
    assert [one_.act for one_ in acts()] == []


def test_a_manager_keeps_the_teams(nadia: Client, camille: Client) -> None:
    save(
        camille, "?reason=waiting", name="Who waits", team="on", waits="3", ambassador=["100", "7"]
    )
    view = SavedView.objects.get(name="Who waits")
    assert (view.member, view.query) == (None, "reason=waiting&ambassador=7,100&waits=3")
    assert "Who waits 1" in views(nadia)
    assert nadia.get(f"{VIEWS}{view.pk}/").status_code == 403
    assert nadia.post(f"{VIEWS}{view.pk}/delete/").status_code == 403
    assert [(one_.act, one_.about) for one_ in acts()] == [(Act.SAVE_VIEW, "Who waits")]


def test_no_two_views_of_the_same_people_are_called_alike(nadia: Client, camille: Client) -> None:
    save(nadia, "?reason=waiting", name="Mine", waits="2")
    answer = save(nadia, "?reason=anomaly", name="MINE")
    assert answer.status_code == 422
    assert "A view is called so already." in text(answer)
    assert (
        save(camille, "?reason=waiting", name="Left alone overnight", team="on").status_code == 422
    )
    assert SavedView.objects.exclude(name="").count() == 1
    assert save(camille, "?reason=waiting", name="Mine", waits="2").status_code == 302
    view = SavedView.objects.get(member__user__email__startswith="nadia")
    kept = form(text(nadia.get(f"{VIEWS}{view.pk}/")), "view")
    assert kept
    assert nadia.post(kept.action, kept.fields).status_code == 302  # as it was


def test_taking_a_view_from_the_team_is_told_and_keeps_its_name(
    nadia: Client, camille: Client, manager: Membership
) -> None:
    view = SavedView.objects.get(given="overnight")
    found = form(text(camille.get(f"{VIEWS}{view.pk}/")), "view")
    assert found
    camille.post(
        found.action, {name: one_ for name, one_ in found.fields.items() if name != "team"}
    )
    view.refresh_from_db()
    assert (view.member, view.given, str(view)) == (manager, "", "Left alone overnight")
    assert "Left alone overnight 1" in views(camille)
    assert not [one_ for one_ in views(nadia) if "overnight" in one_]
    assert [(one_.act, one_.about) for one_ in acts()] == [
        (Act.DELETE_VIEW, "Left alone overnight")
    ]


def test_what_is_in_hand_is_narrowed_no_further(nadia: Client, moderator: Membership) -> None:
    hold(moderator)
    assert shown(nadia, "?held=me&waits=20&reason=older") == [8]
    nadia.post(f"{VIEWS}new/", {"name": "Mine", "held": "me", "waits": "8"})
    assert views(nadia)[-1] == "Mine 1"


def test_a_whole_list_is_no_view(nadia: Client) -> None:
    answer = save(nadia, name="Everything")
    assert answer.status_code == 422
    assert "choose something that narrows it" in text(answer)


def test_the_longest_words_are_kept(nadia: Client) -> None:
    save(nadia, name="Long", q="\U0001f600" * 100, named="é" * 100, waits="8")
    assert "Long 0" in views(nadia)


def test_an_act_leaves_what_is_unread_unread(nadia: Client) -> None:
    listed(room(of_sofia(30, 20), 12))
    found = form(text(nadia.get(f"{HOME}?unread=1")), "hold-12")
    assert found
    answer = text(nadia.post(found.action, found.fields, headers=HTMX))
    assert all_words(answer, ".queued-why b") == ["Not read yet"]


def test_a_customer_whose_conversation_somebody_has_is_not_nobodys(
    nadia: Client, moderator: Membership
) -> None:
    facts = {"brand_id": 3, "since": NOON - HOUR, "excerpt": "Hello?"}
    WaitingCustomer.objects.create(user=900, chatroom=11, **facts)
    WaitingCustomer.objects.create(user=901, **facts)
    hold(moderator, 11)
    page = text(nadia.get(f"{HOME}?held=nobody"))
    assert len(every(page, "[id^=customer-]")) == 1
    assert all_words(page, ".tabs a")[0] == "All 3"


def test_a_viewer_has_none_of_their_own_any_more(
    nadia: Client, camille: Client, moderator: Membership, manager: Membership
) -> None:
    save(nadia, "?waits=2", name="Mine")
    assert change_role(manager, moderator, Role.VIEWER)
    assert not [one_ for one_ in views(nadia) if "Mine" in one_]


def test_a_view_is_changed_and_deleted(camille: Client) -> None:
    save(camille, "?waits=2", name="Mine")
    view = SavedView.objects.get(name="Mine")
    found = form(text(camille.get(f"{VIEWS}{view.pk}/")), "view")
    assert found
    assert (found.fields["name"], found.fields["waits"]) == ("Mine", "2")
    camille.post(found.action, {**found.fields, "name": "Ours", "waits": "4"})
    view.refresh_from_db()
    assert (view.name, view.query) == ("Ours", "waits=4")
    camille.post(f"{VIEWS}{view.pk}/delete/")
    assert not SavedView.objects.filter(pk=view.pk)
    assert not [one_ for one_ in views(camille) if "Ours" in one_]


def test_given_ones_are_changed_deleted_and_brought_back(camille: Client, nadia: Client) -> None:
    quiet = SavedView.objects.get(given="quiet")
    found = form(text(camille.get(f"{VIEWS}{quiet.pk}/")), "view")
    assert found
    camille.post(found.action, {**found.fields, "name": "Quiet", "quiet": "60", "team": "on"})
    assert views(nadia)[-1] == "Quiet 0"
    camille.post(f"{VIEWS}{quiet.pk}/delete/")
    assert not [one_ for one_ in views(nadia) if one_.startswith(("Quiet", "Unread"))]
    back = form(text(camille.get(VIEWS)), "bring-back")
    assert back
    assert "bring-back" not in text(nadia.get(VIEWS))
    camille.post(back.action, back.fields)
    assert views(nadia)[-1] == "Unread, quiet for 30 days 1"
    assert SavedView.objects.exclude(given="").count() == len(GIVEN)
    assert "bring-back" not in text(camille.get(VIEWS))


def test_a_given_name_is_in_each_readers_language(camille: Client) -> None:
    held = SavedView.objects.get(given="held")
    found = form(text(camille.get(f"{VIEWS}{held.pk}/")), "view")
    assert found
    camille.post(found.action, {**found.fields, "team": "on"})
    held.refresh_from_db()
    assert (held.name, held.query, held.member) == ("", "held=me", None)
    french = text(camille.get(HOME, headers={"Accept-Language": "fr"}))
    assert all_words(french, ".views a")[2].startswith("Laissé seul cette nuit")


@pytest.mark.parametrize("name", ["", "  ", "\u2060", "a" * 61])
def test_a_name_is_needed(nadia: Client, name: str) -> None:
    answer = save(nadia, "?waits=7", name=name)
    assert answer.status_code == 422
    again = form(text(answer), "view")
    assert again
    assert again.fields["waits"] == "7"
    assert not SavedView.objects.filter(given="")


def test_there_are_no_more_than_are_seen(nadia: Client, moderator: Membership) -> None:
    SavedView.objects.bulk_create(
        SavedView(brand_id=3, member=moderator, name=f"View {n}", query="waits=1")
        for n in range(MOST)
    )
    answer = save(nadia, "?waits=1", name="One more")
    assert answer.status_code == 422
    assert "Delete one first" in text(answer)
    view = SavedView.objects.get(name="View 3")
    found = form(text(nadia.get(f"{VIEWS}{view.pk}/")), "view")
    assert found
    assert nadia.post(found.action, found.fields).status_code == 302


def test_other_brands_have_their_own(client_of: ClientOf, brand: Brand) -> None:
    other = Brand.objects.create(id=8, name="Nordsport")
    manager = member("ines@example.com", other, Role.MANAGER)
    client = client_of(manager)
    view = SavedView.objects.filter(brand=brand).first()
    assert view
    assert client.get(f"/brands/8/views/{view.pk}/").status_code == 404
    assert client.post(f"/brands/8/views/{view.pk}/delete/").status_code == 404
    assert SavedView.objects.filter(pk=view.pk)


def test_the_form_offers_ambassadors(camille: Client) -> None:
    page = text(camille.get(f"{VIEWS}new/?ambassador=100"))
    assert has(page, "input[name=ambassador][value='100'][checked]")
    assert len(every(page, "select[name=reason] option")) == 7
