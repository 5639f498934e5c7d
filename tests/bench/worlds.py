"""Fills an empty database with the rows of a whole site, as `tests.bench.million` measures them.

Names are of nobody. A few first names are common, and each brand's shares are the same at any size.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction

from inbox.chatrooms import index_facts
from inbox.models import (
    Brand,
    CodeKind,
    CodeName,
    IndexedAmbassador,
    IndexedBrand,
    IndexedChatroom,
    Tone,
)
from inbox.models.index import OLDER
from inbox.queue import search_index
from tests.bench.searches import ENDINGS, FIRST, SYLLABLES, TEXTS
from tests.bench.sizes import MEASURED, largest

BRANDS = 20
ROOMS = 200  # of an ambassador
HORIZON = 14 * 24 * 60  # minutes
OLDEST = 730 * 24 * 60
AT = datetime.now(UTC).replace(microsecond=0, second=0)
TABLE = IndexedChatroom._meta.db_table
CHUNK = 5_000

EMPTY = (
    *("status", "comment", "type_chatroom", "source", "rating_mark", "summary_mark"),
    "waiting_text",
)
FALSE = ("anonymized", "waits_longer", "is_to_do", "is_topical")
COLUMNS = (
    *("brand_id", "chatroom", "ambassador", "participant", "others", "other", "counts"),
    *("name", "search", "excerpt", "summary", "type_discussion", "date_insert"),
    *("last_message_date", "last_message", "type_message", "status_moderation", "is_own"),
    *("unread", "answered", "thanks", "waiting_since", "rating", "rating_seen"),
    *("anomaly", "topic", "summarized", "facts_at", "message_at", "rank", "since"),
    *("is_waiting", "is_anomalous", "is_moderated", "is_low", "is_news", "changes_at"),
    *EMPTY,
    *FALSE,
)


def fill(rooms: int) -> None:
    """Make all tables, and a site of so many rooms, as if it had been read long ago."""
    call_command("migrate", verbosity=0)
    _add_brands()
    dice = Random(13)  # noqa: S311 - names of nobody
    owners = list(_ambassadors(rooms))
    dice.shuffle(owners)
    indexes = _drop_indexes()
    search_index.remove(connection)
    _write(_rows(dice, owners))
    for index in indexes:
        _run(index)
    search_index.build(connection)
    _run("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def _add_brands() -> None:
    ids = range(MEASURED, MEASURED + BRANDS)
    Brand.objects.bulk_create(Brand(id=id_, name=f"Brand {id_}") for id_ in ids)
    IndexedBrand.objects.bulk_create(IndexedBrand(brand_id=id_, directory_read=AT) for id_ in ids)
    CodeName.objects.bulk_create(
        CodeName(
            brand_id=id_,
            kind=kind,
            code=code,
            name=f"{kind.label} {code}",
            tone=Tone.BAD,
            needs_attention=True,
            first_seen=AT,
            last_seen=AT,
        )
        for id_ in ids
        for kind, codes in {CodeKind.ANOMALY: "12", CodeKind.MODERATION: "1"}.items()
        for code in codes
    )
    CodeName.objects.bulk_create(
        CodeName(brand_id=id_, kind=kind, code=code, first_seen=AT, last_seen=AT)
        for id_ in ids
        for kind in CodeKind
        for code in "34567"
    )


def _ambassadors(rooms: int) -> Iterator[tuple[int, int, int]]:
    """Brand, ambassador, and how many rooms they have."""
    shares = [largest(rooms), *[(rooms - largest(rooms)) // (BRANDS - 1)] * (BRANDS - 1)]
    number = 1_000
    for brand, share in enumerate(shares, start=MEASURED):
        made: list[IndexedAmbassador] = []
        for place in range(0, share, ROOMS):
            number += 1
            name = f"Ambassador {number}"
            made.append(
                IndexedAmbassador(
                    brand_id=brand,
                    ambassador=number,
                    name=name,
                    search=index_facts.fold(name),
                    listed=AT,
                    read_at=AT,
                    walked=AT,
                )
            )
            yield brand, number, min(ROOMS, share - place)
        IndexedAmbassador.objects.bulk_create(made)


def _rows(dice: Random, owners: Iterable[tuple[int, int, int]]) -> Iterator[tuple[Any, ...]]:
    """As a pass over the ambassadors brings them: those of one stand together."""
    weights = [place**-0.7 for place in range(1, len(FIRST) + 1)]
    firsts = [(name, index_facts.fold(name)) for name in FIRST]
    lasts = ["".join(dice.choices(SYLLABLES, k=2)) + dice.choice(ENDINGS) for _ in range(20_000)]
    chatroom = 100_000
    for brand, ambassador, rooms in owners:
        for first, folded in dice.choices(firsts, weights, k=rooms):
            chatroom += 1
            yield _row(dice, (brand, chatroom, ambassador), first, folded, dice.choice(lasts))


def _row(
    dice: Random, ids: tuple[int, int, int], first: str, folded: str, last: str
) -> tuple[Any, ...]:
    age = int(OLDEST * dice.random() ** 3)  # minutes: a quarter is younger than two weeks
    is_own = dice.random() < 0.6
    thanks = not is_own and dice.random() < 0.3
    is_waiting = not (is_own or thanks) and age > 60
    summarized = age + 30 if dice.random() < 0.6 else None
    anomaly = dice.choice("1234567") if summarized and dice.random() < 0.2 else "0"
    is_anomalous = anomaly in {"1", "2"}
    moderation = dice.choice("123") if dice.random() < 0.06 else "0"
    rating = dice.choice("1233444555") if dice.random() < 0.25 else None
    is_low = rating in {"1", "2"}
    is_news = thanks or dice.random() < 0.06
    reasons = {10: is_anomalous, 20: moderation == "1", 30: is_waiting, 50: is_low, 90: is_news}
    rank = next((rank for rank, holds in reasons.items() if holds), None)
    if rank is not None and age > HORIZON:
        rank += OLDER
    text = " ".join(dice.choices(TEXTS, k=8)) if age < 2 * HORIZON else ""
    search = f"{folded} {last} @{folded[:1]}{last}{ids[1] % 100}"
    if text:
        search = f"{search}\n{text}"
    moment, message = _text(age), 10_000_000 + ids[1]
    return (
        *(*ids, ids[2] + 1_000_000, 1, ids[1] + 5_000_000, True),
        *(f"{first} {last}", search, text[:60], "", "1", moment),
        *(moment, message, "1", moderation, is_own),
        *(age < HORIZON and dice.random() < 0.4, True, thanks, None if is_own else moment),
        *(rating, moment if rating else None),
        *(anomaly if summarized else "", dice.choice("123456789") if summarized else ""),
        *(_text(summarized) if summarized else None, moment, moment),
        *(rank, None if rank is None else moment),
        *(is_waiting, is_anomalous, moderation == "1", is_low, is_news),
        _text(age - HORIZON) if rank is not None and rank < OLDER else None,
        *("" for _name in EMPTY),
        *(False for _name in FALSE),
    )


def _text(age: int) -> str:
    """A moment so many minutes ago, as both databases read it."""
    moment = str(AT - timedelta(minutes=age))
    return moment if connection.vendor == "postgresql" else moment[:19]


# In the database's own way


def _write(rows: Iterator[tuple[Any, ...]]) -> None:
    names = ", ".join(COLUMNS)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {TABLE} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join("?" * len(COLUMNS))
            query = f"INSERT INTO {TABLE} ({names}) VALUES ({places})"  # noqa: S608 - all ours
            cursor.cursor.connection.executemany(query, rows)


def _drop_indexes() -> list[str]:
    """Rows are written faster without them; returns how each is made again."""
    query = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s AND sql > ''"
    )
    if connection.vendor == "postgresql":
        query = (
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s "
            "AND indexname LIKE 'index\\_%%'"
        )
    with connection.cursor() as cursor:
        cursor.execute(query, [TABLE])
        found = cursor.fetchall()
    for name, _made in found:
        _run(f'DROP INDEX "{name}"')
    return [made for _name, made in found]


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
