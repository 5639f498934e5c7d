"""Every page in every state that a person may meet: the one table that each check goes through.

A state is who looks, and the steps that lead there. A page or a state that is new belongs here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from tests.support.chatrooms import chatroom, message
from tests.support.hostile import HOSTILE, LONG, MARKUP, hostile_room
from tests.support.pages import INBOX
from tests.support.visitors import Visitor

SIGN_IN = "/accounts/login/"
PASSWORD = "lumiere-et-parfum"  # of everybody
PASSKEY_ID = 700_000  # of the one passkey that somebody has; no sequence comes that far
ACTIVITY = "/brands/3/activity/"
AMBASSADORS = "/brands/3/ambassadors/"
LAST = (
    f"{INBOX}?page=6"  # with five rows, one of them unread: as telling as 25, and sooner looked at
)
SHORT = f"{AMBASSADORS}105/"  # with one row, unread
MEMBERS = "/brands/3/members/"
SETTINGS = "/brands/3/settings/"
INVITED = "/invitations/ines@example.com/"  # in a test, who is invited is the key
INVITED_BEFORE = "/invitations/stranger@example.com/"
CONVERSATION = f"{INBOX}chatrooms/30615/?page=2"
TALK = (
    f"{INBOX}chatrooms/30494/?page=6"  # of ten messages, three of them unread, beside a short list
)
HOME = "/brands/3/"
SEARCH = f"{HOME}search/"
# Brands whose index stands in a state of its own: see `tests/support/standing.py`.
WHOLE, QUIET, FAILING, REFUSED, PARTLY, LAGGING, READING, AGAIN, UNREAD, RANKING = range(21, 31)
OF_TOM = f"/brands/{WHOLE}/ambassadors/211/"
READ_IN_PART = f"/brands/{READING}/ambassadors/212/"
REFUSED_ONE = f"/brands/{PARTLY}/ambassadors/213/"
WORKER = "a" * 32  # the name of the process that reads them
PROVEN = f"{INBOX}chatrooms/8/?reason=anomaly"
UNTAKEN = f"{INBOX}chatrooms/30615/?reason=all"
UNSEEN = f"{AMBASSADORS}109/"  # no other state opens it, so that nothing of it was kept
CODE_ID = 700_000  # of a code that stands in two conversations, and the next in none
ODD = f"{INBOX}chatrooms/30599/"  # with an anomaly in its summary
OF_2000 = f"{INBOX}chatrooms/30670/"  # of two thousand messages
FILTERED = f"{INBOX}?archived=0&flag=1&type_chatroom=0&before=2026-12-31&sort=last_action_date"
SECRET = "/accounts/password/change/"
FORGOTTEN = "/accounts/password/reset/"
FACTOR = "/accounts/2fa/"
CONFIRM = "/accounts/confirm/"
DAY = "2026-11-20"
SUMMARY = {"summary": "λλλ", "anomaly": 9, "topic": 0, "date_insert": f"{DAY}T09:14:30Z"}
EVERYTHING = MARKUP + "".join(HOSTILE.values())

Steps = Callable[[Visitor], None]


@dataclass(frozen=True)
class State:
    """`who` is one of `tests/support/cast.py`, or nobody. `status`: of the last answer on the way.

    `sso_only`: the site has `REQUIRE_SSO`, and is ours while somebody walks there. `is_worked`: a
    worker gave a sign of life just now; without, none ever did.
    """

    name: str
    who: str | None
    walk: Steps
    status: int = HTTPStatus.OK
    sso_only: bool = False
    is_worked: bool = False

    def reach(self, visitor: Visitor) -> None:
        """Walk there, and make sure of it: a check of another page would prove nothing."""
        with self._as_it_is_set():
            self.walk(visitor)
        assert visitor.status == self.status
        assert self.who is None or visitor.path != SIGN_IN

    @contextmanager
    def _as_it_is_set(self) -> Iterator[None]:
        """Where the site is another process, that has its own environment and database."""
        if not settings.configured:
            yield
            return
        if self.is_worked:
            _beat()
        with override_settings(REQUIRE_SSO=True) if self.sso_only else nullcontext():
            yield


def _beat() -> None:
    from inbox.models import WorkerBeat  # noqa: PLC0415 - not where the site is another process

    now = timezone.now()
    WorkerBeat.objects.update_or_create(name=WORKER, defaults={"began": now, "beat_at": now})


def at(path: str) -> Steps:
    return lambda visitor: visitor.open(path)


def refused_sign_in(visitor: Visitor) -> None:
    visitor.open(SIGN_IN)
    visitor.submit("login", login="nadia@example.com", password="wrong")


def locked_out(visitor: Visitor) -> None:
    """As a known address is."""
    visitor.open(SIGN_IN)
    for _ in range(6):
        visitor.submit("login", login="locked@example.com", password="wrong")


def signed_out(visitor: Visitor) -> None:
    visitor.open("/accounts/logout/")
    visitor.submit("csrfmiddlewaretoken")


def refused_password(visitor: Visitor) -> None:
    visitor.open(SECRET)
    visitor.submit("oldpassword", oldpassword="wrong", password1="short", password2="other")


def forgotten(visitor: Visitor) -> None:
    visitor.open(FORGOTTEN)
    visitor.submit("email", email="nobody@example.com")


def confirmed(path: str, visitor: Visitor) -> None:
    """What guards the account asks for the password once more."""
    visitor.open(f"{CONFIRM}?next={path}")
    visitor.submit("password", password=PASSWORD)


def asked_for_code(visitor: Visitor) -> None:
    visitor.open(SIGN_IN)
    visitor.submit("login", login="alma@example.com", password=PASSWORD)


def refused_code(visitor: Visitor) -> None:
    asked_for_code(visitor)
    visitor.submit("code", code="000000")


def no_ambassadors(visitor: Visitor) -> None:
    visitor.popsell.listing()
    visitor.open(AMBASSADORS)


def hostile(path: str, visitor: Visitor) -> None:
    visitor.popsell.listing(hostile_room(8, EVERYTHING), {"id_chatroom": 9}, None)
    visitor.open(path)


def kept(path: str, visitor: Visitor) -> None:
    visitor.open(path)
    visitor.popsell.answer("GET", 500)
    visitor.open(path)


def refused(status: int, visitor: Visitor) -> None:
    visitor.popsell.answer("GET", status, {"message": LONG, "errors": {"name": [EVERYTHING]}})
    visitor.open(UNSEEN)


def act(path: str, visitor: Visitor) -> None:
    visitor.open(path)
    visitor.submit("act")


def changed(visitor: Visitor) -> None:
    """A conversation with a review, its note, and a flag that was set here."""
    visitor.open(TALK)
    visitor.submit("draft", note="12, 34")
    visitor.open(TALK)
    visitor.submit("state")
    visitor.open(TALK)


def acted(visitor: Visitor) -> None:
    """The same by htmx, as it is swapped in."""
    visitor.open(TALK)
    visitor.submit("state")


def judged(visitor: Visitor) -> None:
    """The anomaly of a summary, which the brand calls by a name."""
    visitor.open(ODD)
    visitor.submit("summary")


def failed_change(visitor: Visitor) -> None:
    visitor.popsell.answer("PATCH", 500)
    acted(visitor)


def without_messages(visitor: Visitor) -> None:
    visitor.popsell.forbid("messages")
    visitor.open(TALK)


def failed_act(visitor: Visitor) -> None:
    visitor.popsell.answer("POST", 500)
    act(LAST, visitor)


def refused_act(visitor: Visitor) -> None:
    visitor.popsell.answer("POST", 422, {"message": LONG, "errors": {"name": [EVERYTHING]}})
    act(LAST, visitor)


def unknown_act(visitor: Visitor) -> None:
    visitor.popsell.drop("POST")
    act(LAST, visitor)


def by_index(place: str, visitor: Visitor) -> None:
    """A filter that the index answers, beside the newest page that Popsell gives."""
    visitor.popsell.listing(hostile_room(8, EVERYTHING), chatroom(9), total=9)
    visitor.open(place)


def by_index_alone(place: str, visitor: Visitor) -> None:
    visitor.popsell.answer("GET", 500)
    visitor.open(place)


def halted_case_file(visitor: Visitor) -> None:
    """A conversation that Popsell does not give to its beginning."""
    said = [message(number) for number in range(5, 0, -1)]
    visitor.popsell.conversation(chatroom())
    visitor.popsell.said(said, per_page=1).broken.add(4)
    visitor.open(f"{INBOX}chatrooms/8/case-file/")


def codes(visitor: Visitor) -> None:
    """Those that an inbox has."""
    visitor.open(INBOX)
    visitor.open("/brands/3/codes/")


def reviewed_across(visitor: Visitor) -> None:
    """A conversation, beside the list of what needs attention."""
    visitor.open(f"{TALK}&reason=rating")
    visitor.submit("draft", note="λ")


def proven(visitor: Visitor) -> None:
    """A conversation that went on after the summary whose anomaly it shows, beside the list."""
    told = chatroom(8, last_message=message(17), last_summary=SUMMARY)
    said = [message(number, date_insert=f"{DAY}T09:{number}:00Z") for number in range(17, 13, -1)]
    visitor.popsell.listing(told)
    visitor.popsell.conversation(told, *said)
    visitor.open(PROVEN)


def untaken(visitor: Visitor) -> None:
    """Nobody took this customer. Their conversation is short: all of its messages are in sight."""
    told = chatroom(30615)
    visitor.popsell.listing(told)
    visitor.popsell.conversation(told, message(16))
    visitor.open(UNTAKEN)


def home_of(name: str, brand: int, who: str = "watcher", page: str = "") -> State:
    """While a worker is there, which this brand's index depends on."""
    return State(name, who, at(f"/brands/{brand}/{page}"), is_worked=True)


