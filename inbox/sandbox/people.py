"""The people of the sandbox: a fixed cast of members, their guest accounts, and visitors."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from inbox.sandbox.records import Person
from inbox.sandbox.words import Language, Theme, chance, names, plain

CLIENT, TEMP = 7, 8


class Role(NamedTuple):
    """A member of the cast: who it is and how many chatrooms to give them."""

    id: int
    firstname: str
    lastname: str
    username: str
    status: int
    rooms: int
    language: Language = "fr"
    active: int = 1
    busy: bool = False
    portrait: bool = False
    # Members with a free number of chatrooms may also be met in talks between members.
    free: bool = False


class House(NamedTuple):
    """A brand's cast and where its numbers start."""

    label: str
    theme: Theme
    domain: str
    first_id: int
    cast: tuple[Role, ...]
    # A crowd has nobody whose conversations are as long as the star's.
    is_crowd: bool = False


HOUSES = {
    3: House(
        "Maison Lumière",
        "cosmetics",
        "maison-lumiere.example",
        3000,
        (
            Role(100, "Léa", "Moreau", "lea.m", 6, 130, busy=True, portrait=True),
            Role(101, "Camille", "Bernard", "camille", 3, 400, busy=True),
            Role(102, "Inès", "Haddad", "ines.h", 0, 26),
            Role(103, "Thomas", "Lefèvre", "thomas.l", 4, 25),
            Role(104, "Emma", "Clarke", "emma.c", 0, 41, "en", busy=True),
            Role(105, "Hugo", "Petit", "hugo", 1, 1),
            Role(106, "Margaux", "Fontaine", "margaux.f", 2, 0),
            Role(107, "Nadia", "Benali", "nadia.b", 5, 34, free=True),
            Role(108, "Oliver", "Grant", "oliver.g", 3, 55, "en", free=True, portrait=True),
            Role(109, "Chloé", "Dubois-Martin", "chloe.dm", 0, 18, free=True),
            Role(110, "Siobhán", "O'Neill", "siobhan", 1, 13, "en", active=0),
            Role(111, "", "", "", 0, 10, active=-2),
        ),
    ),
    8: House(
        "Nordsport",
        "sport",
        "nordsport.example",
        8000,
        (
            Role(801, "Maxime", "Girard", "max.g", 6, 32, busy=True, free=True),
            Role(802, "Freya", "Lindqvist", "freya", 3, 12, "en", free=True),
            Role(803, "Yanis", "Roussel", "yanis.r", 0, 27),
        ),
    ),
}


def member(role: Role, house: House, rng: Random, now: datetime) -> Person:
    """Make a member; one without a name has left and was anonymized."""
    person = Person(role.id, role.status, active=role.active, busy=role.busy)
    person.last_action = now - timedelta(minutes=rng.uniform(6, 9000))
    if not role.firstname:
        person.anonymized = True
        return person
    person.firstname, person.lastname = role.firstname, role.lastname
    person.username = role.username
    address = plain(f"{role.firstname}.{role.lastname}").replace("'", "")
    person.email = person.email_tmp = f"{address}@{house.domain}"
    person.customer_id = f"M-{role.id:05d}"
    person.image = image(role.id, rng) if role.portrait else None
    return person


def guests(owner: Person, numbers: Iterator[int]) -> list[Person]:
    """Make a member's guest accounts: same customer id, same e-mail, and nothing in common.

    How Popsell ties a guest to its owner is not documented: these are the ties one may infer.
    """
    same_customer = Person(next(numbers), TEMP, owner.firstname, customer_id=owner.customer_id)
    same_email = Person(next(numbers), CLIENT, owner.firstname)
    same_email.email_tmp = owner.email_tmp.upper() if owner.email_tmp else None
    untied = Person(next(numbers), TEMP)
    accounts = [same_customer, same_email, untied]
    for account in accounts:
        account.last_action = owner.last_action
    return accounts


def image(number: int, rng: Random) -> str:
    """Give the address of a picture nobody serves: a page must do without it."""
    return f"https://images.popsell.example/avatars/{number}-{rng.getrandbits(24):06x}.jpg"


def visitor(number: int, rng: Random, acted: datetime) -> Person:
    """Make a visitor: a client with an account, or an anonymous one who may give nothing."""
    if chance(rng, 0.06):
        return Person(number, TEMP, last_action=acted)
    first, last = (rng.choice(known) for known in names())
    address = plain(f"{first}.{last}").replace("'", "").replace(" ", "-")
    address = f"{address}{rng.randint(1, 99)}@mail.example"
    if chance(rng, 0.15):
        return Person(number, TEMP, first, email_tmp=address, last_action=acted)
    client = Person(number, CLIENT, first, last, email=address, last_action=acted)
    client.customer_id = f"C-{rng.randint(100_000, 999_999)}"
    client.username = plain(first) if chance(rng, 0.2) else None
    client.email_tmp = address if chance(rng, 0.5) else None
    client.image = image(number, rng) if chance(rng, 0.15) else None
    return client
