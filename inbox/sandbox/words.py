"""The words of the sandbox: names of people and what they write, in French and in English."""

import json
import re
import unicodedata
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal, NamedTuple

Language = Literal["fr", "en"]
Theme = Literal["cosmetics", "sport"]

WORDS = Path(__file__).parent / "words"
ASIDES = ("requests", "unavailable", "emails", "complaints", "settled")


class Scene(NamedTuple):
    """A piece of conversation: its topic or anomaly code, both lines and their summary."""

    code: int
    customer: str
    reply: str
    summary: str


class Followup(NamedTuple):
    """What a customer adds once answered, and what the member says to it; no topic fits all."""

    topic: int | None
    customer: str
    reply: str


class Lines(NamedTuple):
    """All that is written in one language."""

    scenes: dict[str, list[Scene]]
    anomalies: list[Scene]
    followups: dict[str, list[Followup]]
    anomaly_followups: list[Followup]
    links: dict[str, list[Followup]]
    ratings: dict[str, list[str]]
    asides: dict[str, list[str]]
    products: dict[str, list[str]]
    cities: list[str]
    days: list[str]


class Talk(NamedTuple):
    """The subject of a chatroom and its words."""

    language: Language
    theme: Theme
    scene: Scene
    anomaly: int | None
    topic: int
    details: dict[str, str]


@cache
def lines(language: Language) -> Lines:
    """Read the lines of one language."""
    words = json.loads((WORDS / f"{language}.json").read_text(encoding="utf-8"))
    return Lines(
        scenes={theme: [Scene(*row) for row in words[theme]] for theme in ("cosmetics", "sport")},
        anomalies=[Scene(*row) for row in words["anomalies"]],
        followups={
            theme: [Followup(*row) for row in words[f"{theme} followups"] + words["followups"]]
            for theme in ("cosmetics", "sport")
        },
        anomaly_followups=[Followup(*row) for row in words["anomaly followups"]],
        links={
            theme: [Followup(None, *row) for row in words[f"{theme} links"]]
            for theme in ("cosmetics", "sport")
        },
        ratings=words["ratings"],
        asides={name: words[name] for name in ASIDES},
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


def followups(talk: Talk) -> list[Followup]:
    """What may come after the scene of a talk: what fits its topic first, then what fits all."""
    spoken = lines(talk.language)
    every = spoken.followups[talk.theme]
    if talk.anomaly is None:
        own = [one for one in every if one.topic == talk.topic]
    else:
        own = [one for one in spoken.anomaly_followups if one.topic == talk.anomaly]
    return _filled(own + [one for one in every if one.topic is None], talk)


def links(talk: Talk) -> list[Followup]:
    """What may be said with an address in it, under http or https."""
    return _filled(lines(talk.language).links[talk.theme], talk)


def _filled(found: list[Followup], talk: Talk) -> list[Followup]:
    known = {**talk.details, "product_slug": slug(talk.details["product"])}
    return [Followup(one.topic, *(text.format_map(known) for text in one[1:])) for one in found]


def dice(*named: object) -> Random:
    """Give what the same names draw the same from, each time."""
    return Random(":".join(map(str, named)))  # noqa: S311 - the same draw each time is the point


def chance(rng: Random, probability: float) -> bool:
    """Draw whether something happens."""
    return rng.random() < probability


def slug(text: str) -> str:
    """Write a name as addresses do."""
    return re.sub(r"[^a-z0-9]+", "-", plain(text)).strip("-")


def plain(text: str) -> str:
    """Fold case and accents, for addresses and for searching."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
