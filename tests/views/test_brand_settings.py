"""/brands/<brand>/settings/ : the brand's rules, tried before they are saved, and on record"""

import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from inbox.chatrooms import brand_rules, rules_form
from inbox.chatrooms.signals import Rules
from inbox.models import (
    Act,
    Activity,
    Brand,
    BrandRules,
    Fact,
    FactKind,
    IndexedBrand,
    IndexedChatroom,
    Membership,
    Outcome,
)
from inbox.queue import ranking, rehearsal
from inbox.queue.attention import Band
from tests.conftest import ClientOf
from tests.support.chatrooms import Json
from tests.support.codes import Fields
from tests.support.hostile import MARKUP
from tests.support.indexed import DAY, HOUR, MINUTE, NOON, clock, keep, listed, of_sofia, room
from tests.support.markup import all_words, attribute, every, has, one, words
from tests.support.pages import text

SETTINGS = "/brands/3/settings/"
ARROW = re.compile(r"(\d+) → (\d+)")
ALL_DAY = "00:00–24:00"
DAYS = rules_form.RulesForm.DAYS
USUAL: Fields = {
    "waits_after": "1 h",
    "left_after": "4 h",
    "low_stars": "2",
    "horizon": "14",
    **dict.fromkeys(DAYS, ALL_DAY),
    "thanks": "\r\n".join(rules_form.GIVEN),
    "number": "0",
}


@pytest.fixture
def client(client_of: ClientOf, manager: Membership) -> Client:
    return client_of(manager)


def send(client: Client, act: str = "save", **values: str) -> Any:
    return client.post(SETTINGS, {**USUAL, "act": act, **values})


def save(client: Client, **values: str) -> str:
    """Returns the page that follows."""
    answer = send(client, **values)
    assert answer.status_code == 302, text(answer)
    return text(client.get(answer["Location"]))


def value(page: str, name: str) -> str:
    return attribute(one(page, f"[name={name}]"), "value")


def tried(page: str) -> str:
    return words(one(page, "#tried"))


def waits(number: int, minutes: float, **more: Any) -> None:
    told: Json = of_sofia(number * 10, minutes, content=more.pop("content", "Is it in stock?"))
    listed(room(told, number, **more))


def answered(number: int, minutes: float, ago: timedelta = DAY) -> None:
    Fact.objects.create(
        brand_id=3,
        kind=FactKind.ANSWER,
        chatroom=number,
        item=str(number),
        ambassador=100,
        day=timezone.localdate() - ago,
        value=minutes * 60,
    )


# The form


def test_it_begins_with_the_rules_that_hold(client: Client, brand: Brand) -> None:
    page = text(client.get(SETTINGS))
    assert value(page, "waits_after") == "1\u00a0h"
    assert value(page, "left_after") == "4\u00a0h"
    assert words(one(page, "[name=low_stars] [selected]")) == "2 stars"
    assert value(page, "horizon") == "14"
    assert {value(page, day) for day in DAYS} == {ALL_DAY}
    assert "je vous remercie" in words(one(page, "[name=thanks]"))
    assert attribute(one(page, '[aria-current="page"]'), "href") == SETTINGS


