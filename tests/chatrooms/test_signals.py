"""What makes a conversation need attention: each row of the ranking, and what they make together"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import models
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox.chatrooms.opening_hours import OpeningHours
from inbox.chatrooms.signals import COLUMNS, RANKS, Found, Reason, Rules, Signals, apply, find
from inbox.models import CodeName, IndexedChatroom
from inbox.models.index import OLDER
from tests.support.runs import many

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)  # a Friday
MOMENT = timedelta(microseconds=1)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
RULES = Rules()
PARIS = ZoneInfo("Europe/Paris")
OFFICE = OpeningHours(PARIS, (((9 * 60, 18 * 60),),) * 5 + ((), ()))


def code(kind: str, number: str, name: str, tone: str = "neutral", **more: bool) -> CodeName:
    return CodeName(kind=kind, code=number, name=name, tone=tone, **more)


CODES = (
    code("anomaly", "1", "Payment outside", "bad"),
    code("anomaly", "2", "Phone number shared", "waiting"),
    code("anomaly", "3", "Competitor's price"),
    code("anomaly", "4", "Very kind", "good"),
    code("anomaly", "9", "", "bad"),
    code("anomaly", "10", "\u200b", "bad"),
    code("moderation", "1", "Rejected", "bad", needs_attention=True),
    code("moderation", "2", "Held back", "waiting", needs_attention=True),
    code("moderation", "3", "Noted", "neutral", needs_attention=True),
    code("moderation", "4", "Approved", "good", needs_attention=True),
    code("moderation", "5", "Rejected, as usual", "bad"),
    code("moderation", "6", "Held back, as usual", "waiting"),
    code("moderation", "9", "", "bad", needs_attention=True),
    code("topic", "1", "Returns", needs_attention=True),
    code("topic", "2", "Advice", "bad"),
    code("topic", "9", "", needs_attention=True),
)
NAMES = {(one.kind, one.code): one for one in CODES}


def row(**facts: Any) -> IndexedChatroom:
    """A conversation that needs nobody, but for these facts."""
    usual = {
        "brand_id": 3,
        "chatroom": 900,
        "ambassador": 100,
        "type_discussion": "2",
        "archived": False,
        "is_blocked": False,
        "facts_at": NOW - MINUTE,
    }
    return IndexedChatroom(**usual | facts)


def found(
    made: IndexedChatroom,
    now: datetime = NOW,
    seen: datetime | None = None,
    rules: Rules = RULES,
) -> Signals:
    return find(made, NAMES, seen, rules, now)


def told(signals: Signals) -> list[str]:
    return [one.reason.value for one in signals.reasons]


def test_a_conversation_without_a_reason_has_no_rank() -> None:
    assert found(row()) == Signals(None, None, (), None)


def test_each_reason_has_the_rank_of_the_specification() -> None:
    assert {reason.value: rank for reason, rank in RANKS.items()} == {
        "bad anomaly": 10,
        "bad moderation": 20,
        "left waiting": 30,
        "never answered": 30,
        "waiting moderation": 40,
        "anomaly": 45,
        "low rating": 50,
        "waiting": 60,
        "to do": 70,
        "topic": 75,
        "news": 90,
        "thanks": 90,
    }
    assert set(RANKS) == set(Reason)
    assert max(RANKS.values()) < OLDER


# Anomalies


@pytest.mark.parametrize(
    ("anomaly", "reasons"),
    [
        ("1", ["bad anomaly"]),
        ("2", ["anomaly"]),
        ("3", ["anomaly"]),
        ("4", ["anomaly"]),
        ("9", []),  # without a name
        ("10", []),  # a name that nobody can see
        ("77", []),  # never seen
        ("", []),
    ],
)
def test_an_anomaly_counts_by_its_name_and_tone(anomaly: str, reasons: list[str]) -> None:
    assert told(found(row(anomaly=anomaly, summarized=NOW - HOUR))) == reasons


@pytest.mark.parametrize(("anomaly", "rank"), [("1", 10), ("3", 45)])
def test_an_anomaly_ends_with_a_review_and_comes_back_with_a_newer_summary(
    anomaly: str, rank: int
) -> None:
    summarized = NOW - HOUR
    signals = found(row(anomaly=anomaly, summarized=summarized))
    assert (signals.rank, signals.since) == (rank, summarized)
    before = row(anomaly=anomaly, summarized=summarized, reviewed=summarized - MOMENT)
    assert found(before) == signals
    assert told(found(row(anomaly=anomaly, summarized=summarized, reviewed=summarized))) == []


def test_an_anomaly_without_a_date_is_of_the_last_message_or_of_the_beginning() -> None:
    last, inserted = NOW - 2 * HOUR, NOW - 3 * DAY
    made = row(anomaly="1", last_message_date=last, date_insert=inserted)
    assert found(made).since == last
    assert found(row(anomaly="1", date_insert=inserted)).since == inserted
    assert told(found(row(anomaly="1", date_insert=inserted, reviewed=inserted))) == []


def test_an_anomaly_in_a_conversation_without_dates_is_of_the_reading() -> None:
    assert found(row(anomaly="1")).since == NOW - MINUTE
    assert told(found(row(anomaly="1", reviewed=NOW - 9 * DAY))) == []  # or it came back for ever


# Moderation


@pytest.mark.parametrize(
    ("status", "reasons"),
    [
        ("1", ["bad moderation"]),
        ("2", ["waiting moderation"]),
        *[(status, []) for status in ("3", "4", "5", "6", "9", "77", "0", "")],
    ],
)
def test_moderation_counts_by_its_tone_where_it_needs_attention(
    status: str, reasons: list[str]
) -> None:
    made = row(status_moderation=status, last_message=5, last_message_date=NOW - HOUR)
    assert told(found(made)) == reasons


@pytest.mark.parametrize(("status", "rank"), [("1", 20), ("2", 40)])
def test_moderation_ends_with_a_review_of_that_message(status: str, rank: int) -> None:
    """By the message's id: a review of a minute ago may end at the message before."""
    sent = NOW - HOUR
    made = row(status_moderation=status, last_message=5, last_message_date=sent)
    assert (found(made).rank, found(made).since) == (rank, sent)
    made.reviewed, made.reviewed_message = NOW - MINUTE, 4
    assert found(made).rank == rank
    made.reviewed_message = 5
    assert found(made).rank is None


