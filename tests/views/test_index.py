"""/brands/<brand>/index/ : how complete the index is, in each of its states"""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from inbox.models import (
    Brand,
    CallBudget,
    IndexedAmbassador,
    IndexedBrand,
    IndexedChatroom,
    Membership,
    SyncFailure,
    WorkerBeat,
)
from inbox.popsell import credentials
from inbox.queue.budget import HOUR
from tests.conftest import ClientOf
from tests.support.hostile import MARKUP
from tests.support.markup import all_words, attribute, every, has, one, words
from tests.support.pages import HTMX, INBOX, text
from tests.support.upstream import Upstream

INDEX = "/brands/3/index/"
ANY_TIME = timezone.now()
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
AGAIN = "#read-again"


@pytest.fixture
def client(client_of: ClientOf, manager: Membership) -> Client:
    return client_of(manager)


def beats(ago: timedelta = timedelta()) -> None:
    WorkerBeat.objects.create(
        name="a" * 32, began=timezone.now() - DAY, beat_at=timezone.now() - ago
    )


def has_index(brand: Brand, **columns: object) -> None:
    now = timezone.now()
    IndexedBrand.objects.create(brand=brand, **{"directory_read": now, "bell": False, **columns})


def ambassador(number: int, name: str = "Léa Moreau", **columns: object) -> None:
    now = timezone.now()
    told = {"read_at": now, "walked": now, "newest": now, "name": name, "status": "1"}
    IndexedAmbassador.objects.create(brand_id=3, ambassador=number, **{**told, **columns})


def attr(page: str, selector: str, name: str) -> str | None:
    return attribute(one(page, selector), name)


def line(page: str) -> str:
    return words(one(page, ".fresh"))


def bar(page: str) -> str:
    return words(one(page, ".fresh-bar"))


def fact(page: str, name: str) -> str:
    return words(next(pair for pair in every(page, ".index dl div") if name in words(pair)))


# Who may


@pytest.mark.parametrize("who", ["viewer", "moderator"])
def test_others_of_the_brand_are_told_whom_to_ask(
    client_of: ClientOf, who: str, request: pytest.FixtureRequest
) -> None:
    own = client_of(request.getfixturevalue(who))
    assert "Ask one of them" in text(own.get(INDEX))
    for address in (INDEX, f"{INDEX}read-again/", f"{INDEX}try/", f"{INDEX}ambassadors/1/retry/"):
        answer = own.get(address) if address == INDEX else own.post(address)
        assert answer.status_code == 403
    assert INDEX not in text(own.get(INBOX))


def test_another_brands_is_no_page(client: Client, other_brand: Brand) -> None:
    assert client.get(INDEX.replace("3", str(other_brand.pk))).status_code == 404
    assert client.post(f"/brands/{other_brand.pk}/index/try/").status_code == 404


def test_an_ambassador_whom_the_index_does_not_know_is_no_page(
    client: Client, brand: Brand
) -> None:
    assert client.post(f"{INDEX}ambassadors/77/retry/").status_code == 404


def test_looking_asks_for_nothing(client: Client, brand: Brand) -> None:
    has_index(brand)
    for address in ("read-again/", "try/", "ambassadors/1/retry/"):
        assert client.get(INDEX + address).status_code == 405


def test_managers_find_it_beside_each_page(client: Client, api: Upstream) -> None:
    assert attr(text(client.get(INDEX)), '[aria-current="page"]', "href") == INDEX


# The states


def test_before_the_first_reading(client: Client, brand: Brand) -> None:
    beats()
    page = text(client.get(INDEX))
    assert line(page) == "Nothing was read yet"
    assert bar(page).startswith("The first reading is about to begin")
    assert fact(page, "Conversations") == "Conversations –"
    assert fact(page, "Ambassadors read") == "Ambassadors read –"
    assert attr(page, AGAIN, "aria-disabled") == "true"


