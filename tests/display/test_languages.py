"""English and French: the catalogue, each person's language, and no word left out"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from django.conf import settings as site
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext, trans_real
from pytest_django import Settings

from inbox.chatrooms import query
from inbox.components import filters, rows
from inbox.display import times
from inbox.models import (
    Brand,
    CodeName,
    IndexedAmbassador,
    IndexedChatroom,
    Membership,
    Role,
    User,
    WaitingCustomer,
)
from inbox.popsell import calls
from inbox.popsell.errors import PopsellError
from tests.conftest import ClientOf, SignIn, make_well
from tests.support import tour
from tests.support.cast import invitation
from tests.support.chatrooms import chatroom, message
from tests.support.markup import attribute, every, words
from tests.support.pages import HTMX, INBOX, Told, button, press, row, text, toast
from tests.support.states import STATES
from tests.support.upstream import Upstream
from tests.support.visitors import AtClient
from tests.tools import translations

FRENCH = {"Accept-Language": "fr"}
LOGIN = "/accounts/login/"
AMBASSADORS = "/brands/3/ambassadors/"
CONVERSATION = f"{INBOX}chatrooms/8/"
PREFERENCES = "/preferences/"

Speaks = Callable[..., Client]


# The catalogue


def test_the_catalogue_is_complete_and_holds_nothing_else() -> None:
    for language in translations.LANGUAGES:
        assert translations.faults(translations.committed(language)) == []


def test_bin_translate_has_nothing_left_to_do() -> None:
    for language in translations.LANGUAGES:
        source = translations.place(language, "po").read_bytes()
        assert translations.text(translations.updated(language)) == source


def test_the_compiled_catalogue_says_what_its_source_says() -> None:
    for language in translations.LANGUAGES:
        with translations.place(language, "mo").open("rb") as file:
            compiled = said(read_mo(file))
        built = translations.compiled(translations.committed(language))
        assert compiled == said(read_mo(BytesIO(built)))


def said(words: Catalog) -> dict[object, object]:
    return {(str(one.id), one.context): one.string for one in words if one.id}


@pytest.mark.parametrize(
    ("id_", "string", "fuzzy", "fault"),
    [
        ("Retry", "", False, "not translated: Retry"),
        ("Retry", "Réessayer", True, "fuzzy: Retry"),
        ("Gone long since", "Parti", False, "stale: Gone long since"),
        ("%(name)s is pinned.", "Quelqu’un est épinglé.", False, "differs: %(name)s is pinned."),
        (("%(count)s new", "%(count)s new"), ("un", ""), False, "not translated: %(count)s new"),
    ],
)
def test_a_fault_of_the_catalogue_is_noticed(
    id_: str | tuple[str, str], string: str | tuple[str, str], fuzzy: bool, fault: str
) -> None:
    catalogue = translations.committed("fr")
    catalogue.delete(id_)
    catalogue.add(id_, string, flags={"fuzzy"} if fuzzy else ())
    assert fault in translations.faults(catalogue)


def test_a_word_that_is_marked_and_not_in_the_catalogue_is_noticed() -> None:
    catalogue = translations.committed("fr")
    catalogue.delete("Retry")
    assert translations.faults(catalogue) == ["missing: Retry"]


def test_french_is_set_as_french_is() -> None:
    """No straight apostrophe; a space that does not break before : ; ? and inside guillemets."""
    for one in translations.committed("fr"):
        strings = [one.string] if isinstance(one.string, str) else list(one.string or ())
        for string in strings if one.id and one.context != "format of a date" else ():
            assert not re.search(r"['\"!]|[^\u202f][;?]|[^\u00a0]:|«[^\u00a0]|[^\u00a0]»", string)


# Each person's language


@pytest.fixture
def speaks(client_of: ClientOf, moderator: Membership) -> Speaks:
    """The moderator's browser, which asks for a language."""

    def opened(language: str = "fr", member: Membership = moderator) -> Client:
        client = client_of(member)
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
        return client

    return opened