def test_moderation_of_a_message_without_an_id_is_judged_by_its_date() -> None:
    sent = NOW - HOUR
    made = row(status_moderation="1", last_message_date=sent, reviewed_message=4)
    made.reviewed = sent - MOMENT
    assert told(found(made)) == ["bad moderation"]
    made.reviewed = sent
    assert told(found(made)) == []


# Waits

SINCE = NOW - HOUR


def test_a_wait_of_an_hour_is_one_and_a_shorter_is_none() -> None:
    made = row(waiting_since=SINCE)
    assert found(made, NOW - MOMENT) == Signals(None, None, (), NOW)
    waiting = Found(Reason.LEFT_WAITING, 30, SINCE)
    assert found(made) == Signals(30, SINCE, (waiting,), SINCE + 14 * DAY)


def test_nobody_waits_once_the_own_side_has_answered() -> None:
    made = row(waiting_since=None, last_message_date=SINCE, is_own=True)
    assert found(made, NOW + DAY).rank is None


def test_whoever_was_seen_since_gets_until_four_hours() -> None:
    made, seen = row(waiting_since=SINCE), SINCE + MOMENT
    four = SINCE + 4 * HOUR
    assert found(made, NOW, seen) == Signals(60, SINCE, (Found(Reason.WAITING, 60, SINCE),), four)
    assert told(found(made, four - MOMENT, seen)) == ["waiting"]
    assert told(found(made, four, seen)) == ["left waiting"]
    assert found(made, four, seen).changes_at == SINCE + 14 * DAY


def test_whoever_was_not_seen_since_leaves_somebody_waiting() -> None:
    made = row(waiting_since=SINCE)
    assert told(found(made, seen=SINCE)) == ["left waiting"]
    assert found(made, seen=SINCE).changes_at == SINCE + 14 * DAY  # nothing is new at four hours


@pytest.mark.parametrize(
    ("answered", "reason"),
    [(True, "left waiting"), (None, "left waiting"), (False, "never answered")],
)
def test_never_answered_is_said_only_where_it_is_known(answered: bool | None, reason: str) -> None:
    made = row(waiting_since=SINCE, answered=answered)
    assert told(found(made)) == [reason]
    assert found(made).rank == 30
    seen = SINCE + MINUTE
    assert told(found(made, seen=seen)) == ["waiting"]
    assert told(found(made, SINCE + 4 * HOUR, seen)) == [reason]