def test_while_it_is_read(client: Client, brand: Brand) -> None:
    beats()
    has_index(brand)
    ambassador(100)
    ambassador(101, walked=None, total=2000)
    IndexedChatroom.objects.create(brand=brand, chatroom=8, ambassador=100, facts_at=timezone.now())
    page = text(client.get(INDEX))
    told = "1 of 2 ambassadors read as a whole · about 2 minutes left"
    assert bar(page).startswith(told)
    assert "The newest conversations of 2 are known." in bar(page)
    assert "A number with a + may still grow." in bar(page)
    assert attr(page, "progress", "value") == "1"
    assert attr(page, "progress", "max") == "2"
    assert fact(page, "Conversations") == "Conversations 1+"
    assert fact(page, "Ambassadors read") == "Ambassadors read 2 of 2"
    assert fact(page, "Read as a whole") == "Read as a whole 1 of 2"
    assert words(one(page, "#not-again")) == "The first reading is under way."


def test_while_all_is_read_again(client: Client, brand: Brand) -> None:
    beats()
    has_index(brand, again_since=timezone.now() - MINUTE)
    ambassador(100)
    ambassador(101, walked=timezone.now() - DAY, total=25)
    ambassador(102, walked=timezone.now() - DAY, total=25)
    page = text(client.get(INDEX))
    assert bar(page).startswith("1 of 3 ambassadors read again · about 3 minutes left")
    assert line(page) == "A full reading began 1 min ago"
    assert fact(page, "Read again") == "Read again 1 of 3"
    assert words(one(page, "#not-again")) == "It is under way."


@pytest.mark.parametrize(
    ("total", "told"),
    [
        (100, "less than a minute left"),
        (25 * 40 * 89, "about 89 minutes left"),
        (25 * 40 * 100, "about 2 hours left"),
    ],
)
def test_how_long_it_takes_is_told_in_round_numbers(
    client: Client, brand: Brand, total: int, told: str
) -> None:
    beats()
    has_index(brand)
    ambassador(101, walked=None, total=total)
    assert told in bar(text(client.get(INDEX)))


def test_whole(client: Client, brand: Brand) -> None:
    beats()
    has_index(brand, bell=True)
    ambassador(100, newest=timezone.now() - 5 * MINUTE)
    ambassador(101, newest=None)
    for chatroom, counts in ((8, True), (8, False), (9, True)):
        IndexedChatroom.objects.create(
            brand=brand,
            chatroom=chatroom,
            ambassador=100 + (not counts),
            counts=counts,
            facts_at=timezone.now(),
        )
    page = text(client.get(INDEX))
    said = "All 2 ambassadors read in the last minute, newest change 5 min ago"
    assert line(page) == said
    assert not has(page, ".fresh-bar")
    assert not has(page, f"{AGAIN}[aria-disabled]")
    assert fact(page, "Conversations") == "Conversations 2"
    assert "Popsell tells whose conversations have news" in text(client.get(INDEX))


def test_the_minutes_of_the_oldest_reading_are_told(client: Client, brand: Brand) -> None:
    beats()
    has_index(brand)
    ambassador(100, read_at=timezone.now() - 8.5 * MINUTE)
    assert "1 ambassador read in the last 9 minutes" in line(text(client.get(INDEX)))


def test_lagging(client: Client, brand: Brand) -> None:
    beats()
    has_index(brand)
    ambassador(100)
    ambassador(101, read_at=timezone.now() - 26 * MINUTE)
    said = "All 2 ambassadors read, the oldest reading 26 min ago"
    assert line(text(client.get(INDEX))).startswith(said)


def test_one_who_can_not_be_read(client: Client, brand: Brand) -> None:
    beats()
    has_index(brand)
    ambassador(100)
    since = timezone.now() - DAY
    retry_at = timezone.now() + DAY
    ambassador(101, "Paul Renard", failed_since=since, failed_with=403, retry_at=retry_at)
    page = text(client.get(INDEX))
    assert "1 of 2 ambassadors read in the last minute" in line(page)
    assert "Paul Renard can't be read since" in line(page)
    assert line(page).endswith(": Popsell says 403")
    assert all_words(page, "#index-refused") == ["1 ambassador can't be read"]
    assert words(one(page, "#retry-101")) == "Retry"
    assert attr(page, "#retry-101", "aria-label") == "Retry Paul Renard"
    assert "next try: " in page
    client.post(f"{INDEX}ambassadors/101/retry/")
    assert "next try soon" in text(client.get(INDEX))