def is_in(language: str, response: Any) -> bool:
    assert response["Content-Language"] == language
    assert "Accept-Language" in response["Vary"]
    return f'<html lang="{language}"' in text(response)


@pytest.mark.parametrize(
    ("address", "french", "english"),
    [
        (AMBASSADORS, "Rechercher par nom", "Search by name"),
        (INBOX, "Marquer comme lu", "Mark read"),
        (CONVERSATION, "Retour à la liste", "Back to the list"),
        (f"{INBOX}read/?all=1", "Marquer 1 conversation comme lue", "Mark 1 conversation read"),
        ("/nowhere/", "Cette page n’existe pas", "There is no such page"),
        ("/accounts/password/change/", "Modifier le mot de passe", "Change password"),
    ],
)
def test_a_page_speaks_the_language_the_browser_asks_for(
    speaks: Speaks, api: Upstream, address: str, french: str, english: str
) -> None:
    api.listing(chatroom(8))
    for asked in ("fr", "fr-CA,en;q=0.5", "de,fr;q=0.8,en;q=0.1"):
        page = speaks(asked).get(address)
        assert is_in("fr", page)
        assert french in text(page)
        assert english not in text(page)
    for asked in ("de", "en", "", "xx;q=nonsense"):
        page = speaks(asked).get(address)
        assert is_in("en", page)
        assert english in text(page)


def test_signing_in_and_home_speak_french(sign_in: SignIn, stranger: User) -> None:
    page = Client(headers=FRENCH).get(LOGIN)
    assert is_in("fr", page)
    assert "Se connecter" in text(page)
    home = sign_in(stranger).get("/", headers=FRENCH)
    assert is_in("fr", home)
    assert "Pas encore de marque" in text(home)


@pytest.mark.parametrize(
    ("status", "answered", "title"),
    [
        (404, 404, "Introuvable chez Popsell"),
        (429, 503, "Popsell nous demande de ralentir"),
        (500, 502, "La réponse de Popsell est inutilisable"),
    ],
)
def test_a_failure_is_told_in_french(
    speaks: Speaks, api: Upstream, status: int, answered: int, title: str
) -> None:
    api.answer("GET", status)
    page = speaks().get(INBOX)
    assert page.status_code == answered
    assert is_in("fr", page)
    assert f"<h1>{title}</h1>" in text(page)


def test_an_act_is_answered_in_french(speaks: Speaks, api: Upstream) -> None:
    client = speaks()
    api.listing(chatroom(8))
    pressed = button(row(text(client.get(INBOX)), 8))
    api.answer("POST", body=message(16))
    with_whom = "pour Léa\N{NO-BREAK SPACE}: Sofia Duarte."
    assert toast(text(press(client, pressed))) == f"Marqué comme lu {with_whom}"
    assert toast(text(press(client, pressed))) == f"C’était déjà marqué comme lu {with_whom}"


# A choice


def test_a_choice_wins_over_the_browser_and_is_remembered_for_the_person(
    speaks: Speaks, moderator: Membership, api: Upstream
) -> None:
    chosen = speaks("fr")
    chosen.get(AMBASSADORS)
    moderator.user.refresh_from_db()
    assert moderator.user.language == ""
    chosen.post(PREFERENCES, {"language": "en"})
    moderator.user.refresh_from_db()
    assert moderator.user.language == "en"
    for client in (chosen, speaks("fr")):
        for address in (AMBASSADORS, "/nowhere/"):
            assert is_in("en", client.get(address))


def test_the_page_that_offers_the_choice_says_which_is_made(speaks: Speaks, api: Upstream) -> None:
    client = speaks("en")
    client.post(PREFERENCES, {"language": "fr"})
    buttons = every(text(client.get(AMBASSADORS)), "button[name=language]")
    said = ("value", "lang", "title", "aria-current")
    offered = [[button.attributes.get(name) for name in said] for button in buttons]
    assert offered == [["en", "en", "English", None], ["fr", "fr", "Français", "true"]]


