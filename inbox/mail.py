"""Mails are sent beside the request that asks for them.

So that a mail server that is slow or down keeps nobody waiting, and the time of an answer does not
tell whether there was somebody to write to.
"""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import BoundedSemaphore
from time import monotonic, sleep

from django.core.mail import EmailMessage
from django.db import connections
from django.utils.translation import gettext_lazy as _

from inbox import outages
from inbox.busy import Busy
from inbox.lending import lend_database

log = logging.getLogger(__name__)

MOST_WAITING = 200
PAUSE = 0.5  # seconds
BETWEEN = "\n\n– – –\n\n"  # a mail's text in one language and in another
_senders = ThreadPoolExecutor(max_workers=2, thread_name_prefix="mail")
_places = BoundedSemaphore(MOST_WAITING)


class ManyMails(Busy):
    title = _("Many mails are being sent just now")
    message = _("Yours was not. Try again in a minute.")
    retry_after = 60


def post(message: EmailMessage) -> None:
    """Send the message soon; what fails is logged, without whom it was for."""
    try:
        _hand_over(message.send, monotonic())
    except ManyMails:
        log.error("A mail was not sent: %s wait already.", MOST_WAITING)  # noqa: TRY400 - says all


def write(letter: Callable[[], object]) -> None:
    """Do soon what looks up, writes and sends a mail; raises ManyMails where too many wait.

    Only once the answer is out: work of another thread makes it later, and would tell how much it is.
    """
    _hand_over(letter, monotonic() + PAUSE)


def send(message: EmailMessage) -> None:
    """As part of a letter's work: the database is given back for as long as the mail server takes."""
    lend_database()
    message.send()


def _hand_over(letter: Callable[[], object], due: float) -> None:
    if not _places.acquire(blocking=False):
        raise ManyMails
    _senders.submit(copy_context().run, _send, letter, due)


def _send(letter: Callable[[], object], due: float) -> None:
    try:
        sleep(max(due - monotonic(), 0))
        letter()
    except Exception as failure:  # noqa: BLE001 - nobody else sees it, and its text may hold the address
        _tell(failure)
    finally:
        connections.close_all()  # this thread's
        _places.release()


def _tell(failure: Exception) -> None:
    if subject := outages.of(failure):
        outages.tell(subject, failure)
        return
    told = "A mail was not sent: %s. Check EMAIL_URL and EMAIL_FROM."
    log.error(told, type(failure).__name__)
