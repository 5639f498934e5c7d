"""Sends mails in the background of the request that causes them.

A slow or broken mail server keeps nobody waiting. The time of an answer does not reveal whether there
was a recipient.
"""

import logging
from collections.abc import Callable

from django.core.mail import EmailMessage
from django.utils.translation import gettext_lazy as _

from inbox.process import jobs, outages
from inbox.process.busy import Busy
from inbox.process.lending import lend_database

log = logging.getLogger(__name__)

BETWEEN = "\n\n– – –\n\n"  # a mail's text in one language and in another


class ManyMails(Busy):
    title = _("Many mails are being sent just now")
    message = _("Yours was not. Try again in a minute.")
    retry_after = 60


def post(message: EmailMessage) -> None:
    """Send the message soon; failures are logged without the recipient."""
    if not queue.hand_over(message.send):
        log.error("A mail was not sent: %s wait already.", jobs.MOST_WAITING)


def write(letter: Callable[[], object]) -> None:
    """Look up, write and send a mail soon; raises ManyMails where too many wait."""
    if not queue.hand_over_unseen(letter):
        raise ManyMails


def send(message: EmailMessage) -> None:
    """Send as part of a letter's work, and lend the database connection while the mail server works."""
    lend_database()
    message.send()


def _log(failure: Exception) -> None:
    """Log the failure without its own text, which may hold the address."""
    if subject := outages.subject_of(failure):
        outages.log_outage(subject, failure)
        return
    message = "A mail was not sent: %s. Check EMAIL_URL and EMAIL_FROM."
    log.error(message, type(failure).__name__)


queue = jobs.Queue("mail", 2, _log)