def test_a_review_ends_no_wait() -> None:
    made = row(waiting_since=SINCE, last_message=5, last_message_date=SINCE)
    made.reviewed, made.reviewed_message = NOW - MINUTE, 5
    assert told(found(made)) == ["left waiting"]


@pytest.mark.parametrize("seen", [None, NOW])
@pytest.mark.parametrize("facts", [{}, {"thanks": True}, {"answered": False}])
def test_that_no_answer_is_needed_ends_each_wait(
    seen: datetime | None, facts: dict[str, Any]
) -> None:
    made = row(waiting_since=SINCE, waiting_message=5, last_message=5, **facts)
    assert found(made, NOW + DAY, seen).rank is not None
    made.settled, made.settled_message = NOW - MINUTE, 4
    assert found(made, NOW + DAY, seen).rank is not None
    made.settled_message = 5
    assert found(made, NOW + DAY, seen) == Signals(None, None, (), None)


def test_what_is_no_question_after_it_does_not_bring_the_wait_back() -> None:
    made = row(waiting_since=SINCE, waiting_message=5, last_message=6, last_message_date=NOW)
    made.settled, made.settled_message = NOW - MINUTE, 5
    assert found(made).rank is None


def test_where_an_id_is_unknown_dates_tell_what_needs_no_answer() -> None:
    made = row(waiting_since=SINCE, last_message_date=SINCE)
    made.settled, made.settled_message = SINCE, 5
    assert found(made).rank is None
    made.last_message_date = SINCE + MOMENT
    assert found(made).rank == 30


def test_that_no_answer_is_needed_ends_nothing_else() -> None:
    facts = dict(EVERYTHING, settled=NOW, settled_message=9)
    before, after = told(found(row(**EVERYTHING))), told(found(row(**facts)))
    waits = {"left waiting", "never answered", "waiting", "thanks"}
    assert waits & set(before)
    assert after == [one for one in before if one not in waits]


def test_a_thank_you_falls_to_the_last_band() -> None:
    made = row(waiting_since=SINCE, thanks=True, answered=True)
    thanks = Found(Reason.THANKS, 90, SINCE)
    assert found(made) == Signals(90, SINCE, (thanks,), SINCE + 14 * DAY)
    assert found(made, NOW - MOMENT).rank is None
    assert told(found(made, SINCE + 4 * HOUR, SINCE + MINUTE)) == ["thanks"]


def test_words_of_thanks_alone_are_no_wait() -> None:
    assert found(row(thanks=True)).rank is None


def test_thresholds_are_the_brands() -> None:
    rules = Rules(waits_after=2 * HOUR, left_after=3 * HOUR)
    made, seen = row(waiting_since=SINCE), SINCE + MINUTE
    assert found(made, SINCE + 2 * HOUR - MOMENT, seen, rules).rank is None
    assert found(made, SINCE + 2 * HOUR, seen, rules).rank == 60
    assert found(made, SINCE + 3 * HOUR, seen, rules).rank == 30


def test_one_who_is_left_after_less_than_a_wait_is_left_at_once() -> None:
    rules = Rules(waits_after=2 * HOUR, left_after=HOUR)
    made, seen = row(waiting_since=SINCE), SINCE + MINUTE
    assert found(made, SINCE + HOUR, seen, rules) == Signals(None, None, (), SINCE + 2 * HOUR)
    assert told(found(made, SINCE + 2 * HOUR, seen, rules)) == ["left waiting"]


def test_a_wait_that_begins_in_the_future_is_none_yet() -> None:
    made = row(waiting_since=NOW + HOUR)
    assert found(made) == Signals(None, None, (), NOW + 2 * HOUR)


def test_a_wait_stands_still_while_the_brand_is_closed() -> None:
    rules = Rules(hours=OFFICE)
    made = row(waiting_since=datetime(2026, 11, 27, 17, 30, tzinfo=PARIS).astimezone(UTC))
    monday = datetime(2026, 11, 30, 9, 30, tzinfo=PARIS).astimezone(UTC)
    seen = monday - HOUR
    assert found(made, monday - MOMENT, seen, rules) == Signals(None, None, (), monday)
    assert found(made, monday, seen, rules).rank == 60
    assert found(made, monday, seen, rules).changes_at == monday + 3 * HOUR
    assert found(made, monday + 3 * HOUR, seen, rules).rank == 30