def test_each_rule_is_saved(client: Client, brand: Brand) -> None:
    page = save(
        client,
        waits_after="90 min",
        left_after="1 h 30",
        low_stars="3",
        horizon="30",
        saturday="9-12, 14h30-18",
        sunday="",
        thanks="Gracias\n\n  gràcias \nDanke schön",
    )
    assert "The rules are saved." in page
    rules = brand_rules.find(brand)
    day, paris = (0, 1440), ZoneInfo("Europe/Paris")
    assert rules.hours.days == (*(((day,),) * 5), ((540, 720), (870, 1080)), ())
    assert rules.hours.zone == paris
    assert rules == Rules(
        waits_after=90 * MINUTE,
        left_after=90 * MINUTE,
        low_stars=3,
        horizon=30 * DAY,
        hours=rules.hours,
        thanks=frozenset({"gracias", "danke schon"}),
    )
    assert value(page, "waits_after") == "1\u00a0h\u00a030"
    assert value(page, "saturday") == "09:00–12:00, 14:30–18:00"
    assert not has(page, "[name=sunday][value]")
    assert words(one(page, "[name=thanks]")) == "Gracias Danke schön"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"waits_after": "soon"}, "Write it as 45 min, 3 h or 1 h 30."),
        ({"waits_after": "3"}, "Write it as 45 min, 3 h or 1 h 30."),
        ({"waits_after": "0 min"}, "From one minute to seven days."),
        ({"left_after": "8000 h"}, "From one minute to seven days."),
        ({"waits_after": "5 h"}, "Not sooner than a wait begins to count."),
        ({"low_stars": "5"}, "Select a valid choice."),
        ({"horizon": "0"}, "greater than or equal to 1"),
        ({"monday": "20:00–02:00"}, "within the day and not overlapping"),
        ({"tuesday": "9-10, 11-12, 13-14, 15-16"}, "Three openings a day at most."),
        (dict.fromkeys(DAYS, ""), "On some day the brand must be open."),
        ({"thanks": "!"}, "A line needs a letter or a digit."),
        ({"thanks": "x" * 41}, "A line of more than 40 characters is no short thank-you."),
        ({"thanks": "\n".join(map(str, range(101)))}, "100 lines at most."),
        ({"thanks": "a\0"}, "Null characters are not allowed."),
    ],
)
def test_a_refusal_is_said_beside_its_field_and_nothing_is_saved(
    client: Client, brand: Brand, values: Fields, told: str
) -> None:
    answer = send(client, **values)
    page = text(answer)
    assert answer.status_code == 422
    assert "<title>Not saved · Settings" in page
    wrong = every(page, "[aria-invalid=true]")
    assert len(wrong) == 1
    assert told in words(one(page, f"#{attribute(wrong[0], 'aria-describedby').split()[0]}"))
    assert has(page, "[aria-invalid=true][autofocus]")
    assert not Activity.objects.exists()
    assert brand_rules.find(brand) == Rules()


def test_what_is_typed_is_no_markup(client: Client, brand: Brand) -> None:
    page = text(send(client, waits_after=MARKUP, monday=MARKUP, thanks=f"{MARKUP}\n!"))
    assert MARKUP not in page
    assert MARKUP not in text(client.get(SETTINGS, {"waits_after": MARKUP, "left_after": MARKUP}))


def test_nothing_different_changes_nothing(client: Client, brand: Brand) -> None:
    assert "Nothing was different" in save(client)
    assert not Activity.objects.exists()
    assert not ranking.is_ranking(3)


def test_who_saves_an_old_page_is_told_first(client: Client, brand: Brand) -> None:
    save(client, horizon="30")
    answer = send(client, horizon="20")
    page = text(answer)
    assert answer.status_code == 422
    assert "Somebody changed these rules meanwhile." in words(one(page, "#rules [role=alert]"))
    assert brand_rules.find(brand).horizon == 30 * DAY
    assert value(page, "horizon") == "20"
    save(client, horizon="20", number=value(page, "number"))
    assert brand_rules.find(brand).horizon == 20 * DAY


def test_another_brands_is_no_page(client: Client, other_brand: Brand) -> None:
    assert client.get("/brands/8/settings/").status_code == 404
    assert client.post("/brands/8/settings/", USUAL).status_code == 404


def test_only_managers_find_it(client_of: ClientOf, moderator: Membership) -> None:
    page = client_of(moderator).get(SETTINGS)
    assert page.status_code == 403
    assert f'href="{SETTINGS}"' not in text(page)


# The trail