def test_one_who_can_be_read_again_is_told_for_a_while(client: Client, brand: Brand) -> None:
    beats()
    has_index(brand)
    now = timezone.now()
    ambassador(100, recovered_at=now - 3 * MINUTE)
    ambassador(101, "Paul Renard", recovered_at=now - 2 * HOUR)
    ambassador(102, "Ada Ash", recovered_at=now - 2 * MINUTE, failed_since=now, failed_with=500)
    page = text(client.get(INDEX))
    assert all_words(page, "#index-refused") == ["1 ambassador can't be read"]
    assert words(one(page, "#retry-100")) == "Read again 3 min ago"
    assert len(every(page, ".index li")) == 2
    IndexedAmbassador.objects.filter(ambassador=102).update(failed_since=None)
    page = text(client.get(INDEX))
    assert all_words(page, "#index-refused") == ["Everybody can be read again"]
    assert len(every(page, ".index li")) == 2


def test_many_who_can_not_be_read(client: Client, brand: Brand) -> None:
    beats()
    has_index(brand)
    for number in range(100, 155):
        ambassador(number, failed_since=timezone.now())
    page = text(client.get(INDEX))
    assert line(page).startswith("Nobody can be read")
    assert line(page).endswith("55 can't be read")
    assert len(every(page, ".index li")) == 50
    assert "And 5 more." in page


def test_popsell_fails(
    client: Client, client_of: ClientOf, viewer: Membership, brand: Brand
) -> None:
    beats()
    now = timezone.now()
    failing = {"failing_since": now - MINUTE, "failure": SyncFailure.OUTAGE, "failed_with": 502}
    has_index(brand, **failing, retry_at=now + 2 * MINUTE)
    ambassador(100)
    page = text(client.get(INDEX))
    assert bar(page).startswith("Popsell has not answered since ")
    assert "(it says 502). What is told here is as it was then" in bar(page)
    assert "Claims, reviews and notes work: they are kept here." in bar(page)
    assert "archiving and blocking have to wait for Popsell" in bar(page)
    assert "reviews and notes work" not in bar(text(client_of(viewer).get("/brands/3/")))
    assert "The next try is by itself: " in bar(page)
    client.post(attr(page, ".fresh-bar form", "action") or "")
    assert "The next try comes within seconds" in bar(text(client.get(INDEX)))
    assert words(one(page, "#not-again")) == "Not while nothing can be read."


def test_a_try_within_the_page_is_told_there(client: Client, brand: Brand) -> None:
    beats()
    now = timezone.now()
    failing = {"failing_since": now, "failure": SyncFailure.OUTAGE, "tries": 9}
    has_index(brand, **failing, retry_at=now + 4 * MINUTE)
    told = text(client.post(f"{INDEX}try/", headers=HTMX))
    assert "The next try comes within seconds" in words(one(told, "#fresh-bar[hx-swap-oob]"))
    assert IndexedBrand.objects.get().tries == 0


@pytest.mark.parametrize("failure", [{"failing_since": ANY_TIME}, {"directory_read": None}])
def test_nothing_is_read_again_while_nothing_can_be_read(
    client: Client, brand: Brand, failure: dict[str, object]
) -> None:
    beats()
    has_index(brand, **failure)
    ambassador(100)
    client.post(f"{INDEX}read-again/")
    assert IndexedBrand.objects.get().again_since is None


def test_popsell_refuses_the_brand(client: Client, brand: Brand) -> None:
    beats()
    has_index(brand, failing_since=ANY_TIME, failure=SyncFailure.OUTAGE, failed_with=403)
    told = bar(text(client.get(INDEX)))
    assert told.startswith("Popsell does not let this brand be read since ")
    assert "must set a token that may read this brand" in told
    assert "as it was then" not in told


def test_the_token_is_refused(client: Client, brand: Brand) -> None:
    beats()
    failing = {"failure": SyncFailure.REFUSED, "failed_with": 401}
    has_index(brand, failing_since=timezone.now(), **failing)
    told = bar(text(client.get(INDEX)))
    assert told.startswith("Popsell refuses the brand's token since ")
    assert "must set a token that may read this brand" in told


def test_a_brand_without_a_token(client: Client, brand: Brand, settings: Settings) -> None:
    beats()
    settings.POPSELL_ACCESS_TOKEN = ""
    page = text(client.get(INDEX))
    assert bar(page).startswith("Nothing can be read: this brand has no token.")
    assert "POPSELL_ACCESS_TOKEN_3" in bar(page)
    assert fact(page, "Allowed") == "Allowed –"