def test_nobody_waits_for_a_brand_that_never_opens() -> None:
    rules = Rules(hours=OpeningHours(PARIS, ((),) * 7))
    made = row(waiting_since=NOW - 9 * DAY)
    assert found(made, NOW, None, rules) == Signals(None, None, (), None)


# Ratings


@pytest.mark.parametrize("stars", [0, 1, 2])
def test_few_stars_are_a_low_rating_until_a_review(stars: int) -> None:
    first_seen = NOW - DAY
    signals = found(row(rating=stars, rating_seen=first_seen))
    assert told(signals) == ["low rating"]
    assert (signals.rank, signals.since) == (50, first_seen)
    before = row(rating=stars, rating_seen=first_seen, reviewed=first_seen - MOMENT)
    assert found(before) == signals
    assert found(row(rating=stars, rating_seen=first_seen, reviewed=first_seen)).rank is None


@pytest.mark.parametrize("stars", [3, 5, -1, None])
def test_other_ratings_are_no_reason(stars: int | None) -> None:
    assert found(row(rating=stars, rating_seen=NOW - DAY)).rank is None


def test_how_few_stars_is_the_brands() -> None:
    made = row(rating=3, rating_seen=NOW - DAY)
    assert found(made, rules=Rules(low_stars=3)).rank == 50
    assert found(made, rules=Rules(low_stars=2)).rank is None


def test_a_low_rating_grows_old_with_the_horizon() -> None:
    made = row(rating=1, rating_seen=NOW - 14 * DAY)
    assert found(made, NOW - MOMENT).rank == 50
    assert found(made, NOW - MOMENT).changes_at == NOW
    assert found(made).rank == 150


# To do, topics, news


def test_a_flag_to_do_is_a_reason_until_it_is_done_or_cleared() -> None:
    flagged = NOW - DAY
    signals = found(row(flag=1, flagged=flagged, reviewed=NOW))
    assert told(signals) == ["to do"]
    assert (signals.rank, signals.since) == (70, flagged)
    assert found(row(flag=2, flagged=flagged)).rank is None
    assert found(row(flag=None, flagged=flagged)).rank is None


def test_a_topic_that_needs_attention_is_a_reason_until_a_review() -> None:
    summarized = NOW - DAY
    signals = found(row(topic="1", summarized=summarized))
    assert told(signals) == ["topic"]
    assert (signals.rank, signals.since) == (75, summarized)
    assert found(row(topic="1", summarized=summarized, reviewed=summarized)).rank is None
    assert found(row(topic="1", summarized=summarized, reviewed=summarized - MOMENT)) == signals


@pytest.mark.parametrize("topic", ["2", "9", "77", ""])
def test_other_topics_are_no_reason(topic: str) -> None:
    assert found(row(topic=topic, summarized=NOW - DAY)).rank is None


def test_messages_after_the_reviewed_one_are_news_until_the_next_review() -> None:
    first, last = NOW - 2 * HOUR, NOW - HOUR
    made = row(last_message=7, last_message_date=last, reviewed=NOW - DAY, reviewed_message=5)
    assert told(found(made)) == ["news"]
    assert (found(made).rank, found(made).since) == (90, last)
    made.news_since = first
    assert found(made).since == first
    made.reviewed_message = 7
    assert found(made).rank is None


def test_what_nobody_reviewed_is_no_news() -> None:
    assert found(row(last_message=7, last_message_date=NOW - HOUR)).rank is None
    assert found(row(reviewed_message=5, reviewed=NOW - DAY)).rank is None


# What has no rank at all

EVERYTHING = {
    "anomaly": "1",
    "topic": "1",
    "summarized": NOW - 3 * HOUR,
    "status_moderation": "2",
    "last_message": 7,
    "last_message_date": NOW - 2 * HOUR,
    "waiting_since": NOW - 6 * HOUR,
    "rating": 0,
    "rating_seen": NOW - 5 * HOUR,
    "flag": 1,
    "flagged": NOW - 4 * HOUR,
    "reviewed_message": 5,
    "reviewed": NOW - 9 * DAY,
}


@pytest.mark.parametrize(
    "facts",
    [{"archived": True}, {"is_blocked": True}, {"type_discussion": "0"}, {"counts": False}],
)
def test_what_is_put_away_is_no_reason_for_anything(facts: dict[str, Any]) -> None:
    assert found(row(**EVERYTHING | facts)) == Signals(None, None, (), None)