def test_who_changed_what_from_what_to_what_is_on_record(
    client: Client, manager: Membership
) -> None:
    hours = {**dict.fromkeys(DAYS[:5], "9-18"), "saturday": "9-12", "sunday": ""}
    save(client, waits_after="3 h", low_stars="1", thanks="Merci\ngracias", **hours)
    told = Activity.objects.order_by("pk").values_list("state", "about")
    assert {(act.act, act.outcome, act.member_id) for act in Activity.objects.all()} == {
        (Act.SET_RULES, Outcome.DONE, manager.pk)
    }
    assert dict(told) == {
        "waits_after": "1\u00a0h → 3\u00a0h",
        "low_stars": "2 → 1",
        "hours 1-5": "00:00–24:00 → 09:00–18:00",
        "hours 6-6": "00:00–24:00 → 09:00–12:00",
        "hours 7-7": "00:00–24:00 → –",
        "thanks_added": "Merci, gracias",
        "thanks_removed": ", ".join(rules_form.GIVEN),
    }
    page = words(one(text(client.get("/brands/3/activity/")), "table"))
    assert "Change rules: opening hours, Monday–Friday 00:00–24:00 → 09:00–18:00" in page
    assert "Change rules: opening hours, Sunday" in page
    assert "Change rules: waits after 1 h → 3 h" in page.replace("\u00a0", " ")


def test_many_words_stand_in_several_records(client: Client, brand: Brand) -> None:
    ways = [f"thanks {'x' * 20} {number}" for number in range(40)]
    save(client, thanks="\n".join([*rules_form.GIVEN, *ways]))
    told = Activity.objects.filter(state="thanks_added").order_by("pk")
    assert ", ".join(told.values_list("about", flat=True)) == ", ".join(ways)
    assert told.count() > 1


# The sorting


def test_a_saved_change_sorts_the_list_in_the_background(client: Client, brand: Brand) -> None:
    keep()
    waits(1, 90)
    with clock(NOON):
        ranking.rank()
        page = save(client, waits_after="2 h")
        assert "0 of 1 conversation sorted by the new rules" in words(one(page, "#ranking"))
        assert attribute(one(page, "#ranking progress"), "max") == "1"
        assert attribute(one(page, "#ranking"), "hx-get") == SETTINGS
        ranking.rank()
        assert IndexedChatroom.objects.get().rank is None
        page = text(client.get(SETTINGS))
    assert not has(page, "#ranking progress")
    assert not has(page, "#ranking[hx-get]")


# The rehearsal


@pytest.fixture
def _list(brand: Brand) -> None:
    """Of 61 conversations: 40 wait a little, 9 wait long, 10 were rated, 2 of them with one star."""
    keep()
    with clock(NOON):
        for number in range(1, 41):
            waits(number, 90)
        for number in range(41, 50):
            waits(number, 24 * 60)
        for number in range(50, 61):
            stars = 1 if number < 52 else 2
            waits(number, 10, last_rating={"value": stars, "comment": None})
        waits(61, 10, last_rating={"value": 3, "comment": None})
        waits(62, 10)


@pytest.mark.usefixtures("_list")
def test_a_change_is_tried_before_it_is_saved(client: Client) -> None:
    before = list(IndexedChatroom.objects.order_by("pk").values())
    with clock(NOON):
        answer = send(client, "try", waits_after="2 h", low_stars="0")
    page = text(answer)
    assert answer.status_code == 200
    assert "Conversations in the list now: 60 → 9" in tried(page)
    assert "Now 49 → 9" in tried(page)
    assert "Today 11 → 0" in tried(page)
    assert "When you can 0" in tried(page)
    gone = "51 conversations would not be shown any more: Rated 1 star 2 Rated 2 stars 9 Left"
    assert gone in tried(page)
    assert "Nothing is saved until you press Save." in tried(page)
    assert "<title>Not saved yet · Settings" in page
    assert value(page, "waits_after") == "2 h"
    assert not BrandRules.objects.exists()
    assert not Activity.objects.exists()
    assert list(IndexedChatroom.objects.order_by("pk").values()) == before


@pytest.mark.usefixtures("_list")
def test_what_would_come_is_told_too(client: Client) -> None:
    with clock(NOON):
        page = text(send(client, "try", waits_after="5 min", low_stars="3"))
    assert "Conversations in the list now: 60 → 62" in tried(page)
    assert "2 conversations would be shown as well: Rated 3 stars 1 Left waiting 1" in tried(page)


