"""What a person sees when something fails: a page, or for htmx an alert where they acted."""

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inbox import context as request_context
from inbox.chatrooms import tokens
from inbox.chatrooms.holds import Held
from inbox.display import colleague, times
from inbox.display.privacy import mask_addresses
from inbox.popsell.cache import OUTAGES
from inbox.popsell.errors import Invalid, OverBudget, PopsellError
from inbox.process import collisions, outages
from inbox.process.busy import Busy
from inbox.text.isolates import alone, plain
from inbox.text.spelling import has_visible
from inbox.web import typed
from inbox.web.masking import described
from inbox.web.requests import came_from, keeps_its_page

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Link:
    """What a person does in another tab, so that this page stays as it is."""

    address: str
    words: str


@dataclass(frozen=True, slots=True)
class TakeOver:
    """How a person takes a conversation over from the colleague who has it. `holder`: their number."""

    address: str
    token: str
    holder: int
    name: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure. `message`: what happened. `kept`: what became of their work. `lines`: Popsell's words.

    `back`: where the way back leads, the nearest page where it is empty. From a form of the person's
    account it leads to that form.

    `outage`: the service whose outage broke a mere reading; the page says so until it is over.

    `elsewhere`: what has to be done first. `ended`: nothing on this page works until then. `fields`:
    the form's values, to be sent again. Where that is impossible, the page shows the note to copy.

    `take_over`: the colleague who has the conversation; None for other failures.
    """

    status: int
    title: str
    message: str
    kept: str = ""
    lines: tuple[str, ...] = ()
    retryable: bool = False
    reload: bool = False
    retry_after: int | None = None
    back: str = ""
    elsewhere: Link | None = None
    ended: bool = False
    outage: Literal["", "popsell", "connection"] = ""
    fields: typed.Fields = ()
    take_over: TakeOver | None = None


def of_ended_session(request: HttpRequest, sign_in: str, message: str = "") -> Failure:
    """What htmx puts beside what was pressed. `message`: why the session ended, where that is known."""
    return Failure(
        status=401,
        title=message or _("You were signed out"),
        message=_nothing_done(request),
        kept=(
            _("This page stays as it is, and works again once you are signed in.")
            if keeps_its_page(request)
            else _("What you wrote stays on this page: sign in in another tab, then send it again.")
        ),
        elsewhere=Link(sign_in, _("Sign in in another tab")),
        ended=True,
        fields=typed.words(request),
    )


def of_missing_factor(request: HttpRequest, page: str) -> Failure:
    """The same for people who must set up a second factor first."""
    return Failure(
        status=403,
        title=_("Your role asks for a second factor"),
        message=_nothing_done(request),
        kept=(
            _("This page stays as it is, and works again once you have set one up.")
            if keeps_its_page(request)
            else _(
                "What you wrote stays on this page: set one up in another tab, then send it again."
            )
        ),
        elsewhere=Link(page, _("Set it up in another tab")),
        ended=True,
        fields=typed.words(request),
    )


def of_somebody_else(request: HttpRequest) -> Failure:
    """The refusal for a page that was made for another signed-in person."""
    return Failure(
        status=409,
        title=_("Somebody else is signed in here now"),
        message=_("This page was made for who was signed in before."),
        kept=_nothing_done(request),
        reload=True,
        back=came_from(request),
        ended=True,
    )


def _nothing_done(request: HttpRequest) -> str:
    return _("Nothing was done.") if request.method == "POST" else ""


def of_popsell(error: PopsellError, request: HttpRequest) -> Failure:
    return Failure(
        status=error.status,
        title=str(error.title),
        message=_message(error),
        kept=_kept(error, request),
        lines=_lines(error) if isinstance(error, Invalid) else (),
        retryable=True,
        retry_after=error.wait,
        outage="popsell" if request.method != "POST" and isinstance(error, OUTAGES) else "",
    )


def _message(error: PopsellError) -> str:
    if not isinstance(error, OverBudget):
        return str(error.user_message)
    message = ngettext(
        "You can go on in %(n)s second.", "You can go on in %(n)s seconds.", error.seconds
    )
    return f"{error.user_message} {message % {'n': error.seconds}}"


def of_busy(busy: Busy, request: HttpRequest) -> Failure:
    """The page for too many requests: it has the form or link that the person used."""
    return Failure(
        status=429,
        title=str(busy.title),
        message=str(busy.message),
        kept=_("Nothing was changed.") if request.method == "POST" else "",
        retryable=True,
        reload=True,
        retry_after=busy.retry_after,
        back=request.get_full_path(),
    )


def of_held(error: Held) -> Failure:
    """The refusal of an act in a conversation that a colleague has in hand."""
    hold, target = error.hold, error.target
    name = alone(colleague(hold.member_name))
    is_new = hold.since > timezone.now() - timedelta(minutes=1)
    words = _("%(name)s took it just now") if is_new else _("%(name)s has it, %(time)s")
    return Failure(
        status=409,
        title=words % {"name": name, "time": times.span(hold.since)},
        message=_("Nothing was changed."),
        take_over=TakeOver(
            reverse("hold", args=[target.brand, target.ambassador, target.chatroom]),
            tokens.sign(error.member, target),
            hold.member_id,
            name,
        ),
    )


def of_collision(error: BaseException | None) -> Failure | None:
    """The page for the second of two equal acts at once, logged; None for any other error."""
    if error is None or not collisions.is_one(error):
        return None
    log.warning("Another did the same at this moment: %s", described(error))
    return Failure(
        status=409,
        title=_("This was done at the same moment already"),
        message=_("You or somebody else did the same in another window. It is done once."),
        kept=_("Look at the page again to see what is so now."),
        reload=True,
    )


def of_outage(error: BaseException | None, request: HttpRequest) -> Failure | None:
    """What people see while our database or the cache is away, logged; None for any other error."""
    subject = outages.subject_of(error)
    if error is None or subject is None:
        return None
    outages.log_outage(subject, error)
    vars(request).pop("_messages", None)  # they may lie in the database, and wait there
    if request.resolver_match is None:  # it failed on the way to the view
        with suppress(Resolver404):
            request.resolver_match = resolve(request.path_info)
    if subject == "cache":
        return _without_cache()
    return Failure(
        status=503,
        title=_("Our own records can't be read just now"),
        message=_("The database of this dashboard does not answer. Try again in a moment."),
        kept=_sent() if request.method == "POST" else "",
        outage="" if request.method == "POST" else "connection",
        retryable=True,
        reload=True,
        retry_after=outages.RETRY_AFTER,
    )


def _without_cache() -> Failure:
    """Only what must count tries stops: the rest goes on without what is kept."""
    return Failure(
        status=503,
        title=_("Nobody can sign in just now"),
        message=_(
            "What limits how often a password may be tried does not answer. Who is signed in goes on "
            "as before. Try again in a moment."
        ),
        retryable=True,
        reload=True,
        retry_after=outages.RETRY_AFTER,
    )


def _sent() -> str:
    """What became of an act when the database went away during it."""
    match request_context.current().act:
        case "":
            return _("Nothing was sent to Popsell.")
        case "noted":
            return _("What you did is done; only the page can't be shown.")
        case "done":
            return _("Popsell did what you asked, but it could not be noted here.")
        case "refused":
            return _("Nothing was changed: the conversation is as it was.")
        case _:
            return _("What you did may have arrived all the same: read the inbox again to see.")


def _kept(error: PopsellError, request: HttpRequest) -> str:
    if request.method != "POST":
        return ""
    if error.may_have_arrived:
        return _("What you did may have arrived all the same: read the inbox again to see.")
    return _("Nothing was changed: the conversation is as it was.")


def _lines(error: Invalid) -> tuple[str, ...]:
    """Popsell's message, then its messages field by field; they may quote somebody's address."""
    message = _("%(field)s: %(words)s")
    fields = [(field, words) for field, texts in error.errors.items() for words in texts]
    lines = (message % {"field": _alone(field), "words": _alone(words)} for field, words in fields)
    return tuple(filter(has_visible, (plain(mask_addresses(error.message)), *lines)))


def _alone(words: str) -> str:
    return alone(mask_addresses(words))