def test_without_a_sign_in_a_cookie_remembers_the_choice(db: None) -> None:
    client = Client(headers={"Accept-Language": "en"})
    client.post(PREFERENCES, {"language": "fr"})
    cookie = client.cookies[site.LANGUAGE_COOKIE_NAME]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("fr", True, "Lax")
    assert is_in("fr", client.get(LOGIN))
    assert is_in("en", Client(headers={"Accept-Language": "en"}).get(LOGIN))


def test_the_choice_of_a_person_wins_over_the_cookie_of_another(
    speaks: Speaks, moderator: Membership, manager: Membership, api: Upstream
) -> None:
    client = speaks("en")
    client.post(PREFERENCES, {"language": "fr"})
    User.objects.filter(pk=manager.user.pk).update(language="en")
    client.force_login(manager.user)
    assert is_in("en", client.get(AMBASSADORS))


def test_htmx_reloads_the_page_in_the_chosen_language(speaks: Speaks) -> None:
    response = speaks().post(PREFERENCES, {"language": "en"}, headers=HTMX)
    assert response["HX-Refresh"] == "true"


@pytest.mark.parametrize("language", ["de", "fr-CA", "", "<b>", "en\0"])
def test_a_language_we_do_not_speak_is_no_choice(
    speaks: Speaks, moderator: Membership, api: Upstream, language: str
) -> None:
    client = speaks("fr")
    client.post(PREFERENCES, {"language": language, "theme": "dark"})
    moderator.user.refresh_from_db()
    assert (moderator.user.language, moderator.user.theme) == ("", "dark")
    assert site.LANGUAGE_COOKIE_NAME not in client.cookies
    assert is_in("fr", client.get(AMBASSADORS))


# Times, numbers and plurals

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday


@pytest.mark.parametrize(
    ("moment", "english", "french", "sentence"),
    [
        (NOW + timedelta(minutes=5), "just now", "à l’instant", "à l’instant"),
        (NOW + timedelta(minutes=6), "20 Nov", "20 nov.", "le 20 nov."),
        (NOW + timedelta(days=2), "22 Nov", "22 nov.", "le 22 nov."),
        (NOW + timedelta(days=90), "18 Feb 2027", "18 fév. 2027", "le 18 fév. 2027"),
        (NOW - timedelta(seconds=8), "just now", "à l’instant", "à l’instant"),
        (NOW - timedelta(minutes=5), "5 min ago", "il y a 5 min", "il y a 5 min"),
        (NOW - timedelta(hours=3), "3 h ago", "il y a 3 h", "il y a 3 h"),
        (NOW - timedelta(days=1), "yesterday", "hier", "hier"),
        (NOW - timedelta(days=4), "Mon", "lundi", "lundi"),
        (datetime(2026, 11, 3, 9, tzinfo=UTC), "3 Nov", "3 nov.", "le 3 nov."),
        (datetime(2026, 11, 1, 9, tzinfo=UTC), "1 Nov", "1er nov.", "le 1er nov."),
        (datetime(2026, 10, 11, 9, tzinfo=UTC), "11 Oct", "11 oct.", "le 11 oct."),
        (datetime(2025, 7, 1, 9, tzinfo=UTC), "1 Jul 2025", "1er juil. 2025", "le 1er juil. 2025"),
        (datetime(2025, 7, 14, 9, tzinfo=UTC), "14 Jul 2025", "14 juil. 2025", "le 14 juil. 2025"),
    ],
)
def test_a_moment_is_told_by_the_language(
    monkeypatch: pytest.MonkeyPatch, moment: datetime, english: str, french: str, sentence: str
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    with translation.override("en"):
        assert (times.ago(moment), times.ago(moment, within=True)) == (english, english)
    with translation.override("fr"):
        assert (times.ago(moment), times.ago(moment, within=True)) == (french, sentence)


def test_the_first_of_a_month_is_told_by_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    moment = datetime(2026, 9, 1, 9, 5, tzinfo=UTC)
    first = moment.date()
    with translation.override("fr"), timezone.override("Europe/Paris"):
        assert times.exact(moment) == "1er sept. 2026 à 11:05 (Europe/Paris)"
        assert ">1er sept. 2026 à 11:05</time>" in str(times.dated(moment))
        assert times.calendar_day(first) == "1er sept. 2026"
        assert ">1er sept. 2026</time>" in times.day(first)
        assert times.weekday(first) == "Mardi 1er septembre"
        assert times.weekday(first, on_paper=True) == "Mardi 1er septembre 2026"
        asked = query.Query(before=first)
        assert filters._words(asked, {})["before"].endswith("1er sept. 2026")
    with translation.override("en"), timezone.override("Europe/Paris"):
        assert times.exact(moment) == "1 Sep 2026, 11:05 (Europe/Paris)"
        assert times.weekday(first) == "Tuesday 1 September"


PARIS = [
    (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "02:30 CEST"),
    (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "02:30 CET"),
    (datetime(2026, 10, 24, 23, 59, tzinfo=UTC), "01:59"),
    (datetime(2026, 10, 25, 2, 0, tzinfo=UTC), "03:00"),
    (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "01:59"),  # an hour that never comes
    (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "03:00"),
]
ELSEWHERE = [
    ("America/New_York", datetime(2026, 11, 1, 5, 30, tzinfo=UTC), "01:30 EDT"),
    ("America/New_York", datetime(2026, 11, 1, 6, 30, tzinfo=UTC), "01:30 EST"),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 14, 45, tzinfo=UTC), "01:45 UTC+11"),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, 15, tzinfo=UTC), "01:45 UTC+1030"),
    ("UTC", datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "01:30"),
]