@pytest.mark.parametrize(
    "facts",
    [
        {"archived": None},
        {"is_blocked": None},
        *[{"type_discussion": one} for one in ("1", "2", "3", "")],
    ],
)
def test_what_is_not_known_to_be_put_away_counts(facts: dict[str, Any]) -> None:
    assert found(row(**EVERYTHING | facts)).rank == 10


# Several reasons at once


def test_the_smallest_rank_leads_and_all_reasons_are_told_in_order() -> None:
    signals = found(row(**EVERYTHING))
    assert (signals.rank, signals.since) == (10, NOW - 3 * HOUR)
    assert signals.reasons == (
        Found(Reason.BAD_ANOMALY, 10, NOW - 3 * HOUR),
        Found(Reason.LEFT_WAITING, 30, NOW - 6 * HOUR),
        Found(Reason.WAITING_MODERATION, 40, NOW - 2 * HOUR),
        Found(Reason.LOW_RATING, 50, NOW - 5 * HOUR),
        Found(Reason.TO_DO, 70, NOW - 4 * HOUR),
        Found(Reason.TOPIC, 75, NOW - 3 * HOUR),
        Found(Reason.NEWS, 90, NOW - 2 * HOUR),
    )


def test_of_equal_ranks_the_earlier_leads() -> None:
    last = NOW - 2 * HOUR
    made = row(thanks=True, waiting_since=last, last_message=7, last_message_date=last)
    made.reviewed_message, made.news_since = 5, last - HOUR
    assert (found(made).rank, found(made).since) == (90, last - HOUR)
    made.news_since, made.waiting_since = last, last - HOUR
    assert (found(made).rank, found(made).since) == (90, last - HOUR)


# The horizon


def test_older_reasons_count_after_all_newer_ones() -> None:
    old, new = NOW - 14 * DAY, NOW - DAY
    made = row(anomaly="1", summarized=old, flag=1, flagged=new)
    assert (found(made, NOW - MOMENT).rank, found(made, NOW - MOMENT).since) == (10, old)
    assert found(made, NOW - MOMENT).changes_at == NOW
    assert found(made).reasons == (
        Found(Reason.TO_DO, 70, new),
        Found(Reason.BAD_ANOMALY, OLDER + 10, old),
    )
    assert (found(made).rank, found(made).since) == (70, new)


def test_where_all_are_older_the_smallest_rank_leads() -> None:
    made = row(anomaly="1", summarized=NOW - 20 * DAY, flag=1, flagged=NOW - 15 * DAY)
    signals = found(made)
    assert (signals.rank, signals.since) == (OLDER + 10, NOW - 20 * DAY)
    assert signals.changes_at is None


def test_a_wait_grows_old_by_the_calendar_even_while_the_brand_is_closed() -> None:
    rules = Rules(hours=OFFICE, horizon=2 * DAY)
    friday = datetime(2026, 11, 27, 17, 30, tzinfo=PARIS).astimezone(UTC)
    monday = datetime(2026, 11, 30, 9, 30, tzinfo=PARIS).astimezone(UTC)
    made = row(waiting_since=friday)
    assert found(made, friday + 2 * DAY, None, rules) == Signals(None, None, (), monday)
    assert found(made, monday, None, rules).rank == OLDER + 30


def test_the_horizon_is_the_brands() -> None:
    made = row(flag=1, flagged=NOW - 2 * DAY)
    assert found(made, rules=Rules(horizon=2 * DAY)).rank == OLDER + 70
    assert found(made, rules=Rules(horizon=2 * DAY + MOMENT)).rank == 70


# What is set in the row


def applied(made: IndexedChatroom, now: datetime = NOW) -> set[str]:
    """The columns that are true."""
    apply(made, NAMES, None, RULES, now)
    return {name for name in COLUMNS if getattr(made, name)}


def test_a_row_holds_what_was_found() -> None:
    made = row(**EVERYTHING)
    columns = applied(made)
    signals = found(made)
    assert (made.rank, made.since, made.changes_at) == (
        signals.rank,
        signals.since,
        signals.changes_at,
    )
    assert columns == set(COLUMNS)