def test_a_brand_that_had_no_token_has_one_now(client: Client, brand: Brand) -> None:
    """The worker has not found out yet."""
    beats()
    has_index(brand, failing_since=timezone.now(), failure=SyncFailure.NO_TOKEN)
    ambassador(100)
    assert not has(text(client.get(INDEX)), ".fresh-bar")


def test_the_worker_is_silent(client: Client, brand: Brand) -> None:
    beats(timedelta(minutes=5))
    has_index(brand)
    ambassador(100)
    page = text(client.get(INDEX))
    assert bar(page).startswith("Nothing is read in the background since ")
    assert "OPERATIONS.md" in bar(page)
    assert fact(page, "Last sign of life") == "Last sign of life 5 min ago"


def test_the_worker_never_started(client: Client, brand: Brand) -> None:
    page = text(client.get(INDEX))
    assert "The worker has not started yet." in bar(page)
    assert fact(page, "Last sign of life") == "Last sign of life never"


def test_a_brand_without_ambassadors(client: Client, brand: Brand) -> None:
    beats()
    has_index(brand)
    assert line(text(client.get(INDEX))) == "Popsell knows no ambassador of this brand."


def test_workers_that_know_nothing_of_each_other(client: Client, brand: Brand) -> None:
    for name in ("a", "b"):
        WorkerBeat.objects.create(
            name=name * 32, folder=name * 32, began=timezone.now(), beat_at=timezone.now()
        )
    assert "should give them one Redis" in text(client.get(INDEX))


def test_names_are_announced_before_they_go(client: Client, brand: Brand) -> None:
    beats()
    has_index(brand)
    ambassador(100)
    ambassador(101, walked=timezone.now() - 3.9 * DAY)
    assert not has(text(client.get(INDEX)), ".fresh-bar")
    ambassador(102, walked=None, walk_began=timezone.now() - 4.1 * DAY, failed_since=ANY_TIME)
    assert bar(text(client.get(INDEX))).startswith("Names may be blanked from ")


# The figures


def test_a_directory_half_read_may_have_more(client: Client, brand: Brand) -> None:
    beats()
    has_index(brand, directory_read=None)
    ambassador(100)
    page = text(client.get(INDEX))
    assert fact(page, "Ambassadors read") == "Ambassadors read 1 of 1+"
    assert "1 of 1+ ambassadors read as a whole" in bar(page)


def test_what_is_allowed_for_several_brands_is_told(
    client: Client, brand: Brand, other_brand: Brand
) -> None:
    beats()
    has_index(brand)
    assert "What is allowed is for 2 brands together" in text(client.get(INDEX))
    other_brand.delete()
    assert "for 2 brands together" not in text(client.get(INDEX))


def test_calls_of_the_last_hour_are_told(client: Client, brand: Brand) -> None:
    beats()
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    has_index(brand, hour=hour - 2 * HOUR, calls=70, calls_before=90)
    assert fact(text(client.get(INDEX)), "Calls to") == "Calls to Popsell in the last hour 0"
    IndexedBrand.objects.update(hour=hour, calls=70, calls_before=0)
    assert fact(text(client.get(INDEX)), "Calls to") == "Calls to Popsell in the last hour 70"


def test_a_pause_and_a_lower_rate_are_told(client: Client, brand: Brand) -> None:
    beats()
    has_index(brand)
    page = text(client.get(INDEX))
    assert fact(page, "Allowed") == "Allowed 60 a minute"
    now = timezone.now()
    slowed = CallBudget.objects.create(
        account=credentials.account(3), counted_at=now, rate=30, slowed_at=now
    )
    page = text(client.get(INDEX))
    assert fact(page, "Allowed") == "Allowed 30 of 60 a minute"
    assert "Popsell asked to slow down." in page
    slowed.paused_until = now + MINUTE
    slowed.save()
    assert fact(text(client.get(INDEX)), "Allowed").startswith("Allowed none until ")


def test_what_popsell_counts_and_does_not_list_is_told(client: Client, brand: Brand) -> None:
    beats()
    has_index(brand)
    ambassador(100, missing=3)
    page = text(client.get(INDEX))
    assert all_words(page, "#index-missing") == ["Counted, but not listed"]
    assert all_words(page, ".index li") == ["Léa Moreau 3 conversations"]