def taken(visitor: Visitor) -> None:
    """An act in a conversation that a colleague has by now."""
    visitor.open(f"/brands/{WHOLE}/activity/")
    visitor.submit("act", 1)  # the first one asks for some acts alone


def unnamed_view(visitor: Visitor) -> None:
    visitor.open(f"/brands/{WHOLE}/views/new/?waits=8")
    visitor.submit("name", name="\u2060")


def tried_settings(visitor: Visitor) -> None:
    visitor.open(SETTINGS)
    visitor.submit("waits_after", waits_after="3 h", low_stars="1", saturday="")


def refused_settings(visitor: Visitor) -> None:
    visitor.open(SETTINGS)
    visitor.submit("waits_after", waits_after="soon", monday="9", thanks="!")


def refused_invitation(visitor: Visitor) -> None:
    visitor.open(MEMBERS)
    visitor.submit("email", email="nadia@example.com")


def invited_unconfirmed(visitor: Visitor) -> None:
    visitor.open(MEMBERS)
    visitor.submit("email", email="ada@example.com", role="manager")


def invited_again(visitor: Visitor) -> None:
    """Confirmed since, so that what was typed stands in the form."""
    invited_unconfirmed(visitor)
    visitor.submit("password", password=PASSWORD)


def refused_account(visitor: Visitor) -> None:
    visitor.open(INVITED)
    visitor.submit("password", name=LONG[:150], password="short")


