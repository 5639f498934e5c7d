"""The words of the sandbox: names of people and what they write, in French and in English."""

import json
import unicodedata
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal, NamedTuple

Language = Literal["fr", "en"]
Theme = Literal["cosmetics", "sport"]

WORDS = Path(__file__).parent / "words"


class Scene(NamedTuple):
    """A piece of conversation: its topic or anomaly code, both lines and their summary."""

    code: int
    customer: str
    reply: str
    summary: str


class Lines(NamedTuple):
    """All that is written in one language."""

    scenes: dict[str, list[Scene]]
    anomalies: list[Scene]
    ratings: dict[str, list[str]]
    asides: dict[str, list[str]]
    products: dict[str, list[str]]
    cities: list[str]
    days: list[str]


@cache
def lines(language: Language) -> Lines:
    """Read the lines of one language."""
    words = json.loads((WORDS / f"{language}.json").read_text(encoding="utf-8"))
    return Lines(
        scenes={theme: [Scene(*row) for row in words[theme]] for theme in ("cosmetics", "sport")},
        anomalies=[Scene(*row) for row in words["anomalies"]],
        ratings=words["ratings"],
        asides={name: words[name] for name in ("requests", "unavailable", "emails")},
        products=words["products"],
        cities=words["cities"],
        days=words["days"],
    )


@cache
def names() -> tuple[list[str], list[str]]:
    """Read the first names and the last names."""
    words = json.loads((WORDS / "names.json").read_text(encoding="utf-8"))
    return words["first"], words["last"]


def details(language: Language, theme: Theme, rng: Random) -> dict[str, str]:
    """Draw what fills the holes of a conversation: a product, a city and a day."""
    spoken = lines(language)
    return {
        "product": rng.choice(spoken.products[theme]),
        "city": rng.choice(spoken.cities),
        "day": rng.choice(spoken.days),
    }


def chance(rng: Random, probability: float) -> bool:
    """Draw whether something happens."""
    return rng.random() < probability


def plain(text: str) -> str:
    """Fold case and accents, for addresses and for searching."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