@pytest.mark.parametrize(
    ("facts", "column"),
    [
        ({"waiting_since": SINCE}, "is_waiting"),
        ({"waiting_since": SINCE, "answered": False}, "is_waiting"),
        ({"anomaly": "1", "summarized": SINCE}, "is_anomalous"),
        ({"anomaly": "3", "summarized": SINCE}, "is_anomalous"),
        ({"status_moderation": "1", "last_message_date": SINCE}, "is_moderated"),
        ({"status_moderation": "2", "last_message_date": SINCE}, "is_moderated"),
        ({"rating": 2, "rating_seen": SINCE}, "is_low"),
        ({"flag": 1, "flagged": SINCE}, "is_to_do"),
        ({"topic": "1", "summarized": SINCE}, "is_topical"),
        ({"last_message": 7, "reviewed_message": 5, "news_since": SINCE}, "is_news"),
        ({"waiting_since": SINCE, "thanks": True}, "is_news"),
    ],
)
def test_each_reason_sets_its_column_also_when_it_is_old(
    facts: dict[str, Any], column: str
) -> None:
    made = row(**facts)
    assert applied(made) == {column}
    assert applied(made, NOW + 30 * DAY) == {column}
    assert made.rank is not None
    assert made.rank > OLDER


def test_what_no_longer_holds_is_taken_back() -> None:
    made = row(**EVERYTHING)
    apply(made, NAMES, None, RULES, NOW)
    made.archived = True
    assert applied(made) == set()
    assert (made.rank, made.since, made.changes_at) == (None, None, None)


def test_every_column_of_a_reason_is_set() -> None:
    """A column that is added to the rows needs a reason here."""
    facts = {"is_blocked", "is_own"}
    columns = {
        field.name
        for field in IndexedChatroom._meta.get_fields()
        if isinstance(field, models.BooleanField) and field.name.startswith("is_")
    }
    assert set(COLUMNS) == columns - facts
    assert set().union(*COLUMNS.values()) == set(Reason)


# Time alone changes the result when it was told, and not before

some_moment = st.none() | st.one_of(
    st.integers(-40 * 86_400, 3 * 86_400).map(lambda seconds: NOW + timedelta(seconds=seconds)),
    st.integers(-20, 2).map(lambda days: NOW + days * DAY),
    st.integers(-6, 6).map(lambda hours: NOW + hours * HOUR),
    st.integers(-3, 3).map(lambda moments: NOW - 14 * DAY + moments * MOMENT),
)
some_codes = st.sampled_from(["", "1", "2", "3", "9"])
some_id = st.sampled_from([None, 4, 5, 6])
some_row = st.builds(
    row,
    anomaly=some_codes,
    topic=some_codes,
    status_moderation=some_codes,
    summarized=some_moment,
    last_message=some_id,
    last_message_date=some_moment,
    date_insert=some_moment,
    waiting_since=some_moment,
    answered=st.sampled_from([None, True, False]),
    thanks=st.booleans(),
    rating=st.sampled_from([None, 0, 1, 5]),
    rating_seen=some_moment,
    flag=st.sampled_from([None, 1, 2]),
    flagged=some_moment,
    reviewed=some_moment,
    reviewed_message=some_id,
    news_since=some_moment,
    settled=some_moment,
    settled_message=some_id,
    waiting_message=some_id,
    counts=st.sampled_from([True, True, True, False]),
)
some_time = st.sampled_from([timedelta(), MINUTE, HOUR, 4 * HOUR, 3 * DAY])
some_rules = st.builds(
    Rules,
    waits_after=some_time,
    left_after=some_time,
    horizon=st.sampled_from([timedelta(), HOUR, DAY, 14 * DAY]),
    hours=st.sampled_from([Rules().hours, OFFICE, OpeningHours(PARIS, ((),) * 7)]),
)


def moments_between(first: datetime, last: datetime) -> Iterator[datetime]:
    """From the first, and before the last."""
    yield from (first + (last - MOMENT - first) * part / 8 for part in range(9))


@given(some_row, some_moment, some_rules, st.fractions(0, 1))
@settings(max_examples=many(1500), deadline=None)
def test_the_result_is_the_same_until_it_changes(
    made: IndexedChatroom, seen: datetime | None, rules: Rules, place: Any
) -> None:
    now = NOW - 45 * DAY * float(place)
    for _ in range(40):
        before = found(made, now, seen, rules)
        ends = before.changes_at or now + 400 * DAY
        assert ends > now
        for moment in moments_between(now, ends):
            assert found(made, moment, seen, rules) == before
        if before.changes_at is None:
            return
        after = found(made, ends, seen, rules)
        assert (after.rank, after.since, after.reasons) != (
            before.rank,
            before.since,
            before.reasons,
        )
        now = ends
    raise AssertionError("a few reasons change for ever")