def test_it_asks_nothing_of_popsell_and_little_of_the_database(
    client: Client, brand: Brand, api: Upstream
) -> None:
    beats()
    has_index(brand)
    for number in range(100, 130):
        ambassador(number, walked=None, failed_since=ANY_TIME if number % 2 else None, missing=2)
    client.get(INDEX)
    api.sent.clear()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get(INDEX)
    assert not api.sent
    assert len(asked) <= 30


def test_names_are_shown_as_text(client: Client, brand: Brand) -> None:
    beats()
    has_index(brand)
    ambassador(100, MARKUP[:200], failed_since=timezone.now(), missing=1)
    page = text(client.get(INDEX))
    assert MARKUP[:20] not in page
    assert not has(page, ".index script")


def test_it_keeps_itself_up_to_date(client: Client, brand: Brand) -> None:
    beats()
    has_index(brand)
    ambassador(100)
    assert attr(text(client.get(INDEX)), "#index-live", "hx-trigger") == "every 20s, submit"
    IndexedAmbassador.objects.update(walked=None)
    assert attr(text(client.get(INDEX)), "#index-live", "hx-trigger") == "every 5s, submit"


# Beside other pages


def asked(client: Client, page: str) -> Any:
    """What the line of a page gets that asks by itself."""
    return client.get(attr(page, "#fresh", "hx-get") or "", headers=HTMX)


@pytest.mark.parametrize("address", ["/brands/3/ambassadors/", "/brands/3/codes/"])
def test_a_page_hears_of_an_outage_and_of_its_end(
    client: Client, brand: Brand, api: Upstream, address: str
) -> None:
    beats()
    has_index(brand)
    ambassador(100)
    page = text(client.get(address))
    assert asked(client, page).status_code == 204
    IndexedBrand.objects.update(failing_since=timezone.now(), failure=SyncFailure.OUTAGE)
    told = text(asked(client, page))
    assert words(one(told, "#fresh-bar")).startswith("Popsell has not answered since ")
    assert asked(client, told).status_code == 204
    IndexedBrand.objects.update(failing_since=None)
    told = text(asked(client, told))
    assert words(one(told, "#fresh-bar")) == ""
    assert "ambassador read in the last minute" in line(told)


def test_a_page_hears_how_far_the_reading_is(client: Client, brand: Brand, api: Upstream) -> None:
    beats()
    has_index(brand)
    ambassador(100)
    ambassador(101, walked=None)
    page = text(client.get("/brands/3/codes/"))
    IndexedAmbassador.objects.update(walked=timezone.now())
    assert words(one(text(asked(client, page)), "#fresh-bar")) == ""


def test_a_page_hears_that_the_worker_fell_silent(
    client: Client, brand: Brand, api: Upstream
) -> None:
    beats()
    has_index(brand)
    ambassador(100)
    page = text(client.get("/brands/3/ambassadors/"))
    WorkerBeat.objects.update(beat_at=timezone.now() - 2 * MINUTE)
    told = text(asked(client, page))
    assert "Nothing is read in the background since" in words(one(told, "#fresh-bar"))


def test_the_state_alone_is_no_page(client: Client, brand: Brand) -> None:
    assert client.get("/brands/3/fresh/").headers["Location"] == "/brands/3/ambassadors/"


def test_no_page_that_draws_from_the_index_says_updated_while_it_stands_still(
    client: Client, brand: Brand, api: Upstream
) -> None:
    beats()
    has_index(brand)
    ambassador(100)
    assert has(text(client.get("/brands/3/ambassadors/")), "#updated")
    IndexedBrand.objects.update(failing_since=timezone.now(), failure=SyncFailure.OUTAGE)
    assert not has(text(client.get("/brands/3/ambassadors/")), "#updated")


def test_the_waiting_list_is_read_or_can_not_be(client: Client, brand: Brand) -> None:
    has_index(brand, waiting_failed_since=ANY_TIME, waiting_failed_with=403)
    told = "Customers nobody has taken can't be read since"
    assert told in words(one(text(client.get(INDEX)), "#index"))
    IndexedBrand.objects.update(waiting_failed_since=None, waiting_read=timezone.now())
    page = words(one(text(client.get(INDEX)), "#index"))
    assert told not in page
    assert "The waiting list just now" in page
