"""Mails are sent beside the request that asks for them.

So that a mail server that is slow or down keeps nobody waiting, and the time of an answer does not
tell whether there was somebody to write to.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from django.core.mail import EmailMessage

log = logging.getLogger(__name__)

_senders = ThreadPoolExecutor(max_workers=2, thread_name_prefix="mail")


def post(message: EmailMessage) -> None:
    """Send the message soon; what fails is logged, without whom it was for."""
    _senders.submit(copy_context().run, _send, message)


def _send(message: EmailMessage) -> None:
    try:
        message.send()
    except (OSError, ValueError) as failure:  # smtplib's own errors are OSErrors
        told = "A mail was not sent: %s. Check EMAIL_URL and EMAIL_FROM."
        log.error(told, type(failure).__name__)  # noqa: TRY400 - a traceback may hold the address
