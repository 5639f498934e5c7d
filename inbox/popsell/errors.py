"""Everything that can go wrong with Popsell, as one family.

`status` is what our page answers, as the failure table of OPERATIONS.md has it; the two texts are what
the person reads. `detail` is for the log: never a body, a token or a name.
"""

import logging
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

DEFAULT_WAIT = 5  # seconds, where a 429 does not say


class PopsellError(Exception):
    """A call that brought no usable answer."""

    status = 502
    title = _("Popsell gave an answer we can't use")
    user_message = _("Something is wrong on Popsell's side. Try again in a moment.")
    log_level = logging.WARNING
    attempts = 1  # how often it was tried before this was the end of it
    was_sent = True  # whether anything was sent: else it tells nothing of Popsell

    def __init__(
        self,
        detail: str,
        *,
        remote_status: int | None = None,
        retry_after: int | None = None,
        may_have_arrived: bool = False,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.remote_status = remote_status  # what Popsell answered, None where it did not
        self.retry_after = retry_after  # seconds, as Popsell asks; None where it does not
        self.may_have_arrived = may_have_arrived  # whether an act may have happened anyway

    @property
    def wait(self) -> int | None:
        """Seconds that a browser is asked to wait before it tries again."""
        return None


class Unreachable(PopsellError):
    """No connection, or one that was dropped."""

    status = 504
    title = _("Popsell can't be reached")
    user_message = _("The connection failed: try again in a moment.")


class TimedOut(PopsellError):
    """No answer in time."""

    status = 504
    title = _("Popsell did not answer in time")
    user_message = _("It may be busy: try again in a moment.")


class NoTimeLeft(TimedOut):
    """The time for Popsell was over before the call began."""

    was_sent = False

    def __init__(self) -> None:
        super().__init__("no time is left")


class NoPlace(Unreachable):
    """All threads that may wait for Popsell do."""

    was_sent = False

    def __init__(self) -> None:
        super().__init__("too many requests are waiting for Popsell")


class Paused(Unreachable):
    """The last calls failed, so that Popsell is not asked for a while."""

    was_sent = False

    def __init__(self) -> None:
        super().__init__("not asked, since the last calls failed")


class Unauthorized(PopsellError):
    """401: our credential is missing or refused. The operator's business, never a logout."""

    title = _("The dashboard's access to Popsell was refused")
    user_message = _(
        "Popsell did not accept this dashboard's credentials. You are still signed in, and the "
        "operator has been told; nothing you can do here would help."
    )
    log_level = logging.ERROR


class Forbidden(PopsellError):
    """403: the credential has no right to this, for this brand."""

    status = 403
    title = _("Not allowed for this brand")
    user_message = _("Popsell does not allow this for this brand. Ask the operator if it should.")


class NotFound(PopsellError):
    """404: Popsell does not know it (the documentation names the wrong thing at times)."""

    status = 404
    title = _("Popsell does not know this")
    user_message = _("The ambassador or the conversation is not, or no longer, known to Popsell.")


class Invalid(PopsellError):
    """422: `message` and `errors` are Popsell's own words, by field; untrusted text."""

    status = 422
    title = _("Popsell did not accept this")
    user_message = _("Popsell refused the request as it was sent.")

    def __init__(self, detail: str, message: str, errors: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__(detail, remote_status=422)
        self.message = message
        self.errors = errors


class RateLimited(PopsellError):
    """429: `retry_after` is what Popsell asks for, else 5 seconds."""

    status = 503
    title = _("Popsell asks us to slow down")
    user_message = _("Too many requests reached Popsell. Wait a few seconds, then try again.")

    @property
    def wait(self) -> int:
        return DEFAULT_WAIT if self.retry_after is None else self.retry_after


class OverBudget(PopsellError):
    """Our own limit for one person. Nothing was sent: it tells nothing of Popsell, and is no outage."""

    status = 429
    title = _("Too much was asked for at once")
    user_message = _(
        "You, or pages that you have open, asked Popsell for more within a minute than one person "
        "needs. Popsell itself is fine."
    )
    log_level = logging.INFO
    was_sent = False

    def __init__(self, seconds: int) -> None:
        super().__init__("the person's calls of a minute are used up", retry_after=seconds)
        self.seconds = seconds

    @property
    def wait(self) -> int:
        return self.seconds


class Unexpected(PopsellError):
    """5xx, a redirect, or a body that is not what the contract says."""