@pytest.mark.parametrize(
    ("zone", "moment", "told"), [*(("Europe/Paris", *one) for one in PARIS), *ELSEWHERE]
)
def test_an_hour_that_comes_twice_is_told_apart(zone: str, moment: datetime, told: str) -> None:
    with translation.override("en"), timezone.override(zone):
        assert times.clock(moment) == told
        assert times.exact(moment).endswith(f", {told} ({zone})")
        assert f", {told}</time>" in str(times.dated(moment))
        assert f"{told} ({zone})" in str(times.when(moment))


def test_two_messages_an_hour_apart_are_told_apart(speaks: Speaks, api: Upstream) -> None:
    """In the talk and in the case file, which is printed."""
    nights = [f"2026-10-25T0{hour}:30:00.000000Z" for hour in (1, 0)]
    said = [message(16 - n, date_insert=night) for n, night in enumerate(nights)]
    api.listing(chatroom(8))
    api.conversation(chatroom(8), *said)
    client = speaks("fr")
    for path in (f"{INBOX}chatrooms/8/", f"{INBOX}chatrooms/8/case-file/"):
        page = text(client.get(path))
        clocks = every(page, ".message-by > a")
        assert [words(clock) for clock in clocks] == ["02:30 CEST", "02:30 CET"]
        assert [attribute(clock, "title") for clock in clocks] == [
            f"25 oct. 2026 à 02:30 {zone} (Europe/Paris)" for zone in ("CEST", "CET")
        ]


def test_a_script_is_told_the_time_and_the_same_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    with translation.override("fr"):
        told = "1795176000000|il y a {n} s|à l’instant|il y a {n} min|il y a {n} h"
        assert times.ticking() == told


def test_dates_and_numbers_of_a_page_are_told_by_the_language(
    speaks: Speaks, api: Upstream
) -> None:
    numbers = {"current_page": 1290, "last_page": 2000, "from": 32_226, "to": 32_250}
    room = chatroom(8, last_message_date="2024-11-03T13:05:00Z")
    api.listing(room, total=50_000, **numbers)
    french = text(speaks("fr").get(CONVERSATION, {"page": "1290"}))
    assert ">3 nov. 2024</time>" in french
    assert "3 nov. 2024 à 14:05 (Europe/Paris)" in french
    assert "32\u00a0226–32\u00a0250 sur 50\u00a0000" in french
    assert 'aria-label="Page 1\u00a0290" aria-current="page">1\u00a0290</a>' in french
    english = text(speaks("en").get(CONVERSATION, {"page": "1290"}))
    assert ">3 Nov 2024</time>" in english
    assert "3 Nov 2024, 14:05 (Europe/Paris)" in english
    assert "32,226–32,250 of 50,000" in english