def activity(visitor: Visitor) -> None:
    """With an act that was done and one that was refused."""
    act(SHORT, visitor)
    visitor.popsell.answer("PATCH", 422, {"message": "No", "errors": {}})
    visitor.open(TALK)
    visitor.submit("state")
    visitor.open(ACTIVITY)


def activity_of_accounts(visitor: Visitor) -> None:
    """With a sign-in that failed, of somebody who then looks at it."""
    for password in ("wrong", PASSWORD):
        visitor.open(SIGN_IN)
        visitor.submit("login", login="camille@example.com", password=password)
    visitor.open(ACTIVITY)


def confirmed_download(visitor: Visitor) -> None:
    visitor.open(f"{ACTIVITY}activity.csv")
    visitor.submit("password", password=PASSWORD)


def revealed(visitor: Visitor) -> None:
    visitor.open(TALK)
    visitor.submit("participant")


STATES = [
    State("sign-in", None, at(SIGN_IN)),
    State("sign-in refused", None, refused_sign_in),
    State("sign-in locked", None, locked_out),
    State("sign-out", "moderator", at("/accounts/logout/")),
    State("signed out here, perhaps not there", "sso", signed_out),
    State("account inactive", None, at("/accounts/inactive/")),
    State("password change", "moderator", at(SECRET)),
    State("password change refused", "moderator", refused_password),
    State("password link", None, lambda visitor: visitor.open(visitor.link)),
    State("password link used", None, at("/accounts/password/reset/key/1-none/")),
    State("password set", None, at("/accounts/password/reset/key/done/")),
    State("password forgotten", None, at(FORGOTTEN)),
    State("password forgotten, mail sent", None, forgotten),
    State("single sign-on down", None, at("/accounts/sso/"), status=502),
    State("single sign-on cancelled", None, at("/accounts/sso/cancelled/")),
    State("account", "guarded", at("/accounts/")),
    State("sessions", "moderator", at("/accounts/sessions/")),
    State("second factor", "guarded", at(FACTOR)),
    State("second factor off", "moderator", at(FACTOR)),
    State("second factor asked", None, asked_for_code),
    State("second factor refused", None, refused_code),
    State("confirming", "guarded", at(CONFIRM)),
    State("confirming by code", "guarded", at(f"{FACTOR}confirm/")),
    State("confirming by passkey", "guarded", at(f"{FACTOR}passkeys/confirm/")),
    State("confirming at an issuer", "sso", at(f"{CONFIRM}?next={FACTOR}app/")),
    State("not confirmed", "sso", at(f"/accounts/sso/confirm/?next={FACTOR}app/"), status=502),
    State("app", "moderator", partial(confirmed, f"{FACTOR}app/")),
    State("app off", "guarded", partial(confirmed, f"{FACTOR}app/remove/")),
    State("passkey added", "guarded", partial(confirmed, f"{FACTOR}passkeys/add/")),
    State("passkey renamed", "guarded", partial(confirmed, f"{FACTOR}passkeys/{PASSKEY_ID}/")),
    State(
        "passkey removed", "guarded", partial(confirmed, f"{FACTOR}passkeys/{PASSKEY_ID}/remove/")
    ),
    State("recovery codes", "guarded", partial(confirmed, f"{FACTOR}codes/")),
    State("recovery codes anew", "guarded", partial(confirmed, f"{FACTOR}codes/new/")),
    State("sign-in at an issuer alone", None, at(SIGN_IN), sso_only=True),
    State("sign-in of an operator refused", None, refused_sign_in, sso_only=True),
    State("account at an issuer alone", "sso", at("/accounts/"), sso_only=True),
    State("second factor beside an issuer", "sso", at(FACTOR), sso_only=True),
    State("password of no use", "sso", at(SECRET), status=403, sso_only=True),
    State(
        *("password link of no use", None, lambda visitor: visitor.open(visitor.link)),
        status=403,
        sso_only=True,
    ),
    State("password forgotten by an operator", None, at(FORGOTTEN), sso_only=True),
    State("password forgotten, some mail sent", None, forgotten, sso_only=True),
    State("invitation by an issuer alone", None, at(INVITED), sso_only=True),
    State("home of two brands", "manager", at("/")),
    State("home of no brand", "stranger", at("/")),
    State("ambassadors", "moderator", at(AMBASSADORS)),
    State("ambassadors not found", "moderator", at(f"{AMBASSADORS}?name=Nobody%20At%20All")),
    State("ambassadors of a role", "moderator", at(f"{AMBASSADORS}?role=6&sort=last_action_date")),
    State("ambassadors of no role", "moderator", at(f"{AMBASSADORS}?role=8&name=1234")),
    State("ambassadors none", "moderator", no_ambassadors),
    State("ambassadors kept", "moderator", partial(kept, AMBASSADORS)),
    State("inbox", "moderator", at(INBOX)),
    State("inbox of a viewer", "viewer", at(LAST)),
    State("inbox filtered", "moderator", at(FILTERED)),
    State("inbox filtered empty", "moderator", at(f"{SHORT}?archived=1&flag=2")),
    State("inbox by the index", "watcher", partial(by_index, f"{OF_TOM}?unreviewed=1")),
    State("inbox by the index in vain", "watcher", partial(by_index, f"{OF_TOM}?low=1&archived=0")),
    State("inbox by the index in part", "watcher", partial(by_index, f"{READ_IN_PART}?unread=1")),
    State(
        "inbox by the index alone", "watcher", partial(by_index_alone, f"{REFUSED_ONE}?online=1")
    ),
    State("inbox not in the index", "moderator", at(f"{SHORT}?unread=1&commented=commented")),
    State("inbox empty", "moderator", at(f"{AMBASSADORS}106/")),
    State("inbox hostile", "moderator", partial(hostile, INBOX)),
    State("inbox kept", "moderator", partial(kept, LAST)),
    State("act done", "moderator", partial(act, SHORT)),
    State("act failed", "moderator", failed_act, status=502),
    State("act refused", "moderator", refused_act, status=422),
    State("act unknown", "moderator", unknown_act, status=504),
    State("conversation", "moderator", at(CONVERSATION)),
    State("conversation hostile", "moderator", partial(hostile, f"{INBOX}chatrooms/8/")),
    State("conversation reviewed and flagged", "moderator", changed),
    State("conversation changed", "moderator", acted),
    State("conversation with an anomaly", "moderator", at(ODD)),
    State("conversation with an anomaly judged", "moderator", judged),
    State("conversation failed", "moderator", failed_change, status=502),
    State("conversation without messages", "moderator", without_messages),
    State("conversation without messages, a viewer's", "viewer", without_messages),
    State("conversation further up", "moderator", at(f"{INBOX}chatrooms/30670/?messages=2")),
    State("conversation at a message", "moderator", at(f"{OF_2000}messages/314999/")),
    State(
        "conversation without that message", "moderator", at(f"{OF_2000}messages/1/"), status=404
    ),
    State("conversation at a day", "moderator", at(f"{OF_2000}messages/?on=2020-01-01")),
    State("search in a conversation", "moderator", at(f"{OF_2000}find/?words=merci")),
    State("search in vain", "moderator", at(f"{OF_2000}find/?words=zanzibar")),
    State("search for nothing", "moderator", at(f"{OF_2000}find/")),
    State("notes of a conversation", "moderator", at(f"{INBOX}chatrooms/30615/notes/")),
    State("case file", "moderator", at(TALK.replace("?", "case-file/?"))),
    State("case file of a viewer", "viewer", at(f"{INBOX}chatrooms/30615/case-file/?page=2")),
    State("case file in part", "moderator", halted_case_file),
    State("several to be marked read", "moderator", at(LAST.replace("?", "read/?all=1&"))),
    State("codes", "manager", codes),
    State("codes, read alone", "moderator", codes),
    State("index", "manager", at("/brands/3/index/")),
    State("settings", "manager", at(SETTINGS)),
    State("settings tried", "manager", tried_settings),
    State("settings refused", "manager", refused_settings, status=422),
    State("conversations with a code", "moderator", at(f"/brands/3/codes/{CODE_ID}/")),
    State("conversations with a code, none", "manager", at(f"/brands/3/codes/{CODE_ID + 1}/")),
    State("searching the brand", "moderator", at(SEARCH)),
    State("searching the brand, found", "moderator", at(f"{SEARCH}?words=30615")),
    State("searching the brand, found for a viewer", "viewer", at(f"{SEARCH}?words=30615")),
    State("searching the brand, found nothing", "moderator", at(f"{SEARCH}?words=1")),
    State("searching the brand, too short", "moderator", at(f"{SEARCH}?words=λ")),
    home_of("searching the brand, one nobody took", WHOLE, page="search/?words=9001"),
    State("needs attention", "manager", at(HOME)),
    State("needs attention, a viewer's", "viewer", at(HOME)),
    State("needs attention, nothing under a tab", "moderator", at(f"{HOME}?reason=moderation")),
    State("needs attention, past its end", "moderator", at(f"{HOME}?after=99.0.0")),
    State("needs attention, one opened", "moderator", at(f"{TALK}&reason=all")),
    State("needs attention, one reviewed", "moderator", reviewed_across),
    State("needs attention, what shows an anomaly", "moderator", proven),
    State("needs attention, one nobody took", "moderator", untaken),
    home_of("needs attention, whole", WHOLE),
    home_of("needs attention, whole, a viewer's", WHOLE, "onlooker"),
    home_of("needs attention, anomalies alone", WHOLE, page="?reason=anomaly"),
    home_of("needs attention, for me", WHOLE, page="?held=for-me"),
    home_of("needs attention, I have these", WHOLE, page="?held=me"),
    home_of("needs attention, nothing in hand", QUIET, page="?held=me"),
    home_of("needs attention, narrowed", WHOLE, page="?held=nobody&waits=1&quiet=0&q=refund"),
    home_of(
        "needs attention, left alone overnight", WHOLE, page="?reason=waiting&held=nobody&waits=8"
    ),
    home_of("needs attention, unread", WHOLE, page="?unread=1"),
    home_of("views", WHOLE, page="views/"),
    home_of("a new view", WHOLE, page="views/new/?reason=waiting&waits=8"),
    State("a view without a name", "watcher", unnamed_view, status=422),
    State("taken meanwhile", "watcher", taken, status=409),
    home_of("needs attention, nobody just now", QUIET),
    home_of("needs attention, Popsell fails", FAILING),
    home_of("needs attention, Popsell fails, a viewer's", FAILING, "onlooker"),
    home_of("needs attention, Popsell refuses", REFUSED),
    home_of("needs attention, one who can't be read", PARTLY),
    home_of("needs attention, lagging", LAGGING),
    home_of("needs attention, first reading", READING),
    home_of("needs attention, read again", AGAIN),
    home_of("needs attention, nothing read yet", UNREAD),
    home_of("needs attention, ranked anew", RANKING),
    home_of("ambassadors by who waits", WHOLE, page="ambassadors/"),
    home_of(
        "ambassadors by how ratings changed", WHOLE, page="ambassadors/?tab=falling&sort=rating"
    ),
    home_of("ambassadors, nobody under a tab", READING, page="ambassadors/?tab=falling"),
    home_of("ambassadors, some not read", READING, page="ambassadors/"),
    home_of("index, Popsell fails", FAILING, page="index/"),
    home_of("index, first reading", READING, page="index/"),
    home_of("index, one who can't be read", PARTLY, page="index/"),
    home_of("index, some not listed", WHOLE, page="index/"),
    home_of("settings, ranked anew", RANKING, page="settings/"),
    State("members", "manager", at(MEMBERS)),
    State("members, none invited", "manager", refused_invitation, status=422),
    State("members, confirming first", "manager", invited_unconfirmed),
    State("members, invited unconfirmed", "manager", invited_again),
    State("members, a draft no longer kept", "manager", at(f"{MEMBERS}?invite=gone")),
    State("invitation", None, at(INVITED)),
    State("invitation refused", None, refused_account, status=422),
    State("invitation of one with an account", None, at(INVITED_BEFORE)),
    State("invitation of one who is signed in", "stranger", at(INVITED_BEFORE)),
    State("invitation of another", "viewer", at(INVITED)),
    State("invitation gone", None, at("/invitations/gone/"), status=404),
    State("activity", "moderator", activity),
    State("activity of accounts", None, activity_of_accounts),
    State("activity of one kind", "manager", at(f"{ACTIVITY}?act=failed_sign_in")),
    State("activity, confirming first", "moderator", at(f"{ACTIVITY}activity.csv")),
    State("activity ready for download", "moderator", confirmed_download),
    State("activity empty", "manager", at(f"{ACTIVITY}?chatroom=1")),
    State("activity by a name of several", "manager", at(f"{ACTIVITY}?ambassador=a")),
    State("activity filtered, one filter not read", "manager", at(f"{ACTIVITY}?act=view&since=x")),
    State("revealed", "moderator", revealed),
    State("not revealed", "eager", revealed),
    State("failure 403", "moderator", partial(refused, 403), status=403),
    State("failure 404", "moderator", at("/none"), status=404),
    State("failure 422", "moderator", partial(refused, 422), status=422),
    State("failure 502", "moderator", partial(refused, 500), status=502),
]
