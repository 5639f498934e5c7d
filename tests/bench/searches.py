"""Fills an index with names as people have them, and times its search; see `tests.bench.search`."""

import statistics
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, product
from random import Random
from time import perf_counter

from django.core.management import call_command
from django.db import connection
from django.db.models import QuerySet

from inbox.chatrooms import index_facts
from inbox.models import Brand, IndexedChatroom
from inbox.queue import search, search_index

SYLLABLES = ["".join(pair) for pair in product([*"bdflmnrstv", "du", "le", "mo", "pe"], "aeiou")]
ENDINGS = ["rd", "ux", "nt", "lle", "tin", "rand", "in", "eau", "ez", "ski", "er"]
FIRST = [
    "Marie",
    "Sofia",
    "Léa",
    "Jean",
    *("".join(pair) for pair in product(SYLLABLES, ENDINGS[:7])),
]
TEXTS = [
    *("bonjour", "merci", "colis", "commande", "taille", "retour", "livraison", "crème"),
    *("parfum", "quand", "prix", "magasin", "rouge"),
]
CHUNK = 2_000  # rows of a statement
TIMES = 15
AT = datetime(2026, 11, 1, tzinfo=UTC)


def measure(rows: int, others: int) -> None:
    """Fill an empty database, then ask it. Both are done here, since it is thrown away."""
    call_command("migrate", verbosity=0)
    say(
        f"{connection.vendor}, {search_index.means()}: {rows:,} rows of the brand, {others:,} of others"
    )
    began = perf_counter()
    fill(rows, others)
    say(f"filled in {perf_counter() - began:.0f} s")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    one = IndexedChatroom.objects.filter(brand=3).order_by("chatroom")[rows // 2]
    first, last = one.search.split("\n")[0].split()[:2]
    questions = {
        "a full name": f"{first} {last}",
        "reversed": f"{last} {first}",
        "part of a name": last[1:5],
        "a common first name": "marie",
        "two common words": "colis marie",
        "with two letters": f"{last} {first[:2]}",
        "a word that is nowhere": "xylophone",
        "a number": str(one.chatroom),
    }
    say(
        f"{'question':24}{'found':>8}{'25 newest, ms: p50':>20}{'worst':>8}{'counted to 1,000':>18}"
    )
    for what, words in questions.items():
        say(f"{what:24}" + times(words))
    for what in ("reversed", "a common first name"):
        say(f"\n{what}:\n{newest(questions[what]).explain()}")


def times(words: str) -> str:
    found = ids(words)
    taken = [timed(lambda: list(newest(words))) for _ in range(TIMES)]
    counted = [timed(found[:1000].count) for _ in range(TIMES)]
    return (
        f"{found.count():8,}{statistics.median(taken):20.1f}{max(taken):8.1f}"
        f"{statistics.median(counted):18.1f}"
    )


def timed(job: Callable[[], object]) -> float:
    began = perf_counter()
    job()
    return (perf_counter() - began) * 1000


def ids(words: str) -> QuerySet[IndexedChatroom]:
    found = search.find_chatrooms(3, words)
    if isinstance(found, search.Refusal):
        sys.exit(f"{words}: {found}")
    return found


def newest(words: str) -> QuerySet[IndexedChatroom]:
    return ids(words).order_by("-last_message_date", "id")[:25]


def fill(rows: int, others: int) -> None:
    """Names as people have them: few first names for most, and many last names."""
    brands = [*range(4, 23)]
    Brand.objects.bulk_create(Brand(id=id_, name=f"Brand {id_}") for id_ in (3, *brands))
    dice = Random(13)  # noqa: S311 - names of nobody
    for brand_ids, count in (([3], rows), (brands, others)):
        made = some_rows(dice, brand_ids, count)
        while chunk := list(islice(made, CHUNK)):
            IndexedChatroom.objects.bulk_create(chunk)


def some_rows(dice: Random, brand_ids: list[int], count: int) -> Iterator[IndexedChatroom]:
    weights = [place**-0.7 for place in range(1, len(FIRST) + 1)]  # Marie: one of forty or so
    lasts = ["".join(dice.choices(SYLLABLES, k=2)) + dice.choice(ENDINGS) for _ in range(20_000)]
    for number in range(count):
        first, last = dice.choices(FIRST, weights)[0], dice.choice(lasts)
        search = index_facts.fold(first, last, f"@{first[:1]}{last}{number % 100}")
        if dice.random() < 0.3:
            search += "\n" + index_facts.fold(*dice.choices(TEXTS, k=12))
        yield IndexedChatroom(
            brand_id=brand_ids[number % len(brand_ids)],
            chatroom=100_000 + number,
            ambassador=number % 500,
            name=f"{first} {last}",
            search=search,
            last_message_date=AT - timedelta(minutes=dice.randrange(500_000)),
            facts_at=AT,
        )


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
