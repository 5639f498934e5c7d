"""The waiting list: customers ask for somebody, and some ambassador takes them after a while.

It follows from the brand, its seed and the time alone: each `GAP` somebody comes. Some wait for a
minute, some for hours. Who was taken stays in the list for a while, with the date (inferred).
"""

from datetime import UTC, datetime, timedelta

from inbox.sandbox.filters import check_filters
from inbox.sandbox.records import Brand, Person
from inbox.sandbox.render import Json, date_text
from inbox.sandbox.requests import Request
from inbox.sandbox.topics import TOPICS
from inbox.sandbox.words import chance, dice

GAP = timedelta(minutes=4)
STAYS = timedelta(hours=2)  # in the list, from its beginning
QUICK, SLOW = (60.0, 1500.0), (3600.0, 7000.0)  # seconds until somebody is taken
IS_SLOW, HAS_ROOM, HAS_TOPIC, ASKS_FOR_ONE = 0.08, 0.4, 0.7, 0.3
WAITING_LIST = 1  # the source of such a chatroom
FIRST_CUSTOMER_ROLE = 7
WORDS = (
    "Hello, is anybody there? I can't choose between two creams.",
    "Bonjour, j’aurais besoin d’un conseil avant de commander.",
    "Help me",
    "My order has not arrived, could somebody have a look?",
    "Est-ce que quelqu’un peut me dire si la taille 38 revient bientôt ?",
    "I would like to talk to someone about a gift for my sister.",
)


def list_waiting(request: Request) -> list[Json]:
    """GET /chat/waiting-list: a bare array of entries (documented), in no known order.

    What its filters compare is documented in their names alone: equality is inferred.
    """
    check_filters(request.query, FILTERS)
    tests = [(FILTERS[name], raw) for name, raw in request.query.items() if name in FILTERS]
    entries = entries_of(request.brand, request.now)
    return [one for one in entries if all(str(one[field]) == raw for field, raw in tests)]


FILTERS = {
    "filter[id_user]": "id_user",
    "filter[date_handled]": "date_handled",
    "filter[id_chat_topic]": "id_chat_topic",
}


def entries_of(brand: Brand, now: datetime) -> list[Json]:
    """The list as it is at this moment."""
    last = int(now.timestamp() // GAP.total_seconds())
    numbers = range(last, last - STAYS // GAP, -1)
    customers = [one for one in brand.people.values() if one.status >= FIRST_CUSTOMER_ROLE]
    return [_entry(brand, number, customers, now) for number in numbers] if customers else []


def _entry(brand: Brand, number: int, customers: list[Person], now: datetime) -> Json:
    rng = dice(brand.seed, brand.id, "waiting", number)
    come = datetime.fromtimestamp(number * GAP.total_seconds(), UTC)
    taken = come + timedelta(seconds=rng.uniform(*(SLOW if chance(rng, IS_SLOW) else QUICK)))
    is_taken = taken <= now
    customer = rng.choice(customers)
    rooms = brand.rooms_of.get(customer.id, [])
    room = rng.choice(rooms) if rooms and chance(rng, HAS_ROOM) else None
    asked_for = room.mine.person.id if room and chance(rng, ASKS_FOR_ONE) else None
    return {
        "id_ambassador": asked_for,
        "id_user": customer.id,
        "id_brand": brand.id,
        "id_chat_topic": rng.choice(list(TOPICS)) if chance(rng, HAS_TOPIC) else None,
        "content": rng.choice(WORDS),
        "id_chatroom": room.id if room else None,
        "date_handled": date_text(taken, "zulu") if is_taken else None,
        "date_update": date_text(taken if is_taken else come, "zulu"),
        "date_delete": None,
        "source": WAITING_LIST,
        "id_transferrer": None,
        "id_chatroom_transferred": None,
        "comment": None,
    }