@pytest.mark.parametrize(
    ("language", "count", "told"),
    [
        ("en", 0, "0 conversations marked read for Léa."),
        ("en", 1, "1 conversation marked read for Léa."),
        ("en", 2, "2 conversations marked read for Léa."),
        ("fr", 0, "0 conversation marquée comme lue pour Léa."),
        ("fr", 1, "1 conversation marquée comme lue pour Léa."),
        ("fr", 2, "2 conversations marquées comme lues pour Léa."),
    ],
)
def test_a_plural_is_told_by_the_language(language: str, count: int, told: str) -> None:
    one, many = (f"%(n)s conversation{s} marked read for %(name)s." for s in ("", "s"))
    with translation.override(language):
        assert ngettext(one, many, count) % {"n": count, "name": "Léa"} == told


def test_a_script_gets_both_plurals_and_fills_in_the_number(speaks: Speaks, api: Upstream) -> None:
    api.listing(chatroom(8))
    page = text(speaks().get(INBOX))
    asks = "Marquer {n} conversation%s comme lue%s pour Léa\u202f?"
    assert f'data-asks-one="{asks % ("", "")}"' in page
    assert f'data-asks-other="{asks % ("s", "s")}"' in page


# Rows that are kept as rendered


def test_rows_as_rendered_are_not_shown_in_another_language(
    speaks: Speaks,
    manager: Membership,
    api: Upstream,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.INBOX_CACHE_SECONDS = 10
    monkeypatch.setattr(rows, "time", lambda: 0.0)  # all within one minute
    french, english = (
        [text(speaks(language).get(INBOX)) for _ in range(2)] for language in ("fr", "en")
    )
    other = text(speaks("fr", manager).get(INBOX))
    for page in (*french, other):
        assert "Marquer comme lu" in page
        assert "Mark read" not in page
    for page in english:
        assert "Mark read" in page
        assert "Marquer" not in page
    assert rows._rendered.cache_info().misses == 3


# No word is left out


LETTER = re.compile(r"[^\W\d_]")
MARKED = re.compile("⟦[^⟦⟧]*⟧")
IDENTIFIES = re.compile(
    r"\S*@\S+|\b[A-Z]{1,3}-\S+"
)  # an e-mail address or a customer id, or a mask
NAMES = {"firstname", "lastname", "username", "name", "sku", "url"}
WRITTEN = NAMES | {"content", "comment", "summary", "message"}
NOT_WORDS = (
    "Ambassador Inbox",
    "Maison SSO",
    "Europe/Paris",
    "UTC",
    "JavaScript",
    "English",
    "Français",
    "EN",
    "FR",
)


@pytest.fixture
def _marked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Puts each text that has a French translation between ⟦ and ⟧.

    Django keeps its translation functions in `_trans`; every caller takes them from there.
    """
    french = trans_real.translation("fr")._catalog  # type: ignore[attr-defined]  # of all apps, merged

    def mark(name: str, key: Callable[..., object]) -> None:
        real = getattr(trans_real, name)

        def told(*arguments: Any) -> str:
            found: str = real(*arguments)
            return f"⟦{found}⟧" if key(*arguments) in french else found

        monkeypatch.setattr(translation._trans, name, told, raising=False)  # type: ignore[attr-defined]

    mark("gettext", lambda message: message)
    mark("ngettext", lambda one, many, count: (one, int(count > 1)))
    mark("pgettext", lambda context, message: f"{context}\x04{message}")
    _forget()
    yield
    _forget()


def _forget() -> None:
    """The dates as told before: they have no marks, or have them still."""
    for remembered in (times._day, times._exact, times._ticking_words, times._weekday):
        remembered.cache_clear()


@pytest.fixture
def _in_greek(monkeypatch: pytest.MonkeyPatch) -> None:
    """What people wrote, and what they are called, has the letter λ only."""
    read = calls._json
    monkeypatch.setattr(calls, "_json", lambda body: greek(read(body)))


def greek(value: Any, *, written: bool = False) -> Any:
    if isinstance(value, dict):
        return {key: greek(one, written=key in WRITTEN) for key, one in value.items()}
    if isinstance(value, list):
        return [greek(one, written=written) for one in value]
    return LETTER.sub("λ", value) if written and isinstance(value, str) else value


@pytest.fixture
def visitors(
    moderator: Membership, viewer: Membership, stranger: User, operator: User
) -> tour.Visitors:
    second = Brand.objects.create(id=8)
    Membership.objects.create(user=moderator.user, brand=second, role=Role.VIEWER)
    call_everybody_in_greek()

    def of(person: User) -> Client:
        client = Client(headers=FRENCH)
        client.force_login(person)
        return client

    moderator.refresh_from_db()
    return tour.Visitors(
        member=of(moderator.user),
        viewer=of(viewer.user),
        stranger=of(stranger),
        operator=of(operator),
        anonymous=Client(headers=FRENCH),
        moderator=moderator,
    )


def call_everybody_in_greek() -> None:
    Brand.objects.update(name="λλ λ")
    User.objects.update(name="λλ λλ", language="fr")
    told = {"name": "λ", "summary": "λλ λ", "excerpt": "λ", "comment": "λ λ"}
    IndexedChatroom.objects.update(**told, proof="λλ", proof_word="λ")
    IndexedAmbassador.objects.update(name="λ λ")
    WaitingCustomer.objects.update(excerpt="λ")
    CodeName.objects.exclude(name="").update(name="λ")
    for key in Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN):
        key.data["name"] = "λ"
        key.save()


def unmarked(told: str) -> list[str]:
    """Words of a page that come from neither our catalogue nor the data."""
    while MARKED.search(told):
        told = MARKED.sub(" ", told)
    told = IDENTIFIES.sub(" ", told)
    for known in NOT_WORDS:
        told = told.replace(known, " ")
    return [word for word in told.split() if LETTER.search(re.sub("[λΛ]", "", word))]


@pytest.mark.usefixtures("_marked", "_in_greek")
def test_every_word_of_every_state_comes_from_the_catalogue(
    people: dict[str, User], api: Upstream, sign_in: SignIn
) -> None:
    call_everybody_in_greek()
    for state in STATES:
        if "hostile" in state.name:  # has letters even where there should be codes
            continue
        for scripts in (True, False):
            make_well(api)
            client = sign_in(people[state.who]) if state.who else Client()
            client.defaults["HTTP_ACCEPT_LANGUAGE"] = "fr"
            visitor = AtClient(client, api, invitation(people), scripts=scripts)
            with transaction.atomic():
                state.reach(visitor)
                transaction.set_rollback(True)
            cache.clear()
            assert unmarked_in(visitor.html) == [], state.name


@pytest.mark.usefixtures("_marked", "_in_greek")
def test_every_word_of_every_answer_comes_from_the_catalogue(
    visitors: tour.Visitors, api: Upstream
) -> None:
    said = 0
    for response in tour.everything(visitors, api):
        html = text(response)
        path = getattr(response, "request", {}).get("PATH_INFO")
        assert unmarked_in(html) == [], f"{response.status_code} at {path}"
        said += bool(html)
    assert said > 150


def unmarked_in(html: str) -> list[str]:
    page = Told(html)
    return [word for told in (page.text, *page.attributes) for word in unmarked(told)]


@pytest.mark.usefixtures("_marked")
def test_every_failure_of_popsell_has_french_words() -> None:
    with translation.override("fr"):
        failures: list[type[PopsellError]] = [PopsellError, *PopsellError.__subclasses__()]
        for failure in failures:
            assert unmarked(f"{failure.title} {failure.user_message}") == [], failure


@pytest.mark.usefixtures("_marked")
def test_a_word_that_is_not_marked_is_noticed() -> None:
    with translation.override("fr"):
        told = f"{gettext('yes')}, {gettext('Nobody marked this')} λ"
        assert unmarked(told) == ["Nobody", "marked", "this"]