@pytest.mark.usefixtures("_list")
def test_what_is_tried_is_what_saving_makes_of_it(client: Client) -> None:
    values = {"waits_after": "5 min", "low_stars": "3", "thanks": "is it", "horizon": "1"}
    with clock(NOON):
        sent = {**USUAL, **values}
        form = rules_form.RulesForm(sent)
        assert form.is_valid()
        member = Membership.objects.get()
        told = rehearsal.rehearse(member.brand, rules_form.rules_of(member, form))
        save(client, **values)
        ranking.rank()
        bands = {(0, 40): Band.NOW, (40, 90): Band.TODAY, (90, 100): Band.LATER}
        found = {
            band: IndexedChatroom.objects.filter(rank__gte=least, rank__lt=end).count()
            for (least, end), band in bands.items()
        }
    assert {one: told.after.get(one, 0) for one in found} == found


def test_what_was_older_comes_with_a_farther_horizon(client: Client, brand: Brand) -> None:
    keep()
    with clock(NOON):
        waits(1, 20 * 24 * 60)
        page = text(send(client, "try", horizon="30"))
        assert "Conversations in the list now: 0 → 1" in tried(page)
        page = text(send(client, "try", horizon="18"))
        assert "Nothing would change now. Conversations in the list: 0" in tried(page)


@pytest.mark.usefixtures("_list")
def test_of_too_many_some_are_looked_at_and_count_for_the_rest(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal, "MOST", 20)
    with clock(NOON):
        page = text(send(client, "try", waits_after="2 h", low_stars="0"))
    assert "There are so many that only one in 3 was looked at" in tried(page)
    before, after = (int(one) for one in ARROW.findall(tried(page))[0])
    assert 57 <= before <= 63
    assert 6 <= after <= 12


def test_what_can_t_be_saved_is_not_tried(client: Client, brand: Brand) -> None:
    answer = send(client, "try", waits_after="soon")
    assert answer.status_code == 422
    assert not has(text(answer), "#tried")


# The proposal


def test_a_time_is_proposed_from_the_brand_s_own_answers(client: Client, brand: Brand) -> None:
    for number in range(40):
        answered(number, 22 if number < 20 else 190)
    answered(50, 9000, ago=31 * DAY)
    page = text(client.get(SETTINGS)).replace("\u00a0", " ")
    assert "half of your customers were answered within 22 min, nine of ten within 3 h 10." in page
    assert "Fill in 3 h and 4 h" in words(one(page, "section a.link"))
    link = attribute(one(page, "section a.link"), "href").partition("#")[0]
    filled = text(client.get(link))
    assert value(filled, "waits_after") == "3\u00a0h"
    assert value(filled, "left_after") == "4\u00a0h"
    assert not BrandRules.objects.exists()
    assert "The times above fit that." in save(client, waits_after="3 h")


def test_a_longer_wait_proposes_that_left_waiting_is_longer_still(
    client: Client, brand: Brand
) -> None:
    for number in range(30):
        answered(number, 700)
    page = text(client.get(SETTINGS)).replace("\u00a0", " ")
    assert "Fill in 12 h and 24 h" in page


def test_nobody_is_proposed_to_be_left_for_days(client: Client, brand: Brand) -> None:
    for number in range(30):
        answered(number, 5 if number < 20 else 3371)
    page = all_words(text(client.get(SETTINGS)).replace("\u00a0", " "), "section p")
    told = next(one for one in page if "nine of ten" in one)
    assert told.endswith("nine of ten within 56 h 11. Fill in 24 h and 48 h")


@pytest.mark.parametrize(("count", "told"), [(0, "0 answers were"), (1, "1 answer was")])
def test_too_few_answers_propose_nothing(
    client: Client, brand: Brand, count: int, told: str
) -> None:
    for number in range(count):
        answered(number, 22)
    page = text(client.get(SETTINGS))
    assert f"{told} timed in the last 30 days: too few to propose a time." in page
    assert "?waits_after=" not in page


def test_a_brand_without_an_index_is_no_failure(client: Client, brand: Brand) -> None:
    assert "Nothing would change now" in tried(text(send(client, "try", horizon="30")))
    save(client, horizon="30")
    assert not IndexedBrand.objects.exists()
    assert brand_rules.find(brand).horizon == 30 * DAY > HOUR
